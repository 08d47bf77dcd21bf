"""Clean JSON whose texts hold, by their escapes, what no text can be: control characters, half a character."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from commonplace.importers.text_encoding import CONTROL

_HALF = re.compile("[\ud800-\udfff]")


class HalfACharacter(ValueError):
    """A text has half of a surrogate pair, which no encoding can write."""


def without_control(value: Any) -> tuple[Any, int]:
    """Return a JSON value without control characters in its texts, and how many there were.

    Raises `HalfACharacter`.
    """
    if isinstance(value, str):
        if found := _HALF.search(value):
            raise HalfACharacter(f"half of a surrogate pair ({ascii(found[0])[1:-1]}) in a text: {value[:60]!a}")
        return CONTROL.subn("", value)
    if isinstance(value, Mapping):
        pairs = [(without_control(name), without_control(inner)) for name, inner in value.items()]
        return {name: inner for (name, _), (inner, _) in pairs}, sum(one + other for (_, one), (_, other) in pairs)
    if isinstance(value, list):
        listed = [without_control(inner) for inner in value]
        return [inner for inner, _ in listed], sum(count for _, count in listed)
    return value, 0
