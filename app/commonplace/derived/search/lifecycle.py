"""Open the search index of a library, or build it when it is first asked for, and keep it up with the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.health import Health
from commonplace.derived.search import early_index
from commonplace.derived.search.early_index import EarlyIndex
from commonplace.derived.search.files import SearchFiles, emptied, write_part
from commonplace.derived.search.index import SearchIndex
from commonplace.errors import CommonplaceError, Stopped
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog, versions

FILED_STATEMENTS = 200_000
"""Minimum size of a graph whose index is kept in files: the index of a smaller one is built in a second or two."""

log = logging.getLogger(__name__)

WriteParts = Callable[[Path], Version]
"""Write the parts of the index of the newest state to an empty directory (see `files`), and return its version.

Raises OSError or `CommonplaceError`."""


class Searching:
    """The search index of one library. Safe to share between threads."""

    def __init__(
        self, graph: Graph, entries: PatchLog, minter: Minter, directory: Path | None, health: Health | None = None
    ) -> None:
        """Index a graph that follows the log `entries`; keep large indexes in `directory`, if given.

        `health` is told when they cannot be kept there.
        """
        self._health = health or Health()
        self._graph = graph
        self._entries = entries
        self._minter = minter
        self._files = SearchFiles(directory, entries) if directory else None
        self._index: SearchIndex | None = None
        self._is_building = False
        self._bringing = Lock()
        self.early = EarlyIndex(entries, self._files)
        """The index of a big change, written before the graph has the change."""
        self.write_parts: WriteParts = self.write_here
        """Write a large index; in a server, other processes do."""
        self.size: Callable[[], int] = lambda: graph.read(lambda snapshot: snapshot.size)
        """Return the number of statements, or one near it. The engine counts them one by one; a server knows it."""

    def at(self, head: Version, *, newest: bool = False) -> SearchIndex:
        """Return the index at the head, where the graph is already; see `Library.search`."""
        found = self._index
        if found is not None and (found.applied_version >= head or (self._is_busy() and not newest)):
            return found
        with self._bringing:
            if self._index is None:
                self._index = self._first(head)
            if self._index.applied_version < head:
                self._advance(self._index)
            return self._index

    def prepare(self, head: Version) -> None:
        """Build the index of a large library before it is asked for; the index of a small one is soon made."""
        if self._index is None and self._is_large():
            with suppress(Stopped):
                self.at(head)

    def write_here(self, directory: Path) -> Version:
        """Write a large index in this process (see `WriteParts`)."""

        def write(snapshot: Snapshot) -> Version:
            emptied(directory)  # a first try may have left files, when a write came between
            write_part(snapshot, self._minter, directory, 0, 1)
            return snapshot.version

        return self._graph.read(write)

    def _is_large(self) -> bool:
        return self.size() >= FILED_STATEMENTS

    def _is_busy(self) -> bool:
        """Return whether the index is being built, or written."""
        return self._is_building or self.early.is_being_written()

    def _first(self, head: Version) -> SearchIndex:
        index = SearchIndex()
        try:
            if self._files:
                index.open_newest(self._files, head)
        except (OSError, ValueError):
            log.warning("the search index kept in files is damaged; it is built anew")
        if index.applied_version == EMPTY and not self._open_early(index, self._entries.head()):
            self._build_from_graph(index)
        return index

    def _advance(self, index: SearchIndex) -> None:
        """Bring an index to the head, by looking at the things touched since, or by building it anew."""
        lengths = {number: self._entries.header(number).body_length for number in self._since(index)}
        long = [number for number, length in lengths.items() if length > early_index.REBUILT_BYTES]
        if long and not self._open_early(index, long[-1]):
            self._build_from_graph(index)
            return
        touched: set[str] = set()
        for number in self._since(index):
            if not index.takes_in(touched):
                self._build_from_graph(index)
                return
            touched |= self._entries.entry(number).change.touched()
        if touched or index.applied_version < self._graph.version:
            self._graph.read(lambda snapshot: index.update(snapshot, self._minter, touched, snapshot.version))

    def _since(self, index: SearchIndex) -> Iterator[Version]:
        """Return the versions after that of an index."""
        return versions(self._entries, Version(index.applied_version))

    def _open_early(self, index: SearchIndex, version: Version) -> bool:
        """Open the early index of a version, and return whether that could be done (see `EarlyIndex.open`)."""
        self._is_building = True
        try:
            return self.early.open(index, version)
        finally:
            self._is_building = False

    def _build_from_graph(self, index: SearchIndex) -> None:
        """Build an index anew from the graph, a large one in files."""
        self._is_building = True
        try:
            if not (self._files and self._is_large() and self._build_in_files(index, self._files)):
                self._graph.read(lambda snapshot: index.rebuild(snapshot, self._minter, snapshot.version))
        finally:
            self._is_building = False

    def _build_in_files(self, index: SearchIndex, files: SearchFiles) -> bool:
        """Build an index in files and open it; return whether that could be done."""
        try:
            with files.writing() as (place, keep):
                keep(self.write_parts(place))
            opened = index.open_newest(files, self._entries.head())
        except Stopped:
            raise
        except (OSError, ValueError, CommonplaceError) as fault:
            self._health.failed("the search index in files", fault)
            return False
        self._health.passed("the search index in files")
        return opened
