"""Decide when the next request to a host may go out: one at a time, evenly spaced, as slow as the host asks.

Limits are read from answers: `x-rate-limit-limit` and `-interval` (Crossref), `x-ratelimit-*`, and the
`RateLimit-*` fields of the IETF draft with `remaining` and `reset`. Before a host has said anything it is
asked five times a second at most. Even spacing rather than bursts: no window of the host's, wherever it
begins, then holds more than its limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from commonplace.importers.doi.clock import Clock

UNKNOWN_SPACING = 0.2
"""Seconds between requests to a host that has not named a limit."""

_MARGIN = 1.05
_UNIT = {"ms": 0.001, "": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_NAMES = ("x-rate-limit", "x-ratelimit", "ratelimit")
_EPOCH = 1_000_000_000
"""A `reset` above this is a time since 1970, below it seconds from now."""


@dataclass(slots=True)
class _Host:
    lock: Lock = field(default_factory=Lock)
    last: float | None = None
    spacing: dict[str, float] = field(default_factory=dict)
    paused_until: float = 0.0


class RateLimiter:
    """Limit all requests of the process to agencies. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._hosts: dict[str, _Host] = {}
        self._adding = Lock()

    @contextmanager
    def turn(self, host: str, kind: str) -> Iterator[None]:
        """Wait for the host's turn, and keep others waiting until the request is done.

        `kind` tells apart the requests that a host limits apart (lists, single works).
        """
        state = self._host(host)
        with state.lock:
            wait = self._wait(state, kind)
            if wait > 0:
                self.clock.sleep(wait)
            state.last = self.clock.monotonic()
            yield

    def wait(self, host: str, kind: str) -> float:
        """Return the seconds that the next request of that kind would have to wait."""
        return max(0.0, self._wait(self._host(host), kind))

    def learn(self, host: str, kind: str, headers: Mapping[str, str]) -> None:
        """Take a limit from an answer's headers (names in lower case)."""
        state = self._host(host)
        for name in _NAMES:
            limit, interval = _number(headers.get(f"{name}-limit")), _seconds(headers.get(f"{name}-interval"))
            if limit and interval:
                state.spacing[kind] = interval / limit * _MARGIN
            remaining, reset = _number(headers.get(f"{name}-remaining")), _number(headers.get(f"{name}-reset"))
            if remaining == 0 and reset:
                self.pause(host, reset - self.clock.now().timestamp() if reset > _EPOCH else reset)

    def pause(self, host: str, seconds: float) -> None:
        """Send nothing to the host for that long."""
        state = self._host(host)
        state.paused_until = max(state.paused_until, self.clock.monotonic() + seconds)

    def _wait(self, state: _Host, kind: str) -> float:
        now = self.clock.monotonic()
        spacing = state.spacing.get(kind) or max(state.spacing.values(), default=UNKNOWN_SPACING)
        next_turn = now if state.last is None else state.last + spacing
        return max(next_turn, state.paused_until) - now

    def _host(self, host: str) -> _Host:
        with self._adding:
            return self._hosts.setdefault(host, _Host())


def _number(text: str | None) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?)", text or "")
    return float(found[1]) if found else None


def _seconds(text: str | None) -> float | None:
    """Return an interval such as `1s`, `60`, `1m`, `500ms` in seconds."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*?)\s*", (text or "").lower())
    if not found:
        return None
    unit = found[2] if found[2] in _UNIT else found[2].rstrip("s")
    return float(found[1]) * _UNIT[unit] if unit in _UNIT else None


PROCESS = RateLimiter(Clock())
"""The one limiter of this process, for every host."""
