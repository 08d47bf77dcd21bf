"""The zygote: a process of one thread that holds the graph, follows the log, and forks workers.

A process with threads cannot be forked safely, and a server has threads. So before it has any, it forks the
zygote, which shares its memory until either writes to it; where that is not possible (threads are there
already) a new process opens the home by itself. A fork then is a matter of
milliseconds whatever the size of the graph. A graph on disk the zygote never opens, because the engine has threads:
it is forked before that is open, and waits to be told what there is to read; each worker opens a copy for itself, and
what is prepared is prepared by a process that opens one, too.

The server talks to it over a socket. `tasks` says what else its workers can do (see `worker.MakeTasks`). `fork`, with
the socket of the worker to be, is answered with `forked`, its process id and a descriptor of the process (so that
ending it can never hit another); when a worker has ended for whatever reason, `gone` says how. `prepared` says that a
worker forked from now on has at hand what an earlier one would have to make, once for each part of that; the zygote
takes no step of it between `wait` that is true and `wait` that is false. `rests` says, once, that all of it is
prepared, but for what may be left for a while. Between `stay` that is true and `stay` that
is false it does not read much log, unless a worker has waited for as long as that takes: a successor may come that has
it (see `succession`). After `retire` it forks no more, and ends with its last worker; and at any time when the server's
side of the socket is closed.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import select
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph.opening import graph_elsewhere, reader_on_disk, without_locks
from commonplace.derived.sealed import LogPosition
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import Inbox, WorkerMessage, send
from commonplace.derived.workers.preparing import Preparing
from commonplace.derived.workers.worker import Task, Views, begin
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.opening import open_log
from commonplace.processes.at_rest import let_go_of_all_but
from commonplace.processes.garbage_collection import share_with_forks

_NICE = 5

GRAPH_ADDRESS = "COMMONPLACE_ZYGOTE_GRAPH"
"""Name of the variable that tells a zygote the address of the engine that keeps the graph, where one does."""

GRAPH_COPIES = "COMMONPLACE_ZYGOTE_COPIES"
"""Name of the variable that tells a zygote the directory of the copies of a graph on disk."""

FOLLOW_SECONDS = 0.5
"""Maximum time between two looks at the log for new entries."""

READ_BYTES = 40_000_000
"""How much log a zygote reads into its graph in a second, about."""

ENDING_SECONDS = 1.0
"""Maximum time that a thread which has ended is waited for; one that is the engine's own stays."""


