"""Count the requests that were answered, by the template of their route and never by what a client wrote."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import Message, Scope, Send

from commonplace.web.http.whole_response import STATUS_SENT

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the classes that times are counted in."""

GONE = 499
"""Status that a request counts under whose client left before its answer began: none was sent."""

OTHER = "other"
"""Label of what has no name of its own: files, addresses that are not there, methods that nobody has heard of."""

_CONVERTER = re.compile(r":\w+\}")
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


@dataclass(slots=True)
class Counted:
    """One request while it is answered."""

    send: Send
    status: int = 0
    _begun: float = field(default_factory=time.monotonic)

    async def noting(self, message: Message) -> None:
        """Send an ASGI message, and note the status in it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self.send(message)

    @property
    def seconds(self) -> float:
        """Return the time since the request came."""
        return time.monotonic() - self._begun


class RequestCounts:
    """The requests of one application."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answered = Counter(
            "commonplace_requests",
            "Requests by method, route and status; 499: the client left before its answer began",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "commonplace_request_seconds",
            "Time from a request to the end of its answer",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        self._running = Gauge("commonplace_requests_running", "Requests that are being answered", registry=registry)

    @contextmanager
    def counting(self, scope: Scope, send: Send) -> Iterator[Counted]:
        """Count the request that a block answers with what it is given to send with."""
        counted = Counted(send)
        self._running.inc()
        try:
            yield counted
        finally:
            self._running.dec()
            method = scope["method"] if scope["method"] in _METHODS else OTHER
            route = _route_of(scope)
            status = counted.status or scope.get(STATUS_SENT) or GONE
            self._answered.labels(method, route, str(status)).inc()
            self._seconds.labels(route).observe(counted.seconds)


def _route_of(scope: Scope) -> str:
    """Return the path of the route that answered, with its parameters as names."""
    if scope["path"] == "/sparql":
        return "/sparql"
    return _as_documented(getattr(scope.get("route"), "path", OTHER))


@lru_cache
def _as_documented(path: str) -> str:
    """Return the path of a route as the OpenAPI description has it."""
    return _CONVERTER.sub("}", path)
