"""Prepare what is asked for most of a large library, where making it takes long, before anybody asks.

That is made in steps, each of which holds up others for a second at most, and moved along with each version from then
on. It is kept in a file as well (`commonplace.library.prepared_file`), from which the next start begins.
"""

from __future__ import annotations

import logging
import pickle
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import partial
from heapq import nlargest
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.sealed import LogPosition
from commonplace.derived.workers.apart import Apart, Step
from commonplace.library.agents import PEOPLE_ORDER, VENUE_ORDER, select_people, select_venues
from commonplace.library.citation_counts import CitationCounts
from commonplace.library.creators import Creators
from commonplace.library.headings import select_cases
from commonplace.library.incremental import AtVersion, Incremental
from commonplace.library.lists import Listed, Lists
from commonplace.library.map_reading import MOST_NODES, MapFilters
from commonplace.library.much_cited import MuchCited, read_ahead
from commonplace.library.placed_maps import PlacedMaps
from commonplace.library.prepared_file import BY_YEAR, Prepared, PreparedFile, newest_prepared, write_prepared
from commonplace.library.selection import Order, Selection
from commonplace.library.sorted_list import SortedList
from commonplace.library.states import States
from commonplace.library.totals import Totals
from commonplace.library.work_lists import ORDERS, WorkFilters, select_every_work
from commonplace.library.works_by_year import WorksByYear, WorksByYearAt, count_by_year, works_by_year
from commonplace.library.works_discussing import EVIDENCE_THAT_DISCUSSES, evidence_that_discusses, select_evidence
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog

log = logging.getLogger(__name__)

PREPARED = "prepared"
"""Name of the directory of the file, in that of what is derived."""

MOVED_BYTES = 600_000
"""Maximum length of the log after the version of a file, which is written anew then: what is read from it is moved
along, and half as far again beyond that it would be made anew."""

RESTS = 20
"""Number of half seconds without a request or a version after which the map is placed: a change of links has it placed
anew, which takes seconds, and who judges works one after another makes many."""

WIDEST = 4
"""Number of concepts of which all that is read on them is joined before anybody asks, half of those that are kept."""


class Named(NamedTuple):
    """A list that is prepared: what it is called, what it selects at any version, and its order."""

    of: Hashable
    selection: Selection
    order: Order | None

    def made(self, lists: Lists, graph: Graph) -> Listed:
        """Return the list at the version that a graph is at."""
        return lists.of(graph, self.of, lambda _: self.selection, self.order)


