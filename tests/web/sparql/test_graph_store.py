"""SPARQL 1.1 Graph Store Protocol beyond the W3C suite: syntaxes, refusals, and that each write is one version."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import rdflib

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import BASE, serving, settings_for
from tests.web.sparql.test_protocol import refused

pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning:rdflib")  # its own use of itself
G = "http://example.org/g"
TURTLE = "text/turtle"
WHOLE = "/graph-store?default="
DATA = '@prefix e: <http://example.org/> . e:s e:p "é", [ e:q <rel> ] .'


@pytest.fixture
def curator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client with a curator's token, on an empty home that takes graphs of 10,000 bytes."""
    home = open_home(settings_for(tmp_path_factory.mktemp("graphs") / "home", reference_set="none"))
    with serving(home, import_bytes=10_000) as client:
        client.headers["Authorization"] = f"Bearer {home.minted}"
        client.headers["X-Contributor"] = home.tokens.add("reader", Role.CONTRIBUTOR)
        yield client


def put(client: httpx.Client, body: str | bytes, media_type: str = TURTLE, **address: str) -> httpx.Response:
    return client.put(
        "/graph-store", params=address or {"graph": G}, content=body, headers={"Content-Type": media_type}
    )


def size(client: httpx.Client, **address: str) -> int:
    response = client.get("/graph-store", params=address or {"graph": G}, headers={"Accept": "application/n-triples"})
    return len(response.text.splitlines()) if response.status_code == 200 else 0


def test_a_write_is_one_version_that_can_be_asked_and_undone(curator: httpx.Client) -> None:
    made = put(curator, DATA, graph=G, message="first")
    assert made.status_code == 201, made.text
    assert made.headers["commonplace-version"] == "1"
    again = put(curator, "<a:a> <a:b> <a:c> .")
    assert (again.status_code, again.headers["commonplace-version"]) == (204, "2")
    assert put(curator, "<a:a> <a:b> <a:c> .").headers["commonplace-version"] == "2", "nothing changed"
    change = curator.get("/changes/1").json()
    assert (change["agent"], change["kind"], change["message"], change["added"]) == (
        "curator",
        "graph-store",
        "first",
        3,
    )
    assert size(curator, graph=G, at="1") == 3
    assert curator.delete("/graph-store", params={"graph": G}).status_code == 204
    assert curator.get("/graph-store", params={"graph": G}).status_code == 404
    assert curator.post("/changes/3/undo").status_code == 201
    assert size(curator) == 1
    conflict = {"If-Match": '"1;ttl"', "Content-Type": TURTLE}
    refused(curator.put("/graph-store", params={"graph": G}, content="", headers=conflict), 412)


SYNTAXES = {
    TURTLE: ("turtle", DATA),
    "application/n-triples": ("nt", "<a:a> <a:b> _:x .\n_:x <a:b> <a:c> .\n"),
    "application/rdf+xml": (
        "xml",
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">'
        '<rdf:Description rdf:about="s"><e:p rdf:parseType="Resource"><e:q>x</e:q></e:p></rdf:Description></rdf:RDF>',
    ),
    "application/ld+json": ("json-ld", json.dumps({"@id": "s", "http://example.org/p": [{"http://example.org/q": 1}]})),
    "application/trig": ("trig", "<a:a> <a:b> [] ."),
    "application/n-quads": ("nquads", "<a:a> <a:b> _:x .\n"),
}


@pytest.mark.parametrize("media_type", SYNTAXES)
def test_every_syntax_comes_in_and_goes_out(curator: httpx.Client, media_type: str) -> None:
    name, text = SYNTAXES[media_type]
    assert put(curator, text.encode(), f"{media_type}; charset=utf-8").status_code == 201
    response = curator.get("/graph-store", params={"graph": G}, headers={"Accept": f"text/html;q=0.2, {media_type}"})
    assert response.headers["content-type"].partition(";")[0] == media_type
    assert "Accept" in response.headers["vary"]
    dataset = rdflib.Dataset().parse(data=response.content, format=name)
    assert any(isinstance(term, rdflib.BNode) for quad in dataset.quads() for term in (quad[0], quad[2]))
    head = curator.head("/graph-store", params={"graph": G}, headers={"Accept": media_type})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == response.headers["etag"]
    refused(curator.get("/graph-store", params={"graph": G}, headers={"Accept": "image/png"}), 406)


