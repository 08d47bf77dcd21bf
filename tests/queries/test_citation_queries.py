"""Who cites whom, asked of the small library: eta > epsilon > zeta > gamma, delta > beta > alpha."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, Quad, Store

from commonplace.library.named_queries import NamedQuery
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO
from tests.queries.conftest import Ask, solutions


def test_both_directions_with_the_status_of_each_citation(ask: Ask) -> None:
    assert ask("cites-and-cited-by", "direction key status referenceNumber", work="zeta") == [
        ("cites", "delta", "probable", ""),
        ("cites", "gamma", "confirmed", "3"),
        ("cited-by", "epsilon", "stated", ""),
    ]


def test_an_ambiguous_citation_has_a_row_for_each_candidate(ask: Ask) -> None:
    assert ask("cites-and-cited-by", "direction key status citation", work="delta") == [
        ("cites", "alpha", "ambiguous", "delta--unclear"),
        ("cites", "beta", "stated", ""),
        ("cites", "gamma", "ambiguous", "delta--unclear"),
        ("cited-by", "zeta", "probable", "zeta--delta"),
    ]


def test_a_candidate_is_shown_as_perhaps_cited(ask: Ask) -> None:
    assert ask("cites-and-cited-by", "direction key status", work="alpha") == [
        ("cited-by", "beta", "stated"),
        ("cited-by", "delta", "ambiguous"),
    ]


def test_most_cited_counts_ambiguous_citations_apart(ask: Ask) -> None:
    assert ask("most-cited", "key citations possibleCitations") == [
        ("beta", "2", "0"),
        ("alpha", "1", "1"),
        ("gamma", "1", "1"),
        ("delta", "1", "0"),
        ("epsilon", "1", "0"),
        ("zeta", "1", "0"),
    ]


def test_most_cited_stops_at_the_limit(ask: Ask) -> None:
    assert ask("most-cited", "key", limit="2") == [("beta",), ("alpha",)]


def test_works_cited_together(ask: Ask) -> None:
    assert ask("co-cited-works", "key together", work="gamma") == [("delta", "1")]
    assert ask("co-cited-works", "key together", work="beta") == []


@pytest.mark.parametrize(
    ("start", "end", "paths"),
    [
        ("zeta", "gamma", [("1", "zeta → gamma")]),
        ("gamma", "alpha", [("2", "gamma → beta → alpha")]),
        ("zeta", "beta", [("2", "zeta → delta → beta"), ("2", "zeta → gamma → beta")]),
        ("zeta", "alpha", [("3", "zeta → delta → beta → alpha"), ("3", "zeta → gamma → beta → alpha")]),
        ("eta", "beta", [("4", f"eta → epsilon → zeta → {via} → beta") for via in ("delta", "gamma")]),
    ],
)
def test_every_shortest_path(ask: Ask, start: str, end: str, paths: list[tuple[str, str]]) -> None:
    assert ask("citation-path", "citations path", **{"from": start, "to": end}) == paths


def test_the_works_on_a_path_have_a_column_each(ask: Ask) -> None:
    assert ask("citation-path", "from via1 via2 via3 to", **{"from": "epsilon", "to": "alpha"}) == [
        ("epsilon", "zeta", "delta", "beta", "alpha"),
        ("epsilon", "zeta", "gamma", "beta", "alpha"),
    ]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("alpha", "zeta", id="against the direction of citation"),
        pytest.param("eta", "alpha", id="five citations, over the bound"),
        pytest.param("delta", "gamma", id="only by an ambiguous citation"),
        pytest.param("beta", "beta", id="from a work to itself"),
    ],
)
def test_no_path(ask: Ask, start: str, end: str) -> None:
    assert ask("citation-path", "path", **{"from": start, "to": end}) == []


NODES = "abcdefg"


@given(edges=st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=14))
def test_the_paths_are_the_shortest_of_any_network(
    edges: set[tuple[str, str]], queries: Mapping[str, NamedQuery], minter: Minter
) -> None:
    work = {node: minter.thing("work", node) for node in NODES}
    store = Store()
    store.extend(Quad(work[node], minter.term("citationKey"), Literal(node)) for node in NODES)
    store.extend(Quad(work[citing], CITO["cites"], work[cited]) for citing, cited in edges)
    expected: set[str] = set()
    for between in range(4):
        ways = [("a", *via, "g") for via in permutations("bcdef", between)]
        expected = {" → ".join(way) for way in ways if edges.issuperset(pairwise(way))}
        if expected:
            break
    rows = solutions(store, queries["citation-path"], {"from": "a", "to": "g"}, minter)
    found = [row["path"] for row in rows]
    assert sorted(found, key=str) == sorted(map(Literal, expected), key=str)


def test_works_between_knows_no_bound(ask: Ask) -> None:
    found = ask("works-between", "key citesWithin", **{"from": "eta", "to": "alpha"})
    assert {key: set(within.split()) for key, within in found} == {
        "eta": {"epsilon"},
        "epsilon": {"zeta"},
        "zeta": {"gamma", "delta"},
        "gamma": {"beta"},
        "delta": {"beta"},
        "beta": {"alpha"},
        "alpha": set(),
    }


def test_works_between_leaves_out_side_branches(ask: Ask) -> None:
    assert {key for (key,) in ask("works-between", "key", **{"from": "zeta", "to": "gamma"})} == {"zeta", "gamma"}
    assert ask("works-between", "key", **{"from": "alpha", "to": "zeta"}) == []


def test_bridging_works_say_by_which_route(ask: Ask) -> None:
    # co-production: alpha (by "owned"), beta, delta, eta; active citizenship: alpha (by "initiative"), gamma, eta
    assert ask("bridging-works", "route key fromFirst fromSecond fromBoth") == [
        ("discusses-both", "alpha", "", "", ""),
        ("discusses-both", "eta", "", "", ""),
        ("cited-from-both", "epsilon", "1", "1", "1"),
        ("cited-from-both", "beta", "1", "1", "0"),
    ]


def test_bridging_any_two_concepts(ask: Ask) -> None:
    assert ask("bridging-works", "route key", first="owned", second="role") == [("discusses-both", "alpha")]
    assert ask("bridging-works", "key", first="owned", second="owned") == []
