"""The timeline over HTTP: its years add up to the coverage, and agree with the lists, the table and the page."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import httpx
import pytest

from commonplace.library import timeline as timeline_of_library
from commonplace.web.pages import timeline as timeline_page
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

ROLE = {"concept": "professional-role"}


@pytest.fixture(scope="module")
def role(client: httpx.Client) -> dict[str, Any]:
    """The timeline of a concept."""
    found: dict[str, Any] = client.get("/timeline", params=ROLE).raise_for_status().json()
    return found


def test_the_years_add_up_to_the_coverage(client: httpx.Client, role: dict[str, Any]) -> None:
    coverage = client.get("/concepts/professional-role").json()["coverage"]
    for state, count in coverage.items():
        assert sum(year[state] for year in role["years"]) == count
    assert all(year["works"] == year["discusses"] + year["silent"] + year["unread"] for year in role["years"])
    assert role["works"] + role["without_year"] == sum(coverage.values())
    assert [year["year"] for year in role["years"]] == sorted({year["year"] for year in role["years"]})


def test_a_year_has_the_works_of_the_list(client: httpx.Client, role: dict[str, Any]) -> None:
    for year in role["years"]:
        asked = {"discusses": "professional-role", "year": str(year["year"])}
        listed = client.get("/works", params=asked).json()
        assert listed["total"] == year["discusses"]
        said = [one for work in listed["items"] for one in work["evidence"] if one["state"] == "discusses"]
        direct = {one["work"] for one in said if one["directness"] == "direct" and one["about"] == "professional-role"}
        assert len(direct) <= year["direct"] <= year["discusses"]


def test_it_names_the_first_and_the_last_and_the_earliest_works(client: httpx.Client, role: dict[str, Any]) -> None:
    listed = client.get("/works", params={"discusses": "professional-role", "sort": "year"}).json()["items"]
    assert (role["first"], role["last"]) == (listed[0]["year"], listed[-1]["year"]) == (1996, 2025)
    assert [link["key"] for link in role["earliest"]] == [work["key"] for work in listed[:5]]
    later = client.get("/timeline", params=ROLE | {"years": "2015..2020"}).json()
    assert (later["first"], later["last"]) == (2015, 2020)
    assert [year for year in role["years"] if 2015 <= year["year"] <= 2020] == later["years"]
    assert later["earliest"] == role["earliest"], "the history of an idea does not depend on what is looked at"


def test_cases_stand_at_the_years_of_the_works_that_describe_them(client: httpx.Client, role: dict[str, Any]) -> None:
    shown = {case["key"]: (case["first"], case["last"]) for case in role["cases"]}
    assert shown == {f"quebec-neighbourhood-project-{n}": (2020, 2020) for n in (1, 2, 3)}
    assert {year["year"]: year["cases"] for year in role["years"] if year["cases"]} == {2020: 3}
    every = client.get("/timeline").json()
    assert len(every["cases"]) == client.get("/cases").json()["total"]
    assert "concept" not in every
    assert sum(year["unread"] for year in every["years"]) == every["works"] == 35


@pytest.mark.parametrize("concept", ["professional-role", "citizen-led-co-production", "england"])
def test_cases_are_found_alike_among_few_and_among_many_concepts(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, concept: str
) -> None:
    found = []
    for few in (0, 1_000):
        monkeypatch.setattr(timeline_of_library, "FEW_CONCEPTS", few)
        found.append(client.get("/timeline", params={"concept": concept}).raise_for_status().json()["cases"])
    assert found[0] == found[1]
    of_list = client.get("/cases", params={"limit": 100}).json()["items"]
    below = {concept, *(one["key"] for one in client.get(f"/concepts/{concept}").json().get("narrower", []))}
    values = {case["key"]: {link["key"] for links in case["dimensions"].values() for link in links} for case in of_list}
    assert {case["key"] for case in found[0]} == {key for key, has in values.items() if has & below}


def test_the_table_has_the_same_years(client: httpx.Client, role: dict[str, Any]) -> None:
    sent = client.get("/timeline.csv", params=ROLE)
    assert sent.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(sent.text)))
    assert [{name: int(value) for name, value in row.items()} for row in rows] == role["years"]


def test_the_page_draws_each_work_and_says_the_same_in_a_table(client: httpx.Client, role: dict[str, Any]) -> None:
    page = client.get("/timeline", params=ROLE, headers=BROWSER).text
    strip = page[page.index('<svg class="strip"') : page.index("</svg>")]
    assert len(re.findall(r'<a href="/works/', strip)) == role["works"]
    rows = re.findall(r'<tr><th scope="row">(-?\d+)</th>', page)
    assert [int(year) for year in rows] == [year["year"] for year in role["years"]]
    assert "Discussed from 1996 to 2025." in text_of(page)
    some = client.get("/timeline", params=ROLE | {"years": "2018"}, headers=BROWSER).text
    assert len(re.findall(r'<a href="/works/', some[some.index("<svg") : some.index("</svg>")])) == 7
    assert 'value="2018"' in some, "the form keeps what was chosen"


def test_of_very_many_works_the_page_draws_columns(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline_page, "MOST_MARKS", 10)
    many = client.get("/timeline", params=ROLE | {"years": "2007.."}, headers=BROWSER).text
    strip = many[many.index("<svg") : many.index("</svg>")]
    assert "&amp;year=2018" in strip
    assert "year=1996" not in strip


def test_the_chosen_concept_stays_chosen_among_very_many(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline_page, "MOST_CHOICES", 1)
    page = client.get("/timeline", params=ROLE, headers=BROWSER).text
    assert len(re.findall("<option", page)) <= 3, "the empty one, the first and the chosen one"
    assert re.findall(r'<option value="([^"]*)" selected>', page) == ["professional-role"]


@pytest.mark.parametrize(
    ("query", "where"), [("concept=nobody", "concept"), ("years=x", "years"), ("years=2020..2010", "years")]
)
def test_what_is_no_choice_is_refused(client: httpx.Client, query: str, where: str) -> None:
    refused = client.get(f"/timeline?{query}")
    assert refused.status_code == 400
    assert [fault["where"] for fault in refused.json()["errors"]] == [where]
