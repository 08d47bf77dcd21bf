"""Pieces of work over HTTP and on the command line: named with each write, listed, and taken back as one version."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.command import commonplace

PATCH = {"Content-Type": "application/merge-patch+json"}
OURS, OTHERS = {"Commonplace-Piece": "Spring clean %E2%80%93 titles"}, {"Commonplace-Piece": "another"}
NAME = "Spring clean – titles"
WORK, OTHER = "ostrom1996", "bovaird2007"


def patch(client: httpx.Client, key: str, headers: dict[str, str], **members: str) -> int:
    """Change members of a work, and return the version that did."""
    answer = client.patch(f"/works/{key}", json=members, headers={**PATCH, **headers})
    assert answer.status_code == 200, answer.text
    return int(answer.headers["commonplace-version"])


def dump(client: httpx.Client, **at: int) -> list[bytes]:
    return sorted(client.get("/export", params={"format": "ntriples", **at}).raise_for_status().content.splitlines())


def test_a_piece_of_work_is_taken_back_as_one_version_whatever_came_between(curator: httpx.Client) -> None:
    before = dump(curator)
    first = patch(curator, WORK, OURS, title="One")
    between = patch(curator, OTHER, OTHERS, title="Another's")
    second = patch(curator, WORK, OURS, title="Two", volume="99")
    imported = curator.post(
        "/imports",
        content="@book{quay, title = {Quays}, author = {Okafor, Chinua}, year = 2005}",
        headers={"Content-Type": "application/x-bibtex", **OURS},
    ).json()["version"]

    listed = curator.get("/changes", params={"piece": NAME}).json()
    assert [item["version"] for item in listed["items"]] == [imported, second, first]
    assert {item["piece"] for item in listed["items"]} == {NAME}
    undone = curator.post("/undo", params={"piece": NAME})
    assert undone.status_code == 201, undone.text
    assert undone.json() == {"piece": NAME, "undone": [first, second, imported], "version": imported + 1, "kept": []}

    assert curator.post(f"/changes/{between}/undo").status_code == 201
    assert dump(curator) == before
    assert curator.post(f"/changes/{imported + 1}/undo").status_code == 201
    work = curator.get(f"/works/{WORK}").json()
    assert (work["title"], work["volume"]) == ("Two", "99")
    again = curator.post("/undo", params={"piece": NAME})
    assert again.status_code == 201
    assert dump(curator) == before


def test_what_a_later_version_rests_on_is_kept_and_named(curator: httpx.Client) -> None:
    patch(curator, WORK, OURS, title="One", volume="98")
    later = patch(curator, WORK, {}, title="Later")

    undone = curator.post("/undo", params={"piece": NAME}).json()

    [kept] = undone["kept"]
    assert kept["thing"].endswith(f"/work/{WORK}")
    assert kept["versions"] == [later]
    assert curator.get(f"/works/{WORK}").json()["title"] == "Later"
    assert curator.post("/undo", params={"piece": NAME}).status_code == 200


@pytest.mark.parametrize("name", ["%20", "a%0Ab", "x" * 201])
def test_a_name_that_cannot_be_one_is_400_and_nothing_is_written(curator: httpx.Client, name: str) -> None:
    answer = curator.patch(f"/works/{WORK}", json={"title": "x"}, headers={**PATCH, "Commonplace-Piece": name})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["where"] == "Commonplace-Piece"
    assert curator.get(f"/works/{WORK}").json()["title"] != "x"


def test_a_piece_of_work_that_never_was(curator: httpx.Client) -> None:
    assert curator.post("/undo", params={"piece": "nobody's"}).status_code == 404
    assert curator.get("/changes", params={"piece": "nobody's"}).status_code == 400


def test_a_command_names_the_piece_of_work_it_belongs_to(home: Path) -> None:
    def run(*words: str) -> str:
        done = commonplace(*words, cwd=home.parent, home=str(home))
        assert done.exit == 0, done.err
        return done.text

    run("--piece", "desk", "edit", WORK, "title=One", "--agent", "Ada")
    run("edit", OTHER, "title=Two", "--agent", "Ada")
    run("--piece", "desk", "edit", WORK, "volume=9", "--agent", "Ada")
    said = json.loads(run("undo", "--piece", "desk", "--agent", "Ada", "--json"))
    assert said == {"piece": "desk", "undone": [2, 4], "version": 5, "kept": []}
    log = json.loads(run("log", "--json"))
    assert [(row["version"], row.get("piece")) for row in log[:4]] == [(5, None), (4, "desk"), (3, None), (2, "desk")]
    both = commonplace("undo", "2", "--piece", "desk", cwd=home.parent, home=str(home))
    assert both.exit == 2
    assert "--piece" in both.err
