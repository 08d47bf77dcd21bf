"""Write the rows of tables (CSV, RFC 4180) so that they are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

FORMULA = "=+-@\t\r\n＝＋－＠"
"""Characters at the beginning of a cell that make a spreadsheet take it for a formula, full-width ones too."""

BYTE_ORDER_MARK = "\ufeff"
"""What a file begins with so that Excel reads it as UTF-8."""


def table_row(cells: Iterable[object]) -> str:
    """Return a row with its line end; None is an empty cell, and no cell is taken for a formula."""
    text = io.StringIO()
    csv.writer(text).writerow([safe_cell(cell) for cell in cells])
    return text.getvalue()


def safe_cell(value: object) -> str:
    """Return the text of a cell that no spreadsheet takes for a formula.

    A text that begins like one, after any spaces, gets an apostrophe before it, as spreadsheets mark text themselves.
    """
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(tuple(FORMULA)) or text.lstrip().startswith(tuple(FORMULA)) else text


def bare_cell(text: str) -> str:
    """Return the text of a cell without the apostrophe that `safe_cell` gave it, and without spaces around it."""
    text = text.strip()
    return text[1:].strip() if text[:1] == "'" and text[1:].lstrip().startswith(tuple(FORMULA)) else text
