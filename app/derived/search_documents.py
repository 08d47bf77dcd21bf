"""What the search index holds of each thing, read from the graph.

A `SearchDocument` keeps its text in three tiers, by how much a hit there says of the thing,
and the IRIs its text was read from, so that a change elsewhere finds the documents it touches.
The graph's shape is `docs/model.md`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Triple,
    Variable,
)

from app.derived.search_facts import NO_FACTS, Facts, read_facts
from app.derived.tables import tsv
from app.model.minter import Kind, Minter
from app.model.namespaces import BIBO, CITO, DATACITE, DCTERMS, FABIO, FOAF, LITRE, PRISM, PRO, RDF, RDFS, SKOS

BATCH = 1000
"""Things read by one query: large enough to hide a query's cost, small enough to hold little at a time."""

Term = NamedNode | BlankNode | Literal | Triple
Answer = QuerySolutions | QueryTriples | QueryBoolean


class Graph(Protocol):
    """The part of the graph that search reads."""

    def query(self, text: str, substitutions: Mapping[Variable, Term] | None = None) -> Answer:
        """The answer to a SPARQL query."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDocument:
    """One thing as search sees it.

    `title` is what a hit is shown as. `titles` are the thing's own names (the strongest hits),
    `names` those of the things beside it, its keys and keywords, `body` running text. `uses`
    are the IRIs of other things the text was read from.
    """

    iri: str
    kind: Kind
    key: str
    title: str
    titles: tuple[str, ...]
    names: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()


_CLASSES: dict[Kind, NamedNode] = {
    "work": FABIO["Expression"],
    "person": FOAF["Person"],
    "organization": FOAF["Organization"],
    "concept": SKOS["Concept"],
}
_OWN_CLASSES: dict[Kind, str] = {"claim": "Claim", "case": "Case", "evidence": "Evidence"}

_TYPE = RDF["type"].value
_TITLE = DCTERMS["title"].value
_NAME = FOAF["name"].value
_LABEL = RDFS["label"].value
_COMMENT = RDFS["comment"].value
_PREF = SKOS["prefLabel"].value
_ALT = SKOS["altLabel"].value
_LABELS = (_PREF, _LABEL, _TITLE, _NAME, _ALT)
_ROLE = PRO["isDocumentContextFor"].value
_HELD_BY = PRO["isHeldBy"].value
_IDENTIFIER = DATACITE["hasIdentifier"].value
_IDENTIFIER_VALUE = LITRE["hasLiteralValue"].value
_PRINTED = (FOAF["givenName"].value, FOAF["familyName"].value)
_PLAIN_ROLES = (DCTERMS["creator"].value, BIBO["editor"].value, BIBO["translator"].value)
_WORK_NUMBERS = (PRISM["doi"].value, PRISM["isbn"].value)

_BODY = (SKOS["definition"].value, SKOS["scopeNote"].value, _COMMENT)
_KEYWORD = PRISM["keyword"].value
_ABSTRACT = DCTERMS["abstract"].value
_BESIDE_WORK = (*_PLAIN_ROLES, DCTERMS["isPartOf"].value)
_OUTSIDE_IRIS = re.compile(r'[ <>"{}|\\^`]')

_FACTS = "SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }} ?s ?p ?o FILTER({read}) }}"
_ALL = f"?p != {CITO['cites']}"
_NODES = f"""
SELECT ?s ?p ?o WHERE {{{{
  VALUES ?work {{{{ {{things}} }}}}
  {{{{ ?work <{_ROLE}> ?s . ?s ?p ?o }}}} UNION {{{{ ?work <{_IDENTIFIER}> ?s . ?s ?p ?o }}}}
  FILTER(?p IN ({", ".join(f"<{name}>" for name in (_HELD_BY, _IDENTIFIER_VALUE, *_PRINTED, _NAME))}))
}}}}"""
_ONLY_LABELS = f"?p IN ({', '.join(f'<{name}>' for name in _LABELS)})"
_DISCUSSED = """
SELECT ?work ?evidence ?about WHERE {{
  VALUES ?work {{ {things} }}
  ?evidence {cp_work} ?work ; {cp_state} {discusses} ; {cp_standing} {accepted} ; {cp_about} ?about .
}}"""
_WORKS_OF = "SELECT DISTINCT ?work WHERE {{ VALUES ?evidence {{ {things} }} ?evidence {cp_work} ?work }}"
_OF_CLASS = "SELECT DISTINCT ?s WHERE {{ ?s a {of_class} }}"
_VENUES = "SELECT DISTINCT ?s WHERE {{ ?s a ?any FILTER(STRSTARTS(STR(?s), {prefix})) }}"


def subjects(graph: Graph, minter: Minter) -> list[str]:
    """The IRIs of everything that may have a document, each once, in the order of key, kind and IRI."""
    classes = {**_CLASSES, **{kind: minter.term(name) for kind, name in _OWN_CLASSES.items()}}
    queries = {kind: _OF_CLASS.format(of_class=of_class) for kind, of_class in classes.items()}
    queries["venue"] = _VENUES.format(prefix=Literal(f"{minter.base}id/venue/"))
    found: list[tuple[str, Kind, str]] = []
    for kind, query in queries.items():
        for row in _rows(graph.query(query)):
            named = minter.kind_and_key(row[0])
            if named and named[0] == kind and "#" not in row[0]:
                found.append((named[1], kind, row[0]))
    return [iri for _, _, iri in sorted(found)]


def documents(graph: Graph, minter: Minter, iris: Iterable[str]) -> Iterator[SearchDocument]:
    """The documents of those of the IRIs that name a thing with a document, in the order given."""
    reader = _Reader(graph, minter)
    for batch, said in _with_next_begun(reader.said, batches(iris, BATCH)):
        yield from reader.read(batch, said)


def works_of_evidence(graph: Graph, minter: Minter, iris: Iterable[str]) -> set[str]:
    """The IRIs of the works that those of the IRIs which are evidence are about now."""
    found: set[str] = set()
    of_kind = (iri for iri in iris if _kind(minter, iri) == "evidence")
    for batch in batches(of_kind, BATCH):
        text = _WORKS_OF.format(things=_values(batch), cp_work=minter.term("work"))
        found.update(work for (work,) in _rows(graph.query(text)))
    return found


def batches(items: Iterable[str], size: int) -> Iterator[list[str]]:
    """The items in lists of at most `size`."""
    batch: list[str] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Said:
    """What the graph says of a batch of things: facts, those of its works' nodes (both TSV), and evidence on works."""

    facts: list[bytes]
    nodes: list[bytes]
    discussed: dict[str, list[tuple[str, str]]]


