"""Judge which works may be one work: blocking, candidates, and the rule for one work."""
