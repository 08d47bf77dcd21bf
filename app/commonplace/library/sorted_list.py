"""Hold a list in its order: a page is found by bisection, and a change moves only a few things.

Pages are keyset pages: a cursor names the last thing seen and its sort value, so that no page repeats or skips a
thing that was there all along.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import compress, groupby, islice
from operator import not_
from sys import intern

from pyoxigraph import NamedNode

from commonplace.library.cursors import read_cursor, write_cursor
from commonplace.library.packed_file import PackedList
from commonplace.library.spliced_list import SplicedList

LOOKED_AT = 1_000
"""Number of things that a page looks at together, at least: one by one takes many times as long, and all at once goes
through a long list for a short page."""

LOOKED_FOR = 4
"""Maximum number of things that are looked for in a list one by one: beyond, to ask of each thing of the list whether
it is one of them takes less time."""

SPLICED = 200
"""Maximum number of things that go and come in a list that is spliced: beyond, to copy all of it takes less time."""

Texts = list[str] | PackedList | SplicedList
"""Texts in an order: in memory, in a file, or in one with a few changes."""


@dataclass(frozen=True, slots=True)
class PageOfThings:
    """The IRIs of one page, the number on all pages, and the cursor of the next."""

    things: Sequence[NamedNode]
    total: int
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Pick:
    """What picks those things of a list that are in a set, or those `outside` it."""

    things: AbstractSet[str]
    outside: bool = False
    total: int | None = None
    """Number of things that it picks of the list it is for, where that is known: counting goes through the list."""

    def chosen(self, things: Iterable[str]) -> Iterator[bool]:
        """Yield whether each thing is picked."""
        inside = map(self.things.__contains__, things)
        return map(not_, inside) if self.outside else inside


@dataclass(frozen=True, slots=True)
class SortedList:
    """IRIs in the order of their sort values (`values`), equal ones by IRI. It never changes."""

    things: Texts
    values: Texts

    @classmethod
    def of(cls, values: Mapping[str, str]) -> SortedList:
        """Make a list from the sort value of each thing. Lists share the texts they have in common."""
        pairs = sorted((value, thing) for thing, value in values.items())
        return cls([intern(thing) for _, thing in pairs], [intern(value) for value, _ in pairs])

    def __len__(self) -> int:
        return len(self.things)

    def page(
        self, limit: int, cursor: str | None, *, descending: bool = False, pick: Pick | None = None
    ) -> PageOfThings:
        """Return one page, of the things that `pick` picks. When `descending`, values fall, and equal ones still stand
        by IRI."""
        last = read_cursor(cursor) if cursor else None
        positions = self._falling(last, pick) if descending else self._rising(last, pick)
        found = list(islice(positions, limit + 1))
        shown = found[:limit]
        following = write_cursor(self.values[shown[-1]], self.things[shown[-1]]) if len(found) > limit else None
        return PageOfThings([NamedNode(self.things[n]) for n in shown], self.total(pick), following)

    def total(self, pick: Pick | None = None) -> int:
        """Return the number of things, or of those that are picked."""
        if pick is None:
            return len(self)
        return pick.total if pick.total is not None else sum(pick.chosen(self.things))

    def _picked(self, start: int, end: int, pick: Pick | None) -> Iterable[int]:
        places = range(start, end)
        return places if pick is None else compress(places, pick.chosen(self.things[start:end]))

    def _picked_in_turn(self, start: int, end: int, pick: Pick | None) -> Iterator[int]:
        """Yield the positions that are picked; no more things are looked at than it takes."""
        for first in range(start, end, LOOKED_AT):
            yield from self._picked(first, min(first + LOOKED_AT, end), pick)

    def _rising(self, last: tuple[str, str] | None, pick: Pick | None) -> Iterator[int]:
        """Yield positions from the one after the last thing seen."""
        first = self._position(*last, after=True) if last else 0
        yield from self._picked_in_turn(first, len(self), pick)

    def _falling(self, last: tuple[str, str] | None, pick: Pick | None) -> Iterator[int]:
        """Yield positions in falling order of values, those of equal values rising."""
        end = len(self)
        if last:
            end = bisect_left(self.values, last[0])
            after = self._position(*last, after=True)
            yield from self._picked_in_turn(after, bisect_right(self.values, last[0]), pick)
        while end:
            start = max(0, end - LOOKED_AT)
            lowest = self.values[start]
            if lowest == self.values[end - 1]:  # of these there may be very many
                start = bisect_left(self.values, lowest, 0, end)
                yield from self._picked_in_turn(start, end, pick)
            else:
                start = bisect_right(self.values, lowest, start, end) if start else 0
                picked = list(self._picked(start, end, pick))
                for _, equal in groupby(reversed(picked), self.values.__getitem__):
                    yield from reversed(list(equal))
            end = start

    def _position(self, value: str, thing: str, *, after: bool) -> int:
        """Return the position of a thing with that value, or where it would be; with `after`, the next one."""
        start, end = bisect_left(self.values, value), bisect_right(self.values, value)
        return (bisect_right if after else bisect_left)(self.things, thing, start, end)

    def positions(self, things: AbstractSet[str]) -> list[int]:
        """Return the positions of those of the things that are in the list, rising."""
        if len(things) <= LOOKED_FOR:
            return sorted(place for place in map(self._place, things) if place is not None)
        return list(compress(range(len(self)), map(things.__contains__, self.things)))

    def _place(self, thing: str) -> int | None:
        """Return the position of a thing, None where it is not in the list."""
        try:
            return self.things.index(thing)
        except ValueError:
            return None

    def holds(self, value: str, thing: str) -> bool:
        """Return whether a thing is in the list with that sort value."""
        position = self._position(value, thing, after=False)
        return position < len(self) and self.things[position] == thing and self.values[position] == value

    def moved(self, gone: Sequence[int], values: Mapping[str, str]) -> SortedList:
        """Return the list without the things at those positions (rising), and with these things by their values."""
        if not gone and not values:
            return self
        is_spliced = len(gone) + len(values) <= SPLICED
        moved_things, moved_values = (one.copy() if is_spliced else list(one) for one in (self.things, self.values))
        moved = SortedList(moved_things, moved_values)
        for position in reversed(gone):
            del moved_things[position], moved_values[position]
        for thing, value in values.items():
            position = moved._position(value, thing, after=False)
            moved_things.insert(position, intern(thing))
            moved_values.insert(position, intern(value))
        return moved


@dataclass(frozen=True, slots=True)
class RankedList:
    """IRIs in a given order, the best first."""

    things: Sequence[str]

    def __len__(self) -> int:
        return len(self.things)

    def page(
        self, limit: int, cursor: str | None, *, descending: bool = False, pick: Pick | None = None
    ) -> PageOfThings:
        """Return one page, of the things that `pick` picks; a ranking has one direction."""
        things = self.things if pick is None else list(compress(self.things, pick.chosen(self.things)))
        start = 0
        if cursor:
            last = read_cursor(cursor)[1]
            start = next((n + 1 for n, thing in enumerate(things) if thing == last), len(things))
        shown = things[start : start + limit]
        following = write_cursor("", shown[-1]) if start + limit < len(things) else None
        return PageOfThings([NamedNode(iri) for iri in shown], len(things), following)
