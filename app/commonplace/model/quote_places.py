"""Find where a quote stands in a text, as it is or but for case, accents, dashes, quotation marks and spaces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from commonplace.model.quote_check import HeldTexts, QuoteCheck, normalised, plain
from commonplace.model.whole_words import Place, places_of_words

CONTEXT = 32
"""Maximum number of characters on each side of a quote that tell its place from another (W3C Web Annotation, 4.2.4)."""

_BETWEEN_PARTS = re.compile(r"\s*(?:,|;|&|\band\b)\s*")


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
    exact = [QuotePlace(start, start + len(quote), "exact") for start in places_of_words(quote, text)]
    if exact:
        return exact
    wanted, origin = normalised(quote), _Origin(text)
    found = places_of_words(wanted, normalised(text), origin.of)
    return [QuotePlace(*origin.of(start, start + len(wanted))[1:], "normalised") for start in found]


def count_of_quote(quote: str, text: str) -> int:
    """Return the number of places of a quote in a text: as many as `places_of_quote` finds, sooner."""
    exact = sum(1 for _ in places_of_words(quote, text))
    return exact or sum(1 for _ in places_of_words(normalised(quote), normalised(text), _Origin(text).of))


class _Origin:
    """Tells where in a text the characters stand that `normalised` makes; worked out when it is first asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, start: int, end: int) -> Place:
        """Return the text, and where on it a part of what is made of it begins and ends."""
        return self._text, self._origins[start], self._origins[end - 1] + 1

    @cached_property
    def _origins(self) -> list[int]:
        return _origins(self._text)


def check_quote(quote: str | None, locator: str | None, held: HeldTexts) -> QuoteCheck:
    """Return what comes of comparing a quote with the text that is held of the work it is from.

    `locator` names the parts of the work that were read (`title and abstract`). A quote that stands in no held text
    is `not-found` where every part that the locator names is held, and `no-text` where it may stand in another.
    """
    if not quote:
        return "no-text"
    texts = [text for part in held.values() for text in part]
    found = {place.check for text in texts for place in places_of_quote(quote, text)[:1]}
    if found:
        return "exact" if "exact" in found else "normalised"
    named = {part for part in _BETWEEN_PARTS.split((locator or "").strip().lower()) if part}
    return "not-found" if named and named <= set(held) else "no-text"


def _origins(text: str) -> list[int]:
    """Return the place in a text that each character comes from of what `normalised` makes of it."""
    origins: list[int] = []
    ends_in_space = True
    for place, character in enumerate(text):
        for one in plain(character):
            if not (one.isspace() and ends_in_space):
                origins.append(place)
            ends_in_space = one.isspace()
    return origins
