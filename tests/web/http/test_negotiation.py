"""Which form a client gets, by `Accept` and by suffix, and that every RDF form says the thing it is asked for."""

from __future__ import annotations

import json

import httpx
import pyoxigraph
import pytest
import rdflib

from tests.conftest import BASE

RDF = {
    ".ttl": ("text/turtle", "turtle", pyoxigraph.RdfFormat.TURTLE),
    ".jsonld": ("application/ld+json", "json-ld", pyoxigraph.RdfFormat.JSON_LD),
    ".nt": ("application/n-triples", "nt", pyoxigraph.RdfFormat.N_TRIPLES),
    ".rdf": ("application/rdf+xml", "xml", pyoxigraph.RdfFormat.RDF_XML),
}
RECORDS = {
    ".bib": "application/x-bibtex",
    ".ris": "application/x-research-info-systems",
    ".csl.json": "application/vnd.citationstyles.csl+json",
}
THINGS = {
    "/works/ostrom1996": "work/ostrom1996",
    "/people/elinor-ostrom": "person/elinor-ostrom",
    "/organizations/routledge": "organization/routledge",
    "/venues/world-development": "venue/world-development",
    "/concepts/professional-role": "concept/professional-role",
    "/claims/low-professionalisation-enables": "claim/low-professionalisation-enables",
    "/cases/quebec-drop-in": "case/quebec-drop-in",
}
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own use
LISTS = [address.rpartition("/")[0] for address in THINGS]


def media_type(response: httpx.Response) -> str:
    """The media type of a 200, without its parameters."""
    assert response.status_code == 200, f"{response.request.url}: {response.text[:300]}"
    return response.headers["content-type"].partition(";")[0]


def says(response: httpx.Response, suffix: str, iri: str) -> bool:
    """Whether both parsers read the answer, agree on its size, and find the thing in it as a subject."""
    _, name, format = RDF[suffix]
    graph = rdflib.Graph().parse(data=response.content, format=name)
    triples = {quad.triple for quad in pyoxigraph.parse(response.content, format=format)}
    assert len(graph) == len(triples)
    return (rdflib.URIRef(iri), None, None) in graph and pyoxigraph.NamedNode(iri) in {t.subject for t in triples}


@pytest.mark.parametrize("suffix", RDF)
@pytest.mark.parametrize("address", THINGS)
def test_a_thing_in_rdf_by_suffix_and_by_accept(client: httpx.Client, address: str, suffix: str) -> None:
    iri = f"{BASE}id/{THINGS[address]}"
    by_suffix = client.get(address + suffix)
    by_accept = client.get(address, headers={"Accept": RDF[suffix][0]})
    assert media_type(by_suffix) == media_type(by_accept) == RDF[suffix][0]
    assert by_suffix.content == by_accept.content
    assert says(by_accept, suffix, iri)
    assert "Accept" in by_accept.headers["vary"].split(", ")
    assert by_accept.headers["etag"] == by_suffix.headers["etag"] == f'"1;{suffix[1:]}"'


@pytest.mark.parametrize("suffix", RDF)
@pytest.mark.parametrize("address", LISTS)
def test_a_list_in_rdf_describes_its_items(client: httpx.Client, address: str, suffix: str) -> None:
    items = client.get(address, params={"limit": 5}).json()["items"]
    response = client.get(address, params={"limit": 5}, headers={"Accept": RDF[suffix][0]})
    assert media_type(response) == RDF[suffix][0]
    for item in items:
        assert says(response, suffix, item["iri"]), item["iri"]
    assert "next" in response.headers.get("link", "next")


@pytest.mark.parametrize("suffix", RECORDS)
def test_a_work_as_a_record(client: httpx.Client, suffix: str) -> None:
    by_suffix = client.get(f"/works/ostrom1996{suffix}")
    by_accept = client.get("/works/ostrom1996", headers={"Accept": RECORDS[suffix]})
    assert media_type(by_suffix) == media_type(by_accept) == RECORDS[suffix]
    assert by_suffix.content == by_accept.content
    assert "Crossing the Great Divide" in by_suffix.text


