"""What is done to a running server from outside: killed at any moment, its processes stopped or killed.

No acknowledged write is lost, nothing is half there, and nothing hangs.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.command import commonplace
from tests.web.sparql.limited_server import running, wait_until
from tests.web.sparql.test_served_workers import below, children, served, signalled

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
KILLS = int(os.environ.get("COMMONPLACE_KILLS", "8"))
"""Number of times that the server is killed while it writes."""

WRITERS = ("ann", "bob", "eve")


@dataclass
class Writer:
    """A client that writes without a pause, and remembers all that it was told had been written."""

    name: str
    client: httpx.Client
    headers: dict[str, str]
    numbers: Iterator[int]
    titles: dict[int, str] = field(default_factory=dict)
    """The titles that its work was given, by the version that this made."""
    versions: dict[int, str] = field(default_factory=dict)
    """Each version that was acknowledged, and what had made it."""
    unexpected: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the work that it edits."""
        return f"of{self.name}"

    def run(self) -> None:
        """Write in every way there is until the connection is lost."""
        ways: list[Callable[[], object]] = [
            self.edit,
            self.bring_in,
            self.bring_in_many,
            self.merge,
            self.bulk,
            self.undo,
            self.update,
        ]
        with suppress(httpx.TransportError):
            for way in itertools.cycle(random.Random(self.name).sample(ways, len(ways))):
                way()

    def send(self, method: str, path: str, **given: Any) -> int | None:
        """Write something; answer the version that it made."""
        answer = self.client.request(method, path, headers=self.headers, **given)
        if answer.status_code == 202:  # a busy machine: the import goes on as a job
            job = self.ended(answer.headers["location"])
            if "receipt" not in job:
                self.unexpected.append(f"{method} {path}: {job['problem']['status']} {job['problem']}")
                return None
            version = int(job["receipt"].rpartition("/")[2])
        elif answer.status_code in (200, 201):
            version = int(answer.headers["commonplace-version"])
        else:
            self.unexpected.append(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
            return None
        self.versions[version] = f"{method} {path}"
        return version

    def ended(self, address: str) -> dict[str, Any]:
        """Wait for a job to end, and return its status."""
        found: dict[str, Any] = {}

        def is_over() -> bool:
            found.update(self.client.get(address, headers=self.headers).raise_for_status().json())
            return found["state"] not in ("queued", "running")

        wait_until(is_over, seconds=120)
        return found

    def edit(self) -> None:
        title = f"Title {next(self.numbers)} by {self.name}"
        if version := self.send("PATCH", f"/works/{self.key}", json={"title": title}):
            self.titles[version] = title

    def bring_in(self, *keys: str) -> int | None:
        number = next(self.numbers)
        text = "".join(
            f"@book{{{key}, title = {{Book {key} and no other}}, author = {{{self.name}, Ana}}, year = 2001}}\n"
            for key in keys or [f"{self.name}{number}"]
        )
        return self.send("POST", "/imports", content=text)

    def bring_in_many(self) -> None:
        number = next(self.numbers)
        self.bring_in(*(f"{self.name}{number}x{each}" for each in range(40)))

    def merge(self) -> None:
        keys = [f"{self.name}pair{next(self.numbers)}" for _ in range(2)]
        if self.bring_in(*keys):
            self.send("POST", f"/works/{keys[0]}/merge", json={"from": keys[1]})

    def bulk(self) -> None:
        title = f"Title {next(self.numbers)} in bulk by {self.name}"
        change = {"select": {"keys": [self.key]}, "change": {"set": {"title": title}}}
        if version := self.send("POST", "/bulk", json=change):
            self.titles[version] = title

    def undo(self) -> None:
        if version := self.bring_in():
            self.send("POST", f"/changes/{version}/undo")

    def update(self) -> None:
        text = f"INSERT DATA {{ <http://example.org/{self.name}> <http://example.org/n> {next(self.numbers)} }}"
        self.send("POST", "/sparql", data={"update": text})


def writing(home: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {(home / 'token').read_text().strip()}", "Prefer": "wait=30"}


def have_written(writers: list[Writer], most: int) -> bool:
    """Answer whether that many writes of theirs were acknowledged, or one was refused."""
    return sum(len(writer.versions) for writer in writers) >= most or any(writer.unexpected for writer in writers)


@pytest.mark.slow
def test_no_acknowledged_write_is_lost_when_the_server_is_killed(home: Path) -> None:
    """The server dies at some moment of some write, again and again; all it had confirmed is there, and whole."""
    chance, numbers = random.Random(11), itertools.count()
    versions: dict[int, str] = {}
    titles: dict[str, dict[int, str]] = {name: {} for name in WRITERS}
    for kill in range(KILLS + 1):
        with served(home) as (server, client):
            head = client.get("/healthz").json()["version"]
            assert head >= max(versions, default=0)
            for version in list(versions)[-20:]:
                assert client.get(f"/changes/{version}").status_code == 200, versions[version]
            for name, given in titles.items():
                for version in list(given)[-3:]:
                    assert client.get(f"/works/of{name}", params={"at": version}).json()["title"] == given[version]
            if kill == KILLS:
                break
            writers = [
                Writer(name, httpx.Client(base_url=client.base_url, timeout=60), writing(home), numbers)
                for name in WRITERS
            ]
            if kill == 0:
                for writer in writers:
                    writer.bring_in(writer.key)
            with ThreadPoolExecutor(len(writers)) as pool:
                done = [pool.submit(writer.run) for writer in writers]
                try:
                    wait_until(partial(have_written, writers, chance.randrange(6, 25)), 120)
                    threading.Event().wait(chance.uniform(0, 0.3))  # at any moment of the writes that follow
                finally:
                    server.kill()
                for each in done:
                    each.result(60)
            for writer in writers:
                assert not writer.unexpected
                versions |= writer.versions
                titles[writer.name] |= writer.titles
    assert len(versions) >= 6 * KILLS
    checked = commonplace("verify", cwd=home.parent, home=str(home))
    assert checked.exit == 0, checked.text + checked.err


@pytest.mark.slow
def test_a_stopped_worker_or_zygote_holds_up_nobody_for_long(home: Path) -> None:
    """What the system, or a person, has stopped is found out, ended and replaced; the question is answered."""
    with served(home, query_seconds="2") as (server, client):
        assert client.get("/sparql", params={"query": COUNT}).status_code == 200
        signalled(below(server.pid), signal.SIGSTOP)
        begun = time.monotonic()
        answer = client.get("/sparql", params={"query": f"{COUNT} # again"})
        assert answer.status_code == 200 or (answer.status_code == 503 and answer.headers["retry-after"])
        past = client.get("/works/ostrom1996", params={"at": "1"})
        assert past.status_code == 200
        assert time.monotonic() - begun < 60
        assert client.get("/sparql", params={"query": f"{COUNT} # at last"}).status_code == 200
        wait_until(lambda: client.get("/healthz").json()["status"] == "ok", 60)  # another zygote may still be starting


def test_a_zygote_killed_with_its_workers_is_made_anew_and_health_tells(home: Path) -> None:
    """Nobody has to ask for that: the next question finds workers that are there."""
    with served(home) as (server, client):
        assert client.get("/sparql", params={"query": COUNT}).status_code == 200
        before = below(server.pid)
        signalled(before, signal.SIGSTOP)  # so that none is replaced by one that was not on the list
        signalled(before, signal.SIGKILL)
        seen: list[dict[str, Any]] = []

        def recovered() -> bool:
            seen.append(client.get("/healthz").json())
            return seen[-1]["status"] == "ok" and len(below(server.pid) - before) >= 3

        wait_until(recovered, 180)
        told = [one for health in seen for one in health.get("problems", ())]
        assert {one["what"] for one in told} == {"the zygote of the workers"}
        assert "another one is started" in told[0]["why"]
        assert not any(running(process) for process in before)
        assert client.get("/sparql", params={"query": f"{COUNT} # again"}).status_code == 200


def test_a_zygote_killed_alone_is_made_anew_though_no_worker_is_missing(home: Path) -> None:
    """Its workers go on; nobody has to ask for another, of which health tells until it is there."""
    with served(home, query_workers="1") as (server, client):
        assert client.get("/sparql", params={"query": COUNT}).status_code == 200
        wait_until(lambda: len(below(server.pid)) == 3, 60)  # a zygote, and two workers that are all there shall be
        (before,) = children(server.pid)
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: children(server.pid) not in (set(), {before}), 60)
        wait_until(lambda: client.get("/healthz").json()["status"] == "ok", 60)
        assert client.get("/sparql", params={"query": f"{COUNT} # again"}).status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSTOP])
def test_a_reader_that_is_killed_or_stopped_is_started_once_more(home: Path, by: signal.Signals) -> None:
    """The file is read again from its beginning, and each entry counts once."""
    text = "".join(
        f"@book{{key{number}, title = {{Title {number} of many}}, year = 2001}}\n" for number in range(8_000)
    )
    with served(home) as (server, client):
        assert client.get("/sparql", params={"query": COUNT}).status_code == 200
        others = below(server.pid)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(client.post, "/imports", content=text, headers=writing(home))
            wait_until(lambda: below(server.pid) - others)
            signalled(below(server.pid) - others, by)
            answer = asked.result(60)
        assert answer.status_code == 201, answer.text
        assert answer.json()["fates"] == {"new": 8_000, "matched": 0, "updated": 0, "failed": 0}
