"""Site maps that name every thing there is, in parts, and rules for robots that keep them from endless addresses."""

from __future__ import annotations

import urllib.robotparser
from datetime import datetime

import httpx
import pytest

from commonplace.web.discovery import crawling
from tests.web.discovery.works import parsed

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def addresses(client: httpx.Client, address: str, item: str) -> list[str]:
    """The addresses in a document of the protocol."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/xml"
    root = parsed(answer.content)
    assert root.tag == f"{SITEMAP}{'urlset' if item == 'url' else 'sitemapindex'}"
    return [one.findtext(f"{SITEMAP}loc") for one in root.findall(f"{SITEMAP}{item}")]


def test_every_thing_is_in_the_site_map_once_and_there(client: httpx.Client) -> None:
    parts = addresses(client, "/sitemap.xml", "sitemap")
    assert parts == [f"{client.base_url}/sitemap/{name}-1.xml" for name in crawling.LISTS]
    found = {part: addresses(client, part, "url") for part in parts}
    every = [address for several in found.values() for address in several]
    assert len(set(every)) == len(every)
    for name, several in zip(crawling.LISTS, found.values(), strict=True):
        listed = client.get(f"/{name}?limit=1000").json()["items"]
        own = [item for item in listed if name != "venues" or "/id/venue/" in item["iri"]]
        assert len(several) == len(own), name
        assert client.get(several[-1]).json()["iri"] == own[-1]["iri"]


def test_a_long_list_is_parted(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = addresses(client, "/sitemap/works-1.xml", "url")
    monkeypatch.setattr(crawling, "PART", 10)
    parts = [part for part in addresses(client, "/sitemap.xml", "sitemap") if "/works-" in part]
    assert parts == [f"{client.base_url}/sitemap/works-{number}.xml" for number in (1, 2, 3, 4)]
    assert [address for part in parts for address in addresses(client, part, "url")] == whole
    assert client.get("/sitemap/works-5.xml").status_code == 404


@pytest.mark.parametrize("name", ["works-0", "works-2", "works", "evidence-1", "works-1-1", f"works-{10**14}", "é"])
def test_a_part_that_is_none_is_404(client: httpx.Client, name: str) -> None:
    missing = client.get(f"/sitemap/{name}.xml")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


def test_the_index_says_when_the_library_changed(client: httpx.Client) -> None:
    root = parsed(client.get("/sitemap.xml").content)
    told = {datetime.fromisoformat(one.text) for one in root.iter(f"{SITEMAP}lastmod")}
    assert told == {datetime.fromisoformat(client.get("/changes").json()["items"][0]["at"])}


def test_robots_find_the_site_map_and_leave_endless_addresses(client: httpx.Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    rules = urllib.robotparser.RobotFileParser()
    rules.parse(answer.text.splitlines())
    assert rules.site_maps() == [f"{client.base_url}/sitemap.xml"]
    for allowed in ("/", "/works/ostrom1996", "/concepts", "/works?q=x", "/sitemap.xml"):
        assert rules.can_fetch("*", allowed), allowed
    for refused in ("/sparql?query=x", "/export?format=ris", "/queries/gap-map", "/graph-store"):
        assert not rules.can_fetch("*", refused), refused
    assert "Disallow: /*?at=" in answer.text.splitlines()
    assert "Disallow: /*&cursor=" in answer.text.splitlines()
