"""Judge data by the shapes of `ontology/shapes.ttl` (SHACL)."""
