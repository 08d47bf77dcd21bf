"""The desk in Debian's Chromium: the tasks of a librarian from start to end, by what is seen, clicked and typed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.clients.browsing import press, version_made

pytestmark = pytest.mark.slow

Library = tuple[httpx.Client, str]

BIB = """@article{Ostrom96dup,
  author = {Ostrom, Elinor}, title = {Crossing the great divide: co-production, synergy and development},
  journal = {World Dev.}, year = {1996}, pages = {1073--1087}
}

@article{slip2024, author = {Doe, Jane}, title = {A title with a slipp}, jornal = {Desk Studies}, year = {2024} }

@article{open2023, author = {Doe, Jane}, title = {A brace that is never closed, year = {2023}
}

@book{last2022, author = {Doe, Jane}, title = {The last of them}, year = {20Z2} }
"""
UNREAD = "".join(
    f"@article{{unread{number}, author = {{Doe, Jane}}, title = {{Co-production of services, part {number}}}, "
    f"abstract = {{Professionals and citizens share the co-production of it.}}, year = {{20{number}}} }}\n"
    for number in range(10, 32)
)


def thing(library: Library, address: str) -> dict[str, Any]:
    found: dict[str, Any] = library[0].get(address).json()
    return found


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_a_file_with_a_duplicate_is_imported_mended_merged_taken_apart_and_undone(
    desk: Page, library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "desk.bib"
    file.write_text(BIB)
    desk.get_by_role("link", name="Import", exact=True).click()
    heading(desk, "Import")
    desk.get_by_label("Files").set_input_files(file)
    desk.get_by_role("button", name="Preview").click()
    heading(desk, "desk.bib")
    desk.get_by_role("link", name="4 entries").click()
    last = desk.get_by_role("listitem").filter(has_text="The last of them")
    last.get_by_text("Mend or leave out").click()
    typed = last.get_by_label("The entry as it stands in the file")
    typed.fill(typed.input_value().replace("20Z2", "2022"))
    slip = desk.get_by_role("listitem").filter(has_text="A title with a slipp")
    slip.get_by_text("Mend or leave out").click()
    entry = slip.get_by_label("The entry as it stands in the file")
    expect(slip).to_contain_text("journal may be meant")
    entry.fill(entry.input_value().replace("slipp", "slip mended").replace("jornal", "journal"))
    slip.get_by_role("button", name="Preview with this").click()
    expect(desk.get_by_role("listitem").filter(has_text="A title with a slip mended")).to_be_visible()
    assert "slip2024" not in library[0].get("/works?limit=200").text, "nothing is written before one says so"
    expect(typed).to_be_visible()
    expect(typed).to_have_value(re.compile(r"\{2022\}"))  # what was typed in another entry is still there
    broken = desk.get_by_role("listitem").filter(has_text="A brace that is never closed")
    broken.get_by_text("Mend or leave out").click()
    broken.get_by_role("button", name="Leave it out").click()
    expect(broken).to_have_count(0)
    expect(typed).to_have_value(re.compile(r"\{2022\}"))
    desk.get_by_role("button", name="Write 3 entries").click()
    expect(desk.get_by_text("is not previewed yet")).to_be_visible()
    expect(typed).to_be_focused()
    last.get_by_role("button", name="Preview with this").click()
    expect(last).not_to_contain_text("not a plain year")
    desk.get_by_role("button", name="Write 3 entries").click()
    imported = version_made(desk)
    assert thing(library, "/works/slip2024")["title"] == "A title with a slip mended"
    assert thing(library, "/works/slip2024")["container"]["key"] == "desk-studies"
    assert thing(library, "/works/last2022")["year"] == 2022
    assert "open2023" not in library[0].get("/works?limit=200").text

    desk.get_by_role("link", name="Decide on those that may be known already").click()
    desk.get_by_role("link", name="Crossing the").first.click()
    heading(desk, "Are these one work?")
    expect(desk.get_by_role("table")).to_contain_text("Great Divide")
    desk.get_by_role("button", name="All right").click()
    expect(desk.get_by_role("radio", name="Title: right")).to_be_checked()
    expect(desk.get_by_text("leads to it for ever")).to_contain_text("ostrom1996")
    desk.get_by_role("radio", name="Title: left").check()
    desk.get_by_role("button", name="Same work").click()
    merged = version_made(desk)
    assert library[0].get("/works/Ostrom96dup", follow_redirects=False).status_code == 301
    assert thing(library, "/works/ostrom1996")["title"].startswith("Crossing the Great Divide")

    expect(desk.get_by_role("contentinfo")).to_contain_text(f"version {merged}")

    desk.goto("/works/ostrom1996")
    desk.get_by_role("link", name="Edit at the desk").click()
    desk.get_by_label("Genre").fill("written since")
    desk.get_by_role("button", name="Save").click()
    version_made(desk)
    desk.get_by_role("link", name="Take Ostrom96dup out again").click()
    since = desk.get_by_role("row").filter(has_text="written since")
    since.get_by_role("radio", name="the one that comes back").check()  # nobody can tell the side
    desk.get_by_role("button", name="Take apart").click()
    apart = version_made(desk)
    assert thing(library, "/works/Ostrom96dup")["genre"] == "written since"
    assert "genre" not in thing(library, "/works/ostrom1996")
    for key, begins in (("ostrom1996", "Crossing the Great"), ("Ostrom96dup", "Crossing the great")):
        one = desk.get_by_role("listitem").filter(has_text=key).get_by_role("link")
        expect(one).to_contain_text(begins)
        expect(one).to_have_attribute("href", f"/works/{key}")
    assert library[0].get("/works/Ostrom96dup", follow_redirects=False).status_code == 200
    assert apart > merged > imported

    desk.get_by_role("link", name="Desk", exact=True).first.click()
    of_import = desk.get_by_role("listitem").filter(has=desk.get_by_role("link", name=str(imported), exact=True))
    of_import.get_by_role("button", name="Undo").click()
    expect(desk.get_by_text(re.compile("taken back|Saved as version")).first).to_be_visible()
    assert library[0].get("/works/slip2024").status_code == 410


def test_twenty_suggestions_are_judged_by_keyboard(desk: Page, library: Library) -> None:
    headers = {"Content-Type": "application/x-bibtex"}
    assert library[0].post("/imports", content=UNREAD, headers=headers).status_code == 201
    before = thing(library, "/concepts/co-production")["coverage"]
    press(desk, "s")
    desk.get_by_role("link", name="co-production", exact=True).press("Enter")
    main = desk.get_by_role("main")
    for number in range(20):
        expect(main).to_contain_text(f"{number} judged in this sitting")
        press(desk, "x" if number % 4 == 3 else "v")
    expect(main).to_contain_text("20 judged in this sitting")
    after = thing(library, "/concepts/co-production")["coverage"]
    assert (after["discusses"], after["silent"]) == (before["discusses"] + 15, before["silent"] + 5)
    press(desk, "u")
    expect(main).to_contain_text("19 judged in this sitting")
    assert thing(library, "/concepts/co-production")["coverage"]["silent"] == before["silent"] + 4


def test_a_class_of_titles_is_mended_in_bulk_and_undone(desk: Page, library: Library) -> None:
    was = {one["key"]: one["title"] for one in thing(library, "/works?limit=200")["items"]}
    changed = sorted(key for key, title in was.items() if "Co-Production" in title)
    left_out, *others = changed
    assert len(others) > 2, "a class, not one"
    desk.get_by_role("link", name="Change many works").click()
    heading(desk, "Change many works")
    desk.get_by_label("every work").check()
    desk.get_by_label("Find", exact=True).fill("Co-Production")
    desk.get_by_label("New words, or the value").fill("Coproduction")
    desk.get_by_role("button", name="Preview").click()
    expect(desk.get_by_role("heading", name=f"{len(changed)} of {len(was)} works change")).to_be_in_viewport(ratio=1)
    for key in changed:
        row = desk.get_by_role("row").filter(has=desk.locator(f'a[href="/works/{key}"]'))
        expect(row.get_by_role("deletion").first).to_contain_text("Production")
        expect(row.get_by_role("insertion").first).to_contain_text("Coproduction")
    assert {one["key"]: one["title"] for one in thing(library, "/works?limit=200")["items"]} == was, (
        "nothing is written"
    )
    desk.locator(f'input[type=checkbox][value="{left_out}"]').uncheck()
    desk.get_by_role("button", name="Change them").click()
    version_made(desk)
    now = {one["key"]: one["title"] for one in thing(library, "/works?limit=200")["items"]}
    assert now == {
        key: title.replace("Co-Production", "Coproduction") if key in others else title for key, title in was.items()
    }
    desk.get_by_role("button", name="Undo").click()
    expect(desk.get_by_role("status")).to_contain_text("taken back")
    assert {one["key"]: one["title"] for one in thing(library, "/works?limit=200")["items"]} == was


def test_the_network_is_lost_in_the_middle_of_an_edit_and_nothing_with_it(desk: Page, library: Library) -> None:
    typed = "A long note that nobody wants to type twice."
    desk.goto("/desk/works/steen2018")
    note = desk.get_by_label("Note", exact=True)
    expect(desk.get_by_text("Nothing to save")).to_be_visible()
    note.fill(typed)
    expect(desk.get_by_text("kept in this browser")).to_be_visible()
    desk.context.set_offline(True)
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("the network is lost")).to_be_visible()
    expect(note).to_have_value(typed)
    desk.context.set_offline(False)  # the page tries again by itself
    version_made(desk)
    assert thing(library, "/works/steen2018")["note"] == typed
    expect(desk.get_by_text("Nothing to save")).to_be_visible()


def test_what_was_typed_without_a_network_outlives_the_page_and_a_save_that_was_answered_to_nobody(
    desk: Page, library: Library
) -> None:
    typed = "Typed on a train, in a tunnel."
    desk.goto("/desk/works/verhoeven2013")
    note = desk.get_by_label("Note", exact=True)
    note.fill(typed)
    desk.context.set_offline(True)
    desk.keyboard.press("Control+s")
    expect(desk.get_by_text("the network is lost")).to_be_visible()
    desk.goto("about:blank")
    assert library[0].patch("/works/verhoeven2013", json={"note": typed}).status_code == 200  # it had arrived after all
    desk.context.set_offline(False)
    desk.goto("/desk/works/verhoeven2013?")
    expect(note).to_have_value(typed)
    expect(desk.get_by_text("is here again, and not saved yet")).to_be_visible()
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Nothing to save")).to_be_visible()
    expect(desk.get_by_role("alert")).to_have_count(0)

    desk.get_by_label("Genre").fill("typed twice")
    assert library[0].patch("/works/verhoeven2013", json={"genre": "typed twice"}).status_code == 200
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_text("Nothing to save")).to_be_visible()
    expect(desk.get_by_role("alert")).to_have_count(0)  # what is there already is no conflict
    expect(desk.get_by_label("Genre")).to_have_value("typed twice")


def test_what_was_typed_outlives_a_reload_and_a_conflict(desk: Page, library: Library) -> None:
    desk.goto("/desk/works/schlappa2018")
    volume = desk.get_by_label("Volume")
    volume.fill("77")
    assert library[0].patch("/works/schlappa2018", json={"volume": "88"}).status_code == 200  # somebody else
    desk.reload()
    expect(volume).to_have_value("77")
    expect(desk.get_by_text("is here again, and not saved yet")).to_be_visible()
    desk.get_by_role("button", name="Save").click()
    told = desk.get_by_role("alert")
    expect(told).to_contain_text("Somebody changed this while you did")
    expect(told.get_by_role("row").filter(has_text="Volume")).to_contain_text("88")
    expect(volume).to_have_value("77")
    assert thing(library, "/works/schlappa2018")["volume"] == "88", "theirs stands until one says otherwise"
    desk.get_by_role("button", name="Save").click()
    version_made(desk)
    assert thing(library, "/works/schlappa2018")["volume"] == "77"
    desk.reload()
    expect(desk.get_by_text("Nothing to save")).to_be_visible()


def test_a_search_is_pinned_and_says_what_has_changed_since(desk: Page, library: Library) -> None:
    desk.goto("/works")
    desk.get_by_label("Words", exact=True).fill("personalised")
    desk.get_by_role("button", name="Show").click()
    asked = desk.url
    assert thing(library, asked)["total"] == 0
    desk.get_by_role("link", name="Pin this answer").click()
    expect(desk.get_by_label("Address of the answer")).to_have_value(re.compile("^/works.*personalised"))
    desk.get_by_label("The question in words").fill("Which works speak of personalised services?")
    desk.get_by_role("button", name="Pin it").click()
    heading(desk, "Which works speak of personalised services?")
    pinned = desk.url
    desk.get_by_role("link", name="What has changed since").click()
    expect(desk.get_by_text("the question has the same answer")).to_be_visible()

    desk.goto("/desk/new/work")
    desk.get_by_label("Type").select_option("article-journal")
    desk.get_by_label("Title", exact=True).fill("Personalised services and their users")
    desk.get_by_role("button", name="Make it").click()
    made = version_made(desk)

    desk.goto(pinned)
    desk.get_by_role("link", name="What has changed since").click()
    heading(desk, "What has changed since")
    difference = desk.get_by_role("main").get_by_role("listitem").filter(has_text="added")
    expect(difference).to_have_count(1)
    expect(difference).to_contain_text("Personalised services and their users")
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.get_by_role("button", name="Copy").click()
    expect(desk.get_by_role("button", name="Copied")).to_be_visible()
    cited = desk.evaluate("navigator.clipboard.readText()")
    assert "Which works speak of personalised services?" in cited
    assert f"version {made}" in cited
    desk.goto(pinned)
    desk.get_by_role("link", name="The answer as it was kept, and whether it still holds").click()
    expect(desk.get_by_role("main")).not_to_contain_text("Personalised services")
    desk.goto(pinned)
    desk.get_by_role("link", name="The same question, asked now").click()
    expect(desk.get_by_role("link", name="Personalised services and their users")).to_be_visible()
    assert thing(library, asked)["version"] == made
    assert thing(library, asked)["total"] == 1


def test_a_fault_is_told_first_and_leads_to_its_field_and_an_ended_session_leads_back(
    desk: Page, library: Library
) -> None:
    desk.goto("/desk/works/lowndes2006")
    note, date = desk.get_by_label("Note", exact=True), desk.get_by_label("Date", exact=True)
    note.fill("Typed before the fault.")
    date.fill("next spring")
    desk.keyboard.press("Control+s")
    told = desk.get_by_role("alert")
    expect(told).to_be_focused()
    expect(told).to_contain_text("Date: write a date so: 1996")
    expect(told).not_to_contain_text("issued")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(date).to_be_focused()
    expect(date).to_have_attribute("aria-invalid", "true")
    expect(note).to_have_value("Typed before the fault.")

    date.fill("2006")
    desk.context.clear_cookies()
    desk.keyboard.press("Control+s")
    expect(desk.get_by_text("your session is over")).to_be_visible()
    desk.get_by_role("link", name="Sign in again").click()
    desk.get_by_label("Your token").fill(library[1])
    desk.keyboard.press("Enter")
    expect(note).to_have_value("Typed before the fault.")
    desk.get_by_role("button", name="Save").click()
    version_made(desk)
    assert thing(library, "/works/lowndes2006")["note"] == "Typed before the fault."


def test_a_field_for_a_key_offers_things_of_its_kinds_while_words_are_typed(desk: Page) -> None:
    desk.goto("/desk/new/concept")
    field = desk.locator('input[data-find="concept"]').first
    field.press_sequentially("role of prof")
    offered = desk.locator("datalist option")
    expect(desk.locator('datalist option[value="professional-role"]')).to_have_text("role of professionals")
    for value in offered.evaluate_all("(all) => all.map((one) => one.value)"):
        assert desk.request.get(f"/concepts/{value}").ok
