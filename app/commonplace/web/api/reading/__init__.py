"""Answer what the library holds: its things, their texts, and the addresses by which they are found."""
