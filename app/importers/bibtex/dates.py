"""Dates: `date`, or `year`, `month` and `day` as people write them, to EDTF.

`date` wins over the old fields; what contradicts it, or cannot be read, is kept in `extra`
under its own name and reported.
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.importers.bibtex.draft import BibtexFile, Draft
from app.importers.bibtex.latex import decode
from app.model.bibtex_terms import MONTHS
from app.model.edtf_date import EdtfDate, is_edtf, read_edtf

_NUMBERS = {name.lower(): number for number, name in enumerate(MONTHS, 1)}
_NUMBERS |= {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)} | {"sept": 9}
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_WORD = re.compile(r"[^\W\d_]+")
_DAY = re.compile(r"(?<!\d)\d{1,2}(?:st|nd|rd|th)?(?!\d)")
_FILLER = re.compile(r"[\s.,/&–—\-]|\band\b|\bto\b|\bof\b")
_YEAR_RANGE = re.compile(r"(\d{4})\s*(?:/|-{1,2}|–|—)\s*(\d{4}|\d\d)?")
_CIRCA = re.compile(r"\[?(?:c\.?|ca\.?|circa|approx\.?|about)\s*(\d{4})\]?", re.IGNORECASE)
_FOUR_DIGITS = re.compile(r"(?<!\d)[12]\d{3}(?!\d)")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d[^/]*")
_LOOSE_DATE = re.compile(r"(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?")


def read_dates(draft: Draft, file: BibtexFile) -> None:
    """Step: set `issued` and `available`."""
    raw_date = draft.fields.pop("date", None)
    if raw_date is not None and raw_date.strip():
        text, times = _TIME.subn(r"\1", _plain(raw_date))
        issued = _edtf(text)
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
            years = _FOUR_DIGITS.findall(draft.extra["date"])
            draft.known["issued"] = years[0] if len(years) == 1 else None
    raw = draft.fields.pop("availabledate", None)
    if raw is not None and raw.strip():
        available = _edtf(_plain(raw))
        if available:
            draft.known["available"] = available
        else:
            draft.extra["availabledate"] = _plain(raw)
            draft.lose("availabledate", raw, "not a date; kept as text")


def _plain(raw: str) -> str:
    """The text of a date field, where `~` is EDTF's sign for approximate before it is LaTeX's space."""
    return decode(raw.replace("~", r"\textasciitilde{}") if "~" in raw else raw).text


@lru_cache(maxsize=8192)
def _edtf(text: str) -> str | None:
    """`text` as EDTF: as it stands, or with the slips people make put right; None when it is no date."""
    text = text.strip()
    if is_edtf(text):
        return text
    parts = re.split(r"\s*[/–—]\s*|--", text)
    padded = [_LOOSE_DATE.sub(_pad, part) for part in parts]
    tried = "/".join(padded)
    return tried if len(parts) <= 2 and is_edtf(tried) else None


def _pad(found: re.Match[str]) -> str:
    return "-".join(part.zfill(2) for part in found.groups() if part)


def _compare_old_fields(draft: Draft, issued: str) -> None:
    """Drop `year`, `month` and `day` where they repeat the date, keep and report them where they do not."""
    start = read_edtf(issued).start
    for name, part in (("year", 0), ("month", 1), ("day", 2)):
        raw = draft.fields.pop(name, None)
        if raw is None or not raw.strip():
            continue
        text = _plain(raw)
        parts = start.parts if isinstance(start, EdtfDate) else ()
        said = parts[part] if len(parts) > part else None
        value = _month_number(text) if name == "month" else int(text) if text.isdecimal() else None
        if said is None or value != said:
            draft.extra[name] = text
            draft.lose(name, raw, f"differs from the date {issued}; the date was used")


def _month_number(text: str) -> int | None:
    return int(text) if text.isdecimal() else _NUMBERS.get(text.lower().rstrip("."))


def _from_old_fields(draft: Draft) -> None:
    fields = draft.fields
    raw_year = fields.pop("year", "").strip()
    raw_month = fields.pop("month", "").strip()
    raw_day = fields.pop("day", "").strip()
    if len(raw_year) == 4 and raw_year.isascii() and raw_year.isdecimal() and not raw_month and not raw_day:
        draft.known["issued"] = raw_year
        return
    year_text, month_text, day_text = _plain(raw_year), _plain(raw_month), _plain(raw_day)
    year = _year(year_text)
    if year_text and (year is None or not _says_all(year, year_text)):
        draft.extra["year"] = year_text
        draft.lose("year", raw_year, "not a plain year; kept as text")
    plain = year is not None and len(year) == 4 and year.isdigit()
    issued = _with_month(year, month_text, day_text) if plain and year and month_text else year
    if month_text and (issued is None or issued == year):
        draft.extra["month"] = month_text
        draft.lose("month", raw_month, "no month can be read from it; kept as text")
    if day_text and (issued is None or "/" in issued or len(issued) < 10):
        draft.extra["day"] = day_text
        draft.lose("day", raw_day, "does not go with the month; kept as text")
    if issued:
        draft.known["issued"] = issued


def _says_all(year: str, text: str) -> bool:
    return len(_FOUR_DIGITS.findall(text)) != 1 or year != _FOUR_DIGITS.findall(text)[0] or text.strip("[]. ") == year


def _year(text: str) -> str | None:
    """A year, a range of years or an approximate year; else the only four digits that can be one."""
    bare = text.strip("[]. ")
    if bare.isdecimal() and 3 <= len(bare) <= 4:
        return bare.zfill(4)
    if is_edtf(bare):
        return bare
    if found := _YEAR_RANGE.fullmatch(bare):
        second = found[2] or ".."
        end = found[1][: 4 - len(second)] + second if second.isdigit() else second
        return f"{found[1]}/{end}"
    if found := _CIRCA.fullmatch(text.strip()):
        return f"{found[1]}~"
    years = _FOUR_DIGITS.findall(text)
    return years[0] if len(years) == 1 else None


@lru_cache(maxsize=8192)
def _with_month(year: str, month: str, day: str) -> str:
    """Year and month (and days said in the month field) as EDTF; the year alone when they cannot be read."""
    if month.isdecimal():
        numbers, days = ([int(month)] if 1 <= int(month) <= 12 else []), list[int]()
    else:
        numbers, days = _months_and_days(month)
    if day.isdecimal() and not days:
        days = [int(day)]
    made = _edtf_of(year, numbers, days)
    if is_edtf(made):
        return made
    without_day = _edtf_of(year, numbers, [])
    return without_day if is_edtf(without_day) else year


def _months_and_days(text: str) -> tuple[list[int], list[int]]:
    """The months (or a season) and days in a month field; nothing when there is other text in it."""
    text = text.replace("\u00a0", " ").replace("~", " ").lower()
    numbers = [
        _NUMBERS.get(word) or _SEASONS.get(word) for word in _WORD.findall(_FILLER.sub(" ", _DAY.sub(" ", text)))
    ]
    days = [int(re.sub(r"\D", "", day)) for day in _DAY.findall(text)]
    known = [number for number in numbers if number]
    return (known, days) if len(known) == len(numbers) else ([], [])


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
