"""Put the same questions to libraries of several sizes, to see what grows with the library and what does not.

    python -m benchmarks.growth [--works 1000 10000 100000] [--seconds 3]

Our own server alone, one connection: these are the times of an answer, not of a queue.
The third number is of the server's processor, which other work on the machine changes least.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Measured, Request, cores, run, sparql_requests
from benchmarks.mixes import KINDS, Chosen, query
from benchmarks.peers import PEERS, Server, start_all
from benchmarks.processes import end_when_told, memory_bytes, processor_seconds, until_quiet
from benchmarks.sparql import add_places, programs_of, table, two_digits
from benchmarks.stored import Stored, stored

REQUESTS = 500


@dataclass(frozen=True, slots=True)
class Size:
    """What was measured of one library."""

    library: Stored
    server: Server
    memory: int
    answers: dict[str, Measured]
    first: dict[str, tuple[float, float]]
    """Cost of the first answer of a kind whose answers rest on what is kept: milliseconds, and of processor."""


def lists(works: int) -> Iterator[tuple[str, list[Request], bool]]:
    """Return the requests of each kind, and whether each query is to be made unlike all others."""
    some = Chosen(works, seed=7)
    for kind in KINDS:
        yield kind, sparql_requests(query(kind, some) for _ in range(REQUESTS)), True
    chance = random.Random(7)
    keys = [f"w{chance.randrange(works)}" for _ in range(REQUESTS)]
    name = "GET /works/{key}"
    yield name, [Request(name, f"/works/{key}", "application/json") for key in keys], False
    for path, media_type in (("/works?limit=20", "application/json"), ("/", "text/html")):
        yield f"GET {path}", [Request(f"GET {path}", path, media_type)], False


def measure(works: int, given: argparse.Namespace) -> Size:
    """Start our server on the library of that size and ask it each kind for so many seconds."""
    library = stored(works, given.data, fresh=given.fresh)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        [server] = start_all([given.peer], library, folder, programs_of(given), stack)
        answers = {}
        first = {kind: once(server, requests[0]) for kind, requests, _ in lists(works) if len(requests) == 1}
        until_quiet(server.process)
        for kind, requests, unique in lists(works):
            got = run(
                server.address, requests, seconds=given.seconds, clients=1, unique=unique, server=server.process
            )  # fmt: skip
            sys.stderr.write(f"{works} works, {kind}: {got.requests} answers, {got.refused} refused\n")
            if got.refused or got.broken:
                raise RuntimeError(f"{kind}: {got.refused} refused and {got.broken} broken of {got.requests}")
            answers[kind] = got
        memory = memory_bytes(server.process)
        return Size(library, server, memory, answers, first)


def once(server: Server, request: Request) -> tuple[float, float]:
    """Return what one answer takes: milliseconds, and those of the server's processor."""
    used, begun = processor_seconds(server.process), time.perf_counter()
    asked = urllib.request.Request(server.address + request.path, headers={"Accept": request.accept})
    with urllib.request.urlopen(asked) as answer:
        answer.read()
    return 1000 * (time.perf_counter() - begun), 1000 * (processor_seconds(server.process) - used)


def report(sizes: list[Size]) -> str:
    """Return a table with a row for each fact, and a column for each size."""
    rows = [
        ["statements", *(f"{size.library.statements:,}" for size in sizes)],
        ["commit of all, s", *(two_digits(size.library.home_seconds) for size in sizes)],
        ["log, MB", *(two_digits(size.library.log_bytes / 1e6) for size in sizes)],
        ["start to first answer, s", *(two_digits(size.server.start_seconds) for size in sizes)],
        ["memory, MB", *(two_digits(size.memory / 1e6) for size in sizes)],
        ["memory for each statement, bytes", *(f"{size.memory / size.library.statements:,.0f}" for size in sizes)],
    ]
    for row in rows:
        row.append("")
    for kind in sizes[0].first:
        cells = [" / ".join(map(two_digits, size.first[kind])) for size in sizes]
        rows.append([f"{kind}, the first: ms / processor ms", *cells, ""])
    for kind in sizes[0].answers:
        medians = [size.answers[kind].percentile(kind, 0.5) for size in sizes]
        tails = [size.answers[kind].percentile(kind, 0.99) for size in sizes]
        if not all(size.answers[kind].requests for size in sizes):
            rows.append([f"{kind}: p50 / p99 / processor ms", *["no answer in time"] * len(sizes), ""])
            continue
        used = [1000 * size.answers[kind].server_seconds / size.answers[kind].requests for size in sizes]
        cells = [" / ".join(map(two_digits, each)) for each in zip(medians, tails, used, strict=True)]
        rows.append([f"{kind}: p50 / p99 / processor ms", *cells, f"{medians[-1] / medians[0]:.1f}"])
    heads = [f"{size.library.works:,} works" for size in sizes]
    return table(["", *heads, "last to first"], rows)


def main() -> None:
    """Measure each size, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--seconds", type=float, default=3, help="for each kind of question")
    add_places(parser)
    given = parser.parse_args()
    given.peer = next(iter(PEERS))
    end_when_told()
    sizes = [measure(works, given) for works in given.works]
    print(f"`python -m benchmarks.growth {' '.join(sys.argv[1:])}`: {cores()} cores, one connection.\n")
    print(report(sizes))


if __name__ == "__main__":
    main()
