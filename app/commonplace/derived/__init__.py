"""Derive graph, search, checkpoints and past states from the log. All of it may be deleted."""
