"""The words around a hit, to be shown under its title."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from app.derived.search_text import fold

LENGTH = 200
"""Characters of a snippet, an ellipsis at either end not counted."""

_WORD = re.compile(r"[\w'’]+")
_LEAD = 60


def snippet(parts: Sequence[str], is_hit: Callable[[str], bool]) -> str:
    """A piece of the first part that holds a hit, or the beginning of the first part.

    `is_hit` says of a folded word, or of two folded words written as one, whether it was asked for.
    """
    for part in parts:
        start = _first_hit(part, is_hit)
        if start is not None:
            return _cut(part, start)
    return _cut(parts[0], 0) if parts else ""


def _first_hit(part: str, is_hit: Callable[[str], bool]) -> int | None:
    before: tuple[int, str] | None = None
    for start, word in _words(part):
        if is_hit(word):
            return start
        if before and is_hit(before[1] + word):
            return before[0]
        before = (start, word)
    return None


def _words(part: str) -> Iterable[tuple[int, str]]:
    return ((match.start(), fold(match.group())) for match in _WORD.finditer(part))


def _cut(part: str, hit: int) -> str:
    if len(part) <= LENGTH:
        return part
    start = 0 if hit <= _LEAD else part.rfind(" ", 0, hit - _LEAD) + 1
    start = max(start, hit - 2 * _LEAD) if start else 0
    end = start + LENGTH
    if end < len(part):
        end = max(part.rfind(" ", start, end), hit + 1)
    ends = ("…" if start else "", "…" if end < len(part) else "")
    return ends[0] + part[start:end].strip() + ends[1]
