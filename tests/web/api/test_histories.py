"""The history of a thing, what differs between versions, and the way back to an earlier state, over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.conftest import BASE

pytestmark = pytest.mark.slow  # most of its tests start a server of their own

PATCH = {"Content-Type": "application/merge-patch+json"}
WORK = "/works/ostrom1996"
TITLE = "Crossing the great divide: Coproduction, synergy, and development"


def patch(client: httpx.Client, address: str, **members: Any) -> int:
    """Change members of a thing, and return the version that did."""
    answer = client.patch(address, json=members, headers=PATCH)
    assert answer.status_code == 200, answer.text
    return int(answer.headers["commonplace-version"])


def got(client: httpx.Client, address: str, **parameters: Any) -> Any:
    answer = client.get(address, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def dump(client: httpx.Client) -> list[bytes]:
    return sorted(client.get("/export?format=ntriples").raise_for_status().content.splitlines())


def test_a_history_says_who_changed_what_when_in_words_and_by_field(curator: httpx.Client) -> None:
    before = got(curator, WORK)
    patch(curator, WORK, title="Another title", keywords=["one", "two"])
    patch(curator, WORK, keywords=["two", "three"], volume=None)

    page = got(curator, f"{WORK}/history")
    newest, second, first = page["items"]

    assert page["total"] == 3
    assert (newest["agent"], newest["kind"], newest["version"]) == ("Ada", "edit", 3)
    assert newest["at"].startswith("20")
    assert newest["fields"] == [
        {"field": "keywords", "before": ["one"], "after": ["three"]},
        {"field": "volume", "before": [before["volume"]], "after": []},
    ]
    assert newest["words"] == f"keywords changed from “one” to “three”; volume “{before['volume']}” removed"
    title = next(one for one in second["fields"] if one["field"] == "title")
    assert title == {"field": "title", "before": [before["title"]], "after": ["Another title"]}
    assert f"title changed from “{before['title'][:60]}" in second["words"]
    assert first["words"].startswith("created: title “")
    assert "quads" not in newest


def test_the_people_of_a_work_are_told_by_name(curator: httpx.Client) -> None:
    patch(curator, WORK, authors=[{"family": "Ostrom", "given": "E."}, {"family": "Doe", "given": "Jane"}])
    newest = got(curator, f"{WORK}/history")["items"][0]
    authors = next(one for one in newest["fields"] if one["field"] == "authors")
    assert "Jane Doe" in authors["after"]
    assert not any("creator" in one["field"] for one in newest["fields"])


def test_quads_are_shown_when_asked_for_and_pages_go_on(curator: httpx.Client) -> None:
    patch(curator, WORK, page="1-2")
    patch(curator, WORK, page="3-4")

    first = curator.get(f"{WORK}/history", params={"quads": "true", "limit": 1})
    [row] = first.json()["items"]
    iri, said = f"{BASE}id/work/ostrom1996", "http://prismstandard.org/namespaces/basic/2.0/pageRange"
    assert row["quads"] == {"removed": [f'<{iri}> <{said}> "1-2" .'], "added": [f'<{iri}> <{said}> "3-4" .']}
    rest = curator.get(first.json()["next"]).json()
    assert [one["version"] for one in rest["items"]] == [2]
    assert [one["version"] for one in got(curator, f"{WORK}/history", at=2)["items"]] == [2, 1]


@pytest.mark.parametrize(
    ("address", "members", "words"),
    [
        ("/people/elinor-ostrom", {"given": "Lin"}, "given changed from “Elinor” to “Lin”"),
        ("/concepts/professional-role", {"labels": {"en": "duties of professionals"}}, "duties of professionals (en)"),
        ("/evidence/professional-role--ostrom1996", {"certainty": "low"}, "to “low”"),
    ],
)
def test_every_kind_of_thing_has_a_history_and_a_way_back(
    curator: httpx.Client, address: str, members: dict[str, Any], words: str
) -> None:
    before = dump(curator)
    assert got(curator, f"{address}/history")["total"] == 1
    patch(curator, address, **members)
    assert words in got(curator, f"{address}/history")["items"][0]["words"]
    assert words in got(curator, f"{address}/diff", **{"from": 1})["words"]

    restored = curator.post(f"{address}/restore", params={"to": 1})

    assert restored.status_code == 200, restored.text
    assert restored.json()["version"] == 3
    assert set(before) <= set(dump(curator))
    assert got(curator, f"{address}/diff", **{"from": 1})["words"] == "nothing differs"


def test_a_state_is_restored_whole_whatever_came_since(curator: httpx.Client) -> None:
    patch(curator, WORK, title="One", authors=[{"family": "Doe", "given": "Jane"}], doi=None)
    patch(curator, WORK, title="Two", keywords=["a"])
    patch(curator, "/works/bovaird2007", title="Elsewhere")
    now = got(curator, WORK)

    done = curator.post(f"{WORK}/restore", params={"to": 2, "message": "it was right"})

    assert done.status_code == 200, done.text
    assert done.headers["location"] == "/changes/5"
    assert done.json()["to"] == 2
    assert "title changed from “Two” to “One”" in done.json()["words"]
    then, restored = got(curator, WORK, at=2), got(curator, WORK)
    assert {**then, "version": 0} == {**restored, "version": 0}
    assert got(curator, "/works/bovaird2007")["title"] == "Elsewhere"
    change = got(curator, "/changes/5")
    assert (change["kind"], change["message"], change["agent"]) == ("restore", "it was right", "Ada")
    assert curator.post(f"{WORK}/restore", params={"to": 2}).json().get("version") is None
    assert curator.post("/changes/5/undo").status_code == 201
    assert {**got(curator, WORK), "version": 0} == {**now, "version": 0}


def test_a_restoring_of_what_has_moved_or_never_was_is_refused(curator: httpx.Client) -> None:
    patch(curator, WORK, title="One")
    stale = curator.post(f"{WORK}/restore", params={"to": 1}, headers={"If-Match": '"1;json"'})
    assert stale.status_code == 412
    assert curator.post(f"{WORK}/restore", params={"to": 99}).status_code == 404
    assert curator.post("/works/nobody/restore", params={"to": 1}).status_code == 404
    assert curator.post(f"{WORK}/restore").status_code in (400, 422)
    curator.headers.pop("Authorization")
    assert curator.post(f"{WORK}/restore", params={"to": 1}).status_code == 401
    assert got(curator, "/changes")["total"] == 2


def test_what_a_restoring_would_break_is_named_and_nothing_is_written(curator: httpx.Client) -> None:
    book = {"type": "book", "title": "Quays", "authors": [{"family": "Gone", "given": "A."}]}
    made = curator.post("/works", json=book)
    assert made.status_code == 201, made.text
    key = made.json()["key"]
    version = int(made.headers["commonplace-version"])
    patch(curator, f"/works/{key}", authors=[{"family": "Here", "given": "B."}])
    assert curator.delete("/people/a-gone").status_code == 200
    head = got(curator, "/changes")["total"]

    refused = curator.post(f"/works/{key}/restore", params={"to": version})

    assert refused.status_code == 422, refused.text
    assert f"cannot be as at version {version}" in refused.json()["detail"]
    assert "not be in the library" in str(refused.json()["errors"])
    assert got(curator, "/changes")["total"] == head


def test_two_versions_of_the_library_are_compared_thing_by_thing(curator: httpx.Client) -> None:
    patch(curator, WORK, page="1-2")
    made = curator.post("/works", json={"type": "book", "title": "Quays"}).json()["key"]
    patch(curator, WORK, page="3-4", volume="7")

    page = got(curator, "/changes/diff", **{"from": 1})
    by_key = {item["key"]: item for item in page["items"]}
    assert page["total"] == len(page["items"]) == 2
    assert "to “3-4”" in by_key["ostrom1996"]["words"]
    assert "1-2" not in str(by_key["ostrom1996"])
    assert by_key[made]["words"] == "created: title “Quays”"
    assert by_key[made]["kind"] == "work"
    back = got(curator, "/changes/diff", **{"from": 4, "to": 1})
    assert {item["key"]: item["words"] for item in back["items"]}[made] == "deleted"
    assert got(curator, "/changes/diff", **{"from": 2, "to": 2})["items"] == []
    first = got(curator, "/changes/diff", **{"from": 1, "limit": 1})
    assert curator.get(first["next"]).json()["items"] == page["items"][1:]
    assert curator.get("/changes/diff", params={"from": 1, "to": 99}).status_code == 404


def test_a_deleted_thing_has_its_history_and_what_was_never_there_has_none(curator: httpx.Client) -> None:
    made = curator.post("/works", json={"type": "book", "title": "Quays"}).json()["key"]
    assert curator.delete(f"/works/{made}").status_code == 200
    assert [one["words"] for one in got(curator, f"/works/{made}/history")["items"]] == [
        "deleted",
        "created: title “Quays”",
    ]
    assert curator.post(f"/works/{made}/restore", params={"to": 2}).status_code == 200
    assert got(curator, f"/works/{made}")["title"] == "Quays"
    assert curator.get("/works/nobody/history").status_code == 404
    assert curator.get("/works/nobody/diff", params={"from": 1}).status_code == 404


def test_the_counts_of_the_dataset_are_those_of_the_version_asked_for(curator: httpx.Client) -> None:
    def counted(**at: int) -> str:
        answer = curator.get("/.well-known/void", params=at, headers={"Accept": "application/n-triples"})
        assert answer.status_code == 200
        assert answer.headers["commonplace-version"] == str(at.get("at", 2))
        return next(line for line in answer.text.splitlines() if "void#triples>" in line and "#dataset>" in line)

    assert curator.post("/works", json={"type": "book", "title": "Quays"}).status_code == 201
    now = counted()
    assert counted(at=1) != now
    assert counted(at=2) == now
