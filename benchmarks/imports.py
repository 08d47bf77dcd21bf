"""Measure how long a big file takes to import, beside what only parsing it takes in one run.

    .venv/bin/python -m benchmarks.imports FILE

Each part runs in a process of its own, whose whole life is measured, with the processes it starts:
bibtexparser parsing the file; `commonplace import` into an empty home; a start on that home until the first
answer to a SPARQL query, and until the first to a search; the same import a second time, where every
entry is matched. Prints seconds, computing seconds and peak memory of each, and its ratio to the first.

Last comes what counts for readers: the import into a running server with the reference set, until its job is
done and SPARQL and search answer from it; and once more while pages are asked for all the while, and how long
those took. Each is compared with parsing right before and after it: a machine that others use has slow minutes.
The server has made ready what it prepares after a start before the import begins, and each of its processes is told
by the seconds of processor that it takes: those change less on a busy machine than the seconds on the clock.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import httpx

from benchmarks.processes import Shares, until_quiet
from commonplace.importers.packing import unpacked

_PARSE = """
import logging, sys, bibtexparser
from pathlib import Path
from commonplace.importers.packing import unpacked
logging.disable(logging.CRITICAL)
path = Path(sys.argv[1])
bibtexparser.parse_string(unpacked(path.read_bytes(), path.name, 1 << 28)[0].decode())
"""
_START = """
from commonplace.home.opening import open_home
from commonplace.settings import Settings
library = open_home(Settings()).library
library.read(lambda state: state.select("SELECT ?s WHERE { ?s a <http://purl.org/spar/fabio/Expression> } LIMIT 1"))
"""
_SEARCH = _START + "assert library.search().search('machine translation').version == library.newest()\n"
_COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s a <http://purl.org/spar/fabio/Expression> }"
_MOST_BYTES = 1 << 28
"""Maximum length of a file, unpacked: memory for it is asked for at once."""
_PAUSE = 0.1
"""Seconds between two questions of a reader."""
_LOOK = 0.2
"""Seconds between two looks at the job of an import, each of which costs the server a millisecond."""

_PARTS = {
    "reader_process": "reading, on every core",
    "similar_apart": "similar works",
    "change_process": "the search index",
}
"""Modules that the server starts as processes for an import, and what they do."""

_COMMAND = "import sys; from commonplace.cli.commands import main; main()"


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a process: seconds, seconds of computing (its children's too), and its peak memory in bytes."""

    wall: float
    computing: float
    memory: int


