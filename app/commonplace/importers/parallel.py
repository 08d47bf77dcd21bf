"""Reading a big BibTeX file on every core.

The file is cut into entries, and what they take from one another (`@string`, `crossref`, `@xdata`) is
done, in this process; the rest of the work, which is nearly all of it, is done to batches of
entries by others, which start meanwhile. They come back in the order of the file.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from itertools import islice
from multiprocessing.connection import wait
from typing import Any, Generic, Self, TypeVar

from commonplace.importers.bibtex.draft import Draft, UnreadDraft
from commonplace.importers.bibtex.reader import open_bibtex, read_drafts
from commonplace.importers.bibtex.split import BATCH
from commonplace.importers.bounds import BROKEN, TOO_MUCH, ReadingBounds, bounded
from commonplace.importers.formats import ImportFormat
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.record import ReadEntry
from commonplace.processes.malloc import take_large_pieces

PARALLEL_BYTES = 2_000_000
"""A file below this is read before others could have started."""

_WAITING = 3
"""Batches under way or waiting for each process: enough to keep it busy, few enough to keep memory flat."""

T = TypeVar("T")
Work = Callable[[Sequence[ReadEntry]], T]


class BatchReading(Generic[T]):
    """A file being read, with `work` done to every batch of its entries where they are read.

    Iterate once; the answers come in the order of the file. `work` is a function of a module, or a
    partial of one, because it may be called in another process.
    """

    _pool: ProcessPoolExecutor | None = None
    _answers: Generator[T, None, None]

    def __init__(
        self,
        format: ImportFormat,
        data: bytes,
        filename: str,
        work: Work[T],
        cores: int = 0,
        *,
        alone: bool = False,
    ) -> None:
        """`cores`: how many processes read; 0 for one on each core. `alone`: whether this process has one thread
        only and is there for nothing else; the others are then forked from it, and need not begin from the beginning.

        Raises `UnreadableFile`, from iterating too: also when reading goes beyond its bounds of time or memory.
        """
        cores = cores or cores_at_hand()
        bounds = ReadingBounds(len(data))
        if format.name == "bibtex" and len(data) >= PARALLEL_BYTES and cores > 1:
            pool = self._pool = _started(cores, len(data), work, alone)
            begun: deque[Future[Any]] = deque()
            try:
                with bounds:
                    pieces, faults = open_bibtex(
                        data, unread=True, hand_out=lambda batch: begun.append(pool.submit(_read_batch, batch))
                    )
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
            left = pieces.drafts[pieces.handed_out :]
            answers: Generator[T, None, None] = _on_cores(pool, begun, left, cores)
            self._begin(len(pieces.drafts), faults, pieces.preserved, answers)
        else:
            with bounds:
                reading = format.read(data, filename)
            self._follow(reading, work)
            self._answers = _within(bounds, self._answers)

    @classmethod
    def here(cls, format: ImportFormat, data: bytes, filename: str, work: Work[T]) -> Self:
        """A file read where we are, as its entries are asked for. Raises `UnreadableFile`."""
        return cls.of(format.read(data, filename), work)

    @classmethod
    def of(cls, reading: Reading, work: Work[T]) -> Self:
        """A file that is being read already."""
        made = cls.__new__(cls)
        made._follow(reading, work)
        return made

    @classmethod
    def received(
        cls,
        total: int,
        faults: Sequence[Fault],
        preserved: Mapping[str, Sequence[str]],
        answers: Generator[T, None, None],
    ) -> Self:
        """A file that is read elsewhere; the answers, in the order of the file, come from there."""
        made = cls.__new__(cls)
        made._begin(total, faults, preserved, answers)
        return made

    def _follow(self, reading: Reading, work: Work[T]) -> None:
        self._begin(reading.total, reading.faults, reading.preserved, _here(reading, work))

    def _begin(
        self,
        total: int,
        faults: Sequence[Fault],
        preserved: Mapping[str, Sequence[str]],
        answers: Generator[T, None, None],
    ) -> None:
        self.total = total
        self.faults = faults
        self.preserved = preserved
        self._answers = answers

    def __iter__(self) -> Iterator[T]:
        return self._answers

    def close(self) -> None:
        """Stop reading: what is not yet done is left."""
        self._answers.close()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


def read_on_all_cores(format: ImportFormat, data: bytes, filename: str) -> Reading:
    """What `format.read` answers; a big BibTeX file is read on every core. Raises `UnreadableFile`."""
    batches = BatchReading(format, data, filename, _as_they_are)
    return Reading(
        filename=filename,
        entries=_one_by_one(batches),
        total=batches.total,
        faults=batches.faults,
        preserved=batches.preserved,
    )


def cores_at_hand() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _one_by_one(batches: BatchReading[Sequence[ReadEntry]]) -> Generator[ReadEntry, None, None]:
    with closing(batches):
        for batch in batches:
            yield from batch


def _as_they_are(entries: Sequence[ReadEntry]) -> Sequence[ReadEntry]:
    return entries


def _here(reading: Reading, work: Work[T]) -> Generator[T, None, None]:
    try:
        while batch := list(islice(reading, BATCH)):
            yield work(batch)
    finally:
        if isinstance(reading.entries, Generator):
            reading.entries.close()


def _within(bounds: ReadingBounds, answers: Generator[T, None, None]) -> Generator[T, None, None]:
    with closing(answers):
        while True:
            with bounds:
                try:
                    answer = next(answers)
                except StopIteration:
                    return
            yield answer


def _started(cores: int, size: int, work: Work[Any], alone: bool) -> ProcessPoolExecutor:
    how = multiprocessing.get_context("fork" if alone else "spawn")
    pool = ProcessPoolExecutor(cores, how, _begin, (size, work))
    with _main_left_out():
        for _ in range(cores):
            pool.submit(cores_at_hand)  # anything: the processes start with their first work
    return pool


def _on_cores(
    pool: ProcessPoolExecutor, waiting: deque[Future[Any]], drafts: list[Draft | UnreadDraft], cores: int
) -> Generator[Any, None, None]:
    """The answers of the batches that wait, and of the drafts after them."""
    drafts.reverse()  # what is handed out is taken off the end, and its memory is free
    try:
        while drafts or waiting:
            while drafts and len(waiting) < cores * _WAITING:
                batch = drafts[: -BATCH - 1 : -1]
                del drafts[-BATCH:]
                waiting.append(pool.submit(_read_batch, batch))
            try:
                answer = waiting.popleft().result()
            except BrokenProcessPool as broken:
                raise UnreadableFile(BROKEN) from broken
            except MemoryError as fault:
                raise UnreadableFile(TOO_MUCH) from fault
            yield answer
    finally:
        pool.shutdown(wait=bool(drafts or waiting), cancel_futures=True)  # of idle processes none need wait for the end


@contextmanager
def _main_left_out() -> Iterator[None]:
    """While processes are started: without the program itself, which each would import first and none needs."""
    main = sys.modules["__main__"]
    hidden = {name: vars(main).get(name) for name in ("__spec__", "__file__")}
    vars(main).update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        vars(main).update(hidden)


_works: list[Work[Any]] = []
"""In a process of a pool: the one thing it does to every batch. Files can only be handed to it when it starts."""


def _read_batch(drafts: Sequence[Draft | UnreadDraft]) -> Any:
    return _works[0](read_drafts(drafts))


def _begin(size: int, work: Work[Any]) -> None:
    """What each process does first: its bounds; no garbage collector, as nothing here goes in circles; memory that it
    need not take anew for every batch; an end with its parent's.
    """
    _works.append(work)
    bounded(size)
    gc.disable()
    take_large_pieces()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
