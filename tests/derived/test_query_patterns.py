"""An answer that is carried over to a later version is the answer that the query has there."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from commonplace.derived.graph.query_patterns import ChangedStatements, Pattern, template_of
from commonplace.derived.graph.query_reading import patterns_of
from commonplace.settings import QUERIES

EX = "http://example.org/"
BASE = "http://library.example/"
NODES = [NamedNode(f"{EX}{name}") for name in "abcd"]
PREDICATES = [NamedNode(f"{EX}{name}") for name in ("p", "q", "r")]
OBJECTS = [*NODES, Literal("x"), Literal("x", language="en"), Literal(1)]

QUADS = st.builds(
    Quad, st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from(OBJECTS), st.just(DefaultGraph())
)

variables = st.sampled_from(["?s", "?o", "?t"])
ends = st.one_of(variables, st.sampled_from(["ex:a", "ex:b", "<http://example.org/c>"]))
objects = st.one_of(ends, st.sampled_from(['"x"', '"x"@en', "1", "01", "[ ex:q ?o ]"]))
steps = st.sampled_from(["ex:p", "ex:q", "ex:r", "^ex:p", "!ex:q", "!(ex:q|^ex:r)"])
paths = st.one_of(
    steps,
    st.builds("{}/{}".format, steps, steps),
    st.builds("({}|{})".format, steps, steps),
    st.builds("({}){}".format, steps, st.sampled_from("*+?")),
)
verbs = st.one_of(variables, st.sampled_from(["ex:p", "ex:q", "ex:r"]), paths)
triples = st.builds("{} {} {} .".format, ends, verbs, objects)
lists = st.builds("{} {} {} ; {} {} , {} .".format, ends, verbs, objects, verbs, objects, objects)


def nested(groups: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Groups that hold other groups in every way there is."""
    return st.one_of(
        st.builds("{} {}".format, groups, groups),
        st.builds("OPTIONAL {{ {} }}".format, groups),
        st.builds("{} OPTIONAL {{ {} }}".format, triples, groups),
        st.builds("{} MINUS {{ {} }}".format, triples, groups),
        st.builds("{{ {} }} UNION {{ {} }}".format, groups, groups),
        st.builds("{} FILTER EXISTS {{ {} }}".format, triples, groups),
        st.builds("{} FILTER NOT EXISTS {{ {} }}".format, triples, groups),
        st.builds("{} FILTER(isIRI(?o) || EXISTS {{ {} }})".format, triples, groups),
        st.builds("{} BIND(EXISTS {{ {} }} AS ?there)".format, triples, groups),
        st.builds("{{ SELECT ?s (COUNT(*) AS ?many) WHERE {{ {} }} GROUP BY ?s }}".format, groups),
        st.builds("VALUES ?s {{ ex:a ex:d }} {}".format, groups),
    )


groups = st.recursive(st.one_of(triples, lists), nested, max_leaves=5)
forms = st.sampled_from(
    [
        "SELECT * WHERE {{ {} }}",
        "SELECT DISTINCT ?s WHERE {{ {} }}",
        "SELECT ?s (COUNT(?o) AS ?n) WHERE {{ {} }} GROUP BY ?s HAVING (COUNT(?o) > 0)",
        "SELECT ?s WHERE {{ {} }} ORDER BY (EXISTS {{ ?s ex:r ?o }}) ?s",
        "ASK {{ {} }}",
        "CONSTRUCT {{ ?s ex:made ?o }} WHERE {{ {} }}",
    ]
)
queries = st.builds(lambda form, group: "PREFIX ex: <http://example.org/> " + form.format(group), forms, groups)


def answer(store: Store, query: str) -> object:
    """The answer to a query, in no order."""
    found = store.query(query, base_iri=BASE)
    if isinstance(found, QueryBoolean):
        return bool(found)
    if isinstance(found, QuerySolutions):
        return Counter(tuple(map(str, solution)) for solution in found)
    return Counter(map(str, found))


asked = given(queries, st.lists(QUADS, max_size=12), st.lists(QUADS, max_size=3), st.data())


@settings(max_examples=100)
@asked
def test_a_carried_answer_is_the_answer(query: str, before: list[Quad], added: list[Quad], data: st.DataObject) -> None:
    compare(query, before, added, data)


@pytest.mark.slow
@settings(max_examples=2_000)
@asked
def test_many_carried_answers_are_the_answers(
    query: str, before: list[Quad], added: list[Quad], data: st.DataObject
) -> None:
    compare(query, before, added, data)


