"""A queue for places that are given out to clients in turn."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, OrderedDict, deque

from commonplace.errors import Message, TooManyQueries


class FairQueue:
    """A bounded number of places, and clients who wait for one. To be used in one event loop.

    One client alone may hold all `places`. While it does, another one need not wait for it: `reserve` more
    places are for clients that hold none. The requests that wait are served client by client in turn, however many
    one of them has asked.
    """

    def __init__(
        self, places: int, reserve: int, *, waiting: int, waiting_each: int, seconds: float, scarce: bool = False
    ) -> None:
        """`seconds` is how long one waits at most. `scarce`: who asks too much is not told that it is too much for one
        client, as it would soon be too much for all."""
        self._places = places
        self._reserve = reserve
        self._most = waiting
        self._most_each = waiting_each
        self._seconds = seconds
        self._scarce = scarce
        self._held: Counter[str] = Counter()
        self._taken = 0
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._count = 0
        self._due: dict[asyncio.Future[None], float] = {}
        """The end of each one's waiting, by the loop's clock, in the order of their coming."""
        self._clock: asyncio.TimerHandle | None = None
        self.refused = 0
        """Number of requests that were refused a place so far."""

    @property
    def waiting(self) -> int:
        """Return the number of requests that wait for a place."""
        return self._count

    @property
    def taken(self) -> int:
        """Return the number of requests that have a place."""
        return self._taken

    async def enter(self, client: str) -> None:
        """Take a place, or wait for one. Raises `TooManyQueries` when too many wait, or none came free in time."""
        if self._may_enter(client):
            self._take(client)
            return
        queue = self._waiting.get(client)
        if queue is not None and len(queue) >= self._most_each:
            raise self._refusal(f"{len(queue)} requests of yours wait already", own=True)
        if self._count >= self._most:
            raise self._refusal(f"{self._count} requests wait already", own=False)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        self._count += 1
        try:
            await self._in_time(turn)
        except (TimeoutError, asyncio.CancelledError) as fault:
            self._give_up(client, turn)
            if isinstance(fault, asyncio.CancelledError):
                raise
            raise self._refusal(f"no place came free within {self._seconds:g} s", own=False) from None

    async def _in_time(self, turn: asyncio.Future[None]) -> None:
        """Wait for a turn. Raises `TimeoutError`. One timer serves all, since all may wait equally long."""
        loop = asyncio.get_running_loop()
        self._due[turn] = loop.time() + self._seconds
        if self._clock is None:
            self._clock = loop.call_at(self._due[turn], self._rung)
        try:
            await turn
        finally:
            del self._due[turn]

    def _rung(self) -> None:
        self._clock = None
        loop = asyncio.get_running_loop()
        for turn, due in self._due.items():
            if due > loop.time():
                self._clock = loop.call_at(due, self._rung)
                return
            if not turn.done():
                turn.set_exception(TimeoutError())

    def leave(self, client: str) -> None:
        """Give a place back."""
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        self._taken -= 1
        self._admit()

    def _may_enter(self, client: str) -> bool:
        if self._taken < self._places:
            return True
        return client not in self._held and self._taken < self._places + self._reserve

    def _take(self, client: str) -> None:
        self._held[client] += 1
        self._taken += 1

    def _admit(self) -> None:
        """Give free places to the clients whose turn it is."""
        if not self._waiting:
            return
        while (client := next((name for name in self._waiting if self._may_enter(name)), None)) is not None:
            turn = self._waiting[client].popleft()
            self._count -= 1
            if self._waiting[client]:
                self._waiting.move_to_end(client)
            else:
                del self._waiting[client]
            if not turn.done():  # else it has just given up
                self._take(client)
                turn.set_result(None)

    def _give_up(self, client: str, turn: asyncio.Future[None]) -> None:
        """Take a turn out of the queue; a place that came at the same moment goes to the next."""
        queue = self._waiting.get(client)
        if queue is not None and turn in queue:
            queue.remove(turn)
            self._count -= 1
            if not queue:
                del self._waiting[client]
        if turn.done() and not turn.cancelled() and turn.exception() is None:
            self.leave(client)

    def _refusal(self, why: str, *, own: bool) -> TooManyQueries:
        self.refused += 1
        seconds = max(1, math.ceil(self._seconds / 2))
        return TooManyQueries(
            Message("%(why)s: ask again in %(seconds)s s", why=why, seconds=seconds),
            own=own and not self._scarce,
            retry_after=seconds,
        )
