"""Replace workers that were asked and are idle now: what they have read of a shared graph they share no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from commonplace.derived.workers.link import WorkerLink

IDLE_SECONDS = 60.0
"""Time between two looks at idle workers: one that was asked before the last look, and not since, is replaced."""

NEXT_IDLE_SECONDS = 1.0
"""Time until the next such worker is replaced: one at a time, and only when all others have begun, lest whoever asks
meanwhile wait for a zygote that has something else to do."""


class IdleWorkers:
    """The workers of a pool that nobody asks at the moment. To be used in one event loop."""

    def __init__(self, free: Sequence[WorkerLink], alive: Callable[[], Sequence[WorkerLink]]) -> None:
        """Look after the `free` ones; `alive` returns all that there are."""
        self._free = free
        self._alive = alive
        self._asked: dict[int, int] = {}
        """How many questions each worker had been asked at the last look."""
        self._looks: asyncio.TimerHandle | None = None

    def look_later(self, seconds: float | None = None) -> None:
        """Look at them after a while, unless that is planned already."""
        if self._looks is None:
            after = IDLE_SECONDS if seconds is None else seconds
            self._looks = asyncio.get_running_loop().call_later(after, self._replace)

    def close(self) -> None:
        """Look at them no more."""
        if self._looks is not None:
            self._looks.cancel()

    def _replace(self) -> None:
        """End one of the workers that were asked once, and not since the last look; another is forked in its place."""
        self._looks = None
        idle = [link for link in self._free if link.questions and self._asked.get(link.number) == link.questions]
        if idle and all(link.process is not None for link in self._alive()):
            idle.pop(0).end()
        if idle:  # what they were asked by then is not noted anew before their turn has come
            self.look_later(NEXT_IDLE_SECONDS)
            return
        self._asked = {link.number: link.questions for link in self._alive() if link.questions}
        if self._asked:
            self.look_later()
