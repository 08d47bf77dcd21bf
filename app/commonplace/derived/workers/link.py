"""One worker as the server sees it: a socket to ask on, a clock, and the means to end its process."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress

from commonplace.derived.graph.snapshot import Update
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.messages import (
    Answer,
    AnswerKind,
    Call,
    Inbox,
    Question,
    Reply,
    WorkerMessage,
    answer_of,
    call_message,
    framed,
    question_message,
    refusal_of,
    reply_of,
    update_message,
)
from commonplace.errors import Broken, CommonplaceError, OutOfMemory, OutOfTime, QueryRefused
from commonplace.model.change import Version
from commonplace.processes.state import is_stopped

_START_SECONDS = 600.0
"""Maximum time to be forked, and to make the state of a past version: a worker may have to read much log."""
_CAUSE_SECONDS = 1.0
"""Maximum time that the zygote is waited for to say how a worker ended."""
_FINISHING_SECONDS = 1.0
"""Time to finish what nobody waits for any more. To end a worker would cost the processor more than most answers: a
fork, and a copy of each page of memory that the next worker reads."""
_FOREIGN = frozenset((0, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
"""Signals that end a worker, and are not the query's doing; 0 stands for none."""


class Lost(Exception):
    """The worker ended, and not by the query's doing: another may be asked."""


class Behind(Lost):
    """Much was written since the worker's state: a worker that is forked now has it."""


