"""Read one state of a graph in an engine at an address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
    parse_query_results,
)

from commonplace.derived.graph.rdf_text import statements_text
from commonplace.derived.graph.remote.engine import TRIPLES, SparqlEngine
from commonplace.derived.graph.remote.skolem import Skolem
from commonplace.derived.graph.remote.state import RemoteState
from commonplace.derived.graph.remote.values import with_plain_iris, with_values, words_of
from commonplace.derived.graph.snapshot import Ahead, Bindings, GraphName, Result, Term, Update
from commonplace.derived.graph.update import changes_of_update
from commonplace.errors import Message, TooLarge
from commonplace.model.change import ChangeSet, Version
from commonplace.model.minter import Minter

COPIED_STATEMENTS = 500_000
"""Maximum size of a graph that is copied for an update whose patterns must see what its own operations changed."""

ASKED_AT_ONCE = 500
"""Maximum number of things that one question asks about."""

_NOT_READ: tuple[None, tuple[Triple, ...]] = (None, ())

_words_of = lru_cache(maxsize=512)(words_of)


class RemoteSnapshot:
    """A state in an engine; see `commonplace.derived.graph.snapshot.Snapshot` for the methods."""

    def __init__(self, engine: SparqlEngine, base: str, state: RemoteState, *, keeps: bool = True) -> None:
        """Read a state that does not change meanwhile; without `keeps` it may, and nothing that was read is kept."""
        self._engine = engine
        self._base = base
        self._state = state
        self._skolem = Skolem(base)
        self._keeps = keeps
        self._about: dict[NamedNode | BlankNode, tuple[Triple, ...]] = {}
        """What was read about things: who looks at one statement of a thing mostly looks at others."""
        self._leading: dict[NamedNode, tuple[frozenset[NamedNode], tuple[Triple, ...]]] = {}
        """The properties that were left out, and the statements that lead by others to things which were read ahead."""

    @property
    def version(self) -> Version:
        return self._state.version

    @property
    def is_near(self) -> bool:
        return False

    @property
    def size(self) -> int:
        return sum(self._count(graph) for graph in self._state.all_graphs(self._skolem))

    def _count(self, graph: NamedNode) -> int:
        number = next(self._table("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", [graph]))["n"]
        assert isinstance(number, Literal)
        return int(number.value)

    def query(
        self,
        text: str,
        substitutions: Bindings | None = None,
        *,
        default_graph: list[GraphName] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Result:
        form = Store().query(text, base_iri=self._base)  # says what is wrong with it, and what its answer is
        values = {variable.value: self._skolem.text(value) for variable, value in (substitutions or {}).items()}
        text = f"BASE <{self._base}>\n{with_plain_iris(with_values(text, values))}"
        defaults, named = self._dataset(text, default_graph, named_graphs)
        if isinstance(form, QueryTriples):
            return self._triples_of(self._engine.ask(text, _values(defaults), _values(named), TRIPLES))
        if isinstance(form, QueryBoolean):
            return self._truth(text, defaults, named)
        return self._table(text, defaults, named)

    def _truth(self, text: str, defaults: Iterable[NamedNode], named: Iterable[NamedNode] = ()) -> QueryBoolean:
        """Return the answer of an ASK. Virtuoso gives it as a table of one number, and an empty one for no."""
        answer = self._results(self._engine.ask(text, _values(defaults), _values(named)))
        if isinstance(answer, QueryBoolean):
            return answer
        said = [row[0] for row in answer]
        return _truth_value(any(isinstance(one, Literal) and one.value in ("1", "true") for one in said))

    def _results(self, answer: bytes) -> QuerySolutions | QueryBoolean:
        try:
            return parse_query_results(self._skolem.table_as_written(answer), format=QueryResultsFormat.JSON)
        except SyntaxError as fault:
            raise RuntimeError(f"the engine at {self._engine.name} answered what is no table: {fault}") from fault

    def _table(self, text: str, defaults: Iterable[NamedNode], named: Iterable[NamedNode] = ()) -> QuerySolutions:
        """Return the answer of a SELECT."""
        rows = self._results(self._engine.ask(text, _values(defaults), _values(named)))
        if not isinstance(rows, QuerySolutions):
            raise RuntimeError(f"the engine at {self._engine.name} answered a SELECT with a truth value")
        return rows

    def _triples_of(self, answer: bytes) -> QueryTriples:
        """Return triples as the embedded engine gives them."""
        store = Store()
        try:
            text = self._skolem.triples_as_written(answer)
            store.bulk_extend(parse(text, format=RdfFormat.N_TRIPLES, lenient=True))
        except SyntaxError as fault:
            raise RuntimeError(f"the engine at {self._engine.name} answered what is no N-Triples: {fault}") from fault
        triples = store.query("CONSTRUCT WHERE { ?s ?p ?o }")
        assert isinstance(triples, QueryTriples)
        return triples

    def _dataset(
        self,
        text: str,
        default_graph: list[GraphName] | None,
        named_graphs: list[NamedNode | BlankNode] | None,
    ) -> tuple[list[NamedNode], list[NamedNode]]:
        """Return the default graphs and the named graphs that a query sees; none where its text says so itself."""
        words = _words_of(text)
        if default_graph is None and named_graphs is None and "FROM" in words:
            return [], []
        defaults = [self._skolem.default_graph]
        if default_graph is not None:
            defaults = [self._skolem.graph(name) for name in default_graph] or [self._skolem.nothing]
        if named_graphs is not None:
            named = [self._skolem.graph(name) for name in named_graphs]
        else:
            named = list(self._state.graphs) if "GRAPH" in words else []
        if not named and "GRAPH" in words:
            named = [self._skolem.nothing]  # Virtuoso takes no names for all
        return defaults, named

    def select(self, text: str, substitutions: Bindings | None = None) -> list[QuerySolution]:
        result = self.query(text, substitutions)
        if not isinstance(result, QuerySolutions):
            raise TypeError("select() is for SELECT queries")
        return list(result)

    def contains(self, quad: Quad) -> bool:
        graph = self._skolem.graph(quad.graph_name)
        if graph == self._skolem.default_graph:
            return quad.triple in self._of(quad.subject)
        return bool(self._truth(f"ASK {{ {self._skolem.statement(quad)} }}", [graph]))

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
    ) -> Iterator[Triple]:
        if subject is None:
            but, leading = self._leading.get(object, _NOT_READ) if isinstance(object, NamedNode) else _NOT_READ
            if but is not None and predicate is not None and predicate not in but:
                return (triple for triple in leading if triple.predicate == predicate)
            return self._matching(self._skolem.default_graph, None, predicate, object)
        return (
            triple
            for triple in self._of(subject)
            if predicate in (None, triple.predicate) and object in (None, triple.object)
        )

    def said_of(self, subject: NamedNode | BlankNode) -> Iterator[tuple[NamedNode, Term]]:
        return ((triple.predicate, triple.object) for triple in self.triples(subject))

    def of_each(self, subjects: Iterable[NamedNode], predicate: NamedNode) -> Iterator[Triple]:
        wanted = list(dict.fromkeys(subjects))
        for subject in wanted:
            yield from (triple for triple in self._about.get(subject, ()) if triple.predicate == predicate)
        for some in _parts([subject for subject in wanted if subject not in self._about]):
            text = f"SELECT * {{ {self._values_of('s', some)} ?s {self._skolem.text(predicate)} ?o }}"
            for row in self._table(text, [self._skolem.default_graph]):
                yield Triple(row["s"], predicate, row["o"])

    def read_ahead(self, things: Iterable[NamedNode], ahead: Ahead) -> None:
        new = [thing for thing in dict.fromkeys(things) if thing not in self._leading]
        if not self._keeps or not new:
            return
        self._know(new)
        leading = self._lead_to(new, ahead.but) if ahead.leading else []
        followed = [triple for thing in new for triple in self._about[thing] if triple.predicate not in ahead.but]
        linked = self._own([*(triple.object for triple in followed), *(triple.subject for triple in leading)])
        self._know(linked)
        there = [triple for thing in linked for triple in self._about[thing] if triple.predicate in ahead.further]
        self._know(self._own(triple.object for triple in there))

    def _own(self, terms: Iterable[object]) -> list[NamedNode]:
        """Return the things of the library among terms."""
        start = f"{self._base}id/"
        return [term for term in dict.fromkeys(terms) if isinstance(term, NamedNode) and term.value.startswith(start)]

    def _know(self, things: Iterable[NamedNode]) -> None:
        """Read what is said of things, some hundreds with one question."""
        for some in _parts([thing for thing in things if thing not in self._about]):
            found: dict[NamedNode, list[Triple]] = {thing: [] for thing in some}
            for row in self._table(
                f"SELECT * {{ {self._values_of('s', some)} ?s ?p ?o }}", [self._skolem.default_graph]
            ):
                found[row["s"]].append(Triple(row["s"], row["p"], row["o"]))
            self._about |= {thing: tuple(said) for thing, said in found.items()}

    def _lead_to(self, things: Sequence[NamedNode], but: frozenset[NamedNode]) -> list[Triple]:
        """Read and return the statements that lead to things by properties that are not left out."""
        others = " && ".join(f"?p != {self._skolem.text(one)}" for one in sorted(but, key=str)) or "true"
        for some in _parts(things):
            found: dict[NamedNode, list[Triple]] = {thing: [] for thing in some}
            text = f"SELECT * {{ {self._values_of('o', some)} ?s ?p ?o FILTER({others}) }}"
            for row in self._table(text, [self._skolem.default_graph]):
                found[row["o"]].append(Triple(row["s"], row["p"], row["o"]))
            self._leading |= {thing: (but, tuple(said)) for thing, said in found.items()}
        return [triple for thing in things for triple in self._leading[thing][1]]

    def _values_of(self, name: str, things: Iterable[NamedNode]) -> str:
        return f"VALUES ?{name} {{ {' '.join(map(self._skolem.text, things))} }}"

    def _of(self, subject: NamedNode | BlankNode | Triple) -> tuple[Triple, ...]:
        """Return the statements of the default graph about a thing."""
        assert not isinstance(subject, Triple)
        found = self._about.get(subject)
        if found is None:
            found = tuple(self._matching(self._skolem.default_graph, subject, None, None))
            if self._keeps:
                self._about[subject] = found
        return found

    def _matching(
        self,
        graph: NamedNode,
        subject: NamedNode | BlankNode | None,
        predicate: NamedNode | None,
        object: NamedNode | BlankNode | Literal | None,
    ) -> Iterator[Triple]:
        given: list[Term | None] = [subject, predicate, object]
        pattern = " ".join(
            f"?{name}" if term is None else self._skolem.text(term) for name, term in zip("spo", given, strict=True)
        )
        if None not in given:
            if self._truth(f"ASK {{ {pattern} }}", [graph]):
                yield Triple(subject, predicate, object)  # type: ignore[arg-type]
            return
        for row in self._table(f"SELECT * {{ {pattern} }}", [graph]):
            yield Triple(*(row[name] if term is None else term for name, term in zip("spo", given, strict=True)))  # type: ignore[arg-type]

    def quads(self, graph: GraphName | None = None) -> Iterator[Quad]:
        graphs = self._state.all_graphs(self._skolem) if graph is None else [self._skolem.graph(graph)]
        for one in graphs:
            name = self._skolem.graph_name(one)
            for triple in self._matching(one, None, None, None):
                yield Quad(triple.subject, triple.predicate, triple.object, name)

    def dump(
        self, format: RdfFormat, *, prefixes: Mapping[str, str] | None = None, graph: GraphName | None = None
    ) -> bytes:
        if graph is None and not format.supports_datasets:
            graph = self._skolem.graph_name(self._skolem.default_graph)
        quads = self.quads(graph)
        if graph is not None:
            quads = (Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        return statements_text(quads, format, prefixes)

    def changes_of(self, update: Update, *, private: bool = False) -> ChangeSet:
        return changes_of_update(_AsStore(self), self._base, update, Minter(self._base).is_system_graph)

    def named_graphs(self) -> Iterator[GraphName]:
        """Return the named graphs that have statements."""
        return (self._skolem.graph_name(graph) for graph in self._state.graphs)


def _parts(things: Sequence[NamedNode]) -> Iterator[Sequence[NamedNode]]:
    for start in range(0, len(things), ASKED_AT_ONCE):
        yield things[start : start + ASKED_AT_ONCE]


class _AsStore:
    """A snapshot with the methods of a store that working an update out takes."""

    def __init__(self, snapshot: RemoteSnapshot) -> None:
        self._snapshot = snapshot

    def __contains__(self, quad: Quad) -> bool:
        return self._snapshot.contains(quad)

    def __iter__(self) -> Iterator[Quad]:
        if self._snapshot.size > COPIED_STATEMENTS:
            raise TooLarge(
                Message(
                    "a later operation of this update may see what an earlier one changed, and for that up "
                    "to %(copied_statements)s statements are copied; this library holds more. Send its "
                    "operations one by one",
                    copied_statements=COPIED_STATEMENTS,
                ),
                [("update", "send each operation as a request of its own")],
            )
        return self._snapshot.quads()

    def quads_for_pattern(self, subject: None, predicate: None, object: None, graph_name: GraphName) -> Iterator[Quad]:
        return self._snapshot.quads(graph_name)

    def named_graphs(self) -> Iterator[GraphName]:
        return self._snapshot.named_graphs()

    def query(
        self,
        query: str,
        *,
        base_iri: str | None = None,
        default_graph: list[GraphName] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Result:
        return self._snapshot.query(query, default_graph=default_graph, named_graphs=named_graphs)


def _values(graphs: Iterable[NamedNode]) -> list[str]:
    return [graph.value for graph in graphs]


def _truth_value(truth: bool) -> QueryBoolean:
    """Return a truth value as the embedded engine gives it."""
    answer = Store().query(f"ASK {{ FILTER({str(truth).lower()}) }}")
    assert isinstance(answer, QueryBoolean)
    return answer
