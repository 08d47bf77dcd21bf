"""Put the same questions to libraries of several sizes, to see what grows with the library and what does not.

    python -m benchmarks.growth [--works 1000 10000 100000] [--graph disk] [--seconds 3] [--edits 50]

Our own server alone, one connection: these are the times of an answer, not of a queue. Each library is filled in
changes of three million statements, and a copy of it is served twice: by the first start, which prepares what a server
keeps for the next one, and by a second, which finds that and is measured. The third number of a kind is of the
server's processor, all processes together, which other work on the machine changes least.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.bibliography import BASE, concept_keys, vocabulary
from benchmarks.load import Measured, Request, cores, run, sparql_requests
from benchmarks.mixes import KINDS, Chosen, query
from benchmarks.pages import serving
from benchmarks.peers import environment_settings
from benchmarks.processes import end_when_told, memory_bytes, processor_seconds
from benchmarks.sparql import table, two_digits
from benchmarks.stored import DEFAULT_FOLDER, Stored, stored

REQUESTS = 3000
QUERIES = 500
PAGE, DATA = "text/html", "application/json"
QUIET_SECONDS, QUIET_PART = 3.0, 0.1
"""A server is quiet that uses no more than that part of a core for that time."""
PREPARED_AFTER = 3600
"""Maximum number of seconds that are waited until a server has prepared what it prepares."""
FIRST = {
    "a work": ("/works/w0", DATA),
    "the first question": ("/works?discusses=c-1&limit=20", DATA),
    "the first works": ("/works?limit=20", DATA),
    "the home page": ("/", PAGE),
    "a concept's page": ("/concepts/c-1", PAGE),
    "a search": ("/search?q=bachel", DATA),
}
"""What is asked for first after a start, in this order, and in which form."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a start takes: seconds to the first answer of a query, and to that of each page after it, since it began.

    `answered` is the processor time until that of the query, `quiet` the seconds until nothing is prepared any more,
    `processor` what that took of it, `most` the most memory in bytes.
    """

    query: float
    answered: float
    pages: dict[str, float]
    quiet: float
    processor: float
    most: int


@dataclass(frozen=True, slots=True)
class Times:
    """What one kind of answer takes, in milliseconds: half of the answers, 99 in a hundred, and of processor."""

    median: float
    tail: float
    processor: float


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured of one library."""

    library: Stored
    derived: int
    """Bytes of all derived files on the disk."""
    starts: tuple[Start, Start]
    rested: int
    """Memory of all processes once the second start has prepared everything, and before anything else was asked."""
    asked: int
    """That after all kinds."""
    kinds: dict[str, Times]


def lists(works: int) -> Iterator[tuple[str, list[Request], bool]]:
    """Return the requests of each kind, and whether each query is to be made unlike all others."""
    some = Chosen(works, seed=7)
    for kind in KINDS:
        yield kind, sparql_requests(query(kind, some) for _ in range(QUERIES)), True
    chance = random.Random(7)
    keys, concepts = [f"w{chance.randrange(works)}" for _ in range(REQUESTS)], concept_keys(2)
    words = [chance.choice(vocabulary(works).words) for _ in range(REQUESTS)]
    for name, form, addresses in (
        ("GET /works/{key}", DATA, [f"/works/{key}" for key in keys]),
        ("GET /works/{key}, page", PAGE, [f"/works/{key}" for key in keys]),
        ("GET /works?limit=20", DATA, ["/works?limit=20"]),
        ("GET /works?discusses={key}", DATA, [f"/works?discusses={key}&limit=20" for key in concepts]),
        ("GET /concepts/{key}, page", PAGE, [f"/concepts/{key}" for key in concepts]),
        ("GET /search?q={word}", DATA, [f"/search?q={word}" for word in words]),
        ("GET /, page", PAGE, ["/"]),
    ):
        yield name, [Request(name, address, form) for address in addresses], False


