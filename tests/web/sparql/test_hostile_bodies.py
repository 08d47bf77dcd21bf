"""Bodies that would take the process down that reads them, and honest ones that only look a little like them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.pool import WorkerPool
from commonplace.home.opening import open_home
from tests.conftest import serving, settings_for
from tests.web.sparql.limited_server import COUNT, Served, served

S, P = "<http://example.org/s>", "<http://example.org/p>"
DEEP = 100_000
PATIENCE = 120
"""Seconds that a client waits: a strange graph that is taken has 200,000 statements, which take a machine a while."""

JSON_LD = "application/ld+json"
RDF_XML = "application/rdf+xml"


def nested(begin: str, inside: str, end: str, times: int = DEEP) -> str:
    return begin * times + inside + end * times


def rdf_xml(inside: str, doctype: str = "") -> str:
    names = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/"'
    return f'<?xml version="1.0"?>{doctype}<rdf:RDF {names}>{inside}</rdf:RDF>'


def property_of(inside: str) -> str:
    return f'<rdf:Description rdf:about="http://example.org/s"><e:p>{inside}</e:p></rdf:Description>'


TRIPLE_TERMS = f"{S} {P} " + nested(f"<<( {S} {P} ", S, " )>>") + " ."
DEEP_GRAPHS = {
    "JSON-LD graphs": (JSON_LD, nested('{"@graph":', "{}", "}")),
    "JSON-LD lists": (JSON_LD, '{"http://example.org/p":' + nested('{"@list":[', "", "]}") + "}"),
    "JSON-LD nodes": (JSON_LD, nested('{"http://example.org/p":', "{}", "}")),
    "JSON-LD included": (JSON_LD, nested('{"@included":', '{"@id":"http://example.org/s"}', "}")),
    "JSON-LD reverse": (
        JSON_LD,
        nested('{"@reverse":{"http://example.org/p":', '{"@id":"http://example.org/s"}', "}}"),
    ),
    "JSON-LD contexts": (JSON_LD, '{"@context":' + nested('{"a":{"@id":"http://e/a","@context":', "{}", "}}") + "}"),
    "JSON-LD literal": (JSON_LD, '{"http://e/p":{"@type":"@json","@value":' + nested("[", "", "]") + "}}"),
    "JSON-LD without ends": (JSON_LD, '{"@graph":' * DEEP),
    "JSON-LD after a string": (JSON_LD, r'{"a":"\\","@graph":' + nested('{"@graph":', "{}", "}") + "}"),
    "Turtle triple terms": ("text/turtle", TRIPLE_TERMS),
    "Turtle reified triples": ("text/turtle", "<< " * DEEP + f"{S} {P} {S}" + f" >> {P} {S}" * DEEP + " ."),
    "TriG triple terms": ("application/trig", f"{{ {TRIPLE_TERMS} }}"),
    "N-Triples triple terms": ("application/n-triples", TRIPLE_TERMS),
    "N-Quads triple terms": ("application/n-quads", TRIPLE_TERMS),
}
"""Refused, whatever the engine makes of them."""

STRANGE_GRAPHS = {
    "Turtle nodes": ("text/turtle", f"{S} {P} " + nested(f"[ {P} ", "1", "]") + " ."),
    "Turtle lists": ("text/turtle", f"{S} {P} " + nested("(", "", ")") + " ."),
    "TriG nodes": ("application/trig", f"{S} {P} " + nested(f"[ {P} ", "1", "]") + " ."),
    "Turtle annotations": ("text/turtle", f"{S} {P} {S} " + nested(f"{{| {P} {S} ", "", "|}") + " ."),
    "RDF/XML nodes": (RDF_XML, rdf_xml(nested("<rdf:Description><e:p>", "", "</e:p></rdf:Description>"))),
    "RDF/XML resources": (RDF_XML, rdf_xml(property_of(nested('<e:p rdf:parseType="Resource">', "", "</e:p>")))),
    "RDF/XML collections": (
        RDF_XML,
        rdf_xml(
            nested(
                '<rdf:Description><e:p rdf:parseType="Collection">', "<rdf:Description/>", "</e:p></rdf:Description>"
            )
        ),
    ),
    "RDF/XML literals": (
        RDF_XML,
        rdf_xml(
            f'<rdf:Description><e:p rdf:parseType="Literal">{nested("<e:p>", "", "</e:p>")}</e:p></rdf:Description>'
        ),
    ),
}
"""Refused or taken: the engine reads some of them, if it has the time."""

LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
ENTITIES = {
    "in a text": rdf_xml(property_of("&a11;"), f'<!DOCTYPE rdf:RDF [<!ENTITY a0 "aaaaaaaaaa">{LAUGHS}]>'),
    "in an attribute": rdf_xml(
        '<rdf:Description e:p="&a11;"/>', f'<!DOCTYPE rdf:RDF [<!ENTITY a0 "aaaaaaaaaa">{LAUGHS}]>'
    ),
    "one, very often": rdf_xml(property_of("&a;" * 20_000), f'<!DOCTYPE rdf:RDF [<!ENTITY a "{"x" * 50_000}">]>'),
}


@pytest.fixture(scope="module")
def server(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose queries, and whose graphs, have three seconds."""
    directory = tmp_path_factory.mktemp("hostile") / "home"
    shutil.copytree(reference_home, directory)
    with served(directory, seconds=3) as found:
        assert found.ask(COUNT).status_code == 200
        yield found


