"""SPARQL 1.1 Protocol: how a query may be sent, what comes back, and what is refused."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ElementTree

import httpx
import pytest
import rdflib

from tests.conftest import BASE

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
OSTROM = f"<{BASE}id/work/ostrom1996>"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"


def number(response: httpx.Response) -> int:
    """The one number of a SELECT's answer."""
    assert response.status_code == 200, response.text
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def refused(response: httpx.Response, status: int = 400) -> str:
    """Assert a problem of that status; answers its detail and errors as text."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    body = response.json()
    return f"{body['detail']} {json.dumps(body.get('errors', []))}"


def test_get_and_both_posts_agree(client: httpx.Client) -> None:
    got = client.get("/sparql", params={"query": COUNT})
    form = client.post("/sparql", data={"query": COUNT})
    direct = client.post("/sparql", content=COUNT, headers={"Content-Type": QUERY})
    assert number(got) == number(form) == number(direct) > 1000
    for response in (got, form, direct):
        assert response.headers["commonplace-complete"] == "complete"
        assert response.headers["commonplace-version"] == "1"
        assert response.headers["etag"] == '"1;srj"'


@pytest.mark.parametrize("charset", ["; charset=utf-8", ";charset=UTF-8", '; charset="utf-8"', "; q=1"])
@pytest.mark.parametrize("media_type", [FORM, QUERY, QUERY.upper()])
def test_parameters_of_the_content_type_are_read_over(client: httpx.Client, media_type: str, charset: str) -> None:
    query = 'ASK { FILTER(STRLEN("é") = 1) }'
    body = query if "query" in media_type.lower() else str(httpx.QueryParams({"query": query}))
    response = client.post("/sparql", content=body.encode(), headers={"Content-Type": media_type + charset})
    assert response.status_code == 200, response.text
    assert response.json()["boolean"] is True


@pytest.mark.parametrize("how", ["get", "form", "direct"])
def test_dataset_of_the_protocol(client: httpx.Client, how: str) -> None:
    ontology, shapes = f"{BASE}graph/ontology", f"{BASE}graph/shapes"

    def ask(query: str, *graphs: tuple[str, str]) -> httpx.Response:
        if how == "get":
            return client.get("/sparql", params=[("query", query), *graphs])
        if how == "form":
            body = str(httpx.QueryParams([("query", query), *graphs]))
            return client.post("/sparql", content=body, headers={"Content-Type": FORM})
        return client.post("/sparql", content=query, params=list(graphs), headers={"Content-Type": QUERY})

    one = number(ask(COUNT, ("default-graph-uri", ontology)))
    other = number(ask(COUNT, ("default-graph-uri", shapes)))
    both = number(ask(COUNT, ("default-graph-uri", ontology), ("default-graph-uri", shapes)))
    assert one > 0
    assert other > 0
    assert max(one, other) < both <= one + other
    named = "SELECT (COUNT(DISTINCT ?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }"
    assert number(ask(named)) == 4
    assert number(ask(named, ("named-graph-uri", shapes))) == 1
    assert number(ask(named, ("named-graph-uri", shapes), ("named-graph-uri", ontology))) == 2
    assert number(ask(COUNT, ("named-graph-uri", shapes))) == 0  # no default graph was given
    assert number(ask(COUNT, ("default-graph-uri", f"{BASE}graph/none"))) == 0


def test_the_protocols_dataset_beats_the_querys(client: httpx.Client) -> None:
    query = f"SELECT (COUNT(*) AS ?n) FROM <{BASE}graph/none> WHERE {{ ?s ?p ?o }}"
    assert number(client.get("/sparql", params={"query": query})) == 0
    given = {"query": query, "default-graph-uri": f"{BASE}graph/ontology"}
    assert number(client.get("/sparql", params=given)) > 0


@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_that_is_no_iri_is_400(client: httpx.Client, name: str) -> None:
    assert name in refused(client.get("/sparql", params={"query": COUNT, name: "no iri"}))


SELECT = f"SELECT ?p ?o WHERE {{ {OSTROM} ?p ?o }} ORDER BY ?p ?o"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/json", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("application/xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("text/csv;q=0.1, application/sparql-results+xml", "application/sparql-results+xml"),
    ],
)
def test_tables(client: httpx.Client, accept: str, media_type: str) -> None:
    rows = len(client.get("/sparql", params={"query": SELECT}).json()["results"]["bindings"])
    response = client.get("/sparql", params={"query": SELECT}, headers={"Accept": accept})
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert response.headers["commonplace-complete"] == "complete"
    if "json" in media_type:
        found = response.json()
        assert found["head"]["vars"] == ["p", "o"]
        count = len(found["results"]["bindings"])
    elif "xml" in media_type:
        count = len(ElementTree.fromstring(response.content).findall(".//{*}result"))
    else:
        table = list(csv.reader(io.StringIO(response.text), delimiter="," if "csv" in media_type else "\t"))
        assert [name.lstrip("?") for name in table[0]] == ["p", "o"]
        count = len(table) - 1
    assert count == rows > 10


@pytest.mark.parametrize(("pattern", "truth"), [("", True), (f"{OSTROM} a {OSTROM}", False)])
def test_truths(client: httpx.Client, pattern: str, truth: bool) -> None:
    query = {"query": f"ASK {{ {pattern} }}"}
    assert client.get("/sparql", params=query).json()["boolean"] is truth
    response = client.get("/sparql", params=query, headers={"Accept": "application/sparql-results+xml"})
    boolean = ElementTree.fromstring(response.content).find(".//{*}boolean")
    assert boolean is not None
    assert boolean.text == str(truth).lower()


@pytest.mark.parametrize("query", [f"CONSTRUCT WHERE {{ {OSTROM} ?p ?o }}", f"DESCRIBE {OSTROM}"])
@pytest.mark.parametrize(
    ("accept", "format"),
    [
        ("text/turtle", "turtle"),
        ("application/n-triples", "nt"),
        ("application/rdf+xml", "xml"),
        ("application/ld+json", "json-ld"),
    ],
)
def test_graphs(client: httpx.Client, query: str, accept: str, format: str) -> None:
    response = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert response.headers["content-type"].partition(";")[0] == accept
    assert response.headers["commonplace-complete"] == "complete"
    graph = rdflib.Graph().parse(data=response.content, format=format)
    title = graph.value(rdflib.URIRef(OSTROM[1:-1]), rdflib.DCTERMS.title)
    assert str(title) == "Crossing the Great Divide: Coproduction, Synergy, and Development"


@pytest.mark.parametrize("query", [SELECT, "ASK {}", f"DESCRIBE {OSTROM}"])
def test_no_form_that_fits_is_406(client: httpx.Client, query: str) -> None:
    refused(client.get("/sparql", params={"query": query}, headers={"Accept": "image/png"}), 406)


@pytest.mark.parametrize(
    "query", ["SELECT", "", "SELECT ?x\nWHERE {", "SELEC ?x {}", "ASK { ?s nope:x ?o }", "é", "ASK {} ASK {}", "\x00"]
)
def test_a_syntax_error_is_400_with_its_place(client: httpx.Client, query: str) -> None:
    for response in (
        client.get("/sparql", params={"query": query}),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", content=query.encode(), headers={"Content-Type": QUERY}),
    ):
        said = refused(response)
        assert "query" in said
    assert "2:" in refused(client.get("/sparql", params={"query": "SELECT ?x\nWHERE {"}))


def test_two_queries_none_and_a_query_in_the_wrong_place(client: httpx.Client) -> None:
    twice = str(httpx.QueryParams({"query": ["ASK {}", "ASK {}"]}))
    refused(client.get(f"/sparql?{twice}"))
    refused(client.post("/sparql", content=twice, headers={"Content-Type": FORM}))
    refused(client.post("/sparql", content="ASK {}", params={"query": "ASK {}"}, headers={"Content-Type": QUERY}))
    refused(client.post("/sparql", data={"query": "ASK {}"}, params={"query": "ASK {}"}))
    refused(client.post("/sparql", content="", headers={"Content-Type": FORM}))
    refused(client.post("/sparql", content="x=1", headers={"Content-Type": FORM}))


@pytest.mark.parametrize("media_type", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_other_content_is_415(client: httpx.Client, media_type: str) -> None:
    refused(client.post("/sparql", content="ASK {}", headers={"Content-Type": media_type}), 415)


def test_a_body_that_is_not_utf_8_is_400(client: httpx.Client) -> None:
    for media_type in (QUERY, FORM):
        refused(client.post("/sparql", content=b"query=ASK {} # \xff", headers={"Content-Type": media_type}))


def test_a_form_with_broken_percent_encoding_is_400(client: httpx.Client) -> None:
    refused(client.post("/sparql", content=b"query=ASK%20%7B%7D%23%FF", headers={"Content-Type": FORM}))


def test_a_query_beyond_all_measure_is_413(client: httpx.Client) -> None:
    refused(client.post("/sparql", content="#" * 1_000_001, headers={"Content-Type": QUERY}), 413)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * WHERE {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * WHERE {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
        "SELECT * WHERE {{ service<{0}> {{ ?s ?p ?o }} }}",
        "PREFIX : <{0}> SELECT * {{ SERVICE:x {{ ?s ?p ?o }} }}",
        "SELECT * {{ BIND(<{0}> AS ?u) SERVICE ?u {{ ?s ?p ?o }} }}",
        "ASK {{ FILTER EXISTS {{ SERVICE\n#\n<{0}> {{ ?s ?p ?o }} }} }}",
        "LOAD <{0}>",
        "ASK {{}} ; LOAD <{0}>",
    ],
)
def test_reaching_out_is_refused_and_nothing_is_reached(
    client: httpx.Client, trap: tuple[str, list[object]], query: str
) -> None:
    address, knocks = trap
    text = query.format(address)
    refused(client.get("/sparql", params={"query": text}))
    refused(client.post("/sparql", content=text, headers={"Content-Type": QUERY}))
    assert client.get("/sparql", params={"query": f"SELECT * FROM <{address}> {{ ?s ?p ?o }}"}).status_code == 200
    assert client.get("/sparql", params={"query": "ASK {}", "default-graph-uri": address}).status_code == 200
    assert knocks == []


def test_the_word_service_in_a_string_or_a_name_is_innocent(client: httpx.Client) -> None:
    query = 'SELECT ?service WHERE { BIND("SERVICE <x> LOAD" AS ?service) } # SERVICE'
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    assert [row["service"]["value"] for row in rows] == ["SERVICE <x> LOAD"]


UPDATE = "INSERT DATA { <http://example.org/a> <http://example.org/b> <http://example.org/c> }"


def test_an_update_needs_a_token_and_a_post_and_is_no_query(client: httpx.Client) -> None:
    before = number(client.get("/sparql", params={"query": COUNT}))
    refused(client.post("/sparql", content=UPDATE, headers={"Content-Type": "application/sparql-update"}), 401)
    refused(client.post("/sparql", data={"update": UPDATE}), 401)
    refused(client.get("/sparql", params={"update": UPDATE}), 400)
    for sent in (UPDATE, "DROP ALL", "DELETE WHERE { ?s ?p ?o }"):
        refused(client.get("/sparql", params={"query": sent}), 400)
    assert number(client.get("/sparql", params={"query": COUNT})) == before


def test_service_description(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=response.text, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    (service,) = graph.subjects(rdflib.RDF.type, sd.Service)
    assert graph.value(service, sd.endpoint) == rdflib.URIRef(f"{BASE}sparql")
    assert (service, sd.supportedLanguage, sd.SPARQL11Query) in graph
    names = ("examples", "ontology", "shapes", "void")
    assert {str(name) for name in graph.objects(None, sd.name)} == {f"{BASE}graph/{name}" for name in names}
    assert len(set(graph.objects(service, sd.resultFormat))) == 10


def test_the_past_can_be_asked(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": COUNT, "at": "1"})
    assert number(response) > 1000
    assert "immutable" in response.headers["cache-control"]
    refused(client.get("/sparql", params={"query": COUNT, "at": "2"}), 404)
    for at in ("x", "0", "-1", "1.0", "", "²"):
        refused(client.get("/sparql", params={"query": COUNT, "at": at}))


def test_any_page_may_ask_from_a_browser(client: httpx.Client) -> None:
    response = client.get("/sparql", params={"query": "ASK {}"}, headers={"Origin": "https://example.org"})
    assert response.headers["access-control-allow-origin"] == "*"
    assert "Commonplace-Complete" in response.headers["access-control-expose-headers"]
