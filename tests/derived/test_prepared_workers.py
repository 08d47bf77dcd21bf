"""Workers that were forked before the zygote had prepared what they answer from are replaced once it has."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from commonplace.derived.graph.opening import GraphKind
from commonplace.derived.workers.apart import Apart, Step
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import Call, Reply
from commonplace.derived.workers.pool import Lane, WorkerPool
from commonplace.derived.workers.preparing import Preparing
from commonplace.derived.workers.worker import Task, Views
from commonplace.library import Library
from tests.web.sparql.limited_server import running, wait_until

BASE = "http://127.0.0.1:8000/"
ROOT = Path(__file__).resolve().parents[2]


def tasks(views: Views, folder: Path, lacks: bool = False) -> Mapping[str, Task]:
    """Make tasks for workers of a zygote that prepares when there is a file `prepare` in the folder; where it `lacks`
    what needs much reading, a process beside it does."""
    prepared: list[str] = []
    zygote, apart = os.getpid(), lacks or not views.are_shared

    def prepare() -> Iterator[bool]:
        assert (os.getpid() != zygote) == apart
        wait_for(folder / "prepare")
        for step in ("first", "second"):  # the server is told of these, and not of parts
            prepared.append(f"part of the {step}")
            yield False
            prepared.append(step)
            yield True

    def look(call: Call) -> Reply:
        if call.given["held"]:
            (folder / "held").touch()
            wait_for(folder / "go on")
        return Reply(given={"prepared": len(prepared), "process": os.getpid()})

    def take(taken: bytes) -> None:
        prepared[:] = json.loads(taken)

    views.prepare, views.prepared, views.take = prepare, lambda: json.dumps(prepared).encode(), take
    views.lacks = lambda: lacks
    return {"look": look}


def wait_for(file: Path) -> None:
    """Wait until there is a file, or nobody is left to make it."""
    begun_by = os.getppid()
    while not file.exists() and os.getppid() == begun_by:
        Event().wait(0.01)


async def until(true: Callable[[], bool]) -> None:
    """Wait for what another process brings about."""
    await asyncio.to_thread(wait_until, true, 60)


@pytest.mark.parametrize(("graph", "lacks"), [("memory", False), ("memory", True), ("disk", False)])
def test_workers_that_were_not_prepared_are_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graph: GraphKind, lacks: bool
) -> None:
    """Idle ones at once, one at work when it has answered; nobody who asks notices."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    library = Library.open(tmp_path / "home", BASE, graph)

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=2))
        workers.start(partial(tasks, folder=tmp_path, lacks=lacks))

        async def look(*, held: bool = False) -> tuple[int, int]:
            call = Call(task="look", given={"held": held}, version=0, seconds=60)
            reply = (await workers.call(call, "somebody", Lane.QUERIES)).given
            return reply["prepared"], reply["process"]

        try:
            assert not (await look())[0]
            await until(lambda: len(workers.processes()) == 3)
            early = set(workers.processes())
            at_work = asyncio.create_task(look(held=True))
            await until((tmp_path / "held").exists)
            assert not (await look())[0]

            (tmp_path / "prepare").touch()
            await until(lambda: len(early & set(workers.processes())) == 1)
            assert (await look())[0] >= 2, "the idle ones have been replaced, once there was all of the first step"

            (tmp_path / "go on").touch()
            prepared, held = await at_work
            assert (prepared, held in early) == (0, True)
            await until(lambda: held not in workers.processes())
            found = await asyncio.gather(*(look() for _ in range(6)))
            assert all(prepared for prepared, _ in found)
            assert not early & {process for _, process in found}

            async with asyncio.timeout(60):
                while (await look())[0] < 4:
                    pass  # those of the first step are replaced, too
        finally:
            workers.close()

    asyncio.run(run())


