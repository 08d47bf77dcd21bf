"""Read a range of years as people write it."""

from __future__ import annotations

import re

_DASHED = re.compile(r"\s*(\d{4})\s*[-\N{EN DASH}\N{EM DASH}]\s*(\d{4})\s*")


def with_dots(given: str) -> str:
    """Return a range of years with two dots, `2010..2020`, where it was written with a dash; all else as it is."""
    found = _DASHED.fullmatch(given)
    return f"{found[1]}..{found[2]}" if found else given
