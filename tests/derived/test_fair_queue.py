"""Who may ask next: one client cannot take all places, nor wait without bound."""

from __future__ import annotations

import asyncio

import pytest

from commonplace.derived.workers.fair_queue import FairQueue
from commonplace.errors import TooManyQueries


def queue(places: int = 2, reserve: int = 1, waiting: int = 10, each: int = 5, seconds: float = 60) -> FairQueue:
    return FairQueue(places, reserve, waiting=waiting, waiting_each=each, seconds=seconds)


async def entering(line: FairQueue, client: str, order: list[str]) -> None:
    await line.enter(client)
    order.append(client)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_one_client_alone_takes_all_places_and_another_does_not_wait_for_it() -> None:
    async def run() -> None:
        line, order = queue(), list[str]()
        tasks = [asyncio.create_task(entering(line, "greedy", order)) for _ in range(4)]
        await settle()
        assert order == ["greedy"] * 2
        await asyncio.wait_for(entering(line, "modest", order), 1)
        assert order[-1] == "modest"
        for task in tasks:
            task.cancel()

    asyncio.run(run())


def test_who_waits_is_served_in_turn_client_by_client() -> None:
    async def run() -> list[str]:
        line, order = queue(places=1, reserve=0), list[str]()
        await line.enter("first")
        tasks = [asyncio.create_task(entering(line, client, order)) for client in "aaaabbc"]
        await settle()
        leaving = "first"
        for _ in range(7):
            line.leave(leaving)
            await settle()
            leaving = order[-1]
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(run()) == list("abcabaa")


def test_too_many_waiting_are_refused_with_a_time_to_come_again() -> None:
    async def run() -> None:
        line, order = queue(places=1, reserve=0, waiting=3, each=2), list[str]()
        await line.enter("a")
        tasks = [asyncio.create_task(entering(line, client, order)) for client in "aab"]
        await settle()
        for client, own in (("a", True), ("c", False)):
            with pytest.raises(TooManyQueries) as refused:
                await line.enter(client)
            assert refused.value.own is own
            assert refused.value.retry_after >= 1
        for task in tasks:
            task.cancel()

    asyncio.run(run())


def test_waiting_ends_and_leaves_no_trace() -> None:
    async def run() -> None:
        line, order = queue(places=1, reserve=0, seconds=0.001), list[str]()
        await line.enter("a")
        with pytest.raises(TooManyQueries):
            await line.enter("b")
        line.leave("a")
        await entering(line, "c", order)
        assert order == ["c"]

    asyncio.run(run())


def test_a_place_given_to_who_has_just_left_goes_to_the_next() -> None:
    async def run() -> list[str]:
        line, order = queue(places=1, reserve=0), list[str]()
        await line.enter("a")
        gone = asyncio.create_task(entering(line, "gone", order))
        next_one = asyncio.create_task(entering(line, "next", order))
        await settle()
        line.leave("a")
        gone.cancel()  # in the same step in which its turn came
        await settle()
        await asyncio.wait_for(next_one, 1)
        return order

    assert asyncio.run(run()) == ["next"]
