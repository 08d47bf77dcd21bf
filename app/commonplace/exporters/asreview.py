"""Write tables for ASReview: its columns (title, abstract, authors, doi, included …), and the key to know a work by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from commonplace.model import ris_names
from commonplace.model.formats import ASREVIEW_COLUMNS
from commonplace.model.record import Record
from commonplace.model.table_text import table_row

_SIGN = {True: "1", False: "0", None: ""}


def _undecided(record: Record) -> None:
    return None


def write(records: Iterable[Record], included: Callable[[Record], bool | None] = _undecided) -> Iterator[str]:
    """Yield a row for each record; several authors and keywords have `; ` between them."""
    for record in records:
        cells = {
            "key": record.key,
            "title": record.title,
            "authors": _listed(map(ris_names.written, record.names("author") or record.names("editor"))),
            "year": record.year,
            "journal": record.container_title,
            "abstract": record.abstract,
            "keywords": _listed(record.keywords),
            "doi": record.doi,
            "url": record.url,
            "included": _SIGN[included(record)],
        }
        yield table_row(cells[name] for name in ASREVIEW_COLUMNS)


def _listed(texts: Iterable[str]) -> str:
    """Return texts with `; ` between them; a semicolon within one becomes a comma, or it would be read as two."""
    return "; ".join(text.replace(";", ",") for text in texts)
