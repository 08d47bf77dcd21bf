"""The answer to an edit of a concept or claim has its coverage, for which the evidence of the library is read once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from commonplace.derived.graph.store_snapshot import StoreSnapshot

CONCEPT = "/concepts/professional-role"
ALL_EVIDENCE = "?evidence cp:standing cp:accepted ; cp:state ?state ; cp:about ?about ; cp:work ?work"


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that read all evidence, as they come."""
    found: list[str] = []
    query = StoreSnapshot.query

    def noted(snapshot: StoreSnapshot, text: str, *given: Any, **named: Any) -> Any:
        if ALL_EVIDENCE in text:
            found.append(text)
        return query(snapshot, text, *given, **named)

    monkeypatch.setattr(StoreSnapshot, "query", noted)
    return found


@pytest.mark.parametrize("address", [CONCEPT, "/claims/{claim}"])
def test_no_edit_of_a_thing_with_coverage_reads_all_evidence_again(
    curator: httpx.Client, readings: list[str], address: str
) -> None:
    address = address.format(claim=curator.get("/claims").json()["items"][0]["key"])
    thing = curator.get(address).json()
    first = curator.patch(address, json={"labels": thing["labels"] | {"de": "erst"}})
    assert first.status_code == 200, first.text
    unread = first.json()["coverage"]["unread"]
    readings.clear()

    about = {"about": thing["iri"], "certainty": "high"}
    work = curator.get(f"{thing['works'] if 'works' in thing else '/works?claim=' + thing['key']}&state=unread").json()
    read = curator.post("/evidence", json={"work": work["items"][0]["key"], "state": "silent", **about})
    assert read.status_code == 201, read.text
    renamed = curator.patch(address, json={"labels": thing["labels"] | {"de": "zweit"}})
    whole = curator.get(address).json()
    sent_back = curator.patch(address, json=whole | {"labels": thing["labels"]})
    gone = curator.delete(address, params={"dry_run": "true"})

    assert [answer.status_code for answer in (renamed, sent_back, gone)] == [200] * 3, sent_back.text
    assert renamed.json()["coverage"] == whole["coverage"]
    assert whole["coverage"]["unread"] == unread - 1
    assert not readings
