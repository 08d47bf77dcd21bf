"""Passages in the texts of works: found with their page by who may read them, or else what comes near."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.pdf import PICTURE, pdf
from tests.web.api.texts import Keeping, keeping_texts

CLOSED = "Volunteers renovate the lighthouse every second autumn"
OPEN = "Gardeners negotiate with the municipality about composting"


@pytest.fixture(scope="module")
def keeping(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeping]:
    with keeping_texts(reference_home, tmp_path_factory.mktemp("find") / "home") as keeping:
        closed = pdf(
            ["The first page."], PICTURE, ["Volunteers reno-", "vate the lighthouse every second autumn, they say."]
        )
        assert keeping.put("parks1981", closed).status_code == 201
        open_text = pdf([OPEN, "and they do so well-mannered."], ["Nothing else."])
        assert keeping.put("needham2008", open_text, licence="CC-BY-4.0").status_code == 201
        yield keeping


def find(client: httpx.Client, quote: str, **asked: Any) -> dict[str, Any]:
    answer = client.get("/find", params={"quote": quote, **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_text_that_anybody_may_read_is_found_by_anybody(keeping: Keeping) -> None:
    for asked in ({}, {"at": keeping.version()}):
        (one,) = find(keeping.anybody, "gardeners negotiate with the municipality", **asked)["items"]
        assert (one["work"]["key"], one["page"], one["locator"]) == ("needham2008", 1, "p. 1")
        assert (one["quote_check"], one["selector"]["exact"]) == ("normalised", OPEN[: one["end"]])
        assert one["selector"]["suffix"].startswith(" about composting")
    coverage = find(keeping.anybody, "municipality about composting")["coverage"]
    assert (coverage["with_text"], coverage["with_text_for_tokens"]) == (1, 1)
    page = keeping.anybody.get("/find", params={"quote": OPEN}, headers={"Accept": "text/html"}).text
    assert "p. 1" in page
    assert "And in the text of 1 work." in page


def test_a_closed_text_is_found_with_a_token_alone(keeping: Keeping) -> None:
    words = "the lighthouse every second"
    version = keeping.version()
    for asked in ({}, {"at": version}):
        assert find(keeping.anybody, words, **asked)["total"] == 0
        answer = keeping.contributor.get("/find", params={"quote": words, **asked})
        (one,) = answer.json()["items"]
        assert (one["work"]["key"], one["page"], one["quote_check"]) == ("parks1981", 3, "exact")
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "Authorization" in answer.headers["vary"]
    tag = keeping.anybody.get("/find", params={"quote": words}).headers["etag"]
    given = keeping.contributor.get("/find", params={"quote": words}, headers={"If-None-Match": tag})
    assert given.status_code == 200, "the answer to a token is another"
    (hyphened,) = find(keeping.curator, "volunteers renovate the lighthouse")["items"]
    assert (hyphened["page"], hyphened["quote_check"]) == (3, "normalised")
    wrong = keeping.anybody.get("/find", params={"quote": words}, headers={"Authorization": "Bearer cpl_wrong"})
    assert wrong.status_code == 401


def test_titles_come_beside_texts_page_by_page(keeping: Keeping) -> None:
    title = keeping.read("/works/ostrom1996")["title"]
    keeping.put("ostrom1996", pdf([title], ["More."], [f"So {title}."]))
    found = [(one["locator"], one["work"]["key"]) for one in find(keeping.curator, title)["items"]]
    assert found == [("title", "ostrom1996"), ("p. 1", "ostrom1996"), ("p. 3", "ostrom1996")]
    first = find(keeping.curator, title, limit=1)
    assert (first["total"], len(first["items"])) == (3, 1)
    rest = keeping.curator.get(first["next"]).json()
    assert [one["locator"] for one in rest["items"]] == ["p. 1"]


def test_what_comes_near_has_a_score(keeping: Keeping) -> None:
    (near,) = find(keeping.contributor, "Volunteers renovated a lighthouse each second autumn")["items"]
    assert (near["work"]["key"], near["page"], near["quote_check"]) == ("parks1981", 3, "near")
    assert 80 <= near["score"] < 100
    assert "lighthouse" in near["selector"]["exact"]
    assert find(keeping.anybody, "Volunteers renovated a lighthouse each second autumn")["total"] == 0
    assert find(keeping.curator, "Volunteers discussed whether to have a picnic beside the lighthouse")["total"] == 0
    assert find(keeping.curator, "renovated lighthouse")["total"] == 0, "of a few words too much comes near"


def test_a_text_that_goes_is_found_no_more(keeping: Keeping) -> None:
    keeping.put("brudney1983", pdf(["A sentence about beekeepers in the suburbs."]))
    kept = keeping.version()
    assert find(keeping.curator, "beekeepers in the suburbs")["total"] == 1
    keeping.curator.delete("/works/brudney1983/text")
    assert find(keeping.curator, "beekeepers in the suburbs")["total"] == 0
    assert find(keeping.curator, "beekeepers in the suburbs", at=kept)["total"] == 1


def test_a_few_words_are_found_as_whole_words_in_titles_and_in_texts(keeping: Keeping) -> None:
    lines = ["Partisans of the lighthouse party.", "The ARTISANS of art, in PARTS of town."]
    assert keeping.put("jette2011", pdf(lines)).status_code == 201
    for asked in ({}, {"at": keeping.version()}):
        found = find(keeping.curator, "art", **asked)["items"]
        assert {one["selector"]["exact"].casefold() for one in found} <= {"art"}
        assert [one["selector"]["prefix"][-3:] for one in found if one["work"]["key"] == "jette2011"] == ["of "]
        assert find(keeping.curator, "artis", **asked)["total"] == 0
        assert find(keeping.curator, "tisans of the lighthouse", **asked)["total"] == 1, "of more words it may be cut"
        assert find(keeping.curator, "ossing the", **asked)["total"] == 0, "a title is no other"


def test_words_that_stand_thousands_of_times_on_one_page_are_counted_and_a_few_shown(keeping: Keeping) -> None:
    """A text without form feeds is one page, however long; each place used to cost a walk through all of it."""
    sentence = "The people of the wharf met and the people of the hill met. "
    keeping.curator.put(
        "/works/brudney1983/text", content=(sentence * 4_000).encode(), headers={"Content-Type": "text/plain"}
    )
    shown = find(keeping.curator, "THE PEOPLE OF", limit=3)
    assert (shown["total"], len(shown["items"])) == (8_000, 3)
    assert [one["start"] for one in shown["items"]] == [0, 32, len(sentence)]
    assert {one["quote_check"] for one in shown["items"]} == {"normalised"}
    following = keeping.curator.get(shown["next"]).json()
    assert following["items"][0]["start"] == len(sentence) + 32
