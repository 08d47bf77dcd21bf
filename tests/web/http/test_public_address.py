"""A base IRI with a path: every address that an answer leads to has it, and leads back to this server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.web.http.public_address import Address, PublicAddress
from tests.conftest import ROOT, serving, settings_for
from tests.web.addresses import ADDRESSES

BASE = "https://example.org/works/"
"""Where the library is reached: its path is also the first word of addresses of its own."""

BROWSER = {"Accept": "text/html"}
LEADING = re.compile(r' ([a-z:-]+)="(https://example\.org/[^"]*|/[^"]*)"')
PLAIN = ("content", "data-hotkey", "value", "data-draft")
"""Attributes whose value is no address to go on to, though it may begin like one."""


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    """A client of a library whose base IRI has a path, as a proxy asks that has taken it off; and a token."""
    home = open_home(settings_for(tmp_path_factory.mktemp("below") / "home", base_iri=BASE))
    secret = home.tokens.add("Ada", Role.CURATOR)
    with serving(home, base_iri=BASE) as client:
        yield client, secret


def asked(address: str) -> str:
    """Return what the server is asked for that address: the path without that of the base IRI."""
    parts = urlsplit(address)
    assert parts.path.startswith("/works/"), address
    return parts.path.removeprefix("/works") + (f"?{parts.query}" if parts.query else "")


def test_what_pages_lead_to_is_below_that_path_and_there(below: tuple[httpx.Client, str]) -> None:
    client, _ = below
    leading: dict[str, str] = {}
    for address in ADDRESSES:
        text = client.get(address, headers=BROWSER).text
        for name, value in LEADING.findall(text):
            if name not in PLAIN:
                leading.setdefault(urljoin(BASE, value.replace("&amp;", "&")).partition("#")[0], address)
    assert len(leading) > 300
    astray = {to: on for to, on in leading.items() if not to.startswith(BASE)}
    assert astray == {}
    files = [to for to in leading if "/static/" in to and "/vendor/" not in to]
    for to in (*files, *sorted(leading)[:: len(leading) // 40]):
        assert client.get(asked(to), headers=BROWSER).status_code not in (404, 405, 500), f"{to}, on {leading[to]}"


def test_no_template_hides_an_address_in_an_attribute_that_is_not_looked_at() -> None:
    known = {
        "href",
        "src",
        "action",
        "formaction",
        "data-job",
        "data-map",
        "data-rows",
        "base",
        "filter",
        "data-hotkey",
    }
    written = [
        (found[1], path.name)
        for path in (ROOT / "app" / "commonplace" / "web" / "pages" / "templates").rglob("*.html")
        for found in re.finditer(r"(?<![\w-])([a-z-]+)=[\"']/(?!/)", path.read_text())
    ]
    assert len(written) > 150
    assert [(name, path) for name, path in written if name not in known] == []


def test_redirections_and_cookies_stay_below_that_path(below: tuple[httpx.Client, str]) -> None:
    client, secret = below
    assert client.get("/desk", headers=BROWSER).headers["location"] == "/works/desk/sign-in?next=%2Fdesk"
    seen = client.get("/id/work/ostrom1996", headers=BROWSER)
    assert (seen.status_code, seen.headers["location"]) == (303, "/works/works/ostrom1996")
    emptied = client.get("/works?year=&type=book", headers=BROWSER)
    assert (emptied.status_code, emptied.headers.get("location")) == (303, "/works/works?type=book")
    chosen = client.get("/language/fr?back=/works", headers=BROWSER)
    assert chosen.headers["location"] == "/works/works"
    assert "Path=/works/;" in chosen.headers["set-cookie"]
    form = {"token": secret, "next": "/desk/import"}
    signed = client.post("/desk/sign-in", data=form, headers={**BROWSER, "Sec-Fetch-Site": "same-origin"})
    assert (signed.status_code, signed.headers["location"]) == (303, "/works/desk/import")
    kept = signed.headers["set-cookie"]
    assert kept.startswith("__Secure-commonplace=")
    assert {"Path=/works/", "Secure", "HttpOnly"} <= set(kept.split("; "))
    client.cookies.clear()


@pytest.mark.parametrize("asked_for", ["/books/works/a%2Fb", "/works/a%2Fb", "/books", "/books/", "/bookshelf"])
def test_a_proxy_may_leave_the_path_where_no_address_of_ours_begins_so(asked_for: str) -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await Response(status_code=204)(scope, receive, send)

    public = PublicAddress(app, Address("https://example.org/books/", ["example.org"]), {"works", "concepts"})

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(public)) as client:
            await client.get(f"https://example.org{asked_for}")

    asyncio.run(ask())
    rest = asked_for.removeprefix("/books") if asked_for != "/bookshelf" else asked_for
    assert (seen[0]["raw_path"].decode(), seen[0]["path"]) == (rest or "/", unquote(rest) or "/")
    assert Request(seen[0]).base_url == "https://example.org/books/"


def test_programs_are_told_the_path(below: tuple[httpx.Client, str]) -> None:
    client, _ = below
    assert client.get("/openapi.json").json()["servers"] == [{"url": "/works"}]
    assert client.get("/concepts/nothing").json()["instance"] == "/works/concepts/nothing"
    for address in ("/changes.atom", "/works.atom", "/sitemap.xml", "/sitemap/works-1.xml", "/opensearch.xml"):
        text = client.get(address).text
        found = re.findall(r"https?://[^\s\"<>]+", text)
        ours = [one for one in found if urlsplit(one).hostname == "example.org"]
        assert ours
        assert [one for one in ours if not one.startswith(BASE)] == []
    assert client.get("/works/mcmullin2022lead", headers=BROWSER).headers["link"].startswith(f"<{BASE}")
