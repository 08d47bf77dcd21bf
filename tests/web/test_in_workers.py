"""What may cost much is answered by workers: alike, in turns, within bounds, and never by the server itself."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.past_states import PastStates
from commonplace.derived.search.handed import HandedSearch
from commonplace.derived.workers.messages import Call
from commonplace.home.opening import open_home
from commonplace.library.incremental import Incremental
from commonplace.model.change import EMPTY
from commonplace.web import in_workers
from commonplace.web.context import Context
from commonplace.web.kept_counts import KeptCounts
from tests.conftest import serving, settings_for
from tests.web.api.test_manners import gets
from tests.web.sparql.limited_server import problem, served, wait_until

WORK = "@book{larsen2001, author = {Larsen, Ida}, title = {Tides of the North}, year = {2001}}\n"
VERSIONS = 6


@dataclass(frozen=True)
class Served:
    """A server with some versions, and its home."""

    client: httpx.Client
    home: Path

    @property
    def token(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.home / 'token').read_text().strip()}"}


@pytest.fixture(scope="module")
def served_home(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that hands over lists, and is not able to make a past state itself."""
    home = tmp_path_factory.mktemp("workers") / "home"
    shutil.copytree(reference_home, home)

    def never(*_: object) -> None:
        raise AssertionError("a past state was made in the server")

    with pytest.MonkeyPatch.context() as patch, serving(open_home(settings_for(home))) as client:
        patch.setattr(PastStates, "at", never)
        patch.setattr(in_workers, "SMALL_STATEMENTS", 0)
        server = Served(client, home)
        for number in range(2, VERSIONS + 1):
            text = f"INSERT DATA {{ <http://example.org/{number}> <http://example.org/p> {number} }}"
            made = client.post("/sparql", data={"update": text}, headers=server.token)
            assert made.headers["commonplace-version"] == str(number)
        yield server


@pytest.fixture
def server(served_home: Served) -> httpx.Client:
    return served_home.client


