"""The readers as the server sees them: questions go out, answers come back, and what runs away is ended.

To be used in one event loop. The processes are those of `commonplace.derived.workers.zygote`.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import subprocess
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from commonplace.derived.graph.snapshot import Update
from commonplace.derived.search import log_process
from commonplace.derived.search.files import emptied
from commonplace.derived.workers import zygote
from commonplace.derived.workers.fair_queue import FairQueue
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.link import Behind, Lost, ReaderLink
from commonplace.derived.workers.messages import Answer, Call, Inbox, Kind, Message, Question, Reply, change_of, send
from commonplace.derived.workers.worker import MakeTasks, Views
from commonplace.errors import Cancelled, QueryEnded
from commonplace.model.change import ChangeSet, Version
from commonplace.processes.spawn import program, spawn

log = logging.getLogger(__name__)

WAITING, WAITING_EACH = 200, 50
"""How many queries may wait for a reader, of all clients and of each."""

PAST_AT_ONCE = 1
"""How many past states are made or asked at a time; one more is for a client who waits behind another. Each may take
as much memory and time as the library's start."""

PAST_WAITING, PAST_EACH = 20, 10
"""How many questions about past states may wait, of all clients and of each."""

PAST_KEPT_SECONDS = 60.0
"""How long the memory of past states is kept while nobody asks for one."""

SPARE = 1
"""Readers that wait beside those at work, so that one that was ended is replaced at once."""

SEARCH_PARTS = 4
"""Processes that write a search index at most: each holds what is said of a share of the library."""

PART_THINGS = 10_000
"""So many documents are worth a process of their own."""

_ATTEMPTS = 3
_PROGRAM = program(zygote.main)
_UPDATES = "updates"
"""As what client updates wait in the queue."""

Got = TypeVar("Got")


class Lane(Enum):
    """What waits in one queue. What fills one lane does not hold up the others."""

    QUERIES = "queries"
    """What a client writes: queries, updates, graphs."""
    PAGES = "pages"
    """Lists and exports of the newest state."""
    PAST = "past"
    """Whatever is asked of a past state."""


