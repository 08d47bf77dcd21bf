"""Measure whether mixed traffic with edits leaves the server's memory flat.

    python -m benchmarks.soak [--minutes 60] [--rate 20] [--clients 4]

A server of its own over the reference set is read, searched, asked in SPARQL and at earlier versions, edited, given
small imports and undone, all at once. What is imported is undone again, so that the library stays as large as it was
and only its log grows. First the clients ask as fast as they are answered, until there are so many versions that what
is kept of them is as much as it will ever be. Then the memory of the server and of its other processes is looked at
every few seconds. After a quarter of that time it is to stay where it is: the slope is the median of those between any
two looks (Theil and Sen), which a single outlier does not move.

Two slopes are told: that of the processes that live as long as the server does, and that of one worker. Workers come
and go with questions that take long, with past states and with edits, so that what all of them hold says how many there
are; a leak of theirs shows in each.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import httpx

from benchmarks.processes import children, end_when_told, free_port, memory_bytes, started, wait_until

LOOKS = 120
"""Number of times that the memory is looked at."""

FILLED_VERSIONS = 600
"""Number of versions that are made before the memory is looked at. What is kept by version is full then, but for hashes
of the changes of 1,000 versions (4 MB at most): 500 headers of the log, the receipts of 50 imports, the search index of
200 documents that were changed, and 2,000 statements that were removed from each store."""

WARM_UP = 0.25
"""Part of the time after that in which workers may be replaced, and memory of the busy beginning given back."""

CACHE_BYTES = 1_000_000
"""Room for SPARQL answers: so little that it is full when the warm-up ends."""

LONGEST = 100
"""Maximum LIMIT of a query. Queries that were read are remembered, some thousands: these few are when the warm-up
ends."""

FLAT_BYTES, VERSION_BYTES = 16_000_000, 4_000
"""Growth after the warm-up that counts as none: bytes, by which the looks differ while stores and indexes fill up with
changes and are made anew; and bytes of each version made, which all processes note their place in the log of."""

TITLE = "http://purl.org/dc/terms/title"
WORDS = (
    "coproduction",
    "professional",
    "service users",
    "trust",
    "volunteers",
    "health",
    "public services",
    "citizens",
)
QUERIES = (
    "SELECT ?s ?title WHERE { ?s <http://purl.org/dc/terms/title> ?title } ORDER BY ?title LIMIT %d",
    "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?n) LIMIT %d",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT %d",
    "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g LIMIT %d",
)


MOST_WORKERS = 12
"""Maximum number of workers at once, with room for those that end: two for queries and two for pages, two for past
states and two that keep some, one spare, one that writes the search index."""


class Memory(NamedTuple):
    """Bytes of the processes of a server: pages that they share are counted once."""

    server: int
    zygote: int
    workers: int
    number: int
    """Number of workers."""

    @property
    def whole(self) -> int:
        """Return the bytes of all processes."""
        return self.server + self.zygote + self.workers

    @property
    def lasting(self) -> int:
        """Return the bytes of the processes that live as long as the server."""
        return self.server + self.zygote

    @property
    def each_worker(self) -> float:
        """Return the bytes of one worker, on average; 0 where there is none."""
        return self.workers / self.number if self.number else 0

    @classmethod
    def of(cls, server: int) -> Memory:
        """Return that of a running server: its child is the zygote, whose children are the workers."""
        every = memory_bytes(server)
        zygotes = children(server)
        workers = [memory_bytes(worker) for zygote in zygotes for worker in children(zygote)]
        forked = sum(memory_bytes(zygote) for zygote in zygotes)
        return cls(every - forked, forked - sum(workers), sum(workers), len(workers))


@dataclass(frozen=True, slots=True)
class Look:
    """The memory at one moment: seconds since the beginning, bytes by process, and the newest version."""

    seconds: float
    memory: Memory
    version: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The growth of memory after the warm-up."""

    memory: float
    """Bytes: the median after the warm-up."""
    slope: float
    """Bytes a second."""
    seconds: float
    """Time that it was looked at."""
    versions: int
    """Number of versions made in that time."""

    @property
    def growth(self) -> float:
        """Return the bytes that memory grew by in that time."""
        return self.slope * self.seconds

    @property
    def is_flat(self) -> bool:
        """Return whether memory stayed where it was."""
        return self.growth <= FLAT_BYTES + VERSION_BYTES * self.versions

    def __str__(self) -> str:
        said = "flat" if self.is_flat else "NOT flat"
        return (
            f"{said}: {self.memory / 1e6:.0f} MB after the warm-up, {self.growth / 1e6:+.1f} MB in "
            f"{self.seconds / 60:.1f} minutes and {self.versions:,} versions "
            f"({self.slope * 3600 / 1e6:+.1f} MB an hour)"
        )


