"""The JSON shapes of the contract: what is there, what may be, and that absent is absent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import BASE

COLLECTIONS = ("works", "people", "organizations", "venues", "concepts", "claims", "cases")
LIST_KEYS = {"items", "total", "complete", "version", "next"}
WORK_MUST = {"iri", "key", "type", "citation_key", "evidence", "version"}
WORK_MAY = set(
    """kind title authors editors contributors year issued available container_title container collection_title volume
    issue
    original_titles translated_titles transliterated_titles
    rich_title rich_abstract rich_note
    number page edition genre publisher publisher_place doi isbn issn url language abstract keywords note status
    identifiers doubts""".split()
)
EVIDENCE_MUST = {"id", "iri", "work", "work_iri", "about", "about_iri", "about_type", "state", "status"}
EVIDENCE_MAY = set(
    """kind directness certainty quote quoted_from quoted_from_iri quoted_from_title locator note quote_check method
    agent at version""".split()
)
STATES = {"concept": {"discusses", "silent"}, "claim": {"supports", "contradicts", "silent"}}


def every(client: httpx.Client, collection: str) -> list[dict[str, Any]]:
    """Everything in a collection."""
    page = client.get(f"/{collection}", params={"limit": 1000}).raise_for_status().json()
    assert page["next"] is None
    items: list[dict[str, Any]] = page["items"]
    return items


def blanks(value: object, path: str = "") -> Iterator[str]:
    """Where a JSON value has a null or an empty text."""
    if value is None or value == "":
        yield path
    elif isinstance(value, dict):
        for key, inside in value.items():
            yield from blanks(inside, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from blanks(inside, f"{path}[{number}]")


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_list_has_the_contracts_members(client: httpx.Client, collection: str) -> None:
    page = client.get(f"/{collection}").json()
    assert set(page) == LIST_KEYS
    assert page["complete"] == "complete"
    assert page["version"] == 1
    assert page["total"] >= len(page["items"]) > 0


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_absent_is_absent_in_lists_and_in_single_things(client: httpx.Client, collection: str) -> None:
    for item in every(client, collection):
        assert list(blanks(item)) == [], item["key"]
        whole = client.get(item["iri"].removeprefix(BASE.rstrip("/")), follow_redirects=True).raise_for_status().json()
        assert list(blanks(whole)) == [], item["key"]
        assert whole["iri"] == item["iri"]
        assert whole["key"] == item["key"]


@pytest.mark.parametrize(
    "address",
    [
        "/changes",
        "/changes/1",
        "/search?q=co-production&limit=100",
        "/search?q=role",
        "/works/mcmullin2020citizenled/references",
        "/works/ostrom1996/citations",
        "/works/ostrom1996/history",
        "/works?discusses=professional-role",
        "/works?claim=low-professionalisation-enables",
        "/queries",
        "/healthz",
    ],
)
def test_absent_is_absent_everywhere(client: httpx.Client, address: str) -> None:
    found = client.get(address).raise_for_status().json()
    found = {name: value for name, value in found.items() if name != "next"}
    assert list(blanks(found)) == []


def test_a_work_has_the_contracts_fields_and_no_others(client: httpx.Client) -> None:
    seen: set[str] = set()
    for work in every(client, "works"):
        assert set(work) >= WORK_MUST, work["key"]
        assert set(work) - WORK_MUST <= WORK_MAY, work["key"]
        seen |= set(work)
        assert work["iri"] == f"{BASE}id/work/{work['key']}"
        assert work["citation_key"] == work["key"]
        for name in ("authors", "editors", "isbn", "issn", "keywords", "identifiers"):
            assert work.get(name) != [], f"{work['key']}: an empty {name} is absent"
    assert seen >= {"title", "authors", "editors", "year", "issued", "container_title", "doi", "isbn", "language"}


def test_names_are_in_parts_or_literal(client: httpx.Client) -> None:
    particles = set()
    for work in every(client, "works"):
        for agent in [*work.get("authors", ()), *work.get("editors", ())]:
            assert ("family" in agent) != ("literal" in agent), agent
            assert set(agent) <= {"iri", "key", "family", "given", "particle", "suffix", "literal"}
            particles.add(agent.get("particle"))
    assert "van" in particles


def test_plain_identifiers_are_the_confirmed_ones_only(client: httpx.Client) -> None:
    unsure = 0
    for work in every(client, "works"):
        given = {(i["scheme"], i["value"]): i["confirmation"] for i in work.get("identifiers", ())}
        if "doi" in work:
            assert given["doi", work["doi"]] == "confirmed"
        confirmed = {value for (scheme, value), sure in given.items() if scheme == "isbn" and sure == "confirmed"}
        assert set(work.get("isbn", ())) == confirmed
        unsure += sum(sure != "confirmed" for sure in given.values())
    assert unsure


def test_evidence_has_the_contracts_fields(client: httpx.Client) -> None:
    found = [evidence for work in every(client, "works") for evidence in work["evidence"]]
    assert found
    for evidence in found:
        assert set(evidence) >= EVIDENCE_MUST
        assert set(evidence) - EVIDENCE_MUST <= EVIDENCE_MAY
        assert evidence["state"] in STATES[evidence["about_type"]]
        assert evidence["status"] in ("proposed", "accepted", "rejected")
        assert evidence["method"] in ("human", "machine", "machine-reviewed")
        assert ("directness" in evidence) == (evidence["state"] != "silent"), evidence["id"]
        assert evidence.get("directness", "direct") in ("direct", "indirect")
        assert evidence.get("certainty", "high") in ("high", "moderate", "low")
        if "quote" in evidence:
            assert evidence["quote_check"] in ("exact", "normalised", "not-found", "no-text")


def test_coverage_is_in_a_list_only_when_a_state_is_asked_for(client: httpx.Client) -> None:
    assert "coverage" not in client.get("/works").json()
    of_claim = client.get("/works", params={"claim": "low-professionalisation-enables"}).json()["coverage"]
    assert {"supports", "contradicts", "silent", "unread"} <= set(of_claim)
    assert sum(of_claim.values()) == 35


def test_a_version_has_its_agent_time_and_reason(client: httpx.Client) -> None:
    change = client.get("/changes/1").json()
    assert set(change) == {"version", "id", "at", "agent", "kind", "message", "added", "removed"}
    assert (change["version"], change["kind"], change["removed"]) == (1, "reference-set", 0)
    assert change["added"] > 1000


def test_health_and_metrics(client: httpx.Client) -> None:
    assert client.get("/healthz").json()["version"] == 1
    metrics = client.get("/metrics").text
    assert "commonplace_version 1.0\n" in metrics
    assert "commonplace_quads " in metrics
