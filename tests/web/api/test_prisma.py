"""The numbers of a review: each record has one fate, each exclusion a reason, and silence is a gap."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import serving, settings_for

pytestmark = pytest.mark.slow  # the suite without these stays under ten minutes

BIBTEX = {"Content-Type": "application/x-bibtex"}


def entries(*keys: str) -> str:
    return "\n".join(
        f"@article{{{key}, author = {{{key.title()}, A.}}, title = {{On {key} and what it does}}, year = {{2001}},"
        f" journal = {{Notes}}, doi = {{10.1000/{key}}}}}"
        for key in keys
    )


class Reviewing:
    """A curator's client, on a library that began empty."""

    def __init__(self, client: httpx.Client, token: str, reader: str) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {token}"}
        self.reader = {"Authorization": f"Bearer {reader}"}

    def bring(self, text: str, name: str) -> dict[str, Any]:
        answer = self.client.post(f"/imports?filename={name}", content=text, headers=self.headers | BIBTEX)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def decide(self, work: str, stage: str, verdict: str, reason: str | None = None) -> dict[str, Any]:
        body = {"work": work, "stage": stage, "verdict": verdict, **({"reason": reason} if reason else {})}
        answer = self.client.post("/screenings", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def numbers(self, at: int | None = None) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/prisma?at={at}" if at else "/prisma").raise_for_status().json()
        assert found["adds_up"], found
        return found


@pytest.fixture
def review(tmp_path: Path) -> Iterator[Reviewing]:
    home = open_home(settings_for(tmp_path / "home", reference_set="none"))
    assert home.minted
    with serving(home) as client:
        yield Reviewing(client, home.minted, home.tokens.add("reader", Role.CONTRIBUTOR))


def test_each_record_has_one_fate_from_source_to_inclusion(review: Reviewing) -> None:
    review.bring(entries("ants", "bees", "crabs", "doves", "eels"), "scopus.bib")  # version 1
    review.bring("@article{\n" + entries("ants", "foxes"), "wos.bib")  # version 2
    review.bring(entries("gnats"), "wrong.bib")  # version 3
    review.client.post("/changes/3/undo", headers=review.headers).raise_for_status()
    review.client.delete("/works/eels", headers=review.headers).raise_for_status()
    review.decide("ants", "title-abstract", "include")
    review.decide("bees", "title-abstract", "exclude", "another field")
    review.decide("crabs", "title-abstract", "exclude", "another field")
    review.decide("doves", "title-abstract", "include")
    review.decide("doves", "full-text", "exclude", "no data")
    found = review.numbers()
    assert [(s["source"], s["found"], s["new"], s["duplicates"], s["not_read"]) for s in found["sources"]] == [
        ("scopus.bib", 5, 5, 0, 0),
        ("wos.bib", 3, 1, 1, 1),
        ("wrong.bib", 1, 1, 0, 0),
    ]
    assert (found["found"], found["not_read"], found["duplicates"]) == (9, 1, 1)
    assert found["removed_by"] == {"delete": 1, "undo": 1}
    assert (found["records"], found["screened"], found["not_screened"]) == (5, 4, 1)
    assert found["excluded_by_reason"] == {"another field": 2}
    assert (found["assessed"], found["not_assessed"], found["included"]) == (1, 1, 0)
    assert found["excluded_after_assessment_by_reason"] == {"no data": 1}
    assert [(gap["stage"], gap["works"]) for gap in found["gaps"]] == [
        ("screening", ["foxes"]),
        ("eligibility", ["ants"]),
    ]
    review.decide("foxes", "title-abstract", "exclude", "another field")
    review.decide("ants", "full-text", "include")
    done = review.numbers()
    assert (done["included"], done["gaps"]) == (1, [])
    assert done["records"] == done["excluded"] + done["excluded_after_assessment"] + done["included"]
    assert review.numbers(at=2)["records"] == 6
    assert review.numbers(at=1)["not_screened"] == 5


def test_a_work_that_is_brought_in_again_is_counted_each_time(review: Reviewing) -> None:
    review.bring(entries("ants"), "first.bib")
    review.client.post("/changes/1/undo", headers=review.headers).raise_for_status()
    review.bring(entries("ants"), "second.bib")
    found = review.numbers()
    assert (found["found"], found["removed_by"], found["records"]) == (2, {"undo": 1}, 1)


def test_a_merge_takes_a_duplicate_away_and_a_decision_along(review: Reviewing) -> None:
    review.bring(entries("ants", "bees"), "one.bib")
    review.decide("bees", "title-abstract", "include")
    merged = review.client.post("/works/ants/merge", json={"from": "bees"}, headers=review.headers)
    assert merged.is_success, merged.text
    found = review.numbers()
    assert (found["duplicates_merged"], found["records"], found["not_assessed"]) == (1, 1, 1)


def test_decisions_that_contradict_one_another_are_a_gap(review: Reviewing) -> None:
    review.bring(entries("ants"), "one.bib")
    review.decide("ants", "title-abstract", "exclude", "another field")
    review.decide("ants", "full-text", "include")
    (gap,) = review.numbers()["gaps"]
    assert (gap["works"], "contradict" in gap["why"]) == (["ants"], True)


def test_a_decision_is_made_changed_listed_and_taken_back(review: Reviewing) -> None:
    review.bring(entries("ants"), "one.bib")
    made = review.decide("ants", "title-abstract", "exclude", "another field")
    assert (made["key"], made["agent"], made["kind"]) == ("title-abstract--ants", "curator", "screening")
    again = review.client.post(
        "/screenings", json={"work": "ants", "stage": "title-abstract", "verdict": "include"}, headers=review.headers
    )
    assert again.status_code == 400, again.text
    unreasoned = review.client.patch(
        "/screenings/title-abstract--ants",
        json={"reason": None},
        headers=review.headers | {"Content-Type": "application/merge-patch+json"},
    )
    assert unreasoned.status_code == 422
    assert "without a reason" in unreasoned.text
    changed = review.client.patch(
        "/screenings/title-abstract--ants", json={"verdict": "include", "reason": None}, headers=review.headers
    )
    assert changed.json()["verdict"] == "include", changed.text
    listed = review.client.get("/screenings?verdict=include").json()
    assert [one["work"] for one in listed["items"]] == ["ants"]
    assert review.client.get("/screenings?verdict=exclude").json()["items"] == []
    assert review.client.get(made["iri"].replace("http://127.0.0.1:8000", "")).json()["verdict"] == "include"
    assert review.client.get("/works/ants").status_code == 200
    review.client.delete("/screenings/title-abstract--ants", headers=review.headers).raise_for_status()
    assert review.numbers()["not_screened"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"work": "ants", "stage": "title-abstract", "verdict": "exclude"}, 422),
        ({"work": "nobody", "stage": "title-abstract", "verdict": "include"}, 400),
        ({"work": "ants", "stage": "second", "verdict": "include"}, 400),
        ({"work": "ants", "verdict": "include"}, 400),
    ],
)
def test_a_decision_that_says_too_little_is_refused(review: Reviewing, body: dict[str, str], status: int) -> None:
    review.bring(entries("ants"), "one.bib")
    refused = review.client.post("/screenings", json=body, headers=review.headers)
    assert refused.status_code == status, refused.text
    assert review.client.post("/screenings", json=body, headers=review.reader).status_code == 403


def test_a_work_goes_with_the_decisions_on_it(review: Reviewing) -> None:
    review.bring(entries("ants"), "one.bib")
    review.decide("ants", "title-abstract", "include")
    review.client.delete("/works/ants?with_dependents=true", headers=review.headers).raise_for_status()
    found = review.numbers()
    assert (found["records"], found["removed_by"], found["gaps"]) == (0, {"delete": 1}, [])
    assert review.client.get("/screenings").json()["total"] == 0


def test_the_table_says_the_numbers_of_the_json(client: httpx.Client) -> None:
    numbers = client.get("/prisma").json()
    by_suffix = client.get("/prisma.csv")
    assert by_suffix.headers["content-type"].startswith("text/csv")
    assert by_suffix.text == client.get("/prisma", headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(by_suffix.text)))
    totals = {row["counted"]: int(row["number"]) for row in rows if not row["of"]}
    assert totals["records found"] == numbers["found"] == 35
    assert totals["records not screened"] == numbers["not_screened"] == 35
    assert numbers["sources"][0]["kind"] == "reference-set"
    assert numbers["gaps"][0]["count"] == 35