def verdicts(looks: Sequence[Look]) -> dict[str, Verdict]:
    """Return what must be flat: the processes that live as long as the server, and one worker."""
    return {
        "the server and its zygote": verdict(looks, lambda memory: memory.lasting),
        "one worker": verdict(looks, lambda memory: memory.each_worker),
    }


def verdict(looks: Sequence[Look], of: Callable[[Memory], float]) -> Verdict:
    """Return what the looks after the warm-up say of the bytes that `of` returns.

    Raises `ValueError` when they are fewer than three.
    """
    late = [look for look in looks if look.seconds >= WARM_UP * looks[-1].seconds]
    if len(late) < 3:
        raise ValueError("memory was looked at too seldom to tell")
    slopes = [(of(b.memory) - of(a.memory)) / (b.seconds - a.seconds) for a, b in itertools.combinations(late, 2)]
    return Verdict(
        memory=statistics.median(of(look.memory) for look in late),
        slope=statistics.median(slopes),
        seconds=late[-1].seconds - late[0].seconds,
        versions=late[-1].version - late[0].version,
    )


@dataclass(slots=True)
class Traffic:
    """Mixed traffic on one server, whose answers are counted."""

    client: httpx.Client
    token: str
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Number of answers by what was asked and by status; 0 where the connection failed."""
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        found = self.client.get("/works", params={"limit": 100}).raise_for_status().json()
        self._keys = tuple(work["key"] for work in found["items"])

    def one(self) -> None:
        """Do one thing, by weight, and count how it was answered."""
        name, weight = "", self.chance.randrange(sum(share for share, _ in self.kinds().values()))
        for name, (share, _) in self.kinds().items():  # noqa: B007  # the one it stops at
            weight -= share
            if weight < 0:
                break
        self.do(name)

    def do(self, name: str) -> int:
        """Do one thing, and return the status of its answer."""
        try:
            status = self.kinds()[name][1]()
        except httpx.HTTPError:
            status = 0
        self.answered[name, status] += 1
        return status

    def kinds(self) -> dict[str, tuple[int, Callable[[], int]]]:
        """Return what can be done: a weight, and the function that does it."""
        return {
            "work": (20, lambda: self._get(f"/works/{self._key()}")),
            "page": (5, lambda: self._get("/")),
            "list": (10, lambda: self._get("/works", limit=str(self.chance.randrange(1, 50)), sort="-year")),
            "search": (10, lambda: self._get("/search", q=self.chance.choice(WORDS))),
            "search a list": (5, lambda: self._get("/works", q=self.chance.choice(WORDS))),
            "SPARQL": (
                15,
                self._ask,
            ),
            "named query": (5, lambda: self._get("/queries/works-by-year")),
            "export": (2, lambda: self._get("/export", format="ris", q=self.chance.choice(WORDS))),
            "history": (5, lambda: self._get(f"/works/{self._key()}/history")),
            "earlier version": (5, self._earlier),
            "unknown": (5, lambda: self._get(f"/works/nobody{next(self._numbers)}", expected=404)),
            "edit": (6, self._edit),
            "refused edit": (1, self._refused),
            "update": (2, self._update),
            "import and undo": (2, self._import_and_undo),
        }

    def _key(self) -> str:
        return self.chance.choice(self._keys)

    def _get(self, path: str, expected: int = 200, **params: str) -> int:
        got = self.client.get(path, params=params)
        return 200 if got.status_code == expected else got.status_code

    def _ask(self) -> int:
        return self._get("/sparql", query=self.chance.choice(QUERIES) % self.chance.randrange(1, LONGEST))

    def _earlier(self) -> int:
        head = self.client.get("/healthz").json()["version"]
        return self._get(f"/works/{self._key()}", at=str(self.chance.randrange(max(1, head - 30), head + 1)))

    def _writing(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Prefer": "wait=30"}

    def _edit(self) -> int:
        key = self._key()
        title: str = self.client.get(f"/works/{key}").json()["title"]
        changed = title.removesuffix(" *") if title.endswith(" *") else f"{title} *"
        return self.client.patch(f"/works/{key}", json={"title": changed}, headers=self._writing()).status_code

    def _refused(self) -> int:
        """Write what the shapes refuse, in words that a validator of its own makes."""
        text = f"DELETE {{ ?s <{TITLE}> ?t }} WHERE {{ ?s <{TITLE}> ?t }}"
        made = self.client.post("/sparql", data={"update": text}, headers=self._writing())
        return 200 if made.status_code == 422 else made.status_code

    def _update(self) -> int:
        triple = f"<http://example.org/soak> <http://example.org/number> {next(self._numbers)}"
        for verb in ("INSERT", "DELETE"):
            made = self.client.post("/sparql", data={"update": f"{verb} DATA {{ {triple} }}"}, headers=self._writing())
            if made.status_code != 200:
                return made.status_code
        return 200

    def _import_and_undo(self) -> int:
        number = next(self._numbers)
        text = "".join(
            f"@article{{soak{number}x{each}, author = {{Soak, Sam and Wet, Wanda}}, year = {{{1990 + each}}}, "
            f"title = {{Number {number} of many, part {each}}}, journal = {{Journal of Waters}}}}\n"
            for each in range(5)
        )
        made = self.client.post("/imports", content=text, headers=self._writing())
        if made.status_code != 201:
            return made.status_code
        undone = self.client.post(f"/changes/{made.json()['version']}/undo", headers=self._writing())
        return 200 if undone.status_code == 201 else undone.status_code


@contextlib.contextmanager
def server(home: Path, log: Path) -> Iterator[tuple[int, httpx.Client, str]]:
    """Start a server over a new home; yield its process, a client and the curator's token."""
    port = free_port()
    command = [sys.executable, "-m", "commonplace", "serve", "--home", str(home), "--port", str(port)]
    settings = {"COMMONPLACE_BASE_IRI": f"http://127.0.0.1:{port}/", "COMMONPLACE_CACHE_BYTES": str(CACHE_BYTES)}
    # Shorter than the server keeps an idle connection, lest it close one just as it is used again.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50, keepalive_expiry=2)
    with (
        started(command, log, environment=settings) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, limits=limits) as client,
    ):
        wait_until(lambda: client.get("/healthz").status_code == 200, process, log, 300)
        yield process.pid, client, (home / "token").read_text().strip()


