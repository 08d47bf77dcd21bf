"""Serve the library's things as JSON and RDF, one module for each family of addresses."""
