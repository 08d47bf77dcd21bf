"""Pages in French say the words of the program, and the names of concepts, in French: pins, the map, searches."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.web.pages.words.codes import field_name
from commonplace.web.pages.words.languages import catalogue
from tests.conftest import serving, settings_for
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

FRENCH = {**BROWSER, "Accept-Language": "fr"}
MERGE = {"Content-Type": "application/merge-patch+json"}
PINS = (
    *("/works?discusses=professional-role", "/works?claim=citizen-led-neglected", "/concepts/facilitator"),
    *("/concepts/professional-role", "/claims", "/cases", "/gaps", "/timeline?concept=facilitator", "/comparison"),
    *("/prisma", "/duplicates", "/suggestions?concept=facilitator", "/find?quote=co-production", "/search?q=role"),
    *("/works/ostrom1996", "/works/ostrom1996/citations", "/people/elinor-ostrom", "/venues/world-development"),
    *("/queries/most-cited", "/screenings", "/queues", "/evidence", "/organizations", "/changes"),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A curator's client of a library of its own."""
    home = open_home(settings_for(tmp_path_factory.mktemp("french") / "home"))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('librarian', Role.CURATOR)}"
        yield client


@pytest.fixture(scope="module")
def pinned(library: httpx.Client) -> dict[str, str]:
    """The French pages of kept answers, and of what differs after a change, by their questions."""
    made = {}
    for asked in PINS:
        answer = library.post("/pins", json={"address": asked})
        if answer.is_success:
            made[asked] = answer.headers["location"]
    said = {"work": "ostrom1996", "about": "facilitator", "state": "silent", "certainty": "high"}
    library.post("/evidence", json=said).raise_for_status()
    merged = {"doubts": [{"field": "year", "confirmation": "recalled"}]}
    library.patch("/works/ostrom1996", json=merged, headers=MERGE).raise_for_status()
    return {
        f"{part} {asked}": library.get(f"{address}/{part}", headers=FRENCH).raise_for_status().text
        for asked, address in made.items()
        for part in ("answer", "difference")
    }


def main_of(page: str) -> str:
    """Return the text of the main part of a page."""
    return " ".join(text_of(page.partition('<main id="main">')[2].partition("</main>")[0]).split())


def test_no_label_of_a_kept_answer_is_left_in_english(library: httpx.Client, pinned: dict[str, str]) -> None:
    schemas = library.get("/openapi.json").json()["components"]["schemas"].values()
    members = {field_name(name) for one in schemas for name in one.get("properties", {})}
    translated = {one.id for one in catalogue("fr")}
    english = (members - translated) | {one.id for one in catalogue("fr") if one.id in members and one.id != one.string}
    english -= {str(one.string) for one in catalogue("fr")}
    left = {}
    assert len(pinned) > 36
    for name, page in pinned.items():
        labels = re.findall(r'<span class="cell"><span class="meta">(.*?)</span>|<th scope="row">(.*?)</th>', page)
        parts = {part for pair in labels for text in pair for part in html.unescape(text).split(" · ")}
        if found := parts & english:
            left[name] = found
    assert not left, "give these their French in fr.po"


def test_states_and_coverage_are_said_in_french(pinned: dict[str, str]) -> None:
    concept = main_of(pinned["difference /concepts/facilitator"])
    for words in ("Couverture · Muettes 10 11", "Étendue · Non lues, sans résumé"):
        assert words in concept, concept
    counted = main_of(pinned["answer /duplicates"])
    assert "Paires comparées" in counted
    every = " ".join(main_of(page) for name, page in pinned.items() if not name.endswith("/queues"))  # labels as data
    assert not re.search(r"\b(Silent|Unread|Coverage|Extent|without abstract|Pairs compared|Told apart)\b", every)


def test_entries_are_called_by_what_they_are_of(pinned: dict[str, str]) -> None:
    compared = main_of(pinned["answer /comparison"])
    assert "Projet de quartier 1 sur 3" in compared
    assert "Neighbourhood project 1" not in compared
    suggested = pinned["answer /suggestions?concept=facilitator"]
    assert re.search(r'<li><a href="/works/[^"]+">', suggested)
    assert "because" not in main_of(suggested)


def test_an_identifier_says_in_french_how_sure_it_is(library: httpx.Client) -> None:
    for address, number in (
        ("/venues/policy-studies-journal", "0190-292X"),
        ("/venues/sullivan2021handbook", "978-3-030-29979-8"),
    ):
        page = main_of(library.get(address, headers=FRENCH).text)
        assert re.search(rf"{number} ?\(de mémoire, non vérifié\)", page), page
        assert "(recalled" not in page
    english = main_of(library.get("/venues/policy-studies-journal", headers=BROWSER).text)
    assert "0190-292X (recalled, not looked up)" in english


def test_the_map_calls_concepts_in_french_in_its_picture_and_for_its_program(library: httpx.Client) -> None:
    page = library.get("/map?focus=concept/professional-role", headers=FRENCH).text
    picture = page[page.index('id="map-picture"') : page.index('class="below"')]
    assert ">rôle des professionnels</text>" in picture
    assert ">role of professionals</text>" not in picture
    called = json.loads(html.unescape(re.findall(r'data-called="([^"]*)"', page)[0]))
    assert called["concept/professional-role"] == "rôle des professionnels"
    assert "data-called" not in library.get("/map", headers=BROWSER).text
    for words in ("rôle des professionnels", "role of professionals"):
        found = library.get("/map", params={"q": words}, headers=FRENCH).text
        assert "concept/professional-role" in found[found.index('id="map-list-found"') :].partition("</ul>")[0]


def test_a_search_shows_definitions_and_evidence_in_french(library: httpx.Client) -> None:
    page = main_of(library.get("/search", params={"q": "facilitator", "limit": 50}, headers=FRENCH).text)
    assert "concept facilitateur Rôle de celui qui aide des citoyens" in page, page
    assert "The role of one who helps" not in page
    assert "facilitateur · Citizens’ Initiatives" in page
    assert "facilitator ·" not in page
    english = main_of(library.get("/search", params={"q": "facilitator", "limit": 50}, headers=BROWSER).text)
    assert "The role of one who helps" in english
    assert "facilitator · Citizens’ Initiatives" in english


def test_evidence_and_suggestions_are_called_in_french(library: httpx.Client) -> None:
    evidence = library.get("/id/evidence/facilitator--mcmullin2022lead", headers=FRENCH).text
    suggested = library.get("/suggestions?concept=facilitator", headers=FRENCH).text
    listed = library.get("/works?discusses=facilitator", headers=FRENCH).text
    for page in (evidence, suggested, listed):
        heads = " ".join(
            re.findall(r"<(?:title|h1|nav|strong|dd)[^>]*>.*?</(?:title|h1|nav|strong|dd)>", page, re.DOTALL)
        )
        assert "facilitateur" in page
        assert not re.search(r">[^<]*\bfacilitator\b", heads), heads
    assert re.search(r"<title>[^<]*facilitateur", evidence)
    assert re.search(r"<title>[^<]*facilitateur", suggested)


def test_the_source_of_the_review_is_said_in_french(library: httpx.Client) -> None:
    page = main_of(library.get("/prisma", headers=FRENCH).text)
    assert "le fonds de référence dans data/" in page
    assert "the reference set" not in page
