"""Slow down whoever tries tokens: after some wrong ones from an address, no other is looked at there for a while."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from commonplace.errors import Message
from commonplace.home.tokens import Token, Tokens, digest
from commonplace.web.http.problems import HttpProblem

log = logging.getLogger(__name__)

MOST = 20
"""Maximum number of wrong tokens from one address in `SECONDS`."""

SECONDS = 60.0
"""Time after which wrong tokens are forgotten, from the first of them."""

ADDRESSES = 10_000
"""Maximum number of addresses that are remembered; the one that was wrong the longest time ago is forgotten first."""

KNOWN = 1_000
"""Maximum number of tokens that are remembered to have been right."""


@dataclass(slots=True)
class _Tried:
    """The wrong tokens of one address since a moment, by the clock."""

    since: float
    count: int = 0


class WrongTokens:
    """The wrong tokens of late, by address. Safe to share between threads.

    A token that was right before is looked at wherever it comes from: who shares an address with somebody that tries
    tokens goes on working. The text of no token is kept, and none is logged.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._tried: OrderedDict[str, _Tried] = OrderedDict()
        self._right: OrderedDict[str, None] = OrderedDict()
        self.count = 0
        """Number of wrong tokens so far, those that were not looked at included."""

    def holder(self, tokens: Tokens, secret: str, address: str) -> Token | None:
        """Return the token with that text, None for a wrong one. Raises 429 when too many wrong ones came before."""
        of, presented = _network(address), digest(secret)
        with self._lock:
            left = self._left(of)
            if left > 0 and presented not in self._right:
                self.count += 1
                seconds = max(1, round(left))
                why = Message(
                    "%(most)s wrong tokens came from your address within a minute: try again in %(seconds)s s",
                    most=MOST,
                    seconds=seconds,
                )
                raise TooManyWrongTokens(429, why, headers={"Retry-After": str(seconds)})
        token = tokens.holder(secret)
        with self._lock:
            if token is None:
                self._right.pop(presented, None)
                self._note(of)
            else:
                self._remember(presented)
        return token

    def _left(self, address: str) -> float:
        """Return the seconds until another token from there is looked at; 0 where one is now."""
        tried = self._tried.get(address)
        if tried is None or tried.count < MOST:
            return 0.0
        return max(0.0, tried.since + SECONDS - self._clock())

    def _note(self, address: str) -> None:
        self.count += 1
        tried = self._tried.get(address)
        if tried is None or tried.since + SECONDS <= self._clock():
            tried = self._tried[address] = _Tried(self._clock())
        tried.count += 1
        self._tried.move_to_end(address)
        if tried.count == MOST:
            log.warning("%d wrong tokens came from %s within a minute; more are not looked at", MOST, address)
        while len(self._tried) > ADDRESSES:
            self._tried.popitem(last=False)

    def _remember(self, presented: str) -> None:
        self._right[presented] = None
        self._right.move_to_end(presented)
        while len(self._right) > KNOWN:
            self._right.popitem(last=False)


class TooManyWrongTokens(HttpProblem):
    """Too many wrong tokens came from an address."""


def _network(address: str) -> str:
    """Return the name under which an address is remembered: a host with IPv6 has a whole /64 to come from."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # a socket of another family, or what a trusted proxy says
        return address[:64]
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
