"""What rests on a retracted work says so: works that cite it, cases, claims, evidence and answers that are kept."""

from __future__ import annotations

from typing import Any

import httpx

WORK = "ostrom1996"


def read(client: httpx.Client, address: str) -> Any:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.json()


def marks(client: httpx.Client, address: str) -> list[tuple[str, str]]:
    return [(one["key"], one["status"]) for one in read(client, address).get("affected_by", [])]


def kept(client: httpx.Client, **asked: str) -> str:
    made = client.post("/pins", json=asked)
    assert made.status_code == 201, made.text
    assert "affected_by" not in made.json()
    return f"/pins/{made.json()['key']}"


def test_a_pin_is_marked_while_a_work_that_it_names_is_retracted(curator: httpx.Client) -> None:
    listed = kept(curator, address="/works?author=elinor-ostrom")
    asked = kept(
        curator, query=f"SELECT ?w {{ ?w <http://purl.org/dc/terms/title> ?t FILTER(CONTAINS(STR(?w), '{WORK}')) }}"
    )
    other = kept(curator, address="/works/brudney1983")
    assert curator.patch(f"/works/{WORK}", json={"status": "retracted"}).is_success
    assert marks(curator, listed) == marks(curator, asked) == [(WORK, "retracted")]
    assert marks(curator, other) == []
    of_all = {one["key"]: one.get("affected_by") for one in read(curator, "/pins")["items"]}
    assert {key for key, mark in of_all.items() if mark} == {asked[6:], listed[6:]}
    version = read(curator, "/healthz")["version"]
    assert marks(curator, f"{listed}?at={version - 1}") == [], "it was not retracted then"
    assert curator.patch(f"/works/{WORK}", json={"status": None}).is_success
    assert marks(curator, listed) == []


def test_a_pin_is_marked_by_the_survivor_of_a_work_that_it_names(curator: httpx.Client) -> None:
    assert curator.post("/works", json={"key": "double", "type": "book", "title": "Crossing"}).status_code == 201
    pin = kept(curator, address="/works/double")
    assert curator.post(f"/works/{WORK}/merge", json={"from": "double"}).is_success
    assert curator.patch(f"/works/{WORK}", json={"status": "withdrawn"}).is_success
    assert marks(curator, pin) == [(WORK, "withdrawn")]


def test_what_cites_or_rests_on_a_corrected_work_says_so(curator: httpx.Client) -> None:
    case = read(curator, "/cases/quebec-drop-in")
    claim = read(curator, "/claims/low-professionalisation-enables")
    describing, making = case["described_by"][0]["key"], claim["made_by"][0]["key"]
    for key in {WORK, describing, making}:
        assert curator.patch(f"/works/{key}", json={"status": "corrected"}).is_success
    citing = read(curator, f"/works?cites={WORK}&limit=100")["items"]
    assert citing
    for one in citing:
        assert (WORK, "corrected") in marks(curator, f"/works/{one['key']}")
    assert (describing, "corrected") in marks(curator, "/cases/quebec-drop-in")
    assert (making, "corrected") in marks(curator, "/claims/low-professionalisation-enables")
    resting = [one["work_status"] for one in read(curator, f"/works/{WORK}")["evidence"]]
    assert set(resting) == {"corrected"}
