"""Measure what the pages of a large library cost: the first time, again, and right after an edit that touches them.

    python -m benchmarks.pages [--works 100000] [--rounds 9] [--only TEXT]

The library is that of the SPARQL benchmark, with more evidence in a second version: 60,000 works say something of the
1,111 concepts, the top one of which has them all below it, and 200 of one claim; 200 cases stand in ten contexts. It is
made and served once, and kept;
each run serves a copy of it, as after a restart. The first time is that of a server that has just begun to answer, in
the order of the table, while it still prepares. Prints milliseconds: on the clock, as a client sees them over one
connection (the first, and medians of the others), and of processor of all processes of the server (means).
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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pyoxigraph import Literal, Quad

from benchmarks.bibliography import BASE, BRANCHES, DEPTH, EVIDENCE_EVERY, MINTER, READERS, concept_keys
from benchmarks.load import cores
from benchmarks.processes import end_when_told, free_port, processor_seconds, started, wait_until
from benchmarks.sparql import table, two_digits
from benchmarks.stored import DEFAULT_FOLDER, ROOT, stored
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, PROV, RDF, RDFS, XSD
from commonplace.patchlog.opening import log_address, open_log

READ = 0.6
"""Part of the works that say something of a concept, or are silent."""

ON_CLAIM = 200
"""Works that say something of the claim."""

CASES = 200
"""Cases of the library, in the ten contexts below one concept."""

START_SECONDS = 300
"""Maximum time that a server may take to answer for the first time, or to prepare."""

QUIET_SECONDS, QUIET_PART = 3.0, 0.1
"""A server is quiet that uses no more than that part of a core for that time."""

TOP, LEAF = "c", "c-1-2-3"
CLAIM = "made-claim"
CITING = "citation"
"""What is edited where a work comes to cite another."""

WORK, CONCEPT, LIST, SEARCH, OTHER = 20, 100, 40, 30, 100
"""Maximum time of each kind of answer, in milliseconds: the median, on a quiet machine."""

PAGE = "text/html"
DATA = "application/json"


@dataclass(frozen=True, slots=True)
class Line:
    """An address in the forms in which it is asked for, the bar of its time, and the thing whose edit touches it."""

    address: str
    bar: int
    edited: str = "w50000"
    forms: tuple[str, ...] = (PAGE, DATA)


TYPED = "bachel"
"""What is typed letter by letter; it begins words of the library."""

LINES = (
    Line("/works/w50000", WORK),
    Line("/works/w0", WORK, "w0"),
    Line("/works?limit=20", LIST),
    Line("/works?limit=20&sort=-year", LIST),
    Line("/works?limit=20&sort=title", LIST),
    Line("/works?limit=20&sort=author", LIST),
    Line(f"/works?discusses={TOP}&limit=20", LIST, TOP),
    Line(f"/works?discusses={TOP}&limit=20&state=unread", LIST, TOP),
    Line(f"/works?discusses={LEAF}&limit=20&sort=-title", LIST, LEAF),
    Line(f"/concepts/{TOP}", CONCEPT, TOP),
    Line(f"/concepts/{LEAF}", CONCEPT, LEAF),
    Line(f"/claims/{CLAIM}", CONCEPT, CLAIM),
    Line("/concepts?limit=50", LIST, TOP),
    Line("/claims", LIST, CLAIM),
    Line("/works/w0/citations?limit=20", LIST, "w0", (DATA,)),
    Line("/works/w50000/references?limit=20", LIST, forms=(DATA,)),
    *(Line(f"/search/suggest?q={TYPED[:length]}", SEARCH, forms=(DATA,)) for length in range(1, len(TYPED) + 1)),
    Line("/", OTHER),
    Line("/gaps", OTHER, TOP),
    Line("/gaps?concept=c-1&context=c-0-1", OTHER, TOP),
    Line("/map", OTHER),
    Line("/map?limit=2999", OTHER, CITING),
    Line("/comparison", OTHER, TOP, (PAGE,)),
    Line("/cases?limit=20", LIST, TOP),
    Line("/timeline", OTHER),
    Line(f"/timeline?concept={TOP}", OTHER, TOP),
    Line("/queues", OTHER),
    Line("/queries/most-cited", OTHER, "w0", (DATA,)),
    Line("/queries/works-by-year", OTHER, forms=(DATA,)),
    Line(f"/queries/works-discussing?concept={TOP}&limit=50", OTHER, TOP, (DATA,)),
)
"""What is asked for, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Timed:
    """What one answer takes, or some on average: on the clock, and of processor, in milliseconds."""

    clock: float
    processor: float
    whole: bool
    """Whether it was the answer, and no word that it is not there yet."""

    def words(self) -> list[str]:
        """Return both times as a table has them; those of no answer in brackets."""
        return [two_digits(each) if self.whole else f"({two_digits(each)})" for each in (self.clock, self.processor)]


