"""Describe things in triples, as they are answered and exported in RDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, DATACITE, OWL, PRO, RDF
from commonplace.model.work_reading import NEIGHBOURS

OWN_NODES = (PRO["isDocumentContextFor"], DATACITE["hasIdentifier"])
"""Properties that lead from a thing to nodes of its own."""


def describe(snapshot: Snapshot, things: Iterable[NamedNode], minter: Minter) -> list[Triple]:
    """Return triples that describe each thing: its own nodes, the people, venue and publisher it names, and statements
    about it.

    Statements about a work are its evidence, the citations it makes, doubts and corrections, and of anything what was
    merged into it. No triple comes
    twice; each thing comes before its neighbours, and types before other properties.
    """
    found: dict[Triple, None] = {}
    for thing in things:
        neighbourhood = sorted(set(_of_one(snapshot, thing, minter)), key=lambda triple: _rank(triple, thing))
        found.update(dict.fromkeys(neighbourhood))
    return list(found)


def _rank(triple: Triple, thing: NamedNode) -> tuple[bool, str, bool, str, str]:
    subject, predicate = triple.subject, triple.predicate
    return subject != thing, str(subject), predicate != RDF["type"], predicate.value, str(triple.object)


def _of_one(snapshot: Snapshot, thing: NamedNode, minter: Minter) -> Iterator[Triple]:
    own = list(snapshot.triples(thing))
    yield from own
    for triple in own:
        if triple.predicate in OWN_NODES and isinstance(triple.object, NamedNode):
            yield from snapshot.triples(triple.object)
    for path in NEIGHBOURS[1:]:
        nodes = {thing}
        for step in path:
            nodes = {o for node in nodes for t in snapshot.triples(node, step) if isinstance(o := t.object, NamedNode)}
        for node in sorted(nodes, key=lambda node: node.value):
            yield from snapshot.triples(node)
    yield from snapshot.triples(None, OWL["sameAs"], thing)
    for predicate in (minter.term("work"), CITO["hasCitingEntity"], minter.term("onWork")):
        for triple in snapshot.triples(None, predicate, thing):
            if isinstance(triple.subject, NamedNode):
                yield from snapshot.triples(triple.subject)
                yield from _corrections(snapshot, triple.subject, minter)


def _corrections(snapshot: Snapshot, citation: NamedNode, minter: Minter) -> Iterator[Triple]:
    for triple in snapshot.triples(None, minter.term("onCitation"), citation):
        if isinstance(triple.subject, NamedNode):
            yield from snapshot.triples(triple.subject)
