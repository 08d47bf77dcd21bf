"""Compare the graph in memory with the graph on disk: load, start, memory, and how long readers wait.

    python -m benchmarks.graph_kinds [WORKS]

Each kind is measured in a process of its own; the last column is disk divided by memory.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.literature import quads
from commonplace.commit import Committer, Proposal
from commonplace.derived.graph.opening import GraphKind
from commonplace.library import Library
from commonplace.library.citations import citation_ends, citations_at
from commonplace.library.work_lists import WorkFilters, select_works
from commonplace.library.works import work_of
from commonplace.model.change import ChangeSet, Note
from commonplace.settings import SHIPPED_ONTOLOGY

BASE = "http://127.0.0.1:8000/"
ROUNDS = 300


def fill(home: Path, count: int) -> dict[str, float]:
    """Make the home with one commit; seconds it took and bytes of log."""
    library = Library.open(home, BASE)
    change = ChangeSet(added=tuple(quads(count, library.minter)))
    start = time.perf_counter()
    committer = Committer(library, SHIPPED_ONTOLOGY / "shapes.ttl")
    committer.commit(lambda snapshot: Proposal(change, Note(agent="benchmark", kind="import"), keeps_shapes=True))
    seconds = time.perf_counter() - start
    log = sum(path.stat().st_size for path in (home / "log").rglob("*.rdfp"))
    return {"statements": len(change.added), "commit s": seconds, "log MB": log / 1e6}


def measure(home: Path, kind: GraphKind, count: int) -> dict[str, float]:
    """Return what one kind does with a home: first open, open again, memory, and milliseconds a question takes."""
    opened = []
    for _ in range(2 if kind == "disk" else 1):
        start = time.perf_counter()
        library = Library.open(home, BASE, kind)
        opened.append(time.perf_counter() - start)
        if kind == "disk" and len(opened) == 1:
            del library
    chance = random.Random(3)
    minter = library.minter

    def key() -> str:
        return f"w{int(count * chance.random() ** 3)}"

    questions: dict[str, Callable[[], object]] = {
        "one work": lambda: library.read(lambda s: work_of(s, minter.thing("work", key()), minter)),
        "what cites it": lambda: library.read(
            lambda s: citations_at(
                s,
                citation_ends(
                    s, minter.thing("work", f"w{chance.randint(count // 2, count - 1)}"), minter, outgoing=False
                ),
                minter,
            )
        ),
        "works that cite one": lambda: library.read(
            lambda s: select_works(s, minter, WorkFilters(cites=key()), None).total(s)
        ),
        "count of statements": lambda: library.read(lambda s: s.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")),
    }
    result = {"open s": opened[0], "open again s": opened[-1]}
    for name, ask in questions.items():
        rounds = 3 if name.startswith("count") else ROUNDS
        times = []
        for _ in range(rounds):
            start = time.perf_counter()
            ask()
            times.append((time.perf_counter() - start) * 1000)
        result[f"{name}: p50 ms"] = statistics.median(times)
        result[f"{name}: p99 ms"] = sorted(times)[int(len(times) * 0.99)]
    result["memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return result


def main() -> None:
    """Print the table."""
    if len(sys.argv) == 4:
        home, kind, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
        print(
            json.dumps(
                fill(home, count) if kind == "fill" else measure(home, "disk" if kind == "disk" else "memory", count)
            )
        )
        return
    works = sys.argv[1] if len(sys.argv) > 1 else "100000"
    with tempfile.TemporaryDirectory() as directory:
        run = [sys.executable, "-m", "benchmarks.graph_kinds", f"{directory}/home"]
        got = {
            kind: json.loads(subprocess.run([*run, kind, works], check=True, capture_output=True).stdout)
            for kind in ("fill", "memory", "disk")
        }
    print(f"{works} works: " + ", ".join(f"{name} {value:,.1f}" for name, value in got["fill"].items()))
    print(f"{'':34}{'memory':>10}{'disk':>10}{'ratio':>8}")
    for name, value in got["memory"].items():
        print(f"{name:34}{value:10.2f}{got['disk'][name]:10.2f}{got['disk'][name] / value:8.2f}")


if __name__ == "__main__":
    main()
