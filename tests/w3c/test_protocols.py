"""W3C SPARQL 1.1 Protocol, Graph Store Protocol and Service Description: every request of the manifests, as it is."""

from __future__ import annotations

import re

import httpx
import pytest
from pyoxigraph import Literal, RdfFormat

from tests.conftest import BASE, shared
from tests.w3c.answers import graphs_same, read_graph
from tests.w3c.conftest import Endpoint
from tests.w3c.manifests import HT, MF, RDFS, UT, Case, Term, cases, parameters, triples_of

pytestmark = pytest.mark.slow

CNT = "http://www.w3.org/2011/content#"
STATUSES = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}
TABLES = "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"
GRAPHS = "application/rdf+xml", "text/turtle", "application/n-triples", "application/ld+json"
PROTOCOL = cases("ProtocolTest", folders="sparql11/protocol")
STORE = [
    case
    for file in ("manifest-direct.ttl", "manifest-indirect.ttl")
    for case in cases("GraphStoreProtocolTest", folders="sparql11/graph-store-protocol", file=file)
]


def test_none_of_the_47_is_missing() -> None:
    shared("w3c")
    assert len(PROTOCOL) + len(STORE) == 47


@pytest.mark.parametrize("case", parameters(PROTOCOL, {}, {}))
def test_protocol(case: Case, real_endpoint: Endpoint) -> None:
    manifest = case.manifest
    named = {}
    for data in manifest.values(case.node, UT + "graphData"):
        named[manifest.text(data, RDFS + "label") or ""] = triples_of(manifest.text(data, UT + "graph") or "")
    real_endpoint.fill([], named)
    real_endpoint.filled.add("whatever the requests make")
    for request in requests(case):
        response = sent(case, request, real_endpoint.client, {"/sparql/": "/sparql"})
        answer = manifest.value(request, HT + "resp")
        check_status(case, answer, response)
        truth = manifest.text(answer, MF + "expectedBoolean")
        if truth is not None:
            assert response.json()["boolean"] is (truth == "true")
        media_type = response.headers.get("content-type", "").partition(";")[0]
        expected = manifest.text(answer, MF + "expectedFormat")
        assert media_type in {"boolean": TABLES[:2], "tabular": TABLES, "RDF": GRAPHS}.get(
            expected or "", (media_type,)
        )


@pytest.mark.parametrize("case", parameters(STORE, {}, {}))
def test_graph_store(case: Case, real_endpoint: Endpoint) -> None:
    manifest = case.manifest
    real_endpoint.fill([], {})
    real_endpoint.filled.add("whatever the requests make")
    places = {"/gsp": "/graph-store"}
    for request in requests(case):
        response = sent(case, request, real_endpoint.client, places)
        answer = manifest.value(request, HT + "resp")
        check_status(case, answer, response)
        location = manifest.text(answer, MF + "expectedLocation")
        if location is not None:
            assert response.headers["location"].startswith(f"{BASE}graph-store/")
            places = {**places, location: response.headers["location"]}
        body = body_of(case, answer)
        if body:
            assert response.headers["content-type"].partition(";")[0] == "text/turtle"
            found = read_graph(response.content, RdfFormat.TURTLE)
            assert graphs_same(found, read_graph(body, RdfFormat.TURTLE, BASE)), response.text


@pytest.mark.parametrize("case", parameters(cases("ServiceDescriptionTest"), {}, {}))
def test_service_description(case: Case, real_endpoint: Endpoint) -> None:
    response = real_endpoint.client.get("/sparql", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    triples = read_graph(response.content, RdfFormat.TURTLE)
    sd = "http://www.w3.org/ns/sparql-service-description#"
    services = {t.subject for t in triples if str(t.object) == f"<{sd}Service>"}
    (endpoint,) = [t for t in triples if t.predicate.value == f"{sd}endpoint"]
    assert endpoint.subject in services
    assert str(endpoint.object).endswith("/sparql>")


def requests(case: Case) -> list[Term]:
    manifest = case.manifest
    return list(manifest.items(manifest.value(case.action, HT + "requests")))


def sent(case: Case, request: Term, client: httpx.Client, places: dict[str, str]) -> httpx.Response:
    """Send a request of a manifest, with its places put at ours."""
    manifest = case.manifest
    address = manifest.text(request, HT + "absolutePath") or ""
    for theirs, ours in places.items():
        address = address.replace(theirs, ours, 1) if theirs.startswith("$") or address.startswith(theirs) else address
    headers = {}
    for header in manifest.items(manifest.value(request, HT + "headers")):
        headers[manifest.text(header, HT + "fieldName") or ""] = manifest.text(header, HT + "fieldValue") or ""
    body = body_of(case, request)
    return client.request(manifest.text(request, HT + "methodName") or "", address, content=body, headers=headers)


def body_of(case: Case, node: Term | None) -> bytes | None:
    """The content of a request or response, encoded as the manifest says."""
    content = case.manifest.value(node, HT + "body")
    text = case.manifest.text(content, CNT + "chars")
    encoding = case.manifest.text(content, CNT + "characterEncoding") or "utf-8"
    return None if text is None else text.encode(encoding)


def check_status(case: Case, answer: Term | None, response: httpx.Response) -> None:
    """Whether the status is one of those expected (`2xx`, `Created`, `200` …)."""
    expected = [
        value for value in case.manifest.values(answer, MF + "expectedStatus") if not isinstance(value, Literal)
    ]
    names = [str(getattr(value, "value", "")).rpartition("#")[2].removeprefix("StatusCode") for value in expected]
    patterns = [STATUSES.get(name, name).replace("x", ".") for name in names]
    assert patterns
    status = str(response.status_code)
    assert any(re.fullmatch(pattern, status) for pattern in patterns), f"{status}, not {patterns}: {response.text}"
