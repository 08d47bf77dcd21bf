"""JSON that Python reads and nothing can be made of, sent to every address that takes JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

KEYS = {
    "/people/{key}": "elinor-ostrom",
    "/organizations/{key}": "elsevier",
    "/venues/{key}": "world-development",
    "/concepts/{key}": "professional-role",
    "/claims/{key}": "low-professionalisation-enables",
    "/cases/{key}": "quebec-drop-in",
    "/evidence/{key}": "professional-role--ostrom1996",
}
"""Keys for addresses of one thing; works are `ostrom1996`."""

BY_PARSERS_OF_THEIR_OWN = ("/mcp", "/graph-store", "/graph-store/1", "/decisions")
"""Addresses whose bodies are a protocol's, a graph or a file."""

HALF = '{"title": "T", "name": "N", "label": "\\udc00", "works": ["ostrom1996"], "work": "\\ud800"}'
TOO_LARGE = '{"year": 1e999, "limit": 1e999}'
NOT_A_NUMBER = '{"year": NaN, "limit": -Infinity}'


def taking_json(client: httpx.Client) -> list[tuple[str, str, str]]:
    """Return each method and address, filled in, that takes JSON, with the media type."""
    found = []
    for path, item in client.get("/openapi.json").json()["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            media_type = next((one for one in content if one.endswith("json") and "vnd" not in one), None)
            if media_type is None or path == "/imports":  # a file, of which an item fails and the rest is in
                continue
            key = next((key for begin, key in KEYS.items() if path.startswith(begin)), "ostrom1996")
            found.append((method.upper(), re.sub(r"\{\w+\}", "1", path.replace("{key}", key)), media_type))
    return found


@pytest.mark.parametrize(
    ("body", "why"), [(HALF, "surrogate"), (TOO_LARGE, "1e999"), (NOT_A_NUMBER, "NaN")], ids=["half", "large", "nan"]
)
def test_what_is_no_text_or_no_number_is_refused_wherever_json_is_sent(
    curator: httpx.Client, body: str, why: str
) -> None:
    taking = taking_json(curator)
    assert len(taking) > 30
    for method, address, media_type in taking:
        if address in (
            "/mcp",
            "/graph-store",
            "/graph-store/1",
            "/decisions",
        ):  # read by other parsers: tests of theirs
            continue
        answer = curator.request(method, address, content=body, headers={"Content-Type": media_type})
        assert answer.status_code == 400, f"{method} {address}: {answer.status_code} {answer.text[:200]}"
        assert why in answer.json()["detail"], f"{method} {address}: {answer.text[:300]}"
    assert curator.get("/changes").json()["total"] == 1, "nothing was written"


def test_a_whole_pair_of_surrogates_is_the_character_that_it_is(curator: httpx.Client) -> None:
    joy = '{"title": "\\ud83d\\ude00 joy"}'
    made = curator.post("/venues", content=joy, headers={"Content-Type": "application/json"})
    assert made.status_code == 201, made.text
    assert made.json()["title"] == "\U0001f600 joy"


@pytest.mark.parametrize(
    "asked",
    [
        {"queries": '{"q0": {"query": "\\ud800"}}'},
        {"queries": '{"q0": {"query": "a", "limit": 1e999}}'},
        {"queries": '{"q0": {"query": "a", "properties": [{"pid": "year", "v": NaN}]}}'},
        {"extend": '{"ids": ["\\ud800"], "properties": [{"id": "doi"}]}'},
        {"extend": '{"ids": ["work/ostrom1996"], "properties": [{"id": "doi", "settings": {"limit": -Infinity}}]}'},
    ],
)
def test_so_it_is_where_json_stands_in_a_form(client: httpx.Client, asked: dict[str, str]) -> None:
    for answer in (client.post("/reconcile", data=asked), client.get("/reconcile", params=asked)):
        assert answer.status_code == 400, answer.text
        assert answer.json()["detail"].startswith(f"{next(iter(asked)).capitalize()} is not JSON")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"query": 5}, "queries.q0.query: is not a text"),
        ({"query": "a", "properties": {"pid": "year"}}, "queries.q0.properties: is not a list"),
        ({"query": "a", "colour": "red"}, "queries.q0.colour: is not known here"),
        ({"query": "a", "properties": [{"pid": "year", "v": 1}] * 41}, "properties: has more than 40 items"),
    ],
)
def test_a_query_of_another_shape_is_refused_in_plain_words(
    client: httpx.Client, query: dict[str, Any], says: str
) -> None:
    answer = client.post("/reconcile", data={"queries": json.dumps({"q0": query})})
    assert answer.status_code == 400
    assert says in answer.json()["detail"]
