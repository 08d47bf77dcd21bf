"""Read works of a snapshot as records, for exporters and for matching."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FABIO, RDF
from commonplace.model.record import Record
from commonplace.model.work_reading import NEIGHBOURS, Neighbourhood, read_work
from commonplace.model.work_reading import is_work as says_work


def said_of(snapshot: Snapshot, thing: NamedNode) -> Neighbourhood:
    """Return what is said of one thing."""
    about = Neighbourhood()
    about.add_said(thing, snapshot.said_of(thing))
    return about


def node_of(snapshot: Snapshot, thing: NamedNode, predicate: NamedNode) -> NamedNode | None:
    """Return the first of the IRIs that a property of a thing leads to, or None."""
    objects = (triple.object for triple in snapshot.triples(thing, predicate))
    return min((one for one in objects if isinstance(one, NamedNode)), key=lambda node: node.value, default=None)


def neighbourhood(snapshot: Snapshot, work: NamedNode) -> Neighbourhood:
    """Return the statements that a work's record is read from."""
    about = said_of(snapshot, work)
    seen = {work}
    for path in NEIGHBOURS:
        nodes = [work]
        for step in path:
            nodes = [there for node in nodes for there in about.nodes(node, step)]
        for node in nodes:
            if node not in seen:
                seen.add(node)
                about.add_said(node, snapshot.said_of(node))
    return about


def work_of_alternative_key(snapshot: Snapshot, key: str, minter: Minter) -> NamedNode | None:
    """Return the work that has an alternative key; of several, which no import makes, the first by IRI."""
    having = snapshot.triples(None, minter.term("alternativeKey"), Literal(key))
    works = [triple.subject for triple in having if isinstance(triple.subject, NamedNode)]
    return min(works, key=lambda work: work.value, default=None)


def is_work(snapshot: Snapshot, node: NamedNode) -> bool:
    """Return whether there is a work of that IRI."""
    return any(True for _ in snapshot.triples(node, RDF["type"], FABIO["Expression"]))


def record_of(snapshot: Snapshot, work: NamedNode, minter: Minter) -> Record:
    """Return the record of one work, for exporters. Raises `NotFound`."""
    about = neighbourhood(snapshot, work)
    if not says_work(about, work):
        raise NotFound(Message("there is no work %(key)r", key=minter.key(work.value)))
    return read_work(about, work, minter)
