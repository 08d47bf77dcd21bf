"""Fixtures of the tests of what is derived: SPARQL engines of others."""

from tests.derived.engines import oxigraph, virtuoso

__all__ = ["oxigraph", "virtuoso"]
