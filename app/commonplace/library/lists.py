"""Keep lists in order, so that a page costs as much as it shows.

A list is made from the graph once. At a later version it is moved along: only the things that the changes between
can have moved are looked at again. Where there are too many of these, or the list follows from a search, it is made
anew. A kept list equals the one made anew, so it may be dropped at any time. What works say picks from such a list
(`commonplace.library.states`), and makes no list of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from threading import Lock
from weakref import WeakValueDictionary

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.changes import changes_between
from commonplace.library.incremental import MOVED_QUADS
from commonplace.library.selection import BY_IRI, Order, Reach, Selection
from commonplace.library.sorted_list import PageOfThings, Pick, RankedList, SortedList
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.model.namespaces import RDF
from commonplace.patchlog.log import PatchLog

KEPT_THINGS = 2_000_000
"""Maximum number of things in all kept lists together, but for those that always stay: 16 bytes each, beside the texts,
which lists share."""

KEPT_LISTS = 500
"""Maximum number of kept lists. A list of nothing takes some kilobytes too, and a client may ask for any number."""

MOVED_PART = 20
"""Maximum part of a list that is moved along, as its denominator: to look at one thing again takes that many times
as long as its share of making the list."""

MOVED_THINGS = 20
"""Minimum number of things that are looked at again, however short the list is."""

_DEFAULT = DefaultGraph()


Select = Callable[[Snapshot], Selection]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list at a version: its selection, its things in order, and which of them are shown."""

    version: Version
    selection: Selection
    """What it selects, but for the things that a search found: they are no more than `things`."""
    things: SortedList | RankedList
    pick: Pick | None = None
    """What picks the things to be shown; all are, without it."""
    coverage: dict[str, int] | None = None
    """Number of works by what they say, where they were picked by that."""
    extent: dict[str, int] | None = None
    """Number of works that were read and were not, where they were picked so."""

    def page(self, order: Order | None, limit: int, cursor: str | None) -> PageOfThings:
        """Return one page, in the direction of the order."""
        descending = order is not None and order.descending
        return self.things.page(limit, cursor, descending=descending, pick=self.pick)


class _Making:
    """A lock held while a list is made, so that another thread that wants the list waits for it."""

    def __init__(self) -> None:
        self.lock = Lock()


@dataclass(frozen=True, slots=True)
class _ListName:
    """Name of a list: what it selects, and its order without the direction."""

    of: Hashable
    order: Order | None


def _list_name(of: Hashable, order: Order | None) -> _ListName:
    return _ListName(of, order and replace(order, descending=False))


class Lists:
    """The lists asked for most recently. Safe to share between threads."""

    def __init__(self, log: PatchLog, room: int = KEPT_THINGS, most: int = KEPT_LISTS) -> None:
        """Keep `most` lists at most, of `room` things together."""
        self._log = log
        self._most = most
        self._room = room
        self._staying: set[_ListName] = set()
        self._kept: OrderedDict[tuple[_ListName, Version], Listed] = OrderedDict()
        self._newest: dict[_ListName, Version] = {}
        self._making: WeakValueDictionary[_ListName, _Making] = WeakValueDictionary()
        self._lock = Lock()

    def let_stay(self, of: Hashable, order: Order | None) -> None:
        """Keep the newest list of that name always once it is made, however many things the library has; `of` names it,
        as ever."""
        with self._lock:
            self._staying.add(_list_name(of, order))

    def begin(self, of: Hashable, order: Order | None, made: Listed) -> None:
        """Take a list that was made elsewhere, to be moved along from its version, and in the place of one of that
        version, which is equal to it; `of` names it, as ever."""
        self._put(_list_name(of, order), made)

    def version(self, of: Hashable, order: Order | None) -> Version | None:
        """Return the newest version of which a list of that name is kept; None where there is none."""
        return self._newest.get(_list_name(of, order))

    def of(self, graph: Graph, of: Hashable, select: Select, order: Order | None) -> Listed:
        """Return the list at the version that the graph is at.

        `of` names what `select` selects: two equal names select the same things at one version. Raises what
        `select` raises.
        """
        name = _list_name(of, order)
        kept = self._get(name, graph.version)
        if kept is not None:
            return kept
        with self._lock:
            making = self._making.setdefault(name, _Making())
        with making.lock:
            kept = self._get(name, graph.version)
            if kept is None:
                kept = graph.read(
                    lambda snapshot: self._made(snapshot, name, select)
                )  # kept only when the read was whole
                self._put(name, kept)
            return kept

    def ready(self, graph: Graph, of: Hashable, select: Select, order: Order | None) -> Callable[[Snapshot], Listed]:
        """Return a function from the snapshot that is about to be read to its list.

        The function returns the list kept; when a write came between, it makes the list from the snapshot. Raises
        what `select` raises.
        """
        kept = self.of(graph, of, select, order)
        return lambda snapshot: kept if kept.version == snapshot.version else listed(snapshot, select, order)

    def handed(self) -> Sequence[tuple[_ListName, Listed]]:
        """Return all lists that are kept, for `take` in another process."""
        with self._lock:
            return [(name, kept) for (name, _), kept in self._kept.items()]

    def take(self, lists: Iterable[tuple[_ListName, Listed]]) -> None:
        """Keep lists that another process has made."""
        for name, made in lists:
            self._put(name, made)

    def _get(self, name: _ListName, version: Version) -> Listed | None:
        with self._lock:
            kept = self._kept.get((name, version))
            if kept is not None:
                self._kept.move_to_end((name, version))
            return kept

    def _put(self, name: _ListName, made: Listed) -> None:
        """Keep a list, in the place of the newest of that name, from which it was moved along, or of one like it."""
        with self._lock:
            if (name, made.version) in self._kept:
                self._kept[name, made.version] = made
                return
            self._kept[name, made.version] = made
            before = self._newest.get(name)
            if before is None or before < made.version:
                self._newest[name] = made.version
                if before is not None:
                    self._drop((name, before))
            others = [key for key in self._kept if not self._stays(*key)]
            size, left = sum(len(self._kept[key].things) for key in others), len(others)
            for key in others[:-1]:
                if size <= self._room and left <= self._most:
                    break
                size, left = size - len(self._kept[key].things), left - 1
                self._drop(key)

    def _stays(self, name: _ListName, version: Version) -> bool:
        return name in self._staying and self._newest.get(name) == version

    def _drop(self, key: tuple[_ListName, Version]) -> None:
        if self._kept.pop(key, None) is not None and self._newest.get(key[0]) == key[1]:
            del self._newest[key[0]]

    def _made(self, snapshot: Snapshot, name: _ListName, select: Select) -> Listed:
        selection = select(snapshot)
        things = self._moved(snapshot, name, selection)
        if things is None:
            things = selection.sorted(snapshot, name.order)
        return Listed(snapshot.version, replace(selection, ranked=None), things)

    def _moved(self, snapshot: Snapshot, name: _ListName, selection: Selection) -> SortedList | RankedList | None:
        """Return the newest list kept by that name, moved along to the snapshot; None when it must be made anew."""
        if selection.ranked is not None:  # the next search may find others
            return None
        with self._lock:
            earlier = self._kept.get((name, self._newest.get(name, EMPTY)))
        if earlier is None or earlier.selection != selection or not isinstance(earlier.things, SortedList):
            return None
        changes = changes_between(self._log, earlier.version, snapshot.version, MOVED_QUADS)
        if changes is None:
            return None
        return moved(earlier.things, snapshot, changes, selection, name.order or BY_IRI)


