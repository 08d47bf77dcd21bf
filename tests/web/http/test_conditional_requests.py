"""ETag, If-None-Match, HEAD and `at=`: asking again cheaply, and asking the past (RFC 9110, 9.3.2 and 13)."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from commonplace.exchange.imports import import_file
from commonplace.home.opening import open_home
from tests.conftest import serving, settings_for

ADDRESSES = (
    "/works/ostrom1996",
    "/works/ostrom1996.bib",
    "/works",
    "/works?discusses=professional-role&limit=2",
    "/works/ostrom1996/citations",
    "/works/ostrom1996/history",
    "/people",
    "/people/elinor-ostrom",
    "/concepts/professional-role",
    "/cases/quebec-drop-in",
    "/id/evidence/professional-role--tuurnas2015",
    "/queries",
    "/queries/works-discussing?concept=professional-role",
    "/sparql?query=ASK%7B%7D",
    "/export?format=turtle",
    "/export?format=bibtex",
    "/.well-known/void",
)
VALIDATING = ("etag", "vary", "cache-control", "commonplace-version")


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_that_the_client_has_is_304_without_a_body(client: httpx.Client, address: str) -> None:
    first = client.get(address).raise_for_status()
    tag = first.headers["etag"]
    assert re.fullmatch(r'"1;[a-z]+"', tag)
    assert first.headers["commonplace-version"] == "1"
    assert first.headers["commonplace-complete"] == "complete"
    for held in (tag, f"W/{tag}", f'"0;json", W/"x", {tag}', "*"):
        response = client.get(address, headers={"If-None-Match": held})
        assert response.status_code == 304, held
        assert response.content == b""
        assert {n: response.headers[n] for n in VALIDATING} == {n: first.headers[n] for n in VALIDATING}
        policy = response.headers.get("content-security-policy", first.headers["content-security-policy"])
        assert policy == first.headers["content-security-policy"], "which takes the place of the one that is held"
    for other in ('"2;json"', "x", tag.strip('"'), '"1;other"'):
        assert client.get(address, headers={"If-None-Match": other}).status_code == 200, other


@pytest.mark.parametrize(
    "address", [*ADDRESSES, "/", "/healthz", "/metrics", "/ontology", "/openapi.json", "/search?q=role"]
)
def test_head_is_get_without_its_body(client: httpx.Client, address: str) -> None:
    get, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (get.status_code, b"")
    own = {"date", "content-length"} if address == "/metrics" else {"date"}  # its numbers grow from one to the next
    unequal = {name for name in get.headers if name not in own and head.headers.get(name) != get.headers[name]}
    assert unequal == set()


@pytest.mark.parametrize("address", ["/works/nope", "/works?at=99", "/works?year=x", "/queries/works-discussing"])
def test_a_condition_does_not_hide_an_error(client: httpx.Client, address: str) -> None:
    without = client.get(address)
    assert without.status_code in (400, 404)
    for held in ("*", '"1;json"'):
        assert client.get(address, headers={"If-None-Match": held}).status_code == without.status_code
    assert client.head(address).status_code == without.status_code


def test_a_named_query_of_a_version_to_come_is_404_on_any_condition(client: httpx.Client) -> None:
    address = "/queries/works-discussing?concept=professional-role&at=99"
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404


def test_the_tag_names_version_and_representation(client: httpx.Client) -> None:
    tags = {
        accept: client.get("/works/ostrom1996", headers={"Accept": accept}).headers["etag"]
        for accept in ("application/json", "text/turtle", "application/x-bibtex", "application/ld+json")
    }
    assert tags == {
        "application/json": '"1;json"',
        "text/turtle": '"1;ttl"',
        "application/x-bibtex": '"1;bib"',
        "application/ld+json": '"1;jsonld"',
    }


def test_a_past_version_is_immutable_and_a_new_one_has_a_new_tag(home: Path) -> None:
    opened = open_home(settings_for(home))
    with serving(opened) as client:
        before = {a: client.get(a, headers={"Accept": "application/json, */*;q=0.1"}) for a in ADDRESSES}
        entry = b"@book{new2001, title={A new book}, author={Able, Ann}, year=2001}"
        import_file(opened.library, opened.committer, entry, "one.bib")
        for address, old in before.items():
            now = client.get(address, headers={"If-None-Match": old.headers["etag"]})
            assert now.status_code == 200, address
            assert now.headers["etag"] == old.headers["etag"].replace('"1;', '"2;')
            assert now.headers["cache-control"] == "no-cache"
            if address in ("/works/ostrom1996/history", "/queries", "/.well-known/void"):
                continue  # these take no at=
            past = client.get(f"{address}{'&' if '?' in address else '?'}at=1")
            assert past.content.replace(b"at=1&", b"").replace(b"&at=1", b"") == old.content, address
            assert past.headers["etag"] == old.headers["etag"]
            assert past.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert client.get("/works/new2001").status_code == 200
        assert client.get("/works/new2001?at=1").status_code == 404
        assert client.get("/works?at=3").status_code == 404
