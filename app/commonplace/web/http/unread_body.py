"""What is left of a request's body when it has been refused: read and thrown away, within bounds.

A client that writes its whole body before it reads the answer would find the connection broken and never learn why
it was refused. The answer is sent at once all the same, for those that read it first.
"""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

THROWN_BYTES = 200_000_000
"""Of a body that is larger, or says that it is, no more is read."""

THROWN_SECONDS = 30.0

_REFUSED = 400
"""Answers from this status on."""


class UnreadBodies:
    """Reads what a refused request has left of its body, after the answer and before the connection is closed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        size = Headers(scope=scope).get("content-length", "0")
        left = size.isdigit() and int(size) <= THROWN_BYTES
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
                await _throw_away(receive)
                message = {"type": "http.response.body", "body": b""}
            await send(message)

        await self._app(scope, read, answer)


async def _throw_away(receive: Receive) -> None:
    thrown = 0
    try:
        async with asyncio.timeout(THROWN_SECONDS):
            while thrown <= THROWN_BYTES:
                message = await receive()
                thrown += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return