@dataclass(slots=True)
class Measured:
    """What one address takes in one form: the first time, again and after an edit; and the length of its answer."""

    line: Line
    form: str
    first: Timed
    length: int
    again: Timed | None = None
    edited: Timed | None = None


def more_evidence(works: int) -> Iterator[Quad]:
    """Return evidence on works of which the library of that size has none: each discusses a concept, or is silent."""
    chance = random.Random(works + 3)
    concepts = [key for depth in range(1, DEPTH + 1) for key in concept_keys(depth)]
    others = [number for number in range(works) if number % EVIDENCE_EVERY]
    for number in chance.sample(others, int(works * (READ - 1 / EVIDENCE_EVERY))):
        state = "discusses" if chance.random() < 0.7 else "silent"
        yield from _evidence(f"w{number}", "concept", chance.choice(concepts), state)
    claim = MINTER.thing("claim", CLAIM)
    yield Quad(claim, RDF["type"], MINTER.term("Claim"))
    yield Quad(claim, RDFS["label"], Literal("That the works of this library are made", language="en"))
    for number in chance.sample(range(works), ON_CLAIM):
        yield from _evidence(f"w{number}", "claim", CLAIM, chance.choice(["supports", "contradicts", "silent"]))
    yield from _cases(works, chance)


def _cases(works: int, chance: random.Random) -> Iterator[Quad]:
    """Yield cases, each in one of the contexts below `c-0` and described by a work, with concepts as their values."""
    deepest = concept_keys(DEPTH)
    for number in range(CASES):
        case = MINTER.thing("case", f"case-{number}")
        yield Quad(case, RDF["type"], MINTER.term("Case"))
        yield Quad(case, RDFS["label"], Literal(f"Case {number}", language="en"))
        yield Quad(case, MINTER.term("context"), MINTER.thing("concept", f"c-0-{chance.randrange(BRANCHES)}"))
        yield Quad(case, MINTER.term("describedBy"), MINTER.thing("work", f"w{chance.randrange(works)}"))
        for dimension in ("sector", "form", "professionalRole", "challenge"):
            yield Quad(case, MINTER.term(dimension), MINTER.thing("concept", chance.choice(deepest)))


def _evidence(work: str, kind: str, about: str, state: str) -> Iterator[Quad]:
    minter: Minter = MINTER
    node = minter.thing("evidence", f"{about}--{work}")
    subject = minter.thing("claim", about) if kind == "claim" else minter.thing("concept", about)
    yield Quad(node, RDF["type"], minter.term("Evidence"))
    yield Quad(node, minter.term("work"), minter.thing("work", work))
    yield Quad(node, minter.term("about"), subject)
    yield Quad(node, minter.term("state"), minter.term(state))
    yield Quad(node, minter.term("standing"), minter.term("accepted"))
    if state != "silent":
        yield Quad(node, minter.term("directness"), minter.term("direct"))
    yield Quad(node, minter.term("certainty"), minter.term("high"))
    yield Quad(node, minter.term("method"), minter.term("human"))
    yield Quad(node, PROV["wasAttributedTo"], READERS)
    yield Quad(node, PROV["generatedAtTime"], Literal("2026-01-01T00:00:00Z", datatype=XSD["dateTime"]))


def home_of(works: int, folder: Path) -> Path:
    """Return a home with that many works under `folder`, made when it is not there."""
    home = folder / f"pages-{works}"
    if not (home / "made").exists():
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(stored(works, folder).home, home, ignore=shutil.ignore_patterns("derived", "token*"))
        sys.stderr.write(f"making {home} …\n")
        log = open_log(log_address(home / "log"))
        head = log.head()
        entry = Entry(
            version=Version(head + 1),
            id=f"urn:uuid:{uuid.UUID(int=1, version=4)}",
            previous=log.header(head).id,
            at=datetime(2026, 1, 1, tzinfo=UTC),
            note=Note(agent="benchmark", kind="edit", message="more evidence"),
            change=ChangeSet(added=tuple(more_evidence(works))),
        )
        log.append(entry)
        (home / "made").touch()
    return home


def served_home(works: int, folder: Path) -> Path:
    """Return that home as a server leaves it, which has written its checkpoint and its search index."""
    home = home_of(works, folder)
    if not (home / "derived" / "search").exists():
        sys.stderr.write(f"serving {home} once …\n")
        with serving(home, folder) as (client, server):
            client.get("/search?q=anything").raise_for_status()
            wait_until_quiet(server)
    return home


def wait_until_quiet(server: int) -> None:
    """Wait until a server has prepared what it prepares, and uses next to no processor for a while."""
    begun, before = time.perf_counter(), processor_seconds(server)
    while time.perf_counter() - begun < START_SECONDS:
        time.sleep(QUIET_SECONDS)
        now = processor_seconds(server)
        if now - before < QUIET_PART * QUIET_SECONDS:
            return
        before = now


