"""A graph in a SPARQL 1.1 engine of somebody else's, reached by its address."""
