"""Measure how well duplicates are found: on sets that persons judged, on damaged copies, and at 100,000 works.

    python -m benchmarks.duplicates --sets ../shared/corpora/duplicates-review.jsonl.gz
    python -m benchmarks.duplicates --pairs ../shared/corpora/duplicates-pairs.jsonl.gz
    python -m benchmarks.duplicates --damaged ../shared/corpora/tugboat.bib.gz
    python -m benchmarks.duplicates --searches ../shared/corpora/tugboat.bib.gz
    python -m benchmarks.duplicates --lists ../shared/corpora/acl-anthology.bib.gz
    python -m benchmarks.duplicates --each ../shared/corpora/duplicates-review.jsonl.gz
    python -m benchmarks.duplicates --works 100000

A set has one JSON object a line: `id`, `title`, `authors` (joined by ` and `), `venue`, `year`, `volume`, `number`,
`pages`, and the same `group` in all records of one work. Each is imported whole into an empty library. Found are the
pairs that the import matched (`false` are those of them that are not one work) and those that are proposed as one
afterwards.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from benchmarks.damage import MEMBERS, NAMES, Row, copies, row_of
from benchmarks.damage_of_databases import each, two_lists_of_papers
from benchmarks.duplicates_sets import searches, two_lists, with_made_up_particulars
from benchmarks.sparql import table
from commonplace.curation.duplicates.candidates import Candidate, similar_works
from commonplace.curation.duplicates.comparison import compare
from commonplace.curation.duplicates.particulars import particulars
from commonplace.exchange.imports import import_file
from commonplace.home.opening import open_home
from commonplace.importers.formats import format_of
from commonplace.settings import Settings

SEED = 5
DAMAGED = 3_000
"""Maximum number of works of a bibliography that are copied and damaged."""

Pair = tuple[str, str]


class Measured(NamedTuple):
    """What was found in one set, and what it took."""

    name: str
    records: int
    pairs: int
    precision: float
    recall: float
    false_merges: int
    related: int
    import_seconds: float
    seconds: float
    """Seconds of processor that finding took."""
    opened: int
    megabytes: int
    """Maximum memory, in MB, of a process that has opened the library, and of one that has found its duplicates."""

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / (self.precision + self.recall or 1)


def main() -> None:
    """Measure what the command line asks for, and print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", type=Path, default=[], help="sets that persons judged")
    parser.add_argument("--pairs", type=Path, help="pairs `{a, b, label}` that persons judged")
    parser.add_argument("--damaged", nargs="*", type=Path, default=[], help="bibliographies to copy and damage")
    parser.add_argument("--searches", nargs="*", type=Path, default=[], help="files whose works databases return")
    parser.add_argument("--lists", nargs="*", type=Path, default=[], help="bibliographies that two lists have")
    parser.add_argument(
        "--each", nargs="*", type=Path, default=[], help="bibliographies to damage in one way at a time"
    )
    parser.add_argument("--works", type=int, help="number of made-up works, a tenth of them with a copy")
    given = parser.parse_args()
    measured = [measure(path.name, read_rows(path)) for path in given.sets]
    measured += [measure(f"{path.name}, damaged", list(copies(rows_of(path), SEED))) for path in given.damaged]
    measured += [measure(f"{path.name}, searches", list(searches(rows_of(path), SEED))) for path in given.searches]
    measured += [measure(f"{path.name}, two lists", list(two_lists(rows_of(path), SEED))) for path in given.lists]
    if given.works:
        measured.append(measure(f"{given.works:,} works made up", made_up(given.works)))
    for path in given.lists:
        rows = list(two_lists_of_papers([row for row in rows_of(path) if row["authors"]], SEED))
        measured.append(measure(f"{path.name}, lists of papers", rows))
    measured += [
        measure(f"{path.name}, {name}", rows) for path in given.each for name, rows in each(rows_of(path), SEED)
    ]
    if measured:
        print(table(HEADINGS, [_row(one) for one in measured]))
    if given.pairs:
        for label, proposed in sorted(judge_pairs(given.pairs).items()):
            print(f"{label}: " + ", ".join(f"{count} {what or 'not proposed'}" for what, count in proposed.items()))


HEADINGS = (
    "set",
    "records",
    "pairs",
    "F1",
    "precision",
    "recall",
    "false",
    "related",
    "import, s",
    "find, s",
    "opened, MB",
    "MB",
)


