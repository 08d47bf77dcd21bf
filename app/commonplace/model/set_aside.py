"""Hold values of a work's fields that some source gives and a curator has decided against, each as one text.

The text is the name of the field, a colon and the value: `volume: 13`.
"""

from __future__ import annotations

from collections.abc import Iterable

TERM = "setAside"
"""Property of our own ontology that has such a text."""

_SIGN = ": "


def set_aside_text(field: str, value: str) -> str:
    """Return the text of a value that is set aside."""
    return f"{field}{_SIGN}{value}"


def by_field(texts: Iterable[str]) -> dict[str, list[str]]:
    """Return values that are set aside by the fields they are of, both in order; texts of another form are left out."""
    found: dict[str, list[str]] = {}
    for text in sorted(texts):
        field, sign, value = text.partition(_SIGN)
        if sign and field and value:
            found.setdefault(field, []).append(value)
    return found
