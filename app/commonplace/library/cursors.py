"""Cursors: where the next page of a list begins, as opaque text for clients."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence

from commonplace.errors import BadRequest


def write_cursor(value: str, thing: str) -> str:
    """An opaque cursor for what follows that thing, which is sorted by that value."""
    return base64.urlsafe_b64encode(json.dumps([value, thing]).encode()).rstrip(b"=").decode()


def read_cursor(cursor: str) -> tuple[str, str]:
    """The sort value and thing in a cursor. Raises `BadRequest` when it is not one of ours."""
    try:
        value, thing = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(value, str) and isinstance(thing, str):
            (value + thing).encode()  # a lone surrogate is no text that an RDF term could hold
            return value, thing
    except (ValueError, TypeError, binascii.Error):
        pass
    raise _not_ours()


def write_position(position: int) -> str:
    """An opaque cursor for what follows that position, for lists that are counted and not sorted."""
    return write_cursor(str(position), "")


def read_position(cursor: str) -> int:
    """The position in such a cursor. Raises `BadRequest` when it is not one of ours."""
    position = read_cursor(cursor)[0]
    if not re.fullmatch(r"[0-9]{1,18}", position):
        raise _not_ours()
    return int(position)


def after(cursor: str | None, names: Sequence[str]) -> int:
    """Return where the next page of a short list begins, whose things have those names, in order.

    The cursor (`write_cursor(name, position)`) names the last thing seen, and its position, which counts where that
    thing is there no more. Raises `BadRequest` when it is not one of ours.
    """
    if cursor is None:
        return 0
    name, position = read_cursor(cursor)
    if not re.fullmatch(r"[0-9]{1,18}", position):
        raise _not_ours()
    return names.index(name) + 1 if name in names else int(position)


def _not_ours() -> BadRequest:
    return BadRequest("this cursor is not one we gave: start again without it", [("cursor", "cannot be read")])
