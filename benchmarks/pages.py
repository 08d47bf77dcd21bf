"""Measure what the pages of a large library cost: the first time, again, and right after an edit.

    python -m benchmarks.pages [--works 100000] [--rounds 5]

The library is that of the SPARQL benchmark, with more evidence in a second version: 60,000 works say something of the
1,111 concepts, the top one of which has them all below it, and 200 of one claim. It is made once and kept; each run
serves a copy of it. The first time is that of a server that has just become ready. Prints medians in milliseconds, as a
client sees them over one connection, and how large the answer is.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pyoxigraph import Literal, Quad

from benchmarks.bibliography import DEPTH, EVIDENCE_EVERY, MINTER, READERS, concept_keys
from benchmarks.depth import serving
from benchmarks.load import cores
from benchmarks.processes import end_when_told
from benchmarks.sparql import table, two_digits
from benchmarks.stored import DEFAULT_FOLDER, stored
from commonplace.model.change import ChangeSet, Entry, Note, Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import PROV, RDF, RDFS, XSD
from commonplace.patchlog.opening import log_address, open_log

READ = 0.6
"""Part of the works that say something of a concept, or are silent."""

ON_CLAIM = 200
"""Works that say something of the claim."""

TOP, LEAF = "c", "c-1-2-3"
CLAIM = "made-claim"

PAGES = (
    "/works/w0",
    "/works/w50000",
    "/works?limit=20",
    "/works?limit=20&sort=-year",
    f"/works?discusses={TOP}&limit=20",
    f"/works?discusses={TOP}&limit=20&sort=year",
    f"/works?discusses={TOP}&limit=20&state=unread",
    f"/works?discusses={LEAF}&limit=20&sort=-title",
    f"/concepts/{TOP}",
    f"/concepts/{LEAF}",
    f"/claims/{CLAIM}",
    "/works/w0/citations?limit=20",
    "/works/w50000/references?limit=20",
    "/queries/most-cited",
    "/queries/works-by-year",
    f"/queries/works-discussing?concept={TOP}&limit=50",
    f"/queries/works-discussing?concept={LEAF}&limit=50",
    "/",
)
"""Addresses that are asked for, all of JSON but the last."""

TYPED = "bachel"
"""What is typed letter by letter; it begins words of the library."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one address takes, in milliseconds, and the length of its answer."""

    address: str
    first: float
    again: float
    after_edit: float
    length: int


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


class Measuring:
    """Ask a served home for each page."""

    def __init__(self, client: httpx.Client, rounds: int) -> None:
        self._client = client
        self._rounds = rounds
        self._edits = 0

    def all(self, only: str) -> Iterator[Measured]:
        """Yield what each page takes whose address holds that text."""
        for address in (one for one in (*PAGES, *self._typed()) if only in one):
            first, length = self._timed(address)
            again = [self._timed(address)[0] for _ in range(self._rounds)]
            after = []
            for _ in range(self._rounds):
                self._edit()
                after.append(self._timed(address)[0])
            yield Measured(address, first, statistics.median(again), statistics.median(after), length)

    def _typed(self) -> list[str]:
        return [f"/search/suggest?q={TYPED[:length]}" for length in range(1, len(TYPED) + 1)]

    def _timed(self, address: str) -> tuple[float, int]:
        begun = time.perf_counter()
        answer = self._client.get(address, headers={"Accept": "text/html" if address == "/" else "application/json"})
        taken = 1000 * (time.perf_counter() - begun)
        answer.raise_for_status()
        return taken, len(answer.content)

    def _edit(self) -> None:
        """Change what every page here may show: a title, and what a work says of a concept."""
        self._edits += 1
        headers = {"Content-Type": "application/merge-patch+json"}
        title = f"A title for the {self._edits}th time"
        self._client.patch(f"/works/w{self._edits}", json={"title": title}, headers=headers).raise_for_status()
        said = {"work": f"w{7 * self._edits}", "about": "c-4-5-6", "state": "silent", "certainty": "high"}
        self._client.post("/evidence", json=said).raise_for_status()


def report(found: list[Measured]) -> str:
    """Return a table with a row for each address."""
    rows = [
        [f"`{one.address}`", *(two_digits(each) for each in (one.first, one.again, one.after_edit)), f"{one.length:,}"]
        for one in found
    ]
    return table(["ms", "first", "again", "after an edit", "bytes"], rows)


def main() -> None:
    """Make the library, measure its pages, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--works", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5, help="answers of each kind")
    parser.add_argument("--only", default="", help="addresses that hold this text")
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, help="where made libraries are kept")
    given = parser.parse_args()
    end_when_told()
    found = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        copy = Path(folder) / "home"
        shutil.copytree(home_of(given.works, given.data), copy)
        with serving(copy, Path(folder)) as client:
            for one in Measuring(client, given.rounds).all(given.only):
                sys.stderr.write(f"{one.address}: {one.first:.1f} {one.again:.1f} {one.after_edit:.1f} ms\n")
                found.append(one)
    print(f"`python -m benchmarks.pages {' '.join(sys.argv[1:])}`: {cores()} cores, one connection.\n")
    print(report(found))


if __name__ == "__main__":
    main()
