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


class Watched:
    """While this is entered, the task ends with `ClientGone` when the client disconnects."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._gone = False
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer = loop.call_later(WATCH_SECONDS, self._start)

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: object) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()
        if self._gone and kind is asyncio.CancelledError and self._task is not None:
            self._task.uncancel()
            raise ClientGone from None

    def _start(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._gone = True
        if self._task is not None:
            self._task.cancel()
