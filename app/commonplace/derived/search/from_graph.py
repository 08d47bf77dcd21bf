"""Read the statements about things from the graph, for the documents of the search index.

They are read in batches, in the engine's own text (`commonplace.derived.graph.sparql_tsv`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Variable,
)

from commonplace.derived.graph.snapshot import Term
from commonplace.derived.graph.sparql_tsv import tsv
from commonplace.derived.search.documents import (
    CLASSES,
    IDENTIFIER,
    LABELS,
    OF_NODES,
    OWN_CLASSES,
    ROLE,
    DocumentMaker,
    SearchDocument,
    is_iri,
    kind_of,
)
from commonplace.derived.search.facts import NO_FACTS, read_facts
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import CITO

BATCH = 1000
"""Number of things read by one query: large enough to hide a query's cost, small enough to hold little at a time."""

EngineAnswer = QuerySolutions | QueryTriples | QueryBoolean


class Queryable(Protocol):
    """The part of the graph that search reads."""

    def query(self, text: str, substitutions: Mapping[Variable, Term] | None = None) -> EngineAnswer:
        """Return the answer to a SPARQL query."""
        ...


_FACTS = "SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }} ?s ?p ?o FILTER({read}) }}"
_ALL = f"?p != {CITO['cites']}"
_NODES = f"""
SELECT DISTINCT ?s ?p ?o WHERE {{{{
  VALUES ?work {{{{ {{things}} }}}}
  {{{{ ?work <{ROLE}> ?s . ?s ?p ?o }}}} UNION {{{{ ?work <{IDENTIFIER}> ?s . ?s ?p ?o }}}}
  FILTER(?p IN ({", ".join(f"<{name}>" for name in OF_NODES)}))
}}}}"""
_ONLY_LABELS = f"?p IN ({', '.join(f'<{name}>' for name in LABELS)})"
_DISCUSSED = """
SELECT ?work ?evidence ?about WHERE {{
  VALUES ?work {{ {things} }}
  ?evidence {cp_work} ?work ; {cp_state} {discusses} ; {cp_standing} {accepted} ; {cp_about} ?about .
}}"""
_WORKS_OF = "SELECT DISTINCT ?work WHERE {{ VALUES ?evidence {{ {things} }} ?evidence {cp_work} ?work }}"
_OF_CLASS = "SELECT DISTINCT ?s WHERE {{ ?s a {of_class} }}"
_VENUES = "SELECT DISTINCT ?s WHERE {{ ?s a ?any FILTER(STRSTARTS(STR(?s), {prefix})) }}"


def subjects(graph: Queryable, minter: Minter) -> list[str]:
    """Return the IRIs of everything that may have a document, each once, in the order of key, kind and IRI."""
    classes = {**CLASSES, **{kind: minter.term(name) for kind, name in OWN_CLASSES.items()}}
    queries = {kind: _OF_CLASS.format(of_class=of_class) for kind, of_class in classes.items()}
    queries["venue"] = _VENUES.format(prefix=Literal(f"{minter.base}id/venue/"))
    found: list[tuple[str, Kind, str]] = []
    for kind, query in queries.items():
        for row in _rows(graph.query(query)):
            named = minter.kind_and_key(row[0])
            if named and named[0] == kind and "#" not in row[0]:
                found.append((named[1], kind, row[0]))
    return [iri for _, _, iri in sorted(found)]


def documents(graph: Queryable, minter: Minter, iris: Iterable[str]) -> Iterator[SearchDocument]:
    """Return the documents of those of the IRIs that name a thing with a document, in the order given."""
    reader = _Reader(graph, minter)
    for batch, said in _with_next_begun(reader.said, batches(iris, BATCH)):
        yield from reader.read(batch, said)


def works_of_evidence(graph: Queryable, minter: Minter, iris: Iterable[str]) -> set[str]:
    """Return the IRIs of the works that evidence is about now, for those of the IRIs which are evidence."""
    found: set[str] = set()
    of_kind = (iri for iri in iris if kind_of(minter, iri) == "evidence")
    for batch in batches(of_kind, BATCH):
        text = _WORKS_OF.format(things=_values(batch), cp_work=minter.term("work"))
        found.update(work for (work,) in _rows(graph.query(text)))
    return found


def batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    """Return the items in lists of at most `size`."""
    batch: list[str] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _BatchTables:
    """What the graph says of a batch of things: facts, those of its works' nodes (both TSV), and evidence on works."""

    facts: list[bytes]
    nodes: list[bytes]
    discussed: dict[str, list[tuple[str, str]]]


def _with_next_begun(
    ask: Callable[[list[str]], _BatchTables], each: Iterable[list[str]]
) -> Iterator[tuple[list[str], _BatchTables]]:
    """Return each batch with what is said of it; the next is asked for, on another thread, meanwhile."""
    remaining = iter(each)
    batch = next(remaining, None)
    following = next(remaining, None)
    if batch is not None and following is None:  # a small change is not worth a thread
        yield batch, ask(batch)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="search") as threads:
        asked = threads.submit(ask, batch) if batch is not None else None
        while batch is not None and asked is not None:
            said = asked.result()
            asked = threads.submit(ask, following) if following is not None else None
            yield batch, said
            batch, following = following, next(remaining, None)


class _Reader(DocumentMaker):
    """A reader of documents, batch by batch."""

    def __init__(self, graph: Queryable, minter: Minter) -> None:
        super().__init__(minter)
        self.graph = graph
        self.of_works = f"?p IN ({', '.join(f'<{name}>' for name in self.said_of_works())})"

    def said(self, iris: list[str]) -> _BatchTables:
        """Return what the graph says of things, in the engine's own text: made without the interpreter's lock."""
        works = [iri for iri in iris if iri.startswith(self.works)]
        others = [iri for iri in iris if not iri.startswith(self.works)]
        return _BatchTables(
            facts=[
                *(self.table(_FACTS, batch, read=self.of_works) for batch in batches(works, BATCH)),
                *(self.table(_FACTS, batch, read=_ALL) for batch in batches(others, BATCH)),
            ],
            nodes=[self.table(_NODES, batch) for batch in batches(works, BATCH)],
            discussed=self.discussed(works),
        )

    def table(self, query: str, iris: list[str], **parts: str) -> bytes:
        """Return the answer of a query with VALUES for those things, as SPARQL TSV."""
        return tsv(self.graph.query(query.format(things=_values(iris), **parts)))

    def read(self, iris: list[str], said: _BatchTables) -> Iterator[SearchDocument]:
        facts, nodes = read_facts(said.facts), read_facts(said.nodes)
        self.fetch_labels(self.named_beside(facts, nodes, said.discussed))
        for iri in iris:
            made = self.document(iri, facts.get(iri, NO_FACTS), nodes, said.discussed.get(iri, []))
            if made:
                yield made

    def discussed(self, works: list[str]) -> dict[str, list[tuple[str, str]]]:
        """Return, for each work, the accepted evidence that it discusses something, with that: (evidence, about)."""
        found: dict[str, list[tuple[str, str]]] = {}
        if not works:
            return found
        term = self.minter.term
        text = _DISCUSSED.format(
            things=_values(works),
            cp_work=term("work"),
            cp_state=term("state"),
            discusses=term("discusses"),
            cp_standing=term("standing"),
            accepted=term("accepted"),
            cp_about=term("about"),
        )
        for row in _rows(self.graph.query(text)):
            found.setdefault(row[0], []).append((row[1], row[2]))
        for pairs in found.values():
            pairs.sort()
        return found

    def fetch_labels(self, iris: set[str]) -> None:
        missing = sorted(iri for iri in iris if iri not in self.labels and is_iri(iri))
        self.know(
            missing, read_facts(self.table(_FACTS, batch, read=_ONLY_LABELS) for batch in batches(missing, BATCH))
        )


def _values(iris: Iterable[str]) -> str:
    """Return the IRIs as the body of a VALUES block; a text that cannot be an IRI names nothing and is left out."""
    return " ".join(filter(None, map(_in_query, iris)))


def _in_query(iri: str) -> str:
    try:
        return str(NamedNode(iri)) if is_iri(iri) else ""
    except ValueError:  # any text may stand where a link should
        return ""


def _rows(answer: EngineAnswer) -> Iterator[list[str]]:
    """Return the rows of a SELECT as text, without those that have a blank node or a triple term."""
    for solution in _solutions(answer):
        values = [term.value for term in solution if isinstance(term, NamedNode | Literal)]
        if len(values) == len(solution):
            yield values


def _solutions(answer: EngineAnswer) -> QuerySolutions:
    if not isinstance(answer, QuerySolutions):
        raise TypeError("a SELECT query answers rows")
    return answer
