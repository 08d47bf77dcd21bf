"""Suggestions from the kept texts of works: with the page of the passage, for who may read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.library.suggestions import suggesting
from tests.pdf import pdf
from tests.web.api.texts import Keeping, keeping_texts
from tests.web.desk.conftest import sign_in
from tests.web.desk.forms import fields

CONCEPT = "lighthouse-keeping"
OPEN, CLOSED, PLURAL = "needham2008", "parks1981", "ostrom1996"
PASSAGE = "Volunteers take over lighthouse keeping in winter."
"""The sentence of the closed text, as it reads: a line of the page ends within a word."""


@pytest.fixture(scope="module")
def keeping(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    with keeping_texts(reference_home, tmp_path_factory.mktemp("suggest") / "home") as keeping:
        concept = {
            "key": CONCEPT,
            "labels": {"en": "lighthouse keeping", "fr": "gardiennage de phares"},
            "alternative_labels": {"en": ["pharology"]},
        }
        assert keeping.curator.post("/concepts", json=concept).status_code == 201
        closed = pdf(
            ["The first page."], ["It rains. Volunteers take over light-", "house keeping in winter. They sing."]
        )
        assert keeping.put(CLOSED, closed).status_code == 201
        open_text = pdf(["Nothing here of lighthouses."], ["Few speak of pharology."], ["Old pharology is dull."])
        assert keeping.put(OPEN, open_text, licence="CC-BY-4.0").status_code == 201
        assert keeping.put(
            PLURAL, pdf(["The keeper of parole keeps far from any lighthouse."]), licence="CC0-1.0"
        ).is_success
        yield keeping


def suggested(client: httpx.Client, **asked: Any) -> dict[str, dict[str, Any]]:
    """Return the suggestions for the concept by the keys of their works, in order."""
    answer = client.get("/suggestions", params={"concept": CONCEPT, "limit": "1000", **asked})
    assert answer.status_code == 200, answer.text
    return {one["work"]["key"]: one for one in answer.json()["items"]}


def test_a_work_is_suggested_by_the_text_that_anybody_may_read(keeping: Keeping) -> None:
    for asked in ({}, {"at": keeping.version()}):
        found = suggested(keeping.anybody, **asked)
        assert next(iter(found)) == OPEN, "no title or abstract names it"
        one = found[OPEN]
        assert (one["quote"], one["locator"], one["page"]) == ("Few speak of pharology.", "p. 2", 2)
        assert (one["named_on_pages"], "pharology" in one["because"]) == (2, True)
        assert one["score"] > found[PLURAL]["score"], "the words apart are not the label"
        assert "page" not in found[CLOSED]
        assert "page" not in found[PLURAL]


def test_a_closed_text_counts_with_a_token_alone(keeping: Keeping) -> None:
    answers = {
        who: client.get("/suggestions", params={"concept": CONCEPT})
        for who, client in (("anybody", keeping.anybody), ("contributor", keeping.contributor))
    }
    assert "Volunteers" not in answers["anybody"].text
    counts = {who: answer.json()["coverage"] for who, answer in answers.items()}
    assert [counts["anybody"][name] for name in ("with_text", "with_text_for_tokens")] == [2, 1]
    assert [counts["contributor"][name] for name in ("with_text", "with_text_for_tokens")] == [3, 0]
    assert answers["contributor"].headers["cache-control"] == "private, no-cache"
    assert answers["contributor"].headers["etag"] != answers["anybody"].headers["etag"]
    for asked in ({}, {"at": keeping.version()}):
        found = suggested(keeping.contributor, **asked)
        assert list(found)[:2] == [OPEN, CLOSED], "the one that names it on more pages comes first"
        one = found[CLOSED]
        assert (one["quote"], one["locator"], one["page"]) == (PASSAGE, "p. 2", 2)
    page = keeping.anybody.get(f"/suggestions?concept={CONCEPT}", headers={"Accept": "text/html"}).text
    assert "p. 2" in page
    assert "Volunteers" not in page


def test_titles_come_before_texts_and_a_large_library_is_searched_too(
    keeping: Keeping, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = keeping.curator.post("/works", json={"type": "book", "title": "Lighthouse keeping", "issued": "1999"})
    assert made.status_code == 201, made.text
    key = made.json()["key"]
    assert list(suggested(keeping.contributor))[:3] == [key, OPEN, CLOSED]
    monkeypatch.setattr(suggesting, "MAXIMUM_LOOKED_AT", 3)
    found = list(suggested(keeping.contributor))
    assert (found[0], {OPEN, CLOSED} <= set(found)) == (key, True)
    assert CLOSED not in suggested(keeping.anybody)
    assert keeping.curator.delete(f"/works/{key}").is_success


def test_at_the_desk_a_key_makes_evidence_with_its_page_checked(keeping: Keeping) -> None:
    address = f"/desk/suggestions/{CONCEPT}"
    with sign_in(keeping.anybody, keeping.token) as browser:
        page = browser.get(f"{address}?skip={OPEN}")
        sent = fields(page)
        assert (sent["work"], sent["quote"], sent["locator"]) == ([CLOSED], [PASSAGE], ["p. 2"])
        assert f"It rains. <mark>{PASSAGE}</mark> They sing." in page.text
        assert "stands in none of the texts" not in page.text
        data = {name: values[0] for name, values in sent.items()} | {"verdict": "discusses"}
        judged = browser.post(f"{address}?skip={OPEN}", data=data)
        assert judged.status_code == 303, judged.text
        version = re.search(r"done=(\d+)", judged.headers["location"])
        assert version
        (evidence,) = (one for one in keeping.read(f"/works/{CLOSED}")["evidence"] if one["about"] == CONCEPT)
        assert (evidence["quote"], evidence["locator"], evidence["quote_page"]) == (PASSAGE, "p. 2", 2)
        assert evidence["quote_check"] == "normalised", "a line ends within a word"
        shown = browser.get(f"/works/{CLOSED}", headers={"Accept": "text/html"}).text
        assert "quote checked: page 2" in shown
        assert CLOSED not in suggested(keeping.contributor), "it is judged"
    undone = keeping.curator.post(f"/changes/{version[1]}/undo")
    assert undone.is_success, undone.text
    assert suggested(keeping.contributor)[CLOSED]["quote"] == PASSAGE


def test_labels_and_texts_that_change_are_looked_at_anew(keeping: Keeping) -> None:
    assert "page" not in suggested(keeping.anybody)[PLURAL]
    version = keeping.version()
    patched = keeping.curator.patch(f"/concepts/{CONCEPT}", json={"alternative_labels": {"en": ["keeper of parole"]}})
    assert patched.is_success, patched.text
    found = suggested(keeping.anybody)
    assert ("page" in found[OPEN], found[PLURAL]["because"][0]) == (False, "keeper of parole")
    undone = keeping.curator.post(f"/changes/{version + 1}/undo")
    assert undone.is_success, undone.text
    assert keeping.put(
        PLURAL, pdf(["Nothing."], ["Des gardiennages du phare: pharologies."]), licence="CC0-1.0"
    ).is_success
    assert suggested(keeping.anybody)[PLURAL]["page"] == 2, "an inflected label"
    assert keeping.curator.delete(f"/works/{PLURAL}/text").is_success
    assert "page" not in suggested(keeping.anybody)[PLURAL]
