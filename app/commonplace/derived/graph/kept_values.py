"""Say literals as the engine keeps them: it keeps the value of a number or date, not how that was written.

`"01"` is `"1"` to it. So a change that removes the one and adds the other, or entries that do, speak of one statement,
and whoever compares them as they are written loses it.
"""

from __future__ import annotations

from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from commonplace.derived.graph.snapshot import Term
from commonplace.model.change import ChangeSet
from commonplace.model.namespaces import XSD
from commonplace.model.quad_text import QuadText

_NODE = NamedNode("urn:x")
_PLAIN = XSD["string"]


def kept_literal(literal: Literal) -> Literal:
    """Return a literal as the engine gives it back."""
    return literal if literal.datatype == _PLAIN or literal.language else _kept_value(literal)


@lru_cache(maxsize=8_192)
def _kept_value(literal: Literal) -> Literal:
    """Return a literal that is no text as the engine gives it back."""
    store = Store()
    store.add(Quad(_NODE, _NODE, literal))
    kept = next(iter(store)).object
    return kept if isinstance(kept, Literal) else literal


def kept_quad(quad: Quad) -> Quad:
    """Return a quad as the engine gives it back, values within triple terms included."""
    value = _kept(quad.object)
    return quad if value is quad.object else Quad(quad.subject, quad.predicate, value, quad.graph_name)


def kept_values(change: ChangeSet) -> ChangeSet:
    """Return a change as the engine understands it. One that comes as text, of an import, is written so already."""
    if isinstance(change.added, QuadText):
        return change
    return ChangeSet(added=tuple(map(kept_quad, change.added)), removed=tuple(map(kept_quad, change.removed)))


def _kept(term: Term) -> Term:
    if isinstance(term, Literal):
        kept = kept_literal(term)
        return term if kept == term else kept
    if isinstance(term, Triple):
        value = _kept(term.object)
        return term if value is term.object else Triple(term.subject, term.predicate, value)
    return term
