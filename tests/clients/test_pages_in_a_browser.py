"""The pages in Debian's Chromium: the SPARQL editor and the API's description, from this server alone."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, expect

from commonplace.web.pages.rendering import BUILT
from tests.clients.browsing import DESKTOP, PHONE, opened
from tests.conftest import BASE
from tests.web.conftest import serving_with
from tests.web.pages.test_columns import every_question

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BUILT.exists(), reason="needs the front end: `make frontend` installs it"),
]
QUESTION = "Which works discuss a concept, and on what evidence?"


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_example_is_chosen_and_answered(browser: Browser, client: httpx.Client, size: tuple[int, int]) -> None:
    with opened(browser, client, "/sparql", size) as page:
        examples = page.locator("#example option")
        expect(examples).to_have_count(1 + client.get("/queries").json()["total"])
        page.select_option("#example", label=QUESTION)
        expect(page.locator("#status")).to_contain_text("version 1, complete")
        rows = page.locator("#results table tbody tr")
        expect(rows).to_have_count(client.get("/queries/works-discussing?concept=professional-role").json()["total"])
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "the page itself scrolls sideways"

        page.locator(".select_graph").click()
        expect(page.locator("#results .graph canvas").first).to_be_visible()


def test_a_query_is_typed_completed_and_linked(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/sparql") as page:
        expect(page.locator("#example option").nth(1)).to_be_attached()
        page.locator(".CodeMirror").click()
        page.keyboard.press("Control+A")
        page.keyboard.type("SELECT ?s WHERE { ?s a fabio:")
        page.keyboard.press("Control+Space")
        hints = page.locator(".CodeMirror-hint")
        expect(hints.filter(has_text="fabio:JournalArticle")).to_be_visible()
        hints.filter(has_text="fabio:JournalArticle").click()
        expect(hints).to_have_count(0)
        page.locator(".CodeMirror textarea").focus()  # the editor takes it back a moment after the click
        page.keyboard.type(" } LIMIT 3")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#results table tbody tr")).to_have_count(3)

        link = page.locator("#permalink").get_attribute("href")
        assert link is not None
        asked = parse_qs(urlsplit(link).fragment)
        assert asked["at"] == ["1"]
        assert "PREFIX fabio: <http://purl.org/spar/fabio/>" in asked["query"][0]

        page.select_option("#format", label="CSV")
        with page.expect_download() as download:
            page.click("#download")
        lines = download.value.path().read_text().split()
        assert lines[0] == "s"
        assert all(line.startswith(f"{BASE}id/work/") for line in lines[1:])
        assert len(lines) == 4

    with opened(browser, client, urlsplit(link).path + "#" + urlsplit(link).fragment) as page:
        expect(page.locator("#results table tbody tr")).to_have_count(3)
        assert page.input_value("#at") == "1"


def test_a_fault_is_told_in_words(browser: Browser, client: httpx.Client) -> None:
    address = "/sparql#" + urlencode({"query": "SELECT * { SERVICE <http://x.example/> {} }"})
    with opened(browser, client, address, complaint="status of 400") as page:
        expect(page.locator("#problem")).to_contain_text("does not reach out to other servers")


def test_the_page_of_the_api_is_drawn(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/docs") as page:
        expect(page.get_by_text("Our own terms, as RDF", exact=True)).to_be_visible()
        ground = "getComputedStyle(document.documentElement).backgroundColor"
        light = page.evaluate(ground)
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_class("dark-mode")
        assert page.evaluate(ground) != light
        page.emulate_media(color_scheme="light")
        wanted = page.get_by_text("List of people", exact=True)
        page.mouse.move(400, 400)
        for _ in range(100):  # Swagger UI draws what is in view
            if wanted.is_visible():
                break
            page.mouse.wheel(0, 300)
        expect(wanted).to_be_visible()


@pytest.mark.parametrize("address", ["/", "/docs/problems/not-found"])
def test_a_page_fits_a_phone_and_is_styled_within_its_policy(
    browser: Browser, client: httpx.Client, address: str
) -> None:
    with opened(browser, client, address, PHONE) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).lineHeight") != "normal"


def test_data_for_search_engines_is_no_script_that_the_policy_blocks(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/works/ostrom1996") as page:  # which fails where a policy is violated
        data = page.locator('script[type="application/ld+json"]').text_content()
        assert json.loads(data or "")["@id"] == f"{BASE}id/work/ostrom1996"


@pytest.mark.parametrize("size", [(1280, 900), PHONE], ids=["desktop", "phone"])
def test_the_table_of_each_question_is_read_without_scrolling_sideways(
    browser: Browser, client: httpx.Client, size: tuple[int, int]
) -> None:
    tables = 0
    with opened(browser, client, "/queries", size) as page:
        for address in every_question(client):
            page.goto(f"{client.base_url}{address}")
            wide = page.evaluate(
                "[document.documentElement, ...document.querySelectorAll('.scroll')]"
                ".map((box) => box.scrollWidth - box.clientWidth)"
            )
            assert max(wide) <= 0, address
            tables += len(wide) - 1
    assert tables > 15


def test_a_receipt_is_read_on_a_phone_without_scrolling_sideways(
    browser: Browser, reference_home: Path, tmp_path: Path
) -> None:
    title = "How citizens keep what professionals began, and who then decides on its opening hours"
    works = [
        {"id": f"okafor{year}", "type": "article-journal", "title": f"{title}, {year}", "issued": issued, "jornal": "X"}
        for year, issued in ((1950, {"date-parts": [[1950]]}), (1951, {"raw": "in the spring of that year"}))
    ]
    with (
        serving_with(works, reference_home, tmp_path / "home") as client,
        opened(browser, client, "/imports/2", PHONE) as page,
    ):
        wide = page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('.scroll')]"
            ".map((box) => box.scrollWidth - box.clientWidth)"
        )
        assert len(wide) == 2
        assert max(wide) <= 1
        assert title in page.inner_text("tbody")


@pytest.mark.parametrize("address", ["/comparison", "/comparison?transpose=true", "/comparison?fold=lead"])
def test_cases_are_compared_on_a_phone_from_top_to_bottom(browser: Browser, client: httpx.Client, address: str) -> None:
    with opened(browser, client, address, PHONE) as page:
        wide = page.evaluate(
            "document.querySelector('.scroll').scrollWidth - document.querySelector('.scroll').clientWidth"
        )
        assert wide <= 1, "but for words that only readers hear, of one point"
        cells = page.locator("table.comparison tbody td")
        said = cells.evaluate_all(
            "cells => cells.map((cell) => [cell.innerText.trim(), cell.dataset.label, cell.offsetHeight])"
        )
        assert len(said) > 20
        assert [cell for cell in said if not cell[0] or not cell[1]] == []
        inside = cells.first.evaluate("cell => parseFloat(getComputedStyle(cell).paddingLeft)")
        assert inside > 100, "there is room for the label of a cell"
        short = [height for text, label, height in said if text == "not stated" and len(label) < 20]
        assert max(short, default=0) < 60, "an empty cell is one line high"