class Readers:
    """Answers questions in processes that can be ended."""

    def __init__(self, views: Views, limits: QueryLimits, template: socket.socket | None = None) -> None:
        """Readers of what those views read.

        `template` is the server's side of a template that was forked already; without it, one is started when
        the first question comes.
        """
        self.limits = limits
        self._log = views.log
        if views.log.address is None:
            raise TypeError("no other process can open this log")
        self._home = (views.log.address, str(views.checkpoints.directory), views.base)
        self._template: Inbox | None = None
        self._forked = template
        self._process: subprocess.Popen[bytes] | None = None
        self._links: dict[int, ReaderLink] = {}
        self._free: list[ReaderLink] = []
        self._newest = 0
        """The number of the worker that was forked last."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False
        self._writing: set[subprocess.Popen[bytes]] = set()
        """Processes that write a search index from the log."""
        self._tasks = b""
        """What makes the tasks of the readers, as it is handed to the template."""
        self._past: list[ReaderLink] = []
        """Readers that hold past states, and wait to be asked for one."""
        several, one = limits.workers, PAST_AT_ONCE
        self._lanes = {
            Lane.QUERIES: FairQueue(
                several, several, waiting=WAITING, waiting_each=WAITING_EACH, seconds=limits.seconds
            ),
            Lane.PAGES: FairQueue(several, several, waiting=WAITING, waiting_each=WAITING_EACH, seconds=limits.seconds),
            Lane.PAST: FairQueue(one, one, waiting=PAST_WAITING, waiting_each=PAST_EACH, seconds=limits.seconds),
        }

    async def ask(self, question: Question, client: str) -> Answer | Kind:
        """The answer; or the kind of it, when the question has no form for that kind.

        Raises `QueryEnded` at a limit, `TooManyQueries`, and what the question itself has wrong. Cancelling
        ends the query. A reader that somebody else has ended is replaced, and the question asked again.
        """
        lane = self._lane(Lane.QUERIES, question.version, exact=question.exact)
        return await self._through(lane, client, lambda link: link.ask(question))

    async def call(self, call: Call, client: str, lane: Lane) -> Reply:
        """Have a reader do one of the tasks that `start` was given, in its turn.

        Raises `QueryEnded` at a limit, `TooManyQueries`, and what the task refuses. Cancelling ends it. The call's
        file is read at its beginning, by whichever reader, and stays open.
        """
        lane = self._lane(lane, call.version, exact=call.exact)
        reply = await self._through(lane, client, lambda link: link.call(call))
        for line in reply.logged:
            log.error("in a reader: %s", line)
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

    async def write_search(self, directory: Path, version: Version) -> Version:
        """Have the search index of that version or a newer one written to a directory, as
        `commonplace.derived.search.files` reads it, by processes that are forked for it; answers the version.

        Raises `QueryEnded` when they are ended, `Cancelled` when this is closed, and `CommonplaceError` when it cannot
        be written.
        """
        parts = min(self.limits.workers, SEARCH_PARTS)
        written = await self._parts(_places(directory, 0, parts), version)
        if len(set(written)) > 1:  # there was a write between their forks
            await asyncio.to_thread(emptied, directory)
            written = await self._parts(_places(directory, 0, 1), version)
        return Version(written[0])

    async def write_search_of_change(self, directory: Path, version: Version) -> None:
        """Have the same written of a version that only adds, in which something that is new then is described by the
        log's text, from now on; and of what is left when there are readers of that version.

        What is read of a newer one is such as stands in no other part, and not less true. Raises what `write_search`
        does.
        """
        parts = min(2 * self.limits.workers, SEARCH_PARTS)  # more than there are cores: they end more nearly together
        log, _, base = self._home
        process = log_process.start(log, base, version, directory, parts)
        self._writing.add(process)
        try:
            code = await asyncio.to_thread(process.wait)
        finally:
            log_process.end(process)
            self._writing.discard(process)
        if code:
            raise self._search_ended()
        left = directory / log_process.LEFT
        if left.exists():
            needed = -(-len(log_process.read_names(left)) // PART_THINGS)
            await self._parts(_places(directory, parts, min(needed, self.limits.workers)), version, left)
            left.unlink()

    def _search_ended(self) -> Cancelled | QueryEnded:
        if self._closed:
            return Cancelled("the server stops")
        return QueryEnded("the processes that were to write the search index have ended")

    async def _parts(self, places: Sequence[Path], version: Version, things: Path | None = None) -> list[int]:
        """Have all parts written side by side; when one fails, the others are ended with it.

        They are of the `things` whose IRIs are in that file, of all where there is none.
        """
        head = {"things": str(things) if things else None, "parts": len(places), "version": version}
        writing = [
            asyncio.ensure_future(self._part({**head, "search": str(place), "part": part}))
            for part, place in enumerate(places)
        ]
        try:
            return await asyncio.gather(*writing)
        except Lost:
            raise self._search_ended() from None
        finally:
            for one in writing:
                one.cancel()

    async def _part(self, head: dict[str, Any]) -> int:
        link = self._fork()
        link.apart = True
        try:
            found: int = (await link.exchange(Message(head))).head["indexed"]
            return found
        finally:
            link.end()

    def wait_for(self, coroutine: Coroutine[Any, Any, Got]) -> Got:
        """Run something of this in its event loop, from another thread; answers what it answers."""
        assert self._loop is not None, "the server has not been started"
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _through(self, lane: Lane, client: str, talk: Callable[[ReaderLink], Awaitable[Got]]) -> Got:
        """Talk to a reader when it is the client's turn; to another when that one was lost."""
        if not self._links:
            self._refill()
        queue, past = self._lanes[lane], lane is Lane.PAST
        await queue.enter(client)
        try:
            attempts, forked = 0, self._newest
            while attempts < _ATTEMPTS:
                link = self._take(past=past)
                try:
                    return await talk(link)
                except Behind:  # and so is every reader that was forked no later
                    self._end_forked_before(link)
                except Lost:
                    link.end()  # its end may not have been noticed yet: nobody is to ask it again
                    attempts += link.number > forked  # all that wait may have been killed before they were asked
                except asyncio.CancelledError:
                    link.end()
                    raise
                finally:
                    self._give_back(link)
            raise QueryEnded(f"the query was ended {_ATTEMPTS} times with the process that read it, from outside")
        finally:
            queue.leave(client)

    def start(self, tasks: MakeTasks | None = None) -> None:
        """Called in the event loop, before anything is asked. Readers that cost little are made at once.

        `tasks` makes what they can do beside answering queries (see `call`).
        """
        self._loop = asyncio.get_running_loop()
        self._tasks = pickle.dumps(tasks) if tasks else b""
        if self._forked is not None:
            self._refill()

    def close(self) -> None:
        """End them all."""
        self._closed = True
        for link in list(self._links.values()):
            link.end()
        self._links.clear()
        for process in self._writing:
            log_process.end(process)
        if self._template is not None:
            self._drop(self._template)
        if self._forked is not None:
            self._forked.close()
            self._forked = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def processes(self) -> list[int]:
        """The process ids of the readers there are."""
        return [link.process for link in self._links.values() if link.process is not None and not link.ended]

    def _take(self, *, past: bool) -> ReaderLink:
        """Return a reader nobody asks: the one that answered last, whose memory is warm."""
        if not past:
            return self._free.pop() if self._free else self._fork()
        link = self._past.pop() if self._past else self._fork()
        link.apart = True
        return link

    def _give_back(self, link: ReaderLink) -> None:
        if link.apart and not link.last and not link.ended:
            self._keep_for_the_past(link)
        elif link.last or (not link.ended and len(self._alive()) > self.limits.workers + SPARE):
            link.end()
        elif not link.ended:
            self._free.append(link)

    def _keep_for_the_past(self, link: ReaderLink) -> None:
        """Keep a reader with past states for a while: another page of the answer may be asked for."""
        self._past.append(link)
        if self._loop is not None:
            self._loop.call_later(PAST_KEPT_SECONDS, self._forget, link, link.questions)
        while len(self._past) > PAST_AT_ONCE:
            self._past.pop(0).end()

    def _forget(self, link: ReaderLink, questions: int) -> None:
        """End a reader with past states that nobody has asked since."""
        if link in self._past and link.questions == questions:
            self._past.remove(link)
            link.end()

    def _end_forked_before(self, last: ReaderLink) -> None:
        for link in [link for link in self._free if link.number < last.number]:
            link.end()

    def _alive(self) -> list[ReaderLink]:
        return [link for link in self._links.values() if not link.ended and not link.apart]

    def _refill(self) -> None:
        """Have as many readers as there should be, the newest to be asked last."""
        while not self._closed and len(self._alive()) < self.limits.workers + SPARE:
            self._free.insert(0, self._fork())

    def _ended(self, link: ReaderLink) -> None:
        """A reader can be asked no more. One that was never asked is not replaced before it is missed."""
        for waiting in (self._free, self._past):
            if link in waiting:
                waiting.remove(link)
        if link.questions and self._loop is not None and not self._closed:
            self._loop.call_soon(self._refill)

    def _fork(self) -> ReaderLink:
        """A new reader. It can be asked at once, and answers when it is there."""
        ours, its = socket.socketpair()
        self._newest = number = self._newest + 1
        with its:
            message = Message({"fork": asdict(self.limits), "number": number, "descriptor": True})
            message.descriptor = its.fileno()
            try:
                send(self._open().connection, message)
            except OSError:  # it has just ended
                if self._template is not None:
                    self._drop(self._template)
                send(self._open().connection, message)
        link = ReaderLink(number, ours, self.limits, self._ended)
        self._links[number] = link
        return link

    def _open(self) -> Inbox:
        """The template, started when there is none."""
        if self._template is None:
            connection, self._forked = self._forked or self._spawn(), None
            connection.setblocking(False)
            self._template = Inbox(connection)
            if self._tasks:
                connection.setblocking(True)
                send(connection, Message({"tasks": True}, self._tasks))
                connection.setblocking(False)
            asyncio.get_running_loop().add_reader(connection.fileno(), self._template_readable, self._template)
        return self._template

    def _spawn(self) -> socket.socket:
        """Start a template that opens the home by itself."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        ours, its = socket.socketpair()
        with its:
            arguments = [*self._home, str(its.fileno())]
            self._process = spawn(_PROGRAM, arguments, stdin=subprocess.DEVNULL, pass_fds=(its.fileno(),))
        return ours

    def _template_readable(self, template: Inbox) -> None:
        try:
            alive = template.receive()
        except BlockingIOError:
            return
        except OSError:
            alive = False
        while (message := template.next()) is not None:
            self._heard(message)
        if not alive:
            self._drop(template)

    def _heard(self, message: Message) -> None:
        head = message.head
        if "forked" in head:
            assert message.descriptor is not None  # and a link is kept until its reader is gone
            self._links[head["forked"]].begun(head["process"], message.descriptor)
        elif "gone" in head:
            link = self._links.pop(head["gone"], None)
            if link is not None:
                link.gone(head["signal"])

    def _drop(self, template: Inbox) -> None:
        """The template has ended, or shall. Readers it has forked go on; those it has not will never be."""
        if self._loop is not None:
            self._loop.remove_reader(template.connection.fileno())
        template.close()
        self._template = None
        for number, link in list(self._links.items()):
            if link.process is None:
                link.end()
            if link.ended:
                del self._links[number]


def _places(directory: Path, first: int, count: int) -> list[Path]:
    """The places in a directory of so many parts of a search index, from that number on."""
    return [directory / str(number) for number in range(first, first + count)]
