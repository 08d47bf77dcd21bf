"""Measure what history, time travel and small writes cost in a library of many versions, and in one of many works.

    python -m benchmarks.depth [--quick] [--versions 10000] [--works 100000] [--only deep|wide] [--rounds 9]

The deep library has 1,000 works and that many versions, each a small edit; one work in it is edited again and again.
The wide one has that many works in one version, and a few edits after it. Both are made once and kept; each run serves
copies of them, one after the other, and starts each again before it asks. A past state is asked for once only, so that
each is the first of its version. Prints the median and the greatest time of each answer, in milliseconds.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from pyoxigraph import Literal, Quad

from benchmarks.bibliography import BASE, MINTER, records
from benchmarks.load import cores
from benchmarks.processes import end_when_told, free_port, started, wait_until
from benchmarks.sparql import table, two_digits
from benchmarks.stored import DEFAULT_FOLDER, ROOT, stored
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.namespaces import DCTERMS, PRISM
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.opening import log_address, open_log

DEEP_WORKS = 1_000
"""Works of the library of many versions."""

OFTEN = "w0"
"""Key of the work that is edited again and again."""

OFTEN_EVERY = 20
"""One edit in so many is of that work."""

WIDE_EDITS = 60
"""Edits of the library of many works after its one big version."""

START_SECONDS = 300
"""Maximum time that a server may take to answer for the first time."""

AFTER_START = "first import after a start"

Ask = Callable[[httpx.Client], httpx.Response]


@dataclass(slots=True)
class Measured:
    """The times of each kind of answer in one library, in milliseconds, in the order in which they were measured."""

    name: str
    times: dict[str, list[float]] = field(default_factory=dict)


def edits(works: int, count: int) -> Iterator[ChangeSet]:
    """Return small net changes of the library of that many works: titles that change, keywords that come and go."""
    chance = random.Random(works + count)
    titles = {record.key: record.title or "" for record in records(works)}
    keywords: dict[str, str] = {}
    for number in range(count):
        key = OFTEN if number % OFTEN_EVERY == 0 else f"w{chance.randrange(works)}"
        node = MINTER.thing("work", key)
        if chance.random() < 0.6:
            title = f"{titles[key].partition(' (')[0]} (edit {number})"
            said = DCTERMS["title"]
            removed, added = (Quad(node, said, Literal(text)) for text in (titles[key], title))
            titles[key] = title
            yield ChangeSet(added=(added,), removed=(removed,))
        elif key in keywords:
            yield ChangeSet(removed=(Quad(node, PRISM["keyword"], Literal(keywords.pop(key))),))
        else:
            keywords[key] = f"word {number}"
            yield ChangeSet(added=(Quad(node, PRISM["keyword"], Literal(keywords[key])),))


def append_edits(log: PatchLog, works: int, count: int) -> None:
    """Append that many edits to the log of a library of that many works, which has one version."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    for number, change in enumerate(edits(works, count)):
        head = log.head()
        entry = Entry(
            version=Version(head + 1),
            id=f"urn:uuid:{uuid.UUID(int=number + 1, version=4)}",
            previous=log.header(head).id,
            at=at + timedelta(minutes=number),
            note=Note(agent=f"curator {number % 3}", kind="edit", message=f"edit {number}"),
            change=change,
        )
        log.append(entry)


def home_of(works: int, versions: int, folder: Path) -> Path:
    """Return a home with that many works and versions under `folder`, made when it is not there."""
    home = folder / f"depth-{works}-{versions}"
    if not (home / "made").exists():
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(stored(works, folder).home, home, ignore=shutil.ignore_patterns("derived", "token*"))
        sys.stderr.write(f"making {home} …\n")
        append_edits(open_log(log_address(home / "log")), works, versions - 1)
        (home / "made").touch()
    return home


@contextlib.contextmanager
def serving(home: Path, folder: Path) -> Iterator[httpx.Client]:
    """Serve a home, and yield a client that may write, once pages, SPARQL and search have been answered."""
    port = free_port()
    environment = {
        "COMMONPLACE_BASE_IRI": BASE,
        "COMMONPLACE_REFERENCE_SET": "none",
        "PYTHONPATH": str(ROOT / "app"),
    }
    command = [sys.executable, "-m", "commonplace", "serve", "--home", str(home), "--port", str(port)]
    log = folder / "served.log"
    with started(command, log, environment=environment, folder=folder) as process:
        address = f"http://127.0.0.1:{port}"
        ready = f"{address}/works/{OFTEN}"
        wait_until(lambda: httpx.get(ready, timeout=START_SECONDS).status_code == 200, process, log, START_SECONDS)
        token = (home / "token").read_text().strip()
        with httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=START_SECONDS
        ) as client:
            for path in ("/works?limit=5", "/search?q=anything", "/sparql?query=ASK%7B%7D", f"/works/{OFTEN}/history"):
                client.get(path).raise_for_status()
            yield client


