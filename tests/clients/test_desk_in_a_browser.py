"""The desk in Debian's Chromium, by keyboard: the tasks of a librarian from start to end."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

pytestmark = pytest.mark.slow
expect.set_options(timeout=60_000)  # milliseconds; a bound for a machine that is busy, nothing waits for it

BIB = """@article{Ostrom96dup,
  author = {Ostrom, Elinor}, title = {Crossing the great divide: co-production, synergy and development},
  journal = {World Dev.}, year = {1996}, pages = {1073--1087}
}

@article{slip2024, author = {Doe, Jane}, title = {A title with a slipp}, journal = {Desk Studies}, year = {2024} }
"""
UNREAD = "".join(
    f"@article{{unread{number}, author = {{Doe, Jane}}, title = {{Co-production of services, part {number}}}, "
    f"abstract = {{Professionals and citizens share the co-production of it.}}, year = {{20{number}}} }}\n"
    for number in range(10, 32)
)


@pytest.fixture(scope="module")
def library(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    """A client with a curator's token, of a server that the browser works with, and the text of the token."""
    folder = tmp_path_factory.mktemp("librarian") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    secret = home.tokens.add("Mara", Role.CURATOR)
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        yield client, secret


@pytest.fixture
def desk(browser: Browser, library: tuple[httpx.Client, str]) -> Iterator[Page]:
    """A page of a browser that is signed in; at the end, nothing was complained of and no other server was asked."""
    client, secret = library
    origin = str(client.base_url).rstrip("/")
    context = browser.new_context(viewport={"width": 1200, "height": 900}, base_url=origin)
    context.set_default_timeout(60_000)
    page = context.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/desk")
    expect(page).to_have_url(f"{origin}/desk/sign-in?next=%2Fdesk")
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Desk")
    yield page
    context.close()
    assert [url for url in asked if not url.startswith(origin + "/")] == []
    allowed = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "status of 4")  # the faults that these tests cause
    assert [text for text in complaints if not any(one in text for one in allowed)] == []


def thing(library: tuple[httpx.Client, str], address: str) -> dict[str, Any]:
    found: dict[str, Any] = library[0].get(address).json()
    return found


def press(page: Page, key: str) -> None:
    """Press a key that stands on a button of the page, once the page listens for it."""
    expect(page.locator("main")).to_have_attribute("data-keys", "ready")
    page.keyboard.press(key)


def changed(page: Page) -> int:
    """Return the version that the page says was made."""
    expect(page.locator(".done")).to_be_visible()
    found = re.search(r"version (\d+)", page.locator(".done").inner_text())
    assert found
    return int(found[1])


def test_a_file_with_a_duplicate_is_imported_mended_merged_taken_apart_and_undone(
    desk: Page, library: tuple[httpx.Client, str], tmp_path: Path
) -> None:
    file = tmp_path / "desk.bib"
    file.write_text(BIB)
    press(desk, "i")
    expect(desk.locator("h1")).to_have_text("Import")
    desk.set_input_files("#file", file)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("h1")).to_have_text("desk.bib")
    desk.get_by_role("link", name="2 entries").click()
    slip = desk.locator("#entry-2")
    slip.locator("summary").click()
    entry = slip.locator("textarea")
    entry.fill(entry.input_value().replace("slipp", "slip mended"))
    slip.get_by_role("button", name="Preview with this").click()
    expect(desk.locator(".entries")).to_contain_text("A title with a slip mended")
    assert "slip2024" not in library[0].get("/works?limit=200").text
    desk.locator("h1").click()
    press(desk, "w")
    imported = changed(desk)
    assert thing(library, "/works/slip2024")["title"] == "A title with a slip mended"

    desk.goto("/desk")
    press(desk, "d")
    desk.get_by_role("link", name="Crossing the").first.click()
    expect(desk.locator("h1")).to_have_text("Are these one work?")
    expect(desk.locator("table.pair")).to_contain_text("Great Divide")
    press(desk, "ArrowRight")
    expect(desk.locator("input[name='field.title'][value=right]")).to_be_checked()
    expect(desk.locator("#after")).to_contain_text("ostrom1996")
    desk.locator("input[name='field.title'][value=left]").check()
    desk.locator("h1").click()
    press(desk, "s")
    merged = changed(desk)
    assert library[0].get("/works/Ostrom96dup", follow_redirects=False).status_code == 301
    assert thing(library, "/works/ostrom1996")["title"].startswith("Crossing the Great Divide")

    assert library[0].patch("/works/ostrom1996", json={"genre": "written since"}).status_code == 200
    desk.goto("/desk/works/ostrom1996/history")
    desk.get_by_role("link", name="Take the merge apart").click()
    expect(desk.locator("table")).to_contain_text("written since")
    press(desk, "a")
    apart = changed(desk)
    assert library[0].get("/works/Ostrom96dup", follow_redirects=False).status_code == 200
    assert apart > merged > imported

    desk.goto(f"/desk/receipts/{imported}")
    press(desk, "u")
    expect(desk.locator("body")).to_contain_text(re.compile("taken back|Saved as version"))
    assert library[0].get("/works/slip2024").status_code == 410


