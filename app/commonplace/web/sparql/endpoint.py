"""Answer queries at `/sparql`, from the cache or by a worker, beside FastAPI.

This is a plain ASGI application, because what a web framework does for a request costs more than most queries. An
update, the description of the service and a preflight are no queries: they go on to the routes of `routes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

from fastapi import Request
from pyoxigraph import RdfFormat, serialize
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from commonplace.derived.graph.guard import may_name_graphs
from commonplace.derived.workers.messages import Answer, AnswerKind, Graphs, Question, Spool
from commonplace.errors import Message
from commonplace.model.change import Version
from commonplace.web.context import Context
from commonplace.web.http import problems
from commonplace.web.http.authorization import client_of
from commonplace.web.http.disconnect import ClientGone, DisconnectWatch, EndOnDisconnect, RequestBody
from commonplace.web.http.negotiation import IMMUTABLE, best, etag, holds
from commonplace.web.http.parameters import version_of
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.security_headers import SECURITY_HEADERS
from commonplace.web.http.spooled import Sending
from commonplace.web.http.stopping import READ
from commonplace.web.http.whole_response import head_of, headers_of, sent_whole
from commonplace.web.sparql.answer_cache import AnswerCache, CacheKey, Ready
from commonplace.web.sparql.carrying import Learning
from commonplace.web.sparql.forms import BY_NAME, OFFERED, takes_gzip, wanted_forms
from commonplace.web.sparql.protocol import ALLOW, FORM, UPDATE, QueryOperation, media_type_of, read_operation
from commonplace.web.sparql.single_flight import SingleFlight

TEXT_BYTES = 1_000_000
"""Maximum size of a query."""

_REMEMBERED_BYTES = 4_096
_EXPOSED = b"ETag, Link, Location, Preference-Applied, Commonplace-Version, Commonplace-Complete"
_OPEN = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED),
    *((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()),
]
_PREFLIGHT = b"access-control-request-method"
_HEADERS = frozenset((b"accept", b"accept-encoding", b"if-none-match", b"content-type", b"authorization", _PREFLIGHT))

Headers = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class QueryRequest:
    """A query as the request has it: the operation, the form wanted for each kind of answer, and whether by gzip."""

    operation: QueryOperation
    forms: tuple[tuple[AnswerKind, str | None], ...]
    packed: bool
    accept: str

    @property
    def graphs(self) -> Graphs | None:
        """Return the dataset that the request names; None when it names none."""
        named = (self.operation.default_graphs, self.operation.named_graphs)
        return named if any(named) else None


class SparqlEndpoint:
    """The query operation of the SPARQL 1.1 Protocol, over one library."""

    def __init__(self, context: Context, sending: Sending, rest: ASGIApp) -> None:
        """Send big answers through `sending`, and leave requests that are no queries to `rest`."""
        self._context = context
        self._rest = rest
        self._cache = AnswerCache(context.cache_bytes, _at_version)
        self._learning = Learning(context, self._cache)
        self._single_flight: SingleFlight[CacheKey, Answer | AnswerKind] = SingleFlight(_may_share)
        self._watch = DisconnectWatch()
        self._sending = sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            send = without_body(send)
        headers = {name: value for name, value in scope["headers"] if name in _HEADERS}
        body = RequestBody(receive)
        try:
            if scope["method"] == "OPTIONS":
                await self._options(scope, headers, body, send)
                return
            asked = await self._asked(scope, headers, body)
            if asked is None:
                await self._rest(scope, body.again, send)
            else:
                scope[READ] = True
                await self._answer(scope, headers, asked, body, send)
        except ClientGone:
            return
        except Exception as fault:
            response = problems.answered(Request(scope), fault)
            response.raw_headers.extend(_OPEN)
            await response(scope, body.again, send)

    async def _options(self, scope: Scope, headers: Headers, body: RequestBody, send: Send) -> None:
        if _PREFLIGHT in headers:
            await self._rest(scope, body.again, send)
            return
        await send({"type": "http.response.start", "status": 204, "headers": [(b"allow", ALLOW.encode()), *_OPEN]})
        await send({"type": "http.response.body"})

    async def _asked(self, scope: Scope, headers: Headers, body: RequestBody) -> QueryRequest | None:
        """Return the query in a request; None when it has none. Raises the faults that the protocol names."""
        method, address = scope["method"], scope["query_string"]
        content_type = headers.get(b"content-type")
        media_type = media_type_of(method, None if content_type is None else content_type.decode("latin-1"))
        if media_type == UPDATE:
            return None
        if media_type is not None and not await body.read(TEXT_BYTES):
            if media_type == FORM:
                return None  # it may be an update, which has a measure of its own
            raise HttpProblem(413, Message("a query has at most %(text_bytes)s bytes", text_bytes=TEXT_BYTES))
        read = _remembered if len(address) + len(body.bytes) <= _REMEMBERED_BYTES else _read
        accept, encoding = headers.get(b"accept", b""), headers.get(b"accept-encoding", b"")
        return read(method, address, content_type, body.bytes, accept, encoding)

    async def _answer(self, scope: Scope, headers: Headers, asked: QueryRequest, body: RequestBody, send: Send) -> None:
        at = version_of(asked.operation.at)
        version = await self._version(at)
        key = CacheKey(version, asked.operation.text, asked.graphs, (asked.forms, asked.packed, at))
        ready = self._cache.get(key)
        if ready is None and at is None and await self._learning.learn(key):
            ready = self._cache.get(key)
        if ready is None:
            answer = await self._evaluated(scope, headers, key, asked, body)
            if isinstance(answer.body, Spool):
                await self._send_spooled(answer, answer.body, headers, send, past=at is not None)
                return
            tag = _tag(answer)
            ready = Ready(tag, _head(answer, tag, len(answer.body), past=at is not None), answer.body)
            self._cache.put(CacheKey(answer.version, key.text, key.graphs, key.form), ready)
        if _has(headers, ready.tag):
            await _send_unchanged(headers_of(ready.head), send)
            return
        if not sent_whole(scope, ready.head, ready.body):
            await send({"type": "http.response.start", "status": 200, "headers": headers_of(ready.head)})
            await send({"type": "http.response.body", "body": ready.body})

    async def _version(self, at: Version | None) -> Version:
        """Return the version to answer from. Raises `NotFound` for one there is not."""
        library = self._context.library
        if at is not None:
            library.log.header(at)
            return at
        head = library.log.head()
        if library.graph.version < head:
            return await run_in_threadpool(library.newest)
        return head

    async def _evaluated(
        self, scope: Scope, headers: Headers, key: CacheKey, asked: QueryRequest, body: RequestBody
    ) -> Answer:
        """Return the answer of a worker, which is asked once for all clients with one question at one time."""
        described = key.graphs is not None or may_name_graphs(key.text)
        version, description = key.version, b""
        if described and asked.operation.at is None:
            version, description = await run_in_threadpool(self._description)
        question = Question(
            text=key.text,
            forms=dict(asked.forms),
            version=version,
            exact=asked.operation.at is not None,
            graphs=key.graphs,
            packed=asked.packed,
            description=description,
            described=described,
        )
        client = client_of(self._context.tokens, scope, headers.get(b"authorization", b""))
        with EndOnDisconnect(self._watch, body.again):
            found = await self._single_flight.join(key, lambda: self._context.workers.ask(question, client))
        if isinstance(found, str):
            best(asked.accept, OFFERED[found])  # raises, and says what there is
            raise AssertionError(f"no form for a {found}")
        return found

    def _description(self) -> tuple[Version, bytes]:
        """Return the description of the library as N-Quads, and its version, the newest."""
        version, quads = self._context.description.quads(self._context.library.graph_at())
        return version, serialize(quads, format=RdfFormat.N_QUADS) or b""

    async def _send_spooled(self, answer: Answer, spool: Spool, headers: Headers, send: Send, *, past: bool) -> None:
        """Send an answer that lies in a file, as fast as the client reads it."""
        with closing(spool):
            made = headers_of(_head(answer, _tag(answer), spool.size, past=past))
            if _has(headers, _tag(answer)):
                await _send_unchanged(made, send)
            else:
                await self._sending.send(spool, 200, made, send)


def without_body(send: Send) -> Send:
    """Return a `send` that sends headers only (RFC 9110, 9.3.2)."""

    async def bare(message: AsgiMessage) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return bare


def _read(
    method: str, address: bytes, content_type: bytes | None, body: bytes, accept: bytes, encoding: bytes
) -> QueryRequest | None:
    """Return the query that a request asks; None when it asks for something else."""
    given = None if content_type is None else content_type.decode("latin-1")
    operation = read_operation(method, address, given, body)
    if not isinstance(operation, QueryOperation):
        return None
    wanted = accept.decode("latin-1")
    return QueryRequest(operation, wanted_forms(wanted), takes_gzip(encoding.decode("latin-1")), wanted)


_remembered = lru_cache(maxsize=4_096)(_read)
"""Read a request, or remember what it asked: to read it costs more than to find its answer. Faults are not kept."""


def _may_share(found: Answer | AnswerKind) -> bool:
    """Return whether several clients can have an answer: a big one is a file, which is read once."""
    return isinstance(found, str) or isinstance(found.body, bytes)


def _at_version(ready: Ready, version: int) -> Ready:
    """Return an answer as it goes out of a later version, for which it is the same."""
    tag = etag(Version(version), ready.tag.strip('"').partition(";")[2])
    changed = {b"etag": tag.encode(), b"commonplace-version": str(version).encode()}
    headers = [(name, changed.get(name, value)) for name, value in headers_of(ready.head)]
    return Ready(tag, head_of(headers), ready.body)


def _tag(answer: Answer) -> str:
    form = f"{answer.form};gzip" if answer.packed else answer.form
    return etag(Version(answer.version), form)


def _has(headers: Headers, tag: str) -> bool:
    held = headers.get(b"if-none-match")
    return held is not None and holds(held.decode("latin-1"), tag)


def _head(answer: Answer, tag: str, size: int, *, past: bool) -> bytes:
    """Return the headers of an answer with a body of that size, as they are written on the wire."""
    own = f"content-length: {size}\r\netag: {tag}\r\ncommonplace-version: {answer.version}\r\n"
    return own.encode() + _head_of_form(answer.form, packed=answer.packed, cut=answer.cut is not None, past=past)


@lru_cache
def _head_of_form(form: str, *, packed: bool, cut: bool, past: bool) -> bytes:
    """Return the headers that many answers have alike."""
    media_type = BY_NAME[form].media_type
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    made = {
        "content-type": media_type,
        "vary": "Accept, Accept-Encoding",
        "cache-control": IMMUTABLE if past else "no-cache",
        "commonplace-complete": "truncated" if cut else "complete",
    }
    if packed:
        made["content-encoding"] = "gzip"
    return head_of([*((name.encode(), value.encode()) for name, value in made.items()), *_OPEN])


async def _send_unchanged(headers: list[tuple[bytes, bytes]], send: Send) -> None:
    """Send 304, with the headers of the full answer that belong to it (RFC 9110, 15.4.5)."""
    kept = [pair for pair in headers if not pair[0].startswith(b"content-")]
    await send({"type": "http.response.start", "status": 304, "headers": kept})
    await send({"type": "http.response.body"})
