"""Let one process of a home bring the graph in an engine up to date, and tell homes apart there."""

from __future__ import annotations

import fcntl
import os
import uuid
from pathlib import Path

_HELD: set[int] = set()
"""Descriptors of the files whose locks this process holds."""


def _leave() -> None:
    """Let go of what a forked process has inherited: the right would else outlive the process that has it."""
    while _HELD:
        os.close(_HELD.pop())


os.register_at_fork(after_in_child=_leave)


class Keeper:
    """The right to write to an engine for a home: one process holds it, until that ends."""

    def __init__(self, path: Path) -> None:
        """Keep the home's id in a file, whose lock is the right."""
        self._path = path
        self._descriptor: int | None = None
        self.id = ""
        """The id by which the engine's mark tells whose it is; empty while another process has the right."""

    def begins(self) -> bool:
        """Take the right, and return whether that could be done. Raises OSError."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        _HELD.add(descriptor)
        self.id = os.pread(descriptor, 100, 0).decode().strip() or str(uuid.uuid4())
        os.pwrite(descriptor, f"{self.id}\n".encode(), 0)
        return True

    def end(self) -> None:
        """Give the right back."""
        if self._descriptor in _HELD:
            _HELD.discard(self._descriptor)
            os.close(self._descriptor)
        self._descriptor = None

    def __del__(self) -> None:
        self.end()
