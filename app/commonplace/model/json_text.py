"""Read JSON that comes from outside, or that was stored, up to a depth that every reader of it can follow."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from commonplace.errors import Message

JSON_DEPTH = 100
"""Maximum depth of nested arrays and objects. Python's own limit depends on the caller: a text that one part of the
program accepts, another could not read."""

_MARK = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
"""Half of a surrogate pair, escaped: two of them together are a character, one alone is none."""


def is_nested_too_deeply(text: str) -> bool:
    """Return whether arrays and objects are nested more than `JSON_DEPTH` deep."""
    if text.count("[") + text.count("{") <= JSON_DEPTH:
        return False
    depth = 0
    for found in _MARK.finditer(text):
        depth += (found[0] in "[{") - (found[0] in "]}")
        if depth > JSON_DEPTH:
            return True
    return False


def read_json(text: str) -> Any:
    """Return the value of a JSON text. Raises `ValueError` for text that is none, or is nested too deeply."""
    _refuse_depth(text)
    return json.loads(text)


def read_sent_json(text: str) -> Any:
    """Return the value of a JSON text that somebody sent.

    Raises `ValueError` as `read_json` does, and for what Python reads and nothing can be made of: half of a surrogate
    pair, which is no character, and a number that is not finite.
    """
    _refuse_depth(text)
    value = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as fault:
            half = ascii(fault.object[fault.start])[1:-1]
            raise ValueError(
                Message("it has half of a surrogate pair, which is no character: %(half)s", half=half)
            ) from fault
    return value


def _refuse_depth(text: str) -> None:
    if is_nested_too_deeply(text):
        raise ValueError(Message("it is nested more than %(depth)s deep", depth=JSON_DEPTH))


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(Message("the number %(number)s is too large", number=text))
    return number


def _refuse_number(text: str) -> NoReturn:
    raise ValueError(Message("JSON has no number %(number)s", number=text))
