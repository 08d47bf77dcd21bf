"""Keep made-up libraries on disk, made once for each size: N-Triples for the peers, a home for us."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pyoxigraph import RdfFormat, serialize

from benchmarks.bibliography import BASE, quads
from commonplace.commit import Committer, Proposal
from commonplace.library import Library
from commonplace.model.change import ChangeSet, Note
from commonplace.settings import SHIPPED_ONTOLOGY

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_FOLDER = ROOT / "var" / "benchmarks"
CHANGE = 3_000_000
"""Maximum number of statements of one change: 100,000 works are one, and a million need not be in memory twice."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A library of that many works in a folder of its own. `home_seconds` and `log_bytes` tell of making the home."""

    works: int
    folder: Path
    statements: int
    home_seconds: float
    log_bytes: int

    @property
    def triples(self) -> Path:
        return self.folder / "library.nt"

    @property
    def home(self) -> Path:
        return self.folder / "home"


def stored(works: int, folder: Path, *, fresh: bool = False) -> Stored:
    """Return the library of that size under `folder`, made when it is not there (or when `fresh`)."""
    own = folder / str(works)
    if fresh and own.exists():
        shutil.rmtree(own)
    own.mkdir(parents=True, exist_ok=True)
    facts = own / "facts.json"
    if not facts.exists():
        sys.stderr.write(f"making {own} …\n")
        # A process of its own, whose memory is gone when it ends.
        command = [sys.executable, "-m", "benchmarks.stored", str(works), str(own.resolve())]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        facts.write_text(done.stdout)
    return Stored(works, own, **json.loads(facts.read_text()))


def _make(works: int, folder: Path) -> dict[str, float]:
    with (folder / "library.nt").open("wb") as file:
        serialize((quad.triple for quad in quads(works)), file, format=RdfFormat.N_TRIPLES)
    shutil.rmtree(folder / "home", ignore_errors=True)
    library = Library.open(folder / "home", BASE)
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    left, statements, seconds = quads(works), 0, 0.0
    while change := ChangeSet(added=tuple(islice(left, CHANGE))):
        begin = time.perf_counter()
        proposal = Proposal(change, Note(agent="benchmark", kind="import"), keeps_shapes=True)
        committer.commit(lambda snapshot, proposal=proposal: proposal)  # type: ignore[misc]
        seconds += time.perf_counter() - begin
        statements += len(change.added)
    log = sum(path.stat().st_size for path in (folder / "home" / "log" / "segments").iterdir())
    return {"statements": statements, "home_seconds": round(seconds, 2), "log_bytes": log}


if __name__ == "__main__":
    print(json.dumps(_make(int(sys.argv[1]), Path(sys.argv[2]))))
