"""Hand the server's graph on to another zygote after a big change, so that only one process has to load it.

The server takes a big change in while it is logged. The zygote, and the workers that are forked from it, would load it
a second time and hold what they have loaded beside. So the zygote stays where it is meanwhile, and afterwards the
server forks another, which shares its memory as the first did at the start. A process with threads can be forked when
all but one of them rest; where no such moment comes, the zygote reads the log as it always does.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any

from commonplace.derived.graph.opening import is_in_this_memory
from commonplace.derived.workers.messages import WorkerMessage
from commonplace.derived.workers.worker import Views
from commonplace.derived.workers.zygote import READ_BYTES, Forked, forked_at_work
from commonplace.derived.workers.zygote_link import ZygoteLink
from commonplace.model.change import Version
from commonplace.processes.at_rest import others_rest
from commonplace.processes.garbage_collection import collect_all, share_with_forks
from commonplace.processes.memory import give_back_memory

log = logging.getLogger(__name__)

HANDED_ON_BYTES = 20_000_000
"""Minimum length of what was logged for which the zygote is replaced: what it has prepared is prepared again, and that
is so anyway after a change of this size."""

REST_SECONDS = 3.0
"""Time in which a moment is waited for when every other thread rests, or longer, but no longer than a zygote would
read."""

LOOK_SECONDS = 0.005
"""Time between two looks at the threads."""

BEGIN_SECONDS = 10.0
"""Maximum time until a new zygote has read the graph that it was forked with."""


class Succession:
    """Replaces the zygote of a server after a big change. To be used in one event loop, but for `after`."""

    def __init__(
        self,
        zygote: ZygoteLink,
        views: Views,
        home: Sequence[str],
        succeeded: Callable[[], None],
        run: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """Replace a zygote by one that reads `views`, of a home (see `zygote.main`).

        `succeeded` is called when there is another; `run` runs a coroutine in the event loop, for another thread.
        """
        self._zygote = zygote
        self._views = views
        self._home = home
        self._succeeded = succeeded
        self._run = run
        self._under_way = 0

    @contextmanager
    def after(self) -> Iterator[None]:
        """Have the zygote stay while a block writes, and replace it at the end if that was much. For another thread."""
        if not self._zygote.is_there or not is_in_this_memory(self._views.own):
            yield
            return
        before = self._views.log.head()
        self._run(self._begin())
        try:
            yield
        finally:
            self._run(self._end(before))

    async def _begin(self) -> None:
        self._under_way += 1
        self._let_stay(True)

    async def _end(self, before: Version) -> None:
        """Replace the zygote, if much was written; nothing that goes wrong with it is a fault of what was written."""
        try:
            written = self._views.log.size(before, self._views.log.head())
            if written >= HANDED_ON_BYTES and self._zygote.is_there and (forked := await self._forked(written)):
                self._zygote.succeed(forked)
                self._succeeded()
        except Exception:
            log.exception("the graph could not be handed on: it is read from the log again")
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._let_stay(False)

    def _let_stay(self, stays: bool) -> None:
        if self._zygote.is_there:
            with suppress(OSError):  # it has ended: another follows the log by itself
                self._zygote.send(WorkerMessage({"stay": stays}))

    async def _forked(self, written: int) -> Forked | None:
        """Return a zygote that was forked from this process and has read the graph; None where there is none.

        `written` is the length of the log that it need not read.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + max(REST_SECONDS, written / READ_BYTES)
        await asyncio.to_thread(_tidy)
        while not others_rest():
            if loop.time() > end:
                log.info("no moment came at which the graph could be handed on: it is read from the log again")
                return None
            await asyncio.sleep(LOOK_SECONDS)
        reading, writing = os.pipe()
        with closing(os.fdopen(reading, "rb", buffering=0)) as pipe:
            share_with_forks()
            try:
                forked = forked_at_work(self._views, self._home, writing)
            except OSError as fault:
                log.warning("no process could be forked to hand the graph on to: %s", fault)
                return None
            finally:
                os.close(writing)
            begun = asyncio.Event()
            loop.add_reader(pipe.fileno(), begun.set)
            try:
                await asyncio.wait_for(begun.wait(), BEGIN_SECONDS)
                if pipe.read(1):
                    return forked
            except TimeoutError:
                pass
            finally:
                loop.remove_reader(pipe.fileno())
        forked.end()
        log.warning("a process that was forked to hand the graph on to did not begin: it is read from the log again")
        return None


def _tidy() -> None:
    """Free what the change has left behind: a fork would keep it."""
    collect_all()
    give_back_memory()
