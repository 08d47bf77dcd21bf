"""List CSL-JSON's names for the fields of a record, and turn dates from EDTF into CSL's date parts and back.

Sources: CSL 1.0.2 appendix IV (variables) and the `csl-data.json` schema of that version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from commonplace.model.edtf_date import EdtfDate, is_edtf, read_edtf
from commonplace.model.rich_text import csl_escaped, undo_entities

TEXT_VARIABLES = (
    ("title", "title"),
    ("container-title", "container_title"),
    ("collection-title", "collection_title"),
    ("volume", "volume"),
    ("issue", "issue"),
    ("number", "number"),
    ("page", "page"),
    ("edition", "edition"),
    ("genre", "genre"),
    ("publisher", "publisher"),
    ("publisher-place", "publisher_place"),
    ("DOI", "doi"),
    ("URL", "url"),
    ("language", "language"),
    ("abstract", "abstract"),
    ("note", "note"),
)
"""CSL variable and the record's attribute for it."""

DATE_VARIABLES = (("issued", "issued"), ("available-date", "available"))

NAME_VARIABLES = frozenset(
    "author chair collection-editor compiler composer container-author contributor curator director editor "
    "editorial-director executive-producer guest host illustrator interviewer narrator organizer original-author "
    "performer producer recipient reviewed-author script-writer series-creator translator".split()
)

OTHER_TEXT_VARIABLES = frozenset(
    "annote archive archive_collection archive_location archive-place authority call-number chapter-number "
    "citation-label citation-number collection-number container-title-short dimensions division event event-place "
    "event-title first-reference-note-number jurisdiction locator medium number-of-pages number-of-volumes "
    "original-publisher original-publisher-place part part-title page-first PMCID PMID printing "
    "references reviewed-genre reviewed-title scale section source status supplement title-short version "
    "volume-title year-suffix journalAbbreviation shortTitle".split()
)
"""Text variables that a record keeps in `extra`, under CSL's name."""

EXTRA_DATES = ("accessed", "event-date", "original-date", "submitted")
"""Date variables that a record keeps in `extra` under CSL's name: EDTF, or text that is no date."""

DATE_WORDS = ("issued", "date", "year", "issued-date")
"""Names in `extra` of the words that stand in place of a date of issue (*forthcoming*); the first of them wins."""

COLLECTED = frozenset(
    {"book", "chapter", "classic", "collection", "entry", "entry-dictionary", "entry-encyclopedia", "paper-conference"}
)
"""CSL types whose `number` counts them within a series: CSL's `collection-number`."""

NUMBERED_BY_ARCHIVE = frozenset({"article", "document", "manuscript", "post", "report"})
"""CSL types whose `number` may be that of the archive they are in; others appear in something that counts them."""

VERBATIM_VARIABLES = frozenset({"DOI", "URL", "PMID", "PMCID"})
"""Text variables that are identifiers: neither markup nor entities are read from them or written to them."""

ORIGINAL_TITLE = "original-title"
"""Text variable for one of the titles beside the one that a work is cited by: CSL has no other."""

OTHER_TITLES = "other-titles"
"""Our own name, under `custom`, for the list of those titles with their languages."""

CUSTOM = "custom"
"""CSL-JSON's own place for what it has no variable for."""

KNOWN_MEMBERS = frozenset(
    {
        *(variable for variable, _ in (*TEXT_VARIABLES, *DATE_VARIABLES)),
        *(NAME_VARIABLES | OTHER_TEXT_VARIABLES),
        *EXTRA_DATES,
        *("id", "citation-key", ORIGINAL_TITLE, "type", "ISBN", "ISSN", "keyword", "categories", CUSTOM),
    }
)
"""Members that an item of CSL-JSON may have."""


_KEYWORD_BREAKS = {",": re.compile(r"\s*,\s*"), ";": re.compile(r"\s*;\s*")}


def split_keywords(text: str) -> tuple[str, ...]:
    """Return the keywords in CSL's one text: semicolons separate them where there are any, else commas."""
    text = undo_entities(text.strip())
    return tuple(word for word in _KEYWORD_BREAKS[";" if ";" in text else ","].split(text) if word)


def joined_keywords(keywords: Sequence[str]) -> str:
    """Return keywords as CSL's one text, with semicolons between them where one has a comma."""
    return csl_escaped(("; " if any("," in word for word in keywords) else ", ").join(keywords))


_SEASON_NAMES = {"spring": "1", "summer": "2", "autumn": "3", "fall": "3", "winter": "4"}


def csl_date(edtf: str) -> dict[str, Any]:
    """Return an EDTF date as CSL's date object: `date-parts`, `season` and `circa`, or `literal` for anything else."""
    try:
        interval = read_edtf(edtf)
    except ValueError:
        return {"literal": edtf}
    start = interval.start
    if not isinstance(start, EdtfDate) or not start.parts:
        return {"literal": edtf}
    date: dict[str, Any] = {"date-parts": [_csl_parts(start)]}
    if isinstance(interval.end, EdtfDate) and interval.end.parts:
        date["date-parts"].append(_csl_parts(interval.end))
    if start.season:
        date["season"] = start.season
    if start.mark:
        date["circa"] = True
    return date


def _csl_parts(date: EdtfDate) -> list[int]:
    """Return a date's parts with the year as CSL counts it: 44 BC is −44, and there is no year 0 (EDTF: −0043)."""
    year, *rest = date.parts
    return [year if year > 0 else year - 1, *rest]


def edtf_date(date: Mapping[str, Any]) -> str | None:
    """Return CSL's date object as EDTF, None when there is no date in it."""
    parts = [made for made in map(_edtf_of_parts, _ends(date.get("date-parts"))) if made]
    if parts:
        season = str(date.get("season") or "").strip().lower()
        season = _SEASON_NAMES.get(season, season)
        if len(parts) == 1 and season in ("1", "2", "3", "4") and "-" not in parts[0][1:]:
            parts[0] += f"-{20 + int(season)}"
        # One `circa` stands for the whole date, so each end of a range has it.
        circa = "~" if date.get("circa") not in (None, False, "", 0, "0", "false") else ""
        made = "/".join(part + circa for part in parts[:2])
        return made if is_edtf(made) else None
    for name in ("edtf", "raw", "literal"):
        text = str(date.get(name) or "").strip()
        if text and is_edtf(text):
            return text
    return None


def _ends(parts: Any) -> list[Any]:
    """Return the one or two dates in `date-parts`, also where a single one does not stand in a list of its own."""
    listed = list(parts) if isinstance(parts, list | tuple) else []
    ends = [end for end in listed if isinstance(end, list | tuple)]
    return ends or [listed]


def _edtf_of_parts(parts: Any) -> str | None:
    """Return `[year, month, day]` as EDTF, as far as it goes; None where there is no year."""
    known = list(takewhile(lambda part: part not in (None, ""), parts or ()))
    try:
        numbers = [int(part) for part in known]
    except (TypeError, ValueError, OverflowError):  # the last: JSON may have 1e999, which Python takes for infinity
        return None
    if not numbers or not numbers[0]:  # CSL has no year 0
        return None
    year = numbers[0] if numbers[0] > 0 else numbers[0] + 1
    sign = "-" if year < 0 else ""
    text = f"Y{year}" if abs(year) > 9999 else f"{sign}{abs(year):04}"
    return "-".join([text, *(f"{number:02}" for number in takewhile(bool, numbers[1:3]))])