@pytest.mark.parametrize(("graph", "lacks"), [("memory", False), ("memory", True), ("disk", False)])
@pytest.mark.parametrize("is_lost", [False, True])
def test_who_waits_until_it_is_prepared_goes_on_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graph: GraphKind, lacks: bool, is_lost: bool
) -> None:
    """And where the zygote is lost; a zygote that is not there is not waited for."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    library = Library.open(tmp_path / "home", BASE, graph)

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=2))
        await asyncio.to_thread(workers.until_prepared, 3_600)
        workers.start(partial(tasks, folder=tmp_path, lacks=lacks))

        async def prepared() -> int:
            call = Call(task="look", given={"held": False}, version=0, seconds=60)
            found: int = (await workers.call(call, "somebody", Lane.QUERIES)).given["prepared"]
            return found

        try:
            assert not await prepared()
            waiting = asyncio.create_task(asyncio.to_thread(workers.until_prepared, 3_600))
            for _ in range(20):
                await prepared()
            assert not waiting.done()

            if is_lost:
                assert workers.zygote.process is not None
                os.kill(workers.zygote.process, signal.SIGKILL)
            else:
                (tmp_path / "prepare").touch()
            async with asyncio.timeout(60):
                await waiting
                while not is_lost and await prepared() < 4:
                    pass  # it rests when it has said of the last step that workers are to be replaced
        finally:
            workers.close()

    asyncio.run(run())


def idle_tasks(views: Views, folder: Path) -> Mapping[str, Task]:
    """Make tasks for workers of a zygote that prepares at once, and notes in the folder when nobody wants anything."""
    times: list[None] = []

    def renew(self: Views) -> None:
        times.append(None)
        (folder / f"idle {os.getpid()} {len(times)}").touch()

    Views.renew = renew  # type: ignore[method-assign]  # in the zygote, which asks it each time that it is idle
    (folder / "prepare").touch()
    return tasks(views, folder)


def times_idle(folder: Path, workers: WorkerPool) -> int:
    """Return how often the zygote there is now was idle."""
    return len([*folder.glob(f"idle {workers.zygote.process} *")])


async def prepared_in(workers: WorkerPool) -> int:
    """Ask a worker how many steps were prepared when it was forked."""
    call = Call(task="look", given={"held": False}, version=0, seconds=60)
    prepared: int = (await workers.call(call, "somebody", Lane.QUERIES)).given["prepared"]
    return prepared


@pytest.mark.parametrize("is_lost", [False, True])
def test_nothing_is_prepared_while_the_whole_graph_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_lost: bool
) -> None:
    """The zygote prepares nothing until the last block ends, however often it is idle, and goes on afterwards.

    Another that takes its place prepares nothing either.
    """
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    library = Library.open(tmp_path / "home", BASE)

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=1))
        workers.start(partial(idle_tasks, folder=tmp_path))
        in_a_thread, here = ExitStack(), ExitStack()
        try:
            await asyncio.to_thread(in_a_thread.enter_context, workers.preparing_nothing())
            here.enter_context(workers.zygote.held_back())
            await prepared_in(workers)
            if is_lost:
                before = workers.zygote.process
                assert before is not None
                await until(lambda: len(workers.processes()) == 2)
                os.kill(before, signal.SIGKILL)
                await until(lambda: workers.zygote.process not in (None, before))
                await prepared_in(workers)
            await until(lambda: times_idle(tmp_path, workers) >= 2)
            assert await prepared_in(workers) == 0

            await asyncio.to_thread(in_a_thread.close)
            times = times_idle(tmp_path, workers)
            await until(lambda: times_idle(tmp_path, workers) >= times + 3)
            assert await prepared_in(workers) == 0

            here.close()
            async with asyncio.timeout(60):
                while await prepared_in(workers) < 4:
                    pass
        finally:
            workers.close()

    asyncio.run(run())


def slow_tasks(views: Views, folder: Path) -> Mapping[str, Task]:
    """Make tasks for workers of a zygote that says when it begins to prepare, which lasts until there is a file."""
    made = tasks(views, folder)
    steps = views.prepare

    def prepare() -> Iterator[Step]:
        (folder / "begun").touch()
        yield from steps()

    views.prepare = prepare
    return made


def test_workers_are_forked_while_a_step_is_taken_beside_a_graph_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks when all workers are gone does not wait until a list of a large library is made."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    library = Library.open(tmp_path / "home", BASE, "disk")

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=1))
        workers.start(partial(slow_tasks, folder=tmp_path))

        try:
            await until((tmp_path / "begun").exists)
            for process in workers.processes():
                os.kill(process, signal.SIGKILL)
            async with asyncio.timeout(60):
                assert await prepared_in(workers) == 0
            (tmp_path / "prepare").touch()
            async with asyncio.timeout(60):
                while await prepared_in(workers) < 4:
                    pass
        finally:
            workers.close()

    asyncio.run(run())


def apart_tasks(views: Views, folder: Path) -> Mapping[str, Task]:
    """Make tasks for workers of a zygote whose second step another process is to take, when there is a file `go on`."""
    said: list[str] = []

    def make() -> bytes:
        wait_for(folder / "go on")
        if (folder / "fail").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        return str(os.getpid()).encode()

    def prepare() -> Iterator[Step]:
        yield True
        yield Apart(make, lambda made: said.append(made.decode()))
        said.append("after it")
        yield True

    views.prepare = prepare
    return {"look": lambda call: Reply(given={"said": [*said], "zygote": os.getppid()})}


@pytest.mark.parametrize("fails", [False, True])
def test_a_step_is_taken_apart_by_a_process_that_is_gone_then(tmp_path: Path, fails: bool) -> None:
    """Workers are forked meanwhile; where that process ends early the rest is prepared all the same."""
    library = Library.open(tmp_path / "home", BASE)
    if fails:
        (tmp_path / "fail").touch()

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=1))
        workers.start(partial(apart_tasks, folder=tmp_path))

        async def look() -> Mapping[str, Any]:
            return (await workers.call(Call(task="look", given={}, version=0, seconds=60), "one", Lane.QUERIES)).given

        try:
            for process in workers.processes():
                os.kill(process, signal.SIGKILL)
            async with asyncio.timeout(60):
                assert (await look())["said"] == []
                (tmp_path / "go on").touch()
                while not (found := await look())["said"]:
                    pass
            *made_by, last = found["said"]
            assert last == "after it"
            assert len(made_by) == (not fails)
            assert str(found["zygote"]) not in made_by
            assert not [process for process in made_by if running(int(process))]
        finally:
            workers.close()

    asyncio.run(run())


def resting_tasks(views: Views, folder: Path) -> Mapping[str, Task]:
    """Make tasks for workers of a zygote whose last step is better left for a while, and noted with its process."""
    prepared: list[str] = []

    def prepare() -> Iterator[bool | None]:
        (folder / f"{os.getpid()} begins").touch()
        if "first" not in prepared:
            prepared.append("first")
            yield True
        yield None
        (folder / f"{os.getpid()} goes on").touch()
        wait_for(folder / "last")
        prepared.append("last")
        yield True

    def take(taken: bytes) -> None:
        prepared[:] = json.loads(taken)

    views.prepare, views.prepared, views.take = prepare, lambda: json.dumps(prepared).encode(), take
    views.lacks = lambda: True
    return {"look": lambda call: Reply(given={"prepared": prepared})}


@pytest.mark.parametrize("graph", ["memory", "disk"])
def test_a_process_that_prepares_ends_where_the_rest_is_left_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graph: GraphKind
) -> None:
    """Else it would hold what it has read of the graph meanwhile; another goes on from what it has handed over."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    library = Library.open(tmp_path / "home", BASE, graph)

    def noted(what: str) -> list[int]:
        """The processes that did that."""
        return [int(file.name.split()[0]) for file in tmp_path.glob(f"* {what}")]

    async def run() -> None:
        workers = WorkerPool(library.worker_views(), QueryLimits(workers=1))
        workers.start(partial(resting_tasks, folder=tmp_path))
        call = Call(task="look", given={}, version=0, seconds=60)

        async def prepared() -> list[str]:
            found: list[str] = (await workers.call(call, "somebody", Lane.QUERIES)).given["prepared"]
            return found

        try:
            async with asyncio.timeout(60):
                while await prepared() != ["first"]:
                    pass
                await until(lambda: len(noted("goes on")) == 1)
                assert len(noted("begins")) == 2
                assert not [
                    process for process in noted("begins") if process not in noted("goes on") and running(process)
                ]
                (tmp_path / "last").touch()
                while await prepared() != ["first", "last"]:
                    pass
        finally:
            workers.close()

    asyncio.run(run())


def test_where_no_process_can_be_had_a_step_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The zygote goes on: another would open the graph by itself, and hold a second copy."""
    views = Library.open(tmp_path / "home", BASE).worker_views()
    taken: list[bytes] = []
    views.prepare = lambda: iter([Apart(lambda: b"made", taken.append), True])

    def fork() -> int:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(os, "fork", fork)
    steps = Preparing(views, lambda: None)
    assert steps.step({})
    assert not taken
