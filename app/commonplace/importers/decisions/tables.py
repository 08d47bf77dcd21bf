"""Read decisions from the tables that ASReview, Rayyan and Covidence write (CSV)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping

from commonplace.errors import Message
from commonplace.importers.decisions.decision import ToolDecision, Verdict, year_of
from commonplace.importers.decisions.notes import note_reason, note_votes, rayyan_key
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.model.table_text import bare_cell

LONGEST_CELL = 10_000_000
"""Maximum characters of a cell: Python's own limit is shorter than some abstracts with notes."""

_LABELS = (
    "asreview_label",
    "final_included",
    "label",
    "label_included",
    "included_label",
    "included_final",
    "included",
    "included_flag",
    "include",
)
"""Columns in which ASReview has what was decided; the first that says something counts."""

_INCLUDED: Mapping[str, Verdict] = {"1": "include", "0": "exclude", "1.0": "include", "0.0": "exclude"}
_EXCLUSION = re.compile(r"Exclusion reason:\s*([^;]*)", re.IGNORECASE)

Row = Mapping[str, str]
Votes = Callable[[Row], tuple[dict[str, Verdict], str | None]]
"""Return the votes in a row of a table, and the reason of an exclusion."""


def asreview_votes(row: Row) -> tuple[dict[str, Verdict], str | None]:
    """Return what ASReview says in a row: its own label, else the one that the table came with."""
    said = next((value for name in _LABELS if (value := row.get(name))), "")
    verdict = _INCLUDED.get(said)
    return ({"": verdict} if verdict else {}), row.get("asreview_note") or None


def rayyan_votes(row: Row) -> tuple[dict[str, Verdict], str | None]:
    """Return what each reviewer decided in Rayyan, which stands in the notes."""
    return note_votes(row.get("notes", "")), note_reason(row.get("notes", ""))


def covidence_votes(row: Row) -> tuple[dict[str, Verdict], str | None]:
    """Return that Covidence excludes a work where the notes have a reason; of others its lists do not say it."""
    reason = _EXCLUSION.search(row.get("notes", ""))
    return ({"": "exclude"} if reason else {}), reason[1].strip() or None if reason else None


def read_table(data: bytes, votes: Votes) -> Iterator[ToolDecision]:
    """Yield the decision of each row. Raises `UnreadableFile` for what is no table, or has no title, DOI or key."""
    text, _ = decode_text(data)
    for position, (line, row) in enumerate(_rows(text), 1):
        said, reason = votes(row)
        yield ToolDecision(
            position=position,
            line=line,
            keys=tuple(_keys(row)),
            doi=row.get("doi") or None,
            title=row.get("title") or row.get("primary_title") or None,
            year=year_of(row.get("year") or row.get("published year") or row.get("publication_year") or ""),
            votes=said,
            reason=reason,
        )


def header_of(data: bytes) -> frozenset[str]:
    """Return the names of the columns, in small letters; none for what has none."""
    try:
        text, _ = decode_text(data)
        return frozenset(name.strip().lower() for name in next(_cells(text), (0, []))[1])
    except (UnreadableFile, csv.Error):
        return frozenset()


def _keys(row: Row) -> Iterator[str]:
    """Yield what may be the key of the work: our own mark, and the fields that keep what a record came with."""
    if marked := rayyan_key(row.get("notes", "")):
        yield marked
    for name in ("key", "ref", "accession number", "citation_key"):
        if value := row.get(name):
            yield value


def _rows(text: str) -> Iterator[tuple[int, Row]]:
    """Yield each row by the names of its columns in small letters, with the line of the file that it begins in."""
    cells, line = _cells(text), 0
    try:
        line, header = next(cells, (0, []))
        names = [name.strip().lower() for name in header]
        if not {"title", "primary_title", "doi", "key"}.intersection(names):
            raise UnreadableFile("no table of a review: no column is called title, doi or key")
        for line, row in cells:
            if any(cell.strip() for cell in row):
                yield line, {name: bare_cell(cell) for name, cell in zip(names, row, strict=False)}
    except csv.Error as fault:
        why = Message("after the row of line %(line)s, look at its quotation marks (%(fault)s)", line=line, fault=fault)
        raise UnreadableFile(Message("the table cannot be read on: %(why)s", why=why)) from fault


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table by the line that they begin in; what separates cells is what the header has most of.

    Raises `csv.Error`, also for a quotation mark that is never closed: it would take all further rows into one cell.
    """
    csv.field_size_limit(LONGEST_CELL)
    first = text.lstrip("\n").partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1
