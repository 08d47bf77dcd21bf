"""Sort values that were written as texts: dates by time, numbers in a text by size, and words by their letters."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from commonplace.model.edtf_date import is_edtf

Place = tuple[tuple[int, int, str], ...]
"""Place of a value among others: its parts, numbers before words."""

_NUMBER = re.compile(r"(\d+)")
_DATE = re.compile(r"Y?(-?\d+)(?:-(\d\d))?(?:-(\d\d))?")
_SEASONS = {21: 3, 22: 6, 23: 9, 24: 12}
"""Month in which a season of EDTF begins."""


MOST_PLACES = 10_000
"""Maximum number of values whose places are kept: a comparison of many cases has few values, each many times."""


@lru_cache(maxsize=MOST_PLACES)
def place_of(text: str) -> Place:
    """Return the place of a value: `9 members` before `10 members`, `-0044` before `1996`, `école` beside `ecole`."""
    if is_edtf(text):
        return _place_in_time(text)
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _NUMBER.split(_folded(text)) if part
    )


def _place_in_time(text: str) -> Place:
    """Return the place of a date or interval by its beginning; digits that are unspecified are the lowest."""
    begin, _, end = text.partition("/")
    found = _DATE.match((end if begin in ("", "..") else begin).replace("X", "0"))
    year, month, day = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    return ((0, year, ""), (0, _SEASONS.get(month, month), ""), (0, day, ""))


def _folded(text: str) -> str:
    """Return a text in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
