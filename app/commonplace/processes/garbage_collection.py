"""Have Python look for garbage less often: for objects that hold one another in a circle and are used by nobody.

This is the one place that changes how the collector works; `docs/performance.md` says what it gains.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

RARER = 100
"""How many times rarer collections are while much is made that stays: one for every 70,000 objects, not for every 700.

That bounds what others leave behind meanwhile to some megabytes. Objects that outlived one collection are mostly there
to stay, so that they are looked at again as many times more rarely."""

_lock = Lock()
_blocks = 0
"""How many blocks run now, in all threads."""
_found = gc.get_threshold()
"""The thresholds that the first of those blocks found."""


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Make collections rarer while a block makes many objects that stay, and restore what was found.

    Blocks may overlap in several threads; the last to end restores.
    """
    global _blocks, _found
    with _lock:
        _blocks += 1
        if _blocks == 1:
            _found = gc.get_threshold()
            young, middle, old = _found
            gc.set_threshold(young * RARER, middle * RARER, old)
    try:
        yield
    finally:
        with _lock:
            _blocks -= 1
            if not _blocks:
                gc.set_threshold(*_found)


def collect_rarely() -> None:
    """Make collections rarer for as long as this process lives: for one that only makes what it hands on, and for a
    server, where each answer that is kept is looked at several times."""
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young * RARER, middle * RARER, old)


def collect_no_more() -> None:
    """Look for no garbage for as long as this process lives: for one that makes none in a circle, and soon ends."""
    gc.disable()


def keep_for_good() -> None:
    """Take the objects there are now for ones that stay: later collections leave them out, and are quick.

    Without that a process with many objects looks for garbage among all of them so seldom, a quarter of their number
    must be new, that what a hundred writes leave behind lies about meanwhile.
    """
    gc.collect()
    gc.freeze()


def collect_all() -> None:
    """Look for garbage among all objects that are not kept for good, unless a block makes many that stay.

    They would all be looked at; when the block has ended, most of them are gone.
    """
    if not _blocks:
        gc.collect()


def share_with_forks() -> None:
    """Leave the objects there are now out of every later collection, which would write to each of them.

    A process that is forked from this one shares their memory until one of the two writes there.
    """
    gc.freeze()
