"""Changes of many works: what a preview tells, what is one version, and what is refused whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

COUNT = 200
CSL = {"Content-Type": "application/vnd.citationstyles.csl+json", "Prefer": "wait=60"}
NO_STOP = {"replace": {"field": "title", "pattern": "\\.$", "with": ""}}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, httpx.Client]]:
    """Yield a home with 200 works whose titles end in a full stop, and a curator's client of it."""
    home = open_home(settings_for(tmp_path_factory.mktemp("bulk") / "home", reference_set=None))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        items: list[dict[str, Any]] = [
            {
                "id": f"w{number}",
                "type": "article-journal" if number % 2 else "chapter",
                "title": f"On tide {number}.",
                "keyword": "sea, tides",
                "author": [{"family": "Sand", "given": "Ida"}],
            }
            for number in range(COUNT)
        ]
        items.append(
            {"id": "names", "type": "book", "title": "Of names", "author": [{"literal": "Sand, Ida; Moon, Li"}]}
        )
        items.append(
            {"id": "cut", "type": "book", "title": "Of cuts", "author": [{"literal": "Storm"}, {"literal": "A. B."}]}
        )
        assert client.post("/imports", content=json.dumps(items), headers=CSL).status_code == 201
        concept = {"key": "tides", "labels": {"en": "tides"}}
        assert client.post("/concepts", json=concept).status_code == 201
        yield home, client


@pytest.fixture
def client(desk: tuple[Home, httpx.Client]) -> Iterator[httpx.Client]:
    """Yield the client, and take everything back that the test wrote."""
    home, client = desk
    before = everything(home)
    head = home.library.follow()
    yield client
    for version in range(home.library.follow(), head, -1):
        undone = client.post(f"/changes/{version}/undo")
        assert undone.status_code in (200, 201), undone.text
    assert everything(home) == before, "an undo brings everything back"


def everything(home: Home) -> set[str]:
    return home.library.read(lambda snapshot: {str(quad) for quad in snapshot.quads()})


def bulk(client: httpx.Client, select: dict[str, Any], change: Any, **params: Any) -> dict[str, Any]:
    response = client.post("/bulk", json={"select": select, "change": change}, params=params)
    assert response.status_code == 200, response.text
    done: dict[str, Any] = response.json()
    assert done["selected"] == done["changed"] + done["unchanged"] + done["faults"]
    return done


