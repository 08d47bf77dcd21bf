"""Keep the truth: the append-only log of change sets, as RDF Patch."""
