"""Answer a request in a worker when it may cost much: by the same route, in a process that can be ended.

What a list, an export or a past state costs grows with the library, and neither the engine nor a thread can be
stopped. So a route that is marked `costly`, and every one that is asked for an earlier version, is run by a worker
(`commonplace.derived.workers`), in turns among clients, within bounds of time and memory. The server hands over the
request as it came, and gives back what the route there answers. The threads of the server are for what is quick.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
import traceback
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO, TypeVar

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message

from commonplace.derived.graph.graph import Graph
from commonplace.derived.search.handed import HandedSearch, Ranks
from commonplace.derived.workers.messages import HELD_BYTES, Call, Reply, Spool
from commonplace.derived.workers.pool import Lane
from commonplace.errors import Cancelled, CommonplaceError
from commonplace.model.change import EMPTY, Version
from commonplace.model.minter import Kind
from commonplace.web.context import Context
from commonplace.web.http.asked_address import ROOT
from commonplace.web.http.authorization import client_of
from commonplace.web.http.disconnect import ClientGone, DisconnectWatch, EndOnDisconnect
from commonplace.web.http.late_route import LateRoute
from commonplace.web.http.request_counts import GONE
from commonplace.web.http.spooled import Sending, SpooledResponse
from commonplace.web.http.threads import in_searcher
from commonplace.web.kept_counts import KeptCounts

log = logging.getLogger(__name__)

TASK = "answer request"
"""Name of what a worker does: see `RequestAnswerer`."""

SMALL_STATEMENTS = 100_000
"""A list of a library with fewer statements is made where the request came: in some milliseconds."""

LARGE_BYTES = 100_000_000
"""Minimum bytes of the log of a library that counts as large until its statements are counted: that takes seconds for a
million works, which the first request after a start would wait for."""

LONGEST_NUMBER = 20
"""Minimum number of digits of what is no version of any library; Python refuses to read thousands."""

COUNTING_SECONDS = 1.0
"""Time that an answer waits for a worker that counts: beyond, it says that this is not counted yet."""

EXPORT_TIMES = 10
"""How many times as long as a query an export of everything may take."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_HANDED = ("type", "http_version", "method", "scheme", "path", ROOT)


@dataclass(frozen=True, slots=True)
class Cost:
    """What is known of the cost of a route.

    `when` it may be much; always, by default. `kinds` are those that it searches among when it is given `words`, by
    default those of `q`.
    `times` as long as a query it may take. `version` is what the request asks for otherwise than by `at`. Where the
    worker only `counts`, the answer is made here from what was counted last, and waits but a moment for the worker.
    """

    when: Callable[[Context, Request], bool] | None = None
    kinds: Sequence[Kind] = ()
    times: int = 1
    version: Callable[[Request], Version | None] = lambda _: None
    counts: bool = False
    words: Callable[[Request], str | None] = lambda request: request.query_params.get("q")


def in_large_library(context: Context, request: Request) -> bool:
    """Return whether the library that is asked is large, as it is now."""
    return is_large(context, context.library.graph_at())


def is_large(context: Context, graph: Graph) -> bool:
    """Return whether a library has more statements than a server goes through in passing.

    They are not counted where the log tells it: the engine holds up the whole server while it counts.
    """
    counted = context.size.if_made(graph)
    if counted is None and context.library.log.size(EMPTY, graph.version) >= LARGE_BYTES:
        return True
    return (counted or context.size.of(graph)).value >= SMALL_STATEMENTS


def in_worker(request: Request) -> bool:
    """Return whether a request is answered by a worker, for the server."""
    return getattr(request.app.state, "worker_answers", None) is None


def given(*names: str) -> Callable[[Context, Request], bool]:
    """Return a function that tells whether a request has one of those parameters."""
    return lambda context, request: any(name in request.query_params for name in names)


