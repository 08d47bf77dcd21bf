"""Say what a graph is: all that the program knows of the engine that answers SPARQL.

A `Graph` follows the log and gives snapshots (`commonplace.derived.graph.snapshot`). `EmbeddedGraph` implements it, in
memory and on disk; every implementation passes the tests of `tests/derived/test_graph.py`, and
`commonplace.derived.graph.opening` makes one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from pyoxigraph import Quad

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet, Version

T = TypeVar("T")

Describe = Callable[["Graph"], tuple[Version, Sequence[Quad]]]
"""Return the version that a graph is at, and the statements that describe the library at that version, each in one of
the `commonplace.derived.graph.snapshot.DESCRIPTION_GRAPHS`."""

Fill = Callable[["Graph", Version], None]
"""Bring a graph that is empty, or at an earlier version, to a version; see
`commonplace.derived.checkpoints.Checkpoints.fill`."""


class Graph(Protocol):
    """A graph that follows the log. One thread at a time changes it; any number read.

    Every reader sees a change whole or not at all, also after a crash.
    """

    @property
    def version(self) -> Version:
        """The newest version that is wholly applied; 0 when the graph is empty."""

    def read(self, run: Callable[[Snapshot], T]) -> T:
        """Run a function on a snapshot of the newest version and return what it returns.

        The function may be run again, on a newer snapshot, when a change came between.
        """

    def read_described(self, describe: Describe, run: Callable[[Snapshot], T]) -> T:
        """Run a function as `read` does, on a snapshot in which queries find the description of the library.

        The description is in no count, no list of statements and no dump.
        """

    def read_undescribed(self, run: Callable[[Snapshot], T]) -> T:
        """Run a function as `read` does, on a snapshot that holds the statements of the log and nothing beside them.

        Writers decide on such a snapshot.
        """

    def live_snapshot(self) -> Snapshot:
        """Return a snapshot that moves along with the graph, for work that can be done again.

        All that was read of it holds if the graph is at the snapshot's version afterwards, when nobody can write.
        """

    def apply(self, version: Version, change: ChangeSet) -> None:
        """Move from the version before to that version. The change is net against the state before.

        Raises `ValueError` when the graph is not at the version before.
        """

    @property
    def address(self) -> str | None:
        """Return the address of the engine that holds it, None where this process does.

        A graph at an address is the one that all processes read: it is never moved to an earlier version.
        """

    @property
    def is_durable(self) -> bool:
        """Whether the graph keeps each version that it reaches, so that it is told of one after the other."""

    def move(self, version: Version, coming: Sequence[Quad], going: Sequence[Quad]) -> None:
        """Move to any version, by adding quads and then removing quads, in one change."""

    def applying(self, version: Version, change: ChangeSet) -> AbstractContextManager[None]:
        """Apply a change at the end of a block, and not at all when the block raises.

        The graph may take the change in while the block runs; nobody reads any of it before the block has ended.
        """

    @property
    def is_worn(self) -> bool:
        """Whether so many statements were removed that a copy of what is left pays."""

    def renew(self, fill: Fill, go_on: Callable[[], object]) -> bool:
        """Copy the statements to memory of their own once many others were removed; return whether that was done.

        An engine in memory keeps what is removed, for ever. Others read and write meanwhile: `fill` brings the copy to
        the version that the graph has reached. `go_on` is called now and then; what it raises ends the copying. Raises
        OSError and `CommonplaceError` when the copy cannot be made.
        """

    def load_checkpoint(self, path: Path, version: Version) -> None:
        """Replace all statements by the N-Quads in a file, which are the state of that version."""

    def clear(self) -> None:
        """Empty the graph, which is then at version 0."""

    def leave_disk(self) -> bool:
        """Go on in memory, empty, at version 0, because the disk fails; return False where that makes no difference."""


class OwnCopy(Graph, Protocol):
    """A graph that each process opens for itself, in a copy of the one that another process keeps.

    Until it is opened it holds nothing, is at the version of the copy that would be opened, and may be forked with its
    process.
    """

    @property
    def is_open(self) -> bool:
        """Whether this process has opened it, and may read it."""

    @property
    def is_there(self) -> bool:
        """Whether there is a copy to be opened."""

    def open(self) -> None:
        """Open the newest copy; where that cannot be done go on in memory, empty."""

    def sweep(self) -> None:
        """Delete the copies of processes that have ended."""
