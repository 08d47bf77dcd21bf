"""Write the sentences of errors as sentences: with a capital at the beginning and a full stop at the end."""

from __future__ import annotations

import re

_IS_OVER = re.compile(r"(?:[.?!…]\s?[”’»\"]*|:)\Z")
"""An end after which no full stop stands: one that is there, inside a quotation too."""

_ENDS_IN_ADDRESS = re.compile(r"(?:\A|[\s(])(?:https?://|/)[^\s]*[^\s.,;]\Z")
"""An address or a path at the end: a full stop right after it would be taken for a part of it."""


def opening(text: str) -> str:
    """Return a sentence with a capital at its beginning, unless it begins with a value, a name with capitals inside or
    the name of a member."""
    first, _, rest = text.partition(" ")
    is_word = (
        first.replace("’", "").replace("'", "").rstrip(",").isalpha()
        and first == first.lower()
        and not rest.startswith(":")
    )
    return text[:1].upper() + text[1:] if is_word and first[:1] != "'" else text


def sentence(text: str) -> str:
    """Return an error as a sentence of its own."""
    return opening(text) + ("" if not text or _IS_OVER.search(text) or _ENDS_IN_ADDRESS.search(text) else ".")
