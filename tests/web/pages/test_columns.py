"""The tables of named questions: what tells a row comes first, what has no room is folded, nothing is lost."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

import httpx
import pytest

from commonplace.web.pages.columns import ROOM, laid_out
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER


def every_question(client: httpx.Client) -> list[str]:
    """Return the address of each named question, with the values of its examples."""
    asked = []
    for query in client.get("/queries", params={"limit": 200}).json()["items"]:
        values = {p["name"]: p["example"] for p in query["parameters"] if p.get("required") and "example" in p}
        asked.append(f"/queries/{query['name']}?{urlencode(values)}")
    assert len(asked) > 20
    return asked


def test_each_row_of_each_question_is_told_first_and_says_all_that_the_answer_says(client: httpx.Client) -> None:
    tables = 0
    for address in every_question(client):
        page = client.get(address, headers=BROWSER).raise_for_status().text
        rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", page, re.DOTALL)
        answer = client.get(address).json().get("items", [])
        assert len(rows) == len(answer), address
        for row, (told, rest) in zip(answer, rows, strict=True):
            assert text_of(told).strip(), address
            words = html.unescape(re.sub(r"\s+", " ", text_of(told + rest)))
            said = [re.sub(r"\s+", " ", row[name][:250]) for name in ("quote", "note") if row.get(name)]
            assert all(text in words for text in said), address
        tables += bool(rows)
    assert tables > 15


def test_works_that_a_row_lists_are_called_by_authors_and_year(client: httpx.Client) -> None:
    page = client.get("/queries/works-by-year", headers=BROWSER).text
    assert '<a href="/works/ostrom1996">Ostrom 1996</a>' in page
    assert ">ostrom1996<" not in page


@pytest.mark.parametrize("number", [3, 9, 25])
def test_columns_are_folded_from_the_last_when_there_is_no_room(number: int) -> None:
    columns = ["about", *(f"c{n}" for n in range(number)), "work"]
    base = "http://x/id/"
    row = {"about": f"{base}concept/a", "work": f"{base}work/w", **{f"c{n}": "x" * 20 for n in range(number)}}
    called = {row["about"]: "harbours", row["work"]: "On harbours"}
    made = laid_out([row], columns, called, str)
    assert made.heading == "work", "the work tells the row, not the concept"
    assert [*made.shown, *made.folded] == columns[:-1]
    assert len(made.shown) == min(number + 1, 1 + (ROOM - len("On harbours") - len("harbours") - 4) // 22)


def test_whoever_judged_tells_no_row() -> None:
    base = "http://x/id/"
    row = {"reason": "proposed", "evidence": f"{base}evidence/e", "agent": f"{base}organization/o"}
    called = {row["evidence"]: "Wharf 2001: harbours", row["agent"]: "Harbour Board"}
    assert laid_out([row], list(row), called, str).heading == "evidence"


@pytest.mark.parametrize(
    "address",
    ["/queries/case-table", "/queries/cases-by-form", "/queries/facts-in-doubt", "/queries/works-by-year"],
)
def test_works_are_called_by_authors_and_year_in_the_answer_to_a_question(client: httpx.Client, address: str) -> None:
    works = {work["key"] for work in client.get("/works", params={"limit": 1000}).json()["items"]}
    page = client.get(address, headers=BROWSER).text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    words = set(html.unescape(re.sub(r"<[^>]*>", "\n", table)).split("\n"))
    assert 'href="/works/' in table
    assert not words & works


@pytest.mark.parametrize("address", ["/queries/case-table", "/queries/gap-map", "/queries/venues-of-set"])
def test_a_column_is_not_described_by_what_its_parameter_selects(client: httpx.Client, address: str) -> None:
    for language, raw in (("en", "left out"), ("fr", "si rien n’est donné")):
        page = client.get(address, headers={**BROWSER, "Accept-Language": language}).text
        columns = page[page.rindex('<dl class="fields narrow">') :]
        assert raw not in html.unescape(columns)
