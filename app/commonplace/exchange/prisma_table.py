"""Write the numbers of PRISMA as a table: a stage, what is counted, a source or reason, and the number."""

from __future__ import annotations

from collections.abc import Iterator

from commonplace.exchange.prisma import Prisma
from commonplace.model.table_text import table_row

COLUMNS = ("stage", "counted", "of", "number")

Row = tuple[str, str, str, int]


def prisma_table(numbers: Prisma) -> str:
    """Return the numbers as CSV (RFC 4180)."""
    return "".join(map(table_row, (COLUMNS, *_rows(numbers))))


def _rows(n: Prisma) -> Iterator[Row]:
    yield ("identification", "records found", "", n.found)
    for source in n.sources:
        yield ("identification", "records found", f"version {source.version}: {source.source}", source.found)
    yield ("identification", "records not read", "", n.not_read)
    yield ("identification", "duplicates removed", "", n.duplicates)
    yield ("identification", "duplicates removed", "on import", n.duplicates_on_import)
    yield ("identification", "duplicates removed", "merged later", n.duplicates_merged)
    yield ("identification", "records removed", "", n.removed)
    for kind, count in n.removed_by.items():
        yield ("identification", "records removed", f"by {kind}", count)
    yield ("screening", "records", "", n.records)
    yield ("screening", "records screened", "", n.screened)
    yield ("screening", "records not screened", "", n.not_screened)
    yield ("screening", "records excluded", "", n.excluded)
    for reason, count in n.excluded_by_reason.items():
        yield ("screening", "records excluded", reason, count)
    yield ("eligibility", "texts assessed", "", n.assessed)
    yield ("eligibility", "texts not assessed", "", n.not_assessed)
    yield ("eligibility", "texts excluded", "", n.excluded_after_assessment)
    for reason, count in n.excluded_after_assessment_by_reason.items():
        yield ("eligibility", "texts excluded", reason, count)
    yield ("included", "works included", "", n.included)
