"""Keep the graph in an embedded Oxigraph store, in memory or on disk.

Writers and readers never wait for each other except where they must: a change that only adds
is one transaction of the engine, so a reader sees all or nothing of it; a change that also
removes is two, and a reader that overlapped it reads again. Either way an answer carries the
version of the state it was read from.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, RLock, get_ident
from typing import TypeVar

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QuerySolution,
    QuerySolutions,
    RdfFormat,
    Store,
    Triple,
    parse,
)

from commonplace.derived.graph.disk_mark import DiskMark
from commonplace.derived.graph.graph import Describe
from commonplace.derived.graph.rdf_text import readable, statements_text
from commonplace.derived.graph.snapshot import DESCRIPTION_GRAPHS, Bindings, GraphName, Result, Update
from commonplace.derived.graph.text_loading import loaded
from commonplace.derived.graph.update import changes_of_update
from commonplace.model.change import EMPTY, ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.model.quad_text import QuadText
from commonplace.processes.memory import give_back_memory

T = TypeVar("T")

_DEFAULT = DefaultGraph()
_OVERLAPS = 3
"""Maximum number of times that a reader tries again before it holds writers off."""

RENEWED_AFTER = 2_000
"""Minimum number of removed statements after which a store in memory is made anew: each takes some 600 bytes until
then, in every process that follows the log."""

RENEWED_PART = 4
"""Minimum share of removed statements, as its denominator, in those that are left, for which a copy of these pays."""

BULK_QUADS = 50_000
"""Minimum size of a change that the on-disk store is loaded with in bulk: that is no transaction, but replaying mends
a crash."""


def _at_once() -> None:
    """Confirm a change that nothing can stop any more."""


class StoreSnapshot:
    """A store at a version; see `commonplace.derived.graph.snapshot.Snapshot` for the methods."""

    def __init__(self, store: Store, base: str, version: Version, hidden: frozenset[NamedNode] = frozenset()) -> None:
        self._store = store
        self._base = base
        self._version = version
        self._hidden = hidden
        """The named graphs of the library's description, while they are in the store: they are no part of it."""

    @property
    def version(self) -> Version:
        return self._version

    @property
    def size(self) -> int:
        return len(self._store) - sum(
            1 for graph in self._hidden for _ in self._store.quads_for_pattern(None, None, None, graph)
        )

    def query(
        self,
        text: str,
        substitutions: Bindings | None = None,
        *,
        default_graph: list[GraphName] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Result:
        return self._store.query(
            text,
            base_iri=self._base,
            substitutions=dict(substitutions) if substitutions else None,
            default_graph=default_graph,
            named_graphs=named_graphs,
        )

    def select(self, text: str, substitutions: Bindings | None = None) -> list[QuerySolution]:
        result = self.query(text, substitutions)
        if not isinstance(result, QuerySolutions):
            raise TypeError("select() is for SELECT queries")
        return list(result)

    def contains(self, quad: Quad) -> bool:
        return quad in self._store

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
    ) -> Iterator[Triple]:
        return (quad.triple for quad in self._store.quads_for_pattern(subject, predicate, object, _DEFAULT))

    def quads(self, graph: GraphName | None = None) -> Iterator[Quad]:
        if graph is not None:
            return self._store.quads_for_pattern(None, None, None, graph)
        if not self._hidden:
            return iter(self._store)
        return (quad for quad in self._store if quad.graph_name not in self._hidden)

    def dump(
        self, format: RdfFormat, *, prefixes: Mapping[str, str] | None = None, graph: GraphName | None = None
    ) -> bytes:
        if graph is None and not format.supports_datasets:
            graph = _DEFAULT
        if self._hidden and graph is None:
            return statements_text(self.quads(), format, prefixes)
        target = io.BytesIO()
        self._store.dump(target, format, from_graph=graph, prefixes=dict(prefixes) if prefixes else None)
        return readable(target.getvalue(), format)

    def changes_of(self, update: Update, *, private: bool = False) -> ChangeSet:
        return changes_of_update(self._store, self._base, update, Minter(self._base).is_system_graph, private=private)