def cost(program: str, *arguments: str, home: Path) -> Cost:
    """Run a program with that home; what it took."""
    environment = {**os.environ, "COMMONPLACE_HOME": str(home), "COMMONPLACE_REFERENCE_SET": "none"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([sys.executable, "-c", program, *arguments], stdout=output, env=environment)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"it failed (exit {process.returncode}): {arguments}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    computing = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, computing, used.ru_maxrss * 1024)


def parsing(file: Path, home: Path) -> Cost:
    """Return what bibtexparser alone takes to parse the file."""
    return cost(_PARSE, str(file), home=home)


def costs(file: Path, home: Path) -> dict[str, Cost]:
    """Return the cost of each part by its name, first the one that all others are compared with."""
    importing = ("import", str(file), "--agent", "benchmark", "--json")
    return {
        "bibtexparser, parsing only": parsing(file, home),
        "import into an empty home": cost(_COMMAND, *importing, home=home),
        "start, to the first SPARQL answer": cost(_START, home=home),
        "start, to the first search answer": cost(_SEARCH, home=home),
        "import again, all matched": cost(_COMMAND, *importing, home=home),
    }


@dataclass(frozen=True, slots=True)
class Served:
    """Seconds of an import into a running server on the clock, and seconds of processor of each of its parts."""

    wall: float
    parts: dict[str, float]

    @property
    def computing(self) -> float:
        """Return the seconds of processor of all parts."""
        return sum(self.parts.values())


@contextmanager
def serving(home: Path) -> Iterator[tuple[httpx.Client, int]]:
    """Serve a new home with the reference set; give a client that may write, and the number of the process.

    The server is ready: what it prepares after a start is no part of an import.
    """
    environment = {**os.environ, "COMMONPLACE_HOME": str(home)}
    command = [sys.executable, "-c", _COMMAND, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as server:
        try:
            assert server.stdout is not None
            address = next(line for line in server.stdout if b"ready" in line).split()[-1].decode()
            token = (home / "token").read_text().strip()
            with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=300) as client:
                client.get("/search", params={"q": "co-production"}).raise_for_status()
                until_quiet(server.pid)
                yield client, server.pid
        finally:
            server.terminate()


def served(file: Path, home: Path) -> Served:
    """Return the cost of an import into a running server of a new home, until SPARQL and search answer from it."""
    with serving(home) as (client, server), Shares(server, _part_of(server)) as shares:
        began = time.perf_counter()
        _imported(client, file)
        wall = time.perf_counter() - began
    return Served(wall, shares.seconds())


def _part_of(server: int) -> Callable[[int, str], str]:
    """Return a function that says which part of that server a process is, by its number and command line."""

    def part(process: int, command: str) -> str:
        found = (said for module, said in _PARTS.items() if f"{module} import" in command)
        return next(found, "the server" if process == server else "the zygote and its workers")

    return part


def served_beside_readers(file: Path, home: Path) -> tuple[float, list[float]]:
    """Return the seconds of such an import while pages are asked for, and those of each page, in order."""
    pages: list[float] = []
    with serving(home) as (client, _):
        done = threading.Event()

        def ask() -> None:
            while not done.wait(_PAUSE):
                asked = time.perf_counter()
                client.get("/works", params={"limit": 5}).raise_for_status()
                pages.append(time.perf_counter() - asked)

        began = time.perf_counter()
        with ThreadPoolExecutor(1) as threads:
            asking = threads.submit(ask)
            try:
                _imported(client, file)
            finally:
                done.set()
            seconds = time.perf_counter() - began
            asking.result()
    return seconds, sorted(pages)


def _imported(client: httpx.Client, file: Path) -> None:
    """Import a file as a job; back when it is done, and SPARQL and search have answered from its version."""
    headers = {"Content-Type": "application/x-bibtex", "Prefer": "respond-async"}
    data, _ = unpacked(file.read_bytes(), file.name, _MOST_BYTES)
    job = client.post("/imports", content=data, headers=headers).raise_for_status().headers["Location"]
    while (state := client.get(job).raise_for_status().json())["state"] in ("queued", "running"):
        time.sleep(_LOOK)
    assert state["state"] == "done", state
    for address, parameters in (("/sparql", {"query": _COUNT}), ("/search", {"q": "machine translation"})):
        answer = client.get(address, params=parameters).raise_for_status()
        assert answer.headers["Commonplace-Version"] == "2", address


def main() -> None:
    """Measure and print tables in Markdown."""
    file = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        found = costs(file, Path(directory) / "home")
        log = sum(path.stat().st_size for path in Path(directory).rglob("*.rdfp"))
        parsed = [parsing(file, Path(directory))]
        alone = served(file, Path(directory) / "served")
        parsed.append(parsing(file, Path(directory)))
        beside, pages = served_beside_readers(file, Path(directory) / "read")
        parsed.append(parsing(file, Path(directory)))
    first = next(iter(found.values()))
    print("| | seconds | ratio | computing | ratio | peak MB |\n|---|---|---|---|---|---|")
    for name, one in found.items():
        ratios = one.wall / first.wall, one.computing / first.computing
        print(
            f"| {name} | {one.wall:.1f} | {ratios[0]:.1f} | {one.computing:.1f} | {ratios[1]:.1f} "
            f"| {one.memory / 1e6:.0f} |"
        )
    for number, (name, seconds, computing) in enumerate(
        (("", alone.wall, alone.computing), (", pages meanwhile", beside, None))
    ):
        around = parsed[number : number + 2]
        ratio, of_computing = seconds / mean(one.wall for one in around), mean(one.computing for one in around)
        used = f"{computing:.1f} | {computing / of_computing:.2f}" if computing else " | "
        print(f"| import into a running server, to SPARQL and search{name} | {seconds:.1f} | {ratio:.2f} | {used} | |")
        clock, computed = (", ".join(f"{value:.1f}" for value in values) for values in _of_each(around))
        print(f"| parsing only, right before and after | {clock} | 1.0 | {computed} | 1.0 | |")
    print("\n| of the import into a running server | seconds of processor |\n|---|---|")
    for name, seconds in alone.parts.items():
        print(f"| {name} | {seconds:.1f} |")
    half, most = pages[len(pages) // 2], pages[len(pages) * 99 // 100]
    print(f"\n{len(pages)} pages meanwhile: half within {half * 1000:.0f} ms, 99 of 100 within {most * 1000:.0f} ms,")
    print(f"the slowest {pages[-1] * 1000:.0f} ms\n")
    print(json.dumps({"file": file.name, "log MB": round(log / 1e6), "cores": os.cpu_count()}))


def _of_each(parsed: Sequence[Cost]) -> tuple[list[float], list[float]]:
    """Return the seconds on the clock and of processor of each."""
    return [one.wall for one in parsed], [one.computing for one in parsed]


if __name__ == "__main__":
    main()
