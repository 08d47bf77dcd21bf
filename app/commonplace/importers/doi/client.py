"""Ask agencies for JSON politely: say who we are, obey their limits, try again, keep what was answered.

Sources: RFC 9110 (`Retry-After` in seconds or as a date, conditional requests), RFC 9111 (freshness), and
Crossref's etiquette: a mail address in the User-Agent, no more requests than its headers allow.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from threading import Lock
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt

from commonplace import __version__
from commonplace.errors import Message
from commonplace.importers.doi.agency_answers import AgencyAnswers, StoredAnswer
from commonplace.importers.doi.clock import Clock
from commonplace.importers.doi.destinations import Destinations, Hop
from commonplace.importers.doi.faults import AgencyFault, NoAnswer, NoSuchDoi, RefusedByAgency
from commonplace.importers.doi.rate_limit import PROCESS, RateLimiter

JSON = "application/json"
CSL_JSON = "application/vnd.citationstyles.csl+json"

_OVERLOADED = frozenset({408, 425, 429})
_GONE = frozenset({404, 410})
_PAGE = ("text/html", "application/xhtml")
_MOST_REDIRECTS = 10


@dataclass(frozen=True, slots=True)
class Patience:
    """Say how long to go on. Times are in seconds."""

    attempts: int = 5
    first_wait: float = 0.5
    longest_wait: float = 60.0
    longest_pause: float = 300.0
    """A `Retry-After` beyond this is not waited for."""
    timeout: float = 30.0
    answer: float = 120.0
    """The whole of one answer, however slowly it trickles in."""
    answer_bytes: int = 64_000_000
    failures: int = 4
    """Number of requests given up in a row after which a service is left alone for `longest_pause`."""


@dataclass(frozen=True, slots=True)
class _ServiceRequest:
    """Say what is asked for, and where."""

    address: str
    is_answer: Callable[[Any], bool]
    accept: str
    follow: bool

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def kind(self) -> str:
        """Return the kind of request that hosts limit apart: lists and single works."""
        return "list" if urlsplit(self.address).query else "single"

    @property
    def service(self) -> str:
        """Return the part of a host that may be down while the rest is not."""
        return f"{self.host} {urlsplit(self.address).path.split('/')[1:2]} {self.kind}"

    @property
    def key(self) -> str:
        return f"{self.accept} {self.address}"


class AgencyClient:
    """Get JSON from agencies. Safe to share between threads; close it, or use it in `with`."""

    def __init__(
        self,
        contact: str | None,
        cache: AgencyAnswers | None = None,
        limiter: RateLimiter = PROCESS,
        patience: Patience | None = None,
        destinations: Destinations | None = None,
    ) -> None:
        """Take `contact`, a mail address for the agencies' operators, None where there is none.

        `destinations` says where redirects may lead.
        """
        self._patience = patience or Patience()
        self._destinations = destinations or Destinations()
        self._cache = cache
        self._limiter = limiter
        self._clock: Clock = limiter.clock
        self._given_up: dict[str, int] = {}
        self._left_until: dict[str, float] = {}
        self._counting = Lock()
        self._http = httpx.Client(headers={"User-Agent": user_agent(contact)}, timeout=self._patience.timeout)

    def __enter__(self) -> AgencyClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close connections."""
        self._http.close()

    def get_json(
        self, address: str, is_answer: Callable[[Any], bool], accept: str = JSON, *, follow: bool = False
    ) -> Any:
        """Return the JSON at that address, from the cache where that is still good.

        `is_answer` tells an answer from JSON of another kind (a report of an error, say); `follow` follows
        redirects, as content negotiation needs. Raises `NoSuchDoi`, `RefusedByAgency`, or `NoAnswer` when the
        patience for it is used up.
        """
        request = _ServiceRequest(address, is_answer, accept, follow)
        held = self._cache.get(request.key) if self._cache else None
        if held and held.is_fresh(self._clock.now().timestamp()):
            return json.loads(held.body)
        self._refuse_if_left_alone(request)
        attempts = Retrying(
            stop=stop_after_attempt(self._patience.attempts),
            wait=self._wait,
            sleep=self._clock.sleep,
            retry=retry_if_exception_type(NoAnswer),
            reraise=True,
        )
        try:
            answer = attempts(self._ask, request, held)
        except NoAnswer as fault:
            self._count(request, failed=True)
            number = attempts.statistics.get("attempt_number", 1)
            gave_up = (
                "%(why)s; gave up after 1 attempt" if number == 1 else "%(why)s; gave up after %(number)s attempts"
            )
            raise NoAnswer(Message(gave_up, why=fault, number=number)) from fault
        except AgencyFault:
            self._count(request, failed=False)
            raise
        self._count(request, failed=False)
        return answer

    def _ask(self, request: _ServiceRequest, held: StoredAnswer | None) -> Any:
        host, kind = request.host, request.kind
        if self._limiter.wait(host, kind) > self._patience.longest_pause:
            raise RefusedByAgency(
                Message(
                    "%(host)s asks to be left alone for longer than %(seconds)s s",
                    host=host,
                    seconds=f"{self._patience.longest_pause:.0f}",
                )
            )
        headers = {"Accept": request.accept, **(held.conditions if held else {})}
        try:
            with self._limiter.turn(host, kind):
                status, fields, body = self._send(request.address, headers, request.follow)
                self._limiter.learn(host, kind, fields)
        except httpx.HTTPError as fault:
            raise NoAnswer(Message("%(host)s could not be read: %(why)s", host=host, why=_told(fault))) from fault
        if status == 304 and held and self._cache:
            self._cache.refresh(request.key, fields, self._clock.now().timestamp())
            return json.loads(held.body)
        value = self._value(host, status, fields, body, request.accept)
        if not request.is_answer(value):
            fault_kind = RefusedByAgency if kind == "list" else NoAnswer  # a list can be asked for singly instead
            raise fault_kind(Message("%(host)s answered with JSON of another kind than was asked for", host=host))
        if self._cache:
            self._cache.put(request.key, body, fields, self._clock.now().timestamp())
        return value

    def _send(self, address: str, headers: Mapping[str, str], follow: bool) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body of the answer; with `follow`, of the one that redirects lead to."""
        began, url = self._clock.monotonic(), httpx.URL(address)
        hop = Hop(url, {}, {})
        for _ in range(_MOST_REDIRECTS + 1):
            request = self._http.build_request(
                "GET", hop.url, headers={**headers, **hop.headers}, extensions=hop.extensions
            )
            with closing(_sent(self._http, request)) as response:
                if not (follow and response.has_redirect_location):
                    return response.status_code, dict(response.headers), self._body(response, url.host, began)
                url = _joined(url, response.headers["Location"])
            hop = self._destinations.hop(url, httpx.URL(address))
        raise RefusedByAgency(
            Message("%(host)s redirects more than %(most)s times", host=httpx.URL(address).host, most=_MOST_REDIRECTS)
        )

    def _body(self, response: httpx.Response, host: str, began: float) -> bytes:
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > self._patience.answer_bytes:
                raise RefusedByAgency(
                    Message("%(host)s answered more than %(most)s bytes", host=host, most=self._patience.answer_bytes)
                )
            if self._clock.monotonic() - began > self._patience.answer:
                raise httpx.ReadTimeout(
                    Message("the answer took longer than %(seconds)s s", seconds=f"{self._patience.answer:.0f}")
                )
        return bytes(body)

    def _value(self, host: str, status: int, fields: Mapping[str, str], body: bytes, accept: str) -> Any:
        """Return the JSON in an answer. Raises the fault that another answer is."""
        if status in _GONE:
            raise NoSuchDoi(Message("%(host)s answered %(status)s", host=host, status=_status(status)))
        if status in _OVERLOADED or status >= 500:
            wait = self._retry_after(fields)
            why = Message("%(host)s answered %(status)s", host=host, status=_status(status))
            if wait is not None and wait > self._patience.longest_pause:
                self._limiter.pause(host, wait)
                raise RefusedByAgency(
                    Message("%(why)s and asks to be left alone for %(wait)s s", why=why, wait=f"{wait:.0f}")
                )
            raise NoAnswer(why, wait)
        if status != 200:
            raise RefusedByAgency(Message("%(host)s answered %(status)s", host=host, status=_status(status)))
        media_type = fields.get("content-type", "")
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as fault:
            if media_type.startswith(_PAGE) or body.lstrip()[:1] == b"<":
                why = Message(
                    "%(host)s answered with %(media_type)s instead of JSON",
                    host=host,
                    media_type=media_type.partition(";")[0] or "markup",
                )
                if accept != JSON:  # a landing page: the agency does not negotiate
                    raise RefusedByAgency(why) from fault
                raise NoAnswer(why) from fault
            raise NoAnswer(
                Message(
                    "%(host)s answered with JSON that is broken or cut off (%(count)s bytes)",
                    host=host,
                    count=len(body),
                )
            ) from fault

    def _retry_after(self, fields: Mapping[str, str]) -> float | None:
        text = fields.get("retry-after", "").strip()
        if text.replace(".", "", 1).isdecimal():
            return float(text)
        try:
            at = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return None
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - self._clock.now()).total_seconds())

    def _wait(self, state: RetryCallState) -> float:
        """Return the seconds the host asked for, else twice as many each time, with some chance in it."""
        fault = state.outcome.exception() if state.outcome else None
        asked = fault.retry_after if isinstance(fault, NoAnswer) else None
        if asked is not None:
            return asked
        longest = min(self._patience.longest_wait, self._patience.first_wait * 2.0 ** (state.attempt_number - 1))
        return longest * random.uniform(0.5, 1.0)

    def _refuse_if_left_alone(self, request: _ServiceRequest) -> None:
        if self._clock.monotonic() < self._left_until.get(request.service, 0.0):
            raise RefusedByAgency(
                Message(
                    "%(host)s has not answered several requests in a row and is left alone for a while",
                    host=request.host,
                )
            )

    def _count(self, request: _ServiceRequest, failed: bool) -> None:
        with self._counting:
            number = self._given_up.get(request.service, 0) + 1 if failed else 0
            if number >= self._patience.failures:
                self._left_until[request.service] = self._clock.monotonic() + self._patience.longest_pause
                number = 0
            self._given_up[request.service] = number


def user_agent(contact: str | None) -> str:
    """Return `commonplace/1.2.3 (mailto:…)`, the form that Crossref asks for."""
    about = f" (mailto:{contact})" if contact else ""
    return f"commonplace/{__version__}{about}"


def _sent(http: httpx.Client, request: httpx.Request) -> httpx.Response:
    """Return the answer, its body still to come. httpx reads where a redirect leads even if it does not follow it."""
    try:
        return http.send(request, stream=True)
    except httpx.InvalidURL as fault:
        raise RefusedByAgency(
            Message("%(host)s redirects to what is no address: %(fault)s", host=request.url.host, fault=fault)
        ) from fault


def _joined(url: httpx.URL, location: str) -> httpx.URL:
    try:
        return url.join(location)
    except (httpx.InvalidURL, ValueError) as fault:
        raise RefusedByAgency(
            Message("%(address)s redirects to %(location)r, which is no address", address=url.host, location=location)
        ) from fault


def _status(status: int) -> str:
    return f"{status} {httpx.codes.get_reason_phrase(status)}".strip()


def _told(fault: httpx.HTTPError) -> str:
    return _ERRNO.sub("", str(fault)) or type(fault).__name__


_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
"""Number that an operating system gives an error, before its words."""
