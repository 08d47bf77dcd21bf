"""Place the things of the library on a map, once for each choice of filters, and again when a link changes.

A change that touches no link among the things on a map leaves each in its place: the map is carried over to the next
version. How many links each thing has is moved along, so that a citation does not have all links read again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.changes import changes_between
from commonplace.library.incremental import MOVED_QUADS
from commonplace.library.map_changes import carried_over, changed_links, moved_along
from commonplace.library.map_reading import Counts, LinkBetween, Linked, MapFilters, linked_things
from commonplace.library.map_schemas import Layout, Relation
from commonplace.library.schemas import Completeness
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog

if TYPE_CHECKING:
    from commonplace.library.map_layout import Places

KEPT_THINGS = 15_000
"""Maximum number of things on all kept maps together: five maps of the most things, some 40 MB."""


KEPT_COUNTS = 2
"""Maximum number of choices of relations for which the links of every thing are counted along: 10 MB each for 100,000
works."""


@dataclass(frozen=True, slots=True)
class PlacedMap:
    """Linked things of a version, the group of each, and its place on the plane of a layout."""

    linked: Linked
    community: Sequence[int]
    places: Places
    layout: Layout
    version: Version

    @property
    def complete(self) -> Completeness:
        """Return whether it has all things that are linked."""
        return "complete" if len(self.linked.things) == self.linked.total else "truncated"


@dataclass(frozen=True, slots=True)
class _Name:
    filters: MapFilters
    limit: int
    layout: Layout

    @property
    def is_of_all(self) -> bool:
        """Return whether the map is of the whole library, cut to the things with most links."""
        return self.filters.years is None and self.filters.focus is None


@dataclass(frozen=True, slots=True)
class _LinkCounts:
    """The number of links of every thing at a version."""

    version: Version
    counts: Counts


class PlacedMaps:
    """The maps asked for most recently, each of one version. Safe to share between threads."""

    def __init__(self, log: PatchLog, room: int = KEPT_THINGS) -> None:
        """Keep maps of `room` things together, of versions of a log."""
        self._log = log
        self._room = room
        self._size = 0
        self._kept: OrderedDict[_Name, PlacedMap] = OrderedDict()
        self._counted: OrderedDict[tuple[Relation, ...], _LinkCounts] = OrderedDict()
        self._lock = Lock()

    def of(self, snapshot: Snapshot, minter: Minter, filters: MapFilters, limit: int, layout: Layout) -> PlacedMap:
        """Return the map of what the filters leave of a snapshot, cut to the `limit` things with most links.

        Raises `BadRequest` and `NotFound` as `linked_things` does.
        """
        name = _Name(filters, limit, layout)
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
        if kept is not None and kept.version == snapshot.version:
            return kept
        made = self._carried(kept, snapshot, minter, name) if kept is not None else None
        if made is None:
            linked, counts = linked_things(snapshot, minter, filters, limit)
            made = placed(linked, layout, snapshot.version)
            self._keep_counts(name, _LinkCounts(snapshot.version, counts))
        self._keep(name, made)
        return made

    def handed(self) -> tuple[Sequence[tuple[_Name, PlacedMap]], Sequence[tuple[_Name, _LinkCounts]]]:
        """Return all maps that are kept and what is counted, for `take` in another process."""
        with self._lock:
            counted = [(name, one) for name in self._kept if (one := self._counted.get(name.filters.relations))]
            return list(self._kept.items()), counted

    def take(self, handed: tuple[Iterable[tuple[_Name, PlacedMap]], Iterable[tuple[_Name, _LinkCounts]]]) -> None:
        """Keep maps that another process has made, and what it has counted."""
        maps, counted = handed
        for name, made in maps:
            self._keep(name, made)
        for name, one in counted:
            self._keep_counts(name, one)

    def _keep(self, name: _Name, made: PlacedMap) -> None:
        with self._lock:
            self._size += len(made.places) - len(before.places if (before := self._kept.get(name)) else ())
            self._kept[name] = made
            while self._size > self._room and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1].places)

    def _keep_counts(self, name: _Name, counted: _LinkCounts) -> None:
        """Keep the number of links of every thing, where a map shows those of the whole library."""
        if not name.is_of_all:
            return
        with self._lock:
            before = self._counted.get(name.filters.relations)
            if before is None or before.version < counted.version:
                self._counted[name.filters.relations] = counted
            self._counted.move_to_end(name.filters.relations)
            while len(self._counted) > KEPT_COUNTS:
                self._counted.popitem(last=False)

    def _carried(self, kept: PlacedMap, snapshot: Snapshot, minter: Minter, name: _Name) -> PlacedMap | None:
        """Return a map of another version carried over to a snapshot; None where it has to be made anew."""
        changes = changes_between(self._log, kept.version, snapshot.version, MOVED_QUADS)
        links = changed_links(snapshot, changes, minter) if changes is not None else None
        if changes is None or links is None:
            return None
        linked = carried_over(kept.linked, snapshot, changes, links, minter, name.filters)
        if linked is None:
            counts = self._counts_at(snapshot, minter, name)
            if counts is None:
                return None
            relations = name.filters.relations
            linked = moved_along(kept.linked, snapshot, changes, links, minter, relations, counts, name.limit)
        return moved(kept, linked, snapshot.version)

    def _counts_at(self, snapshot: Snapshot, minter: Minter, name: _Name) -> Counts | None:
        """Return the number of links of every thing at a snapshot; None where they have to be counted anew."""
        with self._lock:
            counted = self._counted.get(name.filters.relations) if name.is_of_all else None
        if counted is None:
            return None
        if counted.version == snapshot.version:
            return counted.counts
        changes = changes_between(self._log, counted.version, snapshot.version, MOVED_QUADS)
        links = changed_links(snapshot, changes, minter) if changes is not None else None
        if links is None:
            return None
        counts = links.counted(counted.counts, name.filters.relations)
        self._keep_counts(name, _LinkCounts(snapshot.version, counts))
        return counts


def placed_map(snapshot: Snapshot, minter: Minter, filters: MapFilters, limit: int, layout: Layout) -> PlacedMap:
    """Return what `PlacedMaps.of` does, made anew."""
    linked, _ = linked_things(snapshot, minter, filters, limit)
    return placed(linked, layout, snapshot.version)


def placed(linked: Linked, layout: Layout, version: Version) -> PlacedMap:
    """Return linked things with their places, which follow from the things, whatever order they come in, and links."""
    # it loads a library, for which a start need not wait
    from commonplace.library.map_layout import communities, network_places, pairs_of, year_places

    order = sorted(range(len(linked.things)), key=lambda one: linked.things[one].iri)
    numbers = {linked.things[one].iri: number for number, one in enumerate(order)}
    pairs = pairs_of(numbers, [(link.source, link.target) for link in linked.links])
    community = communities(len(order), pairs)
    places = network_places(len(order), pairs, community)
    if layout == "year":
        places = year_places([linked.things[one].year for one in order], pairs, places)
    at = [numbers[thing.iri] for thing in linked.things]
    return PlacedMap(linked, [community[one] for one in at], [places[one] for one in at], layout, version)


def moved(kept: PlacedMap, linked: Linked, version: Version) -> PlacedMap:
    """Return a map with other particulars of its things, each in its place; where that may be another, placed anew."""
    before, things = kept.linked, linked.things
    same_links = linked.links is before.links or [_ends(one) for one in linked.links] == [
        _ends(one) for one in before.links
    ]
    years = {thing.iri: thing.year for thing in before.things}
    if not same_links or {thing.iri for thing in things} != years.keys():
        return placed(linked, kept.layout, version)
    if kept.layout == "year" and any(years[thing.iri] != thing.year for thing in things):
        return placed(linked, kept.layout, version)
    at = {thing.iri: number for number, thing in enumerate(before.things)}
    order = [at[thing.iri] for thing in things]
    community, places = [kept.community[one] for one in order], [kept.places[one] for one in order]
    return PlacedMap(linked, community, places, kept.layout, version)


def _ends(link: LinkBetween) -> tuple[str, str]:
    return link.source, link.target
