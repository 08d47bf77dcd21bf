"""Writers of every kind at once, among readers: each write is made, once, and the log is whole."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from commonplace.home.opening import Home
from tests.command import commonplace
from tests.conftest import serving

TIMES = 12


def test_no_write_is_refused_lost_or_numbered_twice(opened: Home, home: Path, tmp_path: Path) -> None:
    token = (home / "token").read_text().strip()
    with serving(opened) as client:

        def writer(request: Callable[[httpx.Client, int], httpx.Response], expected: int) -> list[int]:
            """Write one after another, and return the versions that were made."""
            headers = {"Authorization": f"Bearer {token}", "Prefer": "wait=30"}
            with httpx.Client(base_url=client.base_url, headers=headers, timeout=60) as own:
                made = [request(own, number) for number in range(TIMES)]
            assert {answer.status_code for answer in made} == {expected}, [answer.text for answer in made]
            return [int(answer.headers["commonplace-version"]) for answer in made]

        def reader() -> int:
            with httpx.Client(base_url=client.base_url, timeout=60) as own:
                return sum(own.get("/works/ostrom1996").status_code == 200 for _ in range(3 * TIMES))

        update = {0: _update("one"), 1: _update("two")}
        with ThreadPoolExecutor() as pool:
            writing = [pool.submit(writer, update[number], 200) for number in update]
            writing += [pool.submit(writer, _edit(key), 200) for key in ("ostrom1996", "brudney1983")]
            writing += [pool.submit(writer, _put, 204), pool.submit(writer, _import, 201)]
            reading = [pool.submit(reader) for _ in range(3)]
            versions = [version for one in writing for version in one.result()]
            assert [one.result() for one in reading] == [3 * TIMES] * 3
        assert sorted(versions) == list(range(2, 6 * TIMES + 2))
        assert client.get("/works/ostrom1996").json()["title"] == f"Title {TIMES - 1}"
    verified = commonplace("verify", "--home", home, cwd=tmp_path)
    assert (verified.exit, verified.text) == (0, f"version {6 * TIMES + 1}: no findings\n")


def _update(name: str) -> Callable[[httpx.Client, int], httpx.Response]:
    def update(client: httpx.Client, number: int) -> httpx.Response:
        text = f"INSERT DATA {{ <http://example.org/{name}> <http://example.org/number> {number} }}"
        return client.post("/sparql", data={"update": text})

    return update


def _edit(key: str) -> Callable[[httpx.Client, int], httpx.Response]:
    return lambda client, number: client.patch(f"/works/{key}", json={"title": f"Title {number}"})


def _put(client: httpx.Client, number: int) -> httpx.Response:
    text = f"<http://example.org/put> <http://example.org/number> {number} ."
    return client.post("/graph-store?default", content=text, headers={"Content-Type": "text/turtle"})


def _import(client: httpx.Client, number: int) -> httpx.Response:
    text = (
        f"@book{{larsen{number}, author = {{Larsen, Ida}}, title = {{Volume {number} of the tides}}, year = {{2001}}}}"
    )
    return client.post("/imports", content=text)
