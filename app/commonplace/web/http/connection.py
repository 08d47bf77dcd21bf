"""Bound one HTTP connection: how long a client may take to send or to read, how long a head is, how many connect.

uvicorn closes a connection that is idle between requests, and no other: one that sends half a request, or that does
not read its answer, would be held for ever. Here each waits for its client within bounds. No timer is set for a
request: each connection looks at its own clock every few seconds.
"""

from __future__ import annotations

import asyncio
import json
import math
import resource
from collections import Counter, OrderedDict
from http import HTTPStatus
from typing import ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_SECONDS = 20.0
"""Maximum time from the first byte of a request (or from connecting) to the end of its head."""

BODY_SECONDS = 30.0
"""Maximum time without a byte of a body that is waited for."""

BODY_RATE = 500
"""Minimum bytes of a body each second, on the average, once `BODY_SECONDS` are over: a client that sends a byte now
and then does not hold a connection for ever."""

TAKING_SECONDS = 60.0
"""Maximum time in which a client takes nothing of its answer."""

HEAD_BYTES = 65_536
"""Maximum size of a request line and header fields, and of what else stands between pieces of a body."""

CONNECTIONS = 4_096
"""Maximum number of connections, where the process may have as many files open."""

KEPT_FILES = 256
"""Files that the process needs beside its connections: logs, workers, answers on their way."""

LOOK_SECONDS = 2.0
"""How often a connection looks at its clock."""


class BoundedConnection(HttpToolsProtocol):
    """HTTP/1.1 on one connection, within bounds."""

    _head_since: float | None = None
    """Since when the head of a request is waited for, by the loop's clock; None when it is not."""
    _body_since: float | None = None
    """Since when a body is waited for, in the same way."""
    _last: float = 0.0
    """When bytes last came."""
    _received: int = 0
    """Bytes of the body so far."""
    _unread: int = 0
    """Bytes that came since a part of a request was whole."""
    _untaken: int = 0
    """Bytes that waited for the client when this was last looked at, and since when it has taken none of them."""
    _untaken_since: float = 0.0
    _clock: asyncio.TimerHandle | None = None
    open_now: ClassVar[int] = 0
    """Number of connections of this process that are open."""
    refused: ClassVar[Counter[HTTPStatus]] = Counter()
    """Number of connections of this process that were closed with a problem, by its status."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        BoundedConnection.open_now += 1
        if len(self.connections) >= _room():
            self._make_room()
        super().connection_made(cast(asyncio.Transport, transport))
        self._by_age[self] = None
        self._head_since = self._last = self.loop.time()
        self._clock = self.loop.call_later(LOOK_SECONDS, self._look)
        if len(self.connections) > _room():
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many clients are connected: try again in a while")

    def connection_lost(self, exc: Exception | None) -> None:
        self._by_age.pop(self, None)
        BoundedConnection.open_now -= 1
        if self._clock is not None:
            self._clock.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._last = self.loop.time()
        if self in self._by_age:
            self._by_age.move_to_end(self)
        self._unread += len(data)
        super().data_received(data)
        if self._unread > HEAD_BYTES and not self.transport.is_closing():
            why = f"a request's line and header fields have at most {HEAD_BYTES} bytes together"
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, why)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._head_since is None:
            self._head_since = self.loop.time()

    def on_headers_complete(self) -> None:
        self._unread = 0
        self._head_since = None
        self._received = 0
        self._body_since = self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unread = 0
        self._received += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unread = 0
        self._body_since = None
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _look(self) -> None:
        """End the connection when its client has had its time; else look again in a while."""
        now = self.loop.time()
        if self._takes_nothing(now):
            self.transport.abort()
            return
        if not self.transport.is_closing():
            if self._is_answering() and self._head_since is not None:
                self._head_since = now  # it is of the request after this one, whose turn has not come
            if self._head_since is not None and now - self._head_since > HEAD_SECONDS:
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"no whole request came within {HEAD_SECONDS:g} s")
            elif self._body_is_late(now):
                self._refuse(HTTPStatus.REQUEST_TIMEOUT, "the body of the request did not come in time")
        self._clock = self.loop.call_later(LOOK_SECONDS, self._look)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _takes_nothing(self, now: float) -> bool:
        """Return whether bytes wait for the client, of which it has taken none for too long."""
        waiting = self.transport.get_write_buffer_size()
        if not waiting or waiting < self._untaken or not self._untaken:
            self._untaken_since = now
        self._untaken = waiting
        return now - self._untaken_since > TAKING_SECONDS

    def _body_is_late(self, now: float) -> bool:
        if self._body_since is None:
            return False
        if self.flow.read_paused:
            self._last = now  # it is the server that does not read
            self._body_since += LOOK_SECONDS
            return False
        waited = now - self._body_since
        silent = now - max(self._last, self._body_since)
        return silent > BODY_SECONDS or waited > BODY_SECONDS + self._received / BODY_RATE

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        """Close the connection, with a problem where an answer is waited for and none is on its way."""
        BoundedConnection.refused[status] += 1
        if self._is_answering():
            if not self.cycle.response_started:
                self.transport.write(_problem(status, why))
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        elif self._body_since is None:
            self.transport.write(_problem(status, why))
        self.transport.close()

    def _make_room(self) -> None:
        """Close the connection that has waited longest for its client to send a request, if one does."""
        longest = next((other for other in self._by_age if other._is_idle()), None)
        if longest is not None:
            self.connections.discard(longest)
            del self._by_age[longest]
            longest.transport.close()

    @property
    def _by_age(self) -> OrderedDict[BoundedConnection, None]:
        """Return the connections of this server; the one from which bytes came last is last."""
        found: OrderedDict[BoundedConnection, None] | None = vars(self.server_state).get("by_age")
        if found is None:
            found = vars(self.server_state)["by_age"] = OrderedDict()
        return found

    def _is_idle(self) -> bool:
        return not self._is_answering() and not self.transport.is_closing()


def _room() -> int:
    """Return how many connections the process may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(1, min(CONNECTIONS, soft - KEPT_FILES))


def _problem(status: HTTPStatus, why: str) -> bytes:
    """Return a whole response that says why a connection is closed (RFC 9457)."""
    body = json.dumps({"type": "about:blank", "title": status.phrase, "status": status, "detail": why}).encode()
    again = f"Retry-After: {math.ceil(HEAD_SECONDS)}\r\n" if status is HTTPStatus.SERVICE_UNAVAILABLE else ""
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\n{again}Connection: close\r\n\r\n"
    )
    return head.encode() + body
