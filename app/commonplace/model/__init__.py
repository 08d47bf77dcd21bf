"""Values and rules: terms, names, records, change sets. Knows no storage, no HTTP, no files."""
