"""End what is under way when the server is told to stop, and say so to each client.

A read is ended at once: nothing is lost, and it can be asked again. A write goes on for as long as the server waits
(`server.ENDING_SECONDS`), because it may be committing; a client whose write takes longer is told where to look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.types import Message, Receive, Scope, Send

from commonplace.errors import Stopped
from commonplace.web.http import problems

READ = "commonplace.read"
"""Key in the scope of a request by POST that only reads: set by the route that finds it out."""

_READING = frozenset(("GET", "HEAD", "OPTIONS"))
_READ_ENDED = "the server stops: ask again when it is back"
_WRITE_ENDED = (
    "the server stopped before it could say whether this was done: read /changes when it is back, before you repeat it"
)


@dataclass(slots=True)
class _Request:
    """A request under way."""

    scope: Scope
    begun: bool = False
    """Whether the head of its answer has been sent."""

    @property
    def reads(self) -> bool:
        return self.scope["method"] in _READING or READ in self.scope


class Stopping:
    """The requests under way in one application. To be used in one event loop."""

    def __init__(self, event: asyncio.Event) -> None:
        """Set `event` when `begin` is called, for answers that have no end of their own."""
        self._event = event
        self._running: dict[asyncio.Task[object], _Request] = {}

    def begin(self) -> None:
        """End all reads that are not being answered yet."""
        self._event.set()
        for task, request in list(self._running.items()):
            if request.reads and not request.begun:
                task.cancel()

    async def run(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Run the application on a request; when the server stops before it has begun to answer, answer 503."""
        task = asyncio.current_task()
        assert task is not None
        request = self._running[task] = _Request(scope)

        async def noted(message: Message) -> None:
            request.begun = True
            await send(message)

        try:
            await app(scope, receive, noted)
        except asyncio.CancelledError:
            if request.begun or not self._event.is_set():
                raise
            task.uncancel()
            fault = Stopped(_READ_ENDED if request.reads else _WRITE_ENDED)
            await problems.answered(Request(scope), fault)(scope, receive, send)
        finally:
            del self._running[task]
