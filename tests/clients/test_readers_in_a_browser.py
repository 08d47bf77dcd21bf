"""The reading pages in Debian's Chromium: the tasks of a scholar from start to end, by what is seen and clicked."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Request, Response, Route, expect

from tests.clients.browsing import opened

pytestmark = pytest.mark.slow

PAINTED = "new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))"
"""What is over when a browser has shown all that its program had changed."""

DIRECT = re.compile(r"(?<!in)direct, \w+ certainty")


def test_which_works_discuss_professional_roles_and_a_citation_is_copied(
    browser: Browser, client: httpx.Client
) -> None:
    with opened(browser, client, "/") as page:
        page.get_by_label(re.compile("^Search works, people")).first.press_sequentially("professional role")
        page.get_by_role("option").filter(has_text="role of professionals").first.click()
        page.wait_for_url("**/concepts/professional-role")
        expect(page.get_by_role("heading", level=1)).to_contain_text("role of professionals", ignore_case=True)
        expect(page.get_by_role("main")).to_contain_text(re.compile(r"Of 35 works\s+\d+\s+discuss it"))

        said = page.get_by_role("listitem").filter(has_text=DIRECT).first
        expect(said).to_be_visible()
        said.get_by_role("link").first.click()
        page.wait_for_url("**/works/*")
        work = client.get(urlsplit(page.url).path).json()
        evidence = [one for one in work["evidence"] if one["about"] == "professional-role"]
        assert any((one["state"], one["directness"]) == ("discusses", "direct") for one in evidence)

        page.get_by_role("link", name="APA").click()
        page.get_by_role("button", name="Copy").first.click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        apa = client.get(f"/works/{work['key']}?style=apa", headers={"Accept": "text/plain"}).text
        assert re.sub(r"\s+", " ", copied).strip() == re.sub(r"\s+", " ", apa).strip()
        assert work["authors"][0]["family"] in copied


def asked_for(text: str) -> Callable[[Request | Response], bool]:
    """Return what tells the search for that text, or its answer, from others."""
    return lambda one: parse_qs(urlsplit(one.url).query).get("q") == [text]


def test_what_is_pressed_is_followed_when_it_is_let_go_whatever_comes_meanwhile(
    browser: Browser, client: httpx.Client
) -> None:
    with opened(browser, client, "/") as page:
        box = page.get_by_label(re.compile("^Search works, people")).first
        with page.expect_response(asked_for("professional rol")) as last:
            box.press_sequentially("professional rol")
        last.value.finished()
        page.evaluate(PAINTED)  # a list of fewer letters would be another one under the pointer
        found = page.get_by_role("option").filter(has_text="role of professionals").first
        found.hover()
        held: list[Route] = []
        page.route("**/search?*", lambda route: held.append(route))
        with page.expect_request(asked_for("professional role")):
            box.press("e")
        page.mouse.down()
        assert page.evaluate("document.activeElement.type") == "search", "the field keeps the focus, or the list closes"
        with page.expect_response("**/search?*") as answered:
            held[0].continue_()
        answered.value.finished()
        page.evaluate(PAINTED)
        page.mouse.up()
        page.wait_for_url("**/concepts/professional-role")


def test_the_cases_are_compared_and_a_gap_is_found(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/") as page:
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Cases").click()
        first = client.get("/cases").json()["items"][0]
        page.get_by_role("link", name=first["label"]).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(first["label"])

        page.get_by_role("link", name="Compare it with other cases").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Cases compared")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name="Drop-in service"))
        skills = page.get_by_role("columnheader").all_inner_texts().index("Skills")
        expect(row.get_by_role("cell").nth(skills - 1)).to_have_text("not stated")
        case = client.get("/cases/quebec-drop-in").json()
        assert "skill" not in case["dimensions"], "which is the gap that the table shows"
        page.get_by_role("link", name="Turn rows into columns").click()
        turned = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Skills"))
        expect(turned).to_contain_text("not stated")
        page.go_back()
        page.get_by_role("cell").get_by_role("link", name="support for vulnerable people").first.click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()

        page.get_by_role("navigation", name="Main").get_by_role("link", name="Gaps").click()
        gaps = client.get("/gaps").json()
        expect(page.get_by_role("main")).to_contain_text(f"{gaps['gaps']} of {len(gaps['cells'])} cells are empty")
        empty = page.get_by_role("cell").get_by_role("link", name=re.compile("no work was read on it")).first
        empty.click()
        page.wait_for_url("**/gaps?concept=*")
        asked = dict(part.split("=") for part in urlsplit(page.url).query.split("&"))
        cell = client.get("/gaps", params=asked).json()["cells"][0]
        assert (cell["works"], cell["silent"]) == (0, 0)
        unread = page.get_by_role("heading", name="Nobody has read on this point")
        expect(unread).to_contain_text(str(cell["unread"]))
        work = cell["unread_works"][0]
        page.get_by_role("link", name=work["label"]).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(work["label"])


def test_evidence_that_is_found_while_typing_has_a_page_and_the_way_back_is_free(
    browser: Browser, client: httpx.Client
) -> None:
    with opened(browser, client, "/") as page:
        box = page.get_by_label(re.compile("^Search works, people")).first
        box.press_sequentially("motivations of professionals (Tuurnas")
        found = page.get_by_role("option").filter(has_text="evidence · motivation of professionals · Learning")
        expect(found).to_be_visible()
        found.click()
        page.wait_for_url("**/id/evidence/professional-motivation--tuurnas2015")
        expect(page.get_by_role("main")).to_contain_text("our understanding of the role and motivations")

        page.get_by_label(re.compile("^Search works")).first.fill("professionals")
        expect(page.get_by_role("option").first).to_be_visible()
        page.evaluate(
            "dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))"
        )  # as one leaves by a link
        expect(page.get_by_role("option")).to_have_count(0)
