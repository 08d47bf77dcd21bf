"""Hold the entries of an import, which were prepared where they were read, in a file until they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from commonplace.curation.duplicates.particulars import Particulars
from commonplace.exchange.prepared import PreparedBatch, PreparedEntry, entries_in, particulars_in, record_in, texts_in
from commonplace.model.record import Record
from commonplace.model.work_graph import WorkText
from commonplace.processes.shared_file import SharedFile

KEPT_BATCHES = 2
"""Maximum number of batches whose statements stay in memory: they are mostly asked for in order."""


class PreparedPlace(NamedTuple):
    """The place of a prepared entry in an `EntryFile`: gives its record and its statements when asked."""

    entries: EntryFile
    batch: int
    place: int
    start: int
    size: int

    @property
    def record(self) -> Record:
        """Return the record; there is one unless the entry failed."""
        return record_in(self.entries.packed(self.batch, self.start, self.size))

    @property
    def text(self) -> WorkText | None:
        """Return its statements for a home that knows no names; None when they depend on the home."""
        return self.entries.texts(self.batch)[self.place]

    @property
    def particulars(self) -> Particulars:
        """Return its particulars; there are some unless the entry failed."""
        found = self.entries.particulars(self.batch)[self.place]
        assert found is not None
        return found


class _Place(NamedTuple):
    """The place of a batch in the file of an import: its records, its statements after them, and its particulars."""

    records: int
    texts: int
    texts_size: int
    particulars_size: int


class EntryFile:
    """Prepared entries. Their records and statements lie in a file, for most are asked for once, later or never."""

    def __init__(self) -> None:
        self.file = SharedFile()
        """The file that takes the records and statements of entries while they are prepared."""
        self._entries: list[tuple[PreparedEntry, int, int, int]] = []
        """Each entry with the number of its batch, its place in that, and the offset of its record in the file."""
        self._batches: list[_Place] = []
        """The place in the file of each batch."""
        self._records: tuple[int, bytes] = (-1, b"")
        """The number of the batch whose records were asked for most recently, and all of them."""
        self._kept: dict[int, list[WorkText | None]] = {}
        """The statements of the batches asked for most recently."""
        self._particulars: tuple[int, list[Particulars | None]] = (-1, [])
        """The number of the batch whose particulars were asked for most recently, and all of them."""

    def add(self, batch: PreparedBatch) -> None:
        """Add a batch of prepared entries."""
        number, start = len(self._batches), batch.start
        for place, entry in enumerate(entries_in(batch)):
            self._entries.append((entry, number, place, start))
            start += entry.size
        self._batches.append(_Place(batch.start, start, batch.texts, batch.particulars))

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[tuple[PreparedEntry, PreparedPlace]]:
        """Yield each entry, in order, and its place."""
        return self.since(0)

    def since(self, number: int) -> Iterator[tuple[PreparedEntry, PreparedPlace]]:
        """Yield the entries from a number on, counted from 0, and their places."""
        for entry, batch, place, start in islice(self._entries, number, None):
            yield entry, PreparedPlace(self, batch, place, start, entry.size)

    def texts(self, batch: int) -> list[WorkText | None]:
        """Return the statements of the entries of a batch."""
        if batch not in self._kept:
            while len(self._kept) >= KEPT_BATCHES:
                del self._kept[next(iter(self._kept))]
            place = self._batches[batch]
            self._kept[batch] = texts_in(self.file.read(place.texts, place.texts_size))
        return self._kept[batch]

    def packed(self, batch: int, start: int, size: int) -> bytes:
        """Return a packed record of a batch, read with the others, for they are mostly asked for in order.

        Any number of threads may ask at once.
        """
        place = self._batches[batch]
        number, records = self._records
        if number != batch:
            records = self.file.read(place.records, place.texts - place.records)
            self._records = batch, records
        return records[start - place.records : start - place.records + size]

    def particulars_place(self, batch: int) -> tuple[int, int]:
        """Return where the particulars of the entries of a batch begin in the file, and their size."""
        place = self._batches[batch]
        return place.texts + place.texts_size, place.particulars_size

    def particulars(self, batch: int) -> list[Particulars | None]:
        """Return the particulars of the entries of a batch."""
        number, found = self._particulars
        if number != batch:
            found = particulars_in(self.file.read(*self.particulars_place(batch)))
            self._particulars = batch, found
        return found
