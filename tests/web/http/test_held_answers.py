"""Who holds the newest answer is told so without its being made again, and never wrongly."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.web.app import Application
from tests.conftest import serving, settings_for
from tests.web.addresses import ADDRESSES as PAGES
from tests.web.http.test_conditional_requests import ADDRESSES, VALIDATING

HTML = {"Accept": "text/html"}
TITLE = {"title": "Crossing the great divide, once more"}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that the routes were asked for."""
    asked: list[str] = []
    routed = Application.routed

    async def noting(self: Application, scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope.get("path", ""))
        await routed(self, scope, receive, send)

    monkeypatch.setattr(Application, "routed", noting)
    return asked


@pytest.fixture
def served(made: list[str], reference_home: Path, tmp_path: Path) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """A client of a library of its own, and a header with a token."""
    shutil.copytree(reference_home, tmp_path / "home")
    home = open_home(settings_for(tmp_path / "home"))
    with serving(home) as client:
        yield client, {"Authorization": f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"}


def test_every_answer_that_is_held_is_told_so_as_if_it_was_made(
    served: tuple[httpx.Client, dict[str, str]], made: list[str]
) -> None:
    client, _ = served
    asked: list[tuple[str, dict[str, str]]] = [
        (address, {}) for address in ADDRESSES if not address.startswith("/sparql")
    ]
    asked += [(address, HTML) for address in PAGES]
    compared = 0
    for address, headers in asked:
        first = client.get(address, headers=headers)
        if first.status_code != 200 or "etag" not in first.headers:
            continue
        held = {**headers, "If-None-Match": first.headers["etag"]}
        wanted = client.get(address, headers={**held, "Accept-Charset": "so-that-it-is-made"})
        del made[:]
        told = client.get(address, headers=held)
        assert made == [], address
        assert told.status_code == wanted.status_code == 304
        assert told.content == b""
        for name in VALIDATING:
            assert told.headers[name] == wanted.headers[name] == first.headers[name], (address, name)
        of_the_answer = {name for name in told.headers if told.headers[name] == first.headers.get(name)}
        assert set(told.headers) - {"date"} <= of_the_answer, address
        assert "content-security-policy" not in told.headers, "the browser keeps that of the page"
        compared += 1
    assert compared > 50


def test_a_change_ends_it_but_for_what_is_past(served: tuple[httpx.Client, dict[str, str]], made: list[str]) -> None:
    client, token = served
    newest, past = "/works/ostrom1996", "/works/ostrom1996?at=1"
    held = {address: {"If-None-Match": client.get(address).headers["etag"]} for address in (newest, past)}
    client.patch(newest, json=TITLE, headers=token).raise_for_status()
    del made[:]

    assert client.get(past, headers=held[past]).status_code == 304
    assert made == []
    changed = client.get(newest, headers=held[newest])
    assert changed.status_code == 200
    assert changed.json()["title"] == TITLE["title"]
    assert client.get(newest, headers=held[newest]).status_code == 200


@pytest.mark.parametrize(
    "other",
    [
        {"Accept": "text/turtle"},
        {"Accept": "text/html"},
        {"Origin": "https://reader.example"},
        {"Host": "elsewhere.example"},
        {"If-None-Match": '"2;json"'},
        {"If-None-Match": "*"},
    ],
)
def test_what_is_asked_for_otherwise_is_made(
    served: tuple[httpx.Client, dict[str, str]], made: list[str], other: dict[str, str]
) -> None:
    client, _ = served
    tag = client.get("/works/ostrom1996").headers["etag"]
    del made[:]

    client.get("/works/ostrom1996", headers={"If-None-Match": tag, **other})

    assert made == ["/works/ostrom1996"]


def test_another_program_by_way_of_a_proxy_is_told_the_same(
    served: tuple[httpx.Client, dict[str, str]], made: list[str]
) -> None:
    client, _ = served
    tag = client.get("/works").headers["etag"]
    del made[:]

    told = client.get(
        "/works",
        headers={
            "If-None-Match": f'W/"0;x", W/{tag}',
            "User-Agent": "another/1",
            "X-Forwarded-For": "192.0.2.7",
            "Via": "1.1 proxy",
            "CF-Ray": "230b030023ae2822",
        },
    )

    assert told.status_code == 304
    assert made == []


def test_who_shows_a_token_is_looked_at_each_time(served: tuple[httpx.Client, dict[str, str]], made: list[str]) -> None:
    client, token = served
    del made[:]
    tag = client.get("/works", headers=token).headers["etag"]
    for headers in (token, {"Authorization": "Bearer wrong"}, {"Cookie": "language=fr"}):
        client.get("/works", headers={**headers, "If-None-Match": tag})

    assert len(made) == 4


def test_a_mistake_is_told_whatever_is_held(served: tuple[httpx.Client, dict[str, str]]) -> None:
    client, token = served
    tag = client.get("/works/ostrom1996").headers["etag"]
    client.delete("/works/ostrom1996", headers=token)

    assert client.get("/works/nobody", headers={"If-None-Match": tag}).status_code == 404
    assert client.get("/works?year=x", headers={"If-None-Match": tag}).status_code == 400
