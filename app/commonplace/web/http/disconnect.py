"""The client's side of a request: its body, which can be read again, and whether it is still there."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

WATCH_SECONDS = 0.1
"""A client is watched once its answer takes longer than this."""


class Body:
    """The body of a request as far as it was read, and the means to read it again from its beginning."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []
        self.bytes = b""

    async def read(self, most: int) -> bool:
        """Read it all; False when it is longer than that. Raises `ClientGone`."""
        parts, size, more = [], 0, True
        while more and size <= most:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            self._messages.append(message)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            more = message.get("more_body", False)
        self.bytes = b"".join(parts)
        return size <= most

    async def again(self) -> Message:
        """An ASGI `receive` that begins with what was read."""
        return self._messages.pop(0) if self._messages else await self._receive()


class ClientGone(Exception):
    """There is nobody left to answer."""


class Watch:
    """Begins to watch those who have waited for `WATCH_SECONDS`: one timer for all, as most wait far less."""

    def __init__(self) -> None:
        self._waiting: dict[Watched, float] = {}
        """Whom nobody watches yet, and since when they wait; who came first is first."""
        self._timer: asyncio.TimerHandle | None = None

    def add(self, watched: Watched) -> None:
        """Watch it, when it is still here in a while."""
        loop = asyncio.get_running_loop()
        self._waiting[watched] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(WATCH_SECONDS, self._look)

    def remove(self, watched: Watched) -> None:
        """It has been answered."""
        self._waiting.pop(watched, None)

    def _look(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._waiting:
            watched, since = next(iter(self._waiting.items()))
            if since + WATCH_SECONDS > loop.time():
                self._timer = loop.call_at(since + WATCH_SECONDS, self._look)
                return
            del self._waiting[watched]
            watched.begin()


class Watched:
    """While this is entered, the task ends with `ClientGone` when the client disconnects."""

    def __init__(self, watch: Watch, receive: Receive) -> None:
        self._watch = watch
        self._receive = receive
        self._gone = False
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._watch.add(self)

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: object) -> None:
        self._watch.remove(self)
        if self._watching is not None:
            self._watching.cancel()
        if self._gone and kind is asyncio.CancelledError and self._task is not None:
            self._task.uncancel()
            raise ClientGone from None

    def begin(self) -> None:
        """Look from now on whether the client is there."""
        self._watching = asyncio.get_running_loop().create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._task is not None:
            self._task.cancel()
