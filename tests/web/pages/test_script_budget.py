"""How much program a page loads, packed: issue 14 bounds it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import httpx
import pytest

from commonplace.web.pages.rendering import BUILT
from tests.web.pages.test_pages import BROWSER

SCRIPT = re.compile(r'<(?:script[^>]* src|link rel="modulepreload" href)="([^"]+)"')
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']""")


def programs(client: httpx.Client, address: str) -> dict[str, int]:
    """Return the programs that a page loads, with what they import, by address: their packed lengths."""
    return loaded_with(client, *SCRIPT.findall(client.get(address, headers=BROWSER).text))


def loaded_with(client: httpx.Client, *scripts: str) -> dict[str, int]:
    """Return programs, with what they import, by address: their packed lengths."""
    found: dict[str, int] = {}
    wanted = [one.partition("?")[0] for one in scripts]
    while wanted:
        script = wanted.pop()
        if script not in found:
            answer = client.get(script, headers={"Accept-Encoding": "gzip"})
            assert answer.status_code == 200, script
            found[script] = int(answer.headers["content-length"])
            wanted += [urljoin(script, one) for one in IMPORTED.findall(answer.text)]
    return found


@pytest.mark.skipif(not BUILT.exists(), reason="needs the front end: `make frontend` installs it")
@pytest.mark.parametrize(
    ("address", "most"),
    [
        ("/", 60_000),
        ("/works", 60_000),
        ("/works/mcmullin2022lead", 60_000),
        ("/concepts/professional-role", 60_000),
        ("/gaps", 60_000),
        ("/desk/sign-in", 60_000),
        ("/map", 20_000),
    ],
)
def test_the_programs_of_a_page_are_small(client: httpx.Client, address: str, most: int) -> None:
    loaded = programs(client, address)
    assert len(loaded) >= 2
    assert sum(loaded.values()) < most, loaded


def test_what_moves_the_map_is_small_and_comes_later(client: httpx.Client) -> None:
    [program] = re.findall(r'data-program="([^"?]+)', client.get("/map", headers=BROWSER).text)
    assert program not in programs(client, "/map")
    moving = loaded_with(client, program)
    assert "/static/vendor/zoom.js" in moving
    assert sum(moving.values()) < 40_000, moving
