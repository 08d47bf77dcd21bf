"""Change a few places of a long list of texts without a copy of the rest."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import overload

MOST_SPANS = 500
"""Maximum number of spans of a list that is copied as such: to find a position among more takes longer."""

RUN = 1_000
"""Number of texts that are read together by who goes through a list."""


class SplicedList(Sequence[str]):
    """A list of texts that is put together from spans of others, which stay as they are."""

    def __init__(self, *lists: Sequence[str]) -> None:
        """Put lists together, one after another; none of them may change afterwards."""
        self._spans = [(one, 0, len(one)) for one in lists if len(one)]
        self._ends = self._counted()

    def _counted(self) -> list[int]:
        """Return the positions at which the spans end."""
        return list(accumulate(end - start for _, start, end in self._spans))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, position: int) -> str: ...

    @overload
    def __getitem__(self, position: slice) -> list[str]: ...

    def __getitem__(self, position: int | slice) -> str | list[str]:
        if isinstance(position, slice):
            start, end, step = position.indices(len(self))
            if step != 1:
                return [self[one] for one in range(start, end, step)]
            return list(chain.from_iterable(one[first:last] for one, first, last in self._between(start, end)))
        at = position + len(self) if position < 0 else position
        if not 0 <= at < len(self):
            raise IndexError(position)
        number = bisect_right(self._ends, at)
        one, _, end = self._spans[number]
        return one[end - (self._ends[number] - at)]

    def __iter__(self) -> Iterator[str]:
        for one, first, last in self._spans:
            for start in range(first, last, RUN):
                yield from one[start : min(start + RUN, last)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(str.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def _between(self, start: int, end: int) -> Iterator[tuple[Sequence[str], int, int]]:
        """Yield the spans, or what there is of them, between two positions."""
        for number in range(bisect_right(self._ends, start), len(self._spans)):
            one, first, last = self._spans[number]
            begin = self._ends[number] - (last - first)
            if begin >= end:
                return
            yield one, first + max(0, start - begin), first + min(last - first, end - begin)

    def index(self, text: str, start: int = 0, end: int | None = None) -> int:
        """Return the position of a text. Raises ValueError where it is not in the list."""
        at = start
        for one, first, last in self._between(start, len(self) if end is None else end):
            try:
                return at + one.index(text, first, last) - first
            except ValueError:
                at += last - first
        raise ValueError(text)

    def insert(self, position: int, text: str) -> None:
        """Put a text before the one at that position, or at the end."""
        self._splice(position, position, [([text], 0, 1)])

    def __delitem__(self, position: int) -> None:
        self._splice(position, position + 1, [])

    def _splice(self, start: int, end: int, come: Iterable[tuple[Sequence[str], int, int]]) -> None:
        """Replace what stands between two positions."""
        self._spans = [*self._between(0, start), *come, *self._between(end, len(self))]
        self._ends = self._counted()

    def copy(self) -> SplicedList | list[str]:
        """Return a copy, which may be changed."""
        if len(self._spans) > MOST_SPANS:
            return list(self)
        copied = SplicedList()
        copied._spans, copied._ends = self._spans.copy(), self._ends.copy()
        return copied
