"""Send a response at once: its head and its body in one write.

An ASGI server is told a response in two messages, looks at each header and writes twice, which costs more than
finding a small answer. The server of `server` has an extension that takes both together, ready made. With another
server, or where the connection is in no state for it, the two messages are sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from commonplace.web.http.connection import BoundedConnection

STATUS_SENT = "commonplace.status"
"""Key in the scope of a request that was answered at once: the status of its answer."""

EXTENSION = "commonplace.http.response.whole"
_OK = b"HTTP/1.1 200 OK\r\n"


class WholeResponses(BoundedConnection):
    """HTTP/1.1 on one connection, with the extension."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        if getattr(self.cycle, "scope", None) is self.scope:  # which its application has not seen yet
            self.scope["extensions"] = {EXTENSION: {"cycle": self.cycle}}


def head_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return headers as they are written on the wire."""
    return b"".join(b"%b: %b\r\n" % pair for pair in headers)


@lru_cache(maxsize=16)
def _head_of_all(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return what the server itself adds to every answer; the date in it changes once a second."""
    return head_of(headers)


def headers_of(head: bytes) -> list[tuple[bytes, bytes]]:
    """Return headers, each with name and value, that were written by `head_of`."""
    pairs = [line.partition(b": ") for line in head.split(b"\r\n") if line]
    return [(name, value) for name, _, value in pairs]


def sent_whole(scope: Scope, head: bytes, body: bytes) -> bool:
    """Answer 200 with a head, which has the length of the body; return False when the server cannot, or must not."""
    extension = scope.get("extensions")
    if not extension or EXTENSION not in extension or scope["method"] == "HEAD":
        return False
    cycle: RequestResponseCycle = extension[EXTENSION]["cycle"]
    if cycle.disconnected:
        return True  # as the server does: there is nobody to send it to
    if cycle.response_started or cycle.flow.write_paused or not cycle.keep_alive:
        return False
    cycle.response_started = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"".join((_OK, _head_of_all(tuple(cycle.default_headers)), head, b"\r\n", body)))
    cycle.response_complete = True
    scope[STATUS_SENT] = 200
    cycle.message_event.set()
    cycle.on_response()
    return True