def put(server: Served, media_type: str, text: str | bytes, graph: str = "http://example.org/g") -> httpx.Response:
    return server.client.put(
        "/graph-store",
        params={"graph": graph},
        content=text,
        headers=token(server) | {"Content-Type": media_type},
        timeout=PATIENCE,
    )


def token(server: Served) -> dict[str, str]:
    text = (Path(server.home.library.checkpoints.directory).parent.parent / "token").read_text().strip()
    return {"Authorization": f"Bearer {text}"}


def says_what_is_wrong(response: httpx.Response, status: int = 400) -> str:
    assert response.status_code == status, response.text[:300]
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["errors"], "it does not say where"
    return str(body["detail"])


def version(server: Served) -> int:
    return int(server.client.get("/healthz").json()["version"])


@pytest.mark.parametrize("name", DEEP_GRAPHS)
def test_a_graph_nested_too_deeply_is_refused(server: Served, name: str) -> None:
    before = version(server)
    media_type, text = DEEP_GRAPHS[name]
    detail = says_what_is_wrong(put(server, media_type, text))
    assert "deep" in detail or "RDF 1.2" in detail
    assert version(server) == before


@pytest.mark.parametrize("name", STRANGE_GRAPHS)
def test_a_graph_that_is_nested_strangely_is_refused_or_taken(server: Served, name: str) -> None:
    media_type, text = STRANGE_GRAPHS[name]
    response = put(server, media_type, text, graph="http://example.org/strange")
    if response.status_code not in (201, 204):
        says_what_is_wrong(response)
    assert server.client.get("/healthz").status_code == 200


@pytest.mark.parametrize("name", ENTITIES)
def test_entities_that_stand_for_far_more_than_they_are_are_refused(server: Served, name: str) -> None:
    before = version(server)
    assert "hundred times" in says_what_is_wrong(put(server, RDF_XML, ENTITIES[name]))
    assert version(server) == before


def test_entities_as_owl_files_have_them_are_expanded(server: Served) -> None:
    """Each namespace is an entity, used in every IRI; one entity names another."""
    doctype = (
        '<!DOCTYPE rdf:RDF [<!ENTITY site "http://example.org/"><!ENTITY onto "&site;onto#">'
        '<!ENTITY xsd "http://www.w3.org/2001/XMLSchema#">]>'
    )
    classes = "".join(
        f'<rdf:Description rdf:about="&onto;Class{number}"><e:rank rdf:datatype="&xsd;integer">{number}</e:rank>'
        f'<e:narrower rdf:resource="&onto;Class{number + 1}"/></rdf:Description>'
        for number in range(3_000)
    )
    response = put(server, RDF_XML, rdf_xml(classes, doctype), graph="http://example.org/owl")
    assert response.status_code in (201, 204), response.text
    asked = "ASK { GRAPH <http://example.org/owl> { <http://example.org/onto#Class7> <http://example.org/rank> 7 } }"
    assert server.ask(asked).json()["boolean"] is True