def costly(cost: Cost) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint as one that may cost much."""

    def mark(endpoint: Endpoint) -> Endpoint:
        _COSTS[endpoint] = cost
        return endpoint

    return mark


_COSTS: dict[Callable[..., Any], Cost] = {}


class WorkerRoute(LateRoute):
    """A route whose answers a worker makes when they may cost much."""

    @property
    def is_costly(self) -> bool:
        """Return whether its endpoint is marked `costly`."""
        return self.endpoint in _COSTS

    def get_route_handler(self) -> Handler:
        here = super().get_route_handler()
        cost = _COSTS.get(self.endpoint)

        async def handle(request: Request) -> Response:
            given: WorkerAnswers | None = getattr(request.app.state, "worker_answers", None)
            if given is None or request.method != "GET":  # this is a worker, or a write
                return await here(request)
            return await given.answer(request, cost) or await here(request)

        return handle


class WorkerAnswers:
    """The server's side. To be used in one event loop."""

    def __init__(self, context: Context, sending: Sending) -> None:
        self._context = context
        self._sending = sending
        self._watch = DisconnectWatch()
        self._counting: dict[str, asyncio.Task[None]] = {}
        self._counted: dict[str, int] = {}
        """The version at which was counted what each path shows."""
        self._rests_until = 0.0
        """The time until which nothing is counted again: as long after a count as that took."""

    async def answer(self, request: Request, cost: Cost | None) -> Response | None:
        """Return what a worker answers to a request; None when it is to be answered here."""
        at = _version_asked(request) or (cost.version(request) if cost else None)
        head = self._context.library.log.head()
        exact = at is not None and at <= head
        if not exact and not await self._is_costly(request, cost):
            return None
        call = Call(
            task=TASK,
            given=await self._handed(request, cost),
            version=at if at is not None and exact else await self._newest(head),
            exact=exact,
            seconds=self._context.workers.limits.seconds * (cost.times if cost else 1),
        )
        client = client_of(
            self._context.tokens, request.scope, request.headers.get("authorization", "").encode("latin-1")
        )
        if cost is not None and cost.counts and not exact:
            await self._count(request.url.path, call, client)
            return None
        try:
            with EndOnDisconnect(self._watch, request.receive):
                reply = await self._context.workers.call(call, client, Lane.PAGES)
        except ClientGone:
            return Response(status_code=GONE)  # nobody is there to see it
        return self._response(reply)

    async def _count(self, path: str, call: Call, client: str) -> None:
        """Let a worker count all that a path shows, one at a time, and wait for it but a moment."""
        if self._counted.get(path) == call.version:
            return
        counting = self._counting.get(path)
        if counting is None or (counting.done() and time.monotonic() > self._rests_until):
            call = replace(call, given={**call.given, "query": ""})  # whichever page is asked for
            counting = self._counting[path] = asyncio.create_task(self._count_apart(path, call, client))
        await asyncio.wait({counting}, timeout=COUNTING_SECONDS)

    async def _count_apart(self, path: str, call: Call, client: str) -> None:
        begun = time.monotonic()
        try:
            self._response(await self._context.workers.call(call, client, Lane.PAGES))
            self._counted[path] = call.version
        except Cancelled:
            pass  # the server stops
        except CommonplaceError as fault:  # who asks sees the counts before, and has it tried again
            log.warning("%s could not be counted: %s", path, fault)
        finally:
            self._rests_until = 2 * time.monotonic() - begun

    async def _is_costly(self, request: Request, cost: Cost | None) -> bool:
        if cost is None or cost.when is None:
            return cost is not None
        return await run_in_threadpool(cost.when, self._context, request)

    async def _newest(self, head: Version) -> Version:
        library = self._context.library
        return head if library.graph.version == head else await run_in_threadpool(library.newest)

    async def _handed(self, request: Request, cost: Cost | None) -> dict[str, Any]:
        """Return a request as a worker takes it, with what the search index here has found for it."""
        scope = request.scope
        q = cost.words(request) if cost is not None and cost.kinds else None
        ranks = None
        if q is not None and cost is not None:
            library, kinds = self._context.library, cost.kinds
            ranks = asdict(await in_searcher(self._context, lambda: Ranks.of(library.search(), q, kinds)))
        return {
            "scope": {name: scope[name] for name in _HANDED if name in scope},
            "raw path": scope.get("raw_path", b"").decode("latin-1"),
            "query": scope["query_string"].decode("latin-1"),
            "headers": [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
            "server": scope.get("server"),
            "client": scope.get("client"),
            "ranks": ranks,
            "counts": self._context.kept_counts.handed(),
        }

    def _response(self, reply: Reply) -> Response:
        status = reply.given["status"]
        told = self._context.kept_counts.told(reply.given["headers"])
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told]
        if isinstance(reply.body, Spool):
            return SpooledResponse(reply.body, status, headers, self._sending)
        response = Response(reply.body, status)
        response.raw_headers = headers
        return response


class RequestAnswerer:
    """The worker's side: the task that answers a request by the routes of an application of its own."""

    def __init__(self, app: ASGIApp, search: HandedSearch, counts: KeptCounts) -> None:
        """Answer by `app`, which searches with `search` and knows the `counts` of the server."""
        self._app = app
        self._search = search
        self._counts = counts
        self._runner: asyncio.Runner | None = None

    def __call__(self, call: Call) -> Reply:
        """Answer the request in a call."""
        if self._runner is None:  # in the process that was forked: an event loop does not outlive a fork
            self._runner = asyncio.Runner()
        given = call.given
        self._search.ranks = Ranks(**given["ranks"]) if given["ranks"] else Ranks()
        self._counts.take(given["counts"])
        scope = {
            **given["scope"],
            "asgi": {"version": "3.0"},
            "raw_path": given["raw path"].encode("latin-1"),
            "query_string": given["query"].encode("latin-1"),
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in given["headers"]],
            "server": given["server"] and tuple(given["server"]),
            "client": given["client"] and tuple(given["client"]),
            "state": {},
        }
        with _SentAnswer() as answer, _Logged() as logged:
            try:
                self._runner.run(self._app(scope, _nothing_more, answer.send))  # type: ignore[arg-type]
            except MemoryError:
                raise
            except Exception as fault:
                if not answer.headers:
                    raise
                logged.lines.append("".join(traceback.format_exception(fault)))
            return answer.reply(logged.lines)

    def close(self) -> None:
        """End the event loop."""
        if self._runner is not None:
            self._runner.close()


class _SentAnswer:
    """What an application sends: its head, and its body, in a file once that is big."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self._held = bytearray()
        self._file: BinaryIO | None = None

    def __enter__(self) -> _SentAnswer:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    async def send(self, message: Message) -> None:
        """Take in an ASGI message."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
            return
        self._held += message.get("body", b"")
        if len(self._held) > HELD_BYTES:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed at the end of the block
            self._file.write(self._held)
            self._held.clear()

    def reply(self, logged: Sequence[str]) -> Reply:
        """Return all of it."""
        given = {"status": self.status, "headers": self.headers}
        if self._file is None:
            return Reply(given=given, body=bytes(self._held), logged=tuple(logged))
        self._file.write(self._held)
        self._file.flush()
        spool = Spool(descriptor=os.dup(self._file.fileno()), start=0, size=self._file.tell())
        return Reply(given=given, body=spool, logged=tuple(logged))


class _Logged(logging.Handler):
    """Gathers what is logged: a worker has no output of its own."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def __enter__(self) -> _Logged:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def _version_asked(request: Request) -> Version | None:
    """Return the version that a request asks for; None too where it is for the route to say what is wrong."""
    text = request.query_params.get("at", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER else 0
    return Version(number) if number else None
