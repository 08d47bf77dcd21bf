"""Pages by keyboard alone in Debian's Chromium: the focus is seen, nothing traps it, and each task can be done."""

from __future__ import annotations

import re
from typing import Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.clients.browsing import AXE, axe_finds, opened, press, tab_to, version_made

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not AXE.exists(), reason="needs the front end: `make frontend` installs it"),
]

READING = (
    "/",
    "/works",
    "/works/ostrom1996",
    "/concepts/facilitator",
    "/claims/low-professionalisation-enables",
    "/cases",
    "/comparison",
    "/gaps?context=quebec",
    "/map?focus=work/ostrom1996",
    "/queries/works-discussing?concept=facilitator",
    "/search?q=facilitator",
)
AT_DESK = (
    "/desk",
    "/desk/import",
    "/desk/works/steen2018",
    "/desk/bulk",
    "/desk/suggestions/facilitator",
    "/desk/review/professional-role--ostrom1996",
    "/desk/tokens",
    "/desk/pin?of=%2Fworks",
)
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const target = one.matches("a:has(> rect), svg a") ? one.querySelector(".target") ?? one : one;
  const style = getComputedStyle(one), marked = getComputedStyle(target);
  const box = one.getBoundingClientRect();
  const outlined = (of) => of.outlineStyle !== "none" && parseFloat(of.outlineWidth) >= 2;
  const drawn = marked.stroke !== "none" && parseFloat(marked.strokeWidth) >= 2;
  return {
    what: `${one.tagName} ${one.className.baseVal ?? one.className} ${one.name ?? ""} ` +
      (one.textContent || one.value || "").trim().slice(0, 40),
    seen: outlined(style) || outlined(marked) || style.boxShadow !== "none" || (target !== one && drawn),
    inside: box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0,
  };
}"""
MOST_STOPS = 250
"""Maximum number of stops that are walked of a page; each page here has fewer, but for the reference set's biggest."""


def walked(page: Page) -> list[dict[str, Any]]:
    """Return each stop of Tab through a page, up to the end of the page."""
    stops: list[dict[str, Any]] = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            return stops
        stops.append(stop)
    return stops


