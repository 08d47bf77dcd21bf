"""Take what a librarian does: edits, merges, deletions, and what waits for a decision."""
