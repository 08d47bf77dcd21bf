"""Place the things of the library on a map, once for each choice of filters, and again when a link changes.

A change that touches no link leaves each thing in its place: the map is carried over to the next version.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.changes import changes_between
from commonplace.library.incremental import MOVED_QUADS
from commonplace.library.map_changes import carried_over
from commonplace.library.map_layout import Places, communities, network_places, pairs_of, year_places
from commonplace.library.map_reading import Linked, MapFilters, linked_things
from commonplace.library.map_schemas import Layout
from commonplace.library.schemas import Completeness
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog

KEPT_THINGS = 15_000
"""Maximum number of things on all kept maps together: five maps of the most things, some 40 MB."""


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


class PlacedMaps:
    """The maps asked for most recently, each of one version. Safe to share between threads."""

    def __init__(self, log: PatchLog, room: int = KEPT_THINGS) -> None:
        """Keep maps of `room` things together, of versions of a log."""
        self._log = log
        self._room = room
        self._size = 0
        self._kept: OrderedDict[_Name, PlacedMap] = OrderedDict()
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
            made = placed_map(snapshot, minter, filters, limit, layout)
        self._keep(name, made)
        return made

    def handed(self) -> Sequence[tuple[_Name, PlacedMap]]:
        """Return all maps that are kept, for `take` in another process."""
        with self._lock:
            return list(self._kept.items())

    def take(self, maps: Iterable[tuple[_Name, PlacedMap]]) -> None:
        """Keep maps that another process has made."""
        for name, made in maps:
            self._keep(name, made)

    def _keep(self, name: _Name, made: PlacedMap) -> None:
        with self._lock:
            self._size += len(made.places) - len(before.places if (before := self._kept.get(name)) else ())
            self._kept[name] = made
            while self._size > self._room and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1].places)

    def _carried(self, kept: PlacedMap, snapshot: Snapshot, minter: Minter, name: _Name) -> PlacedMap | None:
        """Return a map of another version carried over to a snapshot; None where it has to be made anew."""
        changes = changes_between(self._log, kept.version, snapshot.version, MOVED_QUADS)
        if changes is None:
            return None
        linked = carried_over(kept.linked, snapshot, changes, minter, name.filters)
        if linked is None or (name.layout == "year" and _years(linked) != _years(kept.linked)):
            return None
        return replace(kept, linked=linked, version=snapshot.version)


def _years(linked: Linked) -> list[int | None]:
    return [thing.year for thing in linked.things]


def placed_map(snapshot: Snapshot, minter: Minter, filters: MapFilters, limit: int, layout: Layout) -> PlacedMap:
    """Return what `PlacedMaps.of` does, made anew."""
    linked = linked_things(snapshot, minter, filters, limit)
    numbers = {thing.iri: number for number, thing in enumerate(linked.things)}
    pairs = pairs_of(numbers, [(link.source, link.target) for link in linked.links])
    community = communities(len(linked.things), pairs)
    places = network_places(len(linked.things), pairs, community)
    if layout == "year":
        places = year_places(_years(linked), pairs, places)
    return PlacedMap(linked, community, places, layout, snapshot.version)
