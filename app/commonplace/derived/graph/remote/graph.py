"""Keep the graph in a SPARQL 1.1 engine at an address, which one process brings up to date, and any number read.

A change goes there in requests of at most `REQUEST_STATEMENTS`. The mark (`state`) says before the first that the next
version is on its way, and after the last that it is there. Where a request fails, nobody knows whether it was done;
so the whole change is sent again, which ends in the same state because it is net.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, RdfFormat, parse

from commonplace.derived.graph.graph import Describe, Fill
from commonplace.derived.graph.remote.engine import SparqlEngine
from commonplace.derived.graph.remote.keeper import Keeper
from commonplace.derived.graph.remote.skolem import Skolem
from commonplace.derived.graph.remote.snapshot import RemoteSnapshot
from commonplace.derived.graph.remote.state import RemoteState, state_in
from commonplace.derived.graph.turns import Turns
from commonplace.derived.sealed import LogPosition
from commonplace.errors import GraphUnreachable
from commonplace.model.change import EMPTY, ChangeSet, Version

T = TypeVar("T")
OriginOf = Callable[[Version], LogPosition]

REQUEST_STATEMENTS = 500
"""Maximum number of statements in a request: some engines compile a request to a program, and refuse a long one."""

WAIT_SECONDS = 30.0
"""Maximum time that a reader waits for a change that another process is writing."""

_LOOK_SECONDS = 0.02
_OVERLAPS = 3
"""Maximum number of times that a reader tries again before it holds writers of its process off."""


class RemoteGraph:
    """A graph in an engine at an address; see `commonplace.derived.graph.graph.Graph` for the methods."""

    is_durable = True
    is_worn = False

    def __init__(
        self, base: str, engine: SparqlEngine, origin_of: OriginOf | None = None, keeper: Keeper | None = None
    ) -> None:
        """Read what the engine holds. A process that brings it up to date gives how a version's place in the log is
        found, and its right to do so."""
        self.address: str | None = engine.addresses
        self._base = base
        self._engine = engine
        self._skolem = Skolem(base)
        self._origin_of = origin_of
        self._right = keeper
        """Kept, because the lock ends with it."""
        self._keeper = keeper.id if keeper else ""
        self._turns = Turns()
        self._seen = RemoteState()
        """What the engine held when it was last asked, or written to."""
        self._tickets = count(1)
        self._seen_by = 0
        """The ticket of the look, or of the end of the change, that this is known by."""
        self._seeing = Lock()
        self._writing = RemoteState()
        """What the mark says in the course of a change."""

    def __str__(self) -> str:
        return self._engine.name

    @property
    def version(self) -> Version:
        if not self._keeper and self._seen.version == EMPTY:
            with suppress(GraphUnreachable):  # who reads is told
                self.look()
        return self._seen.version

    def look(self) -> RemoteState:
        """Ask the engine what it holds. Raises `GraphUnreachable`."""
        ticket = next(self._tickets)
        state = state_in(self._engine, self._skolem)
        self._note(ticket, state)
        return state

    def _note(self, ticket: int, state: RemoteState) -> None:
        """Note what the engine holds, unless that was asked before what is known already."""
        with self._seeing:
            if ticket > self._seen_by:
                self._seen_by, self._seen = ticket, state

    def _whole(self) -> RemoteState:
        """Return the state once no change is under way; wait for one.

        Raises `GraphUnreachable`, also where the engine has lost what it held: that is written anew to it then.
        """
        before, until = self._seen.version, time.monotonic() + WAIT_SECONDS
        while (state := self.look()).next is not None:
            if self._keeper:
                with self._turns.holding():  # until the change under way has ended, and no other has begun
                    state = self.look()
                if state.next is None:
                    break
            if self._keeper or time.monotonic() > until:
                raise GraphUnreachable.behind(self._engine.name, state.version, state.next or state.version)
            time.sleep(_LOOK_SECONDS)
        if state.version < before:
            raise GraphUnreachable.behind(self._engine.name, state.version, before)
        return state

    def read(self, run: Callable[[RemoteSnapshot], T]) -> T:
        for _ in range(_OVERLAPS):
            before = self._whole()
            try:
                answer = run(self._snapshot(before))
            except Exception:  # of a state that was half changed, perhaps
                if self.look() == before:
                    raise
            else:
                if self.look() == before:
                    return answer
        until = time.monotonic() + WAIT_SECONDS
        with self._turns.holding():
            while True:
                before = self._whole()
                answer = run(self._snapshot(before))
                if (after := self.look()).version == before.version:  # `run` itself may have brought it to a newer one
                    return answer
                if time.monotonic() > until:
                    raise GraphUnreachable.behind(self._engine.name, before.version, after.version)

    def read_described(self, describe: Describe, run: Callable[[RemoteSnapshot], T]) -> T:
        return self.read(run)

    def read_undescribed(self, run: Callable[[RemoteSnapshot], T]) -> T:
        return self.read(run)

    def live_snapshot(self) -> RemoteSnapshot:
        return RemoteSnapshot(self._engine, self._base, self._whole(), keeps=False)

    def _snapshot(self, state: RemoteState) -> RemoteSnapshot:
        return RemoteSnapshot(self._engine, self._base, state)

    def apply(self, version: Version, change: ChangeSet) -> None:
        if self._followed(version):
            return
        if version != self.version + 1:
            raise ValueError(f"version {version} cannot be applied to version {self.version}")
        if self.look().version == version:  # the engine had done what it did not answer
            return
        with self._moving(version):
            self._remove(change.removed)
            self._add(change.added)
            self._forget_empty({self._skolem.graph(quad.graph_name) for quad in change.removed})

    @contextmanager
    def applying(self, version: Version, change: ChangeSet) -> Iterator[None]:
        yield
        self.apply(version, change)

    def move(self, version: Version, coming: Sequence[Quad], going: Sequence[Quad]) -> None:
        if self._followed(version):
            return
        with self._moving(version):
            self._add(coming)
            self._remove(going)
            self._forget_empty({self._skolem.graph(quad.graph_name) for quad in going})

    def load_checkpoint(self, path: Path, version: Version) -> None:
        if self._followed(version):
            return
        with self._turns.changing():
            self._own()
            self.clear()
            with self._moving(version):
                self._add(parse(path=str(path), format=RdfFormat.N_QUADS, lenient=True))

    def clear(self) -> None:
        if not self._keeper:
            raise TypeError("the graph belongs to another process")
        with self._turns.changing():
            there = self.look()
            self._write(replace(there, version=EMPTY, origin="", keeper=self._keeper, next=EMPTY))
            for graph in there.all_graphs(self._skolem):
                self._engine.update(f"DROP SILENT GRAPH {self._skolem.text(graph)}")
            self._write(RemoteState(keeper=self._keeper))
            self._note(next(self._tickets), self._writing)

    def leave_disk(self) -> bool:
        return False

    def renew(self, fill: Fill, go_on: Callable[[], object]) -> bool:
        return False

    def _followed(self, version: Version) -> bool:
        """Wait, in a process that only reads, until the keeper has written a version; False in the keeper itself."""
        if self._keeper:
            return False
        until = time.monotonic() + WAIT_SECONDS
        while (state := self.look()).version < version:
            if time.monotonic() > until:
                raise GraphUnreachable.behind(self._engine.name, state.version, version)
            time.sleep(_LOOK_SECONDS)
        return True

    @contextmanager
    def _moving(self, version: Version) -> Iterator[None]:
        """Write a change in a block; the engine says before it that it is under way, and after it that it is done."""
        assert self._origin_of is not None
        with self._turns.changing():
            there = self._own()
            if there.version == EMPTY and there.next not in (None, version):  # emptied by half, or filled with another
                self.clear()
                there = self._writing
            self._write(replace(there, keeper=self._keeper, next=version))
            yield
            origin = self._origin_of(version).id
            self._write(replace(self._writing, version=version, origin=origin, next=None))
            self._note(next(self._tickets), self._writing)

    def _own(self) -> RemoteState:
        """Return what the engine holds. Raises `GraphUnreachable` where another home's server has begun to write it."""
        there = self.look()
        if there.keeper not in ("", self._keeper):
            raise GraphUnreachable.taken(self._engine.name)
        return there

    def _write(self, state: RemoteState) -> None:
        """Replace the mark: the new one is there before the old one goes, so that who reads between sees both."""
        mark = self._skolem.text(self._skolem.mark)
        said = state.statements(self._skolem)
        kept = ", ".join(str(Literal(text)) for text in state.texts())
        self._engine.update(
            f"INSERT DATA {{ GRAPH {mark} {{ {chr(10).join(said)} }} }} ;\n"
            f"DELETE {{ GRAPH {mark} {{ ?s ?p ?o }} }} WHERE {{ GRAPH {mark} {{ ?s ?p ?o "
            f'FILTER(CONCAT(STR(?p), " ", STR(?o)) NOT IN ({kept})) }} }}'
        )
        self._writing = state

    def _add(self, quads: Iterable[Quad]) -> None:
        for graph, statements in self._pieces(quads):
            if graph != self._skolem.default_graph and graph not in self._writing.graphs:
                self._write(self._writing.with_graph(graph))  # before it has any, so that it can be emptied
            self._engine.update(f"INSERT DATA {{ GRAPH {self._skolem.text(graph)} {{ {statements} }} }}")

    def _remove(self, quads: Iterable[Quad]) -> None:
        for graph, statements in self._pieces(quads):
            self._engine.update(f"DELETE DATA {{ GRAPH {self._skolem.text(graph)} {{ {statements} }} }}")

    def _pieces(self, quads: Iterable[Quad]) -> Iterator[tuple[NamedNode, str]]:
        """Yield quads in pieces for one request each: the graph, and the statements as SPARQL writes them."""
        gathered: dict[NamedNode, list[str]] = {}
        for quad in quads:
            graph = self._skolem.graph(quad.graph_name)
            piece = gathered.setdefault(graph, [])
            piece.append(self._skolem.statement(quad))
            if len(piece) == REQUEST_STATEMENTS:
                yield graph, "\n".join(gathered.pop(graph))
        for graph, piece in gathered.items():
            yield graph, "\n".join(piece)

    def _forget_empty(self, graphs: set[NamedNode]) -> None:
        """Take named graphs without statements off the list."""
        empty = {graph for graph in graphs if graph != self._skolem.default_graph and self._is_empty(graph)}
        self._writing = replace(self._writing, graphs=tuple(one for one in self._writing.graphs if one not in empty))

    def _is_empty(self, graph: NamedNode) -> bool:
        found = self._snapshot(self._writing).query("ASK { ?s ?p ?o }", default_graph=[graph])
        assert isinstance(found, QueryBoolean)
        return not found
