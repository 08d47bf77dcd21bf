"""Check whether a quote stands in the text that the library holds of a work."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

QuoteCheck = Literal["exact", "normalised", "not-found", "no-text"]

HeldTexts = Mapping[str, Sequence[str]]
"""The text that is held of a work, by part: `title`, `abstract`, `keywords`. A part that is not held is absent."""

_BETWEEN_PARTS = re.compile(r"\s*(?:,|;|&|\band\b)\s*")
_SPELT = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})
QUOTATION_MARKS = re.compile(r"[\"'`´‘’‚‛“”„‟«»‹›]")
_DASHES = re.compile(r"[\u2010-\u2015\u2212-]")


def check_quote(quote: str | None, locator: str | None, held: HeldTexts) -> QuoteCheck:
    """Return what comes of comparing a quote with the text that is held of the work it is from.

    `locator` names the parts of the work that were read (`title and abstract`). A quote that stands in no held text
    is `not-found` where every part that the locator names is held, and `no-text` where it may stand in another.
    """
    if not quote:
        return "no-text"
    texts = [text for part in held.values() for text in part]
    if any(quote in text for text in texts):
        return "exact"
    wanted = normalised(quote)
    if wanted and any(wanted in normalised(text) for text in texts):
        return "normalised"
    named = {part for part in _BETWEEN_PARTS.split((locator or "").strip().lower()) if part}
    return "not-found" if named and named <= set(held) else "no-text"


def normalised(text: str) -> str:
    """Return a text without its case, accents and quotation marks, with every dash a hyphen and one space for any."""
    return " ".join(plain(text).split())


def plain(text: str) -> str:
    """Return a text as `normalised` makes it but for its spaces: what each character becomes follows from it alone."""
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_SPELT)
    folded = "".join(character for character in folded if not unicodedata.combining(character))
    return _DASHES.sub("-", QUOTATION_MARKS.sub("", folded.replace("\u00ad", "")))