class Measuring:
    """Ask a served home for each kind of answer, as many times as there are rounds."""

    def __init__(self, client: httpx.Client, works: int, rounds: int) -> None:
        self._client = client
        self._rounds = rounds
        self._chance = random.Random(7)
        self._works = works
        self._head = int(client.get("/changes?limit=1").raise_for_status().json()["version"])
        versions = range(2, self._head)
        self._past = iter(self._chance.sample(versions, min(len(versions), 8 * rounds)))

    def all(self) -> Iterator[tuple[str, list[float]]]:
        """Yield the name of each kind of answer, and its times."""
        often = f"{BASE}id/work/{OFTEN}"
        yield self._of("history of a work edited often", lambda: f"/works/{OFTEN}/history")
        yield self._of("history of any work", lambda: f"/works/{self._key()}/history")
        yield self._of("the versions", lambda: "/changes")
        yield self._of("the versions that touched a thing", lambda: f"/changes?thing={often}")
        yield self._of("one version", lambda: f"/changes/{self._head}")
        yield self._of("provenance of a work edited often", lambda: f"/works/{OFTEN}/provenance")
        yield self._of("provenance of any work", lambda: f"/works/{self._key()}/provenance")
        yield self._of("first at=: a work", lambda: f"/works/{self._key()}?at={next(self._past)}")
        yield self._of("first at=: a list of works", lambda: f"/works?limit=20&at={next(self._past)}")
        yield self._of("first at=: SPARQL", lambda: f"/sparql?query={self._query()}&at={next(self._past)}")
        yield self._of("first at=: history", lambda: f"/works/{self._key()}/history?at={next(self._past)}")
        yield "commit of a small edit", self._times(self._edit)
        yield "undo of a small version", self._times(self._undo)
        yield "undo of an old version", self._times(self._undo_old)
        yield "import of one entry", self._times(self._import)

    def import_one(self) -> float:
        """Import one entry, and return what that took, in milliseconds."""
        begun = time.perf_counter()
        self._import(self._client).raise_for_status()
        return 1000 * (time.perf_counter() - begun)

    def _key(self) -> str:
        return f"w{self._chance.randrange(self._works)}"

    def _query(self) -> str:
        return f"SELECT * WHERE {{ <{BASE}id/work/{self._key()}> ?p ?o }}"

    def _of(self, name: str, path: Callable[[], str]) -> tuple[str, list[float]]:
        return name, self._times(lambda client: client.get(path()))

    def _times(self, ask: Ask) -> list[float]:
        """Return what each answer took, in milliseconds, after one that does not count."""
        found = []
        for number in range(self._rounds + 1):
            begun = time.perf_counter()
            answer = ask(self._client)
            if number:
                found.append(1000 * (time.perf_counter() - begun))
            if answer.status_code not in (200, 201):
                raise RuntimeError(f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:300]}")
        return found

    def _edit(self, client: httpx.Client) -> httpx.Response:
        number = self._chance.randrange(10**6)
        return client.patch(
            f"/works/{self._key()}",
            json={"title": f"A title for the {number}th time"},
            headers={"Content-Type": "application/merge-patch+json"},
        )

    def _undo(self, client: httpx.Client) -> httpx.Response:
        head = int(client.get("/changes?limit=1").json()["version"])
        return client.post(f"/changes/{head - 1}/undo")

    def _undo_old(self, client: httpx.Client) -> httpx.Response:
        return client.post(f"/changes/{self._chance.randrange(2, self._head)}/undo")

    def _import(self, client: httpx.Client) -> httpx.Response:
        number = self._chance.randrange(10**6)
        entry = f"@article{{new{number}, title={{The {number}th study of depth}}, author={{Doe, Jane}}, year={{2020}}}}"
        answer = client.post("/imports", content=entry, headers={"Content-Type": "application/x-bibtex"})
        while answer.status_code in (200, 202) and answer.json().get("state") in ("queued", "running"):
            time.sleep(0.01)  # it takes so long that it has become a job
            answer = client.get(f"/imports/jobs/{answer.json()['id']}")
        return answer


def measure(name: str, home: Path, works: int, rounds: int) -> Measured:
    """Serve a copy of a home and measure it."""
    measured = Measured(name)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as given:
        folder = Path(given)
        copy = folder / "home"
        shutil.copytree(home, copy)
        with serving(copy, folder) as client:
            Measuring(client, works, rounds).import_one()  # what is derived is made at the first start
        with serving(copy, folder) as client:
            measured.times[AFTER_START] = [Measuring(client, works, rounds).import_one()]
            for kind, times in Measuring(client, works, rounds).all():
                measured.times[kind] = times
                sys.stderr.write(f"{name}: {kind}: {two_digits(statistics.median(times))} ms\n")
    return measured


def report(found: list[Measured]) -> str:
    """Return a table with a row for each kind of answer, and a column for each library."""
    rows = [[kind, *(_shown(one.times[kind]) for one in found)] for kind in found[0].times]
    return table(["median (greatest), ms", *(one.name for one in found)], rows)


def _shown(times: list[float]) -> str:
    return f"{two_digits(statistics.median(times))} ({two_digits(max(times))})"


def main() -> None:
    """Make the libraries, measure them, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1,500 versions, and 10,000 works")
    parser.add_argument("--versions", type=int, default=10_000)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--only", choices=("deep", "wide"))
    parser.add_argument("--rounds", type=int, default=9, help="answers of each kind")
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, help="where made libraries are kept")
    given = parser.parse_args()
    if given.quick:
        given.versions, given.works = 1_500, 10_000
    end_when_told()
    found = []
    if given.only != "wide":
        home = home_of(DEEP_WORKS, given.versions, given.data)
        found.append(measure(f"{given.versions:,} versions of {DEEP_WORKS:,} works", home, DEEP_WORKS, given.rounds))
    if given.only != "deep":
        home = home_of(given.works, 1 + WIDE_EDITS, given.data)
        found.append(measure(f"{given.works:,} works in one version", home, given.works, given.rounds))
    print(f"`python -m benchmarks.depth {' '.join(sys.argv[1:])}`: {cores()} cores, one connection.\n")
    print(report(found))


if __name__ == "__main__":
    main()
