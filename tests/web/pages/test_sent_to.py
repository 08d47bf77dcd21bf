"""Addresses that only take what is sent to them: what a browser is told there, and where it can go on."""

from __future__ import annotations

import re

import httpx
import pytest

from commonplace.web.pages.sent_to import OTHER, PLACES
from commonplace.web.pages.words.languages import catalogue
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER


@pytest.mark.parametrize(
    "address", ["/imports", "/merges", "/evidence", "/decisions", "/bulk", "/undo", "/names/match"]
)
def test_a_browser_is_told_what_is_there_and_where_to_go(client: httpx.Client, address: str) -> None:
    page = client.get(address, headers=BROWSER)
    assert page.status_code == 405
    assert page.headers["allow"].split(", ")[0] == "POST"
    words = text_of(page.text)
    assert "Nothing to read here" in words
    place = PLACES[address.split("/")[1]]
    assert place.takes in words
    for onward, label in place.onward:
        assert f'<a href="{onward}">{label}</a>' in page.text
        assert client.get(onward, headers=BROWSER, follow_redirects=True).status_code == 200, onward
    french = text_of(client.get(address, headers={**BROWSER, "Accept-Language": "fr"}).text)
    assert "Rien à lire ici" in french
    assert place.takes not in french


def test_a_piece_of_evidence_is_read_where_it_has_its_page(client: httpx.Client) -> None:
    concept = client.get("/concepts/professional-role").json()
    key = concept["discussed_by"][0]["evidence"][0]["key"] if "discussed_by" in concept else None
    key = key or re.findall(r"/id/evidence/([^\"/?]+)", client.get("/works/ostrom1996").text)[0]
    page = client.get(f"/evidence/{key}", headers=BROWSER)
    assert page.status_code == 405
    onward = re.findall(r'<a href="(/id/evidence/[^"]+)">', page.text)
    assert onward == [f"/id/evidence/{key}"]
    assert client.get(onward[0], headers=BROWSER, follow_redirects=True).status_code == 200


def test_a_program_is_told_the_problem(client: httpx.Client) -> None:
    told = client.get("/merges", headers={"Accept": "application/json"})
    assert told.status_code == 405
    assert told.json()["title"] == "This cannot be done here"


def test_all_that_is_told_there_has_its_french() -> None:
    said = {place.takes for place in (*PLACES.values(), OTHER)}
    said |= {label for place in (*PLACES.values(), OTHER) for _, label in place.onward}
    assert not {text for text in said if text not in catalogue("fr")}
