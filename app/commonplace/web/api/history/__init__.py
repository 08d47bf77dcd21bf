"""Answer what became of the library: changes, histories, receipts, and answers that were pinned."""