def measure(works: int, given: argparse.Namespace) -> Size:
    """Serve a copy of the library of that size twice, and ask it each kind for so many seconds."""
    library = stored(works, given.data, fresh=given.fresh, graph=given.graph)
    settings = {"COMMONPLACE_GRAPH": given.graph, **environment_settings(given.set)}
    with tempfile.TemporaryDirectory(prefix="growth-", dir=given.data) as folder:
        home = Path(folder) / "home"
        shutil.copytree(library.home, home)
        begun = time.perf_counter()
        with serving(home, Path(folder), settings) as (client, server):
            first = started_up(client, server, begun)
        say(works, f"first start: {first}")
        derived = bytes_of(home / "derived")
        begun = time.perf_counter()
        with serving(home, Path(folder), settings) as (client, server):
            second = started_up(client, server, begun)
            rested = memory_bytes(server)
            say(works, f"second start: {second}, rested {rested / 1e6:,.0f} MB")
            kinds = {}
            for kind, requests, unique in lists(works):
                kinds[kind] = asked(str(client.base_url), server, kind, requests, unique, given.seconds)
                say(works, f"{kind}: {kinds[kind]}")
            for kind, times in edited(client, server, works, given.edits):
                kinds[kind] = times
                say(works, f"{kind}: {times}")
            return Size(library, derived, (first, second), rested, memory_bytes(server), kinds)


def bytes_of(directory: Path) -> int:
    """Return the bytes of all files in a directory; a file with several names counts once."""
    files = (path.stat() for path in directory.rglob("*") if path.is_file())
    return sum({file.st_ino: file.st_size for file in files}.values())


def say(works: int, what: str) -> None:
    """Tell how far it has got."""
    sys.stderr.write(f"{works:,} works, {what}\n")
    sys.stderr.flush()


def started_up(client: httpx.Client, server: int, begun: float) -> Start:
    """Ask a server for each first thing until it answers, and wait until it is quiet; `begun` is when it began."""

    def until_answered(path: str, form: str) -> float:
        while (seconds := time.perf_counter() - begun) < PREPARED_AFTER:
            with contextlib.suppress(httpx.TimeoutException):
                if client.get(path, headers={"Accept": form}).status_code == 200:
                    return time.perf_counter() - begun
            time.sleep(0.01)
        raise RuntimeError(f"{path} has no answer after {seconds:.0f} s")

    answered = until_answered(f"/sparql?query=ASK%20%7B%20%3C{BASE}id/work/w0%3E%20%3Fp%20%3Fo%20%7D", "*/*")
    used = processor_seconds(server)
    pages = {name: until_answered(*address) for name, address in FIRST.items()}
    most, before = memory_bytes(server), processor_seconds(server)
    while time.perf_counter() - begun < PREPARED_AFTER:
        time.sleep(QUIET_SECONDS)
        most, now = max(most, memory_bytes(server)), processor_seconds(server)
        if now - before < QUIET_PART * QUIET_SECONDS:
            break
        before = now
    return Start(answered, used, pages, time.perf_counter() - begun, processor_seconds(server), most)


def asked(address: str, server: int, kind: str, requests: list[Request], unique: bool, seconds: float) -> Times:
    """Return what answers of one kind take. Raises `RuntimeError` where one is refused."""
    got: Measured = run(address.rstrip("/"), requests, seconds=seconds, clients=1, unique=unique, server=server)
    if got.refused or got.broken:
        raise RuntimeError(f"{kind}: {got.refused} refused and {got.broken} broken of {got.requests}")
    used = 1000 * got.server_seconds / max(1, got.requests)
    return Times(got.percentile(kind, 0.5), got.percentile(kind, 0.99), used)


def edited(client: httpx.Client, server: int, works: int, edits: int) -> Iterator[tuple[str, Times]]:
    """Yield what edits take, and answers that they touch, each asked for right after its edit."""
    chance = random.Random(9)
    concepts = concept_keys(2)

    def patch() -> str:
        key = f"w{chance.randrange(works)}"
        content = {"title": f"A title that is number {chance.randrange(10**9)}"}
        form = {"Content-Type": "application/merge-patch+json"}
        client.patch(f"/works/{key}", json=content, headers=form).raise_for_status()
        return key

    def judge() -> str:
        key, work = chance.choice(concepts), f"w{chance.randrange(works)}"
        said = {"work": work, "about": key, "state": "silent", "certainty": "high"}
        client.post("/evidence", json=said).raise_for_status()
        return key

    def patch_then_choose() -> str:
        patch()
        return chance.choice(concepts)

    def get(address: str, form: str) -> Callable[[str], object]:
        return lambda key: client.get(address.format(key), headers={"Accept": form}).raise_for_status()

    def nothing() -> str:
        return ""

    question, page = get("/works?discusses={}&limit=20", DATA), get("/concepts/{}", PAGE)
    kinds: list[tuple[str, Callable[[], str], Callable[[str], object]]] = [
        ("PATCH /works/{key}", nothing, lambda _: patch()),
        ("POST /evidence", nothing, lambda _: judge()),
        ("GET /works?discusses={key}, right after an edit that touches it", judge, question),
        ("GET /works?discusses={key}, right after an edit of a work", patch_then_choose, question),
        ("GET /concepts/{key}, page, right after an edit that touches it", judge, page),
        ("GET /works/{key}, right after its edit", patch, get("/works/{}", DATA)),
    ]
    for kind, before, run_one in kinds:
        yield kind, timed(server, edits, before, run_one)


