"""The benchmarks ask what they say: every kind finds something, and every server is asked the same."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean, Store

from benchmarks.bibliography import BASE, quads
from benchmarks.depth import edits
from benchmarks.load import Measured, Request, run, sparql_requests
from benchmarks.mixes import KINDS, WEIGHTS, Chosen, queries, query
from benchmarks.peers import environment_settings, truth
from benchmarks.stored import stored
from commonplace.curation.shacl.validation import read_shapes, violations
from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.home.opening import Home
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Version
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import serving

WORKS = 400


@pytest.fixture(scope="module")
def library() -> Store:
    store = Store()
    store.bulk_extend(quads(WORKS))
    return store


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_query_finds_something(library: Store, kind: str) -> None:
    some = Chosen(WORKS, seed=1)
    results = [library.query(query(kind, some).text) for _ in range(40)]
    found = [bool(each) if isinstance(each, QueryBoolean) else bool(list(each)) for each in results]
    assert sum(found) >= 5


def test_the_library_keeps_the_shapes() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    graph.apply(Version(1), ChangeSet(added=tuple(quads(60))))
    shapes = read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE)

    assert graph.read(lambda snapshot: violations(snapshot, shapes)) == []


def test_the_library_is_the_same_each_time_and_says_nothing_twice() -> None:
    once, again = list(quads(60)), list(quads(60))
    assert once == again
    assert len(set(once)) == len(once)


@pytest.mark.parametrize("graph", ["memory", "disk"])
def test_a_library_that_is_kept_has_every_statement_wherever_its_graph_is(tmp_path: Path, graph: str) -> None:
    kept = stored(20, tmp_path, graph=graph)
    library = Library.open(kept.home, BASE, graph)
    assert library.read(lambda snapshot: set(snapshot.quads())) == set(quads(20))
    assert kept.statements == library.read(lambda snapshot: snapshot.size)
    assert stored(20, tmp_path, graph=graph) == kept


def test_the_edits_of_a_deep_library_are_small_and_net_each_after_the_one_before() -> None:
    held = set(quads(60))
    changes = list(edits(60, 200))

    for change in changes:
        assert 1 <= len([*change.quads()]) <= 2
        assert held.issuperset(change.removed)
        assert held.isdisjoint(change.added)
        held = held.difference(change.removed).union(change.added)
    assert sum(f"{BASE}id/work/w0" in change.touched() for change in changes) >= 10


@pytest.mark.parametrize("mix", [*WEIGHTS, "repeated"])
def test_a_mix_is_the_same_each_time(mix: str) -> None:
    assert queries(mix, WORKS, 300) == queries(mix, WORKS, 300)


def test_one_in_a_hundred_of_a_site_reads_everything_wherever_one_begins() -> None:
    kinds = [each.kind for each in queries("site", WORKS, 6000)]
    for start in range(0, 6000, 1000):
        counted = Counter(kinds[start : start + 1000])
        assert 8 <= sum(counted[kind] for kind in ("top authors", "CONTAINS", "by year")) <= 12


def test_the_other_mixes_are_in_equal_parts() -> None:
    counted = Counter(each.kind for each in queries("full", WORKS, 1200))
    assert set(counted) == set(KINDS)
    assert set(counted.values()) == {100}


def test_repeated_traffic_favours_few_of_its_queries() -> None:
    counted = Counter(each.text for each in queries("repeated", 10_000, 6000))
    assert len(counted) > 1000
    assert sum(count for _, count in counted.most_common(100)) > 6000 / 3


def test_requests_are_sparql_protocol_gets() -> None:
    [first, *_] = sparql_requests(queries("point", WORKS, 5), "/query")
    assert first.path.startswith("/query?query=PREFIX%20cito%3A%20%3Chttp%3A%2F%2F")


def test_percentiles_are_of_one_kind_or_of_all() -> None:
    measured = Measured(
        requests=100, seconds=2.0, refused=10, broken=0, unchanged=0,
        latencies={"a": {1.0: 49, 5.0: 1}, "b": {9.0: 50}}, client_seconds=0.1, server_seconds=4.0,
    )  # fmt: skip
    assert measured.percentile("a", 0.5) == 1.0
    assert measured.percentile("a", 0.99) == 5.0
    assert measured.percentile(None, 0.99) == 9.0
    assert math.isnan(measured.percentile("c", 0.5))
    assert measured.rate == 45
    assert measured.rate_by_processor == 25


def test_an_answer_to_ask_is_read_in_either_form() -> None:
    row = {"__ASK_RETVAL": {"type": "typed-literal", "value": "1"}}
    assert truth({"head": {}, "boolean": False}) is False
    assert truth({"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": [row]}}) is True
    assert truth({"head": {"vars": ["n"]}, "results": {"bindings": []}}) is None


def test_settings_for_our_server_are_named_in_full() -> None:
    assert environment_settings(["COMMONPLACE_GRAPH=disk"]) == {"COMMONPLACE_GRAPH": "disk"}
    with pytest.raises(ValueError, match="COMMONPLACE_NAME=VALUE"):
        environment_settings(["GRAPH=disk"])


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")
def test_the_load_program_tells_refused_answers_and_unchanged_ones_from_others(opened: Home) -> None:
    with serving(opened) as client:
        tag = client.get("/works/ostrom1996").headers["etag"]
        address = str(client.base_url).rstrip("/")
        held = Request("held", "/works/ostrom1996", "application/json", tag)
        missing = Request("missing", "/works/nobody", "application/json", tag)
        got = run(address, [held, missing], seconds=1, clients=2)
        ask = Request("ask", "/sparql?query=ASK%20%7B%7D", "application/sparql-results+json")
        client.get(ask.path).raise_for_status()  # the first question starts the workers, which takes a while
        asked = run(address, [ask], seconds=1, clients=2, unique=True)
    assert got.broken == 0
    assert abs(got.refused - got.unchanged) <= 2
    assert got.refused + got.unchanged == got.requests
    assert set(got.latencies) == {"held", "missing"}
    assert (asked.refused, asked.broken, asked.unchanged) == (0, 0, 0)
    assert asked.requests > 0
