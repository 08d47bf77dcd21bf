"""Read `date`, or `year`, `month` and `day` as people write them, as EDTF.

`date` wins over the old fields; what contradicts it, or cannot be read, is kept in `extra`
under its own name and reported. A month and day beside a `date` that is a year alone complete it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from commonplace.errors import Message
from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.importers.bibtex.latex import decode
from commonplace.importers.written_dates import FOUR_DIGITS, month_number, with_month, written_date, written_year
from commonplace.model.edtf_date import EdtfDate, read_edtf

_PLAIN_YEAR = re.compile(r"(?!0000)[0-9]{4}")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d[^/]*")


def read_dates(draft: Draft, file: BibtexFile) -> None:
    """Step: set `issued` and `available`."""
    raw_date = draft.fields.pop("date", None)
    if raw_date is not None and raw_date.strip():
        text, times = _TIME.subn(r"\1", _plain(raw_date))
        issued = written_date(text)
        if issued and times:
            draft.lose("date", raw_date, "the time of day is not kept")
        if issued:
            draft.known["issued"] = issued
            _compare_old_fields(draft, issued)
        else:
            draft.extra["date"] = _plain(raw_date)
            draft.lose("date", raw_date, "not a date; kept as text")
    if "issued" not in draft.known:
        _from_old_fields(draft)
        if "issued" not in draft.known and "date" in draft.extra:
            years = FOUR_DIGITS.findall(draft.extra["date"])
            draft.known["issued"] = years[0] if len(years) == 1 else None
    raw = draft.fields.pop("availabledate", None)
    if raw is not None and raw.strip():
        available = written_date(_plain(raw))
        if available:
            draft.known["available"] = available
        else:
            draft.extra["availabledate"] = _plain(raw)
            draft.lose("availabledate", raw, "not a date; kept as text")


def _plain(raw: str) -> str:
    """Return the text of a date field, where `~` is EDTF's sign for approximate before it is LaTeX's space."""
    return decode(raw.replace("~", r"\textasciitilde{}") if "~" in raw else raw).text


def _compare_old_fields(draft: Draft, issued: str) -> None:
    """Drop `year`, `month` and `day` where they repeat or complete the date, keep and report them where they do not."""
    issued = _completed(draft, issued)
    start = read_edtf(issued).start
    for name, part in (("year", 0), ("month", 1), ("day", 2)):
        raw = draft.fields.pop(name, None)
        if raw is None or not raw.strip():
            continue
        text = _plain(raw)
        parts = start.parts if isinstance(start, EdtfDate) else ()
        said = parts[part] if len(parts) > part else None
        value = month_number(text) if name == "month" else int(text) if text.isdecimal() else None
        if said is None or value != said:
            draft.extra[name] = text
            draft.lose(name, raw, Message("differs from the date %(issued)s; the date was used", issued=issued))


def _completed(draft: Draft, issued: str) -> str:
    """Return a date that is a year alone, completed by the month and day that stand beside it."""
    month, day = _plain(draft.fields.get("month", "")), _plain(draft.fields.get("day", ""))
    if len(issued) != 4 or not issued.isdecimal() or not month:
        return issued
    whole = with_month(issued, month, day)
    start = read_edtf(whole).start
    if "/" in whole or not isinstance(start, EdtfDate) or len(start.parts) < (3 if day else 2):
        return issued
    draft.known["issued"] = whole
    draft.fields.pop("month")
    draft.fields.pop("day", None)
    return whole


def _from_old_fields(draft: Draft) -> None:
    fields = draft.fields
    raw_year = fields.pop("year", "").strip()
    raw_month = fields.pop("month", "").strip()
    raw_day = fields.pop("day", "").strip()
    if not raw_month and not raw_day and _PLAIN_YEAR.fullmatch(raw_year):
        draft.known["issued"] = raw_year
        return
    read = _read_old(raw_year, raw_month, raw_day)
    for name, raw, text, why in read.faults:
        draft.extra[name] = text
        draft.lose(name, raw, why)
    if read.issued:
        draft.known["issued"] = read.issued


class _OldFields(NamedTuple):
    """Hold the date in `year`, `month` and `day`, and each field that is no date: name, raw value, text and reason."""

    issued: str | None
    faults: tuple[tuple[str, str, str, str], ...]


@lru_cache(maxsize=8192)  # the conferences and the issues of a year are met often
def _read_old(raw_year: str, raw_month: str, raw_day: str) -> _OldFields:
    faults: list[tuple[str, str, str, str]] = []
    year_text, month_text, day_text = _plain(raw_year), _plain(raw_month), _plain(raw_day)
    year = written_year(year_text)
    if year_text and (year is None or not _says_all(year, year_text)):
        faults.append(("year", raw_year, year_text, "not a plain year; kept as text"))
    plain = year is not None and len(year) == 4 and year.isdecimal()
    issued = with_month(year, month_text, day_text) if plain and year and month_text else year
    if month_text and (issued is None or issued == year):
        faults.append(("month", raw_month, month_text, "no month can be read from it; kept as text"))
    if day_text and (issued is None or len(issued) < 10 or ("/" in issued and len(issued) < 21)):
        faults.append(("day", raw_day, day_text, "does not go with the month; kept as text"))
    return _OldFields(issued, tuple(faults))


def _says_all(year: str, text: str) -> bool:
    return len(FOUR_DIGITS.findall(text)) != 1 or year != FOUR_DIGITS.findall(text)[0] or text.strip("[](). ") == year
