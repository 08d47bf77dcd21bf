"""Read dates as people write them, as EDTF level 1: `3 May 2001`, `Spring 2004`, `1998-99`, `ca. 1850`."""

from __future__ import annotations

import re
from functools import lru_cache

from commonplace.model.bibtex_terms import MONTHS
from commonplace.model.edtf_date import is_edtf

_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_NUMBERS |= {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)} | {"sept": 9}
_OTHER_LANGUAGES = (
    "januar jänner janvier janv enero ene gennaio januari jan janeiro",
    "februar feber février févr fév febrero febbraio februari fevereiro",
    "märz mrz mars marzo maart mrt março",
    "avril avr abril aprile",
    "mai mayo maggio mei maio",
    "juni juin junio giugno junho",
    "juli juillet juil julio luglio julho",
    "août agosto augustus augusti",
    "septembre septiembre settembre setembro",
    "oktober okt octobre octubre ottobre outubro",
    "noviembre novembre novembro",
    "dezember dez décembre déc diciembre dicembre december dezembro",
)
for _number, _names in enumerate(_OTHER_LANGUAGES, 1):
    _NUMBERS |= dict.fromkeys(_names.split(), _number)
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_WORD = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?(?!\d)")
_FILLER = re.compile(r"[\s.,/&#–—\-]|\b(?:and|to|of|de|den|und|et|y|e)\b")
_YEAR_RANGE = re.compile(r"(\d{4})\s*(?:/|-{1,2}|–|—)\s*(\d{4}|\d\d)?")
_CIRCA = re.compile(r"\[?(?:c\.\s*|c\s+|(?:ca\.?|circa|approx\.?|about)\s*)(\d{4})\]?", re.IGNORECASE)
_BEFORE_CHRIST = re.compile(r"(\d{1,4})\s*(?:B\.?\s?C\.?(?:\s?E\.?)?)", re.IGNORECASE)
FOUR_DIGITS = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
_LOOSE_DATE = re.compile(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?")
_LOOSE_WHOLE = re.compile(r"(\d{4})[./](\d{1,2})(?:[./](\d{1,2}))?")
LONGEST_DATE = 200
"""Maximum length of a date, in characters."""

_COMPACT = re.compile(r"([12]\d{3})([01]\d)([0-3]\d)")
_UNSPECIFIED = re.compile(r"(?<=[\d-])u+")
_OPEN_ENDS = {"open": "..", "unknown": "", "*": ".."}
_SHORT_END = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?/(\d\d)(?:-(\d\d))?")


@lru_cache(maxsize=8192)
def written_date(text: str) -> str | None:
    """Return the text as EDTF: as it stands, with slips put right, or from words; None when it is no date."""
    text = text.strip()
    if is_edtf(text):
        return text
    if len(text) > LONGEST_DATE:
        return None
    parts = [_OPEN_ENDS.get(part, part) for part in re.split(r"\s*[/–—]\s*|--", text)]
    whole = _LOOSE_WHOLE.sub(_pad, text) if _LOOSE_WHOLE.fullmatch(text) else ""
    padded = "/".join(_LOOSE_DATE.sub(_pad, part) for part in parts) if len(parts) <= 2 else ""
    unspecified = _UNSPECIFIED.sub(lambda found: "X" * len(found[0]), text)
    for tried in (whole, padded, unspecified, text.upper(), _COMPACT.sub(r"\1-\2-\3", text), _lengthened(text)):
        if tried and is_edtf(tried):
            return tried
    return _in_words(text) or _more_than_a_year(text)


def _more_than_a_year(text: str) -> str | None:
    found = None if re.fullmatch(r"\d{4}-\d\d", text) else written_year(text)  # a month there is not, or years?
    return found if found != text and not FOUR_DIGITS.fullmatch(found or "") else None


def _lengthened(text: str) -> str:
    """Return `2016-07-05/12` with its second date written out, where the first is the earlier."""
    found = _SHORT_END.fullmatch(text)
    if not found:
        return ""
    year, month, day, second, third = found.groups()
    if not day:
        return ""  # `2016-07/08` may be two months, and July 8th
    end = f"{year}-{second}-{third}" if third else f"{year}-{month}-{second}"
    start = f"{year}-{month}-{day}"
    return f"{start}/{end}" if start < end else ""


def _in_words(text: str) -> str | None:
    """Return a year and the months, season or days beside it."""
    years = FOUR_DIGITS.findall(text)
    if len(years) != 1 or not _WORD.search(text):
        return None
    made = with_month(years[0], FOUR_DIGITS.sub(" ", text), "")
    return made if made != years[0] else None


def _pad(found: re.Match[str]) -> str:
    return "-".join(part.zfill(2) for part in found.groups() if part)


def month_number(text: str) -> int | None:
    """Return the month that `text` says by its number or name, and nothing else."""
    return int(text) if text.isdecimal() and len(text) < 10 else _NUMBERS.get(text.lower().strip(" .#"))


@lru_cache(maxsize=8192)
def written_year(text: str) -> str | None:
    """Return a year, a range of years or an approximate year; else the only four digits that can be one."""
    if len(text) > LONGEST_DATE:
        return None
    bare = text.strip("[](). ")
    if bare.isdecimal() and bare.isascii() and 2 <= len(bare) <= 4:
        return bare.zfill(4) if int(bare) else None  # programs write 0000 where they know no year; it is not 1 BC
    if bare.startswith("-") and bare[1:].isdecimal() and bare.isascii() and len(bare) <= 5:
        return f"-{bare[1:].zfill(4)}"
    if is_edtf(bare):
        return bare
    if (found := _YEAR_RANGE.fullmatch(bare)) and int(found[1]) and is_edtf(made := _range(found[1], found[2])):
        return made
    if found := _CIRCA.fullmatch(text.strip()):
        return f"{found[1]}~"
    if (found := _BEFORE_CHRIST.fullmatch(bare)) and int(found[1]):
        before = int(found[1]) - 1  # EDTF, as astronomers do, counts 1 BC as 0
        return f"-{before:04}" if before else "0000"
    years = FOUR_DIGITS.findall(text)
    return years[0] if len(years) == 1 else None


def _range(first: str, second: str | None) -> str:
    """Return the years of `1998-99`, of `1999/00`, and of `1999-` which goes on."""
    if second is None:
        return f"{first}/.."
    end = first[: 4 - len(second)] + second
    return f"{first}/{end if end > first else int(end) + 100:04}" if len(second) == 2 else f"{first}/{end}"


@lru_cache(maxsize=8192)
def with_month(year: str, month: str, day: str) -> str:
    """Return year and month (and days said in the month field) as EDTF; the year alone when they cannot be read."""
    if len(month) + len(day) > LONGEST_DATE:
        return year
    if month.strip(" .").isdecimal():
        number = int(month.strip(" ."))
        numbers, days = ([number] if 1 <= number <= 12 else []), list[int]()
    else:
        numbers, days = _months_and_days(month)
    if day and not days and not _FILLER.sub("", _DAY.sub("", day)):
        days = _days(day)
    made = _edtf_of(year, numbers, days)
    if is_edtf(made):
        return made
    without_day = _edtf_of(year, numbers, [])
    return without_day if is_edtf(without_day) else year


def _days(text: str) -> list[int]:
    return [int(re.sub(r"\D", "", day)) for day in _DAY.findall(text)]


def _months_and_days(text: str) -> tuple[list[int], list[int]]:
    """Return the months (or a season) and days in a month field; nothing when there is other text in it."""
    text = text.replace("\u00a0", " ").replace("~", " ").lower()
    words = _WORD.findall(_FILLER.sub(" ", _DAY.sub(" ", text)))
    numbers = [_NUMBERS.get(word) or _SEASONS.get(word) for word in words]
    known = [number for number in numbers if number]
    return (known, _days(text)) if len(known) == len(numbers) else ([], [])


def _edtf_of(year: str, months: list[int], days: list[int]) -> str:
    dated = [f"{year}-{month:02}" for month in months]
    if len(months) == 1 and len(days) <= 2:
        return "/".join([f"{dated[0]}-{day:02}" for day in days] or dated)
    if len(months) == 2 and months[0] < months[1]:
        if len(days) == 2:
            return f"{dated[0]}-{days[0]:02}/{dated[1]}-{days[1]:02}"
        if not days:
            return "/".join(dated)
    return year