@pytest.mark.parametrize("address", THINGS)
def test_json_is_the_default_and_has_a_suffix_too(client: httpx.Client, address: str) -> None:
    plain = client.get(address)
    assert media_type(plain) == "application/json"
    assert client.get(f"{address}.json").content == plain.content
    assert client.get(address, headers={"Accept": "application/json"}).content == plain.content
    without = client.build_request("GET", address)
    del without.headers["accept"]
    assert client.send(without).content == plain.content


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/turtle;q=0.5, application/ld+json;q=0.9", "application/ld+json"),
        ("application/ld+json;q=0.5, text/turtle", "text/turtle"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "text/html"),
        ("application/json, text/html;q=0.9", "application/json"),
        ("image/png, text/turtle;q=0.1", "text/turtle"),
        ("application/*", "application/json"),
        ("text/*", "text/turtle"),
        ("TEXT/Turtle", "text/turtle"),
        ("text/turtle;charset=utf-8", "text/turtle"),
        ("text/plain", "application/n-triples"),
        ("text/x-bibtex", "application/x-bibtex"),
        ("application/json;q=0, text/turtle", "text/turtle"),
        ("application/x-bibtex, */*;q=0.1", "application/x-bibtex"),
        ("text/turtle ; q=0.3 , application/json ; q=0.2", "text/turtle"),
    ],
)
def test_quality_values(client: httpx.Client, accept: str, wanted: str) -> None:
    assert media_type(client.get("/works/ostrom1996", headers={"Accept": accept})) == wanted


@pytest.mark.parametrize("accept", ["image/png", "application/json;q=0", "*/*;q=0", "application/pdf, image/*;q=0.5"])
def test_an_accept_that_fits_no_form_is_406_and_lists_the_forms(client: httpx.Client, accept: str) -> None:
    response = client.get("/works/ostrom1996", headers={"Accept": accept})
    assert response.status_code == 406
    for media in ("application/json", "text/turtle", "application/x-bibtex"):
        assert media in response.json()["detail"]


def test_a_suffix_beats_accept(client: httpx.Client) -> None:
    assert media_type(client.get("/works/ostrom1996.ttl", headers={"Accept": "application/json"})) == "text/turtle"


def test_the_service_describes_itself_in_rdf(client: httpx.Client) -> None:
    for address, thing in (
        ("/ontology", f"{BASE}ontology#Evidence"),
        ("/.well-known/void", f"{BASE}.well-known/void#dataset"),
        ("/sparql", f"{BASE}sparql#service"),
        ("/changes/1", f"{BASE}id/change/1"),
    ):
        for suffix, (accept, _, _) in RDF.items():
            response = client.get(address, headers={"Accept": accept})
            assert media_type(response) == accept
            assert says(response, suffix, thing), (address, accept)


def test_void_counts_the_things_of_the_library(client: httpx.Client) -> None:
    graph = rdflib.Graph().parse(data=client.get("/.well-known/void").text, format="turtle")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    said = graph.value(rdflib.URIRef(f"{BASE}.well-known/void#dataset"), void.triples)
    asked = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"}).json()
    assert said is not None
    assert str(said) == asked["results"]["bindings"][0]["n"]["value"]


def test_our_json_is_json_ld_with_the_context(client: httpx.Client) -> None:
    context = client.get("/context.jsonld").raise_for_status().json()["@context"]
    work = client.get("/works/ostrom1996").json()
    graph = rdflib.Graph().parse(data=json.dumps({"@context": context, **work}), format="json-ld")
    ostrom = rdflib.URIRef(f"{BASE}id/work/ostrom1996")
    title = graph.value(ostrom, rdflib.DCTERMS.title)
    assert str(title) == work["title"]


def test_a_change_as_rdf_patch(client: httpx.Client) -> None:
    response = client.get("/changes/1", headers={"Accept": "application/rdf-patch"})
    assert media_type(response) == "application/rdf-patch"
    lines = response.text.splitlines()
    assert lines[0].startswith("H ")
    added = client.get("/changes/1").json()["added"]
    assert sum(line.startswith("A ") for line in lines) == added
    assert "TC ." in lines
