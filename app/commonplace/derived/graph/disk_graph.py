"""Keep the graph in an Oxigraph store on disk, and copies of it for the processes that read it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store

from commonplace.derived.graph.disk_copies import DiskCopies
from commonplace.derived.graph.disk_mark import DiskMark
from commonplace.derived.graph.embedded import EmbeddedGraph, at_once
from commonplace.model.change import EMPTY, Version
from commonplace.model.quad_text import QuadText

BULK_QUADS = 50_000
"""Minimum size of a change that the on-disk store is loaded with in bulk: that is no transaction, but replaying mends
a crash."""

COPIED_AFTER = 10_000
"""Minimum number of statements that changed after which another copy of a graph on disk is taken for those that read
it: each makes up for what its copy lacks, in 0.1 s then, before it answers."""

log = logging.getLogger(__name__)


class DiskGraph(EmbeddedGraph):
    """A graph in a store on disk.

    The version is written after the data. A crash between leaves the older version, and applying net changes over a
    state that has them already ends in that state.
    """

    _loads_in_one_transaction = False

    def __init__(self, base: str, store: Store, version: Version, mark: DiskMark) -> None:
        super().__init__(base, store, version)
        self._mark: DiskMark | None = mark
        self._copies: DiskCopies | None = None
        self._uncopied = 0
        """Number of statements that were added since the last copy was taken, or more."""
        self._removed_before = 0
        """Number of statements that were removed before it was taken."""
        self._is_untidy = False
        """Whether the engine has yet to put in order what was loaded in bulk: it would, in each copy by itself."""

    @classmethod
    def opened(cls, base: str, directory: Path, mark: DiskMark, *, believes: bool = False) -> DiskGraph:
        """Return the graph kept in that directory, at the version that its mark says; see there what it `believes`.

        Raises `NotSealed` when it is not what was written, OSError when another process holds it open, and
        RuntimeError when the engine cannot read it.
        """
        version = mark.read(believes=believes)
        mark.forget()
        directory.mkdir(parents=True, exist_ok=True)
        graph = cls(base, Store(str(directory)), version, mark)
        graph._described = True  # it may have been closed with a description in it
        graph.undescribe()
        return graph

    def share(self, copies: DiskCopies) -> None:
        """Keep a copy from now on that is of this version, or of one shortly before, for others to read.

        Raises OSError, and RuntimeError as the engine does.
        """
        with self._turns.changing():
            self.undescribe()
            copies.begin()
            copies.keep(self._store, self._version)
            self._copies, self._uncopied, self._removed_before = copies, 0, self._removed

    def check(self, stops: Callable[[], bool]) -> None:
        """Read the tables that were believed when it was opened. Raises `NotSealed` and OSError."""
        if self._mark is not None:
            self._mark.check(stops)

    def end(self) -> None:
        """Note which tables were found right: nothing is written by this process any more. Raises OSError."""
        with self._turns.changing():
            if self._mark is not None:
                self._mark.end()

    @property
    def is_durable(self) -> bool:
        return self._mark is not None

    def _add(self, quads: Sequence[Quad], confirm: Callable[[], object] = at_once) -> None:
        count = _counted(quads)
        self._uncopied += count
        self._is_untidy |= count >= BULK_QUADS
        if self._mark and not isinstance(quads, QuadText) and count >= BULK_QUADS:
            confirm()
            self._store.bulk_extend(quads)
        else:
            super()._add(quads, confirm)

    def _load(self, path: str) -> None:
        if self._mark:
            self._store.bulk_load(path=path, format=RdfFormat.N_QUADS, lenient=True)
        else:
            super()._load(path)

    def load_checkpoint(self, path: Path, version: Version) -> None:
        self._is_untidy, self._uncopied = True, COPIED_AFTER
        super().load_checkpoint(path, version)

    def clear(self) -> None:
        self._uncopied = COPIED_AFTER
        super().clear()

    def _record(self, version: Version) -> None:
        if self._mark is not None:
            if self._is_untidy:
                self._store.optimize()
                self._is_untidy = False
            self._store.flush()
            self._mark.write(version)
            self._copy(version)

    def _copy(self, version: Version) -> None:
        """Take another copy, where the one there lacks much: who reads it makes up for the rest by reading the log."""
        if self._copies is None or self._uncopied + self._removed - self._removed_before < COPIED_AFTER:
            return
        try:
            self._copies.keep(self._store, version)
        except (OSError, RuntimeError) as fault:
            log.warning("the graph on disk cannot be copied for those that read it: %s", fault)
        else:
            self._uncopied, self._removed_before = 0, self._removed

    def _withdraw(self) -> None:
        """Keep no copies any more, so that others read no disk that fails."""
        if self._copies is not None:
            with suppress(OSError):
                self._copies.end()
            self._copies = None

    def leave_disk(self) -> bool:
        with self._turns.changing():
            self._mark = None
            self._withdraw()
            self._loads_in_one_transaction = True
            self._store = Store()
            self._version = EMPTY
            self._described = False
            self._removed = 0
        return True


def _counted(quads: Sequence[Quad]) -> int:
    """Return the number of quads; of a long text, of which only the beginning is read, no less than `BULK_QUADS`."""
    if not isinstance(quads, QuadText):
        return len(quads)
    count = 0
    for chunk in quads.chunks():
        count += chunk.count(b"\n")
        if count >= BULK_QUADS:
            break
    return count
