"""What a kept answer has in it, and in what another differs, in words: names with links, fields by their labels."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

SPARQL = "SELECT ?work ?year WHERE { ?work <http://purl.org/spar/fabio/hasPublicationYear> ?year }"
ASKED = (
    "/works?year=1789",
    "/works?discusses=professional-role",
    "/queries/most-cited",
    "/works/ostrom1996",
    "/timeline",
    "/comparison",
)
PINS = (*ASKED, "/concepts/facilitator", SPARQL)
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What each answer was pinned as, by its question; then a work, a concept, evidence and a case were changed."""
    home = open_home(settings_for(tmp_path_factory.mktemp("pinned") / "home"))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('librarian', Role.CURATOR)}"
        selborne = {"key": "selborne1789", "type": "book", "title": "Selborne in letters", "year": 1789}
        client.post("/works", json=selborne).raise_for_status()
        made = {}
        for asked in PINS:
            sent = {"query": asked} if asked == SPARQL else {"address": asked}
            made[asked] = client.post("/pins", json=sent).raise_for_status().headers["location"]
        changes = {
            "/works/ostrom1996": {"title": "The Greater Divide", "year": 1997, "volume": None},
            "/concepts/facilitator": {"labels": {"en": "enabler of others"}},
            "/evidence/professional-role--mcmullin2022lead": {"certainty": "low"},
            "/cases/quebec-drop-in": {"labels": {"en": "Drop-in service, Montreal"}},
        }
        for address, members in changes.items():
            client.patch(address, json=members, headers=MERGE).raise_for_status()
        client.delete("/works/selborne1789").raise_for_status()
        pages = {}
        for asked, address in made.items():
            for part in ("answer", "difference"):
                page = client.get(f"{address}/{part}", headers=BROWSER).raise_for_status().text
                pages[f"{part} {asked}"] = page.partition('<main id="main">')[2].partition("</main>")[0]
                assert client.get(f"{address}/{part}.json").raise_for_status().json(), "JSON is the API's"
        yield pages


def cells(page: str) -> list[list[str]]:
    """Return the rows of the tables of a page, as text."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [
        [text_of(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows
    ]


@pytest.mark.parametrize("part", ["answer", "difference"])
@pytest.mark.parametrize("asked", PINS)
def test_no_page_of_a_pin_shows_json_or_the_names_of_members(pinned: dict[str, str], part: str, asked: str) -> None:
    page = pinned[f"{part} {asked}"]
    asked_and_cited = r'<code>.*?</code>|<dl.*?</dl>|<p class="lead">.*?</p>|<section class="cite">.*?</section>'
    words = text_of(re.sub(asked_and_cited, "", page, flags=re.DOTALL))
    assert not re.search(r'[{}\[\]]|"\w+"|_iri|_key|/id/|container_title|facilitator--', words), words


def test_a_list_says_which_fields_of_which_things_changed(pinned: dict[str, str]) -> None:
    page = pinned["difference /works?discusses=professional-role"]
    assert re.search(r'<strong>changed</strong> <a href="/works/ostrom1996">The Greater Divide</a>', page)
    gone = pinned["difference /works?year=1789"]
    assert re.search(r"<strong>removed</strong> Selborne in letters\s*<", gone), "gone: no link"
    rows = cells(page)
    assert ["Year", "1996", "1997"] in rows
    assert ["Volume", "24", "nothing"] in rows
    assert ["Evidence · McMullin 2022: role of professionals · Certainty", "high", "low"] in rows


def test_rows_of_tables_single_things_and_wholes_are_told_by_their_fields(pinned: dict[str, str]) -> None:
    assert ["Year", "1996", "1997"] in cells(pinned["difference /queries/most-cited"])
    label = ["Label", "facilitator", "enabler of others"]
    rows = cells(pinned["difference /concepts/facilitator"])
    assert label in rows
    assert ["Labels · English", *label[1:]] in rows
    assert '<strong>changed</strong> <a href="/concepts/facilitator">' in pinned["difference /concepts/facilitator"]
    assert "<strong>changed</strong> the answer" in pinned["difference /timeline"]
    assert "Drop-in service, Montreal" in pinned["difference /comparison"]
    row = r'<strong>added</strong>.*?Work</span> <a href="/works/ostrom1996">The Greater Divide</a>.*?Year</span> 1997'
    assert re.search(row, pinned[f"difference {SPARQL}"], re.DOTALL)


def test_a_kept_answer_is_listed_with_links_to_what_is_still_there(pinned: dict[str, str]) -> None:
    page = pinned["answer /works?discusses=professional-role"]
    assert '<a href="/works/ostrom1996">' in page
    gone = pinned["answer /works?year=1789"]
    assert "Selborne in letters" in gone
    assert "/works/selborne1789" not in gone
    cited = pinned["answer /queries/most-cited"]
    assert text_of(cited).count("Crossing the Great Divide") == 1, "a title stands once, as it was"
