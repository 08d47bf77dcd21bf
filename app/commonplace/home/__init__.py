"""Open, check and restore the folder on disk that a library lives in."""