def _row(one: Measured) -> list[str]:
    shares = [f"{share:.4f}" for share in (one.f1, one.precision, one.recall)]
    counts = [str(one.false_merges), str(one.related)]
    return [
        one.name,
        f"{one.records:,}",
        f"{one.pairs:,}",
        *shares,
        *counts,
        f"{one.import_seconds:.1f}",
        f"{one.seconds:.1f}",
        f"{one.opened:,}",
        f"{one.megabytes:,}",
    ]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a set, with empty text for what is missing."""
    with gzip.open(path, "rt") as lines:
        return [{name: str(value) for name, value in json.loads(line).items() if value is not None} for line in lines]


def rows_of(path: Path) -> list[Row]:
    """Return works of a bibliography as rows: all of them, or some that follow one another.

    Of a set one record of each work is taken, the fullest; titles of a screening get made-up people and places.
    """
    if ".jsonl" in path.name:
        rows = read_rows(path)
        if "group" in rows[0]:
            return _fullest(rows)
        return with_made_up_particulars([*dict.fromkeys(row["title"] for row in rows)], SEED)
    data = gzip.decompress(path.read_bytes())
    read = format_of(None, path.name.removesuffix(".gz"), data).read(data, path.name)
    records = [entry.record for entry in read.entries if entry.record and entry.record.title]
    said = {tuple(row_of(record, 0).values()): record for record in records}
    records = [*said.values()]  # what is there twice, word for word, is taken once
    first = random.Random(SEED).randrange(max(1, len(records) - DAMAGED))
    return [row_of(record, number) for number, record in enumerate(records[first : first + DAMAGED])]


def _fullest(rows: Iterable[Row]) -> list[Row]:
    """Return the record of each work that has the most members."""
    best: dict[str, Row] = {}
    for row in rows:
        group = row.setdefault("group", row["id"])
        if group not in best or len(row) > len(best[group]):
            best[group] = row
    return [dict.fromkeys(MEMBERS, "") | row for row in best.values()]


def measure(name: str, rows: Sequence[Row]) -> Measured:
    """Import the rows into an empty library, and compare what is found with their groups."""
    data = json.dumps([item_of(row) for row in rows]).encode()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        work_of, import_seconds = _apart(import_rows, home, data)
        candidates, seconds, before, after = _apart(find, home)
    matched, proposed = found_pairs(work_of, candidates)
    wanted = set(pairs_in(rows))
    found = matched | proposed
    return Measured(
        name=name,
        records=len(rows),
        pairs=len(wanted),
        precision=len(found & wanted) / (len(found) or 1),
        recall=len(found & wanted) / (len(wanted) or 1),
        false_merges=len(matched - wanted),
        related=sum(one.proposes == "relation" for one in candidates),
        import_seconds=import_seconds,
        seconds=seconds,
        opened=before,
        megabytes=after,
    )


Answer = TypeVar("Answer")


def _apart(work: Callable[..., Answer], *given: object) -> Answer:
    """Return the answer of a process of its own, whose memory is that of its work alone."""
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        return other.submit(work, *given).result()


def find(home: Path) -> tuple[list[Candidate], float, int, int]:
    """Return the candidates, the seconds of processor to find them, and the memory before and after, in MB."""
    library = open_home(Settings(home=home, reference_set=None)).library
    before = _megabytes()
    begin = time.process_time()
    similar = library.read(lambda snapshot: similar_works(snapshot, library.minter))
    return similar.candidates, time.process_time() - begin, before, _megabytes()


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000


def import_rows(home: Path, data: bytes) -> tuple[dict[str, str], float]:
    """Import into an empty library; return the key of the work of each record, and the seconds of processor."""
    opened = open_home(Settings(home=home, reference_set=None))
    begin = time.process_time()
    receipt = import_file(opened.library, opened.committer, data, "set.json")
    seconds = time.process_time() - begin
    return {item.key or "": (item.work or "").rpartition("/")[2] for item in receipt.items}, seconds


def item_of(row: Row) -> dict[str, Any]:
    """Return a row as an item of CSL-JSON."""
    people: list[dict[str, str]] = []
    for name in filter(None, row.get("authors", "").split(NAMES)):
        family, comma, given = name.partition(", ")
        people.append({"family": family, "given": given} if comma and "," not in given else {"literal": name})
    fields = {"title": "title", "container-title": "venue", "volume": "volume", "issue": "number"}
    fields |= {"page": "pages", "DOI": "doi"}
    item: dict[str, Any] = {"id": row["id"], "type": "article-journal", "author": people}
    item |= {name: row[of] for name, of in fields.items() if row.get(of)}
    if row.get("year", "").isdigit():
        item["issued"] = {"date-parts": [[int(row["year"])]]}
    return item


def pairs_in(rows: Iterable[Row]) -> Iterator[Pair]:
    """Yield the pairs of records that are of one work."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        if row.get("group"):
            groups.setdefault(row["group"], []).append(row["id"])
    for members in groups.values():
        yield from combinations(sorted(members), 2)


