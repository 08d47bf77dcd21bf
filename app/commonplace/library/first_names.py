"""Read by which name a text speaks of the first author of a work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.derived.graph.snapshot import Ahead, Snapshot
from commonplace.model.minter import Minter
from commonplace.model.names import short_name
from commonplace.model.namespaces import CITO, FOAF, PRO

_ROLES = Ahead(but=frozenset((CITO["cites"],)), further=frozenset((PRO["isHeldBy"],)), leading=False)


def read_first_names_ahead(snapshot: Snapshot, works: Iterable[NamedNode]) -> None:
    """Read in a few questions what `first_names` looks at one by one, where the graph is far away."""
    snapshot.read_ahead(works, _ROLES)


def first_names(snapshot: Snapshot, minter: Minter, work: NamedNode) -> set[str]:
    """Return what the first author or editor of a work is called in a label; none where it has none.

    They are looked up from the work on: the engine would put all first authors of the library together.
    """
    names: set[str] = set()
    for role in _nodes(snapshot, work, PRO["isDocumentContextFor"]):
        if not snapshot.contains(Quad(role, minter.term("position"), Literal(1))):
            continue
        if any(snapshot.contains(Quad(role, PRO["withRole"], PRO[kind])) for kind in ("author", "editor")):
            for first in _nodes(snapshot, role, PRO["isHeldBy"]):
                names |= _short_names(snapshot, minter, first)
    return names


def _short_names(snapshot: Snapshot, minter: Minter, agent: NamedNode | BlankNode) -> set[str]:
    """Return the short names of a person or body that has a name."""
    whole = _said(snapshot, agent, FOAF["name"])
    families = _said(snapshot, agent, FOAF["familyName"]) if whole else ()
    if not families:
        return set(whole)
    particles = _said(snapshot, agent, minter.term("particle")) or [""]
    return {short_name(family, particle) for family in families for particle in particles}


def _nodes(snapshot: Snapshot, subject: NamedNode | BlankNode, predicate: NamedNode) -> Iterator[NamedNode | BlankNode]:
    objects = (triple.object for triple in snapshot.triples(subject, predicate))
    return (one for one in objects if isinstance(one, NamedNode | BlankNode))


def _said(snapshot: Snapshot, subject: NamedNode | BlankNode, predicate: NamedNode) -> list[str]:
    """Return texts that a node has, but for empty ones."""
    objects = (triple.object for triple in snapshot.triples(subject, predicate))
    return [one.value for one in objects if isinstance(one, Literal) and one.value]
