"""Every link of the pages leads somewhere: a page of each form of address is asked, and all that it links to."""

from __future__ import annotations

import html
import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import httpx

from tests.web.pages.test_pages import BROWSER

MOST = 2
"""Maximum number of addresses of one form that are asked: the others are made by the same lines."""

ONE_OF_MANY = re.compile(
    r"^/(works|people|concepts|claims|cases|venues|organizations|id/[a-z-]+|changes|queues)/[^/?.]+"
)


def form_of(address: str) -> str:
    """Return what addresses of one form have in common: the path without a key, the names of the parameters."""
    parts = urlsplit(address)
    names = sorted({one.partition("=")[0] for one in parts.query.split("&")})
    return ONE_OF_MANY.sub(r"/\1/…", parts.path) + "?" + ",".join(names)


def test_no_link_of_a_page_leads_nowhere(client: httpx.Client) -> None:
    root = str(client.base_url).rstrip("/")
    waiting, came_from = ["/"], {"/": ""}
    asked: Counter[str] = Counter()
    broken: list[str] = []
    while waiting:
        address = waiting.pop(0)
        form = form_of(address)
        asked[form] += 1
        if asked[form] > MOST or address.startswith("/language/"):
            continue
        page = client.get(address, headers=BROWSER, follow_redirects=False)
        if page.status_code >= 400:
            broken.append(f"{page.status_code} {address}, from {came_from[address]}")
        if not page.headers.get("content-type", "").startswith("text/html"):
            continue
        for link in re.findall(r'<a [^>]*href="([^"]*)"', page.text):
            there = urljoin(root + address, html.unescape(link)).partition("#")[0]
            if urlsplit(there).netloc == urlsplit(root).netloc:
                there = there.removeprefix(root) or "/"
                if there not in came_from:
                    came_from[there] = address
                    waiting.append(there)
    assert broken == []
    assert "/queries/works-discussing.csv?concept" in asked
