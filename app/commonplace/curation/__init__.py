"""Judge the graph: return findings and change sets, and never write."""
