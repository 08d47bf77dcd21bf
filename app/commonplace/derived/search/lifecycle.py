"""The search index of a library: opened from files or built when first asked for, and brought along with the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.search.files import SearchFiles, emptied, write_part
from commonplace.derived.search.index import SearchIndex
from commonplace.errors import Cancelled, CommonplaceError
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog, versions

FILED_STATEMENTS = 200_000
"""From so many statements on, the index is kept in files: below, it is built in a second or two."""

REBUILT_BYTES = 20_000_000
"""A change longer than this is not looked through for what it touched: the index is built anew."""

log = logging.getLogger(__name__)

WriteParts = Callable[[Path], Version]
"""Write the parts of the index of the newest state to an empty directory (see `files`), and return its version.

Raises OSError or `CommonplaceError`."""

WriteChange = Callable[[Path, Version], None]
"""Writes the parts of the index of a version that only adds, before the graph has it: what the log says anew from
there. Raises the same."""


class Searching:
    """Safe to share between threads."""

    def __init__(self, graph: Graph, entries: PatchLog, minter: Minter, directory: Path | None) -> None:
        """`entries` is the log that the graph follows; `directory` where indexes are kept, if they are."""
        self._graph = graph
        self._entries = entries
        self._minter = minter
        self._files = SearchFiles(directory, entries) if directory else None
        self._index: SearchIndex | None = None
        self._building = False
        self._begun: tuple[Version, Future[None]] | None = None
        """The version whose index was begun to be written, and when that has ended."""
        self._bringing = Lock()
        self.write_parts: WriteParts = self.write_here
        """How a large index is written: a server has it done by other processes."""
        self.write_change: WriteChange | None = None
        """How that of a big change is written, if it can be before the graph has it: a server has it done so."""

    def at(self, head: Version, *, newest: bool = False) -> SearchIndex:
        """The index at the head, where the graph is already; see `Library.search`."""
        found = self._index
        if found is not None and (found.applied_version >= head or (self._is_busy() and not newest)):
            return found
        with self._bringing:
            if self._index is None:
                self._index = self._first(head)
            if self._index.applied_version < head:
                self._advance(self._index)
            return self._index

    def begin(self, version: Version) -> None:
        """Begin to write the index of a big change that has just been logged, while the graph takes it in.

        `at` has the rest to do then; this does nothing for any other change, and raises nothing.
        """
        try:
            if self._is_written_from_log(version) and not self._is_busy():
                threads = ThreadPoolExecutor(1, thread_name_prefix="search")
                self._begun = version, threads.submit(self._write_change, version)
                threads.shutdown(wait=False)
        except Exception:  # the change is made all the same
            log.exception("the search index could not be begun; it is built when it is asked for")

    def close(self) -> None:
        """Wait until what was begun has ended; who writes it has been closed."""
        if self._begun:
            self._begun[1].exception()

    def prepare(self, head: Version) -> None:
        """Have the index of a large library ready before it is asked for; that of a small one is soon made."""
        if self._index is None and self._is_large():
            with suppress(Cancelled):
                self.at(head)

    def write_here(self, directory: Path) -> Version:
        """Write a large index in this process; see `WriteParts`."""

        def write(state: Snapshot) -> Version:
            emptied(directory)  # of what a first try left, when a write came between
            write_part(state, self._minter, directory, 0, 1)
            return state.version

        return self._graph.read(write)

    def _is_large(self) -> bool:
        return self._graph.read(lambda state: state.size >= FILED_STATEMENTS)

    def _first(self, head: Version) -> SearchIndex:
        index = SearchIndex()
        kept = self._files.newest(head) if self._files else None
        try:
            if kept:
                index.open(kept[1], kept[0])
        except (OSError, ValueError):
            log.warning("the search index kept in files is damaged; it is built anew")
        if index.applied_version == EMPTY:
            self._build(index)
        return index

    def _is_busy(self) -> bool:
        """Whether the index is being built, or written."""
        begun = self._begun
        return self._building or (begun is not None and not begun[1].done())

    def _advance(self, index: SearchIndex) -> None:
        """Bring it to the head: by what was touched since, or by building it anew."""
        long = [number for number in self._since(index) if self._entries.header(number).body_length > REBUILT_BYTES]
        if long and not (self._is_written_from_log(long[-1]) and self._build_from_log(index, long[-1])):
            self._build_from_graph(index)
            return
        touched: set[str] = set()
        for number in self._since(index):
            if not index.takes_in(touched):
                self._build_from_graph(index)
                return
            touched |= self._entries.entry(number).change.touched()
        if touched or index.applied_version < self._graph.version:
            self._graph.read(lambda state: index.update(state, self._minter, touched, state.version))

    def _since(self, index: SearchIndex) -> Iterator[Version]:
        """The versions after the one an index is of."""
        return versions(self._entries, Version(index.applied_version))

    def _build(self, index: SearchIndex) -> None:
        """Build it anew."""
        head = self._entries.head()
        if not (self._is_written_from_log(head) and self._build_from_log(index, head)):
            self._build_from_graph(index)

    def _build_from_graph(self, index: SearchIndex) -> None:
        """The same when the graph is there, a large one in files."""
        self._building = True
        try:
            if not (self._files and self._is_large() and self._build_in_files(index, self._files)):
                self._graph.read(lambda state: index.rebuild(state, self._minter, state.version))
        finally:
            self._building = False

    def _build_from_log(self, index: SearchIndex, version: Version) -> bool:
        """Whether it could be built in files, as far as possible of what that version says."""
        self._building = True
        begun = self._begun
        try:
            if begun is not None and begun[0] == version:
                begun[1].result()
            else:
                self._write_change(version)
            self._open_newest(index)
        except Cancelled:
            raise  # the server stops
        except (OSError, ValueError, CommonplaceError) as fault:
            log.warning("the search index is built when the graph is ready, not from the log: %s", fault)
        finally:
            self._building = False
            if begun is not None and begun[0] == version:
                self._begun = None
        return index.applied_version == version

    def _write_change(self, version: Version) -> None:
        assert self._files is not None
        assert self.write_change is not None
        with self._files.writing() as (place, keep):
            self.write_change(place, version)
            keep(version)

    def _is_written_from_log(self, version: Version) -> bool:
        """Whether a version is a change that is not looked through, and only adds, and its index can be written."""
        if self._files is None or self.write_change is None or version == EMPTY:
            return False
        return self._entries.header(version).body_length > REBUILT_BYTES and self._entries.only_adds(version)

    def _build_in_files(self, index: SearchIndex, files: SearchFiles) -> bool:
        """Whether it could be built in files, and opened from them."""
        try:
            with files.writing() as (place, keep):
                keep(self.write_parts(place))
            return self._open_newest(index)
        except Cancelled:
            raise  # the server stops
        except (OSError, ValueError, CommonplaceError) as fault:
            log.warning("the search index cannot be kept in files, and is built in memory: %s", fault)
            return False

    def _open_newest(self, index: SearchIndex) -> bool:
        """Whether there is an index in files, which it is now."""
        kept = self._files.newest(self._entries.head()) if self._files else None
        if kept:
            index.open(kept[1], kept[0])
        return kept is not None