ADDRESSES = (
    "/works?limit=3",
    "/works?discusses=professional-role&sort=-year&limit=2",
    "/works/ostrom1996",
    "/works/ostrom1996.ttl",
    "/works/ostrom1996?style=apa",
    "/works/ostrom1996/citations",
    "/works/ostrom1996/provenance.ttl",
    "/people?limit=2",
    "/concepts/professional-role.jsonld",
    "/id/work/ostrom1996",
    "/export?format=ris",
    "/duplicates",
    "/graph-store?default=",
    "/works/nobody2000",
    "/works?nothing=1",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_worker_answers_as_the_server_does(server: httpx.Client, client: httpx.Client, address: str) -> None:
    """What the reference set says at its version, in the server that has only that, is what a worker says of it."""
    at = "&at=1" if "?" in address else "?at=1"
    there = client.get(address, follow_redirects=False)
    found = server.get(address + at, follow_redirects=False)
    assert found.status_code == there.status_code
    assert found.headers.get("content-type") == there.headers.get("content-type")
    if there.status_code == 200:
        assert found.headers["commonplace-version"] == "1"
        assert "immutable" in found.headers["cache-control"]
        assert found.headers.get("etag") == there.headers.get("etag")
        assert without_addresses(found, server, at) == without_addresses(there, client, at)


def without_addresses(response: httpx.Response, client: httpx.Client, at: str) -> str:
    return response.text.replace(str(client.base_url), "").replace(at, "").replace(at.replace("?", "&"), "")


def test_a_passage_is_found_by_a_worker_with_what_the_index_of_the_server_has_found(
    server: httpx.Client, client: httpx.Client
) -> None:
    def pages(of: httpx.Client) -> list[dict[str, Any]]:
        found, following = [], "/find?quote=PUBLIC+SERVICES&limit=4"
        while following:
            answer = of.get(following).json()
            found += answer["items"]
            assert len(found) <= answer["total"]
            following = answer["next"]
        assert len(found) == answer["total"]
        return found

    there, here = pages(server), pages(client)
    assert there == here
    assert len({one["work"]["key"] for one in there}) > 5
    assert {one["locator"] for one in there} >= {"title", "abstract"}


def test_each_past_state_is_that_of_its_version(server: httpx.Client) -> None:
    for at in range(1, VERSIONS + 1):
        graph = server.get(
            "/graph-store", params={"default": "", "at": at}, headers={"Accept": "application/n-triples"}
        )
        assert graph.text.count("<http://example.org/p>") == at - 1
        query = (
            "SELECT (COUNT(*) AS ?n) WHERE { ?s <http://example.org/p> ?o . FILTER EXISTS { GRAPH ?g { ?a ?b ?c } } }"
        )
        rows = server.get("/sparql", params={"query": query, "at": str(at)}).json()["results"]["bindings"]
        assert rows[0]["n"]["value"] == str(at - 1)


def test_conditions_and_head_hold_for_what_a_worker_answers(server: httpx.Client) -> None:
    got = server.get("/works?limit=3&at=2")
    held = server.get("/works?limit=3&at=2", headers={"If-None-Match": got.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")
    head = server.head("/works?limit=3&at=2")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    crossed = server.get("/works?limit=3&at=2", headers={"Origin": "https://example.org"})
    assert crossed.headers["access-control-allow-origin"] == "*"
    assert "ETag" in crossed.headers["access-control-expose-headers"]


def test_a_list_that_is_searched_for_is_the_same_from_a_worker(server: httpx.Client, client: httpx.Client) -> None:
    for address in ("/works?q=professional&limit=5", "/people?q=elinor", "/venues?q=public", "/works?q=zzzz"):
        found, there = (asked.get(address).json() for asked in (server, client))
        assert [item["key"] for item in found["items"]] == [item["key"] for item in there["items"]]
        assert found["total"] == there["total"]
    assert server.get("/works?q=coproduction&limit=2").json()["items"]


def test_pages_follow_one_another_through_workers(server: httpx.Client) -> None:
    seen: list[str] = []
    address: str | None = "/works?limit=7&at=3"
    while address:
        page = server.get(address).json()
        seen += [work["key"] for work in page["items"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == server.get("/works?limit=1").json()["total"]


def test_a_list_never_lags_behind_a_write(served_home: Served) -> None:
    server = served_home.client
    before = server.get("/works?limit=1").json()["total"]
    made = server.post("/imports", content=WORK, headers=served_home.token | {"Prefer": "wait=30"})
    assert made.status_code == 201, made.text
    assert server.get("/works?limit=1").json()["total"] == before + 1


BIG = {"graph": "http://example.org/big"}


def put_big(server: Served) -> list[str]:
    """Store a graph that is too big for a message; answer its lines."""
    headers = server.token | {"Content-Type": "text/turtle"}
    lines = [f'<http://example.org/{number}> <http://example.org/says> "{"word " * 20}" .' for number in range(20_000)]
    assert server.client.put("/graph-store", params=BIG, content="\n".join(lines), headers=headers).status_code == 201
    return lines


def test_a_big_answer_comes_whole(served_home: Served) -> None:
    lines, server = put_big(served_home), served_home.client
    read = server.get("/graph-store", params=BIG, headers={"Accept": "application/n-triples"})
    assert len(read.content) > 2_000_000
    assert sorted(read.text.splitlines()) == sorted(lines)
    assert server.head("/graph-store", params=BIG).status_code == 200


def test_many_past_states_at_once_are_bounded_and_nobody_else_waits(server: httpx.Client) -> None:
    """One client asks for more than may wait: each is answered, or told when to come again; another is let in."""
    asked = [{"limit": 1, "at": number % (VERSIONS - 1) + 1} for number in range(60)]
    begun = threading.Barrier(61)

    def ask(params: Mapping[str, int | str]) -> httpx.Response:
        begun.wait()
        with httpx.Client(base_url=server.base_url, timeout=60) as client:
            return client.get("/works", params=params, headers={"X-Forwarded-For": "192.0.2.1"})

    with ThreadPoolExecutor(60) as pool:
        answers = [pool.submit(ask, params) for params in asked]
        begun.wait()
        other = server.get("/works?limit=1&at=2", headers={"X-Forwarded-For": "192.0.2.2"})
        page = server.get("/works/ostrom1996", headers={"X-Forwarded-For": "192.0.2.1"})
        done = [answer.result() for answer in answers]
    assert other.status_code == page.status_code == 200
    assert {answer.status_code for answer in done} <= {200, 503}
    assert any(answer.status_code == 200 for answer in done)
    for answer in done:
        if answer.status_code == 503:
            problem(answer, 503, "busy")
            assert int(answer.headers["retry-after"]) > 0


def test_what_a_worker_counted_by_comparing_all_works_is_shown_until_it_is_counted_anew(server: httpx.Client) -> None:
    def row() -> dict[str, Any]:
        rows = server.get("/queues").json()["items"]
        return next(one for one in rows if one["name"] == "duplicates")

    assert "count" not in row()
    assert "counted_at" not in row()
    listed = server.get(row()["address"])
    assert "commonplace-kept-count" not in listed.headers
    asked = row()
    assert (asked["count"], asked["counted_at"]) == (listed.json()["total"], listed.json()["version"])
    assert asked["is_behind"] is False


def test_a_library_with_a_long_log_is_large_before_its_statements_are_counted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request after a start does not wait for a count of millions."""
    opened = open_home(settings_for(home))
    log = opened.library.log
    counted: list[int] = []

    def count(snapshot: Snapshot) -> int:
        counted.append(snapshot.version)
        return snapshot.size

    context = SimpleNamespace(library=opened.library, size=Incremental(log, count))
    request = Request({"type": "http"})
    monkeypatch.setattr(in_workers, "LARGE_BYTES", log.size(EMPTY, log.head()))
    assert in_workers.in_large_library(cast(Context, context), request)
    assert not counted
    size = context.size.of(opened.library.graph).value
    monkeypatch.setattr(in_workers, "SMALL_STATEMENTS", size + 1)
    assert not in_workers.in_large_library(cast(Context, context), request), "what was counted counts"
    monkeypatch.setattr(in_workers, "SMALL_STATEMENTS", size)
    assert in_workers.in_large_library(cast(Context, context), request)
    context.size = Incremental(log, count)
    monkeypatch.setattr(in_workers, "LARGE_BYTES", log.size(EMPTY, log.head()) + 1)
    assert in_workers.in_large_library(cast(Context, context), request)
    assert len(counted) == 2, "a short log is no reason to guess"


def test_queues_are_counted_beside_the_answer_and_shown_as_they_were_counted(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not wait for the worker is told that nothing is counted yet, or that it was at an earlier version."""
    monkeypatch.setattr(in_workers, "SMALL_STATEMENTS", 0)
    monkeypatch.setattr(in_workers, "COUNTING_SECONDS", 0)
    with served(home, seconds=60) as server:

        def rows(**asked: int) -> list[dict[str, Any]]:
            return [one for one in server.client.get("/queues", params=asked).json()["items"] if not is_compared(one)]

        def is_compared(row: Mapping[str, Any]) -> bool:
            return row["name"] in ("duplicates", "suggestions")

        first = server.client.get("/queues", params={"limit": 3})
        assert [row.get("count") for row in first.json()["items"]] == [None] * 3
        assert first.headers["cache-control"] == "no-store"
        assert "etag" not in first.headers
        page = server.client.get("/queues", headers={"Accept": "text/html"})
        assert "The queues are being counted" in page.text or all("count" in row for row in rows())
        wait_until(lambda: all("count" in row for row in rows()), 60)
        whole = server.client.get("/queues")
        version = whole.json()["version"]
        assert {row["counted_at"] for row in rows()} == {version}
        asked_exactly = {row["name"]: row["count"] for row in rows(at=version)}
        assert {row["name"]: row["count"] for row in rows()} == asked_exactly
        assert any(asked_exactly.values())


def ended_answer(client: httpx.Client, address: str, **headers: str) -> httpx.Response:
    """The answer to what takes too long; asked again where the system woke the server so late that it was there."""
    for _ in range(20):
        response = client.get(address, headers=headers)
        if response.status_code == 504:
            return response
    raise AssertionError(f"{address} was never ended: {response.status_code}")


def test_what_takes_too_long_is_ended(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_workers, "SMALL_STATEMENTS", 0)
    with served(home, seconds=0.001) as server:
        for address in (
            "/works",
            "/duplicates",
            "/works/ostrom1996?at=1",
            "/",
            "/works/ostrom1996?style=mla",
            "/find?quote=role",
        ):
            response = ended_answer(server.client, address)
            problem(response, 504, "query-timeout")
            assert response.headers["commonplace-complete"] == "timeout"
        page = ended_answer(server.client, "/works?limit=3", Accept="text/html")
        assert '<a class="button" href="/works?limit=3">Try again</a>' in page.text
        assert server.client.get("/works/ostrom1996").status_code == 200
        for path, operation, needed in gets(server.client.get("/openapi.json").json()):
            if any(parameter["name"] == "at" for parameter in operation.get("parameters", ())):
                continue  # the address says by that that a worker may answer
            response = server.client.get(path, params=needed)
            assert str(response.status_code) in operation["responses"], f"{response.url}: {response.status_code}"
        for address in ("/oai?verb=Identify", "/sitemap.xml", "/sitemap/works-1.xml"):
            ended_answer(server.client, address)


def test_a_worker_that_runs_out_of_memory_does_not_answer_as_if_nothing_had_been() -> None:
    """It raises, and the process ends: an answer that says "unexpected" would have the worker be asked again."""
    app = FastAPI()

    @app.get("/")
    def fill() -> None:
        raise MemoryError

    call = Call(task=in_workers.TASK, given=GIVEN, version=1, seconds=1)
    with closing(in_workers.RequestAnswerer(app, HandedSearch(), KeptCounts())) as answerer, pytest.raises(MemoryError):
        answerer(call)


GIVEN = {
    "scope": {"type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": "/", "root_path": ""},
    "raw path": "/",
    "query": "",
    "headers": [],
    "server": ["127.0.0.1", 80],
    "client": ["127.0.0.1", 8],
    "ranks": None,
    "counts": {},
}


def test_what_a_worker_logs_reaches_the_server() -> None:
    app = FastAPI()

    @app.get("/")
    def fail() -> None:
        logging.getLogger("commonplace").warning("mind the %s", "gap")
        raise ValueError("this is unexpected")

    @app.exception_handler(Exception)
    def answer(request: Request, fault: Exception) -> Response:
        return Response("sorry", 500)

    with closing(in_workers.RequestAnswerer(app, HandedSearch(), KeptCounts())) as answerer:
        reply = answerer(Call(task=in_workers.TASK, given=GIVEN, version=1, seconds=1))
    assert (reply.given["status"], reply.body) == (500, b"sorry")
    assert reply.logged[0] == "mind the gap"
    assert "ValueError: this is unexpected" in reply.logged[1]
