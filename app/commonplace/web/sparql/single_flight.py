"""Questions on their way: who asks one that is on its way already waits for the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)
Found = TypeVar("Found")


class Flights(Generic[Name, Found]):
    """What is being found out, by its name. `may_share` says whether an answer can be given to several."""

    def __init__(self, may_share: Callable[[Found], bool]) -> None:
        self._may_share = may_share
        self._flights: dict[Name, asyncio.Future[Found]] = {}

    async def join(self, name: Name, ask: Callable[[], Awaitable[Found]]) -> Found:
        """What `ask` answers, or has answered to who came first."""
        while (flight := self._flights.get(name)) is not None:
            try:
                found = await asyncio.shield(flight)
            except asyncio.CancelledError:
                if not flight.cancelled():
                    raise  # we are who was cancelled
                continue  # who came first has left
            return found if self._may_share(found) else await ask()
        return await self._lead(name, ask)

    async def _lead(self, name: Name, ask: Callable[[], Awaitable[Found]]) -> Found:
        flight = self._flights[name] = asyncio.get_running_loop().create_future()
        try:
            found = await ask()
        except Exception as fault:
            flight.set_exception(fault)
            flight.exception()  # it may be that nobody waits
            raise
        except BaseException:
            flight.cancel()
            raise
        else:
            flight.set_result(found)
            return found
        finally:
            del self._flights[name]
