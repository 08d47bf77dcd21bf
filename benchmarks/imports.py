"""How long a big file takes to import, beside what only parsing it takes in the same run.

    .venv/bin/python -m benchmarks.imports FILE

Each part runs in a process of its own, whose whole life is measured, also what it computes in others:
bibtexparser parsing the file; `commonplace import` into an empty home; a start on that home until the first
answer to a SPARQL query, and until the first to a search; the same import a second time, where every
entry is matched. Prints seconds, computing seconds and peak memory of each, and its ratio to the first.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_PARSE = """
import logging, sys, bibtexparser
from pathlib import Path
from app.importers.packing import unpacked
logging.disable(logging.CRITICAL)
path = Path(sys.argv[1])
bibtexparser.parse_string(unpacked(path.read_bytes(), path.name, 1 << 40)[0].decode())
"""
_START = """
from app.home import open_home
from app.settings import Settings
library = open_home(Settings()).library
library.read(lambda state: state.select("SELECT ?s WHERE { ?s a <http://purl.org/spar/fabio/Expression> } LIMIT 1"))
"""
_SEARCH = _START + "assert library.search().search('machine translation').version == library.newest()\n"
_COMMAND = "import sys; from app.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds, seconds of computing (its children's too), and its peak memory in bytes."""

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


def costs(file: Path, home: Path) -> dict[str, Cost]:
    """Each part by what it is, the one all others are compared with first."""
    importing = ("import", str(file), "--agent", "benchmark", "--json")
    return {
        "bibtexparser, parsing only": cost(_PARSE, str(file), home=home),
        "import into an empty home": cost(_COMMAND, *importing, home=home),
        "start, to the first SPARQL answer": cost(_START, home=home),
        "start, to the first search answer": cost(_SEARCH, home=home),
        "import again, all matched": cost(_COMMAND, *importing, home=home),
    }


def main() -> None:
    """Measure and print a table in Markdown."""
    file = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as directory:
        found = costs(file, Path(directory) / "home")
        log = sum(path.stat().st_size for path in Path(directory).rglob("*.rdfp"))
    first = next(iter(found.values()))
    print("| | seconds | ratio | computing | ratio | peak MB |\n|---|---|---|---|---|---|")
    for name, one in found.items():
        ratios = one.wall / first.wall, one.computing / first.computing
        print(
            f"| {name} | {one.wall:.1f} | {ratios[0]:.1f} | {one.computing:.1f} | {ratios[1]:.1f} "
            f"| {one.memory / 1e6:.0f} |"
        )
    print(json.dumps({"file": file.name, "log MB": round(log / 1e6), "cores": os.cpu_count()}))


if __name__ == "__main__":
    main()
