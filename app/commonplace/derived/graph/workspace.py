"""Hold a store with changes on top of it: the operations of one update see what those before them did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QuerySolutions, Store

from commonplace.derived.graph.snapshot import GraphName, Result
from commonplace.model.change import ChangeSet

_DEFAULT = DefaultGraph()


class Readable(Protocol):
    """What is read of a store while an update is worked out."""

    def __contains__(self, quad: Quad) -> bool: ...

    def __iter__(self) -> Iterator[Quad]: ...

    def quads_for_pattern(self, subject: None, predicate: None, object: None, graph_name: GraphName) -> Iterator[Quad]:
        """Return the statements of a graph."""

    def named_graphs(self) -> Iterator[GraphName]:
        """Return the named graphs that have statements."""

    def query(
        self,
        query: str,
        *,
        base_iri: str | None = None,
        default_graph: list[GraphName] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Result:
        """Return the answer of a query."""


class Workspace:
    """A store with changes on top, which it sees at once.

    The changes are put into the store only when the engine must see them (a WHERE part after a change): into
    the store itself when it is `private`, until `restore`, else into a copy.
    """

    def __init__(self, store: Readable, private: bool) -> None:
        self._store = store
        self._changeable = store if private and isinstance(store, Store) else None
        """The store, once it may be changed."""
        self._above = _Overlay()
        self._settled = _Overlay()
        self._all = _Overlay()

    def change(self) -> ChangeSet:
        """Return what was done to the store it began with, net."""
        return ChangeSet(added=tuple(self._all.added), removed=tuple(self._all.removed))

    def contains(self, quad: Quad) -> bool:
        return quad in self._above.added or (quad not in self._above.removed and quad in self._store)

    def quads(self, graph: GraphName) -> list[Quad]:
        there = [q for q in self._store.quads_for_pattern(None, None, None, graph) if q not in self._above.removed]
        return there + [q for q in self._above.added if q.graph_name == graph]

    def named_graphs(self) -> list[GraphName]:
        """Return the named graphs that have statements, or had some when the request began."""
        names: dict[GraphName, None] = dict.fromkeys(self._store.named_graphs())
        names.update(dict.fromkeys(q.graph_name for q in self._above.added if q.graph_name != _DEFAULT))
        return list(names)

    def apply(self, removed: Iterable[Quad], added: Iterable[Quad]) -> None:
        """Remove, then add; what has no effect has none."""
        for quad in removed:
            if self.contains(quad):
                self._above.remove(quad)
                self._all.remove(quad)
        for quad in added:
            if not self.contains(quad):
                self._above.add(quad)
                self._all.add(quad)

    def select(
        self, text: str, base: str, default_graph: list[GraphName] | None, named: list[NamedNode | BlankNode] | None
    ) -> QuerySolutions:
        self._settle()
        result = self._store.query(text, base_iri=base, default_graph=default_graph, named_graphs=named)
        assert isinstance(result, QuerySolutions)
        return result

    def _settle(self) -> None:
        """Bring what lies above into a store that may be changed."""
        if not self._above:
            return
        if self._changeable is None:
            self._changeable = Store()
            self._changeable.bulk_extend(iter(self._store))
            self._store = self._changeable
        for quad in self._above.removed:
            self._changeable.remove(quad)
            self._settled.remove(quad)
        self._changeable.extend(self._above.added)
        for quad in self._above.added:
            self._settled.add(quad)
        _forget_empty(self._changeable, {quad.graph_name for quad in self._above.removed})
        self._above = _Overlay()

    def restore(self) -> None:
        """Take back what was put into the store."""
        if self._changeable is None:
            return
        for quad in self._settled.added:
            self._changeable.remove(quad)
        self._changeable.extend(self._settled.removed)
        _forget_empty(self._changeable, {quad.graph_name for quad in self._settled.added})
        self._settled = _Overlay()


def _forget_empty(store: Store, graphs: set[GraphName]) -> None:
    """Forget graphs without statements, which the engine would go on listing."""
    for graph in graphs:
        if graph != _DEFAULT and next(store.quads_for_pattern(None, None, None, graph), None) is None:
            store.remove_graph(graph)


class _Overlay:
    """Quads added to something and quads removed from it; no quad is in both."""

    def __init__(self) -> None:
        self.added: dict[Quad, None] = {}
        self.removed: dict[Quad, None] = {}

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    def add(self, quad: Quad) -> None:
        if quad in self.removed:
            del self.removed[quad]
        else:
            self.added[quad] = None

    def remove(self, quad: Quad) -> None:
        if quad in self.added:
            del self.added[quad]
        else:
            self.removed[quad] = None
