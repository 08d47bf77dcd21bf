"""Convert a big BibTeX file full of accents to CSL-JSON, beside other programs that do so on this machine.

`python benchmarks/convert.py [ENTRIES]` (default 100,000) makes the file itself. Every row is one whole
process: seconds on the clock, seconds of processor, the most memory one process of it held, and how many
times as long an entry took as with us. A program that needs minutes or many gigabytes for the whole file is given
its first tenth, and the row says so. `--limit SECONDS` (default 900) ends what takes longer.

A program that is not installed is skipped by name. citation-js is installed by `npm ci --prefix benchmarks/peers`;
pandoc is the one on the PATH, or the one of the pypandoc-binary package. JabRef is the one on the PATH, without
its window; it writes RIS, the nearest thing to CSL-JSON that it writes whole.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
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

PARSE = "import bibtexparser, sys; bibtexparser.parse_file(sys.argv[1])"
PARSE_NAMES_AND_LATEX = (
    "import bibtexparser, sys; from bibtexparser import middlewares as m; bibtexparser.parse_file(sys.argv[1], "
    "append_middleware=[m.SeparateCoAuthors(), m.SplitNameParts(), m.LatexDecodingMiddleware()])"
)
# Without its graph of sources, in which every item would hold the whole file.
CITATION_JS = (
    "const {plugins}=require('@citation-js/core');require('@citation-js/plugin-bibtex');const fs=require('fs');"
    "const read=plugins.input.chain(fs.readFileSync(process.argv[1],'utf8'),{generateGraph:false});"
    "fs.writeFileSync(process.argv[2],JSON.stringify(read))"
)
WATCH = (
    "import resource, subprocess, sys, time; start = time.perf_counter();"
    "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL);"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN);"
    "print('\\n', time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=sys.stderr);"
    "sys.exit(done.returncode)"
)
PEERS = ROOT / "benchmarks" / "peers"
SHARE = 10
"""Part of the entries that a slow program is given: one in so many."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to measure: its command, on the whole file or the first tenth; or how to install what is missing.

    `said` is printed beside its row.
    """

    name: str
    command: list[str]
    tenth: bool = False
    missing: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the clock and of processor; megabytes of the biggest process."""

    seconds: float
    processor: float
    memory: int


def entries(count: int) -> str:
    """Return a file of that many articles, always equal."""
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


def measured(command: list[str], limit: float) -> Measured | str:
    """Return what a command took; or a sentence that says why nobody knows."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "app"), "NODE_PATH": str(PEERS / "node_modules")}
    # A process in between, whose only children are the command's: the system tells the most memory of all so far.
    watched = [sys.executable, "-c", WATCH, *command]
    with subprocess.Popen(watched, stderr=subprocess.PIPE, env=environment, start_new_session=True) as running:
        try:
            _, errors = running.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(running.pid, signal.SIGKILL)
            return f"not done after {limit:.0f} s"
    said = errors.decode(errors="replace").strip().splitlines()
    if running.returncode:
        return f"failed: {said[-2:]}"
    seconds, processor, memory = said[-1].split()
    return Measured(float(seconds), float(processor), int(memory))


def peers(whole: Path, tenth: Path, folder: Path) -> list[Peer]:
    """Return what is measured, ours first."""
    python, node, pandoc = sys.executable, shutil.which("node") or "", pandoc_here()
    output = str(folder / "out.json")
    jabref = shutil.which("jabref") or ""
    own_preferences = f"JAVA_TOOL_OPTIONS=-Djava.util.prefs.userRoot={folder}"
    no_node = "" if node and (PEERS / "node_modules").is_dir() else "npm ci --prefix benchmarks/peers"
    return [
        Peer(
            "commonplace",
            [python, "-m", "commonplace", "convert", "--to", "csl-json", "--out", str(folder), str(whole)],
        ),
        Peer("citation-js", [node, "--max-old-space-size=8000", "-e", CITATION_JS, str(whole), output], False, no_node),
        Peer(
            "JabRef", ["env", own_preferences, jabref, "-n", "-i", str(whole), "-o", f"{folder / 'out.ris'},ris"],
            missing="" if jabref else "JabRef as `jabref`, such as Debian's package", said="writes RIS",
        ),
        Peer("bibtexparser", [python, "-c", PARSE, str(whole)]),
        Peer("bibtexparser, names, LaTeX", [python, "-c", PARSE_NAMES_AND_LATEX, str(tenth)], True),
        Peer(
            "pandoc", [pandoc, str(tenth), "-f", "biblatex", "-t", "csljson", "-o", output], True,
            "" if pandoc else "pip install pypandoc-binary",
        ),
    ]  # fmt: skip


def pandoc_here() -> str:
    """Return the path of pandoc, empty when it is not installed."""
    try:
        import pypandoc
    except ImportError:
        return shutil.which("pandoc") or ""
    try:
        return str(pypandoc.get_pandoc_path())
    except OSError:
        return ""


def main() -> None:
    """Make the files, run each, print a row each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entries", nargs="?", type=int, default=100_000)
    parser.add_argument("--limit", type=float, default=900)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        whole, tenth = Path(folder) / "accents.bib", Path(folder) / "tenth.bib"
        whole.write_text(entries(given.entries))
        tenth.write_text(entries(max(1, given.entries // SHARE)))
        cores = len(os.sched_getaffinity(0))
        size, load = whole.stat().st_size / 1e6, os.getloadavg()[0]
        print(f"{given.entries} entries, {size:.0f} MB, {cores} cores, load {load:.1f}")
        print(f"{'':28}{'seconds':>9}{'processor':>11}{'MB':>7}{'times ours':>12}")
        ours = 0.0
        for peer in peers(whole, tenth, Path(folder)):
            result = f"not installed: {peer.missing}" if peer.missing else measured(peer.command, given.limit)
            if isinstance(result, str):
                print(f"{peer.name:28}{result}")
                continue
            times = SHARE if peer.tenth else 1
            ours = ours or result.seconds
            said = ", ".join(filter(None, ["a tenth of the file" if peer.tenth else "", peer.said]))
            print(
                f"{peer.name:28}{result.seconds:9.1f}{result.processor:11.1f}{result.memory:7}"
                f"{result.seconds * times / ours:12.2f}{f'  ({said})' if said else ''}",
                flush=True,
            )


if __name__ == "__main__":
    main()
