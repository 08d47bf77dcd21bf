"""The engine's tables as facts: every kind of term, as the engine itself would answer it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuerySolutions, Store

from commonplace.derived.graph.sparql_tsv import tsv
from commonplace.derived.search.facts import read_facts
from commonplace.model.namespaces import XSD

THING, NAME, OTHER = (NamedNode(f"http://example.org/{name}") for name in ("thing", "name", "other"))


def facts_of(store: Store) -> dict[str, dict[str, list[str]]]:
    return read_facts([tsv(store.query("SELECT ?s ?p ?o WHERE { ?s ?p ?o }"))])


def store_of(*values: Literal | NamedNode | BlankNode) -> Store:
    store = Store()
    store.extend(Quad(THING, NAME, value) for value in values)
    return store


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, unique=True))
def test_texts_come_back_as_they_are_in_order(texts: list[str]) -> None:
    assert facts_of(store_of(*map(Literal, texts))) == {THING.value: {NAME.value: sorted(texts)}}


def test_english_and_untagged_come_before_translations() -> None:
    said = (
        Literal("rôle", language="fr"),
        Literal("zone", language="en-GB"),
        Literal("post"),
        Literal("a", language="de"),
    )
    assert facts_of(store_of(*said))[THING.value][NAME.value] == ["post", "zone", "a", "rôle"]


def test_numbers_dates_and_iris_are_values_and_blank_nodes_are_not() -> None:
    values = (Literal(7), Literal("2010", datatype=XSD["gYear"]), OTHER, BlankNode("b"))
    store = store_of(*values)
    store.add(Quad(BlankNode("c"), NAME, Literal("of nobody")))
    assert facts_of(store) == {THING.value: {NAME.value: ["2010", "7", OTHER.value]}}


def test_tables_of_one_thing_are_taken_together() -> None:
    one, two = store_of(Literal("b")), store_of(Literal("a"), OTHER)
    tables = [tsv(store.query("SELECT ?s ?p ?o WHERE { ?s ?p ?o }")) for store in (one, two)]
    assert read_facts(tables) == {THING.value: {NAME.value: ["a", "b", OTHER.value]}}


def test_only_rows_are_tables() -> None:
    answer = Store().query("SELECT ?s ?p ?o WHERE { ?s ?p ?o }")
    assert isinstance(answer, QuerySolutions)
    assert read_facts([tsv(answer)]) == {}