def found_pairs(work_of: dict[str, str], candidates: Iterable[Candidate]) -> tuple[set[Pair], set[Pair]]:
    """Return the pairs of records that the import matched, and those whose works are proposed as one."""
    records: dict[str, list[str]] = {}
    for record, work in work_of.items():
        records.setdefault(work, []).append(record)
    matched = {pair for members in records.values() for pair in combinations(sorted(members), 2)}
    proposed: set[Pair] = set()
    for one in candidates:
        if one.proposes == "same":
            first, second = (records[key] for key in one.keys)
            proposed.update((min(a, b), max(a, b)) for a in first for b in second)
    return matched, proposed


def judge_pairs(path: Path) -> dict[str, Counter[str]]:
    """Return, by the label that persons gave, how many pairs are proposed as one work, as related, or not at all."""
    judged: dict[str, Counter[str]] = {}
    with gzip.open(path, "rt") as lines:
        for pair in map(json.loads, lines):
            ours, theirs = (
                particulars(
                    key=side,
                    type=of.get("release_type") or "article",
                    title=of.get("title") or "",
                    names=[name for name in of.get("contribs") or () if name],
                    year=of.get("release_year"),
                    venue=of.get("container") or "",
                    volume=of.get("volume") or "",
                    issue=of.get("issue") or "",
                    page=of.get("pages") or "",
                    doi=of.get("doi") or "",
                )
                for side, of in (("a", pair["a"]), ("b", pair["b"]))
            )
            judged.setdefault(pair["label"], Counter())[compare(ours, theirs).proposes] += 1
    return judged


WORDS = (
    "access adult aging alcohol analysis anxiety artery assessment asthma bacterial behaviour bias blood bone brain "
    "cancer cardiac care cell chronic clinical cognitive cohort community comparison cost culture density depression "
    "diabetes diagnosis diet disease drug early economic education effect elderly evaluation exercise exposure family "
    "fatigue fever gene global growth health heart history home hospital immune impact income infant infection injury "
    "insulin intervention kidney labour language learning liver lung management market maternal measurement memory "
    "mental model mortality muscle nerve network nursing nutrition outcome pain parents pathway patient performance "
    "policy population practice pressure prevention primary protein quality rate receptor region response review risk "
    "rural safety school screening serum sleep social stress stroke surgery survival symptoms therapy tissue training "
    "trauma trial tumour urban vaccine validity viral vision water weight welfare women work youth"
).split()
FAMILIES = [
    f"{first}{last}"
    for first in "Berg Lund Hol Kas Mor Tan Wei Ros Fel Gar".split()
    for last in "man sen ova ini er ez".split()
]
VENUES = [f"Journal of {a.title()} {b.title()}" for a in WORDS[::9] for b in WORDS[4::13]]


def made_up(works: int) -> list[Row]:
    """Return rows of that many works, a tenth of which come again as a database has them."""
    chance = random.Random(SEED)
    rows: list[Row] = []
    for number in range(works):
        title = " ".join(chance.choice(WORDS) for _ in range(chance.randint(4, 12)))
        first = chance.randint(1, 1900)
        rows.append(
            {
                "id": f"w{number}",
                "group": str(number),
                "title": title.capitalize() + chance.choice(("", "", ": a study", f": a {chance.choice(WORDS)} trial")),
                "authors": NAMES.join(
                    f"{chance.choice(FAMILIES)}, {chance.choice('ABCDEFGHJKLMNPRST')}{chance.choice(WORDS)[1:4]}"
                    for _ in range(chance.randint(1, 6))
                ),
                "venue": chance.choice(VENUES),
                "year": str(chance.randint(1980, 2020)),
                "volume": str(chance.randint(1, 90)),
                "number": "",
                "pages": f"{first}-{first + chance.randint(2, 15)}",
            }
        )
    again = chance.sample(rows, works // 10)
    made = [row for row in copies(again, SEED) if "-" in row["id"]]
    return [*rows[: works - len(made)], *(row for row in made if int(row["group"]) < works - len(made))]


if __name__ == "__main__":
    main()