class WorkerLink:
    """The server's side of one worker, which is asked one question at a time."""

    def __init__(
        self, number: int, connection: socket.socket, limits: QueryLimits, ended: Callable[[WorkerLink], None]
    ) -> None:
        """Call `ended` once, when the worker can be asked no more."""
        self.number = number
        self.process: int | None = None
        self.ended = False
        self.last = False
        """Whether the worker has said that it takes no more questions."""
        self.apart = False
        """Whether the worker is not counted among those that answer of the newest state."""
        self.questions = 0
        """Number of questions that it was asked."""
        self._limits = limits
        self._seconds = limits.seconds
        """Maximum time for the present question."""
        self._allowed = limits.seconds
        """Time that the worker was given when its clock was set last: that of the question, or that to start."""
        self._tell = ended
        self._descriptor: int | None = None
        self._answer: asyncio.Future[WorkerMessage] | None = None
        self._due: float | None = None
        """The end of the worker's time, by the loop's clock."""
        self._clock: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        connection.setblocking(False)
        self._connection = connection
        self._inbox = Inbox(connection)
        self._loop.add_reader(connection.fileno(), self._readable)

    async def ask(self, question: Question) -> Answer | AnswerKind:
        """Do what `WorkerPool.ask` says; raise `Lost` when the worker ended."""
        try:
            message = await self.exchange(question_message(question))
        except Broken as fault:
            raise _refused() from fault
        if "no_form" in message.head:
            kind: AnswerKind = message.head["no_form"]
            return kind
        return answer_of(message)

    async def work_out(self, update: Update, version: Version) -> WorkerMessage:
        """Do what `WorkerPool.work_out` says; raise `Lost` when the worker ended."""
        try:
            return await self.exchange(update_message(update, version))
        except Broken as fault:
            raise _refused() from fault

    async def call(self, call: Call) -> Reply:
        """Do what `WorkerPool.call` says; raise `Lost` when the worker ended."""
        return reply_of(await self.exchange(call_message(call), call.seconds))

    async def exchange(self, question: WorkerMessage, seconds: float | None = None) -> WorkerMessage:
        """Send a message, and return the message that comes back within `seconds`, or else within a query's time.

        Raises the error that the worker answers with, `QueryEnded` and `Lost`. Cancelling ends the process, if it does
        not answer in a second.
        """
        if self.ended:
            raise Lost
        data = framed(question)
        self.questions += 1
        self._seconds = self._limits.seconds if seconds is None else seconds
        self._answer = answer = self._loop.create_future()
        self._set_clock(_START_SECONDS if self.process is None else self._seconds)
        try:
            sent = self._send(data, question.descriptor)
            if sent < len(data):
                await self._loop.sock_sendall(self._connection, memoryview(data)[sent:])
            return self._checked(await answer)
        except asyncio.CancelledError:
            await self._finish(answer)
            raise
        finally:
            self._answer = None
            self._set_clock(None)

    def begun(self, process: int, descriptor: int) -> None:
        """Note that the zygote has forked the process: its id, and a descriptor by which it can be ended."""
        self.process, self._descriptor = process, descriptor
        if self.ended:
            self._kill()
        elif self._answer is not None:
            self._set_clock(self._seconds)

    def gone(self, by: int) -> None:
        """Note that the process has ended, by the signal `by`, which is 0 for none."""
        self._close()
        self._kill()
        self._resolve(by)

    def end(self, fault: Exception | None = None) -> None:
        """End the process now. Its question, if it has one, is answered with `fault`, or else with `Lost`."""
        self._close()
        self._kill()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(fault or Lost())

    async def _finish(self, answer: asyncio.Future[WorkerMessage]) -> None:
        """End the process, if it does not soon answer the question that nobody waits for any more."""
        if answer.cancelled():
            self._answer = answer = self._loop.create_future()
        try:
            if self.process is not None and not self.ended:
                await asyncio.wait((answer,), timeout=_FINISHING_SECONDS)
        finally:
            if not answer.done():
                self.end()
        with suppress(Lost, CommonplaceError):
            message = answer.result()
            if message.descriptor is not None:
                os.close(message.descriptor)
            self._checked(message)

    def _checked(self, message: WorkerMessage) -> WorkerMessage:
        """Return the message if it is an answer; raise the error that it says otherwise."""
        head = message.head
        self.last = head.get("last", False)
        if "refused" in head:
            raise refusal_of(head)
        if "behind" in head:
            self.end()
            raise Behind
        if "out_of_memory" in head:
            self.end()
            raise self._out_of_memory()
        return message

    def _send(self, data: bytes, descriptor: int | None) -> int:
        try:
            if descriptor is not None:
                return socket.send_fds(self._connection, [data], [descriptor])
            return self._connection.send(data)
        except BlockingIOError:
            if descriptor is not None:  # it goes with the first byte
                raise Lost from None
            return 0
        except OSError:
            raise Lost from None

    def _readable(self) -> None:
        try:
            alive = self._inbox.receive()
        except BlockingIOError:
            return
        except OSError:
            alive = False
        while (message := self._inbox.next()) is not None:
            self._heard(message)
        if not alive:
            self._close()
            self._loop.call_later(_CAUSE_SECONDS, self._resolve, 0)

    def _heard(self, message: WorkerMessage) -> None:
        preparing = message.head.get("preparing")
        if preparing is not None:
            self._set_clock(_START_SECONDS if preparing else self._seconds)
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(message)
        elif message.descriptor is not None:
            os.close(message.descriptor)

    def _set_clock(self, seconds: float | None) -> None:
        """Let time run out in that many seconds, or never.

        A timer that rings before is left to look again then: nearly all questions are answered long before, and a timer
        for each would cost more than the rest of this class.
        """
        if seconds is not None:
            self._allowed = seconds
        self._due = None if seconds is None else self._loop.time() + seconds
        if self._due is None or (self._clock is not None and self._clock.when() <= self._due):
            return
        if self._clock is not None:
            self._clock.cancel()
        self._clock = self._loop.call_at(self._due, self._rung)

    def _rung(self) -> None:
        self._clock = None
        if self._due is None:
            return
        if self._due > self._loop.time():
            self._clock = self._loop.call_at(self._due, self._rung)
        elif self.process is not None and is_stopped(self.process):
            self.end()  # that is not the question's doing: another is asked
        else:
            self.end(OutOfTime.after(self._allowed))

    def _resolve(self, by: int) -> None:
        """Answer the waiting question with the meaning of the process's end."""
        if self._answer is None or self._answer.done():
            return
        self._answer.set_exception(self._meaning(by))

    def _close(self) -> None:
        if self.ended:
            return
        self.ended = True
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        self._loop.remove_reader(self._connection.fileno())
        self._inbox.close()
        self._tell(self)

    def _kill(self) -> None:
        if self._descriptor is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            os.close(self._descriptor)
            self._descriptor = None

    def _meaning(self, by: int) -> Exception:
        """Return the error of a question whose worker was ended by that signal."""
        if by in _FOREIGN:
            return Lost()
        if by == signal.SIGABRT:
            return self._out_of_memory()
        if by == signal.SIGXCPU:
            return OutOfTime.after(self._allowed)
        return Broken.by(signal.Signals(by).name)

    def _out_of_memory(self) -> OutOfMemory:
        return OutOfMemory.beyond(self._limits.memory)


def _refused() -> QueryRefused:
    """Return why a text is refused that breaks the process that reads it."""
    return QueryRefused("this is nested too deeply to be read", [("query", "nest it less deeply")])
