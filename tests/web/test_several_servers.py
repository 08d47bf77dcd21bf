"""Several servers on one log: each answers what the others wrote, and nothing is lost or there twice."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.model.change import Version
from commonplace.patchlog.opening import open_files
from tests.command import commonplace
from tests.patchlog.stores import Cut, bucket, database, postgres, s3
from tests.web.sparql.test_served_workers import served
from tests.web.test_attacked_server import Writer

__all__ = ["bucket", "database", "postgres", "s3"]

BASE = "http://library.example/"
ROUNDS = int(os.environ.get("COMMONPLACE_ROUNDS", "4"))
"""Number of rounds in which something fails while all write."""

SERVERS, WRITERS = 4, 8


@contextmanager
def server(home: Path, log: str) -> Iterator[httpx.Client]:
    """A server on a shared log, with a home of its own."""
    home.mkdir(parents=True, exist_ok=True)
    with served(home, log=log, base_iri=BASE, query_workers="1") as (_, client):
        yield client


def token_of(*homes: Path) -> dict[str, str]:
    """What the one token opens that the first of the servers made."""
    made = [home / "token" for home in homes if (home / "token").exists()]
    assert len(made) == 1, "the first token is made once for all servers"
    return {"Authorization": f"Bearer {made[0].read_text().strip()}", "Prefer": "wait=30"}


def seen_at(reader: httpx.Client, address: str, version: str) -> httpx.Response:
    """What a server answers once it has a version; while it has not, it says 503 and is asked again."""
    end = time.monotonic() + 60
    while True:
        seen = reader.get(address, headers={"Commonplace-Min-Version": version})
        if seen.status_code != 503:
            return seen
        assert seen.json()["type"].endswith("/docs/problems/not-there-yet"), seen.text
        assert int(seen.headers["retry-after"]) > 0
        assert time.monotonic() < end, seen.text


@pytest.fixture(params=["postgres", pytest.param("bucket", marks=pytest.mark.slow)])
def log(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def test_two_servers_are_one_library(log: str, tmp_path: Path) -> None:
    homes = [tmp_path / name / "home" for name in ("one", "other")]
    with server(homes[0], log) as one, server(homes[1], log) as other:
        first = [client.get("/works", params={"discusses": "professional-role"}) for client in (one, other)]
        assert first[0].json()["total"] > 10
        assert first[0].content == first[1].content
        assert first[0].headers["etag"] == first[1].headers["etag"]
        token = token_of(*homes)

        for number, (writer, reader) in enumerate([(one, other), (other, one)]):
            done = writer.patch("/works/ostrom1996", json={"title": f"Title {number}"}, headers=token)
            assert done.status_code == 200, done.text
            seen = seen_at(reader, "/works/ostrom1996", done.headers["commonplace-version"])
            assert seen.json()["title"] == f"Title {number}"
            assert seen.headers["etag"] == done.headers["etag"]

        stale = one.patch("/works/ostrom1996", json={"title": "Lost"}, headers={**token, "If-Match": '"2;json"'})
        assert stale.status_code == 412, stale.text
        book = "@book{new2026, title = {A new book of ours}, year = 2026}"
        imported = one.post("/imports", content=book, headers=token)
        assert imported.status_code == 201, imported.text
        version = imported.headers["commonplace-version"]
        receipt = seen_at(other, f"/imports/{version}", version)
        assert receipt.json()["fates"]["new"] == 1
        assert other.get("/search", params={"q": "new book of ours"}).json()["total"] == 1
        made = other.post(f"/changes/{version}/undo", headers=token)
        assert made.status_code in (200, 201), made.text
        gone = seen_at(one, "/works/new2026", made.headers["commonplace-version"])
        assert gone.status_code == 410
    for home in homes:
        checked = commonplace("verify", cwd=tmp_path, home=str(home), log=log, base_iri=BASE)
        assert checked.exit == 0, checked.text + checked.err


def test_a_version_that_nobody_wrote_is_not_waited_for_long(client: httpx.Client) -> None:
    head = client.get("/healthz").json()["version"]

    there = client.get("/works", headers={"Commonplace-Min-Version": str(head)})
    ahead = client.get("/works", headers={"Commonplace-Min-Version": str(head + 1)})

    assert there.status_code == 200
    assert ahead.status_code == 503
    assert ahead.headers["retry-after"] == "1"
    assert ahead.json()["type"].endswith("/docs/problems/not-there-yet")
    assert f"this server is at {head}" in ahead.json()["detail"]


@pytest.mark.parametrize("asked", ["", "x", "-1", "1.5", "\u00b2", "9" * 5_000])
def test_what_is_no_version_is_refused(client: httpx.Client, asked: str) -> None:
    refused = client.get("/works", headers={b"Commonplace-Min-Version": asked.encode("latin-1")})

    assert refused.status_code == 400
    assert "Commonplace-Min-Version" in refused.json()["detail"]


@pytest.mark.slow
def test_a_home_that_was_deleted_is_made_anew_from_the_log(postgres: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with server(home, postgres) as client:
        token = token_of(home)
        client.patch("/works/ostrom1996", json={"title": "Kept elsewhere"}, headers=token)
        before = client.get("/works/ostrom1996")
    shutil.rmtree(home)

    with server(home, postgres) as client:
        after = client.get("/works/ostrom1996")
        written = client.patch("/works/ostrom1996", json={"title": "And further"}, headers=token)

    assert after.content == before.content
    assert after.headers["etag"] == before.headers["etag"]
    assert written.status_code == 200, "the tokens are kept with the log"


@pytest.mark.slow
def test_without_the_database_a_server_reads_and_says_why_it_cannot_write(postgres: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Cut(postgres) as cut, server(home, cut.address) as client:
        token = token_of(home)
        cut.off()
        refused = client.patch("/works/ostrom1996", json={"title": "Nowhere"}, headers=token)
        assert refused.status_code == 503
        assert refused.json()["type"].endswith("/docs/problems/log-unreachable")
        assert int(refused.headers["retry-after"]) > 0
        assert client.get("/works/ostrom1996").status_code == 200
        health = client.get("/healthz").json()
        assert health["status"] == "degraded"
        assert any(one["what"] == "writing" for one in health["problems"])
        cut.on()
        wait_for(lambda: client.get("/healthz").json()["status"] == "ok")
        done = client.patch("/works/ostrom1996", json={"title": "Here"}, headers=token)
        assert done.status_code == 200, done.text
    with Cut(postgres) as cut:
        cut.off()
        with server(home, cut.address) as client:
            assert client.get("/works/ostrom1996").json()["title"] == "Here"
            assert client.get("/healthz").json()["status"] == "degraded"
        (home / "log" / "base-iri").unlink()
        shutil.rmtree(home / "log" / "segments")
        unreadable = commonplace("verify", cwd=tmp_path, home=str(home), log=cut.address, base_iri=BASE)
        assert unreadable.exit == 2
        assert unreadable.err.startswith("commonplace: the log at postgresql://127.0.0.1:")
        assert unreadable.err.count("\n") <= 2


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


class Crowd:
    """Servers on one log, with writers that each write through one of them."""

    def __init__(self, log: str, folder: Path) -> None:
        self.log = log
        self.homes = [folder / f"server{number}" / "home" for number in range(SERVERS)]
        self.stack: list[ExitStack] = [ExitStack() for _ in self.homes]
        self.clients: list[httpx.Client] = []
        self.processes: list[Any] = []
        for home in self.homes:
            home.mkdir(parents=True)
        self.numbers = itertools.count()
        self.acknowledged: dict[int, str] = {}
        self.titles: dict[str, dict[int, str]] = {}

    def start(self, number: int) -> None:
        """Start a server, again where it was killed."""
        process, client = self.stack[number].enter_context(
            served(self.homes[number], log=self.log, base_iri=BASE, query_workers="1")
        )
        self.processes[number : number + 1] = [process]
        self.clients[number : number + 1] = [client]

    def kill(self, number: int) -> None:
        """Kill a server at once, and start it again."""
        self.processes[number].kill()
        self.stack[number].close()

    def writers(self, token: Mapping[str, str]) -> list[Writer]:
        """Writers, two for each server, each of a work of its own."""
        return [
            Writer(
                f"w{number}",
                httpx.Client(base_url=self.clients[number % SERVERS].base_url, timeout=120),
                dict(token),
                self.numbers,
            )
            for number in range(WRITERS)
        ]

    def note(self, writer: Writer) -> None:
        """Note what was acknowledged to a writer."""
        for version, what in writer.versions.items():
            assert version not in self.acknowledged, f"{version}: {what} and {self.acknowledged[version]}"
            self.acknowledged[version] = what
        self.titles.setdefault(writer.name, {}).update(writer.titles)


@pytest.mark.slow
def test_eight_writers_through_four_servers_lose_nothing_whatever_fails(postgres: str, tmp_path: Path) -> None:
    """Servers are killed at any moment, and the database is cut off; every acknowledged version is on each, once."""
    chance = random.Random(15)
    with Cut(postgres) as cut:
        crowd = Crowd(cut.address, tmp_path)
        try:
            for number in range(SERVERS):
                crowd.start(number)
            token = token_of(*crowd.homes)
            for writer in crowd.writers(token):
                with writer.client:
                    writer.bring_in(writer.key)
                crowd.note(writer)
            for turn in range(ROUNDS):
                one_round(crowd, cut, token, chance, cuts=turn % 2 == 1)
            agree(crowd)
        finally:
            for stack in crowd.stack:
                stack.close()
        for home in crowd.homes:
            checked = commonplace("verify", cwd=tmp_path, home=str(home), log=cut.address, base_iri=BASE)
            assert checked.exit == 0, checked.text + checked.err
    assert len(crowd.acknowledged) > 10 * ROUNDS


def one_round(crowd: Crowd, cut: Cut, token: Mapping[str, str], chance: random.Random, *, cuts: bool) -> None:
    """Let all write, and kill a server or cut off the database meanwhile."""
    writers = crowd.writers(token)
    ended = threading.Event()
    with ThreadPoolExecutor(WRITERS) as pool:
        done = [pool.submit(write_until, writer, ended) for writer in writers]
        threading.Event().wait(chance.uniform(0.5, 3))
        if cuts:
            cut.off()
            threading.Event().wait(chance.uniform(0.5, 10))
            cut.on()
        else:
            number = chance.randrange(SERVERS)
            crowd.kill(number)
            crowd.start(number)
        threading.Event().wait(1)
        ended.set()
        for each in done:
            each.result(180)
    for writer in writers:
        writer.client.close()
        crowd.note(writer)
    strange = [one for writer in writers for one in writer.unexpected if not (cuts and ": 503 " in one)]
    assert not strange


def write_until(writer: Writer, ended: threading.Event) -> None:
    """Write in the ways that need no other writer to be quiet, until it is over or the connection is lost."""
    ways: list[Callable[[], object]] = [
        writer.edit,
        writer.bring_in,
        writer.bring_in_many,
        writer.bulk,
        writer.undo,
        writer.update,
    ]
    try:
        for way in itertools.cycle(random.Random(writer.name).sample(ways, len(ways))):
            if ended.is_set():
                return
            way()
    except httpx.TransportError:
        return


def agree(crowd: Crowd) -> None:
    """Hold every server against what was acknowledged, and against the others."""
    newest = str(max(crowd.acknowledged))
    heads = [seen_at(client, "/works?limit=100", newest) for client in crowd.clients]
    assert {answer.status_code for answer in heads} == {200}
    for client in crowd.clients:
        for name, given in crowd.titles.items():
            for version in list(given)[-3:]:
                answer = client.get(f"/works/of{name}", params={"at": str(version)})
                assert answer.json()["title"] == given[version]
    logs = [open_files(home / "log", create=False, mend=False) for home in crowd.homes]
    texts = [{number: log.text(Version(number)) for number in crowd.acknowledged} for log in logs]
    assert all(found == texts[0] for found in texts[1:])
