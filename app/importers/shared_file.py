"""A file without a name that the processes of one reading write together, and that none of them has to remove."""

from __future__ import annotations

import fcntl
import os
import tempfile
import weakref
from collections.abc import Iterable
from multiprocessing.reduction import DupFd
from typing import Any, Self


class SharedFile:
    """Bytes written by any process that was started with the file, at places that nobody writes to twice.

    It goes to a process with what that is started with: to one of `multiprocessing` as it is, to another as
    `inherited` by its descriptor. The system removes it with the last process that has it, however that ends.
    """

    def __init__(self) -> None:
        with tempfile.TemporaryFile() as file:
            self._own(os.dup(file.fileno()))

    @classmethod
    def inherited(cls, descriptor: int) -> Self:
        """The file that this process was started with under that descriptor."""
        made = cls.__new__(cls)
        made._own(descriptor)
        return made

    def _own(self, descriptor: int) -> None:
        self.descriptor = descriptor
        """The number by which this process knows the file."""
        weakref.finalize(self, os.close, descriptor)

    def __reduce__(self) -> tuple[Any, ...]:
        return _detached, (DupFd(self.descriptor),)

    def write(self, pieces: Iterable[bytes]) -> int:
        """Add those bytes, one after the other; answers where they begin. Raises `OSError`, of a full disk above all.

        For one thread of each process.
        """
        data = memoryview(b"".join(pieces))
        start = place = self._reserved(len(data))
        while data:
            written = os.pwrite(self.descriptor, data, place)
            place += written
            data = data[written:]
        return start

    def read(self, start: int, size: int) -> bytes:
        """Bytes that were written, from an offset on. May be called from any thread."""
        return os.pread(self.descriptor, size, start)

    def _reserved(self, size: int) -> int:
        """Where so many bytes can be written that nobody else writes to. The lock is the process's: it goes with it."""
        fcntl.lockf(self.descriptor, fcntl.LOCK_EX)
        try:
            start = os.fstat(self.descriptor).st_size
            os.ftruncate(self.descriptor, start + size)
        finally:
            fcntl.lockf(self.descriptor, fcntl.LOCK_UN)
        return start


def _detached(handed: Any) -> SharedFile:
    return SharedFile.inherited(handed.detach())
