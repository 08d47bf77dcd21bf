"""The query `works-discussing` page by page: what is picked from the list that moves along is what SPARQL answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Variable

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.kept_states import read_states
from commonplace.library.lists import Lists
from commonplace.library.named_queries import read_query
from commonplace.library.sorted_list import SortedList
from commonplace.library.works_discussing import evidence_that_discusses, rows_discussing
from commonplace.model.namespaces import FABIO, RDF, RDFS, SKOS, XSD
from commonplace.settings import QUERIES
from tests.library.test_lists import MINTER, History

QUERY = read_query(QUERIES / "works-discussing.rq")
CONCEPTS = [MINTER.thing("concept", key) for key in ("top", "low", "top-2")]
WORKS = [MINTER.thing("work", key) for key in "abc"]
EVIDENCE = {
    MINTER.thing("evidence", f"{about}{work}{n}"): (CONCEPTS[about], WORKS[work])
    for n, about, work in product(range(2), range(3), range(3))
}

FIXED = [
    *(Quad(concept, RDF["type"], SKOS["Concept"]) for concept in CONCEPTS),
    *(Quad(node, MINTER.term("about"), about) for node, (about, _) in EVIDENCE.items()),
    *(Quad(node, MINTER.term("work"), work) for node, (_, work) in EVIDENCE.items()),
]
"""What no change turns round."""

TURNED = [
    *(Quad(node, MINTER.term("state"), MINTER.term("discusses")) for node in EVIDENCE),
    *(Quad(node, MINTER.term("standing"), MINTER.term("accepted")) for node in EVIDENCE),
    *(Quad(node, MINTER.term("directness"), MINTER.term("direct")) for node in EVIDENCE),
    *(Quad(work, FABIO["hasPublicationYear"], Literal("-0380", datatype=XSD["gYear"])) for work in WORKS[:1]),
    *(Quad(work, FABIO["hasPublicationYear"], Literal("-0400", datatype=XSD["gYear"])) for work in WORKS[1:2]),
    *(Quad(work, FABIO["hasPublicationYear"], Literal("1999", datatype=XSD["gYear"])) for work in WORKS[2:]),
    *(
        Quad(work, MINTER.term("citationKey"), Literal(key))
        for work, key in zip(WORKS, ("k", "k l", "ka"), strict=True)
    ),
    Quad(CONCEPTS[1], SKOS["broader"], CONCEPTS[0]),
    *(Quad(node, RDF["type"], MINTER.term("Evidence")) for node in EVIDENCE),
]
"""Of each statement there is one or none: what the shapes allow."""

BLANK = BlankNode("evidence")
OTHER = [
    Quad(BLANK, MINTER.term("about"), CONCEPTS[1]),
    Quad(BLANK, MINTER.term("work"), WORKS[0]),
    Quad(BLANK, MINTER.term("state"), MINTER.term("discusses")),
    Quad(BLANK, MINTER.term("standing"), MINTER.term("accepted")),
    Quad(BLANK, RDF["type"], MINTER.term("Evidence")),
    *(Quad(node, MINTER.term("about"), concept) for node, concept in product(list(EVIDENCE)[:2], CONCEPTS)),
    *(Quad(node, MINTER.term("about"), BlankNode("concept")) for node in list(EVIDENCE)[2:3]),
    Quad(BlankNode("concept"), SKOS["broader"], CONCEPTS[2]),
]
"""What they do not allow: blank nodes, and evidence about several concepts or none."""

CHANGES = st.lists(st.sets(st.sampled_from(TURNED), min_size=1, max_size=30), min_size=1, max_size=5)


def asked(snapshot: Snapshot, concept: NamedNode) -> list[str]:
    """The rows of the query by SPARQL, each by its evidence."""
    found = snapshot.query(QUERY.render({"concept": MINTER.key(concept.value)}), {Variable("concept"): concept})
    assert isinstance(found, QuerySolutions)
    assert found.variables == [Variable(name) for name in (column.name for column in QUERY.columns)]
    return [row["evidence"].value for row in found]


def kept(snapshot: Snapshot, things: SortedList, concept: NamedNode, places: slice) -> tuple[list[str], int] | None:
    """The rows at those places, each by its evidence, and the number of all, from the list."""
    below = read_states(snapshot, MINTER).narrower_than(concept.value)
    text = QUERY.render({"concept": MINTER.key(concept.value)})
    part = rows_discussing(snapshot, text, concept, below, things, places)
    if part is None:
        return None
    return [row["evidence"]["value"] for row in part.table["results"]["bindings"]], part.total


def moved_along(changes: Iterable[set[Quad]]) -> Iterator[tuple[Graph, SortedList]]:
    """The graph after each change, and the list as it was moved along to it."""
    history = History()
    history.turn_round(FIXED + TURNED)
    lists = Lists(history.log)
    for change in changes:
        lists.of(history.graph, *evidence_that_discusses(MINTER))
        history.turn_round(change)
        things = lists.of(history.graph, *evidence_that_discusses(MINTER)).things
        assert isinstance(things, SortedList)
        yield history.graph, things


@settings(max_examples=60)
@given(CHANGES, st.sampled_from(CONCEPTS), st.integers(0, 6), st.integers(1, 6))
def test_a_page_has_the_rows_that_sparql_has_there(
    changes: list[set[Quad]], concept: NamedNode, first: int, count: int
) -> None:
    for graph, things in moved_along(changes):
        whole = graph.read(partial(asked, concept=concept))
        places = slice(first, first + count)
        found = graph.read(partial(kept, things=things, concept=concept, places=places))
        assert found == (whole[places], len(whole))


WILD = st.lists(st.sets(st.sampled_from([*TURNED, *OTHER]), min_size=1, max_size=30), min_size=1, max_size=5)


@settings(max_examples=60)
@given(WILD, st.sampled_from(CONCEPTS))
def test_whatever_evidence_there_is_rows_are_those_of_sparql_or_left_to_it(
    changes: list[set[Quad]], concept: NamedNode
) -> None:
    for graph, things in moved_along(changes):
        whole = graph.read(partial(asked, concept=concept))
        found = graph.read(partial(kept, things=things, concept=concept, places=slice(0, 50)))
        assert found in (None, (whole, len(whole)))


@pytest.mark.parametrize("concept", CONCEPTS)
def test_evidence_about_two_concepts_is_left_to_the_engine(concept: NamedNode) -> None:
    """The list knows one of them, whichever is asked about."""
    history = History()
    history.turn_round(FIXED + TURNED)
    one = next(iter(EVIDENCE))
    history.turn_round([Quad(one, MINTER.term("about"), CONCEPTS[2])])
    things = Lists(history.log).of(history.graph, *evidence_that_discusses(MINTER)).things
    assert isinstance(things, SortedList)
    assert history.graph.read(partial(kept, things=things, concept=concept, places=slice(0, 2))) is None


def test_evidence_with_two_notes_is_left_to_the_engine() -> None:
    """It has two rows, which the list does not tell."""
    history = History()
    history.turn_round(FIXED + TURNED)
    history.turn_round([Quad(next(iter(EVIDENCE)), RDFS["comment"], Literal(note)) for note in ("one", "other")])
    things = Lists(history.log).of(history.graph, *evidence_that_discusses(MINTER)).things
    assert isinstance(things, SortedList)
    found = {
        concept: history.graph.read(partial(kept, things=things, concept=concept, places=slice(0, 50)))
        for concept in CONCEPTS
    }
    assert found[CONCEPTS[0]] is None
    assert found[CONCEPTS[1]] is not None
    assert len(history.graph.read(partial(asked, concept=CONCEPTS[0]))) == len(EVIDENCE) * 2 // 3 + 1
