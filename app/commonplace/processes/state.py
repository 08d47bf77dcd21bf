"""Tell whether a process is there, and whether it has been stopped from outside."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_STOPPED = ("T", "t")
"""States of a process that a signal, or a debugger, has stopped: it goes on when another tells it to, or never."""


def is_there(process: str) -> bool:
    """Return whether there is a process of that number; False for a text that is no number of one.

    It is asked by the signal that does nothing, which every system has: not all have `/proc`.
    """
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:  # there is one, of somebody else
        return True
    return True


def is_stopped(process: int) -> bool:
    """Return whether a process has been stopped; False where there is none, or where the system does not tell.

    Linux tells (proc(5)).
    """
    with suppress(OSError, IndexError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in _STOPPED
    return False
