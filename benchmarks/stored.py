"""Keep made-up libraries on disk, made once for each size: N-Triples for the peers, a home for us."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from pyoxigraph import RdfFormat, serialize

from benchmarks.bibliography import BASE, quads
from commonplace.commit import Committer, Proposal
from commonplace.derived.graph.opening import GraphKind
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Note
from commonplace.model.quad_text import CHUNK_BYTES, QuadText, whole_lines
from commonplace.settings import SHIPPED_ONTOLOGY

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_FOLDER = ROOT / "var" / "benchmarks"
CHANGE = 3_000_000
"""Maximum number of statements of one change: 100,000 works are one."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A library of that many works in a folder of its own, and the home that was filled with its graph in one place.

    `home_seconds`, `processor_seconds` (of all processes that ended meanwhile, too) and `log_bytes` tell of filling it.
    """

    works: int
    folder: Path
    graph: GraphKind
    statements: int
    home_seconds: float
    processor_seconds: float
    log_bytes: int

    @property
    def triples(self) -> Path:
        return self.folder / "library.nt"

    @property
    def home(self) -> Path:
        return _home(self.folder, self.graph)


def _home(folder: Path, graph: GraphKind) -> Path:
    return folder / ("home" if graph == "memory" else f"home-{graph}")


def stored(works: int, folder: Path, *, fresh: bool = False, graph: GraphKind = "memory") -> Stored:
    """Return the library of that size under `folder`, made when it is not there (or when `fresh`)."""
    own = folder / str(works)
    if fresh and own.exists():
        shutil.rmtree(own)
    own.mkdir(parents=True, exist_ok=True)
    facts = own / f"facts-{graph}.json"
    if not facts.exists():
        sys.stderr.write(f"making {own} …\n")
        # A process of its own, whose memory is gone when it ends.
        command = [sys.executable, "-m", "benchmarks.stored", str(works), str(own.resolve()), graph]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        facts.write_text(done.stdout)
    return Stored(works, own, graph, **json.loads(facts.read_text()))


def _make(works: int, folder: Path, graph: GraphKind) -> dict[str, float]:
    triples = folder / "library.nt"
    if not triples.exists():
        being_written = triples.with_suffix(".part")
        with being_written.open("wb") as file:
            serialize((quad.triple for quad in quads(works)), file, format=RdfFormat.N_TRIPLES)
        being_written.rename(triples)
    home = _home(folder, graph)
    shutil.rmtree(home, ignore_errors=True)
    committer = Committer(Library.open(home, BASE, graph), SHIPPED_ONTOLOGY / "shapes.ttl")
    statements, begun, used = 0, time.perf_counter(), sum(os.times()[:4])
    for start, end, count in _parts(triples):
        proposal = Proposal(
            ChangeSet(added=QuadText(partial(_text, triples, start, end))),
            Note(agent="benchmark", kind="import"),
            is_net=True,
            keeps_shapes=True,
        )
        committer.commit(lambda snapshot, proposal=proposal: proposal)  # type: ignore[misc]
        statements += count
        sys.stderr.write(f"{statements:,} statements after {time.perf_counter() - begun:.0f} s\n")
    return {
        "statements": statements,
        "home_seconds": round(time.perf_counter() - begun, 2),
        "processor_seconds": round(sum(os.times()[:4]) - used, 2),
        "log_bytes": sum(path.stat().st_size for path in (home / "log" / "segments").iterdir()),
    }


def _parts(triples: Path) -> Iterator[tuple[int, int, int]]:
    """Return where each change begins and ends in a file of statements, in bytes, and how many statements it has."""
    start = 0
    with triples.open("rb") as file:
        while lengths := [len(line) for line in islice(file, CHANGE)]:
            end = start + sum(lengths)
            yield start, end, len(lengths)
            start = end


def _text(triples: Path, start: int, end: int) -> Iterator[bytes]:
    with triples.open("rb") as file:
        file.seek(start)
        places = range(start, end, CHUNK_BYTES)
        yield from whole_lines(file.read(min(CHUNK_BYTES, end - place)) for place in places)


if __name__ == "__main__":
    print(json.dumps(_make(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))
