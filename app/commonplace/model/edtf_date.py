"""Split dates in EDTF level 1 into the parts that other formats want.

Source: Extended Date/Time Format (EDTF) Specification, Library of Congress 2019, levels 0
and 1: uncertain `?`, approximate `~`, both `%`, `X` for unspecified digits, seasons 21–24,
intervals with an open (`..`) or unknown (empty) end, years beyond four digits with `Y`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache

from commonplace.errors import Message

_DATE = re.compile(
    r"(?P<year>-?\d{4}|-?\d{3}X|-?\d{2}XX|-?\dXXX|XXXX|Y-?[1-9]\d{4,})"
    r"(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?P<mark>[?~%])?"
)
SEASONS = {21: "spring", 22: "summer", 23: "autumn", 24: "winter"}


@dataclass(frozen=True, slots=True)
class EdtfDate:
    """One date. `month` is 1–12 or a season 21–24; `mark` is `?`, `~`, `%` or empty.

    `year` is None when digits of it are unspecified; `text` is the EDTF itself.
    """

    text: str
    year: int | None
    month: int | None = None
    day: int | None = None
    mark: str = ""

    @property
    def season(self) -> int | None:
        """The season as CSL counts it: 1 (spring) to 4 (winter)."""
        return self.month - 20 if self.month is not None and self.month > 12 else None

    @property
    def parts(self) -> tuple[int, ...]:
        """Year, month and day as far as they are known; a season is not among them."""
        if self.year is None:
            return ()
        if self.month is None or self.month > 12:
            return (self.year,)
        return (self.year, self.month) if self.day is None else (self.year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class EdtfInterval:
    """A date (`is_range` false, `end` None) or an interval; an open or unknown end is its text, `..` or empty."""

    start: EdtfDate | str
    end: EdtfDate | str | None = None

    @property
    def is_range(self) -> bool:
        """Whether there is a second end, known or not."""
        return self.end is not None


@lru_cache(maxsize=8192)
def read_edtf(text: str) -> EdtfInterval:
    """Return a date or interval in parts. Raises `ValueError` for what is no EDTF level 1 or no day of the year."""
    first, slash, second = text.strip().partition("/")
    if not slash:
        return EdtfInterval(_read_date(first))
    ends = [end if end in ("", "..") else _read_date(end) for end in (first.strip(), second.strip())]
    if all(isinstance(end, str) for end in ends):
        raise ValueError(Message("not a date: both ends of %(text)r are open", text=text))
    return EdtfInterval(ends[0], ends[1])


def is_edtf(text: str) -> bool:
    """Return whether a text is a date in EDTF level 1."""
    try:
        read_edtf(text)
    except ValueError:
        return False
    return True


def _read_date(text: str) -> EdtfDate:
    found = _DATE.fullmatch(text.strip())
    if not found:
        raise ValueError(Message("not a date in EDTF: %(text)r", text=text))
    year = None if "X" in found["year"] else int(found["year"].lstrip("Y"))
    month = int(found["month"]) if found["month"] and found["month"] != "XX" else None
    day = int(found["day"]) if found["day"] and found["day"] != "XX" else None
    if month is not None and month not in range(1, 13) and (month not in SEASONS or found["day"]):
        raise ValueError(Message("no such month: %(text)r", text=text))
    if found["month"] == "XX" and day is not None:
        raise ValueError(Message("a day without a month: %(text)r", text=text))
    if day is not None and not 1 <= day <= _days(year, month):
        raise ValueError(Message("no such day: %(text)r", text=text))
    return EdtfDate(found[0], year, month, day, found["mark"] or "")


def _days(year: int | None, month: int | None) -> int:
    if month is None:
        return 31
    # The calendar repeats every 400 years, and the module knows the years 1 to 9999 only.
    return monthrange(2000 if year is None else 2000 + year % 400, month)[1]
