"""Bound the processor time and memory that reading a file takes, and tell why a process that read it ended."""

from __future__ import annotations

import math
import os
import resource
import signal
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from commonplace.errors import Message
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.processes.limits import limit

CPU_SECONDS, CPU_SECONDS_PER_MB = 15, 5
"""Maximum processor time of a reader, in seconds and for each megabyte of the file: no honest file comes near it."""

MEMORY_BYTES, MEMORY_PER_BYTE = 1_500_000_000, 60
"""Maximum address space of a reader, in bytes and for each byte of the file."""

ATTEMPTS = 2
"""Maximum number of times a file is read when the process that reads it is killed from outside."""

OUT_OF_MEMORY = 77
"""Exit status of a reader that went beyond `MEMORY_BYTES`."""

TOO_LONG = "reading it took too long and was stopped; the file is not what it should be, or should be cut in parts"
TOO_MUCH = "reading it took too much memory and was stopped; the file is not what it should be, or should be cut"

_OWN_SIZE = Path("/proc/self/statm")
_FROM_OUTSIDE = frozenset((signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT))


class ReaderKilled(Exception):
    """A process that read a file was killed from outside, each time it was started: the file is not to blame."""

    def __init__(self, signal_name: str) -> None:
        super().__init__(signal_name)
        self.signal_name = signal_name


def refuse_ending(exit_statuses: Iterable[int]) -> NoReturn:
    """Raise the error that follows from the exit statuses of the processes of a reading (as `subprocess` has them).

    Raises `UnreadableFile` when a process went beyond its bounds or crashed, and `ReaderKilled` when one was killed
    from outside: by the kernel where memory is short, or by a person.
    """
    ended = [status for status in exit_statuses if status]
    if -signal.SIGXCPU in ended:
        raise UnreadableFile(TOO_LONG)
    if OUT_OF_MEMORY in ended:
        raise UnreadableFile(TOO_MUCH)
    crashed = [status for status in ended if -status not in _FROM_OUTSIDE]
    if crashed or not ended:
        raise UnreadableFile(broken_down(_ending(crashed[0] if crashed else 0)))
    raise ReaderKilled(_ending(-signal.SIGKILL if -signal.SIGKILL in ended else ended[0]))


def broken_down(ending: str) -> str:
    """Return why a file cannot be read whose reader ended that way."""
    return Message("its reader broke down (%(ending)s): please report it, with the file", ending=ending)


def _ending(status: int) -> str:
    """Name the signal that ended a process, or its exit status."""
    if status >= 0:
        return Message("exit %(status)s", status=status)
    try:
        return signal.Signals(-status).name
    except ValueError:
        return Message("signal %(status)s", status=-status)


def bounded(size: int) -> None:
    """Bound what this process may use, from its beginning to its end, to read a file of `size` bytes.

    Out of time, it ends by SIGXCPU and leaves no core file.
    """
    limit(resource.RLIMIT_CPU, _seconds(size))
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_AS, MEMORY_BYTES + MEMORY_PER_BYTE * size)


def _seconds(size: int) -> int:
    return CPU_SECONDS + CPU_SECONDS_PER_MB * size // 1_000_000


class _TimeUsedUp(BaseException):
    """The processor time is used up. No `Exception`, or a reader would take it for a fault of a field."""


class ReadingBounds:
    """Bounds for reading in a process that does other things too: enter them for each stretch of reading.

    The time of all stretches is added up, and the memory is what one stretch adds. A stretch that goes beyond raises
    `UnreadableFile`. Signals come to the main thread only: in any other, nothing is bounded.
    """

    def __init__(self, size: int) -> None:
        """Take the size of the file in bytes."""
        self._left: float = _seconds(size)
        self._memory = MEMORY_BYTES + MEMORY_PER_BYTE * size
        self._begun: float | None = None
        self._before: list[tuple[int, tuple[int, int]]] = []
        self._handler: Any = None
        self._is_over = False

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        self._begun = time.process_time()
        self._before = [(what, resource.getrlimit(what)) for what in (resource.RLIMIT_CPU, resource.RLIMIT_AS)]
        self._handler = signal.signal(signal.SIGXCPU, self._stop)
        limit(resource.RLIMIT_CPU, math.ceil(self._begun + self._left))
        if _OWN_SIZE.exists():
            held = int(_OWN_SIZE.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            limit(resource.RLIMIT_AS, held + self._memory)
        if self._is_over:
            self._restore()
            raise UnreadableFile(TOO_LONG)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun is not None:
            self._restore()
        if isinstance(raised, _TimeUsedUp) or (self._is_over and raised is None):
            raise UnreadableFile(TOO_LONG) from None
        if isinstance(raised, MemoryError):
            raise UnreadableFile(TOO_MUCH) from None

    def _restore(self) -> None:
        """Put the limits and the handler back that were there before, and count the time."""
        for what, limits in self._before:
            resource.setrlimit(what, limits)
        signal.signal(signal.SIGXCPU, self._handler)
        if self._begun is not None:
            self._left = max(0.0, self._left - (time.process_time() - self._begun))
        self._begun = None

    def _stop(self, number: int, frame: FrameType | None) -> None:
        """Raise `_TimeUsedUp` where the stretch is; while it begins or ends it only notes that the time is over."""
        while frame is not None:
            if frame.f_globals is globals():
                self._is_over = True
                return
            frame = frame.f_back
        raise _TimeUsedUp
