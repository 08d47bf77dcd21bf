"""Read a whole number that somebody wrote."""

from __future__ import annotations

DIGITS = 15
"""Maximum number of digits: no count, year or version has more, and Python refuses to read some thousands."""


def whole_number(text: str) -> int | None:
    """Return the number that a text of ASCII digits, and of few, stands for; None for any other text."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
