"""A worker: a process that holds the graph and answers one question at a time on a socket.

It has one thread. All the work of a query is done here (parsing, evaluating, serialising), so that ending
the process ends all of it. A worker follows the log by itself, as far as a question wants.
"""

from __future__ import annotations

import logging
import math
import os
import resource
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, RdfFormat, Variable, parse

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph.graph import Describe, Graph, OwnCopy
from commonplace.derived.graph.guard import guarded, refuse_rdf_12
from commonplace.derived.graph.snapshot import Result, Snapshot, Update
from commonplace.derived.past_states import PastStates
from commonplace.derived.rewinding import MovableGraph
from commonplace.derived.search.files import read_iris, share, write_documents, write_iris
from commonplace.derived.search.from_graph import documents, subjects
from commonplace.derived.workers.answer_writer import kind_of, written
from commonplace.derived.workers.apart import Step
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import (
    Answer,
    Call,
    Inbox,
    Question,
    Reply,
    WorkerMessage,
    answer_message,
    call_of,
    change_message,
    question_of,
    refusal_message,
    reply_message,
    send,
    update_of,
)
from commonplace.errors import CommonplaceError, Message, QueryRefused, not_stored
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog
from commonplace.processes.limits import limit, unlimit
from commonplace.processes.memory import own_memory

log = logging.getLogger(__name__)

TRUNCATED_PAGE = "docs/problems/truncated"
"""The address under the base IRI that a cut answer points to."""

REPLAYED_BYTES = 4_000_000
"""Maximum length of the log that a worker replays: beyond it, a new one is forked from a state that has it."""

PAST_BYTES = 300_000_000
"""Maximum bytes that are read to make a past state in memory where the newest is in an engine elsewhere."""

_NICE = 5
_GROWN = 4
"""The part of a query's memory, as its denominator, that a worker may keep afterwards; else it is replaced."""
_SLOW_SECONDS = 0.2

_WORN_UNIT = 100_000_000
"""Memory of a worker at its start, in bytes, for which it may keep what its limits say, and as often again as much as
it is larger: lists that are kept for the next questions grow with the library."""

_FROM_DISK = 128_000_000
"""Memory that a worker may keep besides, in bytes, where it reads a graph on disk: the engine keeps there what it has
read last, and filters that tell what a table lacks. At 100,000 works it comes to 100 MB, and no more."""

_LOOK_SECONDS = 0.02
"""Time of a worker's answering between two looks at its memory, which take longer than a short question."""


@dataclass(slots=True)
class Views:
    """The views that a worker reads: the log, the newest state that it has taken in, and earlier ones."""

    base: str
    log: PatchLog
    checkpoints: Checkpoints
    graph: Graph
    past: PastStates = field(init=False)
    describe: Describe = field(init=False)
    """Makes what the library says of itself, at the version of a graph."""
    prepare: Callable[[], Iterator[Step]] = field(init=False)
    """Makes, step by step, what questions to the newest state, or to one near it, can then be answered from. Yields
    after each step whether those since it last did so took so long that a worker without them is better replaced; None
    where the next step is to wait for half a second, and a step that is to be taken `Apart`."""
    lacks: Callable[[], bool] = field(init=False)
    """Returns whether `prepare` would read much of the graph, which other processes share until it is read."""
    read: Callable[[], Iterator[bool]] = field(init=False)
    """Reads, step by step, what was prepared before and lies in a file, where that can be done without the graph; it
    yields as `prepare` does."""
    prepared: Callable[[], bytes] = field(init=False)
    """Returns what was prepared in this process since it was last called, for `take` in the one it was forked from."""
    take: Callable[[bytes], None] = field(init=False)
    """Takes what another process has prepared."""
    copies: Path | None = None
    """The directory of the copies of a graph on disk, for a process that is to read these."""
    reader: OwnCopy | None = None
    """The graph, where each process opens it for itself."""

    own: Graph = field(init=False)
    """The graph as it was given."""

    def __post_init__(self) -> None:
        self.own = self.graph
        if self.graph.address is None:
            self.graph = newest = MovableGraph(self.graph, self.log)
            self.past = PastStates(self.base, self.checkpoints, newest=newest)
        else:  # all processes read it where it is
            self.past = PastStates(self.base, self.checkpoints, bytes_read=PAST_BYTES)
        self.describe = lambda graph: (graph.version, ())
        self.prepare = lambda: iter(())
        self.lacks = lambda: False
        self.read = lambda: iter(())
        self.prepared = lambda: b""
        self.take = lambda _: None

    @property
    def are_shared(self) -> bool:
        """Return whether processes forked from this one share its graph; else each opens one for itself."""
        return self.reader is None or self.reader.is_open

    def follow(self) -> None:
        """Bring the graph to the head of the log.

        One in an engine elsewhere its keeper brings there, and one on disk each process for itself.
        """
        if self.graph.address is not None:
            return
        if self.are_shared:
            self.reach(self.log.head())
        elif self.reader is not None and not self.reader.is_there:  # the server goes on in memory, and so does this
            self.open()

    def open(self) -> None:
        """Open the graph in a process that is going to read, where that cannot be shared, and bring it to the head."""
        if self.reader is not None and not self.reader.is_open:
            self.reader.open()
        self.follow()

    def reach(self, version: Version) -> None:
        """Bring the graph to a version, if it is at an earlier one; it goes on in memory where its disk fails."""
        if self.graph.version >= version:
            return
        try:
            self.checkpoints.fill(self.graph, version)
        except (OSError, RuntimeError):
            if not self.graph.leave_disk():
                raise
            self.checkpoints.fill(self.graph, version)

    def renew(self) -> None:
        """Make the graph anew where many statements were removed from it: the workers to come share what is left.

        Where there is no room for that the graph stays as it is.
        """
        with suppress(OSError, CommonplaceError):
            self.graph.renew(self.checkpoints.fill, lambda: None)

    def far_behind(self, version: int) -> bool:
        """Return whether much log lies between the newest state here and that version, which is replayed here."""
        if self.graph.address is not None:
            return False
        return self.log.size(self.graph.version, Version(version)) > REPLAYED_BYTES


