"""The words around a hit, to be shown under its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from commonplace.derived.search.text import fold

LENGTH = 200
"""Characters of a snippet, an ellipsis at either end not counted."""

_WORD = re.compile(r"[\w'’]+")
_LEAD = 60


def snippet(parts: Sequence[str], words: AbstractSet[str]) -> str:
    """A piece of the first part that holds a hit, or the beginning of the first part.

    `words`, folded, are those asked for; one may stand in the text as two.
    """
    for part in parts:
        start = _first_hit(part, words)
        if start is not None:
            return _cut(part, start)
    return _cut(parts[0], 0) if parts else ""


def _first_hit(part: str, words: AbstractSet[str]) -> int | None:
    before: tuple[int, str] | None = None
    for start, word in _words(part):
        if word in words or ("'" in word and not words.isdisjoint([*word.split("'"), word.replace("'", "")])):
            return start
        if before and before[1] + word in words:
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