def test_json_ld_as_people_nest_it_is_taken(server: Served) -> None:
    """Forty levels, and brackets in strings, which are none."""
    inside = '{"http://example.org/says": "' + "[{(" * 2_000 + r' and a quote: \" {{{{"}'
    text = nested('{"@id": "http://example.org/n", "http://example.org/p": [', inside, "]}", 40)
    response = put(server, JSON_LD, text, graph="http://example.org/nested")
    assert response.status_code in (201, 204), response.text
    asked = (
        'ASK { GRAPH <http://example.org/nested> { ?s <http://example.org/says> ?o FILTER(CONTAINS(?o, "[{([{")) } }'
    )
    assert server.ask(asked).json()["boolean"] is True


@pytest.mark.parametrize("boundaries", [1, 400])
def test_a_form_within_a_form_is_refused(server: Served, boundaries: int) -> None:
    begun = "".join(f'--b{n}\r\nContent-Type: multipart/mixed; boundary="b{n + 1}"\r\n\r\n' for n in range(boundaries))
    response = server.client.post(
        "/graph-store",
        params={"default": ""},
        content=begun,
        headers=token(server) | {"Content-Type": "multipart/form-data; boundary=b0"},
    )
    assert response.status_code in (400, 415), response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_a_prefix_that_stands_for_far_more_than_it_is_is_refused(reference_home: Path, tmp_path: Path) -> None:
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    workers = WorkerPool(home.library.worker_views(), QueryLimits())
    with serving(home, workers=workers, import_bytes=200_000) as client:
        small = Served(home, client, workers)
        text = f"@prefix p: <http://example.org/{'x' * 20_000}/> .\n" + "".join(
            f"p:s p:p{n} p:o .\n" for n in range(100)
        )
        assert "1,000,000 bytes" in says_what_is_wrong(put(small, "text/turtle", text), 413)
        assert put(small, "text/turtle", f"{S} {P} 1 .").status_code == 201


QUERIES = {
    "groups": "SELECT * WHERE " + nested("{", "", "}"),
    "parentheses": "ASK { FILTER(" + nested("(", "1", ")") + ") }",
    "functions": "ASK { FILTER(" + nested("COALESCE(", "1", ")", 50_000) + ") }",
    "optional": "ASK { " + nested("OPTIONAL { ", "", "}", 30_000) + " }",
    "exists": "ASK { " + nested("FILTER EXISTS { ", "", "}", 30_000) + " }",
    "subqueries": "ASK { " + nested("{ SELECT * WHERE ", "{}", "}", 30_000) + " }",
    "nodes": "ASK { ?s ?p " + nested(f"[ {P} ", "1", "]", 30_000) + " }",
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_nested_too_deeply_is_refused(server: Served, name: str) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    response = server.client.post("/sparql", content=QUERIES[name], headers=headers)
    if response.status_code != 504:  # the engine needs its time for some
        assert "nested too deeply" in says_what_is_wrong(response)
        assert response.json()["type"].endswith("/docs/problems/query-refused")
    assert server.ask(COUNT + f" # {name}").status_code == 200


UPDATES = {
    "triple terms": f"INSERT DATA {{ {S} {P} " + nested(f"<<( {S} {P} ", S, " )>>", 10_000) + " }",
    "nodes": f"INSERT DATA {{ {S} {P} " + nested(f"[ {P} ", "1", "]", 30_000) + " }",
    "lists": f"INSERT DATA {{ {S} {P} " + nested("(", "", ")") + " }",
    "groups": f"INSERT {{ {S} {P} 1 }} WHERE " + nested("{", "", "}"),
    "filters": f"INSERT {{ {S} {P} 1 }} WHERE {{ FILTER(" + nested("(", "1", ")") + ") }",
    "reified triples": "INSERT DATA { " + "<< " * 10_000 + f"{S} {P} {S}" + f" >> {P} {S}" * 10_000 + " }",
}


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_nested_too_deeply_is_refused(server: Served, name: str) -> None:
    before = version(server)
    headers = token(server) | {"Content-Type": "application/sparql-update"}
    response = server.client.post("/sparql", content=UPDATES[name], headers=headers)
    if response.status_code != 504:
        says_what_is_wrong(response)
    assert version(server) == before
