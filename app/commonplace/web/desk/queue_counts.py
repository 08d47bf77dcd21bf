"""Count what waits in the queues, in the background where that takes long, so that the desk comes at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Lock

from commonplace.library.queues.queue import Queue
from commonplace.model.change import Version

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of items of each queue, and of pairs that may be one work, at a version."""

    version: Version
    queues: tuple[tuple[Queue, int], ...]
    duplicates: int


Counting = Callable[[], Iterator[tuple[Queue, int]]]
"""Yield each queue with its count, so that it can be stopped in between."""


class QueueCounts:
    """The counts of one server. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._held: Counts | None = None
        self._busy = False
        self._stopped = Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="queue-counts")

    def of(
        self, version: Version, counting: Counting, duplicates: Callable[[], int], *, in_background: bool
    ) -> Counts | None:
        """Return the counts of a version.

        With `in_background` return those that were counted last, of an earlier version or None where none were, and
        let those of this version be counted.
        """
        with self._lock:
            held, begin = self._held, in_background and not self._busy
            if held is not None and held.version == version:
                return held
            self._busy = self._busy or begin
        if not in_background:
            return self._count(version, counting, duplicates)
        if begin:
            self._thread.submit(self._count_apart, version, counting, duplicates)
        return held

    def close(self) -> None:
        """Stop counting, at the end of the server."""
        self._stopped.set()
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _count(self, version: Version, counting: Counting, duplicates: Callable[[], int]) -> Counts | None:
        found: list[tuple[Queue, int]] = []
        for one in counting():
            if self._stopped.is_set():
                return None
            found.append(one)
        counted = Counts(version, tuple(found), duplicates())
        with self._lock:
            self._held = counted
        return counted

    def _count_apart(self, version: Version, counting: Counting, duplicates: Callable[[], int]) -> None:
        try:
            self._count(version, counting, duplicates)
        except Exception:  # the desk shows the counts before, and tries again
            log.exception("the queues could not be counted")
        finally:
            with self._lock:
                self._busy = False
