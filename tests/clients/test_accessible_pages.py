"""The reading pages in Debian's Chromium: axe-core finds nothing, light and dark, and nothing is wider than a phone."""

from __future__ import annotations

from typing import Literal

import httpx
import pytest
from playwright.sync_api import Browser

from tests.clients.browsing import AXE, axe_finds
from tests.web.addresses import ADDRESSES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not AXE.exists(), reason="needs axe-core: `make frontend` installs it"),
]

SHOWN = (*ADDRESSES, "/sparql", "/search", "/find", "/suggestions", "/changes/diff")
"""Addresses of the reading pages, with the editor, and those that ask for what they need."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, client: httpx.Client, scheme: Literal["light", "dark"]) -> None:
    context = browser.new_context(color_scheme=scheme)
    context.set_default_timeout(60_000)
    page = context.new_page()
    found = {}
    for address in SHOWN:
        page.goto(str(client.base_url).rstrip("/") + address)
        if violations := axe_finds(page):
            found[address] = violations
    context.close()
    assert not found, "\n".join(f"{address} {one}" for address, ones in found.items() for one in ones)


def test_no_page_is_wider_than_a_phone_or_complains(browser: Browser, client: httpx.Client) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.set_default_timeout(60_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    wide = []
    for address in SHOWN:
        page.goto(str(client.base_url).rstrip("/") + address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(address)
    context.close()
    assert wide == []
    assert [text for text in complaints if "404" not in text] == []


def test_the_search_box_finds_while_one_types_and_keys_choose(browser: Browser, client: httpx.Client) -> None:
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(str(client.base_url).rstrip("/") + "/works")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    box = page.get_by_role("combobox", name="Search works, people, concepts, claims and cases").or_(
        page.get_by_role("searchbox", name="Search works, people, concepts, claims and cases")
    )
    box.press_sequentially("facilit")
    page.get_by_role("option").first.wait_for()
    box.press("ArrowDown")
    wanted = page.locator("a[role=option][aria-selected=true]").get_attribute("href")
    box.press("Enter")
    page.wait_for_url(f"**{wanted}")
    page.close()
