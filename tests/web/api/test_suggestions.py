"""Suggestions: which unread works may discuss a concept, why, and how far was looked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.library.suggestions import suggesting
from commonplace.library.suggestions.reading import Readings
from tests.conftest import serving, settings_for

CONCEPT = "shared-kitchens"

ABSTRACTS = {
    "plain": ("Kitchens that neighbours share", "Neighbours cook together. Sharing a kitchen saves rent."),
    "hyphen": ("On meals", "We looked at co-cooking in three towns, where users lead."),
    "inflected": ("Cooking with neighbours", "A communal kitchen changes how families eat."),
    "french": ("Les cuisines partagées", "Une étude des cuisines partagées dans les villes."),
    "far": ("Tides of the North Sea", "Sand moves with the tides, and the tides with the moon."),
    "farther": ("Sand and storms", "Storms move the sand of the coast more than the tides."),
    "farthest": ("Moon tables of sailors", "Sailors had tables of the moon and of the tides."),
    "meal": ("Lunch for pupils", "Neighbours cook lunch for pupils, who lead the way."),
}


@pytest.fixture
def librarian(tmp_path: Path) -> Iterator[httpx.Client]:
    """Yield a client with a curator's token, on a library of eight works and one concept."""
    home = open_home(settings_for(tmp_path / "home", reference_set=None))
    with serving(home, tokens_file=tmp_path / "home" / "tokens.json") as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        items = [
            {"id": key, "type": "article-journal", "title": title, "abstract": abstract}
            for key, (title, abstract) in ABSTRACTS.items()
        ]
        body = json.dumps([*items, {"id": "untitled", "type": "book", "publisher": "Nobody"}])
        headers = {"Content-Type": "application/vnd.citationstyles.csl+json", "Prefer": "wait=60"}
        assert client.post("/imports", content=body, headers=headers).status_code == 201
        concept = {
            "key": CONCEPT,
            "labels": {"en": "shared kitchen", "fr": "cuisine partagée"},
            "alternative_labels": {"en": ["communal kitchen", "cocooking"]},
        }
        assert client.post("/concepts", json=concept).status_code == 201
        yield client


