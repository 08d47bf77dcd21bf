"""Fixtures of the tests of what is derived: SPARQL engines of others, and a library whose search index is in files."""

from tests.derived.engines import oxigraph, virtuoso
from tests.derived.large_library import every_library_is_large, small

__all__ = ["every_library_is_large", "oxigraph", "small", "virtuoso"]
