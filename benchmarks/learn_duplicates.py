"""Learn the weights of `commonplace.curation.duplicates.weights` from judged records, and see how true the scores are.

    python -m benchmarks.learn_duplicates --sets ../shared/corpora/duplicates-review.jsonl.gz \\
        --damaged ../shared/corpora/tugboat.bib.gz

It is logistic regression, drawn towards the weights that there are: a sign that the records say little of keeps its
weight. Pairs that a rule keeps from being one work are not among those learnt from. Prints each weight as it is and as
learnt, and, for each tenth of the scores, the share of pairs that are one work.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.damage import NAMES, Row, copies
from benchmarks.duplicates import SEED, read_rows, rows_of
from benchmarks.sparql import table
from commonplace.curation.duplicates.blocking import Blocks, ComparisonCounts
from commonplace.curation.duplicates.particulars import Particulars, particulars
from commonplace.curation.duplicates.relations import relation_of
from commonplace.curation.duplicates.signs import names_of, signs_of
from commonplace.curation.duplicates.weights import WEIGHTS

DRAWN = 0.02
"""Strength that draws a weight towards what it is, as a share of the pairs learnt from."""

ROUNDS, STEP = 400, 0.5

Example = tuple[tuple[str, ...], bool]
"""The names of the signs of two works, and whether they are one."""


def main() -> None:
    """Learn from what the command line names, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", type=Path, default=[], help="sets that persons judged")
    parser.add_argument("--damaged", nargs="*", type=Path, default=[], help="bibliographies to copy and damage")
    given = parser.parse_args()
    sets = [read_rows(path) for path in given.sets]
    sets += [list(copies(rows_of(path), SEED)) for path in given.damaged]
    examples = [example for rows in sets for example in examples_in(rows)]
    learnt = learn(examples)
    seen = Counter(name for names, _ in examples for name in names)
    print(table(("sign", "pairs", "is", "learnt"), [
        (name, f"{seen[name]:,}", f"{weight:.1f}", f"{learnt[name]:.1f}") for name, weight in WEIGHTS.items()
    ]))  # fmt: skip
    print(table(("score", "pairs", "one work"), calibration(examples)))


def examples_in(rows: Sequence[Row]) -> Iterator[Example]:
    """Yield the pairs of a set that share a block and that no rule keeps apart."""
    blocks = Blocks()
    for row in rows:
        blocks.add(_particulars(row))
    group = {row["id"]: row.get("group") for row in rows}
    for one, other in blocks.pairs(ComparisonCounts()):
        signs = signs_of(one, other)
        if signs is not None and not relation_of(signs, one, other)[1]:
            same = group[one.key] is not None and group[one.key] == group[other.key]
            yield tuple(names_of(signs, one, other)), same


def _particulars(row: Row) -> Particulars:
    return particulars(
        key=row["id"],
        type="article-journal",
        title=row.get("title", ""),
        names=[name for name in row.get("authors", "").split(NAMES) if name],
        year=int(row["year"]) if row.get("year", "").isdigit() else None,
        venue=row.get("venue", ""),
        volume=row.get("volume", ""),
        issue=row.get("number", ""),
        page=row.get("pages", ""),
        doi=row.get("doi", ""),
    )


def learn(examples: Sequence[Example]) -> dict[str, float]:
    """Return the weights under which the examples are likeliest, drawn towards those that there are."""
    counted = Counter(examples)  # few combinations of signs stand for all pairs
    weights = dict(WEIGHTS)
    for _ in range(ROUNDS):
        slope = {name: DRAWN * (WEIGHTS[name] - weight) for name, weight in weights.items()}
        for (names, same), count in counted.items():
            error = (same - _chance(names, weights)) * count / len(examples)
            for name in names:
                slope[name] += error
        for name, value in slope.items():
            weights[name] += STEP * value
    return weights


def calibration(examples: Sequence[Example]) -> Iterator[tuple[str, str, str]]:
    """Yield, for each tenth of the scores, how many pairs have it and which share of them is one work."""
    tenths: dict[int, Counter[bool]] = {}
    for names, same in examples:
        tenths.setdefault(min(9, int(10 * _chance(names, WEIGHTS))), Counter())[same] += 1
    for tenth, counts in sorted(tenths.items()):
        total = counts.total()
        yield f"{tenth * 10}–{tenth * 10 + 10} %", f"{total:,}", f"{100 * counts[True] / total:.0f} %"


def _chance(names: Sequence[str], weights: dict[str, float]) -> float:
    return 1 / (1 + math.exp(-sum(weights[name] for name in names)))


if __name__ == "__main__":
    main()
