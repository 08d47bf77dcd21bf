"""`/export`: everything or a selection, in each format, of any version; and back in again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph
import pytest
import rdflib
from bibtexparser.entrypoint import parse_string

from commonplace.exchange.imports import import_file
from commonplace.home.opening import open_home
from commonplace.library.work_lists import WorkFilters
from tests.conftest import BASE, serving, settings_for

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use
MEDIA_TYPES = {
    "bibtex": "application/x-bibtex",
    "ris": "application/x-research-info-systems",
    "csl-json": "application/vnd.citationstyles.csl+json",
    "jsonld": "application/ld+json",
    "turtle": "text/turtle",
    "nquads": "application/n-quads",
}
RDF = {
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
}
RECORDS = ("bibtex", "ris", "csl-json")


def exported(client: httpx.Client, format: str, **filters: str) -> httpx.Response:
    """An export that works."""
    response = client.get("/export", params={"format": format, **filters}).raise_for_status()
    assert response.headers["content-type"].partition(";")[0] == MEDIA_TYPES[format]
    assert response.headers["commonplace-complete"] == "complete"
    return response


def keys_in(response: httpx.Response, format: str) -> list[str]:
    """The citation keys in an export of records."""
    if format == "bibtex":
        library = parse_string(response.text)
        assert not library.failed_blocks
        return [entry.key for entry in library.entries]
    if format == "csl-json":
        return [item["id"] for item in response.json()]
    return [line.removeprefix("ID  - ").strip() for line in response.text.splitlines() if line.startswith("ID  - ")]


@pytest.mark.parametrize("format", RECORDS)
def test_everything_as_records_in_the_order_of_keys(client: httpx.Client, format: str) -> None:
    keys = [work["key"] for work in client.get("/works", params={"limit": 1000}).json()["items"]]
    assert keys_in(exported(client, format), format) == keys


def test_export_takes_every_filter_of_works(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    offered = {path: {p["name"]: p for p in paths[path]["get"]["parameters"]} for path in ("/works", "/export")}
    for name in WorkFilters.model_fields:
        assert offered["/works"][name] == offered["/export"][name]
    assert {*offered["/works"]} - {*offered["/export"]} == {"sort", "limit", "cursor"}


@pytest.mark.parametrize("address", ["/works", "/export"])
def test_a_filter_that_does_not_exist_is_refused_with_those_there_are(client: httpx.Client, address: str) -> None:
    refused = client.get(address, params={"journal": "world-development"})
    assert refused.status_code == 400
    problem = refused.json()
    assert problem["errors"] == [{"where": "journal", "why": "unknown parameter"}]
    assert all(name in problem["detail"] for name in WorkFilters.model_fields)


def test_what_a_search_finds_is_exported_best_first(client: httpx.Client) -> None:
    found = [work["key"] for work in client.get("/works", params={"q": "citizens", "limit": 1000}).json()["items"]]
    assert len(found) > 2
    for format in RECORDS:
        assert keys_in(exported(client, format, q="citizens"), format) == found
    by_year = keys_in(exported(client, "bibtex", q="citizens", year="2012"), "bibtex")
    assert by_year == [key for key in found if key in by_year] != found
    assert client.get("/export", params={"q": "citizens", "at": "1"}).status_code == 200, "version 1 is the newest here"


@pytest.mark.parametrize("format", RECORDS)
@pytest.mark.parametrize(
    "filters",
    [
        {"discusses": "professional-role"},
        {"discusses": "professional-role", "state": "unread"},
        {"year": "2010..2015", "type": "article-journal"},
        {"cited_by": "mcmullin2020citizenled"},
        {"author": "elinor-ostrom"},
        {"case": "quebec-drop-in"},
        {"claim": "low-professionalisation-enables"},
        {"type": "patent"},
    ],
)
def test_a_selection_is_that_of_works(client: httpx.Client, format: str, filters: dict[str, str]) -> None:
    selected = client.get("/works", params={**filters, "limit": "1000"}).json()["items"]
    assert keys_in(exported(client, format, **filters), format) == [work["key"] for work in selected]


def test_the_whole_graph_in_rdf(client: httpx.Client) -> None:
    quads = list(pyoxigraph.parse(exported(client, "nquads").content, format=RDF["nquads"]))
    default = {quad.triple for quad in quads if quad.graph_name == pyoxigraph.DefaultGraph()}
    assert {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, pyoxigraph.NamedNode)} == {
        f"{BASE}graph/ontology",
        f"{BASE}graph/shapes",
    }
    turtle = {quad.triple for quad in pyoxigraph.parse(exported(client, "turtle").content, format=RDF["turtle"])}
    assert turtle == default
    jsonld = pyoxigraph.parse(exported(client, "jsonld").content, format=RDF["jsonld"])
    assert {quad.triple for quad in jsonld if quad.graph_name == pyoxigraph.DefaultGraph()} == default
    asked = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"}).json()
    assert len(default) == int(asked["results"]["bindings"][0]["n"]["value"])
    assert len(rdflib.Graph().parse(data=exported(client, "turtle").text, format="turtle")) == len(default)


@pytest.mark.parametrize("format", RDF)
def test_a_selection_in_rdf_has_its_works_and_their_evidence(client: httpx.Client, format: str) -> None:
    response = exported(client, format, discusses="professional-role")
    triples = [quad.triple for quad in pyoxigraph.parse(response.content, format=RDF[format])]
    key, work = (pyoxigraph.NamedNode(f"{BASE}ontology#{name}") for name in ("citationKey", "work"))
    keys = {t.object.value for t in triples if t.predicate == key and isinstance(t.object, pyoxigraph.Literal)}
    selected = client.get("/works", params={"discusses": "professional-role"}).json()["items"]
    assert keys >= {item["key"] for item in selected}
    assert {item["iri"] for item in selected} <= {
        t.object.value for t in triples if t.predicate == work and isinstance(t.object, pyoxigraph.NamedNode)
    }


def comparable(work: dict[str, Any]) -> dict[str, Any]:
    """What BibTeX can carry of a work: all of its record, and not what is said of it."""
    kept = {
        name: value
        for name, value in work.items()
        if name not in ("version", "evidence", "identifiers", "doubts", "container", "status")
    }
    for role in ("authors", "editors", "contributors"):
        kept[role] = [{n: v for n, v in agent.items() if n not in ("iri", "key")} for agent in work.get(role, ())]
    return kept


@pytest.mark.parametrize("format", RECORDS)
def test_an_export_imported_into_an_empty_home_is_the_same_works(
    client: httpx.Client, tmp_path: Path, format: str
) -> None:
    data = exported(client, format).content
    empty = open_home(settings_for(tmp_path / "home", reference_set=None))
    first = import_file(empty.library, empty.committer, data, "library", format=format)
    assert first.fates == {"new": 35, "matched": 0, "updated": 0, "failed": 0}
    with serving(empty) as other:
        wanted = {w["key"]: comparable(w) for w in client.get("/works", params={"limit": 1000}).json()["items"]}
        found = {w["key"]: comparable(w) for w in other.get("/works", params={"limit": 1000}).json()["items"]}
        assert set(found) == set(wanted)
        for key, work in wanted.items():
            assert found[key] == work, key
    second = import_file(empty.library, empty.committer, data, "library", format=format)
    assert second.fates == {"new": 0, "matched": 35, "updated": 0, "failed": 0}


def test_an_export_of_the_past(home: Path) -> None:
    opened = open_home(settings_for(home))
    with serving(opened) as client:
        before = {format: exported(client, format).content for format in MEDIA_TYPES}
        added = json.dumps([{"id": "new2001", "type": "book", "title": "New"}]).encode()
        import_file(opened.library, opened.committer, added, "new.json")
        for format, old in before.items():
            assert b"new2001" in exported(client, format).content
            past = exported(client, format, at="1").content
            assert sorted(past.splitlines()) == sorted(old.splitlines()), format


def test_an_unknown_format_says_which_there_are(client: httpx.Client) -> None:
    response = client.get("/export", params={"format": "docx"})
    assert response.status_code == 400
    assert all(format in response.json()["detail"] for format in MEDIA_TYPES)


@pytest.mark.parametrize(
    ("filters", "name"),
    [
        ({"format": "bibtex"}, "works.bib"),
        ({"format": "ris", "discusses": "facilitator"}, "facilitator.ris"),
        ({"format": "csl-json", "author": f"{BASE}id/person/elinor-ostrom"}, "elinor-ostrom.csl.json"),
        ({"format": "bibtex", "q": 'role of "professionals"'}, "role-of-professionals.bib"),
        ({"style": "apa"}, "works-apa.txt"),
        ({"style": "mla", "cites": "ostrom1996"}, "citing-ostrom1996-mla.txt"),
        ({"format": "ris", "cited_by": "mcmullin2022lead"}, "cited-by-mcmullin2022lead.ris"),
        ({"format": "bibtex", "type": "article-journal", "year": "..2015"}, "works-article-journal-until-2015.bib"),
        ({"format": "bibtex", "discusses": "facilitator", "state": "discusses"}, "facilitator-discusses.bib"),
        (
            {"format": "bibtex", "q": "roles", "author": "elinor-ostrom", "year": "1996.."},
            "roles-elinor-ostrom-from-1996.bib",
        ),
    ],
)
def test_an_export_is_saved_under_a_name_that_programs_open(
    client: httpx.Client, filters: dict[str, str], name: str
) -> None:
    told = client.get("/export", params=filters).raise_for_status().headers["content-disposition"]
    assert told == f'inline; filename="{name}"'
