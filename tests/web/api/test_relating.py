"""Accepting a relation that two works are proposed in: stated by one call, shown by both, and taken back whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from tests.conftest import serving

PAPER = {
    "key": "paper2019",
    "type": "paper-conference",
    "title": "Measuring the reach of community archives in small towns",
    "authors": [{"family": "Winterbourne", "given": "Ada"}],
    "year": 2019,
    "container_title": "Proceedings of the Archive Workshop",
}
ARTICLE = {
    **PAPER,
    "key": "article2021",
    "type": "article-journal",
    "year": 2021,
    "container_title": "Journal of Archives",
    "volume": "3",
}
BOOK = {"key": "book2021", "type": "book", "title": "Archives of small towns", "year": 2021}


@pytest.fixture
def curator(opened: Home) -> Iterator[httpx.Client]:
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        for work in (PAPER, ARTICLE, BOOK):
            assert client.post("/works", json=work).status_code == 201
        yield client


def quads(client: httpx.Client) -> set[str]:
    return set(client.get("/export?format=nquads").text.splitlines())


def relations(client: httpx.Client, key: str) -> list[tuple[str, str]]:
    found = client.get(f"/works/{key}").json().get("relations", [])
    return [(one["relation"], one["work"]["key"]) for one in found]


def candidates(client: httpx.Client) -> list[dict[str, Any]]:
    asked = {"proposes": "relation", "work": "article2021", "limit": "100"}
    found: list[dict[str, Any]] = client.get("/duplicates", params=asked).json()["items"]
    return found


def test_a_proposed_relation_is_accepted_by_one_call_and_taken_back(curator: httpx.Client) -> None:
    (pair,) = candidates(curator)
    assert pair["relation"] == "version"
    before = quads(curator)
    made = curator.post(f"/duplicates/{pair['id']}", json={"judgement": "related"})
    assert made.status_code == 201, made.text
    assert (made.json()["judgement"], made.json()["relation"], made.json()["work"]) == (
        "related",
        "version",
        "article2021",
    )
    assert relations(curator, "article2021") == [("is-version-of", "paper2019")]
    assert relations(curator, "paper2019") == [("has-version", "article2021")]
    assert not candidates(curator), "what is stated is proposed no more"
    words = curator.get("/works/article2021/history").json()["items"][0]["words"]
    assert words == f"relations “is-version-of {PAPER['title']}” added"
    assert curator.post(f"/changes/{made.json()['version']}/undo").status_code == 201
    assert quads(curator) == before
    assert candidates(curator)


@pytest.mark.parametrize(
    ("relation", "first", "said", "back"),
    [
        ("translation", "article2021", "is-translation-of", "has-translation"),
        ("edition", "article2021", "replaces", "is-replaced-by"),
        ("part", "article2021", "succeeds", "precedes"),
        ("correction", "article2021", "corrects", "is-corrected-by"),
        ("reply", "article2021", "replies-to", "has-reply"),
        ("review", "article2021", "reviews", "is-reviewed-by"),
        ("supplement", "paper2019", "is-supplement-of", "has-supplement"),
    ],
)
def test_every_relation_is_stated_of_both(
    curator: httpx.Client, relation: str, first: str, said: str, back: str
) -> None:
    given = {"works": ["article2021", "paper2019"], "judgement": "related", "relation": relation, "work": first}
    assert curator.post("/duplicates/decisions", json=given).status_code == 201
    other = "paper2019" if first == "article2021" else "article2021"
    assert (relations(curator, first), relations(curator, other)) == ([(said, other)], [(back, first)])
    again = curator.post("/duplicates/decisions", json=given)
    assert (again.status_code, again.json()["errors"][0]["where"]) == (400, "relation")
    corrected = curator.get(f"/works/{other}").json().get("status")
    assert corrected == ("corrected" if relation == "correction" else None)


def test_a_chapter_gets_its_book_as_its_container(curator: httpx.Client) -> None:
    assert curator.patch("/works/paper2019", json={"type": "chapter"}).is_success
    given = {"works": ["paper2019", "book2021"], "judgement": "related", "relation": "chapter"}
    made = curator.post("/duplicates/decisions", json=given)
    assert made.status_code == 201, made.text
    assert curator.get("/works/paper2019").json()["container"]["key"] == "book2021"


def test_a_decision_before_it_is_forgotten(curator: httpx.Client) -> None:
    works = ["article2021", "paper2019"]
    assert curator.post("/duplicates/decisions", json={"works": works, "judgement": "unsure"}).status_code == 201
    given = {"works": works, "judgement": "related", "relation": "version", "reason": "The abstract says so."}
    assert curator.post("/duplicates/decisions", json=given).json()["reason"] == "The abstract says so."
    assert curator.get("/duplicates", params={"decision": "unsure"}).json()["total"] == 0


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"judgement": "related", "relation": "cousin"}, "relation"),
        ({"judgement": "related"}, "relation"),
        ({"judgement": "related", "relation": "version", "work": "ostrom1996"}, "work"),
        ({"judgement": "related", "relation": "supplement"}, "work"),
        ({"judgement": "unsure", "relation": "version"}, "body"),
    ],
)
def test_what_cannot_be_stated_is_refused_with_its_place(
    curator: httpx.Client, given: dict[str, str], where: str
) -> None:
    refused = curator.post("/duplicates/decisions", json={"works": ["article2021", "paper2019"], **given})
    assert refused.status_code == 400, refused.text
    assert where in [fault["where"] for fault in refused.json()["errors"]]