class Measuring:
    """Ask a served home for each page."""

    def __init__(self, client: httpx.Client, server: int, rounds: int) -> None:
        self._client = client
        self._server = server
        self._rounds = rounds
        self._edits = 0

    def all(self, only: str) -> list[Measured]:
        """Return what each page takes whose address holds that text: first each once, and then each again."""
        asked = [(line, form) for line in LINES for form in line.forms if only in line.address]
        found = [self._first(line, form) for line, form in asked]
        wait_until_quiet(self._server)
        for one in found:
            self._again(one)
        return found

    def _first(self, line: Line, form: str) -> Measured:
        taken, length = self._timed(line, form)
        return Measured(line, form, taken, length)

    def _again(self, one: Measured) -> None:
        """Ask some more times, and some times each after an edit."""
        self._timed(one.line, one.form)
        one.again = _typical([self._timed(one.line, one.form)[0] for _ in range(self._rounds)])
        after = []
        for _ in range(self._rounds):
            self._edit(one.line.edited)
            after.append(self._timed(one.line, one.form)[0])
        one.edited = _typical(after)

    def _timed(self, line: Line, form: str) -> tuple[Timed, int]:
        used, begun = processor_seconds(self._server), time.perf_counter()
        answer = self._client.get(line.address, headers={"Accept": form})
        taken = time.perf_counter() - begun
        used = processor_seconds(self._server) - used
        timed = Timed(1000 * taken, 1000 * used, answer.status_code == 200)
        sys.stderr.write(f"{answer.status_code} {timed.clock:7.1f} {timed.processor:6.0f}  {line.address} {form}\n")
        return timed, len(answer.content)

    def _edit(self, key: str) -> None:
        """Change the title of the work of that key, let one work more be silent on the concept or claim, or cite."""
        self._edits += 1
        if key == CITING:
            self._cite()
            return
        if key.startswith("w"):
            headers = {"Content-Type": "application/merge-patch+json"}
            title = f"A title for the {self._edits}th time"
            answer = self._client.patch(f"/works/{key}", json={"title": title}, headers=headers)
        else:
            said = {"work": f"w{7 * self._edits}", "about": key, "state": "silent", "certainty": "high"}
            answer = self._client.post("/evidence", json=said)
        answer.raise_for_status()

    def _cite(self) -> None:
        """Let one of the works that are cited most cite another one."""
        citing, cited = (MINTER.thing("work", f"w{number}") for number in (100 + self._edits, self._edits))
        update = f"INSERT DATA {{ {citing} {CITO['cites']} {cited} }}"
        headers = {"Content-Type": "application/sparql-update"}
        self._client.post("/sparql", content=update, headers=headers).raise_for_status()


def _typical(taken: list[Timed]) -> Timed:
    """Return the median on the clock, and the mean of processor, which is counted in ticks."""
    return Timed(
        statistics.median(one.clock for one in taken),
        statistics.mean(one.processor for one in taken),
        all(one.whole for one in taken),
    )


def report(found: list[Measured]) -> str:
    """Return a table with a row for each address and form."""
    rows = []
    for one in found:
        assert one.again
        assert one.edited
        rows.append(
            [
                f"`{one.line.address}`",
                "page" if one.form == PAGE else "JSON",
                f"{one.line.bar}",
                *one.first.words(),
                *one.again.words(),
                *one.edited.words(),
                f"{one.length:,}",
            ]
        )
    return table(
        ["ms", "form", "bar", "first", "processor", "again", "processor", "after an edit", "processor", "bytes"], rows
    )


@contextlib.contextmanager
def serving(home: Path, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[tuple[httpx.Client, int]]:
    """Serve a home; yield a client that may write, as soon as the server answers, and the process of the server."""
    port = free_port()
    environment = {
        "COMMONPLACE_BASE_IRI": BASE,
        "COMMONPLACE_REFERENCE_SET": "none",
        "PYTHONPATH": str(ROOT / "app"),
        **(settings or {}),
    }
    command = [sys.executable, "-m", "commonplace", "serve", "--home", str(home), "--port", str(port)]
    log = folder / "served.log"
    with started(command, log, environment=environment, folder=folder) as process:
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: httpx.get(f"{address}/healthz").status_code == 200, process, log, START_SECONDS)
        token = (home / "token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=address, headers=headers, timeout=START_SECONDS) as client:
            yield client, process.pid


def main() -> None:
    """Make the library, measure its pages, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9, help="answers of each kind")
    parser.add_argument("--only", default="", help="addresses that hold this text")
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, help="where made libraries are kept")
    given = parser.parse_args()
    end_when_told()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        copy = Path(folder) / "home"
        shutil.copytree(served_home(given.works, given.data), copy)
        with serving(copy, Path(folder)) as (client, server):
            found = Measuring(client, server, given.rounds).all(given.only)
    print(f"`python -m benchmarks.pages {' '.join(sys.argv[1:])}`: {cores()} cores, one connection.\n")
    print(report(found))


if __name__ == "__main__":
    main()
