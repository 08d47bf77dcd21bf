"""The gap map over HTTP: its cells add up, and agree with the named query, the lists, the table and the page."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

import httpx
import pytest

from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER


@pytest.fixture(scope="module")
def gaps(client: httpx.Client) -> dict[str, Any]:
    """The whole map."""
    found: dict[str, Any] = client.get("/gaps").raise_for_status().json()
    return found


def test_the_map_agrees_with_the_named_query(client: httpx.Client, gaps: dict[str, Any]) -> None:
    rows = client.get("/queries/gap-map", params={"limit": 10_000}).json()["items"]
    counted = {(row["conceptKey"], row["contextKey"]): (row["works"], row["cases"]) for row in rows}
    assert counted == {(cell["concept"], cell["context"]): (cell["works"], cell["cases"]) for cell in gaps["cells"]}


def test_each_cell_accounts_for_every_work_about_its_context(gaps: dict[str, Any]) -> None:
    works = {context["key"]: context["works"] for context in gaps["contexts"]}
    for cell in gaps["cells"]:
        assert cell["works"] + cell["silent"] + cell["unread"] == works[cell["context"]]
        assert ("certainty" in cell) == (cell["works"] > 0)
    assert gaps["gaps"] == sum(not cell["works"] and not cell["cases"] for cell in gaps["cells"])


def test_the_states_of_a_cell_are_those_of_the_lists(client: httpx.Client) -> None:
    (cell,) = client.get("/gaps", params={"concept": "professional-role", "context": "quebec"}).json()["cells"][:1]
    for state, name in (("discusses", "discussing"), ("silent", "silent_works"), ("unread", "unread_works")):
        listed = client.get("/works", params={"discusses": "professional-role", "state": state, "limit": 1000}).json()
        assert {link["key"] for link in cell[name]} <= {work["key"] for work in listed["items"]}
    assert len(cell["discussing"]) == cell["works"] == 2
    assert len(cell["showing"]) == cell["cases"]


def test_rows_are_in_the_order_of_the_tree(client: httpx.Client, gaps: dict[str, Any]) -> None:
    path: list[str] = []
    for row in gaps["concepts"]:
        path = [*path[: row["depth"]], row["key"]]
        broader = [link["key"] for link in client.get(f"/concepts/{row['key']}").json().get("broader", [])]
        assert row["depth"] == 0 or path[row["depth"] - 1] in broader
    below = client.get("/gaps", params={"concept": "professional-role"}).json()["concepts"]
    assert {row["key"] for row in below} == {"professional-role"} | {
        link["key"] for link in client.get("/concepts/professional-role").json()["narrower"]
    }


def test_the_table_has_the_same_cells(client: httpx.Client, gaps: dict[str, Any]) -> None:
    answer = client.get("/gaps.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    shown = [{name: "" if (v := cell.get(name)) is None else str(v) for name in rows[0]} for cell in gaps["cells"]]
    assert rows == shown


def test_the_page_has_every_cell_as_a_link_and_in_words(client: httpx.Client, gaps: dict[str, Any]) -> None:
    page = client.get("/gaps", headers=BROWSER).text
    links = re.findall(r'<td><a class="[^"]*" href="/gaps\?concept=([^&]+)&amp;context=([^"&]+)"', page)
    assert [(html.unescape(a), html.unescape(b)) for a, b in links] == [
        (cell["concept"], cell["context"]) for cell in gaps["cells"]
    ]
    assert f"{gaps['gaps']} of {len(gaps['cells'])} cells are empty" in text_of(page)
    one = text_of(client.get("/gaps?concept=professional-role&context=quebec", headers=BROWSER).text)
    assert "2 works discuss it, high certainty" in one


def test_a_misspelt_concept_is_refused(client: httpx.Client) -> None:
    for name in ("concept", "context"):
        answer = client.get("/gaps", params={name: "nobody"})
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["where"] == name
