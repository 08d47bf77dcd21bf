"""Records to bytes. Knows nothing of storage."""
