"""Turn bytes into records and faults, without knowing of storage."""