class EmbeddedGraph:
    """A graph in a store; see `commonplace.derived.graph.graph.Graph` for the methods."""

    _loads_in_one_transaction = True
    """Whether readers see a text that is loaded whole or not at all."""

    def __init__(self, base: str, store: Store, version: Version = EMPTY) -> None:
        self._base = base
        self._store = store
        self._version = version
        self._applying = RLock()
        """Held by whoever changes the store."""
        self._depth = 0
        """Number of changes under way, one within the other, of the thread that holds `_applying`."""
        self._turn = Condition()
        self._holders: Counter[int] = Counter()
        """Threads that read and hold writers off, with how often each does."""
        self._removed = 0
        """Number of statements that were removed from the store since it was made."""
        self._renewed_after = RENEWED_AFTER
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
        return cls(base, Store())

    @classmethod
    def on_disk(cls, base: str, directory: Path, mark: DiskMark) -> EmbeddedGraph:
        """Return the graph kept in that directory, at the version that its mark says.

        Raises `NotSealed` when it is not what was written, OSError when another process holds it open, and
        RuntimeError when the engine cannot read it.
        """
        version = mark.read()
        directory.mkdir(parents=True, exist_ok=True)
        graph = _OnDiskGraph(base, Store(str(directory)), version, mark)
        graph._described = True  # it may have been closed with a description in it
        graph.undescribe()
        return graph

    @classmethod
    def read_only(cls, base: str, directory: Path, version: Version) -> EmbeddedGraph:
        """Return the graph kept in that directory, to be read and not written to while nobody else has it open."""
        graph = cls(base, Store.read_only(str(directory)), version)
        graph._described = True  # it may have been closed with a description in it, which is no part of what it holds
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
            with self._applying:
                pass  # the change in flight is now whole
        for _ in range(_OVERLAPS):
            with self._holding():
                before = self._version
                answer = run(self._snapshot())
                if self._version == before:  # `run` itself may have brought the graph to a newer version
                    break
        return answer

    @contextmanager
    def _holding(self) -> Iterator[None]:
        """Keep writers from beginning a change while a block reads.

        Other readers are never waited for: they may hold what the block is going to wait for, such as the search index
        while it is brought up to date.
        """
        thread = get_ident()
        with self._turn:
            self._holders[thread] += 1
        try:
            with self._applying:
                pass  # the change in flight is now whole
            yield
        finally:
            with self._turn:
                self._holders[thread] -= 1
                if not self._holders[thread]:
                    del self._holders[thread]
                self._turn.notify_all()

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the store in a block, when no other thread does, and none holds writers off.

        A thread that holds them off itself may write at once: what it reads then is its own business.
        """
        self._applying.acquire()
        while not self._depth and self._is_held_off():
            self._applying.release()
            with self._turn:
                self._turn.wait_for(lambda: not self._is_held_off())
            self._applying.acquire()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._applying.release()

    def _is_held_off(self) -> bool:
        return bool(self._holders) and get_ident() not in self._holders

    def live_snapshot(self) -> StoreSnapshot:
        return self._snapshot()

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
        with self._changing():
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
        with self._holding():
            self.undescribe()
            return run(self._snapshot())

    def undescribe(self) -> None:
        """Take the description out of the store, before anything but a query looks at it."""
        with self._changing():
            if self._described:
                self._in_flight = True
                try:
                    for graph in self._description_graphs:
                        self._store.remove_graph(graph)
                    self._described = False
                    self._renew(self._description_size)
                finally:
                    self._in_flight = False

    def _snapshot(self) -> StoreSnapshot:
        hidden = self._description_graphs if self._described else frozenset[NamedNode]()
        return StoreSnapshot(self._store, self._base, self._version, hidden)

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
        with self._changing():
            if follows and version != self._version + 1:
                raise ValueError(f"version {version} cannot be applied to version {self._version}")
            self.undescribe()
            self._in_flight = True if change.removed else (change.added[0] if change.added else False)
            try:
                yield
                self._version = version
                self._record(version)
                self._renew(len(change.removed))
            finally:
                self._in_flight = False

    def _renew(self, removed: int) -> None:
        """Copy the statements to a new store once many were removed: in memory the engine keeps what is removed.

        Whoever reads the old store meanwhile reads what it said of this version, or is disturbed, and reads again. The
        engine walks its newest statements first, so the copy is filled oldest first, to be walked alike.
        """
        self._removed += removed
        if self._removed < self._renewed_after or self.is_durable:
            return
        self._renewed_after = max(RENEWED_AFTER, len(self._store) // RENEWED_PART)
        if self._removed < self._renewed_after:
            return
        lines = statements_text(self._store, RdfFormat.N_QUADS, None).splitlines(keepends=True)
        lines.reverse()
        renewed = Store()
        renewed.bulk_extend(parse(b"".join(lines), format=RdfFormat.N_QUADS, lenient=True))
        self._store, self._removed = renewed, 0
        del lines
        give_back_memory()

    def _forget_empty(self, graphs: set[GraphName]) -> None:
        """Forget named graphs without statements, which the engine else goes on listing (`GRAPH ?g {}`).

        The log has statements only, and a graph built from it anew must answer alike.
        """
        for graph in graphs:
            if graph != _DEFAULT and next(self._store.quads_for_pattern(None, None, None, graph), None) is None:
                self._store.remove_graph(graph)

    def load_checkpoint(self, path: Path, version: Version) -> None:
        with self._changing():
            self._described = False
            self._store.clear()  # a crash may have left it filled, and its position not written
            if _has_blank_nodes(path):  # which bulk_load would give new labels
                self._store.bulk_extend(parse(path=str(path), format=RdfFormat.N_QUADS, lenient=True))
            else:
                self._store.bulk_load(path=str(path), format=RdfFormat.N_QUADS, lenient=True)
            self._version = version
            self._record(version)

    def clear(self) -> None:
        with self._changing():
            self._version = EMPTY
            self._record(EMPTY)
            self._described = False
            self._store.clear()

    def _add(self, quads: Sequence[Quad], confirm: Callable[[], object] = _at_once) -> None:
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


def _has_blank_nodes(path: Path) -> bool:
    """Return whether a file of N-Quads may have blank nodes (a literal that looks like one counts too)."""
    with path.open("rb") as file:
        return any(line.startswith(b"_:") or b" _:" in line for line in file)


class _OnDiskGraph(EmbeddedGraph):
    """A graph in a store on disk.

    The version is written after the data. A crash between leaves the older version, and applying net changes over a
    state that has them already ends in that state.
    """

    _loads_in_one_transaction = False

    def __init__(self, base: str, store: Store, version: Version, mark: DiskMark) -> None:
        super().__init__(base, store, version)
        self._mark: DiskMark | None = mark

    @property
    def is_durable(self) -> bool:
        return self._mark is not None

    def _add(self, quads: Sequence[Quad], confirm: Callable[[], object] = _at_once) -> None:
        if self._mark and not isinstance(quads, QuadText) and len(quads) >= BULK_QUADS:
            confirm()
            self._store.bulk_extend(quads)
        else:
            super()._add(quads, confirm)

    def _load(self, path: str) -> None:
        if self._mark:
            self._store.bulk_load(path=path, format=RdfFormat.N_QUADS, lenient=True)
        else:
            super()._load(path)

    def _record(self, version: Version) -> None:
        if self._mark is not None:
            self._store.flush()
            self._mark.write(version)

    def leave_disk(self) -> bool:
        with self._changing():
            self._mark = None
            self._loads_in_one_transaction = True
            self._store = Store()
            self._version = EMPTY
            self._described = False
        return True
