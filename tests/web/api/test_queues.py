"""Queues: what wants a curator, and that the call which each item names takes it out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.library.queues import QUEUES
from tests.conftest import serving


@pytest.fixture
def curator(opened: Home) -> Iterator[httpx.Client]:
    """Yield a client with a curator's token, on a home of its own with the reference set."""
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        yield client


def queue(client: httpx.Client, name: str) -> dict[str, Any]:
    response = client.get(f"/queues/{name}", params={"limit": 1000})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    assert found["total"] == len(found["items"])
    return found


def counts(client: httpx.Client) -> dict[str, int]:
    return {one["name"]: one["count"] for one in client.get("/queues").json()["items"]}


def judge(client: httpx.Client, work: str, about: str, **more: Any) -> str:
    given = {"work": work, "about": about, "state": "discusses", "directness": "direct", "certainty": "high", **more}
    made = client.post("/evidence", json=given)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_each_queue_counts_what_it_lists(client: httpx.Client) -> None:
    counted = counts(client)
    assert list(counted) == [one.name for one in QUEUES]
    for name, count in counted.items():
        assert queue(client, name)["total"] == count, name
    assert counted["facts-in-doubt"] > 0
    assert client.get("/queues/nonsense").status_code == 404


def test_proposed_evidence_leaves_by_the_call_that_its_item_names(curator: httpx.Client) -> None:
    before = counts(curator)["proposed-evidence"]
    for work, place in (("brudney1983", 0), ("parks1981", 1)):
        key = judge(curator, work, "facilitator", status="proposed")
        item = next(one for one in queue(curator, "proposed-evidence")["items"] if one["thing"]["key"] == key)
        assert item["about"]["key"] == "facilitator"
        solve = item["solve"]
        done = curator.request(solve["method"], solve["address"], json=json.loads(solve["bodies"][place]))
        assert done.status_code == 200, done.text
    assert counts(curator)["proposed-evidence"] == before


def test_what_rests_on_a_retracted_work_is_listed_until_it_is_judged(curator: httpx.Client) -> None:
    key = judge(curator, "ostrom1996", "facilitator")
    assert counts(curator)["retracted-underneath"] == 0

    assert curator.patch("/works/ostrom1996", json={"status": "retracted"}).status_code == 200

    resting = queue(curator, "retracted-underneath")["items"]
    evidence = {one["id"] for one in curator.get("/works/ostrom1996").json()["evidence"] if one["status"] == "accepted"}
    assert {one["thing"]["key"] for one in resting} == evidence
    assert {one["detail"] for one in resting} == {"retracted"}
    citing = {one["key"] for one in curator.get("/works", params={"cites": "ostrom1996", "limit": 100}).json()["items"]}
    assert {one["thing"]["key"] for one in queue(curator, "cites-retracted")["items"]} <= citing
    item = next(one for one in resting if one["thing"]["key"] == key)
    rejected = curator.patch(item["solve"]["address"], json={"status": "rejected", "note": "the work was retracted"})
    assert rejected.status_code == 200, rejected.text
    assert key not in {one["thing"]["key"] for one in queue(curator, "retracted-underneath")["items"]}


def test_a_work_is_read_once_it_is_silent(curator: httpx.Client) -> None:
    made = curator.post("/works", json={"key": "new2026", "type": "book", "title": "A new book"})
    assert made.status_code == 201, made.text
    for name in ("never-read", "no-abstract", "no-identifier"):
        assert "new2026" in {one["thing"]["key"] for one in queue(curator, name)["items"]}, name
    (item,) = [one for one in queue(curator, "never-read")["items"] if one["thing"]["key"] == "new2026"]
    body = json.loads(item["solve"]["bodies"][0]) | {"about": "facilitator"}
    assert curator.request(item["solve"]["method"], item["solve"]["address"], json=body).status_code == 201
    assert "new2026" not in {one["thing"]["key"] for one in queue(curator, "never-read")["items"]}
    assert curator.patch("/works/new2026", json={"doi": "10.5555/new", "abstract": "On new things."}).status_code == 200
    for name in ("no-abstract", "no-identifier"):
        assert "new2026" not in {one["thing"]["key"] for one in queue(curator, name)["items"]}, name


def test_one_quote_for_two_claims_is_shown_for_both(curator: httpx.Client) -> None:
    claims = [one["key"] for one in curator.get("/claims").json()["items"]][:2]
    title = curator.get("/works/brudney1983").json()["title"]
    keys = {judge(curator, "brudney1983", claim, state="supports", quote=title, locator="title") for claim in claims}
    listed = {one["thing"]["key"] for one in queue(curator, "one-quote-for-many-claims")["items"]}
    assert keys <= listed


def test_a_quote_that_is_nowhere_is_listed(curator: httpx.Client) -> None:
    key = judge(curator, "brudney1983", "facilitator", quote="words that are not there", locator="title")
    assert key in {one["thing"]["key"] for one in queue(curator, "quote-not-found")["items"]}
