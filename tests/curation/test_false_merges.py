"""Imports of made-up searches of databases: no two works are merged, and nearly all copies are found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.damage import Row
from benchmarks.duplicates import find, found_pairs, import_rows, item_of, made_up, pairs_in
from benchmarks.duplicates_sets import COLUMNS, searches, two_lists


def columns() -> Iterator[Row]:
    """Return rows of columns of one journal, in three forms each, the last without its place: all are others."""
    for number in range(40):
        row = {"title": COLUMNS[number % 3], "authors": "Lee, Ann" if number % 2 else "", "venue": "Tides"}
        row |= {"year": str(2000 + number // 12), "volume": str(number // 12), "number": "", "pages": "1"}
        yield {"id": f"a{number}", "group": f"a{number}", **row}
        yield {"id": f"b{number}", "group": f"b{number}", **row, "pages": ""}
        yield {"id": f"c{number}", "group": f"c{number}", **row, "pages": "", "volume": ""}


WORKS = [row for row in made_up(80) if row["id"] == f"w{row['group']}"]
SETS: dict[str, tuple[list[Row], float]] = {
    "searches": (list(searches(WORKS, 4)), 0.93),
    "two lists": (list(two_lists(WORKS, 4)), 0.98),
    "columns": (list(columns()), 0.0),
}


@pytest.mark.parametrize(("rows", "least"), SETS.values(), ids=SETS)
def test_an_import_merges_no_two_works(rows: list[Row], least: float, tmp_path: Path) -> None:
    work_of, _ = import_rows(tmp_path / "home", json.dumps([item_of(row) for row in rows]).encode())
    assert len(work_of) == len(rows)
    matched, proposed = found_pairs(work_of, find(tmp_path / "home")[0])
    wanted = {*pairs_in(rows)}
    assert matched - wanted == set()
    found = matched | proposed
    assert 2 * len(found & wanted) >= least * (len(found) + len(wanted))
