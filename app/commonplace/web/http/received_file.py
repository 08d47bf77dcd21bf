"""Take the body of a request to a temporary file, counted as it comes; nothing of a refused one is kept."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from typing import BinaryIO

from fastapi import Request
from starlette.requests import ClientDisconnect

from commonplace.errors import BadRequest, CommonplaceError, Message, NoRoom, TooLarge


async def received(request: Request, limit: int, what: str, advice: str = "too large") -> BinaryIO:
    """Return the body of a request in a file without a name, which goes with its last user.

    Raises `TooLarge`, with `what` it should be and `advice`, as soon as it has more than `limit` bytes, `NoRoom`, and
    `BadRequest` when it ends too early.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit:
        raise _too_large(limit, what, advice)
    file = _temporary_file()
    try:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise _too_large(limit, what, advice)
            file.write(chunk)
        file.flush()
        return file
    except ClientDisconnect as fault:
        discard(file)
        raise BadRequest("the body ended before it was whole; nothing of it is kept") from fault
    except OSError as fault:
        discard(file)
        raise _no_room(fault) from fault
    except BaseException:
        discard(file)
        raise


def held(data: bytes) -> BinaryIO:
    """Return bytes that have come as a file without a name, which goes with its last user. Raises `NoRoom`."""
    file = _temporary_file()
    try:
        file.write(data)
        file.flush()
        file.seek(0)
        return file
    except OSError as fault:
        discard(file)
        raise _no_room(fault) from fault


def _temporary_file() -> BinaryIO:
    try:
        return tempfile.TemporaryFile()
    except OSError as fault:
        raise _no_room(fault) from fault


def discard(file: BinaryIO) -> None:
    """Close a file whose content is not wanted, though closing may find no room for what is left to write."""
    with suppress(OSError):
        file.close()


def _no_room(fault: OSError) -> NoRoom:
    where, why = tempfile.tempdir or "TMPDIR", str(fault.strerror)
    return NoRoom(
        Message("there is no room for the body, and nothing was written: %(where)s: %(why)s", where=where, why=why),
        [(where, why)],
    )


def _too_large(limit: int, what: str, advice: str) -> CommonplaceError:
    return TooLarge(
        Message("%(what)s takes at most %(limit)s bytes", what=Message(what), limit=limit), [("body", advice)]
    )
