"""Hold values and rules: terms, names, records, change sets. Nothing here reads, writes or knows HTTP."""