class Zygote:
    """The zygote's own process, which runs until the server is gone."""

    def __init__(self, connection: socket.socket, views: Views) -> None:
        self._connection = connection
        self._views = views
        self._tasks: Mapping[str, Task] = {}
        self._waits = False
        """Whether nothing is prepared for now, because the server wants the processor for what it waits for."""
        self._stays = self._retires = False
        """Whether no more log than a worker would read is followed, and whether only workers' ends are waited for."""
        self._asked: list[WorkerMessage] = []
        """The workers that were asked for and wait, because much log would have to be read before them."""
        self._asked_at = 0.0
        """When the first of these was asked for."""
        self._workers: dict[int, int] = {}
        """The numbers that the server gave the workers, by descriptors of their processes."""

    def run(self) -> None:
        """Fork workers on request. They and the zygote run at a lower priority than the server."""
        os.nice(_NICE)
        self._views.follow()
        share_with_forks()
        self._connection.setblocking(False)
        inbox, ours = Inbox(self._connection), self._connection.fileno()
        preparing, has_rested = Preparing(self._views, self._leave), False
        while True:
            goes_on = preparing.goes_on and not self._waits
            awaited = [] if self._waits else preparing.awaited
            ready = _readable([ours, *awaited, *self._workers], 0 if goes_on else FOLLOW_SECONDS)
            for descriptor in ready:
                if descriptor in self._workers:
                    self._bury(descriptor)
            if ours in ready and not self._heard(inbox):
                return
            if self._retires:
                if not self._workers:
                    return
                continue
            self._fork_asked()
            if set(ready) <= set(awaited):  # nobody waits for it
                self._views.renew()
                if not self._waits and preparing.step(self._tasks):
                    self._say(WorkerMessage({"prepared": True}))
                if preparing.rests and self._tasks and not has_rested:
                    has_rested = True
                    self._say(WorkerMessage({"rests": True}))

    def _heard(self, inbox: Inbox) -> bool:
        """Do what the server asks; return False when it has gone."""
        if not inbox.receive():
            return False
        while (message := inbox.next()) is not None:
            if "wait" in message.head:
                self._waits = message.head["wait"]
                continue
            if "stay" in message.head:
                self._stays = message.head["stay"]
                continue
            if "retire" in message.head:
                self._retires = self._waits = True
                self._forget_asked()
                continue
            if "tasks" in message.head:
                self._tasks = pickle.loads(message.body)(self._views)  # noqa: S301  from the server that began this
                share_with_forks()
                continue
            if not self._asked:
                self._asked_at = time.monotonic()
            self._asked.append(message)
        return True

    def _fork_asked(self) -> None:
        """Follow the log, and fork the workers that were asked for, unless a successor may come that has read it."""
        if self._stays and self._views.far_behind(self._views.log.head()) and not self._is_overdue():
            return
        self._views.follow()
        while self._asked:
            message = self._asked.pop(0)
            assert message.descriptor is not None
            limits = QueryLimits(**message.head["fork"])
            self._fork(socket.socket(fileno=message.descriptor), message.head["number"], limits)

    def _is_overdue(self) -> bool:
        """Return whether a worker has waited for longer than the log takes to be read."""
        unread = self._views.log.size(self._views.graph.version, self._views.log.head())
        return bool(self._asked) and time.monotonic() > self._asked_at + unread / READ_BYTES

    def _fork(self, connection: socket.socket, number: int, limits: QueryLimits) -> None:
        process = os.fork()
        if process == 0:
            self._become_worker(connection, limits)
        connection.close()
        descriptor = os.pidfd_open(process)
        self._workers[descriptor] = number
        self._say(WorkerMessage({"forked": number, "process": process, "descriptor": True}, descriptor=descriptor))

    def _become_worker(self, connection: socket.socket, limits: QueryLimits) -> None:
        try:
            self._leave()
            connection.setblocking(True)
            self._views.open()
            begin(connection, self._views, limits, self._tasks)
        except BaseException:
            os._exit(1)
        os._exit(0)

    def _leave(self) -> None:
        """Close what is the zygote's alone, in a process that was forked from it."""
        self._connection.close()
        self._forget_asked()
        for descriptor in self._workers:
            os.close(descriptor)

    def _forget_asked(self) -> None:
        for message in self._asked:
            assert message.descriptor is not None
            os.close(message.descriptor)
        self._asked.clear()

    def _bury(self, descriptor: int) -> None:
        number = self._workers.pop(descriptor)
        ended = os.waitid(os.P_PIDFD, descriptor, os.WEXITED)
        os.close(descriptor)
        if self._views.reader is not None:
            self._views.reader.sweep()
        killed = ended is not None and ended.si_code != os.CLD_EXITED
        status = ended.si_status if ended is not None else 0
        self._say(WorkerMessage({"gone": number, "signal": status if killed else 0}))

    def _say(self, message: WorkerMessage) -> None:
        self._connection.setblocking(True)
        try:
            send(self._connection, message)
        finally:
            self._connection.setblocking(False)


def _readable(descriptors: Iterable[int], seconds: float) -> list[int]:
    """Return those of the descriptors that can be read, waiting for one; their numbers may be above 1023.

    `select` could not take these, and a zygote that is started while a thousand clients are connected has one.
    """
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return [descriptor for descriptor, _ in poll.poll(seconds * 1000)]


def may_fork() -> bool:
    """Return whether this process has one thread only, so that its copy is whole.

    A thread that was joined is with the system for a moment longer, which is waited for.
    """
    end = time.monotonic() + ENDING_SECONDS
    while len(list(Path("/proc/self/task").iterdir())) > 1:
        if threading.active_count() > 1 or time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True


