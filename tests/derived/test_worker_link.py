"""What the server says of a worker that it has waited for in vain."""

from __future__ import annotations

import asyncio
import socket

import pytest

from commonplace.derived.workers import link
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import WorkerLink
from commonplace.derived.workers.messages import Message
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
            await WorkerLink(1, ours, QueryLimits(seconds=77), ended.append).exchange(Message({"version": 0}))

    with pytest.raises(OutOfTime) as refused:
        asyncio.run(ask())
    assert "after 0.02 s" in str(refused.value.detail)
    assert len(ended) == 1
