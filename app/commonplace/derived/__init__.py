"""What is derived from the log and may be deleted: graph, search, checkpoints, past states."""
