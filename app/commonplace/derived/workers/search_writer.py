"""Write search indexes in parts, side by side, by processes that are started for it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from commonplace.derived.search import change_process
from commonplace.derived.search.early_index import BigChange
from commonplace.derived.search.files import emptied
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import Lost, WorkerLink
from commonplace.derived.workers.messages import Message
from commonplace.errors import QueryEnded, Stopped
from commonplace.model.change import Version
from commonplace.processes.at_rest import resting
from commonplace.processes.cores import cores_at_hand

SEARCH_PARTS = 4
"""Maximum number of processes that write a search index: each holds the statements of its share of the library."""

WRITING_SECONDS = 86_400.0
"""Maximum time to write a part, whatever a query may take: on a busy machine a million works take more than ten
minutes, and whoever searches waits for nothing else."""

ALONE_STATEMENTS = 10_000_000
"""Maximum number of statements in memory that several processes read for an index: each makes the graph its own while
it reads, 400 bytes a statement."""

PART_THINGS = 10_000
"""Minimum number of documents for which a process of their own is worth starting."""


class SearchWriter:
    """The writing of the search index of a version, or of what a version brings."""

    def __init__(
        self,
        home: tuple[str, str, str],
        limits: QueryLimits,
        fork: Callable[[], WorkerLink],
        hold_back: Callable[[bool], None],
        *,
        shares_graph: bool = False,
    ) -> None:
        """Write for a home (the address of its log, its checkpoints, its base IRI), by workers from `fork`.

        `hold_back` is called with True before the index of a change is written, lest the zygote prepare meanwhile what
        nobody waits for, and with False afterwards. `shares_graph` says that the workers share a graph in memory.
        """
        self._home = home
        self._limits = limits
        self._fork = fork
        self._hold_back = hold_back
        self._shares_graph = shares_graph
        self._closed = False
        self._writing: set[subprocess.Popen[bytes]] = set()
        """Processes that write the search index of a change."""

    async def write(self, directory: Path, version: Version, statements: int = 0) -> Version:
        """Write the search index of that version or a newer one to a directory; return the version.

        It is written by processes that are forked for it, and read by `commonplace.derived.search.files`. Raises
        `QueryEnded` when the processes are ended, `Stopped` when the writer is closed, and `CommonplaceError` when
        the index cannot be written.
        """
        written = await self._parts(_places(directory, 0, self._at_once_reading(statements)), version)
        if len(set(written)) > 1:  # there was a write between their forks
            await asyncio.to_thread(emptied, directory)
            written = await self._parts(_places(directory, 0, 1), version)
        return Version(written[0])

    async def write_change(self, directory: Path, change: BigChange, statements: int = 0) -> None:
        """Write the part of a search index that a change brings which only adds, to a directory.

        New things are described by the change's text, at once. The others, whose IRIs the first process lists, are
        read from the graph by workers that have its version or a newer one; no other part describes them. Raises what
        `write` raises, `QueryEnded` also when the log does not get the change.
        """
        parts = min(2 * self._at_once, SEARCH_PARTS)  # more than there are cores: they end more nearly together
        log, _, base = self._home
        process = change_process.start(log, base, change.version, directory, parts, change.text)
        self._writing.add(process)
        change.logged.add_done_callback(lambda logged: None if logged.result() else change_process.end(process))
        self._hold_back(True)
        try:
            code = await asyncio.to_thread(_waited_for, process)
        finally:
            change_process.end(process)
            self._writing.discard(process)
            self._hold_back(False)
        if code or not await asyncio.wrap_future(change.logged):
            raise self._ended()
        left = directory / change_process.LEFT
        if left.exists():
            needed = -(-len(change_process.read_names(left)) // PART_THINGS)
            reading = min(needed, self._at_once_reading(statements))
            await self._parts(_places(directory, parts, reading), change.version, left)
            left.unlink()

    def close(self) -> None:
        """End the processes that write the index of a change."""
        self._closed = True
        for process in self._writing:
            change_process.end(process)

    @property
    def _at_once(self) -> int:
        """The number of processes that may write: one for each processor, two at least, and no more than workers."""
        return min(max(2, cores_at_hand()), self._limits.workers)

    def _at_once_reading(self, statements: int) -> int:
        """Return the number of processes that may read a graph of so many statements for an index."""
        return 1 if self._shares_graph and statements > ALONE_STATEMENTS else min(self._at_once, SEARCH_PARTS)

    def _ended(self) -> QueryEnded | Stopped:
        if self._closed:
            return Stopped("the server stops")
        return QueryEnded("the processes that were to write the search index have ended")

    async def _parts(self, places: Sequence[Path], version: Version, things: Path | None = None) -> list[int]:
        """Write all parts of an index side by side; return the version of each. When one fails, the others are ended.

        The index is of the things whose IRIs are in the file `things`; of all, where there is none.
        """
        head = {"things": str(things) if things else None, "parts": len(places), "version": version}
        writing = [
            asyncio.ensure_future(self._part({**head, "search": str(place), "part": part}))
            for part, place in enumerate(places)
        ]
        try:
            return await asyncio.gather(*writing)
        except Lost:
            raise self._ended() from None
        finally:
            for one in writing:
                one.cancel()

    async def _part(self, head: dict[str, Any]) -> int:
        link = self._fork()
        link.apart = True
        try:
            found: int = (await link.exchange(Message(head), WRITING_SECONDS)).head["indexed"]
            return found
        finally:
            link.end()


def _waited_for(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process, at rest; return its exit status."""
    with resting():
        return process.wait()


def _places(directory: Path, first: int, count: int) -> list[Path]:
    """Return the places of `count` parts of a search index in a directory, numbered from `first` on."""
    return [directory / str(number) for number in range(first, first + count)]
