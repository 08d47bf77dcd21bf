"""Answer from a past state by taking back, in a graph of the newest state, what came after it.

For a process that answers one question at a time from a graph of its own: the graph stays where the last question was,
until another one wants it elsewhere. That costs what was changed between, not what the library holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import RLock
from typing import NoReturn, TypeVar

from pyoxigraph import Quad

from commonplace.derived.graph.composing import composed
from commonplace.derived.graph.graph import Describe, Fill, Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import PatchLog

T = TypeVar("T")


class MovableGraph:
    """A graph of the newest state that can be read at earlier versions, too.

    See `commonplace.derived.graph.graph.Graph` for the methods. Whoever uses any of them finds the newest state.
    """

    def __init__(self, graph: Graph, log: PatchLog) -> None:
        self._graph = graph
        self._log = log
        self._newest = graph.version
        self._back: ChangeSet | None = None
        """The net change that leads back to the newest state, while the graph is at an earlier one."""
        self._inside = 0
        """Number of blocks, one within the other, that want the graph where it is."""
        self._lock = RLock()

    @property
    def version(self) -> Version:
        return self._newest if self._back is not None else self._graph.version

    def past(self, version: Version) -> PastGraph:
        """Return the state of an earlier version, in which the graph is left until it is wanted elsewhere."""
        with self.at(version):
            return PastGraph(self, version)

    @contextmanager
    def at(self, version: Version) -> Iterator[Graph]:
        """Give the graph at a version, at which it stays until the end of the block.

        Within another such block it is brought back to that one's version at the end.
        """
        with self._lock:
            outer = self._graph.version if self._inside else None
            self._inside += 1
            try:
                self._go(version)
                yield self._graph
            finally:
                self._inside -= 1
                if outer is not None:
                    self._go(outer)

    def _go(self, version: Version) -> None:
        if self._graph.version == version:
            return
        if self._back is not None:
            self._graph.move(self._newest, self._back.added, self._back.removed)
            self._back = None
        if self._graph.version != version:
            self._newest = self._graph.version
            since = composed(self._log, version, self._newest).net()
            self._graph.move(version, since.removed, since.added)
            self._back = since

    def _at_newest(self) -> AbstractContextManager[Graph]:
        return self.at(self.version)

    def read(self, run: Callable[[Snapshot], T]) -> T:
        with self._at_newest() as graph:
            return graph.read(run)

    def read_described(self, describe: Describe, run: Callable[[Snapshot], T]) -> T:
        with self._at_newest() as graph:
            return graph.read_described(describe, run)

    def read_undescribed(self, run: Callable[[Snapshot], T]) -> T:
        with self._at_newest() as graph:
            return graph.read_undescribed(run)

    def live_snapshot(self) -> Snapshot:
        with self._at_newest() as graph:
            return graph.live_snapshot()

    def apply(self, version: Version, change: ChangeSet) -> None:
        with self._at_newest() as graph:
            graph.apply(version, change)

    @property
    def address(self) -> str | None:
        return self._graph.address

    @property
    def is_durable(self) -> bool:
        return self._graph.is_durable

    def move(self, version: Version, coming: Sequence[Quad], going: Sequence[Quad]) -> None:
        with self._at_newest() as graph:
            graph.move(version, coming, going)

    @contextmanager
    def applying(self, version: Version, change: ChangeSet) -> Iterator[None]:
        with self._at_newest() as graph, graph.applying(version, change):
            yield

    @property
    def is_worn(self) -> bool:
        return self._graph.is_worn

    def renew(self, fill: Fill, go_on: Callable[[], object]) -> bool:
        with self._at_newest() as graph:
            return graph.renew(fill, go_on)

    def load_checkpoint(self, path: Path, version: Version) -> None:
        with self._at_newest() as graph:
            graph.load_checkpoint(path, version)

    def clear(self) -> None:
        with self._at_newest() as graph:
            graph.clear()

    def leave_disk(self) -> bool:
        with self._at_newest() as graph:
            return graph.leave_disk()


class PastGraph:
    """An earlier state of a movable graph, to be read; see `commonplace.derived.graph.graph.Graph` for the methods."""

    def __init__(self, graph: MovableGraph, version: Version) -> None:
        self._graph = graph
        self._version = version

    @property
    def version(self) -> Version:
        return self._version

    def read(self, run: Callable[[Snapshot], T]) -> T:
        with self._graph.at(self._version) as graph:
            return graph.read(run)

    def read_described(self, describe: Describe, run: Callable[[Snapshot], T]) -> T:
        with self._graph.at(self._version) as graph:
            return graph.read_described(describe, run)

    def read_undescribed(self, run: Callable[[Snapshot], T]) -> T:
        with self._graph.at(self._version) as graph:
            return graph.read_undescribed(run)

    def live_snapshot(self) -> Snapshot:
        with self._graph.at(self._version) as graph:
            return graph.live_snapshot()

    def apply(self, version: Version, change: ChangeSet) -> NoReturn:
        raise _never()

    @property
    def address(self) -> str | None:
        return None

    @property
    def is_durable(self) -> bool:
        return False

    def move(self, version: Version, coming: Sequence[Quad], going: Sequence[Quad]) -> NoReturn:
        raise _never()

    def applying(self, version: Version, change: ChangeSet) -> NoReturn:
        raise _never()

    @property
    def is_worn(self) -> bool:
        return False

    def renew(self, fill: Fill, go_on: Callable[[], object]) -> bool:
        return False

    def load_checkpoint(self, path: Path, version: Version) -> NoReturn:
        raise _never()

    def clear(self) -> NoReturn:
        raise _never()

    def leave_disk(self) -> bool:
        return False


def _never() -> TypeError:
    return TypeError("a past state does not change")
