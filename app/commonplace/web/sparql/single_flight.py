"""Evaluate a question once for all that ask it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class SingleFlight(Generic[K, T]):
    """Calls under way, by name: a second caller of a name waits for the answer to the first.

    `may_share` says whether an answer can be given to several callers.
    """

    def __init__(self, may_share: Callable[[T], bool]) -> None:
        self._may_share = may_share
        self._pending: dict[K, asyncio.Future[T]] = {}

    async def join(self, name: K, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what `ask` returns, or has returned to the first caller of that name. Raises what it raises."""
        while (pending := self._pending.get(name)) is not None:
            try:
                found = await asyncio.shield(pending)
            except asyncio.CancelledError:
                if not pending.cancelled():
                    raise  # this caller was cancelled
                continue  # the first caller was: take its place
            return found if self._may_share(found) else await ask()
        return await self._lead(name, ask)

    async def _lead(self, name: K, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask, and give the answer to all that join meanwhile."""
        pending = self._pending[name] = asyncio.get_running_loop().create_future()
        try:
            found = await ask()
        except Exception as fault:
            pending.set_exception(fault)
            pending.exception()  # marks it as retrieved: perhaps nobody joins
            raise
        except BaseException:
            pending.cancel()
            raise
        else:
            pending.set_result(found)
            return found
        finally:
            del self._pending[name]
