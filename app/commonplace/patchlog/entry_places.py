"""Keep where each entry of a log lies, in a few bytes: they are as many as the versions, in every process."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import UUID

from commonplace.patchlog.segments import EntryPlace

_ID_BYTES = 16
_URN = "urn:uuid:"


class EntryPlaces:
    """The places of a log's entries, oldest first: 40 bytes each, where objects would take 300.

    One thread at a time may change them; others read meanwhile, and see a place when all of it is there.
    """

    def __init__(self) -> None:
        self._segments: list[Path] = []
        self._firsts: list[int] = []
        """The index of the first entry of each segment."""
        self._starts, self._bodies, self._ends = array("Q"), array("Q"), array("Q")
        self._ids = bytearray()
        """The ids that are UUIDs, as the program makes them; zeros for others."""
        self._other_ids: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, index: int) -> EntryPlace:
        """Return a place by its index, or from the end by a negative one. Raises IndexError."""
        index += len(self) if index < 0 else 0
        segment = self._segments[bisect_right(self._firsts, index) - 1]
        return EntryPlace(segment, self._starts[index], self._bodies[index], self._ends[index], self._id(index))

    def __iter__(self) -> Iterator[EntryPlace]:
        return self.between(0, len(self))

    @property
    def segments(self) -> Sequence[Path]:
        """Return the segments that the entries lie in."""
        return self._segments

    def between(self, first: int, end: int) -> Iterator[EntryPlace]:
        """Yield the places from one index up to, and without, another."""
        return (self[index] for index in range(first, min(end, len(self))))

    def size(self, first: int, end: int) -> int:
        """Return the bytes of the entries from one index up to, and without, another."""
        return sum(self._ends[first:end]) - sum(self._starts[first:end])

    def append(self, place: EntryPlace) -> None:
        """Add the place of the next entry."""
        index = len(self)
        if not self._segments or self._segments[-1] != place.segment:
            self._segments.append(place.segment)
            self._firsts.append(index)
        known = _bytes_of(place.id)
        if known is None:
            self._other_ids[index] = place.id
        self._ids += known or bytes(_ID_BYTES)
        self._starts.append(place.start)
        self._bodies.append(place.body)
        self._ends.append(place.end)  # last: it is there from now on

    def cut(self, count: int) -> None:
        """Forget all but the first `count` places."""
        for offsets in (self._ends, self._bodies, self._starts):
            del offsets[count:]
        del self._ids[_ID_BYTES * count :]
        self._other_ids = {index: id for index, id in self._other_ids.items() if index < count}
        while self._firsts and self._firsts[-1] >= count:
            self._firsts.pop()
            self._segments.pop()

    def _id(self, index: int) -> str:
        other = self._other_ids.get(index)
        start = _ID_BYTES * index
        return other or f"{_URN}{UUID(bytes=bytes(self._ids[start : start + _ID_BYTES]))}"


def _bytes_of(id: str) -> bytes | None:
    """Return the bytes of an id that is a UUID as the program writes it; None for any other."""
    try:
        known = UUID(id.removeprefix(_URN))
    except ValueError:
        return None
    return known.bytes if id == f"{_URN}{known}" else None
