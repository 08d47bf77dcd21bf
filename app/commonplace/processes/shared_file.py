"""Share a file without a name among the processes of one reading: all write to it, and none has to remove it."""

from __future__ import annotations

import fcntl
import os
import tempfile
import weakref
from collections.abc import Sequence
from multiprocessing.reduction import DupFd
from typing import Any, Self


class NotWritten(OSError):
    """A file had no room for what was to be written, above all because the disk is full; `filename` is the folder."""


class SharedFile:
    """A file that any process started with it may write to, at places that nobody writes to twice.

    It goes to a process with what that is started with: to one of `multiprocessing` as it is, to another as
    `inherited` by its descriptor. The system removes it with the last process that has it, however that ends.
    """

    def __init__(self) -> None:
        """Make the file in the folder of temporary files. Raises `NotWritten`."""
        try:
            with tempfile.TemporaryFile() as file:
                self._own(os.dup(file.fileno()), tempfile.gettempdir())
        except OSError as fault:
            raise NotWritten(fault.errno, fault.strerror, tempfile.tempdir or "TMPDIR") from fault

    @classmethod
    def inherited(cls, descriptor: int, folder: str) -> Self:
        """Return the file that this process was started with under that descriptor."""
        made = cls.__new__(cls)
        made._own(descriptor, folder)
        return made

    def _own(self, descriptor: int, folder: str) -> None:
        self.descriptor = descriptor
        """The number by which this process knows the file."""
        self.folder = folder
        """The folder of the file: in another process, not always the one where that process would make a file."""
        weakref.finalize(self, os.close, descriptor)

    def __reduce__(self) -> tuple[Any, ...]:
        return _detached, (DupFd(self.descriptor), self.folder)

    def write(self, pieces: Sequence[bytes]) -> int:
        """Add those bytes, one after the other, and return where they begin. For one thread of each process.

        Raises `NotWritten`.
        """
        try:
            start = place = self._reserved(sum(map(len, pieces)))
            for piece in pieces:
                self._fill(place, piece)
                place += len(piece)
        except OSError as fault:
            raise NotWritten(fault.errno, fault.strerror, self.folder) from fault
        return start

    def _fill(self, place: int, data: bytes) -> None:
        left = memoryview(data)
        while left:
            written = os.pwrite(self.descriptor, left, place)
            place, left = place + written, left[written:]

    def read(self, start: int, size: int) -> bytes:
        """Return bytes that were written, from an offset on. May be called from any thread."""
        return os.pread(self.descriptor, size, start)

    def _reserved(self, size: int) -> int:
        """Return the offset of that many bytes that nobody else writes to. The lock goes with the process."""
        fcntl.lockf(self.descriptor, fcntl.LOCK_EX)
        try:
            start = os.fstat(self.descriptor).st_size
            os.ftruncate(self.descriptor, start + size)
        finally:
            fcntl.lockf(self.descriptor, fcntl.LOCK_UN)
        return start


def _detached(handed: Any, folder: str) -> SharedFile:
    return SharedFile.inherited(handed.detach(), folder)