def listed(snapshot: Snapshot, select: Select, order: Order | None) -> Listed:
    """Make a list from the snapshot."""
    selection = select(snapshot)
    return Listed(snapshot.version, replace(selection, ranked=None), selection.sorted(snapshot, order))


def moved(
    things: SortedList, snapshot: Snapshot, changes: Sequence[ChangeSet], selection: Selection, order: Order
) -> SortedList | None:
    """Return the list at a later snapshot, given the net changes between; None when too many things may have moved."""
    reaches = [reach for reach in (selection.reach, order.reach) if reach]
    most = MOVED_THINGS + len(things) // MOVED_PART
    touched: set[str] = set()
    for node in _may_have_moved(snapshot, changes, reaches, selection.named_by):
        touched.add(node.value)
        if len(touched) > most:
            return None
    found = {iri: selection.sort_value(snapshot, order, NamedNode(iri)) for iri in touched}
    values = {iri: value for iri, value in found.items() if value is not None}
    staying = {iri for iri, value in values.items() if things.holds(value, iri)}
    gone = things.positions(set(_may_go(snapshot, changes, selection, touched - staying)))
    return things.moved(gone, {iri: value for iri, value in values.items() if iri not in staying})


def _may_go(
    snapshot: Snapshot, changes: Iterable[ChangeSet], selection: Selection, touched: Iterable[str]
) -> Iterator[str]:
    """Yield those of some things that may have been in a list before the changes. Most that a change touches are of
    another class, before and after it: to look for these in a long list would go through all of it."""
    kind = selection.kind
    if kind is None:
        yield from touched
        return
    before = {
        quad.subject.value
        for change in changes
        for quad in change.removed
        if quad.predicate == RDF["type"] and quad.object == kind and isinstance(quad.subject, NamedNode)
    }
    for iri in touched:
        if iri in before or snapshot.contains(Quad(NamedNode(iri), RDF["type"], kind)):
            yield iri


def _may_have_moved(
    snapshot: Snapshot,
    changes: Iterable[ChangeSet],
    reaches: Sequence[Reach],
    named_by: AbstractSet[NamedNode] | None,
) -> Iterator[NamedNode]:
    """Yield the nodes in the changed statements, and the things reached from there.

    With `named_by` only statements with one of these properties count for what they lead to.

    The snapshot after the changes is enough to find them: a statement that led from a thing to a changed one and is
    gone stands itself among the changes, nearer to the thing.
    """
    subjects: set[NamedNode | BlankNode] = set()
    for change in changes:
        for quad in change.quads():
            if quad.graph_name == _DEFAULT and isinstance(quad.subject, NamedNode | BlankNode):
                subjects.add(quad.subject)
                if isinstance(quad.object, NamedNode) and (named_by is None or quad.predicate in named_by):
                    yield quad.object
    for subject in subjects:
        if isinstance(subject, NamedNode):
            yield subject
        for reach in reaches:
            yield from reach(snapshot, subject)
