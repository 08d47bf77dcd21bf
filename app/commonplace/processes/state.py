"""Tell whether a process has been stopped from outside (proc(5): Linux)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_STOPPED = ("T", "t")
"""States of a process that a signal, or a debugger, has stopped: it goes on when another tells it to, or never."""


def is_stopped(process: int) -> bool:
    """Return whether a process has been stopped; False where there is none, or where the system does not tell."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] in _STOPPED
    return False
