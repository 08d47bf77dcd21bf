"""The pages of people, organizations and venues over HTTP: they show what the API answers at the same address."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from tests.conftest import BASE
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER


@pytest.mark.parametrize("plural", ["people", "organizations", "venues"])
def test_a_list_shows_the_things_of_the_answer_in_its_order(client: httpx.Client, plural: str) -> None:
    answer = client.get(f"/{plural}").json()
    page = client.get(f"/{plural}", headers=BROWSER).text
    rows = re.findall(r'<li><a href="/(?:people|organizations|venues)/([^"?]+)">', page)
    assert [html.unescape(key) for key in rows] == [thing["key"] for thing in answer["items"]]
    assert str(answer["total"]) in text_of(page)


def test_a_list_is_searched_within(client: httpx.Client) -> None:
    answer = client.get("/people?q=ostrom").json()
    page = client.get("/people?q=ostrom", headers=BROWSER).text
    assert answer["items"]
    for person in answer["items"]:
        assert f'href="/people/{person["key"]}"' in page
    assert "Nothing fits these words" in client.get("/people?q=xylophone", headers=BROWSER).text


@pytest.mark.parametrize(
    ("address", "works"),
    [
        ("/people/caitlin-mcmullin", "/works?author=caitlin-mcmullin"),
        ("/venues/world-development", "/works?venue=world-development"),
        ("/venues/brandsen2018book", f"/works?venue={BASE}id/work/brandsen2018book"),
    ],
)
def test_a_page_shows_the_works(client: httpx.Client, address: str, works: str) -> None:
    page = client.get(address, headers=BROWSER).text
    there = client.get(works).raise_for_status().json()["items"]
    assert there
    for work in there:
        assert f'href="/works/{work["key"]}"' in page
    named = client.get(address).json()
    assert re.sub(r"\s+", " ", named.get("name") or named["title"]) in text_of(page)
    (bibtex,) = re.findall(r'href="(/export\?format=bibtex[^"]+)"', page)
    assert client.get(html.unescape(bibtex)).text.count("\n@") + 1 >= len(there)


def test_every_page_that_a_list_leads_to_is_there(client: httpx.Client) -> None:
    for plural in ("people", "organizations", "venues"):
        page = client.get(f"/{plural}?limit=1000", headers=BROWSER).text
        for address in re.findall(rf'<li><a href="(/{plural}/[^"]+)">', page):
            assert client.get(html.unescape(address), headers=BROWSER).status_code == 200, address


def test_no_identifier_of_a_venue_is_said_twice(client: httpx.Client) -> None:
    for venue in client.get("/venues?limit=100").json()["items"]:
        said = text_of(client.get(f"/venues/{venue['key']}", headers=BROWSER).text)
        for issn in venue.get("issn", ()):
            assert said.count(issn) == 1, venue["key"]
