"""Send answers that lie in files, as fast as their clients take them, and not too many at once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

from fastapi import Response
from starlette.types import Receive, Scope, Send

from commonplace.derived.workers.messages import Spool
from commonplace.errors import TooManyQueries

SENDING_ANSWERS = 5
"""How many of the biggest answers may be on their way to clients that read slowly."""

_RETRY_AFTER = 30


class Sending:
    """Counts the bytes of all answers that are on their way. To be used in one event loop."""

    def __init__(self, largest: int) -> None:
        """`largest` is the size of the biggest answer, in bytes."""
        self._most = SENDING_ANSWERS * largest
        self._bytes = 0

    async def send(self, spool: Spool, status: int, headers: Iterable[tuple[bytes, bytes]], send: Send) -> None:
        """Send a whole answer; its file stays open. Raises `TooManyQueries` before anything is sent."""
        if self._bytes and self._bytes + spool.size > self._most:
            raise TooManyQueries("too many big answers are on their way", own=False, retry_after=_RETRY_AFTER)
        self._bytes += spool.size
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            offset = 0
            while piece := spool.read(offset):
                offset += len(piece)
                await send({"type": "http.response.body", "body": piece, "more_body": offset < spool.size})
        finally:
            self._bytes -= spool.size


class SpooledResponse(Response):
    """A response whose body lies in a file, which is closed when it has been sent."""

    def __init__(self, spool: Spool, status: int, headers: list[tuple[bytes, bytes]], sending: Sending) -> None:
        super().__init__(status_code=status)
        self.raw_headers = headers
        self.spool = spool
        self._sending = sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with closing(self.spool):
            await self._sending.send(self.spool, self.status_code, self.raw_headers, send)
