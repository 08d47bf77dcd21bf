"""Pages on paper: what is only for the screen is left out, nothing is cut, and shades that mean something stay."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser

from tests.clients.browsing import opened

pytestmark = pytest.mark.slow

PAPER = (680, 980)
"""Width and height of A4 between its margins, in pixels of CSS."""

SEEN = """() => [...document.querySelectorAll("input, button, select, header nav, a[href^='/desk']")]
  .filter((one) => one.checkVisibility()).map((one) => one.outerHTML.slice(0, 90))"""
CUT = """() => [...document.querySelectorAll("main *")].filter((one) => {
  const style = getComputedStyle(one);
  return style.overflowX !== "visible" && one.scrollWidth > one.clientWidth + 1 && !one.matches(".unseen, .unseen *");
}).map((one) => one.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize(
    "address",
    [
        *("/", "/concepts/facilitator", "/works/ostrom1996", "/works", "/gaps", "/comparison", "/cases", "/map"),
        *("/claims/low-professionalisation-enables", "/timeline?concept=professional-role", "/queries/case-table"),
    ],
)
def test_a_page_prints_as_a_page(browser: Browser, client: httpx.Client, address: str) -> None:
    with opened(browser, client, address, PAPER) as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(SEEN) == []
        assert page.evaluate(CUT) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER[0], "it fits on paper"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert page.locator("main").inner_text().strip()
        assert page.pdf(format="A4").startswith(b"%PDF-")


def test_the_shades_of_the_gap_map_are_printed(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/gaps", PAPER) as page:
        page.emulate_media(media="print")
        cells = page.locator("table.gaps td a")
        shades = cells.evaluate_all("all => all.map((one) => getComputedStyle(one).backgroundColor)")
        assert len(set(shades)) > 2
        assert cells.first.evaluate("one => getComputedStyle(one).printColorAdjust") == "exact"
