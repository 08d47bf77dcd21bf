"""Say what may come of comparing a quote with a text, and what does not count there: case, accents, marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

QuoteCheck = Literal["exact", "normalised", "not-found", "no-text"]

HeldTexts = Mapping[str, Sequence[str]]
"""The text that is held of a work, by part: `title`, `abstract`, `keywords`. A part that is not held is absent."""

_SPELT = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})
QUOTATION_MARKS = re.compile(r"[\"'`´‘’‚‛“”„‟«»‹›]")
_DASHES = re.compile(r"[\u2010-\u2015\u2212-]")


def normalised(text: str) -> str:
    """Return a text without its case, accents and quotation marks, with every dash a hyphen and one space for any."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Return a text as `normalised` makes it but for its spaces: what each character becomes follows from it alone."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_SPELT)
    folded = "".join(character for character in folded if not unicodedata.combining(character))
    return _DASHES.sub("-", QUOTATION_MARKS.sub("", folded.replace("\u00ad", "")))
