"""Write records as bytes, knowing nothing of storage."""
