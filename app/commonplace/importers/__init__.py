"""Bytes to records and faults. Knows nothing of storage."""
