"""Name the piece of work that changes belong to, so that they can be found, and taken back, together.

Whoever writes may say so once for all that follows: a client with each request, a command with an option. The name goes
with the thread or task that writes, and with the threads it starts for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from commonplace.errors import BadRequest, Message

PIECE_CHARACTERS = 200
"""Maximum number of characters in the name of a piece of work: it is part of an address."""

PIECE: ContextVar[str | None] = ContextVar("piece", default=None)
"""The name of the piece of work that what is written now belongs to; None where it belongs to none."""


@contextmanager
def belonging_to(piece: str | None) -> Iterator[None]:
    """Let what a block writes belong to a piece of work. Raises `BadRequest` for a name that cannot be one."""
    if piece is not None and (not piece.strip() or len(piece) > PIECE_CHARACTERS or not piece.isprintable()):
        why = Message("use 1 to %(piece_characters)s characters on one line", piece_characters=PIECE_CHARACTERS)
        raise BadRequest(Message("%(piece)r is no name of a piece of work", piece=piece), [("Commonplace-Piece", why)])
    token = PIECE.set(piece)
    try:
        yield
    finally:
        PIECE.reset(token)
