"""Write and read cursors: opaque text that says where the next page of a list begins."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from commonplace.errors import BadRequest
from commonplace.model.json_text import read_json

T = TypeVar("T")


def write_cursor(value: str, thing: str) -> str:
    """Return the cursor of the page after a thing, which is sorted by that value."""
    return base64.urlsafe_b64encode(json.dumps([value, thing]).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str) -> tuple[str, str]:
    """Return the sort value and the thing in a cursor. Raises `BadRequest` for text that is no cursor."""
    try:
        value, thing = read_json(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
        if isinstance(value, str) and isinstance(thing, str):
            (value + thing).encode()  # a lone surrogate is no text that an RDF term could hold
            return value, thing
    except (ValueError, TypeError, binascii.Error):
        pass
    raise _not_ours()


def write_position(position: int) -> str:
    """Return the cursor of the page from a position on, in a list that is counted and not sorted."""
    return write_cursor(str(position), "")


def read_position(cursor: str) -> int:
    """Return the position in such a cursor. Raises `BadRequest` for text that is no cursor."""
    position = read_cursor(cursor)[0]
    if not re.fullmatch(r"[0-9]{1,18}", position):
        raise _not_ours()
    return int(position)


def after(cursor: str | None, items: Sequence[T], name_of: Callable[[T], str]) -> int:
    """Return where the next page of a list begins that is held whole, whose things have names.

    The cursor (`write_cursor(name, position)`) names the last thing seen, and its position, which counts where that
    thing is there no more. Raises `BadRequest` when it is not one of ours.
    """
    if cursor is None:
        return 0
    name, position = read_cursor(cursor)
    if not re.fullmatch(r"[0-9]{1,18}", position):
        raise _not_ours()
    seen = int(position)
    if 0 < seen <= len(items) and name_of(items[seen - 1]) == name:
        return seen
    names = [name_of(item) for item in items]
    return names.index(name) + 1 if name in names else seen


def _not_ours() -> BadRequest:
    why = "this cursor was not made by this library: start again without it"
    return BadRequest(why, [("cursor", "cannot be read")])
