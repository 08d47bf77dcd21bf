"""Numbers that are none, or have more digits than Python reads, are no error of the server wherever they stand."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

LONG = "9" * 5_000
ZEROS = "0" * 5_000 + "1"
ODD = (LONG, ZEROS, "²", "٣", "1e9", "0x1", "+1", " 1", "1_0")

ADDRESSES = (
    "/works?limit={}",
    "/works?at={}",
    "/works?year={}",
    "/works?year={0}..{0}",
    "/works/ostrom1996?at={}",
    "/works/ostrom1996/history?limit={}",
    "/works/ostrom1996/history/diff?from={0}&to={0}",
    "/search?q=role&limit={}",
    "/changes?limit={}",
    "/changes?since={}",
    "/changes/{}",
    "/changes/{}/changes",
    "/changes/{}/undo",
    "/queries/works-by-year?limit={}",
    "/queries/works-by-year?at={}",
    "/sparql?query=ASK%7B%7D&at={}",
    "/export?format=ris&at={}",
    "/duplicates?limit={}",
    "/merges/{}",
    "/decisions/{}",
    "/graph-store?default=&at={}",
    "/people?limit={}",
    "/id/change/{}",
    "/imports/{}",
)


@pytest.mark.parametrize("number", ODD[:3], ids=["long", "zeros", "superscript"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_an_odd_number_is_no_error_of_the_server(client: httpx.Client, address: str, number: str) -> None:
    answer = client.get(httpx.URL(str(client.base_url).rstrip("/") + address.format(number)))
    assert answer.status_code < 500, answer.text[:300]


@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize("name", ["If-Match", "If-None-Match", "Range", "Prefer"])
def test_an_odd_number_in_a_field_is_no_error_of_the_server(client: httpx.Client, name: str, number: str) -> None:
    fields = {name: f'"{number};json"' if name.startswith("If") else f"wait={number}"}
    for address in ("/works/ostrom1996", "/works"):
        answer = client.get(address, headers={key: value.encode("utf-8") for key, value in fields.items()})  # type: ignore[arg-type]
        assert answer.status_code < 500, answer.text[:300]


@pytest.mark.parametrize("number", ODD)
def test_an_odd_number_in_a_cursor_is_no_error_of_the_server(client: httpx.Client, number: str) -> None:
    cursors = [
        base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
        for text in (
            f"{number}",
            f"{number}:{number}",
            json.dumps([number, number]),
            f"[{number},1]",
            f'{{"at":{number}}}',
        )
    ]
    for address in ("/works", "/search?q=role", "/changes", "/queries/works-by-year", "/works/ostrom1996/history"):
        for cursor in cursors:
            answer = client.get(address, params={"cursor": cursor} | ({"q": "role"} if "?" in address else {}))
            assert answer.status_code < 500, answer.text[:300]
