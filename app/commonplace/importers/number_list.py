"""Read lists of ISBNs or ISSNs in one field, as every format writes them."""

from __future__ import annotations

import re
from collections.abc import Callable

_SEPARATOR = re.compile(r"[,;]\s*|\s+(?=(?:e-?|p-?)?is[bs]n|\d[\dX -]{7})", re.IGNORECASE)
_LABEL = re.compile(r"\b(?:e-?|p-?|print |online )?is[bs]n(?:-?1[03])?(?:-l)?\b[\s:]*", re.IGNORECASE)
_PARENTHESIS = re.compile(r" ?\([^()]*\)")


def read_number_list(text: str, normal: Callable[[str], str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """Return the numbers in a text in the form `normal` gives, and pairs of text and reason for what it refuses."""
    good: dict[str, None] = {}
    bad: list[tuple[str, str]] = []
    bare = _PARENTHESIS.sub("", " ".join(text.split()))
    for part in _parts(_LABEL.sub(" ", bare).strip() if any(map(str.isdigit, bare)) else bare, normal):
        try:
            number = normal(part)
        except ValueError as fault:
            bad.append((part.strip(), str(fault)))
        else:
            good[number] = None
    return tuple(good), bad


def _parts(text: str, normal: Callable[[str], str]) -> list[str]:
    """Return the text as it is, where it is one number with spaces in it, or cut where one number may end."""
    try:
        normal(text)
    except ValueError:
        return [part for part in _SEPARATOR.split(text) if part.strip()]
    return [text]
