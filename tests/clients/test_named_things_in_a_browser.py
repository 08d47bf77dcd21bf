"""Fields that name a thing, in Debian's Chromium: what is found while one types, and what is written."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, expect

from commonplace.web.pages.rendering import BUILT
from tests.clients.browsing import DESKTOP, PHONE, axe_finds, opened

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BUILT.exists(), reason="needs the front end: `make frontend` installs it"),
]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_question_is_asked_of_a_concept_whose_words_are_begun(
    browser: Browser, client: httpx.Client, size: tuple[int, int]
) -> None:
    with opened(browser, client, "/queries/works-discussing", size) as page:
        field, found = page.locator("input[name=concept]"), page.get_by_role("option")
        field.press_sequentially("Role of prof")
        expect(found.filter(has_text="role of professionals").first).to_be_visible()
        assert axe_finds(page) == []
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, "the page itself scrolls sideways"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(field).to_have_value("role of professionals")
        expect(found).to_have_count(0)
        page.keyboard.press("Enter")
        page.wait_for_url("**/queries/works-discussing?concept=professional-role")


def test_only_things_that_a_field_names_are_found_and_a_click_writes_them(
    browser: Browser, client: httpx.Client
) -> None:
    with opened(browser, client, "/queries/co-authors") as page:
        field, found = page.locator("input[name=person]"), page.get_by_role("option")
        field.press_sequentially("ostr")
        expect(found.filter(has_text="person · Elinor Ostrom")).to_be_visible()
        assert {text.split(" · ")[0] for text in found.all_inner_texts()} <= {"person", "organization"}
        found.filter(has_text="Elinor Ostrom").click()
        expect(field).to_have_value("Elinor Ostrom")
        expect(field).to_be_focused()


def test_a_title_that_several_works_have_is_written_as_a_key(browser: Browser, client: httpx.Client) -> None:
    alike = [{"kind": "work", "key": key, "title": "Report", "iri": f"http://x.example/{key}"} for key in ("a1", "b2")]
    with opened(browser, client, "/queries/co-cited-works") as page:
        page.route("**/search?*", lambda route: route.fulfill(json={"items": alike}))
        field = page.locator("input[name=work]")
        field.press_sequentially("report")
        page.get_by_role("option").nth(1).click()
        expect(field).to_have_value("b2")


def test_each_field_of_the_gallery_finds_for_itself(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/queries") as page:
        fields = page.locator("form[action='/queries/bridging-works'] input[data-names]")
        for number in range(2):
            fields.nth(number).fill("")
            fields.nth(number).press_sequentially("facilitat")
            expect(page.get_by_role("option").first).to_be_visible()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            expect(fields.nth(number)).not_to_have_value("facilitat")
            expect(page.get_by_role("option")).to_have_count(0)
