"""Read the date variables of CSL-JSON as EDTF, in every shape that programs give them, and in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from commonplace.errors import Message
from commonplace.importers.written_dates import written_date
from commonplace.model.csl_terms import csl_date, edtf_date
from commonplace.model.edtf_date import is_edtf


class ReadDate(NamedTuple):
    """Hold a date in EDTF, the words that say more or something else, and why they are no date where that is told."""

    edtf: str | None
    words: str | None = None
    why: str | None = None


def read_date(value: Any, said: Any = None) -> ReadDate:
    """Return the date in the value of a date variable; `said` is the EDTF that we wrote beside it."""
    date = _date_object(value)
    if isinstance(said, str) and is_edtf(said) and (not value or _says(date, said)):
        return ReadDate(said)
    edtf = edtf_date(date)
    words = next((text for name in ("literal", "raw") if (text := str(date.get(name) or "").strip())), None)
    parts = date.get("date-parts")
    if edtf is None and words is None and _has_text(parts):
        edtf, words = _as_far_as_it_goes(parts), _written_out(parts)
        return ReadDate(edtf, words, _no_date(edtf))
    season = str(date.get("season") or "").strip()
    if words is None and edtf and season and not season.isdecimal() and edtf == edtf_date({"date-parts": parts}):
        words = f"{season} {edtf}"
    if words is None and season.isdecimal() and edtf and edtf == edtf_date({**date, "season": None}):
        return ReadDate(
            edtf,
            None,
            Message(
                "the season %(season)s stands beside %(edtf)s, and is no season of that; left out",
                season=season,
                edtf=edtf,
            ),
        )
    if words is None:
        return ReadDate(edtf)
    read = written_date(words)
    if edtf is None:
        return ReadDate(read) if read else ReadDate(None, words, _no_date(None))
    return ReadDate(edtf) if read == edtf else ReadDate(edtf, words)


def _no_date(edtf: str | None) -> str:
    if edtf is None:
        return "no date of the calendar can be read from it; kept as text"
    return Message("no date of the calendar can be read from it; read as %(edtf)s, and kept as text", edtf=edtf)


def _says(date: Mapping[str, Any], edtf: str) -> bool:
    """Return whether the date is what we write for that EDTF: another program may have changed one of the two."""
    written = csl_date(edtf)
    return edtf_date(date) == edtf_date(written) and date.get("literal") == written.get("literal")


def _date_object(value: Any) -> Mapping[str, Any]:
    """Return a date as CSL has it, from that, from a text, or from `year`, `month` and `day`, alone or in a list."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        if "date-parts" not in value and "year" in value:
            return {**value, "date-parts": [[value.get(part) for part in ("year", "month", "day")]]}
        return value
    if value in (None, "", []):
        return {}
    return {"raw": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}


def _has_text(parts: Any) -> bool:
    """Return whether anything stands in the date parts."""
    if isinstance(parts, list | tuple):
        return any(map(_has_text, parts))
    return parts not in (None, "")


def _as_far_as_it_goes(parts: Any) -> str | None:
    """Return the year, or year and month, of a date whose day or month is none."""
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    return edtf_date({"date-parts": [first[:2]]}) or edtf_date({"date-parts": [first[:1]]})


def _written_out(parts: Any) -> str:
    """Return date parts as text: `2001-2-30`, two ends with a slash between them."""
    ends = [end if isinstance(end, list) else [end] for end in (parts if isinstance(parts, list) else [parts])]
    return "/".join("-".join(str(part) for part in end if part not in (None, "")) for end in ends)
