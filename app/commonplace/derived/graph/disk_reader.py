"""Read a graph on disk in a process that does not keep it, and move along with the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pyoxigraph import Store

from commonplace.derived.graph.disk_copies import DiskCopies
from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.derived.graph.graph import Fill
from commonplace.derived.graph.store_snapshot import StoreSnapshot
from commonplace.model.change import EMPTY, ChangeSet, Version

T = TypeVar("T")

log = logging.getLogger(__name__)


class DiskReader(EmbeddedGraph):
    """A graph in a copy of the one on disk, which is this process's own: it may follow the log, and go back in it.

    Until it is opened it holds nothing, and may be forked with its process; an open one may not, because the engine
    has threads. It goes on in memory where the disk fails, as the graph that was copied does.
    """

    def __init__(self, base: str, copies: DiskCopies, fill: Fill) -> None:
        """Take the copies, and what brings an empty graph to a version."""
        super().__init__(base, Store())
        self._copies = copies
        self._fill = fill
        self._is_on_disk = True
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """Whether this process has opened it, and may read it."""
        return self._is_open

    @property
    def version(self) -> Version:
        """The version that is wholly applied; before it is opened, that of the copy which would be opened."""
        if self.is_open:
            return self._version
        newest = self._copies.newest()
        return newest[0] if newest else EMPTY

    @property
    def is_there(self) -> bool:
        """Whether there is a copy to be opened."""
        return self._copies.newest() is not None

    def open(self) -> None:
        """Open the newest copy; where that cannot be done go on in memory, empty."""
        try:
            version, place = self._copies.link()
            self._store, self._version, self._is_open = Store(str(place)), version, True
        except (OSError, RuntimeError) as fault:
            log.warning("the graph on disk cannot be read here, and is made again in memory: %s", fault)
            self.leave_disk()

    def read(self, run: Callable[[StoreSnapshot], T]) -> T:
        try:
            return super().read(run)
        except RuntimeError as fault:  # as the engine says that a file is damaged
            version = self._version
            if not str(fault).startswith("Corruption") or not self.leave_disk():
                raise
        self._fill(self, version)
        return super().read(run)

    def _snapshot(self, *, moves: bool = False) -> StoreSnapshot:
        self._refuse_unopened()
        return super()._snapshot(moves=moves)

    @contextmanager
    def _moving(self, version: Version, change: ChangeSet, *, follows: bool = True) -> Iterator[None]:
        self._refuse_unopened()
        with super()._moving(version, change, follows=follows):
            yield

    def _refuse_unopened(self) -> None:
        if not self.is_open:
            raise TypeError("this process has not opened the graph")

    @property
    def is_worn(self) -> bool:
        return not self._is_on_disk and super().is_worn

    def leave_disk(self) -> bool:
        if not self._is_on_disk:
            return False
        with self._turns.changing():
            self._is_on_disk, self._is_open = False, True
            self._store, self._version, self._removed, self._described = Store(), EMPTY, 0, False
        return True

    def sweep(self) -> None:
        """Delete the copies of processes that have ended."""
        self._copies.sweep()
