"""Lists of ISBNs or ISSNs in one field, as every format writes them."""

from __future__ import annotations

import re
from collections.abc import Callable

_SEPARATOR = re.compile(r"[,;]\s*|\s+(?=(?:e-?|p-?)?is[bs]n|\d[\dX -]{7})", re.IGNORECASE)
_PARENTHESIS = re.compile(r" ?\([^()]*\)")


def read_number_list(text: str, normal: Callable[[str], str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The numbers in `text` in the form `normal` gives, and pairs of text and reason for what it refuses."""
    good: dict[str, None] = {}
    bad: list[tuple[str, str]] = []
    for part in _SEPARATOR.split(_PARENTHESIS.sub("", " ".join(text.split()))):
        if not part.strip():
            continue
        try:
            number = normal(part)
        except ValueError as fault:
            bad.append((part.strip(), str(fault)))
        else:
            good[number] = None
    return tuple(good), bad
