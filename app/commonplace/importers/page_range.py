"""Make a page range of the two places where formats keep its beginning and end."""

from __future__ import annotations

import re
from typing import NamedTuple

_DASHES = re.compile(r"(?<!\s)\s*[-–—‒−]+\s*")
_PIECES = re.compile(r"[,;]\s*")
_RANGE = re.compile(r"(?P<start>[^-,;\s]+)-(?P<end>[^-,;\s]+)")


class PageRange(NamedTuple):
    """The page range of a record, and the text that is not in it; each None where there is none."""

    page: str | None
    left: str | None = None


def with_hyphens(text: str) -> str:
    """Return pages with one hyphen for every dash: `12 – 34` as `12-34`."""
    return _DASHES.sub("-", text.strip())


def page_range(first: str | None, last: str | None) -> PageRange:
    """Return the pages that a beginning and an end say together.

    Either may hold the whole range: `12-34` and `34` are `12-34`, `5, 7-9` and `9` are `5, 7-9`. An end that such a
    range does not have is left.
    """
    start, end = with_hyphens(first or ""), with_hyphens(last or "")
    if not start or not end or start == end:
        return PageRange(start or end or None)
    if _ends_with(start, end):
        return PageRange(start)
    whole, other = _RANGE.fullmatch(start), _RANGE.fullmatch(end)
    if other and not whole and other["start"] == start:
        return PageRange(end)
    if whole is None or other is not None:
        return PageRange(f"{start}-{end}")
    if end.endswith(whole["end"]) and len(end) >= len(whole["end"]):
        return PageRange(f"{whole['start']}-{end}")
    return PageRange(start, end)


def _ends_with(pages: str, end: str) -> bool:
    """Return whether pages are several pieces (`5, 7-9`), of which the last ends with that page."""
    *others, last = _PIECES.split(pages)
    return bool(others) and end in (last, last.rpartition("-")[2])
