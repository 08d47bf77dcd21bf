"""What reading a file may use of processor and memory, in a process of its own or in that of a command."""

from __future__ import annotations

import math
import os
import resource
import signal
import threading
import time
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from commonplace.importers.text_encoding import UnreadableFile
from commonplace.processes.limits import limit

CPU_SECONDS, CPU_SECONDS_PER_MB = 15, 5
"""What a reader may compute: no honest file comes near it."""

MEMORY_BYTES, MEMORY_PER_BYTE = 1_500_000_000, 60
"""What a reader may hold, in bytes of address space and for each byte of the file."""

TOO_LONG = "reading it took too long and was stopped; the file is not what it should be, or should be cut in parts"
TOO_MUCH = "reading it took too much memory and was stopped; the file is not what it should be, or should be cut"
BROKEN = (
    "a process that read it was ended: it took too long or too much memory, or something else ended it; "
    "the file is not what it should be, or should be cut in parts"
)

_OWN_SIZE = Path("/proc/self/statm")


def bounded(size: int) -> None:
    """Bound what this process may use, from its beginning to its end, to read a file of that many bytes."""
    limit(resource.RLIMIT_CPU, _seconds(size))
    limit(resource.RLIMIT_AS, MEMORY_BYTES + MEMORY_PER_BYTE * size)


def _seconds(size: int) -> int:
    return CPU_SECONDS + CPU_SECONDS_PER_MB * size // 1_000_000


class _OutOfTime(BaseException):
    """Not an `Exception`: no reader takes it for a fault of a field."""


class ReadingBounds:
    """The same for the stretches of reading in a process that does other things too: enter it for each.

    The time of all stretches counts together, the memory that each adds by itself. What goes beyond raises
    `UnreadableFile` from the stretch. Signals come to the main thread only: in any other, nothing is bounded.
    """

    def __init__(self, size: int) -> None:
        """`size` is that of the file, in bytes."""
        self._left: float = _seconds(size)
        self._memory = MEMORY_BYTES + MEMORY_PER_BYTE * size
        self._begun: float | None = None
        self._before: list[tuple[int, tuple[int, int]]] = []
        self._handler: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        self._begun = time.process_time()
        self._before = [(what, resource.getrlimit(what)) for what in (resource.RLIMIT_CPU, resource.RLIMIT_AS)]
        self._handler = signal.signal(signal.SIGXCPU, _stop)
        limit(resource.RLIMIT_CPU, math.ceil(self._begun + self._left))
        if _OWN_SIZE.exists():
            held = int(_OWN_SIZE.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
            limit(resource.RLIMIT_AS, held + self._memory)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun is not None:
            for what, limits in self._before:
                resource.setrlimit(what, limits)
            signal.signal(signal.SIGXCPU, self._handler)
            self._left = max(0.0, self._left - (time.process_time() - self._begun))
            self._begun = None
        if isinstance(raised, _OutOfTime):
            raise UnreadableFile(TOO_LONG) from None
        if isinstance(raised, MemoryError):
            raise UnreadableFile(TOO_MUCH) from None


def _stop(number: int, frame: FrameType | None) -> None:
    raise _OutOfTime
