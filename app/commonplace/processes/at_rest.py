"""Tell whether all other threads of this process are at rest, so that a process forked from it finds nothing half done.

A fork takes along one thread and all locks, those that other threads hold included, which nobody opens there any more.
A thread at rest holds none that its fork could need: it waits in a pool for something to do, in an event loop for
something to happen, or in a block of `resting`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from threading import get_ident
from types import FrameType

_WAITING = {"queue.py", "threading.py"}
"""Files of the standard library whose functions are left out where a thread waits in them."""

_IDLE = {("thread.py", "_worker"), ("_asyncio.py", "run"), ("selectors.py", "select")}
"""File and function in which a thread waits that has nothing to do: of `concurrent.futures`, of anyio, and of an event
loop."""

_resting: set[int] = set()


@contextmanager
def resting() -> Iterator[None]:
    """Wait for another thread in a block, which holds no lock that a process forked meanwhile could need."""
    thread = get_ident()
    _resting.add(thread)
    try:
        yield
    finally:
        _resting.discard(thread)


def others_rest() -> bool:
    """Return whether all other threads of Python rest. They do so until the caller lets go of the interpreter's lock:
    a fork does not."""
    own = get_ident()
    return all(
        thread == own or thread in _resting or _is_idle(frame) for thread, frame in sys._current_frames().items()
    )


def _is_idle(frame: FrameType) -> bool:
    at: FrameType | None = frame
    while at is not None and _file(at) in _WAITING:
        at = at.f_back
    return at is not None and (_file(at), at.f_code.co_name) in _IDLE


def _file(frame: FrameType) -> str:
    return PurePath(frame.f_code.co_filename).name


def let_go_of_all_but(kept: Collection[int]) -> None:
    """Close all files and sockets of this process but its standard ones and those descriptors, after it was forked.

    A connection would else stay open when its server has closed it. Their numbers are not used again: objects that
    were forked, too, may still close what they take for theirs.
    """
    quiet = os.open(os.devnull, os.O_RDWR)
    for path in list(Path("/proc/self/fd").iterdir()):
        number = int(path.name)
        if number > 2 and number != quiet and number not in kept:
            with suppress(OSError):
                os.dup2(quiet, number, inheritable=False)
