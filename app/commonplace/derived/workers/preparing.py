"""Prepare what workers will need, in the process that they are forked from, while nobody waits for it."""

from __future__ import annotations

import logging
import os
import select
import signal
import socket
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import NamedTuple

from commonplace.derived.workers.apart import Apart
from commonplace.derived.workers.messages import Inbox, WorkerMessage, send
from commonplace.derived.workers.worker import Task, Views
from commonplace.errors import GraphUnreachable
from commonplace.processes.garbage_collection import share_with_forks
from commonplace.processes.limits import end_with_parent

log = logging.getLogger(__name__)

_NOT_PREPARED = "what workers are to have at hand is not prepared: %s"


class Awaited(NamedTuple):
    """A step that another process takes: the descriptor of the socket on which it says that this is done."""

    descriptor: int


class Preparing:
    """What is prepared while nobody waits for the zygote, one step at a time, and again for each version.

    Who was told of a step has workers forked, which the next step would hold up: so that waits until nobody asks. The
    next of a step that nobody is told of comes at once, unless somebody asks. Where much is to be read of a graph in
    memory, and for each copy of one on disk, a process beside the zygote prepares, while that forks workers: a step is
    `awaited` then.
    """

    def __init__(self, views: Views, leave: Callable[[], None]) -> None:
        """Prepare from `views`; `leave` closes, in a process forked for it, what it must not hold open."""
        self._views = views
        self._leave = leave
        self._of: tuple[object, int] | None = None
        self._steps: Iterator[bool | Awaited | None] = iter(())
        self._taken = 0
        self._most = 0
        """Maximum number of steps that were taken for a version: workers have been told of these."""
        self.goes_on = False
        """Whether there was a step of which nobody was told, and the next is not to be left for a while."""
        self.rests = False
        """Whether all is prepared, but for what is better left for a while."""
        self.awaited: list[int] = []
        """The descriptor that can be read when a step that another process takes has come further, if there is one."""

    def step(self, tasks: Mapping[str, Task]) -> bool:
        """Take the next step, if there is one; return whether workers forked from now on have something new at hand."""
        if self._of is None or self._of[0] is not tasks or self._of[1] != self._views.graph.version:
            self._of, self._taken, self.rests = (tasks, self._views.graph.version), 0, False
            here = self._views.are_shared and not self._views.lacks()
            self._steps = self._shared() if here else _apart(self._views, self._leave)
        self.goes_on = False
        self.awaited.clear()
        try:
            is_much = next(self._steps)
        except StopIteration:
            self.rests = True
            return False
        except GraphUnreachable as fault:
            log.warning("%s", fault.detail)
            self.rests = True
            return False
        if isinstance(is_much, Awaited):
            self.awaited.append(is_much.descriptor)
            return False
        share_with_forks()
        self._taken += 1
        is_new = bool(is_much) and self._taken > self._most
        self._most = max(self._most, self._taken)
        self.goes_on = is_much is not None and not is_new
        self.rests = is_much is None
        return is_new

    def _shared(self) -> Iterator[bool | Awaited | None]:
        """Prepare in this process, but for the steps that are to be taken apart."""
        for step in self._views.prepare():
            if isinstance(step, Apart):
                yield from _made_apart(step, self._leave)
            else:
                yield step


def _made_apart(step: Apart, leave: Callable[[], None]) -> Iterator[Awaited]:
    """Let a process that shares the graph make what a step makes, and take it; where there is none, do without.

    Yield where that will be heard, until it is.
    """

    def make(connection: socket.socket) -> None:
        send(connection, WorkerMessage({}, step.make()))

    fault: object = "the process that made it has ended"
    try:
        with _beside(make, leave) as connection:
            for message in _heard(connection):
                if isinstance(message, Awaited):
                    yield message
                else:
                    step.take(message.body)
                    return
    except OSError as no_process:
        fault = no_process
    log.warning(_NOT_PREPARED, fault)


def _apart(views: Views, leave: Callable[[], None]) -> Iterator[bool | Awaited | None]:
    """Let a process that opens or shares the graph prepare, step by step, and take what it has made.

    What lies in a file is read here, so that this process and those forked from it share that. The other begins with
    what was prepared here before, and moves that along. It ends where the next step is better left for a while, and
    another takes that: what was read of the graph is not held meanwhile. When one ends early, the rest is not prepared.
    """
    yield from views.read()
    try:
        with closing(_by_another(views, leave)) as steps:
            for is_much in steps:
                if is_much is None:
                    break
                yield is_much
            else:
                return
        yield None
        yield from _by_another(views, leave)
    except OSError as fault:
        log.warning(_NOT_PREPARED, fault)
    finally:
        if views.reader is not None:
            views.reader.sweep()


def _by_another(views: Views, leave: Callable[[], None]) -> Generator[bool | Awaited | None, None, None]:
    """Yield after each step that a process takes which is forked for it, and that is ended when nobody goes on.

    While it takes a step, which may last for half a minute on a busy machine, yield where it will be heard. Raises
    OSError where there is no process.
    """
    with _beside(partial(_prepare, views), leave) as connection:
        for message in _heard(connection):
            if isinstance(message, Awaited):
                yield message
                continue
            if message.body:
                views.take(message.body)
            yield message.head["is much"]
            send(connection, WorkerMessage({"go on": True}))


@contextmanager
def _beside(run: Callable[[socket.socket], None], leave: Callable[[], None]) -> Iterator[socket.socket]:
    """Run a function in a process forked for it, with one side of a socket, and give the other; end it after that.

    It ends with this one, too, for workers that are forked meanwhile hold its socket open. Raises OSError where the
    system has no process, or no memory, for it.
    """
    ours, its = socket.socketpair()
    with its:
        try:
            process = os.fork()
        except OSError:
            ours.close()
            raise
        if process == 0:
            try:
                end_with_parent()
                ours.close()
                leave()
                run(its)
            except ConnectionError:  # nobody is left to hand anything to
                os._exit(1)
            except BaseException:
                log.exception("what was to be prepared in a process apart was not")
                os._exit(1)
            os._exit(0)
    try:
        yield ours
    finally:
        ours.close()
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _heard(connection: socket.socket) -> Iterator[WorkerMessage | Awaited]:
    """Yield the messages that come on a socket, and where to wait for one while none is there."""
    inbox, poll = Inbox(connection), select.poll()
    poll.register(connection, select.POLLIN)
    while True:
        if (message := inbox.next()) is not None:
            yield message
        elif not poll.poll(0):
            yield Awaited(connection.fileno())
        elif not inbox.receive():
            return


def _prepare(views: Views, connection: socket.socket) -> None:
    """Prepare on an open graph; hand over what there is after each step, and wait before the next.

    All of it together would take much memory once more, and with the next version this process is ended: another begins
    with what was handed over.
    """
    views.open()
    inbox = Inbox(connection)
    for is_much in views.prepare():
        if isinstance(is_much, Apart):
            is_much.here()
            continue
        send(connection, WorkerMessage({"is much": is_much}, b"" if is_much is None else views.prepared()))
        if inbox.wait() is None:
            return
