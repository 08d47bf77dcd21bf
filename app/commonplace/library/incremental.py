"""What is counted of a state: made once, and from then on moved along with the log."""

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
"""Changes with more quads than this are not looked through: the engine counts faster than they are looked up."""

Counted = TypeVar("Counted")


@dataclass(frozen=True, slots=True)
class AtVersion(Generic[Counted]):
    """What was counted, and of which version."""

    version: Version
    value: Counted


class Incremental(Generic[Counted]):
    """What was counted of the version last asked for; the next is made from it. Safe to share between threads."""

    def __init__(
        self,
        log: PatchLog,
        count: Callable[[Snapshot], Counted],
        move: Callable[[Counted, Snapshot, Sequence[ChangeSet]], Counted] | None = None,
    ) -> None:
        """`count` makes it of a state; `move`, where there is one, of a later state, given the net changes between."""
        self._log = log
        self._count = count
        self._move = move
        self._newest: AtVersion[Counted] | None = None
        self._making = Lock()

    def of(self, graph: Graph) -> AtVersion[Counted]:
        """That of the state the graph is at."""
        with self._making:
            newest = self._newest
            if newest and newest.version == graph.version:
                return newest
            made = graph.read(self._made)  # kept only when the read was whole
            if newest is None or made.version > newest.version:
                self._newest = made
            return made

    def _made(self, state: Snapshot) -> AtVersion[Counted]:
        newest = self._newest
        if newest is not None and self._move is not None:
            changes = changes_between(self._log, newest.version, state.version, MOVED_QUADS)
            if changes is not None:
                return AtVersion(state.version, self._move(newest.value, state, changes))
        return AtVersion(state.version, self._count(state))