def timed(server: int, rounds: int, before: Callable[[], str], run: Callable[[str], object]) -> Times:
    """Return what `run` takes of what `before` returns, which is not timed."""
    taken, processor = [], 0.0
    for _ in range(rounds):
        key = before()
        used, begun = processor_seconds(server), time.perf_counter()
        run(key)
        taken.append(1000 * (time.perf_counter() - begun))
        processor += processor_seconds(server) - used
    tail = sorted(taken)[min(rounds - 1, int(rounds * 0.99))]
    return Times(statistics.median(taken), tail, 1000 * processor / rounds)


def report(sizes: list[Size]) -> str:
    """Return a table with a row for each fact, and a column for each size."""

    def row(name: str, fact: Callable[[Size], float]) -> list[str]:
        return [name, *(two_digits(fact(size)) for size in sizes), ""]

    rows = [
        ["statements", *(f"{size.library.statements:,}" for size in sizes), ""],
        row("filling, s", lambda size: size.library.home_seconds),
        row("filling, processor s", lambda size: size.library.processor_seconds),
        row("log, MB", lambda size: size.library.log_bytes / 1e6),
        row("derived files, MB", lambda size: size.derived / 1e6),
        row("first start, until all is prepared: s", lambda size: size.starts[0].quiet),
        row("first start: processor s", lambda size: size.starts[0].processor),
        row("first start: most memory, MB", lambda size: size.starts[0].most / 1e6),
        row("second start to the first query, s", lambda size: size.starts[1].query),
        row("second start to the first query, processor s", lambda size: size.starts[1].answered),
    ]
    rows += [
        row(f"second start to {name}, s", lambda size, name=name: size.starts[1].pages[name])  # type: ignore[misc]
        for name in FIRST
    ]
    rows += [
        row("second start: processor s", lambda size: size.starts[1].processor),
        row("memory, rested, MB", lambda size: size.rested / 1e6),
        row("memory after all kinds, MB", lambda size: size.asked / 1e6),
        row("memory, rested, for each statement, bytes", lambda size: size.rested / size.library.statements),
    ]
    for kind in sizes[0].kinds:
        times = [size.kinds[kind] for size in sizes]
        cells = [" / ".join(map(two_digits, (each.median, each.tail, each.processor))) for each in times]
        rows.append([f"{kind}: p50 / p99 / processor ms", *cells, f"{times[-1].median / times[0].median:.1f}"])
    heads = [f"{size.library.works:,} works" for size in sizes]
    return table(["", *heads, "last to first"], rows)


def main() -> None:
    """Measure each size, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--graph", choices=("memory", "disk"), default="memory", help="where the graph is kept")
    parser.add_argument("--seconds", type=float, default=3, help="for each kind of question")
    parser.add_argument("--edits", type=int, default=50, help="of each kind")
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, help="where made libraries are kept")
    parser.add_argument("--fresh", action="store_true", help="make the library anew (after the log's form changed)")
    parser.add_argument("--set", action="append", default=[], metavar="COMMONPLACE_NAME=VALUE", help="for our server")
    given = parser.parse_args()
    end_when_told()
    sizes = [measure(works, given) for works in given.works]
    print(
        f"`python -m benchmarks.growth {' '.join(sys.argv[1:])}`: {cores()} cores, load "
        f"{os.getloadavg()[2]:.0f}, one connection.\n"
    )
    print(report(sizes))


if __name__ == "__main__":
    main()
