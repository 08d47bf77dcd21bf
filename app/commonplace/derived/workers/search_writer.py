"""Write search indexes in parts, side by side, by processes that are started for it."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from commonplace.derived.search import change_process
from commonplace.derived.search.early_index import BigChange
from commonplace.derived.search.files import emptied, read_iris
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import Lost, WorkerLink
from commonplace.derived.workers.messages import WorkerMessage
from commonplace.errors import QueryEnded, Stopped
from commonplace.model.change import Version
from commonplace.processes.at_rest import resting
from commonplace.processes.cores import cores_at_hand

SEARCH_PARTS = 4
"""Maximum number of processes that write a search index: each holds the statements of its share of the library."""

WRITING_SECONDS = 86_400.0
"""Maximum time to write a part, whatever a query may take: on a busy machine a million works take more than ten
minutes, and whoever searches waits for nothing else."""

SIDE_BY_SIDE_STATEMENTS = 10_000_000
"""Maximum number of statements in memory that several processes read for an index: each makes the graph its own while
it reads, 400 bytes a statement."""

SHARE_STATEMENTS, SHARE_THINGS = 2_500_000, 200_000
"""Number of statements, or of things, that one process after the other reads of a larger graph in memory."""

PART_THINGS = 10_000
"""Minimum number of documents for which a process of their own is worth starting."""


class SearchWriter:
    """The writing of the search index of a version, or of what a version brings."""

    def __init__(
        self,
        home: tuple[str, str, str],
        limits: QueryLimits,
        fork: Callable[[], WorkerLink],
        held_back: Callable[[], AbstractContextManager[None]],
        *,
        shares_graph: bool = False,
    ) -> None:
        """Write for a home (the address of its log, its checkpoints, its base IRI), by workers from `fork`.

        The zygote is `held_back` while the index of a change is written, lest it prepare meanwhile what nobody waits
        for, and while a graph is read share by share. `shares_graph` says that the workers share a graph in memory.
        """
        self._home = home
        self._limits = limits
        self._fork = fork
        self._held_back = held_back
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
        if self._is_read_in_shares(statements):
            places = _places(directory, 0, -(-statements // SHARE_STATEMENTS))
            while len(set(written := await self._one_after_another(places, version))) > 1:
                await asyncio.to_thread(emptied, directory)
            return Version(written[0])
        written = await self._parts(_places(directory, 0, self._at_once), version)
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
        with self._held_back():
            await self._write_new(directory, change, parts)
            left = directory / change_process.LEFT
            if left.exists():
                count = len(read_iris(left))
                if self._is_read_in_shares(statements):
                    await self._one_after_another(
                        _places(directory, parts, -(-count // SHARE_THINGS)), change.version, left
                    )
                else:
                    reading = min(-(-count // PART_THINGS), self._at_once)
                    await self._parts(_places(directory, parts, reading), change.version, left)
                left.unlink()

    async def _write_new(self, directory: Path, change: BigChange, parts: int) -> None:
        """Write the parts that describe new things."""
        log, _, base = self._home
        process = change_process.start(log, base, change.version, directory, parts, change.text)
        self._writing.add(process)
        change.logged.add_done_callback(lambda logged: None if logged.result() else change_process.end(process))
        try:
            code = await asyncio.to_thread(_waited_for, process)
        finally:
            change_process.end(process)
            self._writing.discard(process)
        if code or not await asyncio.wrap_future(change.logged):
            raise self._ended()

    def close(self) -> None:
        """End the processes that write the index of a change."""
        self._closed = True
        for process in self._writing:
            change_process.end(process)

    @property
    def _at_once(self) -> int:
        """The number of processes that may write: one for each processor, two at least, and no more than workers."""
        return min(max(2, cores_at_hand()), self._limits.workers, SEARCH_PARTS)

    def _is_read_in_shares(self, statements: int) -> bool:
        """Return whether a graph of so many statements lies in memory that only one process may make its own."""
        return self._shares_graph and statements > SIDE_BY_SIDE_STATEMENTS

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

    async def _one_after_another(
        self, places: Sequence[Path], version: Version, things: Path | None = None
    ) -> list[int]:
        """Write parts as `_parts` does, but so that no two processes read at one time.

        They are forked together, so that there is hardly a write between them. Another, the first to read, lists the
        things of each.
        """
        listed = [place.with_suffix(".things") for place in places]
        links = [self._forked() for _ in range(1 + len(places))]
        head = {"things": str(things) if things else None, "parts": len(places), "version": version}
        try:
            with self._held_back():
                found = [await self._asked(links[0], {**head, "list": [*map(str, listed)]})]
                for place, of_part, link in zip(places, listed, links[1:], strict=True):
                    head = {"things": str(of_part), "parts": 1, "part": 0, "version": version}
                    found.append(await self._asked(link, {**head, "search": str(place)}))
                    await asyncio.to_thread(of_part.unlink)
            return found
        except Lost:
            raise self._ended() from None
        finally:
            for link in links:
                link.end()

    async def _part(self, head: dict[str, Any]) -> int:
        return await self._asked(self._forked(), head)

    def _forked(self) -> WorkerLink:
        link = self._fork()
        link.apart = True
        return link

    async def _asked(self, link: WorkerLink, head: dict[str, Any]) -> int:
        """Have a worker do its part, and end it; return the version that it has read."""
        try:
            found: int = (await link.exchange(WorkerMessage(head), WRITING_SECONDS)).head["indexed"]
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