def test_twenty_suggestions_are_judged_by_keyboard(desk: Page, library: tuple[httpx.Client, str]) -> None:
    headers = {"Content-Type": "application/x-bibtex"}
    assert library[0].post("/imports", content=UNREAD, headers=headers).status_code == 201
    before = thing(library, "/concepts/co-production")["coverage"]
    press(desk, "s")
    desk.get_by_role("link", name="co-production", exact=True).click()
    for number in range(20):
        expect(desk.locator("main")).to_contain_text(f"{number} judged in this sitting")
        press(desk, "x" if number % 4 == 3 else "v")
    expect(desk.locator("main")).to_contain_text("20 judged in this sitting")
    after = thing(library, "/concepts/co-production")["coverage"]
    assert (after["discusses"], after["silent"]) == (before["discusses"] + 15, before["silent"] + 5)
    press(desk, "u")
    expect(desk.locator("main")).to_contain_text("19 judged in this sitting")
    assert thing(library, "/concepts/co-production")["coverage"]["silent"] == before["silent"] + 4


def test_a_class_of_titles_is_mended_in_bulk_and_undone(desk: Page, library: tuple[httpx.Client, str]) -> None:
    key, title = "needham2008", thing(library, "/works/needham2008")["title"]
    press(desk, "b")
    expect(desk.locator("h1")).to_have_text("Change many works")
    press(desk, "/")
    desk.keyboard.type("potential")
    desk.fill("#find", "Co-production")
    desk.fill("#put", "Coproduction")
    desk.keyboard.press("Enter")
    expect(desk.locator("table.changes")).to_contain_text(key)
    assert thing(library, f"/works/{key}")["title"] == title
    desk.locator("h1").click()
    press(desk, "a")
    changed(desk)
    assert thing(library, f"/works/{key}")["title"] == title.replace("Co-production", "Coproduction")
    press(desk, "u")
    expect(desk.locator(".done")).to_contain_text("undo of version")
    assert thing(library, f"/works/{key}")["title"] == title


def test_the_network_is_lost_in_the_middle_of_an_edit_and_nothing_with_it(
    desk: Page, library: tuple[httpx.Client, str]
) -> None:
    typed = "A long note that nobody wants to type twice."
    desk.goto("/desk/works/steen2018")
    expect(desk.locator("[data-state]")).to_have_text("Nothing to save")
    desk.fill("#f-note", typed)
    expect(desk.locator("[data-state]")).to_contain_text("kept in this browser")
    desk.context.set_offline(True)
    desk.keyboard.press("Control+s")
    expect(desk.locator("[data-state]")).to_contain_text("the network is lost")
    expect(desk.locator("#f-note")).to_have_value(typed)
    desk.context.set_offline(False)  # the page tries again by itself
    changed(desk)
    assert thing(library, "/works/steen2018")["note"] == typed
    expect(desk.locator("[data-state]")).to_have_text("Nothing to save")


def test_what_was_typed_outlives_a_reload_and_a_conflict(desk: Page, library: tuple[httpx.Client, str]) -> None:
    desk.goto("/desk/works/schlappa2018")
    desk.fill("#f-volume", "77")
    assert library[0].patch("/works/schlappa2018", json={"volume": "88"}).status_code == 200
    desk.reload()
    expect(desk.locator("#f-volume")).to_have_value("77")
    expect(desk.locator("[data-state]")).to_contain_text("is here again, and not saved yet")
    desk.keyboard.press("Control+s")
    expect(desk.locator("[role=alert]")).to_contain_text("Somebody changed this while you did")
    expect(desk.locator("[role=alert] table")).to_contain_text("88")
    expect(desk.locator("#f-volume")).to_have_value("77")
    assert thing(library, "/works/schlappa2018")["volume"] == "88"
    desk.keyboard.press("Control+s")
    changed(desk)
    assert thing(library, "/works/schlappa2018")["volume"] == "77"
    desk.reload()
    expect(desk.locator("[data-state]")).to_have_text("Nothing to save")
