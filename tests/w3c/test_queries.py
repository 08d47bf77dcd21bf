"""W3C SPARQL 1.0 and 1.1: query evaluation and result formats, over HTTP."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import RdfFormat, Triple

from tests.w3c.answers import (
    FORMATS,
    Table,
    graphs_same,
    read_csv,
    read_graph,
    read_results,
    read_table_file,
    result_set,
)
from tests.w3c.conftest import Endpoint
from tests.w3c.known import KNOWN, SKIPPED
from tests.w3c.manifests import QT, RDFS, Case, cases, iri_of, name_of, parameters, path_of, read_manifest, triples_of

pytestmark = pytest.mark.slow

_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]+)>", re.IGNORECASE)
_ORDER = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
TABLES = ".srx", ".srj", ".tsv", ".csv"


@pytest.mark.parametrize("case", parameters(cases("QueryEvaluationTest", "CSVResultFormatTest"), KNOWN, SKIPPED))
def test_query(case: Case, endpoint: Endpoint) -> None:
    iri = case.manifest.text(case.action, QT + "query")
    assert iri
    text = path_of(iri).read_text()
    endpoint.fill(*dataset(case, iri, text))
    result = case.manifest.text(case.node, "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#result")
    assert result
    expected = path_of(result)
    asked = f"BASE <{iri}>\n{text}"
    if expected.suffix in TABLES:
        check_table(endpoint, asked, read_table_file(expected), expected.suffix, ordered=bool(_ORDER.search(text)))
        return
    written = result_set(read_manifest(expected))
    if written is not None:
        check_table(endpoint, asked, written[0], ".srx", ordered=written[1])
        return
    response = endpoint.query(asked, "application/n-triples")
    assert response.status_code == 200, response.text
    assert graphs_same(read_graph(response.content, RdfFormat.N_TRIPLES), triples_of(iri_of(expected)))


def dataset(case: Case, query: str, text: str) -> tuple[list[Triple], dict[str, list[Triple]]]:
    """The default graph and the named graphs a test begins with; what the query takes FROM is there by its IRI."""
    manifest = case.manifest
    default = [t for data in manifest.values(case.action, QT + "data") for t in triples_of(name_of(data))]
    named: dict[str, list[Triple]] = {}
    for data in manifest.values(case.action, QT + "graphData"):
        file = manifest.text(data, QT + "graph") or name_of(data)
        named[manifest.text(data, RDFS + "label") or file] = triples_of(file)
    if not default and not named:
        folder = query.rpartition("/")[0]
        for name in _FROM.findall(text):
            if path_of(f"{folder}/{name}").exists():
                named[f"{folder}/{name}"] = triples_of(f"{folder}/{name}")
    return default, named


def check_table(endpoint: Endpoint, text: str, expected: Table | bool, suffix: str, *, ordered: bool) -> None:
    """Ask in the format of the expected file, and compare."""
    accept = "text/csv" if suffix == ".csv" else FORMATS[suffix][0]
    response = endpoint.query(text, accept)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == accept
    assert response.headers["commonplace-complete"] == "complete"
    found = read_csv(response.text) if suffix == ".csv" else read_results(response.content, suffix)
    if isinstance(expected, bool):
        assert found is expected
        return
    assert isinstance(found, Table)
    assert expected.same(found, ordered=ordered), f"expected {expected}\nfound {found}"
