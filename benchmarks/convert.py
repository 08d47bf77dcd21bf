"""Converting a big BibTeX file full of accents to CSL-JSON, beside what else does it on this machine.

`python benchmarks/convert.py [ENTRIES]` (default 100,000) makes the file itself. Every row is one whole
process: seconds on the clock, seconds of processor, the most memory one process of it held, and how many
times as long it took as ours. What is not installed is skipped by name; `--limit SECONDS` (default 900)
ends what takes longer. citation-js is looked for through `node` and NODE_PATH.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FAMILIES = (
    r"G{\"o}del", r"Erd{\H{o}}s", r"{\L}ukasiewicz", r"Dvo{\v{r}}{\'a}k", r"Mu{\~n}oz", r"{\O}rsted", r"{\'E}luard",
    r"\c{S}ahin", r"Nov\'ak", "van der Berg", "Smith", r"Kov{\'a}cs", r"B{\"u}chner", "{World Bank}",
)  # fmt: skip
GIVEN = (r"J{\'o}zsef", "Anna Maria", r"Ren{\'e}e", r"{\AA}sa", r"Jos\'e", r"Zo{\"e}", "P.", r"{\v{Z}}eljko")
WORDS = (
    r"na{\"\i}ve", "theory", "of", "{DNA}", r"caf{\'e}", "analysis", r"{\"U}ber", "the", r"r{\^o}le", "methods", "in",
    r"Universit{\"a}t", r"Schr{\"o}dinger", "models", "--", "study", r"se{\~n}or",
)  # fmt: skip

SPLIT_ONLY = "from bibtexparser.splitter import Splitter; import sys; Splitter(open(sys.argv[1]).read()).split()"
WHOLE_STACK = "import bibtexparser, sys; bibtexparser.parse_file(sys.argv[1])"
CITATION_JS = (
    "const {Cite}=require('@citation-js/core');require('@citation-js/plugin-bibtex');const fs=require('fs');"
    "fs.writeFileSync(process.argv[2],JSON.stringify(new Cite(fs.readFileSync(process.argv[1],'utf8')).data))"
)


def entries(count: int) -> str:
    """A file of that many articles, the same every time."""
    chosen = random.Random(7)
    made = []
    for number in range(count):
        names = " and ".join(
            family if family.startswith("{W") else f"{family}, {chosen.choice(GIVEN)}"
            for family in chosen.choices(FAMILIES, k=chosen.randint(1, 4))
        )
        title = " ".join(chosen.choices(WORDS, k=chosen.randint(6, 12)))
        made.append(
            f"@article{{key{number},\n  author = {{{names}}},\n  title = {{{title} {number}}},\n"
            f"  journal = {{{' '.join(chosen.choices(WORDS, k=3))}}},\n  year = {{{chosen.randint(1950, 2024)}}},\n"
            f"  volume = {{{chosen.randint(1, 99)}}},\n  pages = {{{number % 900 + 1}--{number % 900 + 12}}},\n"
            f"  doi = {{10.1234/abc.{number}}}\n}}\n\n"
        )
    return "".join(made)


def measured(command: list[str], limit: float) -> tuple[float, float, int] | str:
    """Seconds on the clock, of processor, and megabytes; or why there are none."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return f"not done after {limit:.0f} s"
    if done.returncode:
        return f"failed: {done.stderr.decode(errors='replace').strip().splitlines()[-1:]}"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - start, used, after.ru_maxrss // 1024


def commands(source: Path, folder: Path) -> dict[str, list[str] | str]:
    """Name to command, or to why it is skipped. In order of the memory they take: the system tells the most so far."""
    python, node, pandoc = sys.executable, shutil.which("node"), shutil.which("pandoc")
    has_citation_js = node and not subprocess.run(
        [node, "-e", "require('@citation-js/plugin-bibtex')"], capture_output=True, check=False
    ).returncode  # fmt: skip
    return {
        "commonplace": [python, "-m", "app.cli", "convert", "--to", "csl-json", "--out", str(folder), str(source)],
        "bibtexparser, split only": [python, "-c", SPLIT_ONLY, str(source)],
        "bibtexparser": [python, "-c", WHOLE_STACK, str(source)],
        "citation-js": [str(node), "--max-old-space-size=8000", "-e", CITATION_JS, str(source), str(folder / "c.json")]
        if has_citation_js
        else "not installed",
        "pandoc": [pandoc, str(source), "-f", "biblatex", "-t", "csljson", "-o", str(folder / "p.json")]
        if pandoc
        else "not installed",
    }


def main() -> None:
    """Make the file, run each, print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", nargs="?", type=int, default=100_000)
    parser.add_argument("--limit", type=float, default=900)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "accents.bib"
        source.write_text(entries(given.entries))
        cores = len(os.sched_getaffinity(0))
        size, load = source.stat().st_size / 1e6, os.getloadavg()[0]
        print(f"{given.entries} entries, {size:.0f} MB, {cores} cores, load {load:.1f}")
        print(f"{'':26}{'seconds':>9}{'processor':>11}{'MB so far':>11}{'times ours':>12}")
        ours = 0.0
        for name, command in commands(source, Path(folder)).items():
            result = command if isinstance(command, str) else measured(command, given.limit)
            if isinstance(result, str):
                print(f"{name:26}{result}")
                continue
            seconds, processor, memory = result
            ours = ours or seconds
            print(f"{name:26}{seconds:9.1f}{processor:11.1f}{memory:11}{seconds / ours:12.2f}")


if __name__ == "__main__":
    main()
