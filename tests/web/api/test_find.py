"""Where a passage stands: which work, which text, and a selector that finds it again."""

from __future__ import annotations

import re
from typing import Any

import httpx


def found(client: httpx.Client, quote: str, **more: Any) -> dict[str, Any]:
    response = client.get("/find", params={"quote": quote, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_every_quote_that_was_checked_is_found_where_it_is_from(client: httpx.Client) -> None:
    checked = [
        evidence
        for work in client.get("/works", params={"limit": 100}).json()["items"]
        for evidence in work["evidence"]
        if evidence.get("quote_check") in ("exact", "normalised")
    ]
    assert len(checked) > 20
    for evidence in checked[::5]:
        source = evidence.get("quoted_from") or evidence["work"]
        places = [one for one in found(client, evidence["quote"])["items"] if one["work"]["key"] == source]
        assert places, evidence["quote"]
        assert places[0]["quote_check"] == evidence["quote_check"]


def test_a_selector_says_the_words_and_what_stands_around_them(client: httpx.Client) -> None:
    title = client.get("/works/ostrom1996").json()["title"]
    answer = found(client, "THE GREAT DIVIDE")

    (place,) = [one for one in answer["items"] if one["work"]["key"] == "ostrom1996" and one["locator"] == "title"]
    selector = place["selector"]
    assert place["quote_check"] == "normalised"
    assert title[place["start"] : place["end"]] == selector["exact"]
    assert f"{selector['prefix']}{selector['exact']}{selector['suffix']}" in title
    assert selector["type"] == "TextQuoteSelector"
    around = set(re.findall(r"\w+", f"{selector['prefix']} {selector['suffix']}"))
    assert around, "the title goes on"
    assert around <= set(re.findall(r"\w+", title)), "no word is cut"
    coverage = answer["coverage"]
    assert coverage["with_abstract"] + coverage["without_abstract"] == coverage["works"] == 35


def test_the_past_is_looked_through_whole(client: httpx.Client) -> None:
    now, then = found(client, "the great divide"), found(client, "the great divide", at=1)
    assert sorted(map(str, then["items"])) == sorted(map(str, now["items"]))


def test_what_stands_nowhere_is_an_empty_list_that_says_what_is_held(client: httpx.Client) -> None:
    answer = found(client, "a passage that nobody wrote")
    assert (answer["items"], answer["total"], answer["complete"]) == ([], 0, "complete")
    assert client.get("/find").status_code == 400
    assert client.get("/find", params={"quote": "x"}).status_code == 400


def test_a_passage_may_be_cut_within_its_first_and_last_word(client: httpx.Client) -> None:
    cut = "ossing the great div"
    now, then = found(client, cut), found(client, cut, at=1)
    assert "ostrom1996" in {one["work"]["key"] for one in now["items"]}
    assert sorted(map(str, then["items"])) == sorted(map(str, now["items"]))


def test_a_passage_that_stands_often_is_paged(client: httpx.Client) -> None:
    whole, page, seen = found(client, "co-production"), found(client, "co-production", limit=3), []
    while True:
        seen += page["items"]
        if not page["next"]:
            break
        page = client.get(page["next"]).json()
    assert whole["total"] > 3
    assert seen == whole["items"]
