"""The librarian's desk: pages that write, each a thin form over what the API does."""