def soak(traffic: Traffic, process: int, *, seconds: float, rate: float, clients: int) -> Iterator[Look]:
    """Let clients ask, at `rate` requests a second in all, and look at the memory of a process and its descendants."""
    begun, over = time.monotonic(), threading.Event()

    def ask(first: int) -> None:
        for number in itertools.count(first, clients):
            if over.wait(max(0.0, begun + number / rate - time.monotonic())):
                return
            traffic.one()

    with ThreadPoolExecutor(clients) as pool:
        asking = [pool.submit(ask, first) for first in range(clients)]
        try:
            for number in range(1, LOOKS + 1):
                over.wait(max(0.0, begun + number * seconds / LOOKS - time.monotonic()))
                version = traffic.client.get("/healthz").json()["version"]
                yield Look(time.monotonic() - begun, Memory.of(process), version)
        finally:
            over.set()
            for each in asking:
                each.result()


def fill(traffic: Traffic, *, clients: int, versions: int = FILLED_VERSIONS) -> None:
    """Let clients ask as fast as they are answered, until the library has that many versions."""

    def ask() -> None:
        while traffic.client.get("/healthz").json()["version"] < versions:
            traffic.one()

    with ThreadPoolExecutor(clients) as pool:
        for asking in [pool.submit(ask) for _ in range(clients)]:
            asking.result()


def unexpected(traffic: Traffic) -> dict[tuple[str, int], int]:
    """Return the answers that are not as they should be; that too many wait (503, 429) may be said."""
    fine = {200, 429, 503}
    return {kind: count for kind, count in traffic.answered.items() if kind[1] not in fine}


def main() -> int:
    """Print the memory over time, what was answered, and the verdict; return 1 when it is not flat."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=20.0, help="requests a second, of all clients")
    parser.add_argument("--clients", type=int, default=4)
    chosen = parser.parse_args()
    end_when_told()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with server(place / "home", place / "log.txt") as (process, client, token):
            traffic, looks = Traffic(client, token), list[Look]()
            fill(traffic, clients=chosen.clients)
            for look in soak(traffic, process, seconds=chosen.minutes * 60, rate=chosen.rate, clients=chosen.clients):
                looks.append(look)
                if len(looks) % (LOOKS // 20) == 0:
                    asked = sum(traffic.answered.values())
                    memory = look.memory
                    print(
                        f"{look.seconds / 60:6.1f} min {memory.whole / 1e6:8.1f} MB  server {memory.server / 1e6:6.1f} "
                        f" zygote {memory.zygote / 1e6:5.1f}  {memory.number:2} workers {memory.workers / 1e6:6.1f}  "
                        f"{asked:8,d} requests {look.version:6,d} versions",
                        flush=True,
                    )
    found = verdicts(looks)
    for (kind, status), count in sorted(traffic.answered.items()):
        print(f"{kind:20} {status:4} {count:8,d}")
    most = max(look.memory.number for look in looks)
    print(
        f"{sum(traffic.answered.values()):,} requests, {looks[-1].version:,} versions, at most {most} workers at once"
    )
    for name, each in found.items():
        print(f"{name}: {each}")
    print(f"all processes, for comparison: {verdict(looks, lambda memory: memory.whole)}")
    flat = most <= MOST_WORKERS and all(each.is_flat for each in found.values())
    return 0 if flat and not unexpected(traffic) else 1


if __name__ == "__main__":
    sys.exit(main())
