"""The pool of workers as the server sees it: questions go out, answers come back, and runaways are ended.

To be used in one event loop. The processes are those of `commonplace.derived.workers.zygote`.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import asdict
from enum import Enum
from typing import Any, TypeVar

from commonplace.derived.graph.snapshot import Update
from commonplace.derived.health import Health
from commonplace.derived.workers.fair_queue import FairQueue
from commonplace.derived.workers.idle import IdleWorkers
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import Behind, Lost, WorkerLink
from commonplace.derived.workers.messages import (
    Answer,
    AnswerKind,
    Call,
    Question,
    Reply,
    WorkerMessage,
    change_of,
)
from commonplace.derived.workers.search_writer import SearchWriter
from commonplace.derived.workers.succession import Succession
from commonplace.derived.workers.worker import MakeTasks, Views
from commonplace.derived.workers.zygote import Forked
from commonplace.derived.workers.zygote_link import ZygoteLink
from commonplace.errors import Broken, CommonplaceError, Message, OutOfMemory, OutOfTime, QueryEnded, Stopped
from commonplace.model.change import ChangeSet, Version
from commonplace.processes.at_rest import resting

log = logging.getLogger(__name__)

WAITING, WAITING_EACH = 200, 50
"""Maximum number of queries that wait for a worker: of all clients, and of one client."""

PAST_AT_ONCE = 1
"""Maximum number of past states made or asked at a time; one more is for a client who waits behind another. Each may
take as much memory and time as the library's start."""

PAST_WAITING, PAST_EACH = 20, 10
"""Maximum number of questions about past states that wait: of all clients, and of one client."""

PAST_KEPT_SECONDS = 60.0
"""Maximum time that a worker keeps past states in memory while nobody asks for one."""

SPARE = 1
"""Number of workers that wait beside those at work, so that one that was ended is replaced at once."""

ZYGOTE = "the zygote of the workers"
"""The name by which `Health` tells that it was lost."""

_ATTEMPTS = 3
_REASONS: dict[type, str] = {OutOfTime: "time", OutOfMemory: "memory", Broken: "broken"}
_NOT_BY_QUERY = ("abandoned", "lost")
_UPDATES = "updates"
"""The name by which all updates wait in the queue, as if they were of one client."""

T = TypeVar("T")


class Lane(Enum):
    """A queue of its own for one sort of work, so that a full one does not hold up the others."""

    QUERIES = "queries"
    """Text that a client writes: queries, updates, graphs."""
    PAGES = "pages"
    """Lists and exports of the newest state."""
    PAST = "past"
    """Questions about a past state."""