def asked(client: httpx.Client, **more: Any) -> dict[str, Any]:
    response = client.get("/suggestions", params={"concept": CONCEPT, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    coverage = found["coverage"]
    assert coverage["looked_at"] == found["total"]
    held = [one for one in found["items"] if "abstract" in one["work"]]
    assert found["next"] or coverage["with_abstract"] == len(held) > 0
    told = ("looked_at", "proposed", "rejected", "without_text", "not_looked_at")
    assert sum(coverage[name] for name in told) == coverage["unread"]
    assert sum(coverage[name] for name in ("discusses", "silent", "unread")) == client.get("/works").json()["total"]
    return found


def keys(found: dict[str, Any]) -> list[str]:
    return [item["work"]["key"] for item in found["items"]]


def judge(client: httpx.Client, key: str, state: str, **more: str) -> str:
    said = {"work": key, "about": CONCEPT, "state": state, "certainty": "high", **more}
    if state == "discusses":
        said |= {"directness": "direct"}
    made = client.post("/evidence", json=said)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_labels_lead_to_works_whatever_their_hyphens_inflection_and_language(librarian: httpx.Client) -> None:
    found = asked(librarian)

    assert set(keys(found)[:4]) >= {"hyphen", "inflected", "french"}
    by_key = {item["work"]["key"]: item for item in found["items"]}
    assert by_key["hyphen"]["because"][0] == "co-cooking"
    assert by_key["hyphen"]["quote"] == "We looked at co-cooking in three towns, where users lead."
    assert by_key["hyphen"]["locator"] == "abstract"
    assert by_key["inflected"]["because"][0] == "communal kitchen"
    assert by_key["french"]["because"][0] == "cuisines partagées"
    assert [item["score"] for item in found["items"]] == sorted((i["score"] for i in found["items"]), reverse=True)
    assert not any(item["learnt"] for item in found["items"])
    assert found["coverage"]["without_text"] == 1


def test_what_is_judged_is_learnt_from_at_once(librarian: httpx.Client) -> None:
    before = keys(asked(librarian))
    assert before.index("meal") > 3, "no label stands in it"

    judge(librarian, "far", "silent")
    judge(librarian, "hyphen", "discusses")
    found = asked(librarian)

    assert found["items"][0]["learnt"]
    assert {"far", "hyphen"}.isdisjoint(keys(found)), "what was judged is not suggested"
    assert keys(found)[-2:] == ["farthest", "farther"] or keys(found)[-2:] == ["farther", "farthest"]
    assert (found["coverage"]["discusses"], found["coverage"]["silent"]) == (1, 1)


def test_a_rejected_proposal_teaches_and_a_proposed_one_waits(librarian: httpx.Client) -> None:
    for key in ("plain", "farther"):
        proposed = judge(librarian, key, "discusses", status="proposed")
        assert key not in keys(asked(librarian)), "it waits for a decision"
        if key == "farther":
            answer = librarian.patch(f"/evidence/{proposed}", json={"status": "rejected"})
            assert answer.status_code == 200, answer.text
    found = asked(librarian)

    assert (found["coverage"]["proposed"], found["coverage"]["rejected"]) == (1, 1)
    assert found["items"][0]["learnt"]
    assert "farther" not in keys(found)


def test_a_large_library_is_looked_through_by_words(librarian: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = keys(asked(librarian))
    version = int(librarian.get("/healthz").json()["version"])
    monkeypatch.setattr(suggesting, "MAXIMUM_LOOKED_AT", 4)

    found = asked(librarian)
    past = asked(librarian, at=version)

    assert set(keys(found)) >= {"plain", "inflected", "french"}
    assert found["coverage"]["not_looked_at"] > 0
    assert set(keys(found)) <= set(whole)
    assert past["version"] == version


def test_of_very_many_works_that_were_judged_some_are_learnt_from(
    librarian: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a top concept, which half of a large library discusses, every text would be read for each answer."""
    for key, state in (("plain", "discusses"), ("hyphen", "discusses"), ("inflected", "discusses"), ("far", "silent")):
        judge(librarian, key, state)
    judge(librarian, "farther", "silent")
    judge(librarian, "farthest", "silent")

    def coverage() -> dict[str, int]:
        found: dict[str, int] = librarian.get("/suggestions", params={"concept": CONCEPT}).json()["coverage"]
        return found

    read: list[int] = []
    of = Readings.of

    def noted(readings: Readings, snapshot: Snapshot, works: Iterable[NamedNode]) -> Any:
        read.append(len([*works]))
        return of(readings, snapshot, works)

    monkeypatch.setattr(Readings, "of", noted)
    monkeypatch.setattr(suggesting, "MAXIMUM_LOOKED_AT", 0)
    whole = coverage()
    assert (whole["discusses"], whole["silent"]) == (3, 3)
    assert max(read) == 6
    read.clear()
    monkeypatch.setattr(suggesting, "MAXIMUM_LEARNT", 2)
    assert coverage() == whole, "all are counted"
    assert max(read) == 4


def test_pages_follow_one_another_and_the_past_is_told_again(librarian: httpx.Client) -> None:
    whole = asked(librarian)
    page, seen = asked(librarian, limit=3), []
    while True:
        seen += keys(page)
        if not page["next"]:
            break
        page = librarian.get(page["next"]).json()
    assert seen == keys(whole)
    judge(librarian, "far", "silent")
    assert keys(asked(librarian, at=whole["version"])) == keys(whole)


def test_what_is_no_concept_is_refused(librarian: httpx.Client) -> None:
    assert librarian.get("/suggestions").status_code == 400
    refused = librarian.get("/suggestions", params={"concept": "plain"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["where"] == "concept"
