"""Ask the zygote for workers, and replace it when it is lost: the server's side of it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from commonplace.derived.workers import zygote
from commonplace.derived.workers.messages import Inbox, WorkerMessage, send
from commonplace.derived.workers.zygote import Forked
from commonplace.processes.spawn import program, spawn
from commonplace.processes.state import is_stopped

FORK_SECONDS = 5.0
"""Time without a worker that was asked for after which the zygote is looked at: one that was stopped is replaced."""

_PROGRAM = program(zygote.main)


class ZygoteLink:
    """The server's side of the zygote, which is started when there is none. To be used in one event loop."""

    def __init__(
        self,
        home: tuple[str, str, str],
        forked: Forked | None,
        heard: Callable[[WorkerMessage], None],
        lost: Callable[[str, bool], None],
        graph: str | None = None,
        copies: Path | None = None,
    ) -> None:
        """Take what a zygote is started with (see `zygote.main`; `graph` is the address of the graph, if it has one,
        and `copies` is where it is kept on disk), and one that was forked already.

        `heard` is called with each message; `lost` with the reason when the zygote has ended, and whether it had forked
        any worker.
        """
        self._home, self._graph, self._copies = home, graph, copies
        self._forked = forked
        self._heard = heard
        self._lost = lost
        self._inbox: Inbox | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started: subprocess.Popen[bytes] | None = None
        self._retired: dict[Inbox, Callable[[], object]] = {}
        """The messages of zygotes that have a successor and wait for their last worker, each with what ends it."""
        self._closed = False
        self._holders = 0
        """The number of blocks for which the zygote prepares nothing."""
        self._has_forked = False
        self.process: int | None = None
        """Process id of the zygote that was asked last."""
        self.tasks = b""
        """The pickled function that makes the tasks of the workers, as it is sent to the zygote."""

    @property
    def is_there(self) -> bool:
        """Return whether a zygote is at work, or was forked and waits."""
        return self._inbox is not None or self._forked is not None

    def start(self) -> None:
        """Start a zygote, if there is none."""
        if not self._closed:
            self._open()

    def send(self, message: WorkerMessage) -> None:
        """Send a message to the zygote."""
        try:
            send(self._open().connection, message)
        except OSError:  # it has just ended
            self._lose("its process has ended")
            send(self._open().connection, message)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Have the zygote, or another that takes its place, prepare nothing while a block runs. Blocks may overlap."""
        self._holders += 1
        if self._holders == 1:
            self._let_wait(True)
        try:
            yield
        finally:
            self._holders -= 1
            if not self._holders:
                self._let_wait(False)

    def _let_wait(self, waits: bool) -> None:
        if self._inbox is not None:
            self.send(WorkerMessage({"wait": waits}))

    def succeed(self, forked: Forked) -> None:
        """Send to another zygote from now on. The one before ends with its last worker."""
        if self._closed:
            forked.end()
            return
        if self._inbox is not None:
            retired, started, process = self._inbox, self._started, self.process
            self._inbox = self._started = self.process = None
            with suppress(OSError):  # it has just ended
                send(retired.connection, WorkerMessage({"retire": True}))
            self._retired[retired] = partial(_end, started, process)
        elif self._forked is not None:
            self._forked.end()
        self._forked = forked
        self._open()

    def expect(self, waits: Callable[[], bool]) -> None:
        """Replace the zygote when it was stopped from outside, for as long as somebody `waits` for it.

        One that is busy may go on: a large library takes a while to be read.
        """
        asyncio.get_running_loop().call_later(FORK_SECONDS, self._look, waits)

    def close(self) -> None:
        """End the zygote."""
        self._closed = True
        if self._forked is not None:
            self._forked.end()
            self._forked = None
        self._drop()
        self._end()
        for inbox in list(self._retired):
            self._bury(inbox)

    def _look(self, waits: Callable[[], bool]) -> None:
        if self._inbox is None or not waits():
            return
        if self.process is None or not is_stopped(self.process):
            self.expect(waits)
            return
        self._lose("its process was stopped from outside")

    def _open(self) -> Inbox:
        """Return the messages of the zygote, which is started when there is none."""
        if self._inbox is None:
            begun, self._forked = self._forked or self._spawn(), None
            self.process, self._has_forked = begun.process, False
            self._inbox = inbox = Inbox(begun.connection)
            self._loop = asyncio.get_running_loop()
            begun.begin(self._home, self._graph, self._copies)
            if self.tasks:
                send(inbox.connection, WorkerMessage({"tasks": True}, self.tasks))
            if self._holders:
                send(inbox.connection, WorkerMessage({"wait": True}))
            inbox.connection.setblocking(False)
            self._loop.add_reader(inbox.connection.fileno(), self._readable, inbox)
        return self._inbox

    def _spawn(self) -> Forked:
        """Start a zygote that opens the home by itself."""
        environment = {zygote.GRAPH_ADDRESS: self._graph} if self._graph else {}
        if self._copies:
            environment[zygote.GRAPH_COPIES] = str(self._copies)
        ours, its = socket.socketpair()
        with its:
            arguments = [*self._home, str(its.fileno())]
            self._started = spawn(_PROGRAM, arguments, environment, stdin=subprocess.DEVNULL, pass_fds=(its.fileno(),))
        return Forked(ours, self._started.pid)

    def _end(self) -> None:
        """End the process, if it has not ended yet, and wait for it, so that its number is free again."""
        _end(self._started, self.process)
        self._started = self.process = None

    def _readable(self, inbox: Inbox) -> None:
        try:
            alive = inbox.receive()
        except BlockingIOError:
            return
        except OSError:
            alive = False
        while (message := inbox.next()) is not None:
            self._has_forked |= "forked" in message.head
            self._heard(message)
        if alive:
            return
        if self._inbox is inbox:
            self._lose("its process has ended")
        elif inbox in self._retired:
            self._bury(inbox)

    def _bury(self, retired: Inbox) -> None:
        """End a zygote that has a successor, if it has not ended, and wait for it."""
        assert self._loop is not None
        self._loop.remove_reader(retired.connection.fileno())
        retired.close()
        self._retired.pop(retired)()

    def _lose(self, why: str) -> None:
        self._drop()
        self._end()
        if not self._closed:
            self._lost(why, self._has_forked)

    def _drop(self) -> None:
        """Close the socket. Workers that the zygote has forked go on; those that it has not will never be."""
        if self._inbox is not None and self._loop is not None:
            self._loop.remove_reader(self._inbox.connection.fileno())
            self._inbox.close()
        self._inbox = None


def _end(started: subprocess.Popen[bytes] | None, process: int | None) -> None:
    """End a zygote that was started, or forked, and wait for it."""
    if started is not None:
        started.kill()
        started.wait()
    elif process is not None:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
