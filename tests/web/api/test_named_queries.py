"""The named queries over HTTP: documented, each runs with its example, and says what is wrong with a value."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
import rdflib

from commonplace.home.opening import open_home
from commonplace.library.named_queries import load_queries
from commonplace.settings import QUERIES
from tests.conftest import serving, settings_for

NAMED = load_queries(QUERIES)
NAMES = sorted(NAMED)
MUST_BE = {
    "works-discussing", "evidence-on-claim", "unread-on-concept", "works-of-person", "co-authors", "most-cited",
    "cites-and-cited-by", "citation-path", "bridging-works", "cases-by-form", "case-table", "gap-map",
    "facts-in-doubt", "works-without-identifier",
}  # fmt: skip


def test_the_list_has_every_query_with_its_question(client: httpx.Client) -> None:
    page = client.get("/queries").json()
    assert {item["name"] for item in page["items"]} == set(NAMES) >= MUST_BE
    assert page["total"] == len(NAMES)
    assert page["complete"] == "complete"
    for item in page["items"]:
        assert item["question"].endswith("?")
        assert client.get("/sparql", params={"query": item["sparql"]}).status_code == 200, item["name"]


@pytest.mark.parametrize("name", NAMES)
def test_its_parameters_are_in_openapi_with_examples(client: httpx.Client, name: str) -> None:
    operation = client.get("/openapi.json").json()["paths"][f"/queries/{name}"]["get"]
    query = NAMED[name]
    documented = {parameter["name"]: parameter for parameter in operation["parameters"]}
    assert set(documented) == {parameter.name for parameter in query.parameters} | {"at", "limit", "cursor"}
    assert operation["summary"] == query.question
    for parameter in query.parameters:
        said = documented[parameter.name]
        assert said["example"] == parameter.example
        assert said["required"] == parameter.required
        assert parameter.description in said["description"]


def rows_of(page: dict[str, Any]) -> list[list[str]]:
    """The rows of our JSON as CSV would have them."""
    return [[text(row.get(name)) for name in page["columns"]] for row in page["items"]]


def text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", NAMES)
def test_it_runs_with_its_example_in_every_form(client: httpx.Client, name: str) -> None:
    query = NAMED[name]
    examples = query.examples()
    address = f"/queries/{name}"
    if query.form == "CONSTRUCT":
        response = client.get(address, params=examples).raise_for_status()
        assert len(rdflib.Graph().parse(data=response.text, format="turtle")) or query.may_be_empty
        return
    response = client.get(address, params=examples).raise_for_status()
    assert response.headers["commonplace-complete"] == "complete"
    page = response.json()
    if query.form == "ASK":
        assert isinstance(page["answer"], bool)
        return
    assert page["columns"] == [column.name for column in query.columns]
    assert page["total"] == len(page["items"])
    assert page["items"] or query.may_be_empty
    assert all(value not in (None, "") for row in page["items"] for value in row.values())
    table = client.get(address, params=examples, headers={"Accept": "text/csv"}).raise_for_status()
    lines = list(csv.reader(io.StringIO(table.text)))
    assert lines[0] == page["columns"]
    assert len(lines) - 1 == page["total"]
    assert client.get(f"{address}.csv", params=examples).text == table.text
    sparql = client.get(address, params=examples, headers={"Accept": "application/sparql-results+json"}).json()
    assert sparql["head"]["vars"] == page["columns"]
    assert len(sparql["results"]["bindings"]) == page["total"]
    shown = [
        [binding.get(n, {}).get("value", "") for n in page["columns"]] for binding in sparql["results"]["bindings"]
    ]
    assert shown == lines[1:]
    for ours, theirs in zip(rows_of(page), shown, strict=True):
        assert [o.lstrip("0") for o in ours] == [t.lstrip("0") for t in theirs]


REQUIRING = [(name, p.name) for name in NAMES for p in NAMED[name].parameters if p.required]
TYPED = [(name, p.name, p.type) for name in NAMES for p in NAMED[name].parameters]


@pytest.mark.parametrize(("name", "parameter"), REQUIRING)
def test_a_missing_parameter_is_400_with_an_example(client: httpx.Client, name: str, parameter: str) -> None:
    given = NAMED[name].examples()
    given.pop(parameter)
    response = client.get(f"/queries/{name}", params=given)
    assert response.status_code == 400
    errors = {error["where"]: error["why"] for error in response.json()["errors"]}
    assert "for example" in errors[parameter]


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_parameter_is_400(client: httpx.Client, name: str) -> None:
    response = client.get(f"/queries/{name}", params={**NAMED[name].examples(), "nonsuch": "1"})
    assert response.status_code == 400
    assert "nonsuch" in response.json()["detail"]


@pytest.mark.parametrize(("name", "parameter", "type_"), TYPED)
def test_an_ill_typed_value_is_400_or_finds_nothing(
    client: httpx.Client, name: str, parameter: str, type_: str
) -> None:
    bad = {"integer": ["x", "1.5", "9" * 30, ""], "string": [""], "iri": ["no iri", ""]}
    things = ["", "http://127.0.0.1:8000/id/evidence/x", "http://127.0.0.1:8000/id/work/a#b", "http://a b"]
    for value in bad.get(type_, things):
        response = client.get(f"/queries/{name}", params={**NAMED[name].examples(), parameter: value})
        assert response.status_code == 400, f"{value!r}: {response.text[:200]}"
        assert parameter in {error["where"] for error in response.json()["errors"]}


def test_a_thing_may_be_named_by_key_or_by_iri(client: httpx.Client) -> None:
    by_key = client.get("/queries/works-discussing", params={"concept": "professional-role"}).json()
    iri = "http://127.0.0.1:8000/id/concept/professional-role"
    assert client.get("/queries/works-discussing", params={"concept": iri}).json() == by_key


def test_pages_of_works_that_discuss_have_the_rows_of_the_whole_answer(client: httpx.Client) -> None:
    """The newest pages follow from evidence that is kept in order; what is asked of a version is evaluated whole."""
    address = "/queries/works-discussing?concept=professional-role"
    whole = client.get(f"{address}&at=1").json()
    page = client.get(f"{address}&limit=4").json()
    rows = page["items"]
    while page["next"]:
        assert len(page["items"]) == 4
        assert page["total"] == whole["total"]
        page = client.get(page["next"]).json()
        rows += page["items"]
    assert rows == whole["items"]
    assert len(rows) > 8
    table = client.get(f"{address}&limit=4", headers={"Accept": "text/csv"}).text
    assert [row["key"] for row in csv.DictReader(io.StringIO(table))] == [row["key"] for row in rows[:4]]


def test_a_query_that_was_changed_is_answered_as_it_says(reference_home: Path, tmp_path: Path) -> None:
    """And not from what is kept for the text that comes with the program."""
    shutil.copytree(reference_home, tmp_path / "home")
    shutil.copytree(QUERIES, tmp_path / "queries")
    file = tmp_path / "queries" / "works-discussing.rq"
    file.write_text(file.read_text("utf-8").replace("ORDER BY ?directness ?year", "ORDER BY DESC(?year)"), "utf-8")
    with serving(open_home(settings_for(tmp_path / "home")), queries=tmp_path / "queries") as client:
        address = "/queries/works-discussing?concept=professional-role"
        years = [row["year"] for row in client.get(f"{address}&at=1").json()["items"]]
        page = client.get(f"{address}&limit=4").json()
    assert years == sorted(years, reverse=True)
    assert [row["year"] for row in page["items"]] == years[:4]
    assert page["total"] == len(years) > 8


def test_a_query_of_the_past(client: httpx.Client) -> None:
    address = "/queries/works-discussing?concept=professional-role"
    past = client.get(f"{address}&at=1")
    assert past.json() == client.get(address).json()
    assert "immutable" in past.headers["cache-control"]
    assert client.get(f"{address}&at=2").status_code == 404
    for at in ("0", "x", ""):
        assert client.get(f"{address}&at={at}").status_code == 400
