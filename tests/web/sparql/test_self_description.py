"""What the library says of itself: VoID that the data keep true, query examples, the service's description."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
import rdflib
from pyoxigraph import NamedNode, RdfFormat
from pyshacl import validate
from rdflib import RDF, RDFS

from commonplace.derived.graph.snapshot import DESCRIPTION_GRAPHS
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.library.named_queries import load_queries
from commonplace.library.self_description import SelfDescription
from commonplace.model.change import Version
from commonplace.settings import QUERIES
from tests.conftest import BASE, serving, settings_for

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
SCHEMA = rdflib.Namespace("https://schema.org/")
DATASET = rdflib.URIRef(f"{BASE}.well-known/void#dataset")
VOID_GRAPH = f"{BASE}graph/void"
EXAMPLES_GRAPH = f"{BASE}graph/examples"
BIB = rb"@book{lagoon1999, author = {Bergson, Anna}, title = {Tides of the Lagoon}, publisher = {Quay}, year = 1999}"


def rows(client: httpx.Client, query: str, **parameters: str) -> list[tuple[str, ...]]:
    """The rows of a SELECT, as text."""
    answer = client.get("/sparql", params={"query": query, **parameters}).raise_for_status().json()
    names = answer["head"]["vars"]
    return [tuple(row[name]["value"] for name in names) for row in answer["results"]["bindings"]]


def turtle(client: httpx.Client, address: str) -> rdflib.Graph:
    answer = client.get(address, headers={"Accept": "text/turtle"}).raise_for_status()
    return rdflib.Graph().parse(data=answer.text, format="turtle")


def described(client: httpx.Client, **parameters: str) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """What the VoID in the store counts: things by class, statements by property, and by class and property."""

    def asked(columns: str, pattern: str) -> list[tuple[str, ...]]:
        return rows(client, f"PREFIX void: <{VOID}> SELECT {columns} FROM <{VOID_GRAPH}> {{ {pattern} }}", **parameters)

    partition = "void:propertyPartition [ void:property ?p ; void:triples ?n ]"
    by_class = asked("?c ?n", "?x void:class ?c ; void:entities ?n")
    by_property = asked("?p ?n", f"<{DATASET}> {partition}")
    by_both = asked("?c ?p ?n", f"?x void:class ?c ; {partition}")
    return (
        {c: int(n) for c, n in by_class},
        {p: int(n) for p, n in by_property},
        {f"{c} {p}": int(n) for c, p, n in by_both},
    )


def counted(client: httpx.Client, **parameters: str) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """The same counted in SPARQL over the data."""
    classes = rows(client, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c", **parameters)
    properties = rows(client, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p", **parameters)
    both = rows(client, "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o } GROUP BY ?c ?p", **parameters)
    return (
        {c: int(n) for c, n in classes},
        {p: int(n) for p, n in properties},
        {f"{c} {p}": int(n) for c, p, n in both},
    )


def test_void_counts_exactly_at_every_version(home: Path) -> None:
    live = open_home(settings_for(home))
    with serving(live) as client:
        first = described(client)
        assert first == counted(client)
        assert len(first[0]) > 10
        assert len(first[2]) > 100

        import_file(live.library, live.committer, BIB, "lagoon.bib")
        second = described(client)
        assert second == counted(client)
        assert second != first

        live.committer.undo(Version(2), "tester")
        assert described(client) == counted(client) == first
        assert described(client, at="2") == counted(client, at="2") == second

        said = turtle(client, "/.well-known/void")
        (total,) = rows(client, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        assert str(said.value(DATASET, VOID.triples)) == total[0]
        assert len(list(said.objects(DATASET, VOID.classPartition))) == len(first[0])


def test_counts_moved_along_with_the_log_are_those_counted_anew(opened: Home) -> None:
    library = opened.library
    queries = load_queries(QUERIES).values()
    moved = SelfDescription(library.log, library.minter, queries)
    moved.of(library.graph)
    for number in range(3):
        text = BIB.replace(b"lagoon1999", f"lagoon{number}".encode()).replace(b"Tides", f"Tides {number}".encode())
        import_file(library, opened.committer, text, "lagoon.bib")
        if number == 1:
            opened.committer.undo(library.follow(), "tester")
    anew = SelfDescription(library.log, library.minter, queries).of(library.graph)
    assert moved.of(library.graph).partitions.counts == anew.partitions.counts
    assert moved.of(library.graph).graphs == anew.graphs


def test_void_in_the_store_equals_void_at_its_address(client: httpx.Client) -> None:
    asked = {"query": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{VOID_GRAPH}> {{ ?s ?p ?o }} }}"}
    stored = client.get("/sparql", params=asked, headers={"Accept": "text/turtle"}).text
    expected = set(turtle(client, "/.well-known/void"))
    assert set(rdflib.Graph().parse(data=stored, format="turtle")) == expected
    assert set(turtle(client, f"/graph-store?graph={VOID_GRAPH}")) == expected


@pytest.mark.parametrize("graph", ["memory", "disk"])
def test_descriptions_are_seen_by_queries_and_by_nothing_else(home: Path, graph: str) -> None:
    live = open_home(settings_for(home, graph=graph))
    names = {NamedNode(f"{BASE}graph/{name}") for name in DESCRIPTION_GRAPHS}

    def whole() -> tuple[int, list[bytes], int]:
        return live.library.read(
            lambda snapshot: (
                snapshot.size,
                sorted(snapshot.dump(RdfFormat.N_QUADS).splitlines()),
                sum(quad.graph_name in names for quad in snapshot.quads()),
            )
        )

    before = whole()
    with serving(live) as client:
        assert len(rows(client, "SELECT DISTINCT ?g { GRAPH ?g { } }")) == 4
        assert whole() == before
        assert client.get("/export?format=nquads").text.count(VOID_GRAPH) == 0
        assert VOID_GRAPH.encode() not in live.library.checkpoints.write(live.library.graph).read_bytes()

    graphs = "SELECT DISTINCT ?g { GRAPH ?g { } }"
    again = live.library.graph.read_undescribed(lambda snapshot: [row["g"] for row in snapshot.select(graphs)])
    assert not names & set(again)
    assert whole() == before


def test_an_update_neither_sees_nor_touches_them(home: Path) -> None:
    live = open_home(settings_for(home))
    token = {"Authorization": f"Bearer {live.minted or (home / 'token').read_text().strip()}"}
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { } }"
    with serving(live) as client:
        before = rows(client, graphs)  # from here on they are in the store
        copy = "INSERT { ?g <urn:seen> true } WHERE { { SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } } }"
        client.post("/sparql", data={"update": copy}, headers=token).raise_for_status()
        seen = {name for (name,) in rows(client, "SELECT ?g { ?g <urn:seen> true }")}
        assert seen == {f"{BASE}graph/ontology", f"{BASE}graph/shapes"}
        client.post("/sparql", data={"update": "DROP NAMED"}, headers=token).raise_for_status()
        assert rows(client, graphs) == before
        write = {"update": f"INSERT DATA {{ GRAPH <{VOID_GRAPH}> {{ <urn:a> <urn:b> 1 }} }}"}
        assert client.post("/sparql", data=write, headers=token).status_code == 403
        assert described(client) == counted(client)


def test_a_graph_on_disk_forgets_a_description_it_was_closed_with(home: Path) -> None:
    settings = settings_for(home, graph="disk")
    with serving(open_home(settings)) as client:
        assert len(rows(client, "SELECT DISTINCT ?g { GRAPH ?g { } }")) == 4
    names = open_home(settings).library.read(lambda snapshot: snapshot.select("SELECT DISTINCT ?g { GRAPH ?g { } }"))
    assert len(names) == 2


def test_the_default_graph_is_the_literature_alone(client: httpx.Client) -> None:
    assert rows(client, f"SELECT ?x {{ {{ ?x a <{VOID}Dataset> }} UNION {{ ?x a <{SH}SPARQLExecutable> }} }}") == []


def test_every_named_query_is_an_example_that_runs(client: httpx.Client) -> None:
    found = rows(
        client,
        f"""PREFIX sh: <{SH}> PREFIX rdfs: <{RDFS}> SELECT ?query ?question ?text ?target FROM <{EXAMPLES_GRAPH}> {{
          ?query a sh:SPARQLExecutable ; rdfs:comment ?question ; sh:select|sh:ask|sh:construct ?text ;
            <{SCHEMA}target> ?target }} ORDER BY ?query""",
    )
    named = client.get("/queries").json()["items"]
    expected = [(f"{BASE}queries/{q['name']}", q["question"], q["sparql"], f"{BASE}sparql") for q in named]
    assert found == sorted(expected)
    for _, _, text, _ in found:
        client.get("/sparql", params={"query": text}).raise_for_status()


def test_the_prefixes_are_declared(client: httpx.Client) -> None:
    query = f"PREFIX sh: <{SH}> SELECT ?p ?n {{ GRAPH ?g {{ [] sh:declare [ sh:prefix ?p ; sh:namespace ?n ] }} }}"
    found = {row[0]: row[1] for row in rows(client, query)}
    assert found["cp"] == f"{BASE}ontology#"
    assert found["dcterms"] == str(rdflib.DCTERMS)


def test_the_service_description_is_whole(client: httpx.Client) -> None:
    graph = turtle(client, "/sparql")
    service = graph.value(None, RDF.type, SD.Service)
    assert service is not None
    assert graph.value(service, SD.endpoint) == rdflib.URIRef(f"{BASE}sparql")
    regime = graph.value(service, SD.defaultEntailmentRegime)
    assert regime == rdflib.URIRef("http://www.w3.org/ns/entailment/Simple")
    dataset = graph.value(service, SD.defaultDataset)
    assert (dataset, RDF.type, SD.Dataset) in graph
    assert graph.value(dataset, SD.defaultGraph) == DATASET
    assert (DATASET, VOID.sparqlEndpoint, rdflib.URIRef(f"{BASE}sparql")) in graph
    assert list(graph.objects(DATASET, VOID.classPartition))
    assert list(graph.subjects(RDF.type, SH.SPARQLExecutable))
    names = {str(graph.value(node, SD.name)) for node in graph.objects(dataset, SD.namedGraph)}
    listed = rows(client, "SELECT DISTINCT ?g { GRAPH ?g { } }")
    assert names == {name for (name,) in listed}


def test_the_service_description_uses_terms_as_they_are_defined(client: httpx.Client) -> None:
    shapes = f"""@prefix sh: <{SH}> . @prefix sd: <{SD}> .
      [] a sh:NodeShape ; sh:targetClass sd:Service ;
        sh:property [ sh:path sd:endpoint ; sh:nodeKind sh:IRI ; sh:minCount 1 ; sh:maxCount 1 ],
          [ sh:path sd:supportedLanguage ; sh:minCount 1 ;
            sh:in ( sd:SPARQL10Query sd:SPARQL11Query sd:SPARQL11Update ) ],
          [ sh:path sd:feature ; sh:in ( sd:DereferencesURIs sd:UnionDefaultGraph sd:RequiresDataset sd:EmptyGraphs
            sd:BasicFederatedQuery ) ],
          [ sh:path sd:resultFormat ; sh:minCount 8 ; sh:pattern "^http://www.w3.org/ns/formats/" ],
          [ sh:path sd:defaultDataset ; sh:class sd:Dataset ; sh:minCount 1 ; sh:maxCount 1 ] .
      [] a sh:NodeShape ; sh:targetClass sd:Dataset ;
        sh:property [ sh:path sd:defaultGraph ; sh:class sd:Graph ; sh:minCount 1 ; sh:maxCount 1 ],
          [ sh:path sd:namedGraph ; sh:class sd:NamedGraph ] .
      [] a sh:NodeShape ; sh:targetClass sd:NamedGraph ;
        sh:property [ sh:path sd:name ; sh:nodeKind sh:IRI ; sh:minCount 1 ; sh:maxCount 1 ] ."""
    rules = rdflib.Graph().parse(data=shapes, format="turtle")
    conforms, _, text = validate(turtle(client, "/sparql"), shacl_graph=rules, inplace=True)
    assert conforms, text


def test_descriptions_have_the_tag_of_their_version(client: httpx.Client) -> None:
    for address in ("/sparql", "/.well-known/void"):
        answer = client.get(address, headers={"Accept": "application/ld+json"})
        assert answer.headers["etag"] == '"1;jsonld"'
        assert json.loads(answer.text)
        held = {"Accept": "application/ld+json", "If-None-Match": '"1;jsonld"'}
        assert client.get(address, headers=held).status_code == 304
