"""Count the requests that were answered, by the template of their route and never by what a client wrote."""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import lru_cache
from types import TracebackType

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
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


class RequestCounts(Collector):
    """The requests of one application, counted in its event loop.

    A counter of Prometheus's library takes a lock and looks its labels up, three times for each request; here they are
    numbers, which are given that form when somebody asks for them.
    """

    def __init__(self) -> None:
        self._running = 0
        self._answered: Counter[tuple[str, str, int]] = Counter()
        """Number of requests by method, route and status."""
        self._times: dict[str, list[int]] = {}
        """Number of requests in each class of `SECONDS`, and of longer ones, by route."""
        self._seconds: defaultdict[str, float] = defaultdict(float)
        """Seconds that all requests took together, by route."""

    def counting(self, scope: Scope, send: Send) -> Counted:
        """Count the request that a block answers with what it is given to send with."""
        return Counted(self, scope, send)

    def begun(self) -> None:
        """Count a request as being answered."""
        self._running += 1

    def ended(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request as answered."""
        self._running -= 1
        method = scope["method"] if scope["method"] in _METHODS else OTHER
        route = _route_of(scope)
        self._answered[method, route, status] += 1
        if route not in self._times:
            self._times[route] = [0] * (len(SECONDS) + 1)
        self._times[route][bisect_left(SECONDS, seconds)] += 1
        self._seconds[route] += seconds

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted so far (see `Collector`)."""
        answered = CounterMetricFamily(
            "commonplace_requests",
            "Requests by method, route and status; 499: the client left before its answer began",
            labels=("method", "route", "status"),
        )
        for (method, route, status), count in sorted(self._answered.items()):
            answered.add_metric((method, route, str(status)), count)
        yield answered
        seconds = HistogramMetricFamily(
            "commonplace_request_seconds", "Time from a request to the end of its answer", labels=("route",)
        )
        for route, counts in sorted(self._times.items()):
            seconds.add_metric((route,), _up_to_each(counts), self._seconds[route])
        yield seconds
        yield GaugeMetricFamily("commonplace_requests_running", "Requests that are being answered", self._running)


class Counted:
    """One request while it is answered within a block."""

    __slots__ = ("_begun", "_counts", "_scope", "_send", "_status")

    def __init__(self, counts: RequestCounts, scope: Scope, send: Send) -> None:
        self._counts = counts
        self._scope = scope
        self._send = send
        self._status = 0
        self._begun = time.monotonic()

    def __enter__(self) -> Counted:
        self._counts.begun()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        status = self._status or self._scope.get(STATUS_SENT) or GONE
        self._counts.ended(self._scope, status, time.monotonic() - self._begun)

    async def noting(self, message: Message) -> None:
        """Send an ASGI message, and note the status in it."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
        await self._send(message)


def _up_to_each(counts: list[int]) -> list[tuple[str, float]]:
    """Return the number of requests that took up to each bound of `SECONDS`, and of all, as a histogram has them."""
    found, total = [], 0
    for bound, count in zip((*SECONDS, float("inf")), counts, strict=True):
        total += count
        found.append((floatToGoString(bound), float(total)))  # type: ignore[no-untyped-call]
    return found


def _route_of(scope: Scope) -> str:
    """Return the path of the route that answered, with its parameters as names."""
    if scope["path"] == "/sparql":
        return "/sparql"
    return _as_documented(getattr(scope.get("route"), "path", OTHER))


@lru_cache
def _as_documented(path: str) -> str:
    """Return the path of a route as the OpenAPI description has it."""
    return _CONVERTER.sub("}", path)
