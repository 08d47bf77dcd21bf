"""The text of a work: kept by page, read where its licence or a token allows, replaced, taken away, brought back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pdf import nested, pdf
from tests.web.api.texts import FILE, PDF, PLAIN, Keeping, keeping_texts


@pytest.fixture(scope="module")
def keeping(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    with keeping_texts(reference_home, tmp_path_factory.mktemp("texts") / "home") as keeping:
        yield keeping


def test_a_pdf_is_kept_by_page_and_says_which_pages_have_no_text(keeping: Keeping) -> None:
    answer = keeping.put("ostrom1996", message="from the author")
    assert answer.status_code == 201, answer.text
    version = keeping.version()
    kept = answer.json()
    assert answer.headers["location"] == kept["text"] == "/works/ostrom1996/text"
    assert answer.headers["etag"] == f'"{version};json"'
    assert (kept["media_type"], kept["page_count"], kept["pages_without_text"]) == ("application/pdf", 3, [2])
    assert (kept["open"], kept["agent"], kept["kept_by"]) == (False, "Ada", version)
    assert kept["sha256"] == hashlib.sha256(FILE).hexdigest()
    assert "pages" not in kept
    told = keeping.anybody.get(f"/changes/{version}").json()
    assert (told["kind"], told["agent"], told["message"]) == ("text", "Ada", "from the author")

    work = keeping.anybody.get("/works/ostrom1996").json()["text"]
    assert (work["page_count"], work["pages_without_text"], work["open"]) == (3, [2], False)
    assert "text" not in keeping.anybody.get("/works/ostrom1996", params={"at": version - 1}).json()
    assert keeping.put("ostrom1996").status_code == 200
    assert keeping.version() == version, "the very same text is no change"

    for client in (keeping.curator, keeping.contributor):
        pages = client.get("/works/ostrom1996/text").json()["pages"]
        assert [page["page"] for page in pages] == [1, 2, 3]
        assert (
            "Citizens in specific places lead the co-production of ser\u00advices – and “professionals”"
            in pages[0]["text"]
        )
        plain = client.get("/works/ostrom1996/text", headers={"Accept": "text/plain"})
        assert plain.text.split("\f")[1:] == ["", "The last page."]
        assert client.get("/works/ostrom1996/text", headers={"Accept": "application/pdf"}).content == FILE


def test_a_text_without_an_open_licence_is_read_with_a_token_alone(keeping: Keeping) -> None:
    keeping.put("bovaird2007")
    at = keeping.version()
    for accept in ("application/json", "text/plain", "application/pdf", "*/*"):
        for asked in ({}, {"at": str(at)}):
            answer = keeping.anybody.get("/works/bovaird2007/text", params=asked, headers={"Accept": accept})
            detail = keeping.refused(answer, 401)
            assert "under no licence" in detail
            assert "Bearer" in answer.headers["www-authenticate"]
    wrong = keeping.anybody.get("/works/bovaird2007/text", headers={"Authorization": "Bearer cpl_wrong"})
    keeping.refused(wrong, 401)
    given = keeping.contributor.get("/works/bovaird2007/text")
    assert given.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in given.headers["vary"]
    past = keeping.contributor.get("/works/bovaird2007/text", params={"at": at})
    assert past.status_code == 200, past.text
    assert (past.status_code, past.headers["cache-control"]) == (200, "private, no-cache")
    tag = {"If-None-Match": given.headers["etag"]}
    assert keeping.contributor.get("/works/bovaird2007/text", headers=tag).status_code == 304
    keeping.refused(keeping.anybody.get("/works/bovaird2007/text", headers=tag), 401)


@pytest.mark.parametrize(
    ("licence", "name", "is_open"),
    [
        ("CC-BY-4.0", "CC-BY-4.0", True),
        ("cc-by-sa-4.0", "CC-BY-SA-4.0", True),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", True),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.fr", "CC0-1.0", True),
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0", False),
        ("https://example.org/terms", "https://example.org/terms", False),
    ],
)
def test_a_licence_decides_whether_anybody_may_read(keeping: Keeping, licence: str, name: str, is_open: bool) -> None:
    answer = keeping.put("brandsen2016distinguishing", licence=licence)
    assert answer.status_code in (200, 201), answer.text
    assert (answer.json()["licence"], answer.json()["open"]) == (name, is_open)
    assert keeping.anybody.get("/works/brandsen2016distinguishing/text").status_code == (200 if is_open else 401)


def test_a_plain_text_has_the_pages_that_form_feeds_part(keeping: Keeping) -> None:
    text = "Première page,\r\nde deux lignes.\f\fTroisième.\f"
    answer = keeping.put("brudney1983", text.encode(), PLAIN)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["page_count"], answer.json()["pages_without_text"]) == (3, [2])
    read = keeping.curator.get("/works/brudney1983/text").json()
    assert [page["text"] for page in read["pages"]] == ["Première page,\nde deux lignes.", "", "Troisième."]
    plain = keeping.curator.get("/works/brudney1983/text", headers={"Accept": "text/plain"})
    assert plain.content == text.encode(), "the file as it came"
    pdf_only = keeping.curator.get("/works/brudney1983/text", headers={"Accept": "application/pdf"})
    keeping.refused(pdf_only, 406)


@pytest.mark.parametrize(
    ("data", "headers", "status", "why"),
    [
        (pdf(["secret"], password="x"), PDF, 400, "password"),
        (FILE[:400], PDF, 400, "broken"),
        (b"", PDF, 400, "broken"),
        (nested(100_000), PDF, 400, "broken"),
        ("café".encode("latin-1"), PLAIN, 400, "byte 3"),
        (b"a\x00b", PLAIN, 400, "zero bytes"),
        (b"<p>words</p>", {"Content-Type": "text/html"}, 415, "text/html"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(
    keeping: Keeping, data: bytes, headers: dict[str, str], status: int, why: str
) -> None:
    before = keeping.version()
    assert why in keeping.refused(keeping.put("tuurnas2015", data, headers), status)
    assert keeping.version() == before
    keeping.refused(keeping.anybody.get("/works/tuurnas2015/text"), 404)


def test_only_a_curator_keeps_a_text_and_only_of_a_work_that_is_there(keeping: Keeping) -> None:
    address = "/works/tuurnas2015/text"
    keeping.refused(keeping.anybody.put(address, content=FILE, headers=PDF), 401)
    keeping.refused(keeping.contributor.put(address, content=FILE, headers=PDF), 403)
    keeping.refused(keeping.contributor.delete(address), 403)
    keeping.refused(keeping.curator.delete(address), 404)
    keeping.refused(keeping.put("nobody1999"), 404)
    assert "licence" in keeping.refused(keeping.put("tuurnas2015", licence="my own words"), 400)
    stale = {**PDF, "If-Match": '"1;json"'}
    keeping.put("ostrom1996", pdf(["another"]))
    keeping.refused(keeping.put("tuurnas2015", FILE, stale), 412)


def test_a_text_is_taken_away_and_an_undo_brings_it_back(keeping: Keeping) -> None:
    keeping.put("parks1981")
    kept_by = keeping.version()
    gone = keeping.curator.delete("/works/parks1981/text")
    assert (gone.status_code, gone.headers["location"]) == (204, f"/changes/{kept_by + 1}")
    keeping.refused(keeping.curator.get("/works/parks1981/text"), 404)
    past = keeping.curator.get("/works/parks1981/text", params={"at": kept_by})
    assert past.json()["page_count"] == 3
    assert keeping.curator.post(f"/changes/{kept_by + 1}/undo").status_code in (200, 201)
    assert keeping.curator.get("/works/parks1981/text").json()["sha256"] == hashlib.sha256(FILE).hexdigest()
    assert keeping.curator.post(f"/changes/{kept_by}/undo").status_code in (200, 201)
    keeping.refused(keeping.curator.get("/works/parks1981/text"), 404)


@pytest.mark.parametrize("ends", ["taken away", "under another licence"])
def test_a_text_that_was_open_by_mistake_is_closed_at_every_version(keeping: Keeping, ends: str) -> None:
    key, sentence = f"ferries{len(ends)}", f"Ferries that are {ends} cross the strait"
    assert keeping.curator.post("/works", json={"key": key, "type": "book", "title": "Ships"}).status_code == 201
    keeping.put(key, f"{sentence} at noon.".encode(), PLAIN, licence="CC-BY-4.0")
    at = keeping.version()
    later = keeping.curator.post("/concepts", json={"labels": {"en": sentence}})  # so that `at` names a past version
    assert later.status_code == 201, later.text
    found = keeping.anybody.get("/find", params={"quote": sentence, "at": at})
    held = {"If-None-Match": found.headers["etag"]}
    assert found.json()["total"] == 1
    assert keeping.anybody.get("/find", params={"quote": sentence, "at": at}, headers=held).status_code == 304
    suggested = keeping.anybody.get("/suggestions", params={"concept": later.json()["key"], "at": keeping.version()})
    assert sentence in suggested.text
    pages = keeping.anybody.get(f"/works/{key}/text", params={"at": at})
    assert pages.status_code == 200
    for answer in (found, suggested, pages):
        assert answer.headers["cache-control"] == "no-cache", "it may be closed later"

    then = keeping.version()
    if ends == "taken away":
        keeping.curator.delete(f"/works/{key}/text")
    else:
        keeping.put(key, f"{sentence} at noon.".encode(), PLAIN, licence="CC-BY-NC-4.0")
    refused = keeping.anybody.get(f"/works/{key}/text", params={"at": at}, headers=held)
    assert "is so no more" in keeping.refused(refused, 401)
    again = keeping.anybody.get("/find", params={"quote": sentence, "at": at}, headers=held)
    assert (again.status_code, again.json()["total"]) == (200, 0)
    asked = {"concept": later.json()["key"], "at": str(then)}
    assert f"{sentence} at noon" not in keeping.anybody.get("/suggestions", params=asked).text
    for address, more in ((f"/works/{key}/text", {}), ("/find", {"quote": sentence}), ("/suggestions", asked)):
        answer = keeping.contributor.get(address, params={"at": at, **more})
        assert sentence in answer.text, "a token reads what was kept"
        assert answer.headers["cache-control"] == "private, no-cache"
    assert keeping.curator.delete(f"/concepts/{asked['concept']}").is_success


def test_a_text_follows_its_work_into_another_and_back(keeping: Keeping) -> None:
    """The text of the work that is merged becomes that of the other where it has none; two are not mixed."""
    for key in ("left1999", "right1999"):
        made = keeping.curator.post("/works", json={"key": key, "type": "book", "title": "A book of one title"})
        assert made.status_code == 201, made.text
    keeping.put("right1999", licence="CC-BY-4.0")
    address = "/works/right1999/text"
    merged = keeping.curator.post("/merges", json={"keep": "left1999", "from": "right1999"})
    assert merged.status_code == 201, merged.text
    assert keeping.anybody.get("/works/left1999/text").json()["page_count"] == 3
    assert keeping.anybody.get(address).status_code == 301
    apart = keeping.curator.post(f"/merges/{keeping.version()}/undo")
    assert apart.status_code in (200, 201), apart.text
    keeping.refused(keeping.curator.get("/works/left1999/text"), 404)
    assert keeping.anybody.get(address).json()["work"] == "right1999"

    keeping.put("left1999", pdf(["the text of the left"]))
    assert keeping.curator.post("/merges", json={"keep": "left1999", "from": "right1999"}).status_code == 201
    stays = keeping.curator.get("/works/left1999/text").json()
    assert (stays["page_count"], stays["open"]) == (1, False)
    assert keeping.curator.post(f"/merges/{keeping.version()}/undo").status_code in (200, 201)
    assert keeping.anybody.get(address).json()["page_count"] == 3


def test_a_work_that_is_deleted_takes_its_text_along(keeping: Keeping) -> None:
    keeping.curator.post("/works", json={"key": "gone1999", "type": "book", "title": "Gone"})
    keeping.put("gone1999")
    assert keeping.curator.delete("/works/gone1999").status_code == 200
    keeping.refused(keeping.curator.get("/works/gone1999/text"), 410)


def test_an_edit_of_a_work_leaves_its_text(keeping: Keeping) -> None:
    keeping.put("pestoff2008")
    work: dict[str, Any] = keeping.anybody.get("/works/pestoff2008").json()
    headers = {"Content-Type": "application/merge-patch+json"}
    answer = keeping.curator.patch("/works/pestoff2008", json={**work, "note": "seen"}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["text"] == work["text"]
    answer = keeping.curator.patch("/works/pestoff2008", json={"text": None}, headers=headers)
    assert "/text" in keeping.refused(answer, 400) + str(answer.json()["errors"])
