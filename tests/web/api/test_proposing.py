"""What a contributor may do: propose evidence, corrections and decisions, which a curator accepts or rejects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from tests.conftest import serving

EVIDENCE = {
    "work": "brudney1983",
    "about": "facilitator",
    "state": "discusses",
    "directness": "direct",
    "certainty": "high",
}


class Two:
    """A contributor and a curator of one library."""

    def __init__(self, client: httpx.Client, home: Home) -> None:
        self.client = client
        self._tokens = {
            name: {"Authorization": f"Bearer {home.tokens.add(name, role)}"}
            for name, role in (("reader", Role.CONTRIBUTOR), ("other", Role.CONTRIBUTOR), ("librarian", Role.CURATOR))
        }

    def call(self, who: str, method: str, address: str, body: object = None) -> httpx.Response:
        return self.client.request(method, address, json=body, headers=self._tokens[who])

    def done(self, who: str, method: str, address: str, body: object = None) -> Any:
        answer = self.call(who, method, address, body)
        assert answer.is_success, f"{method} {address}: {answer.text}"
        return answer.json()

    def refused(self, who: str, method: str, address: str, body: object) -> str:
        version = self.done(who, "GET", "/healthz")["version"]
        answer = self.call(who, method, address, body)
        assert answer.status_code == 403, answer.text
        assert self.done(who, "GET", "/healthz")["version"] == version
        return str(answer.json()["detail"])

    def queue(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.done("reader", "GET", f"/queues/{name}?limit=200")["items"]
        return found


@pytest.fixture
def two(opened: Home) -> Iterator[Two]:
    with serving(opened) as client:
        yield Two(client, opened)


def test_what_a_contributor_proposes_is_theirs_to_change_and_a_curator_s_to_decide(two: Two) -> None:
    made = two.done("reader", "POST", "/evidence", {**EVIDENCE, "status": "accepted"})
    address = f"/evidence/{made['id']}"
    assert made["status"] == "proposed"
    assert two.done("reader", "PATCH", address, {"certainty": "low"})["certainty"] == "low"
    for status in ("accepted", "rejected"):
        assert "curator" in two.refused("reader", "PATCH", address, {"status": status})
    two.refused("other", "PATCH", address, {"certainty": "high"})
    accepted = two.done("librarian", "PATCH", address, {"status": "accepted"})
    assert (accepted["status"], accepted["agent"]) == ("accepted", "reader")
    two.refused("reader", "PATCH", address, {"certainty": "high"})
    two.refused("reader", "PATCH", address, {"note": "or not"})


def test_a_curator_rejects_with_the_reason_by_one_call(two: Two) -> None:
    made = two.done("reader", "POST", "/evidence", EVIDENCE)
    rejected = two.done("librarian", "PATCH", f"/evidence/{made['id']}", {"status": "rejected", "note": "It does not."})
    assert (rejected["status"], rejected["note"]) == ("rejected", "It does not.")
    assert made["id"] not in {one["thing"]["key"] for one in two.queue("proposed-evidence")}


def test_many_works_are_proposed_as_silent_in_one_call(two: Two) -> None:
    silent = {"about": "facilitator", "state": "silent", "certainty": "high"}
    given = {"select": {"keys": ["brudney1983", "parks1981", "ostrom1996"]}, "change": {"add_concept": silent}}
    before = two.done("reader", "GET", "/works?discusses=facilitator")["coverage"]
    proposed = two.done("reader", "POST", "/bulk", given)
    assert proposed["changed"] == 3
    after = two.done("reader", "GET", "/works?discusses=facilitator")
    assert after["coverage"] == before
    assert two.done("reader", "GET", "/concepts/facilitator")["extent"] == after["extent"]
    waiting = [one for one in two.queue("proposed-evidence") if one["about"]["key"] == "facilitator"]
    assert len(waiting) == 3
    two.refused("reader", "POST", "/bulk", {**given, "change": {"remove_concept": {"about": "facilitator"}}})
    two.refused("reader", "POST", "/bulk", {**given, "change": {"set": {"language": "en"}}})
    two.refused("reader", "POST", "/bulk?dry_run=true", {**given, "change": {"set": {"language": "en"}}})


def test_a_correction_is_proposed_as_a_doubt(two: Two) -> None:
    before = two.done("reader", "GET", "/works/mcmullin2020citizenled")
    told = {"field": "volume", "confirmation": "conflicting", "alternative": ["2"], "note": "So its title page."}
    after = two.done("reader", "PATCH", "/works/mcmullin2020citizenled", {"doubts": [*before["doubts"], told]})
    assert told in after["doubts"]
    doubted = [one for one in two.queue("facts-in-doubt") if one["detail"] == "volume"]
    (item,) = [one for one in doubted if one["about"]["key"] == "mcmullin2020citizenled"]
    two.refused("reader", "PATCH", "/works/mcmullin2020citizenled", {"doubts": before["doubts"]})
    two.refused("reader", "PATCH", "/works/mcmullin2020citizenled", {"volume": "2"})
    two.refused("reader", "PATCH", "/works/mcmullin2020citizenled", {"doubts": after["doubts"], "volume": "2"})
    taken = json.loads(item["solve"]["bodies"][1].replace("…", "2"))
    corrected = two.done("librarian", "PATCH", item["solve"]["address"], taken)
    assert (corrected["volume"], corrected["doubts"]) == ("2", before["doubts"])


def test_a_decision_on_two_works_is_proposed_and_then_decided(two: Two) -> None:
    works = ["brudney1983", "parks1981"]
    given = {"works": works, "judgement": "different", "reason": "Other authors."}
    proposed = two.done("reader", "POST", "/duplicates/decisions", given)
    assert (proposed["status"], proposed["agent"]) == ("proposed", "reader")
    assert two.done("reader", "GET", "/duplicates?decision=different")["total"] == 0
    two.done("other", "POST", "/duplicates/decisions", {**given, "judgement": "same", "reason": ""})
    items = two.queue("proposed-decisions")
    assert {one["detail"] for one in items} == {"different", "same"}
    (item,) = [one for one in items if one["detail"] == "different"]
    decided = two.done(
        "librarian", item["solve"]["method"], item["solve"]["address"], json.loads(item["solve"]["bodies"][0])
    )
    assert (decided["status"], decided["reason"]) == ("accepted", "Other authors.")
    assert not two.queue("proposed-decisions"), "one decision answers all that was proposed"
    two.done("reader", "POST", "/duplicates/decisions", {**given, "judgement": "unsure"})
    (listed,) = two.done("reader", "GET", "/duplicates?decision=different")["items"]
    assert listed["decision"]["judgement"] == "different", "a proposal stands beside what was decided"
    two.refused("reader", "POST", "/duplicates/decisions", {**given, "judgement": "related", "relation": "version"})


@pytest.mark.parametrize(
    ("method", "address", "body"),
    [
        ("POST", "/works", {"type": "book", "title": "x"}),
        ("PATCH", "/concepts/facilitator", {"followed": True}),
        ("DELETE", "/works/parks1981", None),
        ("POST", "/works/parks1981/merge", {"from": "brudney1983"}),
        ("POST", "/changes/1/undo", {}),
    ],
)
def test_what_a_curator_decides_is_refused_to_a_contributor(two: Two, method: str, address: str, body: object) -> None:
    assert two.refused("reader", method, address, body)
