"""BibTeX out of real exports, against what another parser made of it (one opinion, compared loosely)."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from commonplace.importers.bibtex import read_bibtex
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.model.identifiers import doi_key, normal_doi
from commonplace.model.names import Name
from commonplace.model.record import Record

GOLD = Path(__file__).parents[3] / "shared" / "corpora" / "bibtex-gold.jsonl.gz"
TAG = re.compile(r"</?(?:i|b|sub|sup|span|sc|em|pre|nc|bold|italic|enquote|tt|url)\b[^>]*>")
QUOTES = str.maketrans("“”„«»‘’‚`´\u2032", "\"\"\"\"\"''''''")


def loose(text: str | None) -> str:
    """Letters and digits of a text: case, braces, markup, quotes, dashes and spaces do not count."""
    plain = unicodedata.normalize("NFKD", TAG.sub("", text or "")).translate(QUOTES)
    return "".join(c for c in plain.lower() if c.isalnum())


def family(name: Name) -> str:
    return loose(name.literal or f"{name.particles or ''}{name.family}")


@dataclass
class Tally:
    """What agreed, of how many, and every disagreement."""

    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, str, object, object]] = field(default_factory=list)

    def compare(self, what: str, where: str, got: object, expected: object) -> None:
        self.total[what] += 1
        self.right[what] += got == expected
        if got != expected:
            self.wrong.append((what, where, got, expected))


def read(text: str) -> dict[str, Record]:
    """The records of a file by key, the first of each."""
    records: dict[str, Record] = {}
    try:
        entries = list(read_bibtex(text.encode()))
    except UnreadableFile:
        return records
    for entry in entries:
        if entry.record is not None:
            records.setdefault(entry.key or "", entry.record)
    return records


def compare_record(tally: Tally, where: str, record: Record, expected: dict[str, Any]) -> None:
    names = record.names("author")
    for index, (expected_family, expected_given) in enumerate(expected["authors"]):
        got = family(names[index]) if index < len(names) else None
        tally.compare("families", where, got, loose(expected_family or expected_given))
    if expected["title"]:
        tally.compare("titles", where, loose(record.title), loose(expected["title"]))
    if expected["doi"]:
        try:
            doi = normal_doi(expected["doi"])
        except ValueError:  # one file has the address of a PDF in its doi field
            assert record.extra["doi"] == expected["doi"]
        else:
            tally.compare("dois", where, doi_key(record.doi or ""), doi_key(doi))
    if expected["year"]:
        tally.compare("years", where, str(record.year or ""), expected["year"])


def measure() -> Tally:
    tally = Tally()
    with gzip.open(GOLD, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            records = read(row["input"])
            for expected in row["expected"]:
                where = f"{row['id']} {expected['key']}"
                record = records.get(expected["key"])
                tally.compare("entries", where, record is not None, True)
                if record is not None:
                    compare_record(tally, where, record, expected)
    return tally


@pytest.fixture(scope="module")
def tally() -> Tally:
    return measure()


@pytest.mark.skipif(not GOLD.exists(), reason="../shared/corpora/bibtex-gold.jsonl.gz is not here")
@pytest.mark.parametrize(
    ("what", "floor"), [("entries", 0.999), ("families", 0.99), ("titles", 0.99), ("dois", 0.999), ("years", 0.98)]
)
def test_agrees_with_another_parser(tally: Tally, what: str, floor: float) -> None:
    assert tally.right[what] / tally.total[what] >= floor, [wrong for wrong in tally.wrong if wrong[0] == what][:20]
