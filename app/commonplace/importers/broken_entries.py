"""Let an entry fail whose reading breaks down by a fault of the program, so that the others of its file are read."""

from __future__ import annotations

from collections.abc import Callable

from commonplace.errors import Message
from commonplace.model.record import ReadEntry


def read_or_broken(position: int, line: int, raw: str, key: str | None, read: Callable[[], ReadEntry]) -> ReadEntry:
    """Return the entry that `read` reads; a failed one that says so where `read` raises what nobody foresaw.

    What ends a reading as a whole, want of memory or time, is raised.
    """
    try:
        return read()
    except MemoryError:
        raise
    except Exception as fault:
        why = Message(
            "reading it broke down (%(name)s: %(fault)s): please report it, with the entry",
            name=type(fault).__name__,
            fault=fault,
        )
        return ReadEntry(position=position, line=line, raw=raw, key=key, record=None, error=why)
