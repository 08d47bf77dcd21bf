"""Every list of the API is answered as a table: whole, safe for spreadsheets, with the manners of all answers."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import httpx
import pytest

from commonplace.model.table_text import safe_cell
from commonplace.web.list_tables import cell_of

FILLED = {
    "/people/{key}": "elinor-ostrom",
    "/organizations/{key}": "elsevier",
    "/venues/{key}": "world-development",
    "/concepts/{key}": "professional-role",
    "/claims/{key}": "low-professionalisation-enables",
    "/cases/{key}": "quebec-drop-in",
    "/evidence/{key}": "professional-role--ostrom1996",
}
"""Keys for lists of one thing; works are `ostrom1996`."""
NEEDED = {"/find": {"quote": "public services"}, "/suggestions": {"concept": "facilitator"}, "/search": {"q": "role"}}
ELSEWHERE = re.compile(r"/webhooks|/screenings/|/pins/")
"""Lists that only a curator reads, or of what the reference set has none of."""


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"].partition(";")[0] == "text/csv", answer.text[:200]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def lists(client: httpx.Client) -> list[tuple[str, dict[str, str]]]:
    """The address of each list that OpenAPI describes, and its required parameters."""
    spec = client.get("/openapi.json").json()
    schemas = spec["components"]["schemas"]
    found = []
    for path, item in spec["paths"].items():
        content = item.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
        if {"items", "total", "next"} <= schemas.get(name, {}).get("properties", {}).keys():
            assert "text/csv" in content, f"{path} is a list without a table"
            if not ELSEWHERE.match(path):
                key = FILLED.get(re.sub("}.*", "}", path), "ostrom1996")
                address = path.replace("{key}", key).replace("{name}", "no-abstract")
                found.append((address, {"from": "1", "to": "1"} if path == "/changes/diff" else NEEDED.get(path, {})))
    return found


def test_every_list_is_a_table_by_suffix_and_by_accept(client: httpx.Client) -> None:
    walked = lists(client)
    assert len(walked) > 25
    for address, needed in walked:
        page = client.get(address, params=needed)
        assert page.status_code == 200, f"{address}: {page.text}"
        shown: dict[str, Any] = page.json()
        suffixed = client.get(f"{address}.csv", params=needed)
        assert suffixed.status_code == 200, f"{address}: {suffixed.text}"
        found = rows(suffixed)
        assert len(found) == shown["total"], address
        accepted = client.get(address, params=needed, headers={"Accept": "text/csv"})
        if not address.endswith("/done"):  # a table of its own, with columns of its own
            assert accepted.content == suffixed.content, address
            members = dict.fromkeys(safe_cell(name) for one in shown["items"] for name in one)
            assert not found or members.keys() <= found[0].keys(), address


def test_a_table_has_the_manners_of_an_answer(client: httpx.Client) -> None:
    table = client.get("/works.csv", params={"year": "2018.."})
    assert table.headers["etag"] == f'"{table.headers["commonplace-version"]};csv"'
    assert table.headers["commonplace-complete"] == "complete"
    again = client.get("/works.csv", params={"year": "2018.."}, headers={"If-None-Match": table.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", table.headers["etag"])
    first = client.get("/works.csv", params={"limit": "2"})
    assert len(rows(first)) == 2
    second = client.get(first.links["next"]["url"])
    assert second.url.path == "/works.csv"
    assert rows(second)[0]["key"] not in {row["key"] for row in rows(first)}
    past = client.get("/works.csv", params={"at": "1"})
    assert "immutable" in past.headers["cache-control"]
    head = client.head("/works.csv")
    assert (head.status_code, head.content) == (200, b"")
    assert client.get("/works", headers={"Accept": "text/csv;q=0.5, application/json"}).json()["total"]


def test_excel_gets_the_mark_by_which_it_knows_utf_8(client: httpx.Client) -> None:
    plain, marked = client.get("/people.csv"), client.get("/people.excel.csv")
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert marked.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/works.csv?nonsense=1", 400),
        ("/people/nobody/history.csv", 404),
        ("/nothing.csv", 404),
        ("/webhooks.csv", 401),
    ],
)
def test_a_refusal_is_that_of_the_list(client: httpx.Client, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == address.partition("?")[0]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (7, "7"),
        (["a", 2], "a; 2"),
        ({"family": "Eijk", "particle": "van", "given": "Carola"}, "van Eijk, Carola"),
        ({"literal": "World Bank", "iri": "x"}, "World Bank"),
        ({"iri": "x", "key": "k", "label": "A label"}, "A label [k]"),
        ({"iri": "x", "key": "k"}, "k"),
        ({"en": "role", "fr": "rôle"}, "en: role; fr: rôle"),
        ({"a": {"b": ["c"]}}, '{"a": {"b": ["c"]}}'),
    ],
)
def test_a_value_of_json_is_one_cell(value: object, cell: str) -> None:
    assert cell_of(value) == cell
