"""Cut the words around a hit, to be shown under its title."""

from __future__ import annotations

import re
from collections.abc import Iterable

from commonplace.derived.search.query import SearchQuestion, Shown
from commonplace.derived.search.text import fold

LENGTH = 200
"""Maximum number of characters of a snippet, an ellipsis at either end not counted."""

_WORD = re.compile(r"[\w'’]+")
_LEAD = 60


def snippet(shown: Shown, asked: SearchQuestion) -> str:
    """Return a piece of the text that holds most of the question, of equals the first: running text before names.

    A name that holds nothing but what the title shows already tells nothing. Where no text tells anything it is the
    beginning of running text, and nothing where there is none.
    """
    told = asked.held_by([shown.title])
    best, most = None, 0
    for place, text in enumerate((*shown.body, *shown.names)):
        held = asked.held_by([text])
        if len(held) > most and (place < len(shown.body) or held - told):
            best, most = text, len(held)
    if best is not None:
        return _cut(best, _first_hit(best, asked) or 0)
    return _cut(shown.body[0], 0) if shown.body else ""


def beginning(text: str) -> str:
    """Return as much of a text as a snippet has, from its beginning."""
    return _cut(text, 0)


def _first_hit(part: str, asked: SearchQuestion) -> int | None:
    """Return where the first of the words asked for, folded, stands in a text; one may stand there as two."""
    before: tuple[int, str] | None = None
    for start, word in _words(part):
        if any(map(asked.has, [word, *word.split("'"), word.replace("'", "")] if "'" in word else [word])):
            return start
        if before and asked.has(before[1] + word):
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
