"""Keep the graph in an embedded Oxigraph store, in memory; `commonplace.derived.graph.disk_graph` keeps it on disk.

Writers and readers never wait for each other except where they must: a change that only adds
is one transaction of the engine, so a reader sees all or nothing of it; a change that also
removes is two, and a reader that overlapped it reads again. Either way an answer carries the
version of the state it was read from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from commonplace.derived.graph.copying import copied
from commonplace.derived.graph.graph import Describe, Fill
from commonplace.derived.graph.snapshot import DESCRIPTION_GRAPHS, GraphName
from commonplace.derived.graph.store_snapshot import StoreSnapshot
from commonplace.derived.graph.text_loading import loaded
from commonplace.derived.graph.turns import Turns
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.model.quad_text import CHUNK_BYTES, QuadText, has_blank_nodes
from commonplace.processes.memory import give_back_memory

T = TypeVar("T")

_DEFAULT = DefaultGraph()
_OVERLAPS = 3
"""Maximum number of times that a reader tries again before it holds writers off."""

RENEWED_AFTER = 2_000
"""Minimum number of removed statements after which a store in memory is worth making anew: until then each takes 600
bytes, and its words as much again, in every process that follows the log."""

RENEWED_PART = 4
"""Minimum share of removed statements, as its denominator, in those that are left, for which a copy of these pays."""


def at_once() -> None:
    """Confirm a change that nothing can stop any more."""


class EmbeddedGraph:
    """A graph in a store; see `commonplace.derived.graph.graph.Graph` for the methods."""

    address: str | None = None

    _loads_in_one_transaction = True
    """Whether readers see a text that is loaded whole or not at all."""

    def __init__(self, base: str, store: Store, version: Version = EMPTY) -> None:
        self._base = base
        self._store = store
        self._version = version
        self._turns = Turns()
        self._removed = 0
        """Number of statements that were removed from the store since it was made."""
        self._size: int | None = None
        """Number of statements without the description, where it is counted along: to count them the engine would look
        at each, and write to it (see `docs/performance.md`)."""
        self._in_flight: Quad | bool = False
        """False, or a quad that shows whether an adding change is in, or True while one with removals is."""
        self._description_graphs = frozenset(Minter(base).graph(name) for name in DESCRIPTION_GRAPHS)
        self._described = False
        """Whether the store holds the description of the present version, too."""
        self._description_size = 0
        """Number of statements of the description that is in the store, or was last."""

    @classmethod
    def in_memory(cls, base: str) -> EmbeddedGraph:
        """Return an empty graph in memory."""
        graph = cls(base, Store())
        graph._size = 0
        return graph

    @classmethod
    def read_only(cls, base: str, directory: Path, version: Version) -> EmbeddedGraph:
        """Return the graph kept in that directory, to be read and not written to while nobody else has it open."""
        graph = cls(base, Store.read_only(str(directory)), version)
        graph._described = True  # it may have been closed with a description in it, which is no part of what it holds
        return graph

    def without_locks(self) -> EmbeddedGraph:
        """Return this graph for a process that was forked while no thread was reading or changing it."""
        graph = EmbeddedGraph(self._base, self._store, self._version)
        graph._removed, graph._size = self._removed, self._size
        graph._described, graph._description_size = self._described, self._description_size
        return graph

    @property
    def version(self) -> Version:
        return self._version

    def read(self, run: Callable[[StoreSnapshot], T]) -> T:
        for _ in range(_OVERLAPS):
            before, described = self._version, self._described
            try:
                answer = run(self._snapshot())
            except Exception:  # of a state that was half changed, perhaps: a thing on a list that was just removed
                if self._undisturbed_since(before, described):
                    raise
            else:
                if self._undisturbed_since(before, described):
                    return answer
            self._turns.wait()
        for _ in range(_OVERLAPS):
            with self._turns.holding():
                before = self._version
                answer = run(self._snapshot())
                if self._version == before:  # `run` itself may have brought the graph to a newer version
                    break
        return answer

    def live_snapshot(self) -> StoreSnapshot:
        return self._snapshot(moves=True)

    def read_described(self, describe: Describe, run: Callable[[StoreSnapshot], T]) -> T:
        # Writers are not held off, however often one comes between: `describe` takes locks of its own, and whoever
        # holds those may be waiting for a writer.
        while True:
            if not self._described:
                self._put(*describe(self))
            described, answer = self.read(lambda snapshot: (self._described, run(snapshot)))
            if described:
                return answer

    def _put(self, version: Version, description: Sequence[Quad]) -> None:
        with self._turns.changing():
            if version == self._version and not self._described:
                self._in_flight = True
                try:
                    self._store.extend(description)
                    self._described, self._description_size = True, len(description)
                finally:
                    self._in_flight = False

    def read_undescribed(self, run: Callable[[StoreSnapshot], T]) -> T:
        for _ in range(_OVERLAPS):
            self.undescribe()
            found = self.read(lambda snapshot: None if self._described else (run(snapshot),))
            if found is not None:
                return found[0]
        with self._turns.holding():
            self.undescribe()
            return run(self._snapshot())

    def undescribe(self) -> None:
        """Take the description out of the store, before anything but a query looks at it."""
        with self._turns.changing():
            if self._described:
                self._in_flight = True
                try:
                    for graph in self._description_graphs:
                        self._store.remove_graph(graph)
                    self._described = False
                    self._removed += self._description_size
                finally:
                    self._in_flight = False

    def _snapshot(self, *, moves: bool = False) -> StoreSnapshot:
        hidden = self._description_graphs if self._described else frozenset[NamedNode]()
        size = None if moves else self._size
        return StoreSnapshot(self._store, self._base, self._version, hidden, moves=moves, size=size)

    def _undisturbed_since(self, version: Version, described: bool) -> bool:
        flight = self._in_flight
        if self._version != version or self._described != described:
            return False
        if isinstance(flight, Quad):
            return flight not in self._store
        return not flight

    def apply(self, version: Version, change: ChangeSet) -> None:
        with self._moving(version, change):
            for quad in change.removed:
                self._store.remove(quad)
            self._add(change.added)
            self._forget_empty({quad.graph_name for quad in change.removed})

    @property
    def is_durable(self) -> bool:
        return False

    def move(self, version: Version, coming: Sequence[Quad], going: Sequence[Quad]) -> None:
        with self._moving(version, ChangeSet(added=coming, removed=going), follows=False):
            self._add(coming)
            for quad in going:
                self._store.remove(quad)
            self._forget_empty({quad.graph_name for quad in going})

    @contextmanager
    def applying(self, version: Version, change: ChangeSet) -> Iterator[None]:
        if not self._loads_in_one_transaction or change.removed or not isinstance(change.added, QuadText):
            yield
            self.apply(version, change)
            return
        with self._moving(version, change), ThreadPoolExecutor(1, thread_name_prefix="applying") as threads:
            ended: Future[None] = Future()
            adding = threads.submit(self._add, change.added, ended.result)
            try:
                yield
            except BaseException as fault:
                ended.set_exception(fault)
                adding.exception()
                raise
            ended.set_result(None)
            adding.result()

    @contextmanager
    def _moving(self, version: Version, change: ChangeSet, *, follows: bool = True) -> Iterator[None]:
        """Hold other changes off while a block makes one; the graph is at its version when the block ends well.

        With `follows` that must be the next version.
        """
        with self._turns.changing():
            if follows and version != self._version + 1:
                raise ValueError(f"version {version} cannot be applied to version {self._version}")
            self.undescribe()
            self._in_flight = True if change.removed else (change.added[0] if change.added else False)
            try:
                yield
                self._removed += len(change.removed)
                if self._size is not None:
                    self._size += len(change.added) - len(change.removed)
                self._record(version)
                self._version = version
            finally:
                self._in_flight = False

    @property
    def is_worn(self) -> bool:
        if self._removed < RENEWED_AFTER:
            return False
        return self._removed * RENEWED_PART >= (len(self._store) if self._size is None else self._size)

    def renew(self, fill: Fill, go_on: Callable[[], object]) -> bool:
        if self.is_durable or not self.is_worn:
            return False
        worn = self._store
        renewed = self._copied(go_on)
        fill(renewed, self._version)  # most of what has come meanwhile, while others go on
        with self._turns.changing():
            fill(renewed, self._version)
            if self._store is not worn or renewed.version != self._version:
                return False  # it was emptied meanwhile
            self._in_flight = True
            try:
                self._store, self._removed, self._described = renewed._store, renewed._removed, False
            finally:
                self._in_flight = False
        del worn, renewed
        give_back_memory()
        return True

    def _copied(self, go_on: Callable[[], object]) -> EmbeddedGraph:
        """Return a copy in memory, at the version of this moment; others go on as soon as it has begun."""
        with ExitStack() as turn:
            turn.enter_context(self._turns.changing())
            self.undescribe()
            version = self._version
            return EmbeddedGraph(self._base, copied(self._store, turn.close, go_on), version)

    def _forget_empty(self, graphs: set[GraphName]) -> None:
        """Forget named graphs without statements, which the engine else goes on listing (`GRAPH ?g {}`).

        The log has statements only, and a graph built from it anew must answer alike.
        """
        for graph in graphs:
            if graph != _DEFAULT and next(self._store.quads_for_pattern(None, None, None, graph), None) is None:
                self._store.remove_graph(graph)

    def load_checkpoint(self, path: Path, version: Version) -> None:
        with self._turns.changing():
            self._described = False
            self._store.clear()  # a crash may have left it filled, and its position not written
            count, blank = _looked_over(path)
            if blank:  # which bulk_load would give new labels
                self._store.bulk_extend(parse(path=str(path), format=RdfFormat.N_QUADS, lenient=True))
            else:
                self._store.bulk_load(path=str(path), format=RdfFormat.N_QUADS, lenient=True)
            self._record(version)
            self._version = version
            if self._size is not None:
                self._size = count

    def clear(self) -> None:
        with self._turns.changing():
            self._version = EMPTY
            self._record(EMPTY)
            self._described = False
            self._store.clear()
            if self._size is not None:
                self._size = 0

    def _add(self, quads: Sequence[Quad], confirm: Callable[[], object] = at_once) -> None:
        """Add quads, all or nothing. `confirm` is called before they are there; when it raises, none is added."""
        if isinstance(quads, QuadText) and loaded(self._load, quads, confirm):
            return
        confirm()
        self._store.extend(quads)

    def _load(self, path: str) -> None:
        """Add the N-Quads at a path, all or nothing."""
        self._store.load(path=path, format=RdfFormat.N_QUADS, lenient=True)

    def _record(self, version: Version) -> None:
        """Keep the version durably: in memory there is nothing to do."""

    def leave_disk(self) -> bool:
        return False


def _looked_over(path: Path) -> tuple[int, bool]:
    """Return the number of statements in a file of N-Quads, each on a line, and whether there may be blank nodes."""
    count, blank = 0, False
    with path.open("rb") as file:
        while text := file.read(CHUNK_BYTES) + file.readline():
            count += text.count(b"\n")
            blank = blank or has_blank_nodes(text)
    return count, blank
