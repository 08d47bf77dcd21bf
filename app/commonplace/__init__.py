"""Commonplace: a knowledge graph and bibliography of a literature, as a service."""

__version__ = "0.1.0"