def _with_next_begun(ask: Callable[[list[str]], _Said], each: Iterable[list[str]]) -> Iterator[tuple[list[str], _Said]]:
    """Each batch with what is said of it; that of the next is asked for, on another thread, meanwhile."""
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


class _Reader:
    """Reads documents batch by batch; what several things share (people, concepts) is read once."""

    def __init__(self, graph: Graph, minter: Minter) -> None:
        self.graph = graph
        self.minter = minter
        self.works = f"{minter.base}id/work/"
        self.citation_key, self.collection_title = (minter.term(n).value for n in ("citationKey", "collectionTitle"))
        self.of_works = f"?p IN ({', '.join(f'<{name}>' for name in self.said_of_works())})"
        self.said_beside = (PRISM["issn"].value, *(minter.term(n).value for n in ("place", "country", "activity")))
        self.labels: dict[str, tuple[str, ...]] = {}

    def said_of_works(self) -> Iterable[str]:
        """The properties of a work that its document is made from: there are many others."""
        links = (_TYPE, _ROLE, _IDENTIFIER, *_BESIDE_WORK)
        return (*links, *_WORK_NUMBERS, _TITLE, _KEYWORD, _ABSTRACT, _COMMENT, self.citation_key, self.collection_title)

    def said(self, iris: list[str]) -> _Said:
        """What the graph says of those things, in the engine's own text: made without the interpreter's lock."""
        works = [iri for iri in iris if iri.startswith(self.works)]
        others = [iri for iri in iris if not iri.startswith(self.works)]
        return _Said(
            facts=[
                *(self.table(_FACTS, batch, read=self.of_works) for batch in batches(works, BATCH)),
                *(self.table(_FACTS, batch, read=_ALL) for batch in batches(others, BATCH)),
            ],
            nodes=[self.table(_NODES, batch) for batch in batches(works, BATCH)],
            discussed=self.discussed(works),
        )

    def table(self, query: str, iris: list[str], **parts: str) -> bytes:
        """The answer of a query with VALUES for those things, as SPARQL TSV."""
        return tsv(self.graph.query(query.format(things=_values(iris), **parts)))

    def read(self, iris: list[str], said: _Said) -> Iterator[SearchDocument]:
        facts, nodes = read_facts(said.facts), read_facts(said.nodes)
        self.fetch_labels(self.named_beside(facts, nodes, said.discussed))
        for iri in iris:
            made = self.document(iri, facts.get(iri, NO_FACTS), nodes, said.discussed.get(iri, []))
            if made:
                yield made

    def discussed(self, works: list[str]) -> dict[str, list[tuple[str, str]]]:
        """Of each work, the accepted evidence that it discusses something, and what: (evidence, about)."""
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

    def named_beside(
        self,
        facts: Mapping[str, Facts],
        nodes: Mapping[str, Facts],
        discussed: Mapping[str, list[tuple[str, str]]],
    ) -> set[str]:
        """Everything whose labels a document of these things needs."""
        wanted = {about for pairs in discussed.values() for _, about in pairs}
        for iri, of_thing in facts.items():
            kind: Kind | None = "work" if iri.startswith(self.works) else _kind(self.minter, iri)
            wanted.update(self.links(kind, of_thing))
        wanted.update(_linked(nodes.values(), (_HELD_BY,)))
        return wanted

    def links(self, kind: Kind | None, facts: Facts) -> list[str]:
        """The things beside one of that kind whose labels stand in its document."""
        if kind == "work":
            return _values_of(facts, _BESIDE_WORK)
        if kind == "evidence":
            return _values_of(facts, (self.minter.term("work").value, self.minter.term("about").value))
        if kind in ("case", "claim"):
            return [v for values in facts.values() for v in values if _kind(self.minter, v) == "concept"]
        return []

    def fetch_labels(self, iris: set[str]) -> None:
        missing = sorted(iri for iri in iris if iri not in self.labels and _is_iri(iri))
        found = read_facts(self.table(_FACTS, batch, read=_ONLY_LABELS) for batch in batches(missing, BATCH))
        for iri in missing:
            self.labels[iri] = tuple(_values_of(found.get(iri, NO_FACTS), _LABELS))

    def document(
        self, iri: str, facts: Facts, nodes: Mapping[str, Facts], discussed: list[tuple[str, str]]
    ) -> SearchDocument | None:
        named = self.minter.kind_and_key(iri)
        if not named or "#" in iri or not self.is_of_kind(named[0], facts):
            return None
        kind, key = named
        if kind == "work":
            return self.work(iri, key, facts, nodes, discussed)
        if kind == "evidence":
            return self.evidence(iri, key, facts)
        links = self.links(kind, facts)
        titles = _values_of(facts, _LABELS)
        return SearchDocument(
            iri=iri,
            kind=kind,
            key=key,
            title=titles[0] if titles else key,
            titles=tuple(titles),
            names=(key, *_values_of(facts, self.said_beside), *self.labels_of(links)),
            body=tuple(_values_of(facts, _BODY)),
            uses=frozenset(links),
        )

    def is_of_kind(self, kind: Kind, facts: Facts) -> bool:
        types = facts.get(_TYPE, ())
        if kind == "venue":
            return bool(types)
        if kind in _OWN_CLASSES:
            return self.minter.term(_OWN_CLASSES[kind]).value in types
        return kind in _CLASSES and _CLASSES[kind].value in types

    def work(
        self, iri: str, key: str, facts: Facts, nodes: Mapping[str, Facts], discussed: list[tuple[str, str]]
    ) -> SearchDocument:
        roles = [nodes.get(node, NO_FACTS) for node in facts.get(_ROLE, ())]
        identifiers = [nodes.get(node, NO_FACTS) for node in facts.get(_IDENTIFIER, ())]
        links = dict.fromkeys([*self.links("work", facts), *_linked(roles, (_HELD_BY,))])
        abouts = dict.fromkeys(about for _, about in discussed)
        numbers = [*_values_of(facts, _WORK_NUMBERS), *_linked(identifiers, (_IDENTIFIER_VALUE,))]
        titles = facts.get(_TITLE, ())
        names = [
            key,
            *facts.get(self.citation_key, ()),
            *numbers,
            *facts.get(_KEYWORD, ()),
            *self.labels_of(links),
            *(printed for role in roles if (printed := _as_printed(role))),
            *self.labels_of(abouts),
        ]
        return SearchDocument(
            iri=iri,
            kind="work",
            key=key,
            title=titles[0] if titles else key,
            titles=tuple(titles),
            names=tuple(dict.fromkeys(names)),
            body=tuple(_values_of(facts, (_ABSTRACT, _COMMENT, self.collection_title))),
            uses=frozenset([*links, *abouts, *(evidence for evidence, _ in discussed)]),
        )

    def evidence(self, iri: str, key: str, facts: Facts) -> SearchDocument | None:
        cp = self.minter.term
        if cp("rejected").value in facts.get(cp("standing").value, ()):
            return None
        abouts, works = (facts.get(cp(name).value, ()) for name in ("about", "work"))
        heads = [labels[0] if (labels := self.labels_of([one])) else self.minter.key(one) for one in (*abouts, *works)]
        return SearchDocument(
            iri=iri,
            kind="evidence",
            key=key,
            title=" · ".join(heads) or key,
            titles=(),
            names=(key, *_values_of(facts, (cp("quote").value,)), *self.labels_of(abouts)),
            body=tuple(_values_of(facts, (_COMMENT, cp("locator").value))),
            uses=frozenset([*abouts, *works]),
        )

    def labels_of(self, iris: Iterable[str]) -> list[str]:
        return [label for iri in iris for label in self.labels.get(iri, ())]


