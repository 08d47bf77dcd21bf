"""Write tables for Rayyan: the columns that it takes and gives, with the key of each work in its notes.

Rayyan makes keys of its own and keeps the notes, so that is where the key of the work comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from commonplace.model import ris_names
from commonplace.model.edtf_date import EdtfDate, read_edtf
from commonplace.model.formats import RAYYAN_COLUMNS
from commonplace.model.record import Record
from commonplace.model.table_text import table_row

KEY_MARK = "COMMONPLACE-KEY: "
"""What stands before the key of a work in its notes, as Rayyan's own marks stand there."""


def write(records: Iterable[Record]) -> Iterator[str]:
    """Yield a row for each record; several authors have ` and ` between them, keywords and ISSNs `; `."""
    for record in records:
        cells = {
            **dict(zip(("year", "month", "day"), _date(record.issued), strict=False)),
            "key": record.key,
            "title": record.title,
            "journal": record.container_title,
            "issn": "; ".join(record.issn),
            "volume": record.volume,
            "issue": record.issue,
            "pages": record.page,
            "authors": " and ".join(map(ris_names.written, record.names("author") or record.names("editor"))),
            "url": record.url,
            "language": record.language,
            "publisher": record.publisher,
            "location": record.publisher_place,
            "abstract": record.abstract,
            "notes": f"{KEY_MARK}{record.key}",
            "doi": record.doi,
            "keywords": "; ".join(record.keywords),
            "pubmed_id": record.extra.get("PMID"),
            "pmc_id": record.extra.get("PMCID"),
        }
        yield table_row(cells.get(name) for name in RAYYAN_COLUMNS)


def _date(edtf: str | None) -> tuple[int, ...]:
    """Return year, month and day of a date as far as it says them; of a range those of its beginning."""
    try:
        start = read_edtf(edtf or "").start
    except ValueError:
        return ()
    return start.parts if isinstance(start, EdtfDate) else ()
