"""Functions our own queries may call in the engine, beside those of SPARQL."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from app.derived.search_text import without_marks

FOLDED = "urn:x-commonplace:folded"
"""A text as it is sorted: without case, accents and ligatures."""

_Term = NamedNode | BlankNode | Literal | Triple


def _folded(term: _Term) -> Literal | None:
    return Literal(without_marks(term.value)) if isinstance(term, Literal) else None


FUNCTIONS: dict[NamedNode, Callable[..., _Term | None]] = {NamedNode(FOLDED): _folded}
"""By IRI. A function that answers None leaves its expression without a value."""
