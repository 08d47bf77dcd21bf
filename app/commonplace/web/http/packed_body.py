"""Undo gzip in the bodies of writes (`Content-Encoding`, RFC 9110, 8.4), piece by piece as they are read.

A route reads an unpacked body as any other, and its own bound ends a body that unpacks to too much: a piece is
unpacked only when the route asks for it.
"""

from __future__ import annotations

import asyncio
import zlib

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from commonplace.errors import BadRequest, Message, TooLarge
from commonplace.web.http.problems import HttpProblem

PIECE_BYTES = 65_536
"""Maximum bytes that are unpacked at once, between which other requests have their turn."""

WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))

ITSELF = frozenset(("/imports",))
"""Addresses that undo gzip themselves, away from the event loop: a bibliography is large, and is kept as it came."""

_PLAIN = ("", "identity")
_GZIP = ("gzip", "x-gzip")
_END: AsgiMessage = {"type": "http.request", "body": b"", "more_body": False}


class PackedBodies:
    """Give the rest of the program the bodies of writes without gzip; a body in another coding is refused (415)."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """`most` is the maximum size of a body in bytes, packed and unpacked, whatever its address takes."""
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in WRITES or scope["path"] in ITSELF:
            await self._app(scope, receive, send)
            return
        headers = MutableHeaders(scope=scope)
        coding = ", ".join(headers.getlist("content-encoding")).strip().lower()
        if coding in _PLAIN:
            await self._app(scope, receive, send)
            return
        body = _PackedBody(receive, coding, self._most)
        if coding in _GZIP:
            del headers["content-encoding"], headers["content-length"]  # neither is true of what the route reads

        async def answering(message: AsgiMessage) -> None:
            body.is_answered = True
            await send(message)

        await self._app(scope, body.receive, answering)


class _PackedBody:
    """The body of one request: its messages as they come, and the bytes that were unpacked of them."""

    def __init__(self, receive: Receive, coding: str, most: int) -> None:
        self._receive = receive
        self._coding = coding
        self._left = most
        self._unpacked_left = most
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._packed = b""
        self._more, self._begun, self._is_over = True, False, False
        self.is_answered = False
        """Whether the answer has begun: what is read after that is only discarded, and is not unpacked."""

    async def receive(self) -> AsgiMessage:
        """Return the next piece of the unpacked body. Raises `BadRequest`, `TooLarge` and `HttpProblem` (415)."""
        if self.is_answered or self._is_over:
            return await self._rest()
        if self._coding not in _GZIP:
            raise _unknown(self._coding)
        await asyncio.sleep(0)
        while not (piece := self._unpack()):
            if not self._more:
                return self._end()
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            self._take(message)
        return {"type": "http.request", "body": piece, "more_body": True}

    async def _rest(self) -> AsgiMessage:
        """Return the next message as it came; the end of the body first, where it has come and was not passed on."""
        if self._more or self._is_over:
            return await self._receive()
        self._is_over = True
        return _END

    def _take(self, message: AsgiMessage) -> None:
        came = message.get("body", b"")
        self._more = message.get("more_body", False)  # first: what is refused may be the end, which nothing follows
        self._left -= len(came)
        if self._left < 0:
            raise TooLarge("the packed body is too large", [("body", "too large")])
        self._packed += came
        self._begun = self._begun or bool(came)

    def _unpack(self) -> bytes:
        """Return a piece of what is unpacked; nothing when more must come first."""
        while self._packed:
            if self._member.eof:  # several members in a row are one file (RFC 1952, 2.2)
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                piece = self._member.decompress(self._packed, PIECE_BYTES)
            except zlib.error as fault:
                why = Message("the body is not gzip, or is broken")
                raise BadRequest(
                    Message("%(why)s: %(fault)s", why=why, fault=fault), [("Content-Encoding", why)]
                ) from fault
            self._packed = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
            self._unpacked_left -= len(piece)
            if self._unpacked_left < 0:
                raise TooLarge("the body is too large once it is unpacked", [("body", "too large")])
            if piece:
                return piece
        return b""

    def _end(self) -> AsgiMessage:
        if self._begun and not self._member.eof:
            raise BadRequest("the gzip of the body ends too early", [("body", "cut short")])
        self._is_over = True
        return _END


def _unknown(coding: str) -> HttpProblem:
    """Return the problem for a coding that is not undone (RFC 9110, 15.5.16)."""
    detail = Message("the Content-Encoding %(coding)s is not read here; send gzip, or none", coding=coding)
    return HttpProblem(415, detail, [("Content-Encoding", coding)], {"Accept-Encoding": "gzip, identity"})
