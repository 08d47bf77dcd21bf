"""The manners that every address shares, held for each path of the OpenAPI description, so that no new one differs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.model.zotero_keys import zotero_key
from tests.conftest import serving, settings_for

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

EXAMPLES = {
    "/people/{key}": "elinor-ostrom",
    "/organizations/{key}": "elsevier",
    "/venues/{key}": "world-development",
    "/concepts/{key}": "professional-role",
    "/claims/{key}": "low-professionalisation-enables",
    "/cases/{key}": "quebec-drop-in",
    "/evidence/{key}": "professional-role--ostrom1996",
    "/annotations/{key}": "professional-role--ostrom1996",
    "/zotero/users/0/items/{key}": zotero_key("work/ostrom1996"),
    "/zotero/users/0/collections/{key}": zotero_key("concept/professional-role"),
}
"""Keys for addresses of one thing; works are `ostrom1996`."""

NAMES = {"/sitemap/{name}": "works-1"}
"""Names for addresses of what is named; queues are `no-abstract`."""

BY_ITS_OWN_STANDARD = {"/sparql", "/oai"}
"""Addresses whose standards say how a parameter that does not exist is answered: their own tests hold that."""

ALWAYS_XML = {"/oai", "/changes.atom", "/opensearch.xml", "/sitemap.xml", "/sitemap/works-1.xml", "/unapi"}
"""Addresses of what is XML by its standard, which only programs ask for."""

FOR_PROGRAMS = {
    *ALWAYS_XML,
    "/export",  # a file to be saved
    "/sparql",  # results of a query; without one, the editor
    "/ontology",  # terms and contexts, which programs load by these addresses
    "/context.jsonld",
    "/.well-known/void",
    "/healthz",  # what watches a server asks
    "/metrics",
    "/robots.txt",
    "/zotero",  # an API for the programs of another, with all that stands below it
    "/reconcile",  # a service for spreadsheets, with all that stands below it
    "/search/suggest",  # what the search box of each page asks, and that of a browser
    "/search/completions",
    "/annotations",  # evidence in the words of programs that annotate; its own page is at its IRI
    "/annotations/professional-role--ostrom1996",
    "/works/ostrom1996/annotations",
}
"""Addresses that answer a browser with data, too: each has its reader, and a page would be in its way."""

ARRAYS = {"/zotero/users/0/deleted"}
"""Addresses whose `items` are an array of keys, by the API that they follow, and no page of things."""

NO_THINGS = re.compile(
    r"/webhooks|/imports|/duplicates/|/graph-store|/id/|/merges|/decisions|/pins/|/screenings/|/works/{key}/text"
)
"""Addresses of what the reference set has none of, or that only a curator reads: their own tests hold the manners."""


@pytest.fixture(scope="module")
def spec(client: httpx.Client) -> dict[str, Any]:
    """The OpenAPI description."""
    made: dict[str, Any] = client.get("/openapi.json").json()
    return made


def gets(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """Yield each address that is read: the address with examples filled in, its operation, its required parameters."""
    for path, item in spec["paths"].items():
        if "get" not in item or NO_THINGS.match(path):
            continue
        address = path.replace("{key}", EXAMPLES.get(re.sub("}.*", "}", path), "ostrom1996")).replace("{version}", "1")
        address = address.replace("{kind}", "work").replace("{id}", "1")
        address = address.replace("{name}", NAMES.get(re.sub("}.*", "}", path), "no-abstract"))
        needed = {
            p["name"]: str(p.get("example", p["schema"].get("example", "role")))
            for p in item["get"].get("parameters", ())
            if p["in"] == "query" and p.get("required")
        }
        yield address, item["get"], needed
        if path == "/sparql":  # beside a query, the description of the service
            yield address, item["get"], {"query": "ASK { ?s ?p ?o }"}


def is_problem(answer: httpx.Response, status: int) -> None:
    where = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:200]}"
    assert answer.status_code == status, where
    assert answer.headers["content-type"] == "application/problem+json", where


def test_a_parameter_that_does_not_exist_is_refused(client: httpx.Client, spec: dict[str, Any]) -> None:
    for address, _, needed in gets(spec):
        if address not in BY_ITS_OWN_STANDARD:
            is_problem(client.get(address, params=needed | {"nonsense": "1"}), 400)


def test_an_entity_tag_that_is_sent_is_honoured(client: httpx.Client, spec: dict[str, Any]) -> None:
    for address, _, needed in gets(spec):
        answer = client.get(address, params=needed)
        if tag := answer.headers.get("etag"):
            again = client.get(address, params=needed, headers={"If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b""), address
            assert again.headers["etag"] == tag, address


def test_an_address_without_a_tag_says_why(client: httpx.Client, spec: dict[str, Any]) -> None:
    untagged = {
        address for address, _, needed in gets(spec) if "etag" not in client.get(address, params=needed).headers
    }
    assert untagged == {"/healthz", "/metrics", "/oai"}, "these tell the time, too; every other answer has a version"


def test_allow_tells_every_method(client: httpx.Client, spec: dict[str, Any]) -> None:
    for path, item in spec["paths"].items():
        address = re.sub(r"\{\w+\}", "x", path)
        told = client.options(address)
        assert told.status_code == 204, address
        methods = {method.strip() for method in told.headers["allow"].split(",")}
        described = {method.upper() for method in item} - {"PARAMETERS"}
        assert methods - {"OPTIONS", "HEAD"} == described - {"HEAD"}, address
        wrong = (
            next(method for method in ("PUT", "PATCH", "DELETE") if method not in described)
            if len(described & {"PUT", "PATCH", "DELETE"}) < 3
            else None
        )
        if wrong:
            refused = client.request(wrong, address)
            is_problem(refused, 405)
            assert {one.strip() for one in refused.headers["allow"].split(",")} == methods, address


def test_a_browser_never_gets_xml(client: httpx.Client, spec: dict[str, Any]) -> None:
    for address, _, needed in gets(spec):
        answer = client.get(address, params=needed, headers=BROWSER)
        assert answer.is_success, f"{address}: {answer.status_code}"
        assert ("xml" in answer.headers["content-type"]) == (address in ALWAYS_XML), address


def test_a_browser_gets_a_page_wherever_there_is_something_to_read(client: httpx.Client, spec: dict[str, Any]) -> None:
    bare = set()
    for address, _, needed in gets(spec):
        answer = client.get(address, params=needed, headers=BROWSER, follow_redirects=True)
        if not answer.headers["content-type"].startswith("text/html"):
            service = next((place for place in ("/reconcile", "/zotero") if address.startswith(place)), address)
            bare.add(service)
    assert bare == FOR_PROGRAMS


def test_every_list_is_paged(client: httpx.Client, spec: dict[str, Any]) -> None:
    for address, operation, needed in gets(spec):
        answer = client.get(address, params=needed, headers={"Accept": "application/json"})
        if "json" not in answer.headers["content-type"] or "items" not in answer.json() or address in ARRAYS:
            continue
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert {"limit", "cursor"} <= names, f"{address} is a list and cannot be paged"
        whole = answer.json()
        own = {p["name"] for p in operation.get("parameters", ()) if "example" in p}
        pages, page = [], client.get(address, params=needed | {"limit": "2"}).json()
        while True:
            assert len(page["items"]) <= 2, address
            pages += page["items"]
            assert page["total"] == whole["total"] or "limit" in own, address
            if not page["next"] or len(pages) > 8:
                break
            answer = client.get(page["next"])
            page = answer.json()
        assert pages == whole["items"][: len(pages)], address
        first = client.get(address, params=needed | {"limit": "1"})
        assert ('rel="next"' in first.headers.get("link", "")) == bool(first.json()["next"]), address


def test_a_list_is_json_by_its_suffix_whatever_is_accepted(client: httpx.Client, spec: dict[str, Any]) -> None:
    listed = set()
    for address, _, needed in gets(spec):
        answer = client.get(address, params=needed, headers={"Accept": "application/json"})
        listed_in_pages = "json" in answer.headers["content-type"] and "items" in answer.json()
        if address in {"/sparql", *ARRAYS} or not listed_in_pages:
            continue
        by_suffix = client.get(f"{address}.json", params=needed, headers={"Accept": "text/turtle"})
        assert by_suffix.status_code == 200, f"{address}.json"
        assert by_suffix.headers["content-type"] == "application/json", address
        there, here = by_suffix.json(), answer.json()
        assert {**there, "next": None} == {**here, "next": None}, address
        assert not there["next"] or there["next"].partition("?")[0].endswith(f"{address}.json"), address
        is_problem(client.get(f"{address}.json", params=needed | {"nonsense": "1"}), 400)
        listed.add(address)
    assert {"/works", "/search", "/works/ostrom1996/references", "/queries", "/changes", "/queries/gap-map"} <= listed


def test_lists_of_things_have_the_suffixes_of_rdf(client: httpx.Client) -> None:
    for plural in ("works", "people", "organizations", "venues", "concepts", "claims", "cases"):
        for suffix, media_type in ((".ttl", "text/turtle"), (".nt", "application/n-triples")):
            by_suffix = client.get(f"/{plural}{suffix}?limit=3")
            by_accept = client.get(f"/{plural}?limit=3", headers={"Accept": media_type})
            assert by_suffix.text == by_accept.text, plural
            assert by_suffix.headers["content-type"].startswith(media_type), plural
        assert client.get(f"/{plural}.bib").status_code == 404, plural


def test_the_past_can_be_asked_wherever_it_has_a_meaning(client: httpx.Client, spec: dict[str, Any]) -> None:
    for address, operation, needed in gets(spec):
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        if address == "/sparql" and not needed:
            names = set()  # the service describes itself as it is now
        if address == "/oai":
            continue  # whose tokens are of a version
        answer = client.get(address, params=needed | {"at": "1"})
        assert answer.is_success == ("at" in names), f"{address}: {answer.status_code}"
        if "at" in names and "etag" in answer.headers:
            assert answer.headers["commonplace-version"] == "1", address


def test_every_answer_keeps_a_browser_from_guessing(client: httpx.Client, spec: dict[str, Any]) -> None:
    for address, _, needed in gets(spec):
        headers = client.get(address, params=needed).headers
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers["referrer-policy"], address


def test_every_operation_has_an_id_of_its_own_that_is_a_name(spec: dict[str, Any]) -> None:
    ids = [operation["operationId"] for item in spec["paths"].values() for operation in item.values()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", one) for one in ids), [one for one in ids if not one.isidentifier()]


def test_every_status_that_is_answered_is_described(client: httpx.Client, spec: dict[str, Any]) -> None:
    for address, operation, needed in gets(spec):
        nobody = dict.fromkeys(needed, "nobody")
        for asked in (needed, nobody, needed | {"nonsense": "1"}, needed | {"at": "9999"}, needed | {"limit": "x"}):
            for accept in ("application/json", "image/png"):
                answer = client.get(address, params=asked, headers={"Accept": accept})
                assert str(answer.status_code) in operation["responses"], f"{answer.url}: {answer.status_code}"
                kinds = operation["responses"][str(answer.status_code)].get("content", {})
                assert answer.headers["content-type"].partition(";")[0] in kinds, f"{answer.url}: {kinds}"


def test_an_address_that_needs_a_token_says_how_one_is_refused(spec: dict[str, Any]) -> None:
    guarded = {
        (method, path): operation["responses"].keys()
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if operation.get("security")
    }
    assert {("get", "/webhooks"), ("get", "/webhooks/{id}/deliveries"), ("post", "/works")} <= guarded.keys()
    assert [one for one, responses in guarded.items() if not {"401", "403", "429"} <= responses] == []


def test_links_lead_to_the_base_where_one_is_set(reference_home: Any, tmp_path: Any) -> None:
    import shutil

    shutil.copytree(reference_home, tmp_path / "home")
    base = "http://127.0.0.1:8000/"
    with serving(open_home(settings_for(tmp_path / "home")), base_iri=base, trusted_proxies="127.0.0.1") as client:
        told = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https"}
        assert client.get("/works?limit=1", headers=told).json()["next"].startswith(f"{base}works?")
        assert client.get("/works/nobody1900").json()["type"].startswith(f"{base}docs/problems/")


def test_links_have_the_path_of_the_base(tmp_path: Any) -> None:
    base = "https://example.org/library/"
    with serving(open_home(settings_for(tmp_path / "home", base_iri=base)), base_iri=base) as client:
        for address in ("/works?limit=1", "/works.atom?limit=1", "/search?q=role&limit=1", "/queries?limit=1"):
            following = client.get(address).links["next"]["url"]
            assert following.startswith(base + address.partition("?")[0].removeprefix("/") + "?"), following
        feed = client.get("/works.atom?limit=1").text
        assert f'rel="self" href="{base}works.atom?limit=1"' in feed
        assert f'rel="alternate" href="{base}works?limit=1"' in feed
        for listed in ("/sitemap.xml", "/robots.txt", "/opensearch.xml"):
            assert base in client.get(listed).text
        page = client.get("/works", headers=BROWSER).text
        assert f'href="{base}works.atom"' in page


def test_a_proxy_that_is_trusted_tells_the_address(reference_home: Any, tmp_path: Any) -> None:
    import shutil

    told = {"X-Forwarded-Host": "library.example", "X-Forwarded-Proto": "https"}
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    with serving(home, trusted_proxies="127.0.0.1") as client:
        assert client.get("/works?limit=1", headers=told).json()["next"].startswith("https://library.example/works?")
    with serving(home, allowed_hosts="library.example, 127.0.0.1") as client:
        assert client.get("/works?limit=1", headers=told).json()["next"].startswith(str(client.base_url))
        is_problem(client.get("/works", headers={"Host": "evil.example"}), 400)
        assert client.get("/works", headers={"Host": "library.example:8080"}).is_success


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("/works?q=", "q"),
        ("/people?q=%20", "q"),
        ("/search?q=", "q"),
        ("/works?year=2020..2010", "year"),
        ("/queries/unread-on-concept?concept=profesional-role", "concept"),
        ("/queries/works-of-person?person=organization/nobody", "person"),
        ("/queries/most-cited?cursor=x", "cursor"),
        ("/queries/facts-in-doubt?limit=0", "limit"),
    ],
)
def test_a_value_that_means_nothing_is_refused_and_not_answered_empty(
    client: httpx.Client, address: str, where: str
) -> None:
    refused = client.get(address)
    is_problem(refused, 400)
    assert where in [fault["where"] for fault in refused.json()["errors"]]


def test_a_page_of_a_named_query_has_its_rows_in_every_form(client: httpx.Client) -> None:
    address = "/queries/works-discussing"
    first = client.get(address, params={"concept": "professional-role", "limit": 2}, headers={"Accept": "text/csv"})
    whole = client.get(address, params={"concept": "professional-role"}, headers={"Accept": "text/csv"})
    assert first.text.splitlines() == whole.text.splitlines()[:3]
    second = client.get(first.links["next"]["url"], headers={"Accept": "text/csv"})
    assert second.text.splitlines()[1:] == whole.text.splitlines()[3:5]


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("text/*", "text/csv"),
        ("text/xml", "application/sparql-results+xml"),
        ("application/json", "application/sparql-results+json"),
    ],
)
def test_sparql_sends_what_is_accepted(client: httpx.Client, accept: str, sent: str) -> None:
    answer = client.get("/sparql", params={"query": "SELECT * { ?s ?p ?o } LIMIT 1"}, headers={"Accept": accept})
    assert answer.headers["content-type"].partition(";")[0] == sent


def test_every_summary_has_the_article_that_its_noun_takes(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    summaries = {way["summary"] for ways in paths.values() for way in ways.values() if "summary" in way}
    assert {"Edit an organization", "Delete a work", "Make a person"} <= summaries
    assert not [summary for summary in summaries if re.search(r"\ba [aeiou]|\ba evidence", summary)]
