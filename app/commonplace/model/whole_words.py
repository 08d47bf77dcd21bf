"""Find where a few words stand in a text as words of their own: within longer ones they mean something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

WHOLE_WORDS = 3
"""Maximum number of words of a quote that are all taken for whole words: in a longer one the first and the last may be
cut in two."""

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
"""A character of a script that has no space between words, or joins particles to them."""

_ELIDED = re.compile(r"(?:\A|\W)(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)\Z")
_POSSESSIVE = re.compile(r"s?(?:\W|\Z)")
_LONGEST_ELIDED = 7

Place = tuple[str, int, int]
"""A text, and where words begin and end in it."""


def places_of_words(wanted: str, text: str, as_it_stands: Callable[[int, int], Place] | None = None) -> Iterator[int]:
    """Yield where a text holds words; of a few words only where no letter stands right before or after them.

    In a text without apostrophes, where `l'innovation` is one word, `as_it_stands` tells of a beginning and an end
    there the text that it was made from, and where they are in that.
    """
    is_short = len(wanted.split()) <= WHOLE_WORDS
    start = text.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        if not is_short or _is_apart(text, start, end) or _is_joined(text, start, end, as_it_stands):
            yield start
            start = text.find(wanted, end)
        else:
            start = text.find(wanted, start + 1)


def _is_apart(text: str, start: int, end: int) -> bool:
    """Return whether no word goes on over the beginning or the end of that part of a text."""
    return not (_goes_on(text, start) or _goes_on(text, end))


def _goes_on(text: str, place: int) -> bool:
    around = text[max(place - 1, 0) : place + 1]
    return 0 < place < len(text) and around.isalnum() and not _UNSPACED.search(around)


def _is_joined(text: str, start: int, end: int, as_it_stands: Callable[[int, int], Place] | None) -> bool:
    """Return whether an apostrophe stands in the original where a word seems to go on: asked where one may."""
    if as_it_stands is None:
        return False
    may_begin = not _goes_on(text, start) or _ELIDED.search(text[max(start - _LONGEST_ELIDED - 1, 0) : start])
    may_end = not _goes_on(text, end) or _POSSESSIVE.match(text, end)
    return bool(may_begin and may_end) and _is_apart(*as_it_stands(start, end))
