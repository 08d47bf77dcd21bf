"""Find where a quote stands in a text, as it is or but for case, accents, dashes, quotation marks and spaces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from commonplace.model.quote_check import normalised

CONTEXT = 32
"""Number of characters before and after a quote that tell its place from another (W3C Web Annotation, 4.2.4)."""


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """A place of a quote in a text, by its first character and the one after its last."""

    start: int
    end: int
    check: Literal["exact", "normalised"]

    def context(self, text: str) -> tuple[str, str]:
        """Return what stands before and after the quote."""
        return text[max(self.start - CONTEXT, 0) : self.start], text[self.end : self.end + CONTEXT]


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
        if character.isspace():
            if made and made[-1] != " ":
                made.append(" ")
                origins.append(place)
            continue
        for one in normalised(character):
            made.append(one)
            origins.append(place)
    if made and made[-1] == " ":
        made.pop()
    return "".join(made), origins
