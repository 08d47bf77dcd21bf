"""Every answer in XML can be read: what XML cannot hold is refused at the door, or said when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from lxml import etree

from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

RDF_XML, RESULTS_XML = "application/rdf+xml", "application/sparql-results+xml"
G = "http://example.org/g"


@pytest.fixture
def curator(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client with a curator's token, on an empty home."""
    home = open_home(settings_for(tmp_path / "home", reference_set=None))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('editor', Role.CURATOR)}"
        yield client


def update(client: httpx.Client, text: str) -> httpx.Response:
    return client.post("/sparql", content=text.encode(), headers={"Content-Type": "application/sparql-update"})


def put(client: httpx.Client, body: str, media_type: str = "text/turtle") -> httpx.Response:
    headers = {"Content-Type": media_type}
    return client.put("/graph-store", params={"graph": G}, content=body.encode(), headers=headers)


def xml(response: httpx.Response) -> etree._Element:
    """The answer, read as strictly as XML asks."""
    assert response.status_code == 200, response.text
    assert "xml" in response.headers["content-type"]
    return etree.fromstring(response.content)


BAD = ["\\u0000", "\\u0001", "\\u000B", "\\u001F", "\\uFFFE", "\\uFFFF"]


@pytest.mark.parametrize("character", BAD)
def test_a_literal_that_xml_cannot_hold_is_refused_with_its_place(curator: httpx.Client, character: str) -> None:
    statement = f'<http://example.org/s> <http://example.org/p> "a{character}b"'
    pattern = f'INSERT {{ <http://example.org/s> <http://example.org/q> ?o }} WHERE {{ BIND("a{character}" AS ?o) }}'
    for response in (
        update(curator, f"INSERT DATA {{ {statement} }}"),
        update(curator, pattern),
        put(curator, f"{statement} ."),
        put(curator, f"{statement} .", "application/n-triples"),
        put(
            curator,
            json.dumps({"@id": "http://example.org/s", "http://example.org/p": json.loads(f'"a{character}"')}),
            "application/ld+json",
        ),
    ):
        assert response.status_code == 400, response.text
        assert "XML cannot hold" in response.json()["detail"]
        (place,) = response.json()["errors"]
        assert character.replace("\\u", "U+").upper() in json.dumps(place).upper()
    assert curator.get("/changes").json()["items"] == []


def test_many_such_literals_are_counted_and_the_first_named(curator: httpx.Client) -> None:
    body = "".join(f'<http://example.org/{n}> <http://example.org/p> "\\u0001" .\n' for n in range(500))
    response = put(curator, body)
    assert response.status_code == 400
    assert "500 literals" in response.json()["detail"]
    assert 0 < len(response.json()["errors"]) < 200


def test_other_odd_characters_are_kept_and_read(curator: httpx.Client) -> None:
    text = "tab\\t line\\n return\\r del\\u007F c1\\u0085 emoji\\U0001F600 private\\uE000 <&>"
    assert put(curator, f'<http://example.org/s> <http://example.org/p> "{text}" .').status_code == 201
    stored = curator.get("/graph-store", params={"graph": G}, headers={"Accept": RDF_XML})
    assert "😀" in str(etree.tostring(xml(stored), encoding="unicode"))


QUERY = 'SELECT ("a\\u0001b" AS ?x) {}'
CONSTRUCT = 'CONSTRUCT { <http://example.org/s> <http://example.org/p> ?x } WHERE { BIND("a\\uFFFEb" AS ?x) }'


@pytest.mark.parametrize(
    ("query", "media_type", "other"),
    [(QUERY, RESULTS_XML, "application/sparql-results+json"), (CONSTRUCT, RDF_XML, "text/turtle")],
)
def test_what_a_query_makes_and_xml_cannot_hold_is_said(
    curator: httpx.Client, query: str, media_type: str, other: str
) -> None:
    refused = curator.get("/sparql", params={"query": query}, headers={"Accept": media_type})
    assert refused.status_code == 406
    assert refused.json()["type"].endswith("/inexpressible")
    assert "U+" in refused.json()["detail"]
    assert curator.get("/sparql", params={"query": query}, headers={"Accept": other}).status_code == 200


@pytest.mark.parametrize("name", ["http://example.org/123", "urn:isbn:1", "http://example.org/"])
def test_a_property_that_rdf_xml_cannot_write_is_said(curator: httpx.Client, name: str) -> None:
    assert put(curator, f'<http://example.org/s> <{name}> "x" .').status_code == 201
    answers = [
        curator.get("/graph-store", params={"graph": G}, headers={"Accept": RDF_XML}),
        curator.get(
            "/sparql",
            params={"query": f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"},
            headers={"Accept": RDF_XML},
        ),
    ]
    for response in answers:
        assert response.status_code == 406, response.text
        assert name in response.json()["detail"]
    assert curator.get("/graph-store", params={"graph": G}, headers={"Accept": "text/turtle"}).status_code == 200


def test_all_xml_of_the_reference_set_can_be_read(opened: Home) -> None:
    with serving(opened) as client:
        everything = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o }"}, headers={"Accept": RESULTS_XML})
        rows = xml(everything).findall(".//{*}result")
        described = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }"}, headers={"Accept": RDF_XML})
        default = client.get("/graph-store", params={"default": ""}, headers={"Accept": RDF_XML})
        for response in (
            described,
            default,
            client.get("/works/ostrom1996.rdf"),
            client.get("/concepts/co-production.rdf"),
        ):
            assert len(xml(response)) > 0
        assert len(rows) > 1000
        for row in xml(client.get("/queries/works-discussing.srx", params={"concept": "professional-role"})).iter(
            "{*}literal"
        ):
            assert row.text
