"""Say that a step of what is prepared is better taken by another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Apart(NamedTuple):
    """A step that reads much of the graph for little: `make` returns that as bytes, `take` keeps it.

    To read a graph in memory is to write to it, for the engine counts who holds each statement: so what a process reads
    it no longer shares with that from which it was forked. Another process makes it, and is gone with its copy.
    """

    make: Callable[[], bytes]
    take: Callable[[bytes], None]

    def here(self) -> None:
        """Take the step in this process, which shares no graph."""
        self.take(self.make())


Step = bool | Apart | None
"""What is yielded after a step, as `Views.prepare` says, or for one that another process is to take."""
