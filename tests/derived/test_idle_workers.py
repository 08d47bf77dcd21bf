"""Workers that were asked and are idle now are replaced, one at a time: the next share what these have read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from commonplace.derived.workers import idle
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import Call, Reply
from commonplace.derived.workers.pool import Lane, WorkerPool
from commonplace.derived.workers.worker import Task, Views
from commonplace.library import Library
from tests.derived.test_prepared_workers import BASE, slow_tasks, until


def telling_tasks(_: Views) -> Mapping[str, Task]:
    """Make tasks for workers that tell which process they are."""
    return {"look": lambda call: Reply(given={"process": os.getpid()})}


def test_workers_that_were_asked_and_are_idle_now_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that they share again what they have read."""
    monkeypatch.setattr(idle, "IDLE_SECONDS", 0.2)
    library = Library.open(tmp_path / "home", BASE)

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=1))
        workers.start(telling_tasks)

        async def asked() -> int:
            call = Call(task="look", given={}, version=0, seconds=60)
            process: int = (await workers.call(call, "somebody", Lane.QUERIES)).given["process"]
            return process

        try:
            first = await asked()
            await until(lambda: len({*workers.processes()} - {first}) >= 1)
            await until(lambda: len({*workers.processes()} - {first}) == 2 and first not in workers.processes())
            assert await asked() in workers.processes()
        finally:
            workers.close()

    asyncio.run(run())


def test_somebody_is_there_to_answer_while_idle_workers_are_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is ended at a time, and the next only when another is there: the zygote may have something else to do."""
    monkeypatch.setattr(idle, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(idle, "NEXT_IDLE_SECONDS", 0.05)
    library = Library.open(tmp_path / "home", BASE)

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=1))
        workers.start(partial(slow_tasks, folder=tmp_path))

        async def look(lane: Lane) -> int:
            call = Call(task="look", given={"held": False}, version=0, seconds=60)
            process: int = (await workers.call(call, "somebody", lane)).given["process"]
            return process

        try:
            first = await look(Lane.QUERIES)
            await until(lambda: len(workers.processes()) == 2 and (tmp_path / "begun").exists())
            asked = {first}
            while len(asked) < 2:
                asked |= {*await asyncio.gather(look(Lane.QUERIES), look(Lane.PAGES))}
            await until(lambda: len(workers.processes()) == 1)
            async with asyncio.timeout(30):
                assert await look(Lane.QUERIES) in asked
                assert len(workers.processes()) == 1
        finally:
            workers.close()

    asyncio.run(run())
