"""Find where a quote stands in a text, as it is or but for case, accents, dashes, quotation marks and spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from commonplace.model.quote_check import normalised, plain

CONTEXT = 32
"""Maximum number of characters on each side of a quote that tell its place from another (W3C Web Annotation, 4.2.4)."""


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """A place of a quote in a text, by its first character and the one after its last."""

    start: int
    end: int
    check: Literal["exact", "normalised"]

    def context(self, text: str) -> tuple[str, str]:
        """Return what stands before and after the quote."""
        return whole_words_around(text, self.start, self.end)


def whole_words_around(text: str, start: int, end: int, most: int = CONTEXT) -> tuple[str, str]:
    """Return what stands before and after a part of a text, at most so many characters each and no word cut in two.

    Where no space comes within so many characters, as in Chinese, the text is cut there.
    """
    before, after = text[max(start - most, 0) : start], text[end : end + most]
    if start > most and not text[start - most - 1].isspace():
        before = (_AFTER_SPACE.search(before) or [before])[0]
    if end + most < len(text) and not text[end + most].isspace():
        after = (_UP_TO_SPACE.match(after) or [after])[0]
    return before, after


_AFTER_SPACE = re.compile(r"(?<=\s)\S.*", re.DOTALL)
_UP_TO_SPACE = re.compile(r".*\S(?=\s)", re.DOTALL)


def places_of_quote(quote: str, text: str) -> list[QuotePlace]:
    """Return every place of a quote in a text, in order: the exact ones, or where there are none the normalised."""
    if not quote:
        return []
    exact = [QuotePlace(start, start + len(quote), "exact") for start in _found(quote, text)]
    if exact:
        return exact
    wanted = normalised(quote)
    if not wanted:
        return []
    whole, origins = _normalised_with_origins(text)
    return [
        QuotePlace(origins[start], origins[start + len(wanted) - 1] + 1, "normalised")
        for start in _found(wanted, whole)
    ]


def count_of_quote(quote: str, text: str) -> int:
    """Return the number of places of a quote in a text: as many as `places_of_quote` finds, sooner."""
    if not quote:
        return 0
    if exact := text.count(quote):
        return exact
    wanted = normalised(quote)
    return normalised(text).count(wanted) if wanted else 0


def _found(wanted: str, text: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + len(wanted))


def _normalised_with_origins(text: str) -> tuple[str, list[int]]:
    """Return a text as `normalised` makes it, and the place in the text that each of its characters comes from."""
    made: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        for one in plain(character):
            if not one.isspace():
                made.append(one)
            elif made and made[-1] != " ":
                made.append(" ")
            else:
                continue
            origins.append(place)
    if made and made[-1] == " ":
        made.pop()
    return "".join(made), origins
