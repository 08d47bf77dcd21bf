"""Make a value from the graph once, and then change it with each version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.changes import changes_between
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import PatchLog

MOVED_QUADS = 20_000
"""Maximum number of quads of the changes that a value is moved along with: beyond, making it anew takes less time."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AtVersion(Generic[T]):
    """A value made from the graph, and the version it is of."""

    version: Version
    value: T


class Incremental(Generic[T]):
    """The value at the newest version asked for, from which the next is made. Safe to share between threads."""

    def __init__(
        self,
        log: PatchLog,
        make: Callable[[Snapshot], T],
        move: Callable[[T, Snapshot, Sequence[ChangeSet]], T] | None = None,
        *,
        both_ways: bool = False,
    ) -> None:
        """Make the value from a snapshot by `make`, and by `move`, where there is one, from the value at an earlier
        version, a snapshot and the net changes between; `both_ways` from that at a later version, too."""
        self._both_ways = both_ways
        self._log = log
        self._make = make
        self._move = move
        self._newest: AtVersion[T] | None = None
        self._unread: AtVersion[Callable[[], T]] | None = None
        """What reads the newest value, where that is kept and was not asked for yet."""
        self._making = Lock()

    def begin(self, made: AtVersion[T]) -> None:
        """Take a value that was made elsewhere, to be moved along from its version, unless there is a later one."""
        with self._making:
            if self._is_newer(made.version):
                self._newest, self._unread = made, None

    def begin_unread(self, version: Version, read: Callable[[], T]) -> None:
        """Take a value of a version likewise, which `read` returns when it is first asked for."""
        with self._making:
            if self._is_newer(version):
                self._unread, self._newest = AtVersion(version, read), None

    def read(self) -> bool:
        """Read a value that was taken unread; return whether there was one."""
        with self._making:
            was_unread = self._unread is not None
            self._read()
            return was_unread

    @property
    def version(self) -> Version | None:
        """Return the version of the value that is kept, read or not; None where there is none."""
        kept = self._unread or self._newest
        return kept.version if kept is not None else None

    def _is_newer(self, version: Version) -> bool:
        return self.version is None or version > self.version

    def _read(self) -> AtVersion[T] | None:
        """Return the newest value, read where it was not; the lock is held."""
        if self._unread is not None:
            self._newest, self._unread = AtVersion(self._unread.version, self._unread.value()), None
        return self._newest

    def of(self, graph: Graph) -> AtVersion[T]:
        """Return the value at the version that the graph is at."""
        with self._making:
            newest = self._read()
            if newest and newest.version == graph.version:
                return newest
            made = graph.read(self._made)  # kept only when the read was whole
            if newest is None or made.version > newest.version:
                self._newest = made
            return made

    def if_made(self, graph: Graph) -> AtVersion[T] | None:
        """Return the value at the version that the graph is at, where there is one to be moved along; else None."""
        newest = self._unread or self._newest
        return None if newest is None or newest.version > graph.version else self.of(graph)

    def kept(self, version: Version) -> T | None:
        """Return the value that is kept, None where it is of another version than that."""
        if self._unread is not None:
            with self._making:
                self._read()
        newest = self._newest
        return newest.value if newest is not None and newest.version == version else None

    def handed(self) -> AtVersion[T] | None:
        """Return the newest value that is kept and was read, for `begin` in another process."""
        return self._newest

    def ready(self, graph: Graph) -> Callable[[Snapshot], T]:
        """Return a function from the snapshot that is about to be read to its value.

        The function returns the value kept; when a write came between, it makes the value for the snapshot.
        """
        kept = self.of(graph)
        return lambda snapshot: kept.value if kept.version == snapshot.version else self._made(snapshot).value

    def _made(self, snapshot: Snapshot) -> AtVersion[T]:
        newest = self._newest
        if newest is not None and self._move is not None and (self._both_ways or newest.version <= snapshot.version):
            changes = changes_between(self._log, newest.version, snapshot.version, MOVED_QUADS)
            if changes is not None:
                return AtVersion(snapshot.version, self._move(newest.value, snapshot, changes))
        return AtVersion(snapshot.version, self._make(snapshot))
