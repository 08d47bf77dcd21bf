"""Works that the search box finds by the words of their texts, by who may read these."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from commonplace.derived.page_index import PageIndex
from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for
from tests.pdf import pdf
from tests.web.api.texts import PLAIN, Keeping, keeping_texts
from tests.web.desk.conftest import sign_in

OPEN = "Gardeners negotiate patiently with the municipality about composting"
CLOSED = "Volunteers renovate the lighthouse every second autumn"


@pytest.fixture(scope="module")
def keeping(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    with keeping_texts(reference_home, tmp_path_factory.mktemp("search") / "home") as keeping:
        assert "in_texts" not in search(keeping.curator, "lighthouse"), "no text is kept yet"
        closed = pdf(["The first page."], ["Volunteers reno-", "vate the lighthouse every second autumn."])
        assert keeping.put("parks1981", closed).status_code == 201
        open_text = pdf(["Wheelbarrows alone."], [OPEN, "in l'État de Genève."], ["Composting, once more."])
        assert keeping.put("needham2008", open_text, licence="CC-BY-4.0").status_code == 201
        yield keeping


def search(client: httpx.Client, q: str, **asked: Any) -> dict[str, Any]:
    answer = client.get("/search", params={"q": q, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(client: httpx.Client, q: str, **asked: Any) -> list[tuple[str, int]]:
    """Return the key and page of each row, which are as many as the total says."""
    found = search(client, q, **asked).get("in_texts", {"items": [], "total": 0})
    assert found["total"] == len(found["items"])
    return [(one["work"]["key"], one["page"]) for one in found["items"]]


def test_an_open_text_is_found_by_anybody_with_page_and_snippet(keeping: Keeping) -> None:
    (one,) = search(keeping.anybody, "COMPOSTING municipality")["in_texts"]["items"]
    assert (one["work"]["key"], one["page"]) == ("needham2008", 2)
    assert OPEN in one["snippet"]
    assert one["work"]["label"] == keeping.read("/works/needham2008")["title"]
    assert rows(keeping.anybody, "composting") == [("needham2008", 2)], "the first of its pages"


def test_words_are_read_as_the_search_reads_them(keeping: Keeping) -> None:
    for q in ("etat", "the composting of a municipality", '"negotiate patiently"'):
        assert rows(keeping.anybody, q) == [("needham2008", 2)], q
    assert rows(keeping.anybody, '"patiently negotiate"') == []
    assert rows(keeping.contributor, "renovate") == [("parks1981", 2)], "a hyphen ends its line"


def test_texts_are_read_when_a_server_starts(
    reference_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "home"
    with keeping_texts(reference_home, folder) as keeping:
        assert keeping.put("parks1981", pdf(["First."], [OPEN])).status_code == 201
    indexed, add = Event(), PageIndex.take_in

    def told(index: PageIndex, texts: Collection[str]) -> object:
        made = add(index, texts)
        indexed.set()
        return made

    monkeypatch.setattr(PageIndex, "take_in", told)
    home = open_home(settings_for(folder))
    with serving(home) as client:
        assert indexed.wait(60), "nobody has asked anything"
        shutil.rmtree(folder / "log" / "files")  # what is read by now can be found, and nothing else
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Cy', Role.CURATOR)}"
        assert rows(client, "composting") == [("parks1981", 2)]
        found = client.get("/find", params={"quote": OPEN}).raise_for_status().json()
        assert [(one["work"]["key"], one["page"]) for one in found["items"]] == [("parks1981", 2)]


def test_words_on_different_pages_do_not_match(keeping: Keeping) -> None:
    assert rows(keeping.anybody, "wheelbarrows composting") == []
    assert rows(keeping.anybody, "wheelbarrows alone") == [("needham2008", 1)]


def test_a_closed_text_is_found_with_a_token_alone(keeping: Keeping) -> None:
    asked = {"q": "lighthouse autumn"}
    answer = keeping.anybody.get("/search", params=asked)
    assert "in_texts" not in answer.json()
    assert "Authorization" not in answer.headers["vary"]
    for client in (keeping.contributor, keeping.curator):
        held = {"If-None-Match": answer.headers["etag"]}
        given = client.get("/search", params=asked, headers=held)
        assert given.status_code == 200, "the answer to a token is another"
        (one,) = given.json()["in_texts"]["items"]
        assert (one["work"]["key"], one["page"]) == ("parks1981", 2)
        assert CLOSED in one["snippet"], "the hyphen at the end of a line is no part of the word"
        assert given.headers["cache-control"] == "private, no-cache"
        assert "Authorization" in given.headers["vary"]
        again = {"If-None-Match": given.headers["etag"]}
        assert client.get("/search", params=asked, headers=again).status_code == 304
        assert keeping.anybody.get("/search", params=asked, headers=again).status_code == 200
    assert "in_texts" not in search(keeping.anybody, "lighthouse autumn"), "whoever has asked before"
    wrong = keeping.anybody.get("/search", params=asked, headers={"Authorization": "Bearer cpl_wrong"})
    assert wrong.status_code == 401


def test_the_search_itself_is_as_it_was(keeping: Keeping) -> None:
    for q in ("lighthouse", "municipality about composting"):
        found = search(keeping.curator, q)
        assert (found["items"], found["total"]) == ([], 0), "texts are no part of the ranking"
    assert rows(keeping.anybody, "composting", kind="person") == []
    assert rows(keeping.anybody, "composting", kind="work") == [("needham2008", 2)]
    first = search(keeping.curator, "the", limit=1)
    assert "in_texts" in first
    assert "in_texts" not in keeping.curator.get(first["next"]).json(), "on the first page alone"
    refused = keeping.refused(keeping.anybody.get("/search", params={"q": "composting", "at": 1}), 400)
    assert "no parameter at" in refused


def test_ten_works_are_shown_of_all(keeping: Keeping) -> None:
    keys = [work["key"] for work in keeping.read("/works", limit=12)["items"]]
    for number, key in enumerate(keys):
        pages = "\f".join(["Ornithopters."] * (2 if number == 11 else 1))
        answer = keeping.put(key, f"{number} {pages}".encode(), PLAIN, licence="CC0-1.0")
        assert answer.status_code in (200, 201), answer.text
    found = search(keeping.anybody, "ornithopters")["in_texts"]
    assert (found["total"], len(found["items"])) == (12, 10)
    assert found["items"][0]["work"]["key"] == keys[11], "most pages first"
    for key in keys:
        keeping.curator.delete(f"/works/{key}/text")
    assert "in_texts" not in search(keeping.anybody, "ornithopters"), "a text that goes is found no more"


def test_a_long_page_shows_where_the_words_are(keeping: Keeping) -> None:
    page = "An observatory. " + "Nothing is said here. " * 400 + "The observatory measures pollen. " + "More. " * 90
    keeping.put("brudney1983", page.encode(), PLAIN, licence="CC0-1.0")
    (one,) = search(keeping.anybody, "pollen observatory")["in_texts"]["items"]
    assert "observatory measures pollen" in one["snippet"]
    assert (one["snippet"][0], one["snippet"][-1]) == ("…", "…")
    assert len(one["snippet"]) <= 202


def test_a_merged_work_is_found_as_the_one_that_stays(keeping: Keeping) -> None:
    made = keeping.curator.post("/works", json={"type": "book", "title": "Dovecotes", "key": "dove1999"})
    assert made.status_code == 201, made.text
    assert keeping.put("dove1999", b"Pigeonholes", PLAIN, licence="CC0-1.0").status_code == 201
    assert rows(keeping.anybody, "pigeonholes") == [("dove1999", 1)]
    merged = keeping.curator.post("/merges", json={"keep": "ostrom1996", "from": "dove1999"})
    assert merged.status_code in (200, 201), merged.text
    assert rows(keeping.anybody, "pigeonholes") == [("ostrom1996", 1)]


def test_the_page_has_a_part_for_texts(keeping: Keeping) -> None:
    def page(q: str, language: str = "en") -> str:
        headers = {"Accept": "text/html", "Accept-Language": language}
        return keeping.anybody.get("/search", params={"q": q}, headers=headers).text

    shown = page("composting patiently")
    assert "<h2>In texts</h2>" in shown
    assert OPEN in shown
    assert "Nothing here has these words" not in shown, "a text has them"
    assert "p. 2" in shown
    assert "/needham2008" in shown
    assert "<h2>Dans les textes</h2>" in page("composting patiently", "fr")
    closed = page("lighthouse autumn")
    assert "In texts" not in closed
    assert "Nothing here has these words" in closed
    assert "In texts" not in page("facilitator")


def test_the_page_of_a_reader_with_a_token_is_another(keeping: Keeping) -> None:
    asked, page = {"q": "lighthouse autumn"}, {"Accept": "text/html"}
    before = keeping.anybody.get("/search", params=asked, headers=page)
    with sign_in(keeping.anybody, keeping.contributors_token) as browser:
        shown = browser.get("/search", params=asked, headers={**page, "If-None-Match": before.headers["etag"]})
        assert (shown.status_code, CLOSED in shown.text) == (200, True)
        again = browser.get("/search", params=asked, headers={**page, "If-None-Match": shown.headers["etag"]})
        assert (again.status_code, again.headers["cache-control"]) == (304, "private, no-cache")
    held = {**page, "If-None-Match": shown.headers["etag"]}
    after = keeping.anybody.get("/search", params=asked, headers=held)
    assert (after.status_code, CLOSED in after.text) == (200, False)