Task = Callable[[Call], Reply]
"""A function that a worker runs for a call. It raises `CommonplaceError` when the call itself is at fault."""

MakeTasks = Callable[[Views], Mapping[str, Task]]
"""A function that makes the tasks of a worker, by name, over its views. It is called once, in the zygote; the server
sends it by name (see pickle), so it is a function of a module, or a partial of one."""


class Worker:
    """The worker's own process, which answers on a socket until the other side closes it."""

    def __init__(
        self, connection: socket.socket, views: Views, limits: QueryLimits, tasks: Mapping[str, Task] | None = None
    ) -> None:
        self._connection = connection
        self._views = views
        self._limits = limits
        self._tasks = tasks or {}
        self._size = 0
        self._bounded_until = -math.inf
        self._unlooked = 0.0
        """Seconds that were answered since its memory was looked at last."""
        self._began_with = own_memory()

    def run(self) -> None:
        """Answer question after question."""
        inbox = Inbox(self._connection)
        while (message := inbox.wait()) is not None:
            version = message.head["version"]
            if version > self._views.graph.version:
                self._unbound()
                if self._views.far_behind(version):
                    send(self._connection, WorkerMessage({"behind": True}))
                    return
            reply, last = self._reply(message)
            send(self._connection, reply)
            if reply.descriptor is not None:
                os.close(reply.descriptor)
            if last:
                return

    def _reply(self, message: WorkerMessage) -> tuple[WorkerMessage, bool]:
        """Return the message to send back, and whether this process takes no more questions."""
        head = message.head
        try:
            if "search" in head or "list" in head:
                return self._indexed(head), True
            graph = self._graph(Version(head["version"]), exact=head["exact"])
            started = time.monotonic()
            self._bound(started, head.get("seconds", self._limits.seconds))
            reply = self._done(graph, message)
        except CommonplaceError as fault:
            return refusal_message(fault), False
        except MemoryError:
            return WorkerMessage({"out_of_memory": True}), True
        seconds = time.monotonic() - started
        last = (seconds > _SLOW_SECONDS and self._has_grown()) or self._is_worn(seconds)
        reply.head["last"] = last
        return reply, last

    def _done(self, graph: Graph, message: WorkerMessage) -> WorkerMessage:
        """Do what a message asks for, and return the result as a message.

        Raises `NoRoom` and `ReadOnly` where a file without a name cannot be written.
        """
        try:
            if "call" in message.head:
                return self._called(call_of(message))
            if "update" in message.head:
                return self._worked_out(graph, update_of(message.head))
            return self._answered(graph, message)
        except OSError as fault:  # told here, since a block of `storing` costs each question a tenth of a look-up
            told = not_stored(fault, "temporary files", tempfile.tempdir or os.environ.get("TMPDIR", "TMPDIR"))
            if told is None:
                raise
            raise told from fault

    def _called(self, call: Call) -> WorkerMessage:
        try:
            return reply_message(self._tasks[call.task](call))
        finally:
            if call.file is not None:
                os.close(call.file)

    def _indexed(self, head: Mapping[str, Any]) -> WorkerMessage:
        """Write a part of the search index, or list what is in each, at a low priority. Nothing else is asked after."""
        os.nice(_NICE)
        minter = Minter(self._views.base)

        def write(snapshot: Snapshot) -> Version:
            things = read_iris(Path(head["things"])) if head["things"] else subjects(snapshot, minter)
            if "list" in head:
                for part, file in enumerate(head["list"]):
                    write_iris(Path(file), share(things, part, head["parts"]))
            else:
                made = documents(snapshot, minter, share(things, head["part"], head["parts"]))
                write_documents(made, minter, Path(head["search"]))
            return snapshot.version

        try:
            return WorkerMessage({"indexed": self._views.graph.read(write)})
        except OSError as fault:
            return refusal_message(
                CommonplaceError(Message("the search index cannot be written: %(fault)s", fault=fault))
            )

    def _worked_out(self, graph: Graph, update: Update) -> WorkerMessage:
        """Return the change set of an update. The graph, which is this process's own, is used for it and restored."""

        def run(snapshot: Snapshot) -> WorkerMessage:
            change = snapshot.changes_of(update, private=True)
            refuse_rdf_12(change.added)
            return change_message(change, snapshot.version, self._limits.bytes)

        return graph.read_undescribed(run)

    def _answered(self, graph: Graph, message: WorkerMessage) -> WorkerMessage:
        answer = self._answer(graph, question_of(message))
        return WorkerMessage({"no_form": answer}) if isinstance(answer, str) else answer_message(answer)

    def _graph(self, version: Version, *, exact: bool) -> Graph:
        """Return a graph of the version asked for, made if need be; making it does not count as the query's time."""
        views = self._views
        if views.graph.version == version or (views.graph.version > version and not exact):
            return views.graph
        send(self._connection, WorkerMessage({"preparing": True}))
        self._unbound()
        views.reach(version)
        graph = views.graph if views.graph.version == version else views.past.at(version)
        send(self._connection, WorkerMessage({"preparing": False}))
        return graph

    def _answer(self, graph: Graph, question: Question) -> Answer | str:
        """Return the answer; or only its kind, when the client takes no form of that kind."""
        text = guarded(question.text)

        def run(snapshot: Snapshot) -> Answer | str:
            result = _result(snapshot, text, question)
            kind = kind_of(result)
            form = question.forms[kind]
            if form is None:
                return kind
            link = self._views.base + TRUNCATED_PAGE
            return written(result, form, snapshot.version, self._limits, link, packed=question.packed)

        try:
            if question.described:
                return graph.read_described(lambda graph: self._description(graph, question), run)
            return graph.read(run)
        except SyntaxError as fault:
            raise QueryRefused(
                Message("this is not SPARQL 1.1: %(msg)s", msg=fault.msg), [("query", str(fault.msg))]
            ) from fault
        except (RuntimeError, ValueError) as fault:
            raise QueryRefused(
                Message("this query cannot be evaluated: %(fault)s", fault=fault), [("query", str(fault))]
            ) from fault

    def _description(self, graph: Graph, question: Question) -> tuple[Version, Sequence[Quad]]:
        """Return what the library says of itself, and at which version: what came with the question, or made here."""
        if question.description and graph.version == question.version:
            quads = list(parse(question.description, format=RdfFormat.N_QUADS, lenient=True))
            return Version(question.version), quads
        return self._views.describe(graph)

    def _unbound(self) -> None:
        """End the bounds of the last query, so that reading the log does not count as the next one's."""
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU):
            unlimit(kind)
        self._bounded_until = -math.inf

    def _bound(self, now: float, seconds: float) -> None:
        """Bound memory and processor time from here on, so that a query ends even when no server is left to end it."""
        if now + seconds <= self._bounded_until:
            return
        self._bounded_until = now + 2 * seconds
        self._size = _address_space()
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit(resource.RLIMIT_AS, self._size + self._limits.memory)
        limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + 3 * seconds + 1))

    def _has_grown(self) -> bool:
        return _address_space() - self._size > self._limits.memory // _GROWN

    def _is_worn(self, seconds: float) -> bool:
        """Return whether the questions so far, of which the last took that long, have left too much memory behind."""
        self._unlooked += seconds
        if self._unlooked < _LOOK_SECONDS:
            return False
        self._unlooked = 0.0
        kept = self._limits.kept * max(1, self._began_with // _WORN_UNIT)
        if self._views.reader is not None:
            kept += _FROM_DISK
        return self._views.graph.is_worn or own_memory() - self._began_with > kept


def begin(connection: socket.socket, views: Views, limits: QueryLimits, tasks: Mapping[str, Task]) -> None:
    """Answer on a socket until it is closed, in a process of its own that writes nothing to the terminal."""
    quiet = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(quiet, standard)  # an engine that gives up would say so, perhaps with parts of the query
    Worker(connection, views, limits, tasks).run()


def _result(snapshot: Snapshot, text: str, question: Question) -> Result:
    values = {Variable(name): value for name, value in question.values.items()}
    if question.graphs is None:
        return snapshot.query(text, values)
    defaults: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in question.graphs[0]]
    named: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in question.graphs[1]]
    return snapshot.query(text, values, default_graph=defaults, named_graphs=named)


def _address_space() -> int:
    """Return the size of this process's address space, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().partition(" ")[0])
    return pages * resource.getpagesize()