@dataclass(frozen=True, slots=True)
class Forked:
    """A zygote that was forked: the server's side of its socket, and its process id."""

    connection: socket.socket
    process: int
    waits_on: BinaryIO | None = None
    """Where it is to be told, by `begin`, of which home it is; None where it knows."""

    def begin(self, home: Sequence[str], graph: str | None, copies: Path | None) -> None:
        """Tell a zygote that waits the log address, checkpoints and base IRI of its home, and where its graph is."""
        if self.waits_on is not None:
            with self.waits_on, suppress(BrokenPipeError):  # it has ended, as its socket says, too
                self.waits_on.write(json.dumps([list(home), graph, copies and str(copies)]).encode())

    def end(self) -> None:
        """End a zygote that is not needed."""
        self.connection.close()
        if self.waits_on is not None:
            self.waits_on.close()
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)


def forked(views: Views) -> Forked:
    """Fork the zygote from this process, which has one thread."""
    return _forked(lambda _: views)


def forked_at_work(views: Views, home: Sequence[str], begun: int) -> Forked:
    """Fork a zygote from this process while it has threads, all of which but this one rest (see `at_rest`).

    It uses nothing of this process but the statements of its graph in memory, opens its home by itself, and writes a
    byte to the descriptor `begun` when it has read the graph.
    """

    def anew(its: socket.socket) -> Views:
        let_go_of_all_but({its.fileno(), begun})
        signal.set_wakeup_fd(-1)
        log, checkpoints = _opened(home)
        found = Views(views.base, log, checkpoints, without_locks(views.own))
        found.follow()
        found.graph.read(lambda snapshot: snapshot.select("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"))
        os.write(begun, b".")
        os.close(begun)
        return found

    with warnings.catch_warnings():  # Python 3.12 and later warn of threads in a process that is forked
        warnings.simplefilter("ignore", DeprecationWarning)
        return _forked(anew)


def forked_early() -> Forked:
    """Fork the zygote from this process, which has one thread, before it opens a graph on disk."""
    read, write = os.pipe()

    def views(_: socket.socket) -> Views | None:
        os.close(write)
        with os.fdopen(read, "rb") as told_by:
            told = told_by.read()
        return _views(*json.loads(told)) if told else None

    found = _forked(views)
    os.close(read)
    return replace(found, waits_on=os.fdopen(write, "wb"))


def _forked(views: Callable[[socket.socket], Views | None]) -> Forked:
    """Fork the zygote of what `views` returns in its process, where it is called with the zygote's socket.

    That is None where the server has ended, or needs no zygote.
    """
    ours, its = socket.socketpair()
    process = os.fork()
    if process:
        its.close()
        return Forked(ours, process)
    try:
        ours.close()
        _detach()
        Context().run(_run, its, views)
    except BaseException:
        os._exit(1)
    os._exit(0)


def _run(its: socket.socket, views: Callable[[socket.socket], Views | None]) -> None:
    if (found := views(its)) is not None:
        Zygote(its, found).run()


def _detach() -> None:
    """Leave an interrupt on the terminal to the server, which then closes the socket."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def main() -> None:
    """Run a zygote that opens a home by itself; its arguments are log address, checkpoints, base IRI and socket, and
    the environment has the address of the graph, in which there may be a password, or the directory of its copies."""
    *home, number = sys.argv[1:]
    _detach()
    views = _views(home, os.environ.get(GRAPH_ADDRESS), os.environ.get(GRAPH_COPIES))
    Zygote(socket.socket(fileno=int(number)), views).run()


def _views(home: Sequence[str], address: str | None, copies: str | None) -> Views:
    """Return what a process reads that opens a home by itself: of its log address, checkpoints and base IRI, of the
    address of its graph, where it has one, and of the directory of the copies of one on disk."""
    _, _, base = home
    log, checkpoints = _opened(home)
    reader = None
    if copies:
        reader = reader_on_disk(base, Path(copies), partial(LogPosition.of, log), checkpoints.fill)
    return Views(base, log, checkpoints, reader or graph_elsewhere(base, address), reader=reader)


def _opened(home: Sequence[str]) -> tuple[PatchLog, Checkpoints]:
    """Open a log by its address, and the checkpoints of a directory."""
    log_address, checkpoints_directory, _ = home
    log = open_log(log_address, mend=False)
    return log, Checkpoints(Path(checkpoints_directory), log)
