"""W3C SPARQL 1.1: update evaluation, over HTTP and so by our change sets."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, Triple

from tests.w3c.answers import graphs_same, read_graph
from tests.w3c.conftest import Endpoint
from tests.w3c.known import KNOWN, SKIPPED
from tests.w3c.manifests import RDFS, UT, Case, Term, cases, name_of, parameters, path_of, triples_of

pytestmark = pytest.mark.slow

NAMED = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.mark.parametrize("case", parameters(cases("UpdateEvaluationTest"), KNOWN, SKIPPED))
def test_update(case: Case, endpoint: Endpoint) -> None:
    request = case.manifest.text(case.action, UT + "request")
    assert request
    endpoint.fill(*dataset(case, case.action))
    response = endpoint.update(f"BASE <{request}>\n{path_of(request).read_text()}")
    assert response.status_code in (200, 204), response.text
    default, named = dataset(case, case.result)
    assert graphs_same(graph(endpoint, None), default), "the default graph"
    rows = endpoint.query(NAMED, "application/sparql-results+json").json()["results"]["bindings"]
    assert {row["g"]["value"] for row in rows} == {name for name, triples in named.items() if triples}
    for name, triples in named.items():
        if triples:  # empty graphs are not recorded
            assert graphs_same(graph(endpoint, name), triples), name


def dataset(case: Case, node: Term | None) -> tuple[list[Triple], dict[str, list[Triple]]]:
    """The state a test begins or ends with."""
    manifest = case.manifest
    default = [t for data in manifest.values(node, UT + "data") for t in triples_of(name_of(data))]
    named: dict[str, list[Triple]] = {}
    for data in manifest.values(node, UT + "graphData"):
        file = manifest.text(data, UT + "graph") or name_of(data)
        named[manifest.text(data, RDFS + "label") or file] = triples_of(file)
    return default, named


def graph(endpoint: Endpoint, name: str | None) -> list[Triple]:
    """What the server has in a graph."""
    address = {"default": ""} if name is None else {"graph": name}
    response = endpoint.client.get("/graph-store", params=address, headers={"Accept": "application/n-triples"})
    assert response.status_code == 200, response.text
    return read_graph(response.content, RdfFormat.N_TRIPLES)
