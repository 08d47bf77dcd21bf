"""Lay all works out by year with what each says of a concept or claim, for a strip that a page draws of them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, partial

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.cursors import write_cursor
from commonplace.library.evidence import UNREAD
from commonplace.library.incremental import Incremental
from commonplace.library.lists import Lists
from commonplace.library.sorted_list import SortedList
from commonplace.library.states import DIRECT, CountedByYear, States, WorksByState
from commonplace.library.work_lists import ORDERS, WorkFilters, select_works
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FABIO

FEW_WORKS = 1_000
"""Maximum number of works whose years are looked up one by one; beyond, to go through the list of all works takes less
time."""


_AFTER_UNDATED = write_cursor("", "\U0010ffff")
"""The cursor of the page after all works without a year, which come first."""


@dataclass(frozen=True, slots=True)
class WorkInYear:
    """One work: its key, its year where it has one, and its state."""

    key: str
    year: int | None
    state: str


@dataclass(frozen=True, slots=True)
class YearOfWorks:
    """The works of one year, or of none, counted by state; states without any are left out.

    `direct` of them say directly what they say.
    """

    year: int | None
    works: dict[str, int]
    direct: int = 0


@dataclass(frozen=True, slots=True)
class WorksByYear:
    """All works of the library in the order of their years, those without one first, and what they say."""

    by_year: SortedList
    read: WorksByState
    minter: Minter
    year_of: Callable[[str], str]
    """Return the value by which a work stands in `by_year`, by its IRI."""

    @property
    def coverage(self) -> dict[str, int]:
        """Return the number of works by state."""
        return self.read.coverage()

    def first(self, state: str, count: int) -> list[NamedNode]:
        """Return the first works of a state, by year."""
        pick = self.read.pick([state])
        if pick.outside or not _are_few(pick.things):
            return list(self.by_year.page(count, None, pick=pick).things)
        return [NamedNode(iri) for _, iri in sorted((self.year_of(iri), iri) for iri in pick.things)[:count]]

    def first_dated(self, state: str, count: int) -> list[NamedNode]:
        """Return the first works of a state, by year and key, those without a year after all others."""
        pick = self.read.pick([state])
        if pick.outside or not _are_few(pick.things):
            found = list(self.by_year.page(count, _AFTER_UNDATED, pick=pick).things)
            found += self.by_year.page(count, None, pick=pick).things[: count - len(found)]
            found = list(dict.fromkeys(found))
        else:
            found = [NamedNode(iri) for iri in pick.things]

        def place(work: NamedNode) -> tuple[bool, int, str]:
            year = _number(self.year_of(work.value))
            return year is None, year or 0, self.minter.key(work.value)

        return sorted(found, key=place)[:count]

    def dated(self, first: int, last: int) -> Iterator[NamedNode]:
        """Yield the works of some years, both included, in order."""
        for iri, year in zip(self.by_year.things, self.by_year.values, strict=True):
            number = _number(year)
            if number is not None and first <= number <= last:
                yield NamedNode(iri)

    def works(self) -> Iterator[WorkInYear]:
        """Yield every work. Of very many, `years` tells as much as can be seen, and takes a hundredth of the time."""
        for iri, year in zip(self.by_year.things, self.by_year.values, strict=True):
            yield WorkInYear(self.minter.key(iri), _number(year), self.read.of(iri))

    def years(self) -> Iterator[YearOfWorks]:
        """Yield each year that has works, with their number by state."""
        counted = {name: self._counted(name, works) for name, works in self.read.read.items()}
        of_direct = self._counted(DIRECT, self.read.direct)
        for year, start, end in _spans(self.by_year):
            counts = {name: count.get(year, 0) for name, count in counted.items()}
            counts[UNREAD] = end - start - sum(counts.values())
            there = {name: count for name, count in counts.items() if count}
            yield YearOfWorks(_number(year), there, of_direct.get(year, 0))

    def _counted(self, name: str, works: AbstractSet[str]) -> Mapping[str, int]:
        """Return the number of some works by year: as they were counted last by that name, with what differs since."""
        kept = self.read.counted.get(name)
        if kept is not None and kept.by_year is self.by_year and kept.works is works:
            return kept.counts
        counts: Mapping[str, int] | None = None
        if kept is not None and kept.by_year is self.by_year:
            counts = self._moved(kept, works)
        if counts is None:
            counts = Counter(map(self.year_of, works)) if _are_few(works) else _looked_through(self.by_year, works)
        self.read.counted[name] = CountedByYear(self.by_year, works, counts)
        return counts

    def _moved(self, kept: CountedByYear, works: AbstractSet[str]) -> Counter[str] | None:
        """Return counts with the works that came and without those that went; None where these are many."""
        gone, come = kept.works - works, works - kept.works
        if not _are_few(gone | come):
            return None
        counts = Counter(kept.counts)
        counts.subtract(map(self.year_of, gone))
        counts.update(map(self.year_of, come))
        return counts


def count_by_year(by_year: SortedList, read: WorksByState) -> None:
    """Count what was read on a concept, of all works and by their years: `WorksByYear` counts the few by itself."""
    read.extent()
    for name, works in {**read.read, DIRECT: read.direct}.items():
        if not _are_few(works):
            read.counted[name] = CountedByYear(by_year, works, _looked_through(by_year, works))


def _looked_through(by_year: SortedList, works: AbstractSet[str]) -> Mapping[str, int]:
    """Return the number of some works by year, by looking through the list of all."""
    return {year: sum(map(works.__contains__, by_year.things[start:end])) for year, start, end in _spans(by_year)}


def _spans(by_year: SortedList) -> Iterator[tuple[str, int, int]]:
    """Yield each value that works stand by, and where its works begin and end in the list of all."""
    values, start = by_year.values, 0
    while start < len(values):
        end = bisect_right(values, values[start], lo=start)
        yield values[start], start, end
        start = end


def _are_few(works: AbstractSet[str]) -> bool:
    return len(works) <= FEW_WORKS


def _year_text(snapshot: Snapshot, iri: str) -> str:
    """Return the least year that a work has, as lists are sorted by it; an empty text where it has none."""
    years = (triple.object for triple in snapshot.triples(NamedNode(iri), FABIO["hasPublicationYear"]))
    return min((year.value if isinstance(year, Literal) else "" for year in years), default="")


def _number(year: str) -> int | None:
    try:
        return int(year)
    except ValueError:
        return None


WorksByYearAt = Callable[[Snapshot, NamedNode], WorksByYear]
"""Return all works by what they say of the concept or claim of that IRI, at a snapshot."""


def works_by_year(lists: Lists, states: Incremental[States], graph: Graph, minter: Minter) -> WorksByYearAt:
    """Return a function that takes the snapshot about to be read of a graph, and a concept or claim, and returns all
    works by what they say of it.

    What they are made from is kept, so that this takes some milliseconds for 100,000 works.
    """
    every = WorkFilters()
    select = partial(select_works, minter=minter, filters=every, ranked=None)
    by_year, said = lists.ready(graph, ("works", every), select, ORDERS["year"]), states.ready(graph)

    def at(snapshot: Snapshot, about: NamedNode) -> WorksByYear:
        things = by_year(snapshot).things
        assert isinstance(things, SortedList)  # as lists in an order are
        named, found = minter.kind_and_key(about.value), said(snapshot)
        is_claim = named is not None and named[0] == "claim"
        read = (found.on_claim if is_claim else found.on_concept)(about.value)
        return WorksByYear(things, read, minter, cache(partial(_year_text, snapshot)))

    return at