def test_a_form_of_several_files_in_several_syntaxes(curator: httpx.Client) -> None:
    files: list[tuple[str, tuple[str, str | bytes, str]]] = [
        ("a", ("a.ttl", "<a:a> <a:b> _:x .", TURTLE)),
        ("b", ("b.nt", "<a:a> <a:b> _:x .", "application/n-triples")),
        (
            "c",
            (
                "c.ttl",
                b'PREFIX : <a:>\r\n:a :b """two\nlines\r\nand\ra half""" .',
                "text/turtle; charset=utf-8",
            ),
        ),
    ]
    response = curator.post("/graph-store", params={"graph": G}, files=files)
    assert (response.status_code, size(curator)) == (201, 3), response.text
    found = curator.get("/graph-store", params={"graph": G}, headers={"Accept": "application/n-triples"}).text
    assert '"two\\nlines\\r\\nand\\ra half"' in found
    bad = curator.post("/graph-store", params={"graph": G}, files=[("a", ("a.ttl", "<a:a> <a:b>\n .", TURTLE))])
    assert "file a.ttl, line 2" in refused(bad)
    refused(curator.post("/graph-store", params={"graph": G}, files=[("a", ("a.csv", "a,b", "text/csv"))]), 415)
    refused(put(curator, b"x", "multipart/form-data; boundary=x"), 415)
    headers = {"Content-Type": "multipart/form-data"}
    refused(curator.post("/graph-store", params={"graph": G}, content=b"x", headers=headers))
    assert size(curator) == 3


def test_the_default_graph_is_always_there(curator: httpx.Client) -> None:
    assert curator.get("/graph-store?default").status_code == 200
    assert put(curator, DATA, default="").status_code == 204
    assert size(curator, default="") == 3
    assert curator.delete("/graph-store?default").status_code == 204
    assert size(curator, default="") == 0
    assert curator.delete("/graph-store?default").headers["commonplace-version"] == "2"


def test_the_whole_library_that_was_replaced_comes_back_by_an_undo(home: Path) -> None:
    """PUT and DELETE on the default graph mean what the protocol says (5.3, 5.4): that graph is the library."""
    held = open_home(settings_for(home))
    with serving(held) as client:
        token = (home / "token").read_text().strip()
        client.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/n-triples"})
        before = client.get(WHOLE)
        newest = int(before.headers["commonplace-version"])
        others = {"Authorization": f"Bearer {held.tokens.add('reader', Role.CONTRIBUTOR)}", "Content-Type": TURTLE}
        stale = {"If-Match": f'"{newest - 1}"', "Content-Type": TURTLE}
        refused(client.put(WHOLE, content=DATA, headers=others), 403)
        refused(client.put(WHOLE, content=DATA, headers=stale), 412)
        refused(client.delete(WHOLE, headers=stale), 412)
        assert client.get(WHOLE).content == before.content

        sent = {"If-Match": before.headers["etag"], "Content-Type": TURTLE}
        replaced = client.put(WHOLE, content=DATA, headers=sent)
        assert (replaced.status_code, replaced.headers["commonplace-version"]) == (204, str(newest + 1))
        assert size(client, default="") == 3
        assert client.get("/works/ostrom1996", headers={"Accept": "application/json"}).status_code == 410
        undone = client.post(f"/changes/{newest + 1}/undo", headers={"Accept": "application/json"})
        assert (undone.status_code, undone.json()["kept"]) == (201, [])
        after = client.get(WHOLE)
        assert sorted(after.text.splitlines()) == sorted(before.text.splitlines())


