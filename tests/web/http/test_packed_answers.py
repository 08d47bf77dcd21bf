"""Pages and what they load are packed for clients that take gzip, and only for them."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest

from tests.web.pages.test_pages import BROWSER


@pytest.mark.parametrize("address", ["/", "/works", "/concepts/professional-role", "/changes", "/works/nobody"])
def test_a_page_is_the_same_packed_and_not(client: httpx.Client, address: str) -> None:
    plain = client.get(address, headers={**BROWSER, "Accept-Encoding": "identity"})
    with client.stream("GET", address, headers={**BROWSER, "Accept-Encoding": "br, gzip;q=0.5"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) == len(raw) < len(plain.content)
    assert gzip.decompress(raw) == plain.content
    assert "Accept-Encoding" in packed.headers["vary"]
    assert "Accept-Encoding" in plain.headers["vary"]
    if "etag" in plain.headers:
        assert packed.headers["etag"] != plain.headers["etag"]
        again = {**BROWSER, "Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
        assert client.get(address, headers=again).status_code == 304


def test_files_are_packed_where_they_are_text(client: httpx.Client) -> None:
    page = client.get("/", headers=BROWSER).text
    sheet = re.findall(r'href="(/static/commonplace\.css[^"]*)"', page)[0]
    plain = client.get(sheet, headers={"Accept-Encoding": "gzip;q=0"})
    packed = client.get(sheet, headers={"Accept-Encoding": "gzip"})
    assert (packed.headers["content-encoding"], packed.content) == ("gzip", plain.content)
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 2
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert "immutable" in packed.headers["cache-control"]
    held = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
    assert client.get(sheet, headers=held).status_code == 304
    part = client.get(sheet, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, plain.content[:10])


def test_what_programs_read_is_left_as_it_was(client: httpx.Client) -> None:
    answer = client.get("/works", headers={"Accept": "application/json", "Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
