"""What is linked on the map: what a few coarse reads find is what the statements say one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolutions

from commonplace.derived.graph.store_snapshot import StoreSnapshot
from commonplace.library import map_part, map_reading
from commonplace.library.map_reading import LinkBetween, MapFilters, linked_things
from commonplace.library.map_schemas import RELATIONS, Relation
from commonplace.model.namespaces import CITO, FABIO, RDF, SKOS, XSD
from tests.library.test_lists import MINTER, History

Node = NamedNode | BlankNode

WORKS = [MINTER.thing("work", key) for key in "abcd"]
CONCEPTS = [MINTER.thing("concept", key) for key in "klm"]
EVIDENCE = [MINTER.thing("evidence", key) for key in "123"]
CITATIONS: list[Node] = [MINTER.thing("citation", "one"), BlankNode("other")]
YEARS = [Literal(year, datatype=XSD["gYear"]) for year in ("1999", "2010")]
CERTAINTIES, CONFIRMATIONS = ("low", "moderate", "high"), ("confirmed", "probable")


def those(subjects: Sequence[Node], predicate: NamedNode, objects: Sequence[Node | Literal]) -> set[Quad]:
    return {Quad(subject, predicate, object) for subject, object in product(subjects, objects)}


def terms(*names: str) -> list[NamedNode]:
    return [MINTER.term(name) for name in names]


MOSTLY = [
    *those(WORKS, RDF["type"], [FABIO["Expression"]]),
    *those(CONCEPTS, RDF["type"], [SKOS["Concept"]]),
    *those(EVIDENCE, MINTER.term("state"), terms("discusses")),
    *those(EVIDENCE, MINTER.term("standing"), terms("accepted")),
]
"""Statements of which each library lacks a few at most."""

SOME = [
    *those(WORKS, FABIO["hasPublicationYear"], YEARS),
    *those(WORKS, CITO["cites"], [*WORKS, BlankNode("nobody")]),
    *those(WORKS, MINTER.term("mayCite"), WORKS),
    *those(CONCEPTS, SKOS["narrower"], CONCEPTS),
    *those(EVIDENCE, MINTER.term("work"), WORKS),
    *those(EVIDENCE, MINTER.term("about"), CONCEPTS),
    *those(EVIDENCE, MINTER.term("certainty"), terms(*CERTAINTIES)),
    *those(CITATIONS, CITO["hasCitingEntity"], WORKS),
    *those(CITATIONS, CITO["hasCitedEntity"], WORKS),
    *those(CITATIONS, MINTER.term("confirmation"), terms(*CONFIRMATIONS)),
]
"""Statements of which each library has some: links, years, and how sure a link is."""

ELSEWHERE = [Quad(quad.subject, quad.predicate, quad.object, MINTER.graph("mine")) for quad in SOME[::7]]
"""Statements in a named graph, where nothing is on the map."""

LIBRARIES = st.builds(
    lambda gone, there: frozenset(MOSTLY) - gone | there,
    st.frozensets(st.sampled_from(MOSTLY), max_size=2),
    st.frozensets(st.sampled_from([*SOME, *ELSEWHERE]), min_size=15, max_size=60),
)

FILTERS = st.builds(
    MapFilters,
    relations=st.lists(st.sampled_from(RELATIONS), min_size=1, unique=True).map(
        lambda some: tuple(one for one in RELATIONS if one in some)
    ),
    years=st.sampled_from([None, None, "1999", "..2005", "2010.."]),
    focus=st.sampled_from([None, None, "work/a", "concept/k"]),
)


class Plain:
    """The statements of a library, read one by one."""

    def __init__(self, library: frozenset[Quad]) -> None:
        self.said = {(q.subject, q.predicate, q.object) for q in library if q.graph_name == DefaultGraph()}

    def ends(self, predicate: NamedNode) -> list[tuple[object, object]]:
        return [(s, o) for s, p, o in self.said if p == predicate]

    def words(self, node: Node, name: str) -> set[str]:
        return {
            MINTER.local(o.value) for s, o in self.ends(MINTER.term(name)) if s == node and isinstance(o, NamedNode)
        }

    def links(self, filters: MapFilters) -> set[LinkBetween]:
        """Return the links that filters leave."""
        pairs = {relation: self.pairs(relation) for relation in filters.relations}
        if filters.focus:
            focus = MINTER.thing(*filters.focus.split("/"))  # type: ignore[arg-type]
            near = {focus} | {end for some in pairs.values() for pair in some if focus in pair for end in pair}
            pairs = {relation: {pair for pair in some if near.issuperset(pair)} for relation, some in pairs.items()}
        if filters.years:
            first, _, last = filters.years.partition("..")
            span = range(int(first or 0), int(last or (9999 if ".." in filters.years else first)) + 1)
            dated = {work for work, year in self.ends(FABIO["hasPublicationYear"]) if int(year.value) in span}  # type: ignore[attr-defined]
            discussed: set[object] = {o for s, o in pairs.get("discusses", ()) if s in dated}
            inside: dict[Relation, set[object]] = {
                "cites": dated,
                "discusses": {*dated, *CONCEPTS},
                "narrower": discussed,
            }
            pairs = {relation: {p for p in some if inside[relation].issuperset(p)} for relation, some in pairs.items()}
        return {LinkBetween(s.value, o.value, r, self.sure(r, s, o)) for r, some in pairs.items() for s, o in some}

    def pairs(self, relation: Relation) -> set[tuple[NamedNode, NamedNode]]:
        """Return the ends of the links of a relation, between different things that are there."""
        works = {s for s, o in self.ends(RDF["type"]) if o == FABIO["Expression"]}
        concepts = {s for s, o in self.ends(RDF["type"]) if o == SKOS["Concept"]}
        if relation == "cites":
            pairs, sources, targets = self.ends(CITO["cites"]) + self.ends(MINTER.term("mayCite")), works, works
        elif relation == "narrower":
            pairs, sources, targets = self.ends(SKOS["narrower"]), concepts, concepts
        else:
            found = [node for node in EVIDENCE if self.discusses(node)]
            pairs = [(s, o) for node in found for s in self.of(node, "work") for o in self.of(node, "about")]
            sources, targets = works, concepts
        return {(s, o) for s, o in pairs if s in sources and o in targets and s != o}  # type: ignore[misc]

    def of(self, node: Node, name: str) -> list[object]:
        return [o for s, o in self.ends(MINTER.term(name)) if s == node]

    def discusses(self, node: Node) -> bool:
        return "accepted" in self.words(node, "standing") and "discusses" in self.words(node, "state")

    def sure(self, relation: Relation, source: NamedNode, target: NamedNode) -> str | None:
        """Return how sure a link is."""
        if relation == "cites":
            for node in CITATIONS:
                ends = (node, CITO["hasCitingEntity"], source), (node, CITO["hasCitedEntity"], target)
                if self.said.issuperset(ends) and "probable" in self.words(node, "confirmation"):
                    return "probable"
            return "confirmed" if (source, CITO["cites"], target) in self.said else "ambiguous"
        if relation == "discusses":
            here = [
                n
                for n in EVIDENCE
                if self.discusses(n) and source in self.of(n, "work") and target in self.of(n, "about")
            ]
            said = {word for node in here for word in self.words(node, "certainty")}
            return next((word for word in reversed(CERTAINTIES) if word in said), None)
        return None


@settings(max_examples=150)
@given(LIBRARIES, FILTERS, st.integers(1, 8), st.sampled_from((0, 2, 1_000)))
def test_what_is_on_the_map_is_what_the_statements_say(
    library: frozenset[Quad], filters: MapFilters, limit: int, most: int
) -> None:
    """Whether a part of it is read by itself, or found among all links."""
    history = History()
    history.turn_round(library)
    plain = Plain(library)
    focus = MINTER.thing(*filters.focus.split("/")) if filters.focus else None  # type: ignore[arg-type]
    if focus is not None and all(s != focus for s, _, _ in plain.said):
        history.turn_round({Quad(focus, SKOS["note"], Literal("there"))})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(map_part, "MOST_WORKS", most)
        patched.setattr(map_reading, "_ASKED_FOR", most)
        found, _ = history.graph.read(lambda snapshot: linked_things(snapshot, MINTER, filters, limit))
    links = plain.links(filters)
    counts = Counter(end for link in links for end in (link.source, link.target))
    if focus is not None:
        counts[focus.value] += 0
    first = sorted(counts, key=lambda iri: (focus is None or iri != focus.value, -counts[iri], MINTER.key(iri), iri))
    assert found.total == len(counts)
    assert [(thing.iri, thing.links) for thing in found.things] == [(iri, counts[iri]) for iri in first[:limit]]
    among = [link for link in links if {link.source, link.target} <= set(first[:limit])]
    assert list(found.links) == sorted(among, key=lambda one: (one.source, one.target, one.relation))


@pytest.mark.parametrize(
    "filters", [MapFilters(focus="work/a"), MapFilters(focus="concept/k"), MapFilters(years="1999")]
)
def test_a_part_of_the_map_costs_what_it_holds(filters: MapFilters, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a library with hundreds of links beside it no more is read than of one without them."""
    history, read = History(), 0
    part = those(WORKS, RDF["type"], [FABIO["Expression"]]) | those(CONCEPTS, RDF["type"], [SKOS["Concept"]])
    part |= those(WORKS[:1], CITO["cites"], WORKS) | those(WORKS, FABIO["hasPublicationYear"], YEARS[:1])
    part |= those(EVIDENCE[:1], MINTER.term("work"), WORKS[:1]) | those(
        EVIDENCE[:1], MINTER.term("about"), CONCEPTS[:1]
    )
    part |= {quad for quad in MOSTLY if quad.subject == EVIDENCE[0]}
    part |= those(WORKS, MINTER.term("citationKey"), [Literal("one")])
    history.turn_round(part)
    triples, query = StoreSnapshot.triples, StoreSnapshot.query

    def counted(snapshot: StoreSnapshot, *pattern: Any) -> Any:
        nonlocal read
        for triple in triples(snapshot, *pattern):
            read += 1
            yield triple

    def asked(snapshot: StoreSnapshot, text: str, *given: Any, **named: Any) -> Any:
        nonlocal read
        again = query(snapshot, text, *given, **named)
        assert isinstance(again, QuerySolutions)
        read += len(list(again))
        return query(snapshot, text, *given, **named)

    monkeypatch.setattr(StoreSnapshot, "triples", counted)
    monkeypatch.setattr(StoreSnapshot, "query", asked)
    before, _ = history.graph.read(lambda snapshot: linked_things(snapshot, MINTER, filters, 100))
    alone, read = read, 0
    others = [MINTER.thing("work", f"other{number}") for number in range(40)]
    history.turn_round(
        those(others, RDF["type"], [FABIO["Expression"]])
        | those(others, CITO["cites"], others[:10])
        | those(others, FABIO["hasPublicationYear"], YEARS[1:])
    )
    after, _ = history.graph.read(lambda snapshot: linked_things(snapshot, MINTER, filters, 100))
    assert after == before
    assert len(before.links) > 0
    assert read <= alone + 5