def test_a_graph_at_its_own_address(curator: httpx.Client) -> None:
    headers = {"Content-Type": TURTLE}
    address = "/graph-store/notes/caf%C3%A9"
    assert curator.put(address, content="<> <a:b> <x> .", headers=headers).status_code == 201
    assert curator.post(address, content="<> <a:b> <y> .", headers=headers).status_code == 204
    text = curator.get("/graph-store", params={"graph": f"{BASE}graph-store/notes/caf%C3%A9"}).text
    assert (
        rdflib.Graph()
        .parse(data=text, format="turtle", publicID="x:")
        .value(rdflib.URIRef(f"{BASE}graph-store/notes/caf%C3%A9"), rdflib.URIRef("a:b"))
    )
    assert curator.delete(address).status_code == 204
    refused(curator.get(address), 404)
    refused(curator.delete(address), 404)
    refused(curator.delete("/graph-store", params={"graph": f"{BASE}graph-store/notes/caf%C3%A9"}), 404)
    described = curator.get("/openapi.json").json()["paths"]
    for path in ("/graph-store", "/graph-store/{path}"):
        assert {"204", "404"} <= described[path]["delete"]["responses"].keys()
        assert "201" not in described[path]["delete"]["responses"], "a deletion makes no graph"


@pytest.mark.parametrize(
    ("address", "where"),
    [({}, "graph"), ({"graph": G, "default": ""}, "graph"), ({"graph": "relative"}, "graph"), ({"graph": ""}, "graph")],
)
def test_exactly_one_graph_is_named(curator: httpx.Client, address: dict[str, str], where: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        response = curator.request(method, "/graph-store", params=address, headers={"Content-Type": TURTLE})
        assert where in refused(response)


@pytest.mark.parametrize(
    ("body", "media_type", "status", "said"),
    [
        ("<a:a> <a:b>\n  ; .", TURTLE, 400, "line 2, column"),
        ("<a:a> <a:b> <<( <a:a> <a:b> <a:c> )>> .", TURTLE, 400, "RDF 1.2"),
        ('{"@context": "http://example.org/context", "a": 1}', "application/ld+json", 400, "nothing is fetched"),
        ('{"@context": {"@import": "http://example.org/c"}, "a": 1}', "application/ld+json", 400, "nothing is fetched"),
        ("<a:g> { <a:a> <a:b> <a:c> }", "application/trig", 400, "names a graph of its own"),
        ("a,b", "text/csv", 415, "text/csv"),
        ("", "", 415, "Content-Type"),
        ("", "text/turtle; charset=utf-16", 415, "utf-16"),
        ("x" * 10_001, TURTLE, 413, '10000 bytes. [{"where": "body", "why": "send it in parts, by POST"}]'),
    ],
)
def test_a_graph_that_cannot_be_read_is_refused_with_its_place(
    curator: httpx.Client, body: str, media_type: str, status: int, said: str
) -> None:
    assert said in refused(put(curator, body, media_type), status)
    assert curator.get("/changes").json()["total"] == 0


def test_a_write_needs_a_curator_and_a_graph_that_is_not_protected(curator: httpx.Client) -> None:
    headers = {"Content-Type": TURTLE, "Authorization": "Bearer cpl_no"}
    for method in ("PUT", "POST", "DELETE"):
        refused(curator.request(method, "/graph-store", params={"graph": G}, headers=headers), 401)
        headers["Authorization"] = f"Bearer {curator.headers['x-contributor']}"
        refused(curator.request(method, "/graph-store", params={"graph": G}, headers=headers), 403)
        headers["Authorization"] = "Bearer cpl_no"
    assert "only the program writes it" in refused(put(curator, DATA, graph=f"{BASE}graph/ontology"), 403)
    refused(put(curator, "<a:a> a <http://www.w3.org/2004/02/skos/core#Concept> .", default=""), 422)
    refused(curator.patch("/graph-store", params={"graph": G}), 405)
    refused(curator.put("/graph-store", params={"graph": G, "nonsuch": "1"}, headers={"Content-Type": TURTLE}))
