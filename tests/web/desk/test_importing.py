"""Works imported, merged and mended in bulk at the desk, and each of it undone."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import httpx
import pytest

from tests.web.desk.forms import fields, once_done

BIB = """@article{Ostrom96dup,
  author = {Ostrom, Elinor}, title = {Crossing the great divide: co-production, synergy and development},
  journal = {World Dev.}, year = {1996}, pages = {1073--1087}
}

@article{newer2024, author = {Doe, Jane}, title = {A title with a slipp}, journal = {Desk Studies}, year = {2024} }
@article{unwanted, author = {Roe, Richard}, title = {Not for us}, year = {2020} }
"""


@pytest.mark.parametrize("pasted", ["nothing of the kind", ""])
def test_what_cannot_be_imported_is_told_and_kept(curator: httpx.Client, pasted: str) -> None:
    answer = curator.post("/desk/import", data={"pasted": pasted})
    if answer.status_code == 303:
        answer = once_done(curator, answer.headers["location"])
    assert answer.status_code == 400
    assert pasted in answer.text


def test_an_import_is_previewed_mended_written_and_undone(
    curator: httpx.Client, contributor: httpx.Client, server: httpx.Client, head: Callable[[], int]
) -> None:
    before = head()
    begun = curator.post("/desk/import", files={"file": ("desk.bib", BIB.encode())}, data={"pasted": ""})
    place = begun.headers["location"]
    preview = once_done(curator, f"{place}?show=all").text
    assert "desk.bib" in preview
    assert "A title with a slipp" in preview
    assert "Doe, Jane, 2024 · newer2024, " in preview, "who and when stand beside it, to be checked"
    assert contributor.get(place).status_code == 404, "a draft is its own person's"
    assert head() == before
    text = (
        "@article{newer2024, author = {Doe, Jane}, title = {A title without}, journal = {Desk Studies}, year = {2024} }"
    )
    assert curator.post(f"{place}/entry", data={"position": "2", "action": "mend", "text": text}).status_code == 303
    anew = once_done(curator, f"{place}?show=all").text
    assert "A title without" in anew
    assert "unwanted, line 7" in anew, "what follows an entry that was mended stays on its line"
    assert curator.post(f"{place}/entry", data={"position": "3", "action": "leave-out"}).status_code == 303
    assert "Not for us" not in once_done(curator, f"{place}?show=all").text
    both = f"{text}\n\n@article{{second2024, author = {{Doe, Jane}}, title = {{Another}}, year = {{2024}} }}"
    curator.post(f"{place}/entry", data={"position": "1", "action": "leave-out"})
    assert "newer2024, line 6" in once_done(curator, f"{place}?show=all").text, "also what follows one left out"
    curator.post(f"{place}/entry", data={"position": "1", "action": "mend", "text": both})
    assert "second2024, line 8" in once_done(curator, f"{place}?show=all").text
    curator.post(f"{place}/entry", data={"position": "2", "action": "leave-out"})
    assert curator.post(f"{place}/entry", data={"position": "9", "action": "leave-out"}).status_code == 400

    curator.patch("/works/ostrom1996", json={"genre": "moved"})  # the library moves between preview and writing
    moved = curator.post(f"{place}/apply")
    page = once_done(curator, once_done(curator, moved.headers["location"]).url.path)
    assert "has changed since you looked" in page.text
    assert head() == before + 1
    assert curator.post(f"{place}/apply").status_code == 303
    receipt = once_done(curator, place)
    assert receipt.headers["location"] == f"/desk/receipts/{before + 2}?done={before + 2}"
    assert "Undo" in curator.get(receipt.headers["location"]).text
    works = server.get("/works", params={"q": "title without"}).json()["items"]
    assert "newer2024" in [work["key"] for work in works]
    assert server.get("/works/unwanted").status_code == 404
    curator.post("/desk/undo", data={"version": str(before + 2), "back": "/desk"})
    assert server.get("/works/newer2024").status_code == 410


def test_two_works_are_merged_compared_by_field_and_taken_apart(
    curator: httpx.Client, server: httpx.Client, head: Callable[[], int]
) -> None:
    begun = curator.post("/desk/import", data={"pasted": BIB.replace("Ostrom96dup", "Again96")})
    once_done(curator, begun.headers["location"])
    curator.post(f"{begun.headers['location']}/apply")
    assert once_done(curator, begun.headers["location"]).status_code == 303
    pairs = server.get("/duplicates", params={"work": "Again96"}).json()["items"]
    assert pairs, "the import is a near duplicate, not a match"
    address = f"/desk/duplicates/{pairs[0]['id']}"
    page = curator.get(address)
    assert fields(page)["keep"] == ["ostrom1996"], "much hangs on it"
    assert re.search(r"<del>[^<]*Great Divide", page.text)
    assert re.search(r"<ins>[^<]*great divide", page.text)
    sent = fields(page)
    unsaid = curator.post(address, data=sent | {"action": ["different"]})
    assert unsaid.status_code == 400
    swapped = curator.post(address, data=sent | {"action": ["preview"], "field.title": ["right"]})
    assert swapped.status_code == 200
    merged = curator.post(address, data=sent | {"action": ["same"], "field.title": ["right"]})
    assert merged.status_code == 303, merged.text
    version = head()
    title = server.get("/works/ostrom1996").json()["title"]
    assert title == "Crossing the great divide: co-production, synergy and development"
    curator.patch("/works/ostrom1996", json={"genre": "written since"})
    apart = curator.get(f"/desk/merges/{version}")
    assert "written since" in apart.text
    name = re.search(r'name="to\.([^"]+)"', apart.text)
    sides = {f"to.{html.unescape(name[1])}": "right"} if name else {}
    done = curator.post(f"/desk/merges/{version}", data=sides | {"action": "apart"})
    assert done.status_code == 303, done.text
    assert server.get("/works/Again96").status_code == 200
    assert server.get("/works/ostrom1996").json()["title"].startswith("Crossing the Great Divide")


def test_a_class_of_titles_is_mended_and_the_mending_undone(curator: httpx.Client, server: httpx.Client) -> None:
    asked = "/desk/bulk?type=article-journal&do=replace&field=title&find=Public&put=PUBLIC"
    page = curator.get(asked)
    keys = fields(page)["key"]
    assert len(keys) > 1
    assert curator.get("/desk/bulk?do=clear&field=note").status_code == 400, "no selection is not every work"
    titles = {key: server.get(f"/works/{key}").json()["title"] for key in keys}
    sent = fields(page) | {"key": keys[1:]}
    done = curator.post(asked, data=sent)
    assert done.status_code == 303, done.text
    now = {key: server.get(f"/works/{key}").json()["title"] for key in keys}
    assert now == {key: title.replace("Public", "PUBLIC") if key != keys[0] else title for key, title in titles.items()}
    version = done.headers["location"].rpartition("=")[2]
    back = curator.post("/desk/undo", data={"version": version, "back": asked})
    assert back.status_code == 303
    assert {key: server.get(f"/works/{key}").json()["title"] for key in keys} == titles


def test_what_was_mended_or_left_out_is_said_and_an_entry_without_an_author_is_looked_at(curator: httpx.Client) -> None:
    entries = "\n\n".join(
        (
            "@article{alder1901, author = {Alder, Jo}, title = {Alders by the water}, year = {1901}}",
            "@article{nobody1902, title = {Notes without a name}, year = {1902}}",
            "@book{edited1903, editor = {Birch, Ann}, title = {Birches}, year = {1903}}",
        )
    )
    begun = curator.post("/desk/import", data={"pasted": entries, "format": "bibtex"})
    address = begun.headers["location"]
    page = once_done(curator, address)
    assert "1 to look at" in page.text
    assert page.text.count("It names no author and no editor.") == 1
    assert "Alders by the water" not in page.text, "only what is to be looked at"
    french = curator.get(address, headers={"Accept-Language": "fr"}).text
    assert "Elle ne nomme ni auteur ni éditeur scientifique." in french

    named = "@article{nobody1902, author = {Cedar, Lou}, title = {Notes with a name}, year = {1902}}"
    sent = {"position": "2", "action": "mend", "text": named, "show": "attention", "start": "0"}
    page = once_done(curator, curator.post(f"{address}/entry", data=sent).headers["location"])
    told = re.search(r'role="status">(.*?)</p>', page.text)
    assert told
    assert (
        re.sub("<[^>]+>", "", told[1]) == "Notes with a name: mended, and previewed anew: new. Nothing is written yet."
    )
    assert "to look at" not in page.text
    assert f'<a href="{address}?show=all&amp;start=0#entry-2">' in page.text
    out = curator.post(f"{address}/entry", data={**sent, "position": "3", "action": "leave-out"})
    page = once_done(curator, out.headers["location"])
    assert "Entry 3 was left out; the others are previewed anew." in page.text
    assert "2 entries" in page.text
    assert 'role="status">' not in curator.get(address).text, "said once"


def test_a_preview_names_three_related_works_and_links_none_that_is_not_there(
    curator: httpx.Client, server: httpx.Client
) -> None:
    many = "\n".join(
        f"@article{{reef{n}, author = {{Roe, Jo}}, title = {{The reef: a survey, part {n}}}, year = {{20{n}}} }}"
        for n in range(10, 17)
    )
    begun = curator.post("/desk/import", data={"pasted": many})
    page = once_done(curator, f"{begun.headers['location']}?show=all").text
    entry = page[page.index('id="entry-1"') : page.index('id="entry-2"')]
    assert entry.count("Related to reef") == 3
    assert re.search(r"Related to \d more\.", entry)
    for address in set(re.findall(r'href="([^"]*/id/work/[^"]*)"', page)):
        assert server.get(address, follow_redirects=True).status_code == 200, address


def test_what_pasted_entries_are_in_can_be_said_and_stays_said(curator: httpx.Client) -> None:
    refused = curator.post("/desk/import", data={"pasted": "TY  - BOOK", "format": "bibtex"})
    if refused.status_code == 303:
        refused = once_done(curator, refused.headers["location"])
    assert refused.status_code == 400, "it is read as what it is said to be"
    told = curator.post("/desk/import", data={"pasted": "TY  - BOOK\nTI  - Sand\nER  - \n", "format": "ris"})
    assert "Sand" in once_done(curator, f"{told.headers['location']}?show=all").text
    assert "Pasted entries</h1>" in once_done(curator, told.headers["location"]).text
