"""Read JSON that comes from outside, or that was stored, up to a depth that every reader of it can follow."""

from __future__ import annotations

import json
import re
from typing import Any

JSON_DEPTH = 100
"""Maximum depth of nested arrays and objects. Python's own limit depends on the caller: a text that one part of the
program accepts, another could not read."""

_MARK = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)


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
    if is_nested_too_deeply(text):
        raise ValueError(f"it is nested more than {JSON_DEPTH} deep")
    return json.loads(text)