def assert_seen(page: Page, address: str) -> None:
    """Assert that Tab reaches the end of a page, and that the focus is seen at each stop."""
    stops = walked(page)
    unseen = {(one["what"], one["seen"], one["inside"]) for one in stops if not (one["seen"] and one["inside"])}
    assert not unseen, (address, unseen)
    assert stops[0]["what"].endswith("Skip to the content"), address
    assert len(stops) < MOST_STOPS, f"{address} has no end"
    assert "Français" in stops[-1]["what"], f"{address}: the focus is kept before the end of the page"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_at_each_stop_and_leaves_again(
    browser: Browser, client: httpx.Client, scheme: Literal["light", "dark"]
) -> None:
    with opened(browser, client, "/", complaint="GL Driver Message") as page:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for address in READING:
            page.goto(address)
            assert_seen(page, address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_seen_at_the_desk(desk: Page, scheme: Literal["light", "dark"]) -> None:
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for address in AT_DESK:
        desk.goto(address)
        desk.evaluate("document.activeElement.blur()")
        assert_seen(desk, address)


def test_the_skip_link_leads_into_the_content(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/works/ostrom1996") as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_a_reader_finds_and_copies_by_keyboard(browser: Browser, client: httpx.Client) -> None:
    with opened(browser, client, "/works") as page:
        tab_to(page, page.get_by_label(re.compile("^Search works, people")).first)
        page.keyboard.type("crossing the great")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/works/ostrom1996")
        tab_to(page, page.get_by_role("button", name="Copy").first)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert "Ostrom" in page.evaluate("navigator.clipboard.readText()")


TWINS = """@article{kite1, author = {Kite, Ada}, title = {Kites over the harbour}, journal = {Sea}, year = {2001}}
@article{kite2, author = {Kite, Ada}, title = {Kites over the harbor}, journal = {The Sea}, year = {2001}}
"""


def test_the_tasks_of_the_desk_are_done_by_keyboard_alone(desk: Page, library: tuple[httpx.Client, str]) -> None:
    client, keys = library[0], desk.keyboard
    press(desk, "i")
    tab_to(desk, desk.get_by_label(re.compile("^Or paste entries")))
    keys.insert_text(TWINS)
    keys.press("Control+Enter")
    expect(desk.get_by_role("button", name="Write 2 entries")).to_be_visible()
    press(desk, "w")
    version_made(desk)

    tab_to(desk, desk.get_by_role("link", name="Decide on those that may be known already"))
    keys.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Works that may be one")
    tab_to(desk, desk.get_by_role("link", name="Kites over").first)
    keys.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Are these one work?")
    press(desk, "ArrowLeft")
    press(desk, "s")
    merged = version_made(desk)
    assert {client.get(f"/works/kite{n}", follow_redirects=False).status_code for n in (1, 2)} == {200, 301}
    desk.goto(f"/desk/merges/{merged}")
    press(desk, "a")
    version_made(desk)
    assert {client.get(f"/works/kite{n}", follow_redirects=False).status_code for n in (1, 2)} == {200}

    desk.goto("/desk")
    press(desk, "b")
    press(desk, "/")
    keys.type("kites")
    tab_to(desk, desk.get_by_label("Find", exact=True))
    keys.type("Kites")
    keys.press("Tab")
    keys.press("Tab")
    keys.type("Dragons")
    keys.press("Enter")
    expect(desk.get_by_role("button", name="Change them")).to_be_visible()
    press(desk, "a")
    version_made(desk)
    assert client.get("/works/kite1").json()["title"].startswith("Dragons")
    press(desk, "u")
    expect(desk.get_by_role("status")).to_contain_text("taken back")
    assert client.get("/works/kite1").json()["title"].startswith("Kites")

    desk.goto("/desk/works/kite1")
    tab_to(desk, desk.get_by_label("Note", exact=True))
    keys.type("seen from the quay")
    keys.press("Control+s")
    version_made(desk)
    assert client.get("/works/kite1").json()["note"] == "seen from the quay"

    evidence = {"work": "kite1", "about": "facilitator", "state": "discusses", "status": "proposed", "quote": "Kites"}
    made = client.post("/evidence", json={**evidence, "directness": "direct", "certainty": "low"})
    assert made.status_code == 201, made.text
    desk.goto("/desk/queues/proposed-evidence")
    tab_to(desk, desk.get_by_role("listitem").filter(has_text="Kites").get_by_role("link").first)
    keys.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Does it say so?")
    press(desk, "x")  # which asks for the reason
    keys.type("It is about kites.")
    keys.press("Enter")
    version_made(desk)
    assert client.get(made.headers["location"]).json()["status"] == "rejected"


def test_axe_finds_nothing_at_the_desk_in_any_state(desk: Page, library: tuple[httpx.Client, str]) -> None:
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        for scheme in ("light", "dark"):
            desk.emulate_media(color_scheme=scheme)
            if violations := axe_finds(desk):
                found[f"{state}, {scheme}"] = violations

    pages = ("/desk/suggestions", "/desk/duplicates", "/desk/new", "/desk/new/case", "/desk/works/ostrom1996/history",
             "/desk/works/ostrom1996/delete", "/desk/queues/works-without-abstract", "/desk/works/nobody")  # fmt: skip
    for address in (*AT_DESK, *pages):
        desk.goto(address)
        look(address)

    desk.goto("/desk/works/steen2018")
    desk.get_by_label("Volume").fill("x")
    look("a form that is not saved")
    assert library[0].patch("/works/steen2018", json={"volume": "991"}).status_code == 200
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    look("a conflict")
    desk.get_by_role("button", name="Save").click()
    version_made(desk)
    look("saved")
    desk.get_by_label("Date").fill("soon")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    look("a field that is wrong")

    desk.goto("/desk/import")
    desk.get_by_label(re.compile("^Or paste entries")).fill(TWINS.replace("kite", "gull").replace("Kite", "Gull"))
    desk.get_by_role("button", name="Preview").click()
    expect(desk.get_by_role("button", name="Write 2 entries")).to_be_visible()
    desk.get_by_text("2 entries").first.click()
    desk.get_by_text("Mend or leave out").first.click()
    look("a preview with an entry that is mended")
    desk.get_by_role("button", name="Write 2 entries").click()
    version_made(desk)
    look("a receipt")
    desk.get_by_role("link", name="Decide on those that may be known already").click()
    desk.get_by_role("link", name="Gulls over").first.click()
    expect(desk.get_by_role("button", name="Same work")).to_be_visible()
    look("a pair")
    desk.get_by_role("button", name="Same work").click()
    merged = version_made(desk)
    desk.goto(f"/desk/merges/{merged}")
    look("a merge")

    desk.goto("/desk/bulk?q=gulls&do=replace&field=title&find=Gulls&put=Terns")
    look("a change of many works")
    desk.goto("/desk/tokens")
    desk.get_by_label("Name of its holder").fill("Ada")
    desk.get_by_role("button", name="Make a token").click()
    expect(desk.get_by_label("The new token")).to_be_visible()
    look("a token that was made")
    assert not found, "\n".join(f"{state}: {one}" for state, ones in found.items() for one in ones)