def work(client: httpx.Client, key: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/works/{key}").json()
    return found


def test_a_class_of_titles_is_previewed_changed_and_undone_as_one(
    desk: tuple[Home, httpx.Client], client: httpx.Client
) -> None:
    head = desk[0].library.follow()

    preview = bulk(client, {"type": "chapter"}, NO_STOP, dry_run="true")

    assert (preview["selected"], preview["changed"], preview["faults"]) == (COUNT // 2, COUNT // 2, 0)
    assert preview["items"][0]["changes"] == [{"field": "title", "before": "On tide 0.", "after": "On tide 0"}]
    assert "version" not in preview
    assert desk[0].library.follow() == head, "a preview writes nothing"

    done = bulk(client, {"type": "chapter"}, NO_STOP, message="no full stops")

    assert done["items"] == preview["items"]
    assert done["version"] == head + 1
    assert work(client, "w0")["title"] == "On tide 0"
    assert work(client, "w1")["title"] == "On tide 1.", "an article was not selected"
    change = client.get(f"/changes/{done['version']}").json()
    assert (change["agent"], change["kind"], change["message"]) == ("Ada", "bulk", "no full stops")
    assert client.post(done["undo"]).status_code == 201
    assert work(client, "w0")["title"] == "On tide 0."
    again = bulk(client, {"type": "book"}, NO_STOP)
    assert (again["changed"], "version" in again) == (0, False), "nothing changes, so no version is made"


def test_a_search_or_keys_select_and_except_leaves_out(client: httpx.Client) -> None:
    found = bulk(client, {"q": '"tide 7"'}, NO_STOP, dry_run="true")
    assert [item["key"] for item in found["items"]] == ["w7"]
    chosen = bulk(client, {"keys": ["w3", "w4", "w5"], "except": ["w4"]}, NO_STOP, dry_run="true")
    assert [item["key"] for item in chosen["items"]] == ["w3", "w5"]


@pytest.mark.parametrize(
    ("change", "field", "after"),
    [
        ({"set": {"genre": "essay"}}, "genre", "essay"),
        ({"clear": ["title"]}, "title", None),
        ({"replace": {"field": "title", "pattern": "On", "with": "Of", "literal": True}}, "title", "Of tide 9."),
        ({"replace": {"field": "title", "pattern": "^on (.*)", "with": "$1", "flags": "i"}}, "title", "tide 9."),
        ({"replace": {"field": "keywords", "pattern": "^tides$", "with": "sea"}}, "keywords", ["sea"]),
        ({"move": {"from": "title", "to": "note"}}, "note", "On tide 9."),
        ({"move": {"from": "title", "to": "keywords"}}, "title", "On tide 9."),
        ({"add": {"field": "keywords", "values": ["moon", "sea"]}}, "keywords", ["moon", "sea", "tides"]),
        ({"remove": {"field": "keywords", "values": ["sea"]}}, "keywords", ["tides"]),
        ([{"clear": ["keywords"]}, {"set": {"genre": "note"}}], "genre", "note"),
    ],
)
def test_each_operation_does_what_it_says(client: httpx.Client, change: Any, field: str, after: Any) -> None:
    bulk(client, {"keys": ["w9"]}, change)
    said = work(client, "w9").get(field)
    assert (sorted(said) if isinstance(said, list) else said) == after


def test_names_are_split_joined_and_corrected(client: httpx.Client) -> None:
    def names(key: str) -> list[tuple[str | None, ...]]:
        return [(one.get("family"), one.get("given"), one.get("literal")) for one in work(client, key)["authors"]]

    bulk(client, {"keys": ["names", "w1"]}, {"split": {"field": "authors", "at": ";"}})
    assert names("names") == [("Sand", "Ida", None), ("Moon", "Li", None)]
    sand = {one["iri"] for key in ("names", "w1") for one in work(client, key)["authors"][:1]}
    bulk(client, {"keys": ["cut", "w1"]}, {"join": {"field": "authors"}})
    assert names("cut") == [("Storm", "A. B.", None)]
    done = bulk(
        client, {"keys": ["w1", "w2"]}, {"replace": {"field": "authors.given", "pattern": "^Ida$", "with": "Ada"}}
    )
    assert done["changed"] == 2
    assert names("w1") == names("w2") == [("Sand", "Ada", None)]
    assert work(client, "w1")["authors"][0]["iri"] == work(client, "w2")["authors"][0]["iri"] not in sand
    assert names("w3") == [("Sand", "Ida", None)], "the person of other works keeps the name"


def test_a_person_is_added_to_the_names_of_many(client: httpx.Client) -> None:
    add = {
        "add": {"field": "authors", "values": [{"family": "Moon", "given": "Li"}, {"family": "Moon", "given": "Li"}]}
    }
    assert bulk(client, {"keys": ["w1", "w2"]}, add)["changed"] == 2
    for key in ("w1", "w2"):
        assert [one["family"] for one in work(client, key)["authors"]] == ["Sand", "Moon"]


def test_adding_to_a_text_says_that_it_is_no_list(client: httpx.Client) -> None:
    add = {"add": {"field": "title", "values": ["more"]}}
    (item,) = bulk(client, {"keys": ["w1"]}, add, dry_run="true")["items"]
    assert item["fault"] == "title is no list: use set or replace"


def test_many_are_read_and_silent_in_one_gesture(client: httpx.Client) -> None:
    silent = {"add_concept": {"about": "tides", "state": "silent", "certainty": "high"}}
    done = bulk(client, {"type": "article-journal"}, silent)

    assert done["changed"] == COUNT // 2
    coverage = client.get("/works", params={"discusses": "tides"}).json()["coverage"]
    assert coverage["silent"] == COUNT // 2
    again = bulk(client, {"type": "article-journal"}, silent)
    assert again["changed"] == 0, "they are silent already"
    bulk(client, {"keys": ["w1", "w2"]}, {"remove_concept": {"about": "tides"}})
    coverage = client.get("/works", params={"discusses": "tides"}).json()["coverage"]
    assert coverage["silent"] == COUNT // 2 - 1


def test_nothing_is_written_while_one_work_is_at_fault(desk: tuple[Home, httpx.Client], client: httpx.Client) -> None:
    head = desk[0].library.follow()
    date = {"replace": {"field": "title", "pattern": "^On tide 4\\.$", "with": "x"}}
    change = [date, {"set": {"alternative_keys": ["w4"]}}]

    preview = bulk(client, {"keys": ["w4", "names"]}, change, dry_run="true")

    assert (preview["faults"], preview["changed"]) == (2, 0)
    assert "key" in preview["items"][0]["fault"]
    refused = client.post("/bulk", json={"select": {"keys": ["w4", "names"]}, "change": change})
    assert refused.status_code == 422
    assert [fault["where"] for fault in refused.json()["errors"]] == ["w4", "names"]
    assert desk[0].library.follow() == head


@pytest.mark.parametrize(
    ("select", "change", "where"),
    [
        ({"nonsense": "1"}, NO_STOP, "select.nonsense"),
        ({"keys": ["nobody"]}, NO_STOP, "select.keys"),
        ({"keys": "w1"}, NO_STOP, "select.keys"),
        ({"keys": ["w1"], "type": "book"}, NO_STOP, "select.type"),
        ({}, {"swap": {}}, "change"),
        ({}, [], "change"),
        ({}, {"replace": {"field": "title", "pattern": "("}}, "change.replace.pattern"),
        ({}, {"replace": {"field": "title"}}, "change.replace.pattern"),
        ({}, {"split": {"field": "title", "at": ";"}}, "change.split.field"),
        ({}, {"add_concept": {"about": "moons", "state": "silent"}}, "change.about"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_place(
    client: httpx.Client, select: dict[str, Any], change: Any, where: str
) -> None:
    refused = client.post("/bulk", json={"select": select, "change": change})
    assert refused.status_code == 400, refused.text
    assert where in [fault["where"] for fault in refused.json()["errors"]]


def test_only_a_curator_may(desk: tuple[Home, httpx.Client], client: httpx.Client) -> None:
    body = {"select": {"keys": ["w1"]}, "change": NO_STOP}
    assert client.post("/bulk", json=body, headers={"Authorization": ""}).status_code == 401
    contributor = f"Bearer {desk[0].tokens.add('Bo', Role.CONTRIBUTOR)}"
    assert client.post("/bulk", json=body, headers={"Authorization": contributor}).status_code == 403


def test_a_bulk_change_honours_if_match(desk: tuple[Home, httpx.Client], client: httpx.Client) -> None:
    body = {"select": {"keys": ["w1"]}, "change": NO_STOP}
    stale = {"If-Match": f'"{desk[0].library.follow() - 1};json"'}
    assert client.post("/bulk", json=body, headers=stale).status_code == 412


@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize(
    ("put", "times"), [("x" * 500_000, 1), ("ab" * 20, 6)], ids=["one long text", "a longer one each time"]
)
def test_a_text_is_not_made_longer_than_the_server_can_hold(
    client: httpx.Client, put: str, times: int, literal: bool
) -> None:
    """Six operations that each put 40 characters in the place of one would make gigabytes of a title."""
    longer = {"replace": {"field": "title", "pattern": "a" if literal else ".", "with": put, "literal": literal}}
    titled = {"set": {"title": "a" * 30}}
    refused = client.post("/bulk", json={"select": {"keys": ["w1"]}, "change": [titled, *[longer] * times]})
    assert refused.status_code == 422, refused.text
    assert "longer than 2,000,000" in refused.json()["errors"][0]["why"]


def test_a_pattern_that_would_take_for_ever_does_not(client: httpx.Client, tmp_path: Path) -> None:
    slow = {"replace": {"field": "title", "pattern": "(O|n| )*(t|i|d|e| )*(\\d+)*x", "with": ""}}
    assert bulk(client, {"type": "chapter"}, slow, dry_run="true")["changed"] == 0