class WorkerPool:
    """The processes that answer questions, each of which can be ended."""

    def __init__(self, views: Views, limits: QueryLimits, forked: Forked | None = None) -> None:
        """Make workers that read `views`.

        `forked` is a zygote that was forked already; without it, one is started when the first question comes.
        """
        self.limits = limits
        self._log = views.log
        if views.log.address is None:
            raise TypeError("no other process can open this log")
        self._home = (views.log.address, str(views.checkpoints.directory), views.base)
        self.health = Health()
        """Is told when the zygote is lost, and when there is another."""
        self.zygote = ZygoteLink(self._home, forked, self._heard, self._zygote_lost, views.graph.address, views.copies)
        self._begins_at_once = views.copies is not None
        self._links: dict[int, WorkerLink] = {}
        self._free: list[WorkerLink] = []
        self._newest = 0
        """The number of the worker that was forked last."""
        self._unprepared = 0
        """The number of the last worker that was forked before the zygote had prepared: these take one answer more."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self.succession = Succession(self.zygote, views, self._home, self._succeeded, self.wait_for)
        """Lets another zygote take over after a big change, where this process could fork the first."""
        self._has_prepared = threading.Event()
        """Is set when the zygote has prepared what is asked for most, or will not."""
        self._forks = forked is not None and views.copies is None
        self._shares_graph = views.copies is None and views.graph.address is None
        self.search = SearchWriter(
            self._home, limits, self._fork, self.zygote.held_back, shares_graph=self._shares_graph
        )
        """Writes search indexes, by workers that are forked for it."""
        self.ended_by = Counter(dict.fromkeys((*_REASONS.values(), *_NOT_BY_QUERY), 0))
        """Number of workers that were ended before they had an answer, by the reason: `time`, `memory`, `broken` (by a
        text that breaks its process), `abandoned` (the client had gone), `lost` (ended from outside)."""
        self._idle = IdleWorkers(self._free, self._alive)
        self._past: list[WorkerLink] = []
        """Workers that hold past states, and wait to be asked for one."""
        several, one = limits.workers, PAST_AT_ONCE
        self._lanes = {
            Lane.QUERIES: FairQueue(
                several, several, waiting=WAITING, waiting_each=WAITING_EACH, seconds=limits.seconds
            ),
            Lane.PAGES: FairQueue(several, several, waiting=WAITING, waiting_each=WAITING_EACH, seconds=limits.seconds),
            Lane.PAST: FairQueue(
                one, one, waiting=PAST_WAITING, waiting_each=PAST_EACH, seconds=limits.seconds, scarce=True
            ),
        }

    async def ask(self, question: Question, client: str) -> Answer | AnswerKind:
        """Return the answer; or only its kind, when the question has no form for that kind.

        Raises `QueryEnded` at a limit, `TooManyQueries`, `Stopped`, and the error of the question itself. Cancelling
        ends the query, if it is not answered in a second. A worker that somebody else has ended is replaced, and the
        question asked again.
        """
        lane = self._lane(Lane.QUERIES, question.version, exact=question.exact)
        return await self._through(lane, client, lambda link: link.ask(question))

    async def call(self, call: Call, client: str, lane: Lane) -> Reply:
        """Let a worker do one of the tasks that `start` was given, in its turn.

        Raises `QueryEnded` at a limit, `TooManyQueries`, `Stopped`, and the error that the task raises. Cancelling ends
        the task, if it is not done in a second.
        The call's file is read from its beginning, and stays open.
        """
        lane = self._lane(lane, call.version, exact=call.exact)
        reply = await self._through(lane, client, lambda link: link.call(call))
        for line in reply.logged:
            log.error("in a worker: %s", line)
        return reply

    def work_out(self, update: Update, version: Version) -> tuple[ChangeSet, Version]:
        """Return what an update changes in the state of that version or a newer one, and which that is.

        For another thread than the event loop's: a large change takes a while to be read. Raises what `ask` raises,
        and what `commonplace.derived.graph.update` does.
        """
        message = self.wait_for(self._through(Lane.QUERIES, _UPDATES, lambda link: link.work_out(update, version)))
        return change_of(message)

    def _lane(self, lane: Lane, version: int, *, exact: bool) -> Lane:
        return Lane.PAST if exact and version < self._log.head() else lane

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine of this pool in its event loop, from another thread; return its result."""
        assert self._loop is not None, "the server has not been started"
        with resting():
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def until_prepared(self, seconds: float) -> bool:
        """Wait until what workers are to have at hand is prepared, but for what may be left for a while.

        Return False where it is not in time. For another thread than the event loop's. No zygote is waited for that is
        not there or is lost: another is started when a worker is asked for.
        """
        if not self.zygote.is_there:
            return True
        with resting():
            return self._has_prepared.wait(seconds)

    @contextmanager
    def preparing_nothing(self) -> Iterator[None]:
        """Have the zygote prepare nothing while a block has the whole graph read.

        Each process that reads a graph in memory makes it its own until it ends: two at one time would hold two more.
        For another thread than the event loop's.
        """
        assert self._loop is not None, "the server has not been started"
        held, stopped = ExitStack(), suppress(RuntimeError)  # which says that the event loop has ended with the server
        with stopped:
            self._loop.call_soon_threadsafe(held.enter_context, self.zygote.held_back())
        try:
            yield
        finally:
            with stopped:
                self._loop.call_soon_threadsafe(held.close)

    def handing_on(self) -> AbstractContextManager[None]:
        """Let another zygote take over at the end of a block that may write much, where this process can fork one.

        For another thread than the event loop's.
        """
        return self.succession.after() if self._forks else nullcontext()

    async def _through(self, lane: Lane, client: str, talk: Callable[[WorkerLink], Awaitable[T]]) -> T:
        """Ask a worker when it is the client's turn, and another one when that one was lost."""
        if not self._links:
            self._refill()
        queue, past = self._lanes[lane], lane is Lane.PAST
        await queue.enter(client)
        try:
            attempts, forked = 0, self._newest
            while attempts < _ATTEMPTS:
                if self._closed:  # nobody would end a worker that is started now
                    raise Stopped("the server stops, and nothing was done: ask again when it is back")
                link = self._take(past=past)
                try:
                    return await talk(link)
                except CommonplaceError as fault:
                    self._count(fault)
                    raise
                except Behind:  # and so is every worker that was forked no later
                    self._end_forked_before(link)
                except Lost:
                    self.ended_by["lost"] += 1
                    link.end()  # its end may not have been noticed yet: nobody is to ask it again
                    attempts += link.number > forked  # all that wait may have been killed before they were asked
                except asyncio.CancelledError:
                    self.ended_by["abandoned"] += link.ended
                    raise
                finally:
                    self._give_back(link)
            raise QueryEnded(
                Message(
                    "the query was ended %(attempts)s times with the process that read it, from outside",
                    attempts=_ATTEMPTS,
                )
            )
        finally:
            queue.leave(client)

    def _count(self, fault: CommonplaceError) -> None:
        """Count the worker that an error ended, if it did: an error of what was asked alone ends none."""
        for kind in (type(fault), type(fault.__cause__)):
            if kind in _REASONS:
                self.ended_by[_REASONS[kind]] += 1

    def start(self, tasks: MakeTasks | None = None) -> None:
        """Take the running event loop as the pool's own, before anything is asked.

        Workers are forked at once where a zygote is there, or the graph is on disk. `tasks` makes what they can do
        beside answering queries (see `call`).
        """
        self._loop = asyncio.get_running_loop()
        self.zygote.tasks = pickle.dumps(tasks) if tasks else b""
        if self.zygote.is_there or self._begins_at_once:
            self._refill()

    def close(self) -> None:
        """End all processes of the pool."""
        self._closed = True
        self._has_prepared.set()
        for link in list(self._links.values()):
            link.end()
        self._links.clear()
        self._idle.close()
        self.search.close()
        self.zygote.close()

    @property
    def are_there(self) -> bool:
        """Return whether workers can be asked without starting the process first that they are forked from."""
        return self.zygote.is_there

    @property
    def queues(self) -> Mapping[str, FairQueue]:
        """Return the queues, by name."""
        return {lane.value: queue for lane, queue in self._lanes.items()}

    @property
    def states(self) -> Mapping[str, int]:
        """Return the number of workers in each state."""
        idle, past = len(self._free), len(self._past)
        alive = sum(not link.ended for link in list(self._links.values()))
        return {"idle": idle, "idle with past states": past, "busy": max(0, alive - idle - past)}

    def processes(self) -> list[int]:
        """Return the process ids of the workers there are."""
        return [link.process for link in self._links.values() if link.process is not None and not link.ended]

    def _take(self, *, past: bool) -> WorkerLink:
        """Return an idle worker: the one that answered last, whose memory is warm."""
        if not past:
            return self._free.pop() if self._free else self._fork()
        link = self._past.pop() if self._past else self._fork()
        link.apart = True
        return link

    def _give_back(self, link: WorkerLink) -> None:
        last = link.last or link.number <= self._unprepared
        if link.apart and not last and not link.ended:
            self._keep_for_the_past(link)
        elif last or (not link.ended and len(self._alive()) > self.limits.workers + SPARE):
            link.end()
        elif not link.ended:
            self._free.append(link)
            if self._shares_graph and self._loop is not None and not self._closed:
                self._idle.look_later()

    def _keep_for_the_past(self, link: WorkerLink) -> None:
        """Keep a worker with past states for a while, since another page of the answer may be asked for."""
        self._past.append(link)
        if self._loop is not None:
            self._loop.call_later(PAST_KEPT_SECONDS, self._forget, link, link.questions)
        while len(self._past) > PAST_AT_ONCE:
            self._past.pop(0).end()

    def _forget(self, link: WorkerLink, questions: int) -> None:
        """End a worker with past states that nobody has asked since."""
        if link in self._past and link.questions == questions:
            self._past.remove(link)
            link.end()

    def _end_forked_before(self, last: WorkerLink) -> None:
        for link in [link for link in self._free if link.number < last.number]:
            link.end()

    def _alive(self) -> list[WorkerLink]:
        return [link for link in self._links.values() if not link.ended and not link.apart]

    def _refill(self) -> None:
        """Fork the workers that are missing; the newest are asked last."""
        while not self._closed and len(self._alive()) < self.limits.workers + SPARE:
            self._free.insert(0, self._fork())

    def _ended(self, link: WorkerLink) -> None:
        """Take out a worker that can be asked no more. One that was never asked is not replaced before it is missed."""
        for waiting in (self._free, self._past):
            if link in waiting:
                waiting.remove(link)
        if link.questions and self._loop is not None and not self._closed:
            self._loop.call_soon(self._refill)

    def _fork(self) -> WorkerLink:
        """Fork a new worker. It can be asked at once, and answers when it has started."""
        ours, its = socket.socketpair()
        self._newest = number = self._newest + 1
        with its:
            message = WorkerMessage({"fork": asdict(self.limits), "number": number, "descriptor": True})
            message.descriptor = its.fileno()
            self.zygote.send(message)
        link = WorkerLink(number, ours, self.limits, self._ended)
        self._links[number] = link
        self.zygote.expect(lambda: link.process is None and not link.ended)
        return link

    def _zygote_lost(self, why: str, had_forked: bool) -> None:
        """End the workers that it has not forked, and have another zygote started; the other workers go on.

        One that ended before it had forked any is not started again until it is asked, lest that go on for ever.
        """
        self._end_unforked()
        self._has_prepared.set()
        self.health.failed(ZYGOTE, QueryEnded(Message("%(why)s; another one is started", why=why)))
        if had_forked and self._loop is not None:
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Start another zygote, also where all workers of the one before are left, and fork those that are missing."""
        self.zygote.start()
        self._refill()

    def _end_unforked(self) -> None:
        """End the links to workers that a zygote before has not forked, and never will."""
        for number, link in list(self._links.items()):
            if link.process is None:
                link.end()
            if link.ended:
                del self._links[number]

    def _succeeded(self) -> None:
        """Go on with another zygote: who waits for a worker of the one before asks again."""
        self._end_unforked()
        self._replace_workers()

    def _replace_workers(self) -> None:
        """Have the workers there are replaced: those that answer now after their answer, the others at once."""
        self._unprepared = self._newest
        for idle in list(self._free):
            idle.end()
        self._refill()

    def _heard(self, message: WorkerMessage) -> None:
        head = message.head
        if "gone" not in head:  # as one says, too, that has a successor
            self.health.passed(ZYGOTE)
        if "forked" in head:
            assert message.descriptor is not None  # and a link is kept until its worker is gone
            self._links[head["forked"]].begun(head["process"], message.descriptor)
        elif "prepared" in head:
            self._replace_workers()
        elif "rests" in head:
            self._has_prepared.set()
        elif "gone" in head:
            link = self._links.pop(head["gone"], None)
            if link is not None:
                link.gone(head["signal"])
