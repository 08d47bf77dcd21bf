"""Measure what others feel while strangers' queries run away, and when a worker is killed.

    python -m benchmarks.runaways [--works 100000] [--runaways 8] [--seconds 20]

Eight unlimited cross products are asked at once; meanwhile works are fetched one after another. Then the
server's worker processes are killed, one at a time, while light queries go on.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.bibliography import BASE
from benchmarks.mixes import JSON
from benchmarks.peers import PEERS, Server, start_all
from benchmarks.processes import end_when_told, family
from benchmarks.sparql import add_places, programs_of, table, two_digits
from benchmarks.stored import stored

RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(STRLEN(STR(?c)) > %d) }"
PATIENCE = 120.0
"""Maximum number of seconds that a client waits for an answer: longer than the server's own limit on a query."""
KILLS = 5
LIGHT_CLIENTS = 3


@dataclass(frozen=True, slots=True)
class Fetch:
    """One request: its duration, and its status (0 when the connection failed)."""

    milliseconds: float
    status: int
    said: str = ""


def fetch(client: httpx.Client, path: str, **parameters: str) -> Fetch:
    """Get a path, whatever happens."""
    begin = time.perf_counter()
    accept = JSON if parameters else "application/json"
    try:
        got = client.get(path, params=parameters or None, headers={"Accept": accept})
        status, said = got.status_code, "" if got.is_success else got.text[:200]
    except httpx.HTTPError as fault:
        status, said = 0, f"{type(fault).__name__}: {fault}"
    return Fetch((time.perf_counter() - begin) * 1000, status, said)


def client_of(server: Server) -> httpx.Client:
    """Return a client with connections of its own."""
    return httpx.Client(base_url=server.address, timeout=PATIENCE)


def works_for(server: Server, works: int, until: Callable[[], bool]) -> list[Fetch]:
    """Fetch random works, one after another, as JSON."""
    chance = random.Random(5)
    found = []
    with client_of(server) as client:
        while not until():
            found.append(fetch(client, f"/works/w{chance.randrange(works)}"))
    return found


def runaway(server: Server, number: int) -> Fetch:
    """Ask one unlimited cross product (each unlike the others), until it ends or patience does."""
    with client_of(server) as client:
        return fetch(client, server.endpoint, query=RUNAWAY % -number)


def after(seconds: float) -> Callable[[], bool]:
    """Return a function that is true once so many seconds are over."""
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end


def with_runaways(server: Server, works: int, count: int, seconds: float) -> tuple[list[Fetch], list[Fetch]]:
    """Return the works fetched while queries run away, and how each of those ended."""
    with ThreadPoolExecutor(count) as threads:
        begun = [threads.submit(runaway, server, number + 1) for number in range(count)]
        limit = after(seconds)
        fetched = works_for(server, works, lambda: limit() or all(each.done() for each in begun))
        return fetched, [each.result() for each in begun]


@contextlib.contextmanager
def light_queries(server: Server) -> Iterator[list[Fetch]]:
    """Look-ups by a few clients for as long as the block lasts; they are in the list when it is left."""
    found: list[Fetch] = []
    ended = threading.Event()

    def ask() -> list[Fetch]:
        own = []
        with client_of(server) as client:
            while not ended.is_set():
                own.append(_look_up(client, server))
        return own

    with ThreadPoolExecutor(LIGHT_CLIENTS) as threads:
        running: list[Future[list[Fetch]]] = [threads.submit(ask) for _ in range(LIGHT_CLIENTS)]
        try:
            yield found
        finally:
            ended.set()
            for each in running:
                found += each.result()


def _look_up(client: httpx.Client, server: Server) -> Fetch:
    """Ask a query that no cache has."""
    return fetch(client, server.endpoint, query=f"ASK {{ <{BASE}id/work/w1> ?p ?o }} # {random.random()}")


def workers(server: Server) -> list[int]:
    """Return the processes of the server that have no children of their own, itself excepted."""
    return [each for each in family(server.process)[1:] if len(family(each)) == 1]


def killed(server: Server) -> list[float]:
    """Kill workers one after another; milliseconds from each kill until there are as many as before and one answers."""
    waits = []
    with client_of(server) as client:
        for _ in range(KILLS):
            before = workers(server)
            begin = time.perf_counter()
            os.kill(random.choice(before), signal.SIGKILL)
            while _look_up(client, server).status != 200:
                if time.perf_counter() - begin > PATIENCE:
                    raise RuntimeError(f"no answer {PATIENCE:.0f} s after a worker was killed")
            waits.append((time.perf_counter() - begin) * 1000)
            back = after(10)
            while len(workers(server)) < len(before) and not back():
                time.sleep(0.01)
            if len(workers(server)) < len(before):
                sys.stderr.write("a killed worker has not come back after 10 s\n")
                break
    return waits


def times(fetched: list[Fetch]) -> list[str]:
    """Return the number of requests, p50, p99, the longest, and the number that failed."""
    taken = sorted(each.milliseconds for each in fetched)
    if not taken:
        return ["0", "–", "–", "–", "0"]
    failed = sum(each.status != 200 for each in fetched)
    tail = taken[min(len(taken) - 1, int(len(taken) * 0.99))]
    return [str(len(taken)), two_digits(statistics.median(taken)), two_digits(tail), two_digits(taken[-1]), str(failed)]


def main() -> None:
    """Measure quiet, then with runaways, then with kills; print a table, and how each runaway ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--runaways", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=20, help="for which works are fetched meanwhile")
    add_places(parser)
    given = parser.parse_args()
    end_when_told()
    library = stored(given.works, given.data, fresh=given.fresh)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        [server] = start_all([next(iter(PEERS))], library, folder, programs_of(given), stack)
        rows = [["GET /works/{key}, quiet", *times(works_for(server, given.works, after(5)))]]
        fetched, ended = with_runaways(server, given.works, given.runaways, given.seconds)
        rows.append([f"the same beside {given.runaways} runaways", *times(fetched)])
        waits: list[float] = []
        if workers(server):
            with light_queries(server) as light:
                waits = killed(server)
            rows.append([f"look-ups while {len(waits)} workers are killed", *times(light)])
        print(f"`python -m benchmarks.runaways {' '.join(sys.argv[1:])}`\n")
        print(table(["", "requests", "p50 ms", "p99 ms", "longest ms", "failed"], rows))
        for each in ended:
            print(f"- a runaway ended after {each.milliseconds / 1000:.1f} s: {each.status or 'no answer'} {each.said}")
        if waits:
            print(f"- next answer after a kill: {', '.join(f'{wait:.0f}' for wait in waits)} ms")
        else:
            print("- the server has no worker processes: none was killed")


if __name__ == "__main__":
    main()