@dataclass(slots=True)
class Preparation:
    """What is prepared of one library, and where it is kept between starts."""

    log: PatchLog
    minter: Minter
    directory: Path | None
    """Where the file is, None where there may be none."""
    lists: Lists
    size: Incremental[int]
    totals: Incremental[Totals]
    states: Incremental[States]
    creators: Incremental[Creators]
    counts: Incremental[CitationCounts]
    much_cited: Incremental[MuchCited]
    placed_maps: PlacedMaps
    kept: Version = field(default=EMPTY, init=False)
    """The version of the file."""
    _works_by_year: SortedList | None = field(default=None, init=False)
    """The works by year that the file has, until it is read."""

    def __post_init__(self) -> None:
        for named in self._named().values():
            self.lists.let_stay(named.of, named.order)

    def begin(self, graph: Graph) -> bool:
        """Take what a file has of a version near that of the graph, if there is one; return whether there is."""
        if self.directory is None:
            return False
        for origin, prepared in newest_prepared(self.directory, self.minter):
            version = origin.version
            if not EMPTY < version <= graph.version or origin != LogPosition.of(self.log, version):
                continue  # of another log, or of versions to come
            if self.log.size(version, graph.version) <= 2 * MOVED_BYTES:
                self._take(version, prepared)
                self.kept = version
                return True
        return False

    def _take(self, version: Version, prepared: PreparedFile) -> None:
        self.size.begin(AtVersion(version, prepared.size))
        self.totals.begin(AtVersion(version, prepared.totals))
        self.states.begin_unread(version, prepared.states)
        self.creators.begin_unread(version, prepared.creators)
        self.counts.begin_unread(version, prepared.counts)
        self.much_cited.begin_unread(version, prepared.much_cited)
        self._works_by_year = prepared.lists[BY_YEAR]
        named = self._named()
        for name, things in prepared.lists.items():
            of, selection, order = named[name]
            self.lists.begin(of, order, Listed(version, selection, things))

    def read(self) -> Iterator[bool]:
        """Read what the file has, step by step, without the graph; the last step is much for who lacks them all."""
        if self._works_by_year is None:
            return
        self.states.read()
        yield False
        if (states := self.states.kept(self.kept)) is not None:
            for concept in _widest(states):
                count_by_year(self._works_by_year, states.on_concept(concept))
                yield False
        for value in (self.creators, self.counts, self.much_cited):
            value.read()
            yield False
        self._works_by_year = None
        yield True

    def lacks(self, graph: Graph) -> bool:
        """Return whether something has to be made from the whole graph, because it is of no version near that one's."""
        values = (self.totals, self.states, self.creators, self.counts, self.much_cited)
        lists = (self.lists.version(named.of, named.order) for named in self._named().values())
        return any(
            version is None or self.log.size(version, graph.version) > 2 * MOVED_BYTES
            for version in (*(value.version for value in values), *lists)
        )

    def steps(self, graph: Graph) -> Iterator[Step]:
        """Prepare step by step, what is needed first coming first.

        Yield after each whether who has the steps until then at hand is much better off than those who have only what
        came before the last such step, or a file; None where the next step is better left for a while. What reads much
        of the graph after every start is yielded to be taken `Apart`.
        """
        makes = self.kept == EMPTY
        named = self._named()

        def listed(name: str) -> Callable[[], object]:
            return partial(named[name].made, self.lists, graph)

        parts: list[list[Callable[[], object]]] = [
            [partial(self.states.of, graph), listed("works by year"), partial(self._read_widest, graph)],
            [partial(self.totals.of, graph), listed("venues"), listed("cases"), listed("works by key")],
            [partial(self.creators.of, graph), listed("people"), listed("works by title"), listed("works by author")],
        ]
        for part in parts:
            for make in part[:-1]:
                make()
                yield False
            part[-1]()
            yield makes
        self.counts.of(graph)
        yield False
        named[EVIDENCE_THAT_DISCUSSES].made(self.lists, graph)
        yield False
        read_ahead(self.much_cited, self.counts, graph)
        yield True
        self._write(graph)
        for _ in range(RESTS):
            yield None
        yield Apart(partial(self._placed, graph), self._take_placed)
        yield True

    def _placed(self, graph: Graph) -> bytes:
        """Place the map of most things, and return the maps that are kept."""
        graph.read(lambda snapshot: self.placed_maps.of(snapshot, self.minter, MapFilters(), MOST_NODES, "network"))
        return pickle.dumps(self.placed_maps.handed())

    def _take_placed(self, placed: bytes) -> None:
        self.placed_maps.take(pickle.loads(placed))  # noqa: S301  from a process that was forked from this one

    def _read_widest(self, graph: Graph) -> None:
        """Join what is read on the widest concepts, and count it by year: what comes after is moved along from that."""
        by_year = works_by_year(self.lists, self.states, graph, self.minter)
        for concept in _widest(self.states.of(graph).value):
            found = graph.read(partial(_read_on, by_year, NamedNode(concept)))
            found.read.extent()
            deque(found.years(), maxlen=0)

    def _write(self, graph: Graph) -> None:
        """Keep what was prepared in a file, where there is none near that version."""
        version = graph.version
        if self.directory is None or version == EMPTY:
            return
        if self.kept > EMPTY and self.log.size(self.kept, version) <= MOVED_BYTES:
            return
        size, totals, states = self.size.of(graph), self.totals.of(graph), self.states.of(graph)
        creators, counts, much_cited = self.creators.of(graph), self.counts.of(graph), self.much_cited.of(graph)
        listed = {name: named.made(self.lists, graph) for name, named in self._named().items()}
        values = (size, totals, states, creators, counts, much_cited)
        made = {one.version for one in values}
        if made | {one.version for one in listed.values()} != {version}:
            return  # a write came between: there will be another time
        prepared = Prepared(
            size.value,
            totals.value,
            states.value,
            creators.value,
            counts.value,
            much_cited.value,
            {name: one.things for name, one in listed.items() if isinstance(one.things, SortedList)},
        )
        try:
            write_prepared(self.directory, LogPosition.of(self.log, version), prepared)
        except OSError as fault:
            log.warning("what was prepared cannot be kept in %s: %s", self.directory, fault)
        else:
            self._hold_in_file(version)
        self.kept = version  # not tried again at each version

    def _hold_in_file(self, version: Version) -> None:
        """Hold the lists of a version in its file, and no longer in memory, but for that which works are counted by."""
        assert self.directory is not None  # as it was written there
        named = self._named()
        for origin, prepared in newest_prepared(self.directory, self.minter):
            if origin == LogPosition.of(self.log, version):
                for name, things in prepared.lists.items():
                    if name != BY_YEAR:
                        of, selection, order = named[name]
                        self.lists.begin(of, order, Listed(version, selection, things))

    def _named(self) -> dict[str, Named]:
        """Return the lists that are prepared, by the names that they have in the file."""
        of_evidence, _, by_query = evidence_that_discusses(self.minter)
        every = WorkFilters()
        return {
            "venues": Named("venues", select_venues(None), VENUE_ORDER),
            "cases": Named("cases", select_cases(None), None),
            "people": Named("people", select_people(None), PEOPLE_ORDER),
            EVIDENCE_THAT_DISCUSSES: Named(of_evidence, select_evidence(), by_query),
            **{f"works by {name}": Named(("works", every), select_every_work(), ORDERS[name]) for name in _ORDERS},
        }


def _widest(states: States) -> list[str]:
    """Return some of the concepts that nothing is broader than: those that most works discuss, near enough."""
    widest = [concept for concept in states.narrower if concept not in states.broader]
    return nlargest(WIDEST, widest, key=lambda concept: (states.most_discussing(concept), concept))


def _read_on(by_year: WorksByYearAt, about: NamedNode, snapshot: Snapshot) -> WorksByYear:
    return by_year(snapshot, about)


_ORDERS = ("key", "year", "title", "author")
"""The orders of works that are prepared; one that falls is read from the other end."""
