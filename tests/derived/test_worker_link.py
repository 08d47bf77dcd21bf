"""What the server makes of a worker that it has waited for in vain, or waits for no more."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commonplace.derived.workers import link
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import WorkerLink
from commonplace.derived.workers.messages import WorkerMessage, framed
from commonplace.errors import OutOfTime


def test_a_question_whose_worker_never_begins_is_told_how_long_that_was_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And not how long the question might have taken."""
    monkeypatch.setattr(link, "_START_SECONDS", 0.02)
    ended: list[WorkerLink] = []

    async def ask() -> None:
        ours, its = socket.socketpair()
        with its:
            await WorkerLink(1, ours, QueryLimits(seconds=77), ended.append).exchange(WorkerMessage({"version": 0}))

    with pytest.raises(OutOfTime) as refused:
        asyncio.run(ask())
    assert "after 0.02 s" in str(refused.value.detail)
    assert len(ended) == 1


@contextmanager
def begun_link() -> Iterator[tuple[WorkerLink, socket.socket, subprocess.Popen[bytes]]]:
    """A link to a process that is there, the other end of its socket, by which the test answers, and the process."""
    ours, its = socket.socketpair()
    with its, subprocess.Popen(["sleep", "600"]) as process:
        made = WorkerLink(1, ours, QueryLimits(), lambda link: None)
        try:
            made.begun(process.pid, os.pidfd_open(process.pid))
            yield made, its, process
        finally:
            made.end()


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def cancelled(asked: asyncio.Task[WorkerMessage], its: socket.socket) -> None:
    """Cancel a question once the worker has it."""
    its.setblocking(False)
    await asyncio.get_running_loop().sock_recv(its, 1 << 16)
    asked.cancel()
    await asyncio.sleep(0)  # the task has been told


def test_a_worker_that_soon_answers_what_nobody_waits_for_goes_on_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_FINISHING_SECONDS", 60.0)

    async def ask() -> None:
        with begun_link() as (made, its, process):
            first = asyncio.create_task(made.exchange(WorkerMessage({"number": 1})))
            await cancelled(first, its)
            assert not first.done(), "the worker is still at it"
            socket.send_fds(its, [framed(WorkerMessage({"answer": 1}))], [its.fileno()])
            with pytest.raises(asyncio.CancelledError):
                await first
            second = asyncio.create_task(made.exchange(WorkerMessage({"number": 2})))
            await asyncio.get_running_loop().sock_recv(its, 1 << 16)
            its.send(framed(WorkerMessage({"answer": 2})))
            assert (await second).head == {"answer": 2}
            assert not made.ended
            assert process.poll() is None

    before = open_files()
    asyncio.run(ask())
    assert open_files() == before


def test_a_worker_that_goes_on_with_what_nobody_waits_for_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_FINISHING_SECONDS", 0.02)

    async def ask() -> None:
        with begun_link() as (made, its, process):
            asked = asyncio.create_task(made.exchange(WorkerMessage({"number": 1})))
            await cancelled(asked, its)
            with pytest.raises(asyncio.CancelledError):
                await asked
            assert made.ended
            assert process.wait(60) == -signal.SIGKILL

    asyncio.run(ask())
