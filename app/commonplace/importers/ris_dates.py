"""Read the dates of a RIS reference: `PY`, `Y1` and `DA` are `YYYY/MM/DD/other`, or whatever a program writes there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from commonplace.importers.written_dates import with_month, written_date
from commonplace.model.edtf_date import is_edtf

_YEAR = re.compile(r"\d{4}")


class RisDate(NamedTuple):
    """A date in EDTF, None where there is none, and pairs of tag and text that say something else."""

    edtf: str | None
    beside: tuple[tuple[str, str], ...] = ()


def read_ris_dates(dates: Sequence[tuple[str, str]]) -> RisDate:
    """Return the date that pairs of tag and text say together: the first with a year, completed by one without."""
    read = [(tag, text, *_read(text)) for tag, text in dates]
    main = next(((tag, text, edtf, rest) for tag, text, edtf, rest in read if edtf), None)
    if main is None:
        return RisDate(None)
    used, issued, rest = main[1], main[2] or "", main[3]
    beside = [("DA", rest)] if rest else []
    for tag, text, edtf, other in read:
        if text == used or (edtf and edtf[:4] in issued and not other):
            continue
        if edtf is None and (whole := _completed(issued, text)):
            issued = whole
        else:
            beside.append((tag, text))
    return RisDate(issued, tuple(beside))


def _completed(issued: str, text: str) -> str | None:
    """Return a year with the month and day that another tag says without it; None when it says neither."""
    if not _YEAR.fullmatch(issued):
        return None
    whole = with_month(issued, text.strip("/"), "")
    return whole if whole != issued else None


def _read(text: str) -> tuple[str | None, str]:
    """Return the date of one tag in EDTF, and the rest of its text."""
    year, month, day, other = ([part.strip() for part in text.split("/", 3)] + ["", "", ""])[:4]
    if other and is_edtf(other):
        return other, ""
    if text and is_edtf(text):
        return text, ""
    if not _YEAR.fullmatch(year):
        return written_date(text), ""
    if not month:
        whole = with_month(year, other, "") if other and not day else year
        return whole, other if whole == year else ""
    whole = with_month(year, month, day)
    if whole == year or (day and whole.count("-") < 2):
        return whole, "/".join(part for part in (month, day, other) if part)
    return whole, other
