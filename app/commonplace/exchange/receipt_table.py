"""Write receipts as a table (CSV, RFC 4180) that is safe to open in a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from commonplace.exchange.receipts import Receipt, ReceiptItem, key_in
from commonplace.model.table_text import table_row

COLUMNS = (
    "file",
    "version",
    "position",
    "line",
    "key",
    "fate",
    "work",
    "matched_on",
    "added",
    "status",
    "similar",
    "related",
    "loss_count",
    "losses",
    "error",
)
"""Names of the columns. A cell with several values has `; ` between them, `losses` a line for each."""

FAULT = "fault"
"""The fate in the row of a fault that belongs to no entry; it has no position."""


def receipt_table(receipts: Iterable[Receipt]) -> str:
    """Return receipts as one CSV text with a header: a row for each entry, then one for each fault of its file."""
    rows = (row for receipt in receipts for row in _rows(receipt))
    return "".join(map(table_row, (COLUMNS, *rows)))


def _rows(receipt: Receipt) -> Iterator[tuple[object, ...]]:
    for item in receipt.items:
        yield (receipt.file, receipt.version, *_cells(item))
    for fault in receipt.faults:
        empty = [None] * (len(COLUMNS) - 6)
        yield (receipt.file, receipt.version, None, fault.line, None, FAULT, *empty[:-1], fault.why)


def _cells(item: ReceiptItem) -> Iterator[object]:
    yield from (item.position, item.line, item.key, item.fate, item.work)
    yield "; ".join(item.matched_on or ())
    yield "; ".join(item.added or ())
    yield item.status
    yield "; ".join(f"{key_in(one.work)} ({', '.join(one.reasons)})" for one in item.similar or ())
    yield "; ".join(f"{key_in(one.work)} ({one.relation}: {', '.join(one.reasons)})" for one in item.related or ())
    yield len(item.losses)
    yield "\n".join(f"{loss.field}: {loss.why}" + (f": {loss.raw}" if loss.raw else "") for loss in item.losses)
    yield item.error
