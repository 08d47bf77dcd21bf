"""Volume and pages as they are compared: `1073-87`, `S417-S429`, `102A`, *Epub ahead of print*."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Agreement = Literal["same", "other", "unknown"]

_PAGE = re.compile(r"([a-z]*)0*(\d+)([a-z]*)")
_RANGE = re.compile(r"0*(\d+)(?:--|[-–—])0*(\d+)")
"""Two plain pages, as most works have them: no word can stand there that says otherwise."""

_NUMBER = re.compile(r"\d+")
_ACCESSION = re.compile(
    r"\bcd\d|\bpmid\b|\bpmc|\bwos\b|accession|\b10\.\d{4,}/|\bart\w*\.?\s*(?:no|id)|https?:", re.IGNORECASE
)
"""The beginning of a number that names a record or an article, where pages would stand."""

PAGE_DIGITS = 5
"""Maximum digits of a page: a longer number is that of an article, which another database may have under pages."""

_NOT_YET = re.compile(r"epub|ahead|press|online|forthcoming|n[/.]?a\b|&na;|unpag|\bpp?\s*$", re.IGNORECASE)


class Pages(NamedTuple):
    """First and last page, each a number with its letter (`s417`); empty where not known. A last page alone stands
    where the first is broken, as in `Suppl-29`."""

    first: str
    last: str


NO_PAGES = Pages("", "")


@lru_cache(maxsize=65536)
def pages_of(raw: str) -> Pages:
    """Return the pages that are printed, with the last one written out."""
    if plain := _RANGE.fullmatch(raw):
        return Pages(plain[1], _written_out(plain[2], plain[1]))
    if not raw or _NOT_YET.search(raw) or _ACCESSION.search(raw):
        return NO_PAGES
    text = raw.lower().replace("–", "-").replace("—", "-").replace("--", "-")
    start, _, end = text.partition("-")
    first, last = _PAGE.search(start), _PAGE.search(end)
    if first is None:
        return Pages("", last[2]) if last else NO_PAGES
    begin = f"{first[1][-1:]}{first[2]}{first[3][:1]}"
    if last is None:
        return Pages(begin, begin if not end else "")
    return Pages(begin, _written_out(last[2], first[2]))


def _written_out(last: str, first: str) -> str:
    """Return the digits of a last page with those that it shares with the first: `1087` of `1073-87`."""
    return first[: len(first) - len(last)] + last if len(last) < len(first) else last


def compare_pages(one: Pages, other: Pages) -> Agreement:
    """Return whether two works stand on the same pages."""
    if one == NO_PAGES or other == NO_PAGES:
        return "unknown"
    if one.first and other.first:
        if one.first == other.first or _digits(one.first) == _digits(other.first):
            return "same"
        if _is_article_number(one.first) != _is_article_number(other.first):
            return "unknown"
        return "same" if _within(one, other) or _within(other, one) else "other"
    broken, whole = (one, other) if not one.first else (other, one)
    return "same" if (whole.last or whole.first).endswith(broken.last) else "unknown"


def _is_article_number(page: str) -> bool:
    """Return whether a first page is the number of an article online, which says nothing of its pages in print."""
    return page.startswith("e") or len(_digits(page)) > PAGE_DIGITS


def _within(one: Pages, other: Pages) -> bool:
    """Return whether one is a single page, and the other's last: a database lost the first."""
    return one.first == one.last == other.last


def _digits(page: str) -> str:
    return "".join(_NUMBER.findall(page))


@lru_cache(maxsize=65536)
def volume_of(raw: str) -> str:
    """Return the number of a volume, without words and the issue: `24` of `Vol. 24(6)`; empty for none."""
    if not raw or _NOT_YET.search(raw):
        return ""
    found = _NUMBER.search(raw)
    return found[0].lstrip("0") if found else raw.strip().lower()


_ISSUE_IN_VOLUME = re.compile(r"\d\s*\(\s*(?!\s*(?:pt|part)\b)([^()]*\d[^()]*)\)\s*$", re.IGNORECASE)


def issue_of(raw: str, volume: str) -> str:
    """Return the number of an issue: its own field's, or `6` of a volume `24(6)`; empty for none.

    A part of a volume, `24 (Pt 2)`, is no issue; nor is the number of a record.
    """
    if not raw and not volume:
        return ""
    if _ACCESSION.search(raw):
        raw = ""
    if not raw and volume and (found := _ISSUE_IN_VOLUME.search(volume)):
        raw = found[1]
    return volume_of(raw)


def compare_volumes(one: str, other: str) -> Agreement:
    """Return whether two works stand in the same volume."""
    if not one or not other:
        return "unknown"
    return "same" if one == other else "other"
