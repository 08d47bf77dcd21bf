"""Every IRI we mint leads somewhere: all of them, whatever a citation key looks like, and after deletion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pyoxigraph
import pytest
import rdflib

from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.model.change import Version
from tests.conftest import BASE, serving, settings_for

ODD_KEYS = (
    "DBLP:conf/x/Y01",
    "a.bib",
    "b.ttl",
    "v.csl.json",
    "été",
    "日本2001",
    "x",
    "x/references",
    "x/history",
    "y/citations",
    "a b",
    "a+b",
    "a%41",
    "a%2Fb",
    "/lead",
    "trail/",
    "double//slash",
    "q?x",
    "semi;colon",
    "at@home",
    "o'neil",
    "ann*",
    "tilde~2",
    "(1999)",
    "[3]",
    "<b>",
    "back\\slash",
    "pipe|d",
)


def nodes_of(quads: Iterator[pyoxigraph.Quad]) -> set[str]:
    """Every IRI in those quads, wherever it stands."""
    found = set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
            if isinstance(term, pyoxigraph.NamedNode):
                found.add(term.value)
    return found


def everything(client: httpx.Client) -> set[str]:
    """Every IRI in the N-Quads export."""
    data = client.get("/export", params={"format": "nquads"}).raise_for_status().content
    return nodes_of(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_QUADS))


def dereferenced(client: httpx.Client, iri: str, **headers: str) -> httpx.Response:
    """What an IRI leads to: 200, or 303 and then 200; its fragment stays with the client (RFC 9110)."""
    response = client.get(iri.partition("#")[0].removeprefix(BASE.rstrip("/")), headers=headers)
    if response.status_code == 303:
        response = client.get(response.headers["location"], headers=headers)
    assert response.status_code == 200, f"{iri}: {response.status_code} {response.text[:200]}"
    return response


def test_every_iri_of_the_export_dereferences(client: httpx.Client) -> None:
    minted = {iri.partition("#")[0] for iri in everything(client) if iri.startswith(f"{BASE}id/")}
    kinds = {iri.removeprefix(f"{BASE}id/").partition("/")[0] for iri in minted}
    assert kinds >= {
        "work",
        "person",
        "concept",
        "claim",
        "case",
        "characteristic",
        "evidence",
        "citation",
        "doubt",
        "correction",
        "scheme",
    }
    for iri in sorted(minted):
        assert dereferenced(client, iri).headers["etag"] == '"1;json"'


def test_a_node_of_a_thing_is_described_with_it(client: httpx.Client) -> None:
    parts = [iri for iri in everything(client) if iri.startswith(f"{BASE}id/") and "#" in iri]
    assert len(parts) > 50
    for iri in parts[::10]:
        text = dereferenced(client, iri, accept="text/turtle").text
        assert (rdflib.URIRef(iri), None, None) in rdflib.Graph().parse(data=text, format="turtle"), iri


@pytest.mark.parametrize("kind", ["characteristic", "evidence", "citation", "doubt", "correction", "scheme"])
def test_nodes_without_an_address_of_their_own_are_answered_in_rdf(client: httpx.Client, kind: str) -> None:
    iri = min(iri for iri in everything(client) if iri.startswith(f"{BASE}id/{kind}/"))
    text = dereferenced(client, iri, accept="text/turtle").text
    assert (rdflib.URIRef(iri), rdflib.RDF.type, None) in rdflib.Graph().parse(data=text, format="turtle")


def test_every_own_term_is_declared_where_it_dereferences(client: httpx.Client) -> None:
    used = {iri for iri in everything(client) if iri.startswith(f"{BASE}ontology#")}
    assert len(used) > 30
    response = client.get("/ontology", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=response.text, format="turtle")
    declared = {str(term) for term in graph.subjects(rdflib.RDF.type, None)}
    assert used - declared == set()
    assert {term for term in used if (rdflib.URIRef(term), rdflib.RDFS.label, None) not in graph} == set()


@pytest.fixture(scope="module")
def odd_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose works have such citation keys, each citing nothing and titled by its key."""
    opened = open_home(settings_for(tmp_path_factory.mktemp("odd") / "home", reference_set=None))
    items = [
        {"id": key, "type": "book", "title": f"Title {number}", "author": [{"family": f"Nom {number}"}]}
        for number, key in enumerate(ODD_KEYS)
    ]
    data = json.dumps(items).encode()
    import_file(opened.library, opened.committer, data, "odd.json")
    return opened


@pytest.fixture(scope="module")
def odd(odd_home: Home) -> Iterator[httpx.Client]:
    """A client of a server over it."""
    with serving(odd_home) as client:
        yield client


def test_all_odd_keys_are_in(odd: httpx.Client) -> None:
    assert {work["key"] for work in odd.get("/works").json()["items"]} == set(ODD_KEYS)


def test_every_iri_of_odd_keys_dereferences(odd: httpx.Client) -> None:
    minted = {iri.partition("#")[0] for iri in everything(odd) if iri.startswith(f"{BASE}id/")}
    assert len(minted) >= 2 * len(ODD_KEYS)
    for iri in minted:
        assert dereferenced(odd, iri).json()["iri"] == iri


@pytest.mark.parametrize("key", ODD_KEYS)
def test_an_odd_key_has_every_form_and_its_lists(odd: httpx.Client, key: str) -> None:
    address = f"/works/{quote(key, safe='')}"
    assert odd.get(address).json()["key"] == key
    assert odd.get(f"{address}.bib").raise_for_status().text.startswith(("@", "% the key of the next entry was: "))
    text = odd.get(f"{address}.ttl").raise_for_status().text
    assert (None, rdflib.DCTERMS.title, None) in rdflib.Graph().parse(data=text, format="turtle")
    assert odd.get(f"{address}/references").json() == {
        "items": [], "total": 0, "as_text": [], "total_as_text": 0, "complete": "complete", "version": 1, "next": None
    }  # fmt: skip
    assert odd.get(f"{address}/history").json()["total"] == 1
    found = odd.get("/works", params={"cites": key})
    assert found.json()["items"] == []


def test_a_deleted_thing_is_gone_and_says_which_version_has_it(tmp_path: Path) -> None:
    opened = open_home(settings_for(tmp_path / "home", reference_set=None))
    entry = b"@book{gone2001, title={Gone}, author={Able, Ann}, publisher={Somebody}, year=2001}"
    import_file(opened.library, opened.committer, entry, "one.bib")
    opened.committer.undo(Version(1), "tester")
    with serving(opened) as client:
        for thing in ("work/gone2001", "person/ann-able"):
            response = client.get(f"/id/{thing}")
            assert response.status_code == 410
            body = response.json()
            assert "version 1 has it" in body["detail"]
            (error,) = body["errors"]
            assert error["why"] == f"{BASE}id/{thing}?at=1"
            assert dereferenced(client, error["why"]).json()["version"] == 1
        assert client.get("/works/gone2001").status_code == 410
        assert client.get("/works/gone2001?at=1").json()["title"] == "Gone"
        assert client.get("/works?at=1").json()["total"] == 1
        assert client.get("/works").json()["total"] == 0
        assert client.get("/id/work/never").status_code == 404
