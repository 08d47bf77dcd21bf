"""Measure suggestions as a reader meets them: of the works shown first, how many the reader keeps.

    python -m benchmarks.suggestions SCREENING.jsonl[.gz] [--label TEXT …] [--batch 5] [--first 10] [--shown 200]

Each line of the file is an object with `id`, `title`, `abstract` and `kept`: 1 where a person kept the work at abstract
screening. The works are imported into a new home, a concept with those labels is made, and the suggestions are judged
as that person did: the first ones, then a batch at a time, as evidence or as silent. Printed is the share of kept works
among the first 50, 100 and 200 shown, beside the order that nothing was learnt for, and the time of an answer.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from commonplace.exchange.edits import Editor, Edits
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.library.kept_states import read_states
from commonplace.library.suggestions.finding import by_search
from commonplace.library.suggestions.naming import Naming
from commonplace.library.suggestions.suggesting import Suggested, Suggestions
from commonplace.settings import Settings

LABELS = (
    "nudging",
    "reminders",
    "audit and feedback",
    "peer comparison",
    "default order sets",
    "alerts",
    "guideline adherence",
    "changing the behaviour of health professionals",
)
"""Labels of the concept of the public set that this was measured on: nudging health professionals."""

CONCEPT = "screened"


def works_of(path: Path) -> list[dict[str, Any]]:
    """Return the lines of the file."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in text.splitlines()]


def filled(home: Home, works: list[dict[str, Any]], labels: list[str]) -> Edits:
    """Import the works, and make the concept."""
    items = [
        {
            "id": f"w{work['id']}",
            "type": "article-journal",
            "title": work["title"] or "untitled",
            "abstract": work["abstract"] or "",
        }
        for work in works
    ]
    import_file(home.library, home.committer, json.dumps(items).encode(), "screening.json", format="csl-json")
    edits = Edits(home.library, home.committer)
    concept = {"key": CONCEPT, "labels": {"en": labels[0]}, "alternative_labels": {"en": labels[1:]}}
    edits.create("concept", concept, Editor("bench"))
    return edits


def asked(home: Home, suggestions: Suggestions) -> tuple[Suggested, float]:
    """Return the suggestions as they are now, and the seconds they took."""
    library = home.library
    node = library.minter.thing("concept", CONCEPT)
    start = time.perf_counter()
    found = library.read(
        lambda snapshot: suggestions.of(
            snapshot, node, by_search(library.search()), read_states(snapshot, library.minter), ()
        )
    )
    return found, time.perf_counter() - start


def shares(kept: list[int]) -> str:
    """Return the share of kept works among the first ones, as a row of a table."""
    return " | ".join(f"{sum(kept[:first]) / first:.2f}" for first in (50, 100, 200) if len(kept) >= first)


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("screening", type=Path)
    parser.add_argument("--label", action="append")
    parser.add_argument("--batch", type=int, default=5)
    parser.add_argument("--first", type=int, default=10)
    parser.add_argument("--shown", type=int, default=200)
    given = parser.parse_args()
    works = works_of(given.screening)
    kept = {f"w{work['id']}": int(work["kept"]) for work in works}
    with tempfile.TemporaryDirectory() as folder:
        home = open_home(Settings(home=Path(folder), reference_set=None))
        edits = filled(home, works, given.label or list(LABELS))
        suggestions, minter = Suggestions(Naming(home.library.texts, home.library.page_index)), home.library.minter
        found, first_time = asked(home, suggestions)
        fixed = [kept[minter.key(work.value)] for _, work in found.ranked]
        shown: list[int] = []
        times: list[float] = []
        while len(shown) < given.shown:
            for _, work in found.ranked[: given.batch if shown else given.first]:
                key = minter.key(work.value)
                shown.append(kept[key])
                said = {"state": "discusses", "directness": "direct"} if kept[key] else {"state": "silent"}
                edits.create("evidence", {"work": key, "about": CONCEPT, "certainty": "high"} | said, Editor("bench"))
            found, took = asked(home, suggestions)
            times.append(took)
    print(f"{len(works)} works, {sum(kept.values())} kept; shown {given.first}, then {given.batch} at a time\n")
    print("| order | first 50 | first 100 | first 200 |\n| --- | --- | --- | --- |")
    print(f"| fixed | {shares(fixed)} |\n| learning | {shares(shown)} |\n")
    print(f"first answer {first_time * 1000:.0f} ms; after a judgement {statistics.median(times) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
