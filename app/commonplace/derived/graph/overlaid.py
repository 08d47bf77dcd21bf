"""Read a state of the graph in which one thing is as it was said at another time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolution, RdfFormat, Triple

from commonplace.derived.graph.snapshot import Ahead, Bindings, GraphName, Result, Snapshot, Term, Update
from commonplace.model.change import ChangeSet, Version

_DEFAULT = DefaultGraph()


class Overlaid:
    """A snapshot in which other statements stand about one thing and its fragments, in the default graph.

    Patterns (`triples`, `contains`) see them. Queries are answered from the snapshot below: readers of single things
    ask none that say anything of the thing itself. See `commonplace.derived.graph.snapshot.Snapshot` for the methods.
    """

    def __init__(self, below: Snapshot, thing: NamedNode, said: Sequence[Quad]) -> None:
        self._below = below
        self._thing = thing.value
        self._fragments = f"{thing.value}#"
        self._said = [quad.triple for quad in said if quad.graph_name == _DEFAULT]

    @property
    def version(self) -> Version:
        return self._below.version

    @property
    def is_near(self) -> bool:
        return self._below.is_near

    @property
    def size(self) -> int:
        return self._below.size

    def query(
        self,
        text: str,
        substitutions: Bindings | None = None,
        *,
        default_graph: list[GraphName] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Result:
        return self._below.query(text, substitutions, default_graph=default_graph, named_graphs=named_graphs)

    def select(self, text: str, substitutions: Bindings | None = None) -> list[QuerySolution]:
        return self._below.select(text, substitutions)

    def contains(self, quad: Quad) -> bool:
        if quad.graph_name == _DEFAULT and self._is_own(quad.subject):
            return quad.triple in self._said
        return self._below.contains(quad)

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
    ) -> Iterator[Triple]:
        if subject is None or not self._is_own(subject):
            below = self._below.triples(subject, predicate, object)
            yield from below if subject is not None else (one for one in below if not self._is_own(one.subject))
        if subject is None or self._is_own(subject):
            wanted = (subject, predicate, object)
            for one in self._said:
                terms = (one.subject, one.predicate, one.object)
                if all(term is None or term == said for term, said in zip(wanted, terms, strict=True)):
                    yield one

    def said_of(self, subject: NamedNode | BlankNode) -> Iterator[tuple[NamedNode, Term]]:
        return ((triple.predicate, triple.object) for triple in self.triples(subject))

    def of_each(self, subjects: Iterable[NamedNode], predicate: NamedNode) -> Iterator[Triple]:
        return (triple for subject in subjects for triple in self.triples(subject, predicate))

    def read_ahead(self, things: Iterable[NamedNode], ahead: Ahead) -> None:
        self._below.read_ahead(things, ahead)

    def quads(self, graph: GraphName | None = None) -> Iterator[Quad]:
        return self._below.quads(graph)

    def dump(
        self, format: RdfFormat, *, prefixes: Mapping[str, str] | None = None, graph: GraphName | None = None
    ) -> bytes:
        return self._below.dump(format, prefixes=prefixes, graph=graph)

    def changes_of(self, update: Update, *, private: bool = False) -> ChangeSet:
        return self._below.changes_of(update, private=private)

    def _is_own(self, node: object) -> bool:
        return isinstance(node, NamedNode) and (node.value == self._thing or node.value.startswith(self._fragments))