def compare(query: str, before: list[Quad], added: list[Quad], data: st.DataObject) -> None:
    """Compare the answer before a change with that after it, where it would be carried over."""
    removed = data.draw(st.lists(st.sampled_from(before), max_size=3)) if before else []
    patterns = patterns_of(query, BASE)
    if patterns is None:
        event("anything may matter")
        return
    store = Store()
    store.extend(before)
    if ChangedStatements.of([*added, *removed]).may_match(patterns):
        event("a changed statement matches")
        return
    try:
        first = answer(store, query)
    except SyntaxError:
        event("no query to the engine")
        return
    event("carried")
    for quad in removed:
        store.remove(quad)
    store.extend(added)
    assert answer(store, query) == first


@pytest.mark.parametrize(
    ("query", "patterns"),
    [
        ("SELECT * { <urn:a> ?p ?o }", {("urn:a", None, None)}),
        ("SELECT * { ?s <urn:p> <urn:b> }", {(None, "urn:p", "urn:b")}),
        ('SELECT * { ?s <urn:p> "x" }', {(None, "urn:p", None)}),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", {(None, None, None)}),
        ("ASK {}", set()),
        ("ASK { ?a !<urn:p> ?b }", {(None, None, None)}),
        ("ASK { <urn:a> <urn:p>* ?b }", {(None, "urn:p", None)}),
        (
            "ASK { FILTER EXISTS { ?a <urn:p> ?b OPTIONAL { ?b <urn:q> ?c FILTER NOT EXISTS { ?c <urn:r> 1 } } } }",
            {(None, "urn:p", None), (None, "urn:q", None), (None, "urn:r", None)},
        ),
        ("PREFIX : <ontology#> ASK { ?a :p <id/b> }", {(None, f"{BASE}ontology#p", f"{BASE}id/b")}),
        (
            "PREFIX x: <urn:x:> CONSTRUCT { ?a x:no ?b } WHERE { ?a x:p ?b ; a x:C }",
            {
                (None, "urn:x:p", None),
                (None, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "urn:x:C"),
            },
        ),
    ],
)
def test_the_patterns_of_a_query(query: str, patterns: object) -> None:
    assert patterns_of(query, BASE) == patterns


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (NOW() AS ?now) { }",
        "SELECT (rand() AS ?r) { ?s <urn:p> ?o }",
        "SELECT (STRUUID() AS ?r) { ?s <urn:p> ?o }",
        "DESCRIBE <urn:a>",
        "ASK { GRAPH ?g { ?s <urn:p> ?o } }",
        "SELECT * FROM <urn:g> { ?s <urn:p> ?o }",
        "ASK { ?a <urn:p>* ?b }",
        "ASK { ?a <urn:p>? ?b }",
        "BASE <urn:b> ASK { ?a <p> ?b }",
        "ASK { ?a <../p> ?b }",
        "ASK { ?a foaf:name ?b }",
        "ASK { ?a <urn:\\u0070> ?b }",
        "ASK { << ?a <urn:p> ?b >> <urn:q> ?c }",
        "SELECT * {",
        "ASK { ?a <urn:p> ?b }" + " " * 10_000,
        "ASK { " + "{" * 3_000 + "}" * 3_000 + " }",
    ],
)
def test_of_what_follows_from_more_or_is_in_doubt_nothing_is_carried(query: str) -> None:
    assert patterns_of(query, BASE) is None


def test_queries_that_differ_in_what_they_are_about_share_a_template() -> None:
    one = template_of("PREFIX e: <urn:e:> SELECT * { e:a e:p 'x' ; ?p 3 } LIMIT 5 # why", BASE)
    other = template_of('SELECT *  { <urn:b> <urn:p>\t"yy" ;\n?p 4.5 } LIMIT 70', BASE)
    assert one is not None
    assert other is not None

    assert one.text == other.text
    assert one.iris == ("urn:e:a", "urn:e:p")
    assert other.iris == ("urn:b", "urn:p")


def test_the_statements_of_a_change_match_by_every_place() -> None:
    a, b, c = (node.value for node in NODES[:3])
    p, q, r = (predicate.value for predicate in PREDICATES)
    matching: list[Pattern] = [(a, None, None), (None, q, None), (None, None, c), (None, None, None), (b, q, c)]
    others: list[Pattern] = [(a, q, None), (None, r, None), (None, p, c), (c, None, None)]
    changed = ChangedStatements.of(
        [Quad(NODES[0], PREDICATES[0], Literal("x")), Quad(NODES[1], PREDICATES[1], NODES[2])]
    )

    assert all(changed.may_match(frozenset([pattern])) for pattern in matching)
    assert not any(changed.may_match(frozenset([pattern])) for pattern in others)
    assert not changed.may_match(frozenset())


def test_patterns_of_the_named_queries_are_found_for_those_without_open_paths() -> None:
    known = {path.stem: patterns_of(path.read_text(), BASE) is not None for path in QUERIES.glob("*.rq")}

    assert known["co-authors"]
    assert known["works-by-year"]
    assert sum(known.values()) >= 10
