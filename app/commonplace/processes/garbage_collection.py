"""How often Python looks for garbage: objects that hold one another in a circle, and are used by nobody."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

RARER = 10
"""Full collections are so many times rarer while much is made that stays."""

_lock = Lock()
_asked_by = 0


@contextmanager
def rarely_collected() -> Iterator[None]:
    """While many objects are made that all stay, as those of an import do: fewer full collections.

    Each of those goes through every object there is. Young objects are looked at as often as before, so that what
    others leave behind meanwhile mostly goes at once, and the rest is bounded as before, only higher. May be entered
    from several threads.
    """
    global _asked_by
    with _lock:
        _asked_by += 1
        if _asked_by == 1:
            _times(RARER)
    try:
        yield
    finally:
        with _lock:
            _asked_by -= 1
            if not _asked_by:
                _times(1 / RARER)


def _times(factor: float) -> None:
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, round(old * factor))
