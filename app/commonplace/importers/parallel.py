"""Read a big BibTeX file on every core.

This process cuts the file into entries, and resolves what they take from one another (`@string`, `crossref`,
`@xdata`). Other processes, which start meanwhile, do the rest of the work, nearly all of it, to batches of entries.
Their answers come back in the order of the file.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from functools import partial
from itertools import islice
from multiprocessing import active_children
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Self, TypeVar

from commonplace.importers.bibtex.draft import Draft, UnreadDraft
from commonplace.importers.bibtex.reader import open_bibtex, read_drafts
from commonplace.importers.bibtex.split import BATCH
from commonplace.importers.bounds import ATTEMPTS, TOO_MUCH, ReaderKilled, ReadingBounds, bounded, refuse_ending
from commonplace.importers.formats import ImportFormat
from commonplace.importers.legible import legible_first
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.record import ReadEntry
from commonplace.processes.cores import cores_at_hand
from commonplace.processes.garbage_collection import collect_rarely

PARALLEL_BYTES = 2_000_000
"""Minimum size of a file, in bytes, that several processes read: a smaller one is read before they have started."""

_WAITING = 3
"""Maximum number of batches under way or waiting for each process: it is kept busy, and memory stays flat."""

T = TypeVar("T")
BatchFunction = Callable[[Sequence[ReadEntry]], T]
Batch = Sequence[Draft | UnreadDraft]


class BatchReading(Generic[T]):
    """A file that is being read, with `work` done to every batch of its entries in the process that reads them.

    Iterate once: it yields the results of `work` in the order of the file. `work` is a function of a module, or a
    partial of one, because it may be called in another process.
    """

    _readers: _Readers | None = None
    _answers: Generator[T, None, None]

    def __init__(
        self,
        format: ImportFormat,
        data: bytes,
        filename: str,
        work: BatchFunction[T],
        cores: int = 0,
        *,
        alone: bool = False,
    ) -> None:
        """Begin to read a file with `cores` processes, 0 for one on each core.

        `alone` says that this process has one thread and nothing else to do: the others are then forked from it, and
        start at once.

        Raises, from iterating too: `UnreadableFile`, also when reading goes beyond its bounds of time or memory;
        `ReaderKilled` when one of the other processes was killed from outside, and again when all were started anew.
        """
        cores = cores or cores_at_hand()
        bounds = ReadingBounds(len(data))
        if format.name == "bibtex" and len(data) >= PARALLEL_BYTES and cores > 1:
            legible_work = legible_first(data, format.name, work)
            readers = self._readers = _Readers(partial(_started, cores, len(data), legible_work, alone))
            try:
                with bounds:
                    pieces, faults = open_bibtex(data, unread=True, hand_out=readers.hand)
            except BaseException:
                readers.close()
                raise
            left = pieces.drafts[pieces.handed_out :]
            self._begin(len(pieces.drafts), faults, pieces.preserved, _on_cores(readers, left, cores))
        else:
            with bounds:
                reading = format.read(data, filename)
            self._follow(reading, work)
            self._answers = _within(bounds, self._answers)

    @classmethod
    def here(cls, format: ImportFormat, data: bytes, filename: str, work: BatchFunction[T]) -> Self:
        """Read a file in this thread, as its entries are asked for. Raises `UnreadableFile`."""
        return cls.of(format.read(data, filename), work)

    @classmethod
    def of(cls, reading: Reading, work: BatchFunction[T]) -> Self:
        """Do the work to the entries of a file that is being read already."""
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
        """Take the results of a file that is read elsewhere, in its order, from a generator."""
        made = cls.__new__(cls)
        made._begin(total, faults, preserved, answers)
        return made

    def _follow(self, reading: Reading, work: BatchFunction[T]) -> None:
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
        """Stop reading, and leave what is not yet done."""
        self._answers.close()
        if self._readers is not None:
            self._readers.close()


def _here(reading: Reading, work: BatchFunction[T]) -> Generator[T, None, None]:
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


def _started(cores: int, size: int, work: BatchFunction[Any], alone: bool) -> ProcessPoolExecutor:
    how = multiprocessing.get_context("fork" if alone else "spawn")
    pool = ProcessPoolExecutor(cores, how, _begin, (size, work))
    with _main_left_out():
        for _ in range(cores):
            pool.submit(cores_at_hand)  # anything: the processes start with their first work
    return pool


class _Readers:
    """The processes that read the batches of one file, started anew once when one of them is killed from outside."""

    def __init__(self, start: Callable[[], ProcessPoolExecutor]) -> None:
        self._start = start
        self._waiting: deque[tuple[Future[Any], Batch]] = deque()
        self._attempts_left = ATTEMPTS
        self._begin()

    def _begin(self) -> None:
        """Start the processes, and hand them every batch that has no answer yet."""
        self._attempts_left -= 1
        self._others = {process.pid for process in active_children()}
        self._processes: set[BaseProcess] = set()
        self._pool = self._start()
        self._look_for_processes()
        batches = [batch for _, batch in self._waiting]
        self._waiting.clear()
        for batch in batches:
            self.hand(batch)

    def hand(self, batch: Batch) -> None:
        """Let one of the processes read a batch. Raises nothing: `answer` raises it."""
        try:
            future = self._pool.submit(_read_batch, batch)
        except BrokenProcessPool as broken:
            future = Future()
            future.set_exception(broken)
        self._waiting.append((future, batch))

    def __len__(self) -> int:
        """Count the batches whose answers were not asked for yet."""
        return len(self._waiting)

    def answer(self) -> Any:
        """Wait for the answer to the batch that was handed out first, and return it."""
        while True:
            future, _ = self._waiting[0]
            self._look_for_processes()
            try:
                answer = future.result()
            except BrokenProcessPool:
                self._begin_again()
            except MemoryError as fault:
                raise UnreadableFile(TOO_MUCH) from fault
            else:
                self._waiting.popleft()
                return answer

    def _look_for_processes(self) -> None:
        """Remember the processes of the pool: it starts some of them late, and forgets all when it breaks."""
        self._processes.update(process for process in active_children() if process.pid not in self._others)

    def _begin_again(self) -> None:
        """Start the processes anew after one was killed from outside. Raises what ended it at the second time."""
        self._pool.shutdown(cancel_futures=True)
        try:
            refuse_ending(process.exitcode or 0 for process in self._processes)
        except ReaderKilled:
            if not self._attempts_left:
                raise
        self._begin()

    def close(self, *, wait: bool = True) -> None:
        """End the processes; without `wait`, leave idle ones to end by themselves."""
        self._pool.shutdown(wait=wait, cancel_futures=True)


def _on_cores(readers: _Readers, drafts: list[Draft | UnreadDraft], cores: int) -> Generator[Any, None, None]:
    """Yield the answers to the batches that were handed out, and to the drafts after them."""
    drafts.reverse()  # what is handed out is taken off the end, and its memory is free
    try:
        while drafts or readers:
            while drafts and len(readers) < cores * _WAITING:
                batch = drafts[: -BATCH - 1 : -1]
                del drafts[-BATCH:]
                readers.hand(batch)
            yield readers.answer()
    finally:
        readers.close(wait=bool(drafts or readers))


@contextmanager
def _main_left_out() -> Iterator[None]:
    """Hide the main module while processes are started: each would import it first, and none needs it."""
    main = sys.modules["__main__"]
    hidden = {name: vars(main).get(name) for name in ("__spec__", "__file__")}
    vars(main).update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        vars(main).update(hidden)


_works: list[BatchFunction[Any]] = []
"""The work that a process of a pool does to every batch. It takes files, which can be handed over at the start only."""


def _read_batch(drafts: Sequence[Draft | UnreadDraft]) -> Any:
    return _works[0](read_drafts(drafts))


def _begin(size: int, work: BatchFunction[Any]) -> None:
    """Prepare a process of the pool: its work, its bounds, and its end with its parent's."""
    _works.append(work)
    collect_rarely()
    bounded(size)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