def _as_printed(role: Facts) -> str:
    return " ".join(_values_of(role, _PRINTED)) or " ".join(role.get(_NAME, ()))


def _values_of(facts: Facts, properties: Iterable[str]) -> list[str]:
    return [value for name in properties for value in facts.get(name, ())]


def _linked(many: Iterable[Facts], properties: Iterable[str]) -> list[str]:
    wanted = tuple(properties)
    return list(dict.fromkeys(value for facts in many for value in _values_of(facts, wanted)))


def _kind(minter: Minter, iri: str) -> Kind | None:
    named = minter.kind_and_key(iri)
    return named[0] if named else None


def _is_iri(text: str) -> bool:
    return ":" in text and not _OUTSIDE_IRIS.search(text)


def _values(iris: Iterable[str]) -> str:
    """The IRIs as the body of a VALUES block; what cannot be an IRI names nothing and is left out."""
    return " ".join(str(NamedNode(iri)) for iri in iris if _is_iri(iri))


def _rows(answer: Answer) -> Iterator[list[str]]:
    """The rows of a SELECT as text; one with a blank node or a triple term has none to search and is left out."""
    for solution in _solutions(answer):
        values = [term.value for term in solution if isinstance(term, NamedNode | Literal)]
        if len(values) == len(solution):
            yield values


def _solutions(answer: Answer) -> QuerySolutions:
    if not isinstance(answer, QuerySolutions):
        raise TypeError("a SELECT query answers rows")
    return answer
