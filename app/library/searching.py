"""The search index of a library: opened from files or built when first asked for, and brought along with the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from app.derived.graph import Snapshot
from app.derived.graph_embedded import EmbeddedGraph
from app.derived.search import SearchIndex
from app.derived.search_files import SearchFiles, emptied, write_part
from app.errors import Cancelled, CommonplaceError
from app.model.change import EMPTY, Version
from app.model.minter import Minter
from app.patchlog.log import PatchLog, versions

FILED_STATEMENTS = 200_000
"""From so many statements on, the index is kept in files: below, it is built in a second or two."""

REBUILT_BYTES = 20_000_000
"""A change longer than this is not looked through for what it touched: the index is built anew."""

log = logging.getLogger(__name__)

WriteParts = Callable[[Path], Version]
"""Writes the parts of the index of the newest state to an empty directory (`app.derived.search_files`), and answers
its version. Raises OSError or `CommonplaceError`."""


class Searching:
    """Safe to share between threads."""

    def __init__(self, graph: EmbeddedGraph, entries: PatchLog, minter: Minter, directory: Path | None) -> None:
        """`entries` is the log that the graph follows; `directory` where indexes are kept, if they are."""
        self._graph = graph
        self._entries = entries
        self._minter = minter
        self._files = SearchFiles(directory, entries) if directory else None
        self._index: SearchIndex | None = None
        self._building = False
        self._bringing = Lock()
        self.write_parts: WriteParts = self.write_here
        """How a large index is written: a server has it done by other processes."""

    def at(self, head: Version, *, newest: bool = False) -> SearchIndex:
        """The index at the head, where the graph is already; see `Library.search`."""
        found = self._index
        if found is not None and (found.applied_version >= head or (self._building and not newest)):
            return found
        with self._bringing:
            if self._index is None:
                self._index = self._first(head)
            if self._index.applied_version < head:
                self._advance(self._index)
            return self._index

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

    def _advance(self, index: SearchIndex) -> None:
        """Bring it to the head: by what was touched since, or by building it anew."""
        touched: set[str] = set()
        for number in versions(self._entries, Version(index.applied_version)):
            if not index.takes_in(touched) or self._entries.header(number).body_length > REBUILT_BYTES:
                self._build(index)
                return
            touched |= self._entries.entry(number).change.touched()
        self._graph.read(lambda state: index.update(state, self._minter, touched, state.version))

    def _build(self, index: SearchIndex) -> None:
        """Build it anew, a large one in files."""
        self._building = True
        try:
            if not (self._files and self._is_large() and self._build_in_files(index, self._files)):
                self._graph.read(lambda state: index.rebuild(state, self._minter, state.version))
        finally:
            self._building = False

    def _build_in_files(self, index: SearchIndex, files: SearchFiles) -> bool:
        """Whether it could be built in files, and opened from them."""
        try:
            with files.writing() as (place, keep):
                keep(self.write_parts(place))
            kept = files.newest(self._entries.head())
            if kept:
                index.open(kept[1], kept[0])
        except Cancelled:
            raise  # the server stops
        except (OSError, ValueError, CommonplaceError) as fault:
            log.warning("the search index cannot be kept in files, and is built in memory: %s", fault)
            return False
        return kept is not None
