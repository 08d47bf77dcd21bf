"""Read one state of a store of the engine."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

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
)

from commonplace.derived.graph.rdf_text import readable, statements_text
from commonplace.derived.graph.snapshot import Ahead, Bindings, GraphName, Result, Term, Update
from commonplace.derived.graph.update import changes_of_update
from commonplace.model.change import ChangeSet, Version
from commonplace.model.minter import Minter

_DEFAULT = DefaultGraph()


class StoreSnapshot:
    """A store at a version; see `commonplace.derived.graph.snapshot.Snapshot` for the methods."""

    def __init__(
        self,
        store: Store,
        base: str,
        version: Version,
        hidden: frozenset[NamedNode] = frozenset(),
        *,
        moves: bool = False,
        size: int | None = None,
    ) -> None:
        """Read a store at a version; with `moves` it goes on to others while it is read.

        `size` is the number of its statements, but for those of `hidden` graphs, where it is known.
        """
        self._size = size
        self._store = store
        self._moves = moves
        self._base = base
        self._version = version
        self._hidden = hidden
        """The named graphs of the library's description, while they are in the store: they are no part of it."""

    @cached_property
    def _graph(self) -> tuple[DefaultGraph, ...]:
        """The default graph; nothing where there is no other: to be told of it takes the engine four times as long as
        to find what is said of a thing."""
        return (_DEFAULT,) if self._moves or next(self._store.named_graphs(), None) else ()

    @property
    def version(self) -> Version:
        return self._version

    @property
    def is_near(self) -> bool:
        return True

    @property
    def size(self) -> int:
        if self._size is not None:
            return self._size
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
        return (quad.triple for quad in self._store.quads_for_pattern(subject, predicate, object, *self._graph))

    def said_of(self, subject: NamedNode | BlankNode) -> Iterator[tuple[NamedNode, Term]]:
        return ((q.predicate, q.object) for q in self._store.quads_for_pattern(subject, None, None, *self._graph))

    def of_each(self, subjects: Iterable[NamedNode], predicate: NamedNode) -> Iterator[Triple]:
        return (triple for subject in subjects for triple in self.triples(subject, predicate))

    def read_ahead(self, things: Iterable[NamedNode], ahead: Ahead) -> None:
        pass  # all of it is near

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
