"""Let one thread at a time change something, and let readers hold the writers off without waiting for each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, RLock, get_ident


class Turns:
    """The turns of the threads that change one thing, and of those that hold them off while they read it."""

    def __init__(self) -> None:
        self._applying = RLock()
        """Held by whoever changes the thing."""
        self._depth = 0
        """Number of changes under way, one within the other, of the thread that holds `_applying`."""
        self._turn = Condition()
        self._holders: Counter[int] = Counter()
        """Threads that read and hold writers off, with how often each does."""

    def wait(self) -> None:
        """Wait until the change under way, if any, is whole."""
        with self._applying:
            pass

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Keep writers from beginning a change while a block reads.

        Other readers are never waited for: they may hold what the block is going to wait for, such as the search index
        while it is brought up to date.
        """
        thread = get_ident()
        with self._turn:
            self._holders[thread] += 1
        try:
            self.wait()
            yield
        finally:
            with self._turn:
                self._holders[thread] -= 1
                if not self._holders[thread]:
                    del self._holders[thread]
                self._turn.notify_all()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change the thing in a block, when no other thread does, and none holds writers off.

        A thread that holds them off itself may write at once: what it reads then is its own business.
        """
        self._applying.acquire()
        while not self._depth and self._is_held_off():
            self._applying.release()
            with self._turn:
                self._turn.wait_for(lambda: not self._is_held_off())
            self._applying.acquire()
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            self._applying.release()

    def _is_held_off(self) -> bool:
        return bool(self._holders) and get_ident() not in self._holders
