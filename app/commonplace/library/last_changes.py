"""Tell when things last changed, and put lists in that order: the graph itself does not say it, the log does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import BlankNode, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.graph.sparql_tsv import rows, tsv
from commonplace.derived.thing_versions import ThingVersions
from commonplace.library.selection import BY_IRI, Order
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter

SEARCHED_THINGS = 1_000
"""Maximum number of things whose evidence is looked up one by one; of more, all evidence is looked at once."""

_HANGING = f"{PROLOGUE}SELECT ?thing ?node WHERE {{ ?node cp:work|cp:about ?thing }}"


@dataclass(frozen=True, slots=True)
class LastChanges:
    """The version that last changed each thing, or any evidence that hangs on it. Equal parts make equal ones."""

    things: ThingVersions
    minter: Minter

    def of(self, snapshot: Snapshot, things: Collection[str]) -> dict[str, Version]:
        """Return the last version of each thing, up to that of a snapshot; `EMPTY` where the log speaks of none."""
        hanging: dict[str, list[str]] = {}
        for thing, node in self._hanging(snapshot, things):
            hanging.setdefault(thing, []).append(node.partition("#")[0])
        last = self.things.last(chain(things, *hanging.values()), snapshot.version)
        return {thing: max(last.get(node, EMPTY) for node in (thing, *hanging.get(thing, ()))) for thing in things}

    def _hanging(self, snapshot: Snapshot, things: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield pairs of a thing and a node of evidence that hangs on it."""
        if len(things) > SEARCHED_THINGS:
            pairs = rows(tsv(snapshot.query(_HANGING)))
            wanted = frozenset(things)
            yield from ((thing[1:-1], node[1:-1]) for thing, node in pairs if thing[1:-1] in wanted)
            return
        for thing in things:
            for term in ("work", "about"):
                for triple in snapshot.triples(None, self.minter.term(term), NamedNode(thing)):
                    if isinstance(triple.subject, NamedNode):
                        yield thing, triple.subject.value

    def __call__(self, snapshot: Snapshot, things: Collection[str]) -> Mapping[str, str]:
        """Return those versions as they are sorted."""
        return {thing: f"{version:012d}" for thing, version in self.of(snapshot, things).items()}


@dataclass(frozen=True, slots=True)
class _Reach:
    """The reach of changes: equal for equal ones, as a method would not be."""

    minter: Minter

    def __call__(self, snapshot: Snapshot, node: NamedNode | BlankNode) -> Iterator[NamedNode]:
        """Yield the things that a change of a node is a change of: its owner, and what evidence hangs on."""
        if isinstance(node, NamedNode):
            yield NamedNode(node.value.partition("#")[0])
        for term in ("work", "about"):
            for triple in snapshot.triples(node, self.minter.term(term)):
                if isinstance(triple.object, NamedNode):
                    yield triple.object


def newest_first(changes: LastChanges) -> Order:
    """Return the order in which what changed last comes first. Equal arguments make equal orders."""
    return Order(BY_IRI.pattern, descending=True, reach=_Reach(changes.minter), values=changes)
