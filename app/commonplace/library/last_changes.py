"""Tell when things last changed, and put lists in that order: the graph itself does not say it, the log does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.thing_versions import ThingVersions
from commonplace.library.selection import BY_IRI, Order
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter


@dataclass(frozen=True, slots=True)
class LastChanges:
    """The version that last changed each thing, or any evidence that hangs on it."""

    things: ThingVersions
    minter: Minter

    def of(self, snapshot: Snapshot, thing: NamedNode) -> Version:
        """Return the last version up to that of a snapshot; `EMPTY` for a thing that the log does not speak of."""
        nodes = [thing.value]
        for term in ("work", "about"):
            hanging = (triple.subject for triple in snapshot.triples(None, self.minter.term(term), thing))
            nodes += [node.value for node in hanging if isinstance(node, NamedNode)]
        every = (version for node in nodes for version in self.things.history(node))
        return max((version for version in every if version <= snapshot.version), default=EMPTY)

    def __call__(self, snapshot: Snapshot, thing: NamedNode) -> str:
        """Return that version as it is sorted."""
        return f"{self.of(snapshot, thing):012d}"

    def reach(self, snapshot: Snapshot, node: NamedNode | BlankNode) -> Iterator[NamedNode]:
        """Yield the things that a change of a node is a change of: its owner, and what evidence hangs on."""
        if isinstance(node, NamedNode):
            yield NamedNode(node.value.partition("#")[0])
        for term in ("work", "about"):
            for triple in snapshot.triples(node, self.minter.term(term)):
                if isinstance(triple.object, NamedNode):
                    yield triple.object


def newest_first(changes: LastChanges) -> Order:
    """Return the order in which what changed last comes first. Equal arguments make equal orders."""
    return Order(BY_IRI.pattern, descending=True, reach=_Reach(changes), value_of=changes)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The reach of an order: a method would be another one each time it is named."""

    changes: LastChanges

    def __call__(self, snapshot: Snapshot, node: NamedNode | BlankNode) -> Iterator[NamedNode]:
        return self.changes.reach(snapshot, node)
