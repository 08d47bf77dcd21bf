"""Read and discard, within bounds, the rest of the body of a request that was refused.

A client that writes its whole body before it reads the answer would find the connection broken and never learn why
it was refused. The answer is sent at once all the same, for those that read it first.
"""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DISCARDED_BYTES = 200_000_000
"""Maximum size of a body whose rest is read: a larger one costs more than a broken connection."""

DISCARDED_SECONDS = 30.0
"""Maximum time in which a rest is read."""

_REFUSED = 400
"""Minimum status of an answer that refuses."""


class UnreadBodies:
    """Read the rest of the body of a refused request, after the answer and before the connection is closed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        size = Headers(scope=scope).get("content-length", "0")
        left = size.isdecimal() and int(size) <= DISCARDED_BYTES
        refused = False

        async def read() -> Message:
            nonlocal left
            message = await receive()
            left = left and bool(message.get("more_body"))
            return message

        async def answer(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                refused = message["status"] >= _REFUSED
            elif refused and left and not message.get("more_body"):
                await send({**message, "more_body": True})
                await _discard(receive)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self._app(scope, read, answer)


async def _discard(receive: Receive) -> None:
    discarded = 0
    try:
        async with asyncio.timeout(DISCARDED_SECONDS):
            while discarded <= DISCARDED_BYTES:
                message = await receive()
                discarded += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return
