"""Notice that a client has left, and read the body of a request more than once."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

WATCH_SECONDS = 0.1
"""Minimum time an answer takes before its client is watched: to watch costs more than most answers."""


class RequestBody:
    """The body of a request, as far as it was read; it can be read again from its beginning."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []
        self.bytes = b""

    async def read(self, most: int) -> bool:
        """Read the whole body; return False when it is longer than `most` bytes. Raises `ClientGone`."""
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
        """Receive as ASGI does, beginning with the messages that were read."""
        return self._messages.pop(0) if self._messages else await self._receive()


class ClientGone(Exception):
    """The client has closed its connection: nobody is left to answer."""


class DisconnectWatch:
    """One timer for all requests: each is watched once it has waited for `WATCH_SECONDS`, as most do not."""

    def __init__(self) -> None:
        self._waiting: dict[EndOnDisconnect, float] = {}
        """Requests that are not watched yet, the longest waiting first, and the time each began to wait."""
        self._timer: asyncio.TimerHandle | None = None

    def add(self, request: EndOnDisconnect) -> None:
        """Watch a request, if it still waits in a while."""
        loop = asyncio.get_running_loop()
        self._waiting[request] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(WATCH_SECONDS, self._look)

    def remove(self, request: EndOnDisconnect) -> None:
        """Forget a request that has been answered."""
        self._waiting.pop(request, None)

    def _look(self) -> None:
        """Begin to watch each request that has waited long enough; come again for the next."""
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._waiting:
            request, since = next(iter(self._waiting.items()))
            if since + WATCH_SECONDS > loop.time():
                self._timer = loop.call_at(since + WATCH_SECONDS, self._look)
                return
            del self._waiting[request]
            request.begin()


class EndOnDisconnect:
    """End the task within the block with `ClientGone` when the client disconnects."""

    def __init__(self, watch: DisconnectWatch, receive: Receive) -> None:
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
        """Watch from now on whether the client is there."""
        self._watching = asyncio.get_running_loop().create_task(self._until_gone())

    async def _until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._task is not None:
            self._task.cancel()
