"""Lists of DOIs over HTTP: each is fetched and has a fate, junk included; works that have a DOI are enriched."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.importers.doi.client import AgencyClient, Patience
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.importers.doi.rate_limit import RateLimiter
from tests.conftest import serving
from tests.importers.doi.agency_server import Agencies, PassingTime, serving_agencies
from tests.receipts import check
from tests.web.api.test_jobs import BIBTEX, SMALL

HARBOURS = {"DOI": "10.1000/a", "type": "book", "title": ["Harbours"], "publisher": "Quay Press"}


@pytest.fixture
def asked_of_agencies(opened: Home) -> Iterator[tuple[Agencies, httpx.Client]]:
    """Stand-ins of the agencies, and a curator's client of a server that asks them."""
    time = PassingTime()
    agencies = Agencies(crossref={}, time=time)
    limiter = RateLimiter(time.clock())
    with (
        serving_agencies(agencies),
        AgencyClient(None, None, limiter, Patience(attempts=2)) as asking,
        serving(opened, fetcher=lambda: DoiFetcher(asking, agencies.addresses)) as client,
    ):
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        client.headers["Prefer"] = "wait=30"
        yield agencies, client


def test_a_list_of_dois_is_fetched_and_has_a_fate_each(asked_of_agencies: tuple[Agencies, httpx.Client]) -> None:
    agencies, client = asked_of_agencies
    agencies.crossref["10.1000/a"] = HARBOURS
    response = client.post("/imports", json={"dois": ["10.1000/a", "nonsense"]})
    assert response.status_code == 201, response.text
    assert [item["fate"] for item in response.json()["items"]] == ["new", "failed"]
    assert client.get(response.headers["location"]).json() == response.json()


def test_the_works_that_have_a_doi_are_enriched_when_no_list_is_given(
    opened: Home, asked_of_agencies: tuple[Agencies, httpx.Client]
) -> None:
    agencies, client = asked_of_agencies
    agencies.crossref["10.1000/a"] = HARBOURS
    entry = "@book{harbours, author = {Okafor, Chinua}, title = {Harbours}, year = 2004, doi = {10.1000/a}}"
    client.post("/imports", content=entry, headers=BIBTEX).raise_for_status()
    with_doi = sum(1 for work in client.get("/works?limit=1000").json()["items"] if "doi" in work)
    response = client.post("/imports", params={"enrich": "true"})
    assert response.status_code == 201, response.text
    receipt = response.json()
    fates = {item["key"]: item["fate"] for item in receipt["items"]}
    assert (receipt["entries"], fates["10.1000/a"]) == (with_doi, "updated")
    assert receipt["fates"]["new"] == 0
    assert client.get("/works/harbours").json()["publisher"] == "Quay Press"


def test_a_listed_doi_that_no_work_has_is_not_enriched_with(
    asked_of_agencies: tuple[Agencies, httpx.Client],
) -> None:
    agencies, client = asked_of_agencies
    agencies.crossref["10.1000/a"] = HARBOURS
    receipt = client.post("/imports", params={"enrich": "true"}, json={"dois": ["10.1000/a"]}).json()
    [item] = receipt["items"]
    assert (item["fate"], "no work here has this DOI" in item["error"]) == ("failed", True)


JUNK = """{"dois": ["10.1000/a", 7, "", "  ", null, true, ["10.1000/a"], {"doi": "10.1000/a"}, "10.1000/\\ud800",
    "\\ude00", 1e999, NaN, "10.1000/a", "https://doi.org/10.1000/A", "10.1000/b\\u0000", "two\\nlines", %s, "%s"]}"""


def test_whatever_is_listed_as_a_doi_has_a_fate_of_its_own(
    asked_of_agencies: tuple[Agencies, httpx.Client],
) -> None:
    agencies, client = asked_of_agencies
    agencies.crossref["10.1000/a"] = HARBOURS
    body = JUNK % ("9" * 5_000, "x" * 50_000)
    response = client.post("/imports", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 201, response.text
    receipt = response.json()
    check(receipt)
    fates = [item["fate"] for item in receipt["items"]]
    assert [place for place, fate in enumerate(fates) if fate != "failed"] == [0, 12, 13]
    assert (fates[0], fates[12], fates[13]) == ("new", "matched", "matched"), "the same DOI again is the same work"
    errors = [item.get("error", "") for item in receipt["items"]]
    for place, says in {1: "a number", 2: "empty", 3: "empty", 4: "null", 5: "true or false", 6: "a list",
                        7: "an object", 8: "surrogate", 9: "surrogate", 10: "a number", 11: "a number",
                        16: "a number", 17: "50000 characters"}.items():  # fmt: skip
        assert says in errors[place], (place, errors[place])
    assert max(len(item.get("key", "")) for item in receipt["items"]) < 300
    assert client.get(response.headers["location"]).json() == receipt


def test_ten_thousand_junk_dois_are_answered_each(asked_of_agencies: tuple[Agencies, httpx.Client]) -> None:
    agencies, client = asked_of_agencies
    dois = [None, "nonsense", 3, "x" * 20] * 2_500
    receipt = client.post("/imports", json={"dois": dois}, params={"dry_run": "true"}).raise_for_status().json()
    assert receipt["fates"] == {"new": 0, "matched": 0, "updated": 0, "failed": 10_000}
    assert not agencies.requests


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ('{"dois": []}', "dois"),
        ('{"dois": "10.1000/a"}', "dois"),
        ('{"dois": null}', "dois"),
        ('{"dois": ["10.1000/a"], "enrich": true}', "enrich"),
        ('{"dois": [' * 100_000, "body"),
        ('{"dois": ["10.1000/a"}', "body"),
        (b'{"dois": ["10.1000/\xff"]}', "body"),
    ],
)
def test_what_is_no_list_of_dois_is_refused(curator: httpx.Client, body: str | bytes, where: str) -> None:
    response = curator.post("/imports", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["errors"][0]["where"]) == (400, where), response.text


def test_an_answer_with_half_a_surrogate_pair_fails_alone(
    asked_of_agencies: tuple[Agencies, httpx.Client],
) -> None:
    agencies, client = asked_of_agencies
    agencies.crossref["10.1000/a"] = HARBOURS
    agencies.crossref["10.1000/b"] = {**HARBOURS, "DOI": "10.1000/b", "title": ["Half \ud83d of a pair"]}
    response = client.post("/imports", json={"dois": ["10.1000/b", "10.1000/a"]})
    assert response.status_code == 201, response.text
    first, second = response.json()["items"]
    assert (first["fate"], "surrogate" in first["error"], second["fate"]) == ("failed", True, "new")


def test_a_list_of_dois_may_be_packed(asked_of_agencies: tuple[Agencies, httpx.Client]) -> None:
    agencies, client = asked_of_agencies
    agencies.crossref["10.1000/a"] = HARBOURS
    packed = gzip.compress(b'{"dois": ["10.1000/a"]}')
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    response = client.post("/imports", content=packed, headers=headers)
    assert (response.status_code, response.json()["fates"]["new"]) == (201, 1)


@pytest.mark.parametrize(("content", "media_type"), [(SMALL, "application/x-bibtex"), ("", "application/json")])
def test_a_body_that_is_no_list_of_dois_enriches_nothing(curator: httpx.Client, content: str, media_type: str) -> None:
    headers = {"Content-Type": media_type}
    response = curator.post("/imports", params={"enrich": "true"}, content=content, headers=headers)
    assert response.status_code == 400
    assert "enrich=true goes with" in response.json()["detail"]
