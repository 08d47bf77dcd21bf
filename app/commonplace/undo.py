"""Make the change that takes a version back, and list the things that it must leave.

Each statement goes back by itself. One that a later version changed already stays as it is, and
a replaced value does not come back where its replacement was replaced in turn. A thing that the
version created goes only if nothing later speaks of it or points to it: deleting it would leave
the later statements about nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet, Version
from commonplace.model.namespaces import OWL, RDF


@dataclass(frozen=True, slots=True)
class LeftThing:
    """A thing that an undo left: its IRI, why, and the later versions that are the reason."""

    thing: str
    why: str
    versions: tuple[Version, ...]


History = Callable[[str], Sequence[Version]]
"""Function that returns the versions that touched a thing, oldest first, given its IRI."""

IsImplied = Callable[[Snapshot, Triple], bool]
"""Function that answers whether a statement follows from others, so that it keeps nothing from going."""


IsMerged = Callable[[str], bool]
"""Function that answers whether the thing of an IRI is merged into another: nothing is said of it then."""


def undo_of(
    done: ChangeSet,
    versions: Collection[Version],
    snapshot: Snapshot,
    history: History,
    follows: IsImplied,
    is_merged: IsMerged,
) -> tuple[ChangeSet, list[LeftThing]]:
    """Return the change that takes back, in that state, what some versions did together, net; and what it leaves.

    It costs what the change costs: `history` is asked only for the things that are left.
    """
    since = _Since(versions, history)
    inverse = done.inverse()
    effective = _unless_replaced(inverse.net(snapshot.contains), done, snapshot)
    kept = _changed_since(inverse, effective, since)
    merged = _merged_since(effective, is_merged)
    effective = ChangeSet(
        added=tuple(quad for quad in effective.added if _thing(quad) not in merged), removed=effective.removed
    )
    kept += [LeftThing(thing, "it was merged into another since", since.touching({thing})) for thing in sorted(merged)]
    classed = {quad.subject for quad in effective.added if quad.predicate == RDF["type"]}
    following = _following(snapshot, effective.removed, follows, classed)
    removed, things = _without_needed(snapshot, (*effective.removed, *following), classed)
    for thing in sorted(things):
        kept.append(LeftThing(thing, "later versions speak of it or point to it", since.touching(things[thing])))
    return ChangeSet(added=effective.added, removed=tuple(removed)), kept


def together(changes: Iterable[ChangeSet]) -> ChangeSet:
    """Return what changes did together, oldest first, others between them or not: of each statement, whether it was
    there before the first of them that touched it, and after the last."""
    first: dict[Quad, bool] = {}
    last: dict[Quad, bool] = {}
    for change in changes:
        for quads, there in ((change.removed, False), (change.added, True)):
            for quad in quads:
                first.setdefault(quad, not there)
                last[quad] = there
    return ChangeSet(
        added=tuple(quad for quad, there in last.items() if there and not first[quad]),
        removed=tuple(quad for quad, there in last.items() if not there and first[quad]),
    )


class _Since:
    """The versions after the first of those taken back, and none of them, that touched a thing."""

    def __init__(self, versions: Collection[Version], history: History) -> None:
        self._undone = frozenset(versions)
        self._first = min(versions)
        self._history = history

    def touching(self, things: Iterable[str]) -> tuple[Version, ...]:
        """Return the versions that touched one of some things. A blank node has no history."""
        found = {version for thing in things if not thing.startswith("_:") for version in self._history(thing)}
        return tuple(sorted(version for version in found - self._undone if version > self._first))


def _unless_replaced(effective: ChangeSet, done: ChangeSet, snapshot: Snapshot) -> ChangeSet:
    """Return a change without the values whose replacement, made by the version itself, is no longer there."""
    replaced = {_slot(quad) for quad in done.removed}
    gone = {_slot(quad) for quad in done.added if _slot(quad) in replaced and not snapshot.contains(quad)}
    return ChangeSet(added=tuple(q for q in effective.added if _slot(q) not in gone), removed=effective.removed)


def _slot(quad: Quad) -> tuple[object, ...]:
    return quad.subject, quad.predicate, quad.graph_name


def _changed_since(inverse: ChangeSet, effective: ChangeSet, since: _Since) -> list[LeftThing]:
    done = set(effective.quads())
    things = sorted({_thing(quad) for quad in inverse.quads() if quad not in done})
    return [LeftThing(thing, "later versions changed it already", since.touching({thing})) for thing in things]


def _merged_since(effective: ChangeSet, is_merged: IsMerged) -> set[str]:
    """Return the things that would be spoken of again while they are merged, and stay so."""
    apart = {_thing(quad) for quad in effective.removed if quad.predicate == OWL["sameAs"]}
    return {thing for thing in {_thing(quad) for quad in effective.added} - apart if is_merged(thing)}


def _following(
    snapshot: Snapshot, removed: Iterable[Quad], follows: IsImplied, classed: Collection[object]
) -> Iterator[Quad]:
    """Yield what follows from other statements about each thing whose class is taken away, and so goes with it."""
    going = set(removed)
    for subject in {quad.subject for quad in going if quad.predicate == RDF["type"]} - set(classed):
        if not isinstance(subject, Triple):
            for triple in snapshot.triples(subject):
                quad = Quad(*triple)
                if quad not in going and follows(snapshot, triple):
                    yield quad


def _without_needed(
    snapshot: Snapshot, removed: Iterable[Quad], classed: Collection[object]
) -> tuple[list[Quad], dict[str, set[str]]]:
    """Return the removals that leave nothing dangling, and the things that must stay, each with those that need it.

    A node goes with its class, unless it is `classed` anew: it becomes another kind of thing then. One that must stay
    keeps what is said of it, and the links of its own thing to it.
    """
    going = dict.fromkeys(removed)
    needed: dict[str, set[str]] = {}
    while True:
        leaving = {quad.triple for quad in going}
        nodes = {quad.subject for quad in going if quad.predicate == RDF["type"] and quad.subject not in classed}
        staying = {
            node for node in nodes if not isinstance(node, Triple) and _is_needed(snapshot, node, leaving, needed)
        }
        if not staying:
            return list(going), needed
        going = {quad: None for quad in going if not _says_of(quad, staying)}


def _says_of(quad: Quad, nodes: Collection[object]) -> bool:
    """Answer whether a statement is about one of some nodes, or links it from the thing that it belongs to."""
    return quad.subject in nodes or (quad.object in nodes and _name(quad.object) == _name(quad.subject))


def _is_needed(
    snapshot: Snapshot, node: NamedNode | BlankNode, leaving: Collection[Triple], needed: dict[str, set[str]]
) -> bool:
    """Answer whether something would still be said of a node that goes, or point to it; `needed` learns by what."""
    why = {_name(node) for triple in snapshot.triples(node) if triple not in leaving}
    why |= {_name(triple.subject) for triple in snapshot.triples(None, None, node) if triple not in leaving}
    if why:
        needed.setdefault(_name(node), set()).update(why)
    return bool(why)


def _thing(quad: Quad) -> str:
    return _name(quad.subject)


def _name(node: NamedNode | BlankNode | Literal | Triple) -> str:
    """Return the thing that a node belongs to; a blank node is a thing of its own."""
    return node.value.partition("#")[0] if isinstance(node, NamedNode) else str(node)
