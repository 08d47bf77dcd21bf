"""Answer every error as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from commonplace.errors import (
    BadRequest,
    Cancelled,
    CannotMerge,
    CommonplaceError,
    Conflict,
    GraphProtected,
    GraphUnreachable,
    Inexpressible,
    Interrupted,
    InUse,
    LogDamaged,
    LogUnreachable,
    Message,
    NoRoom,
    NotAllowed,
    NotFound,
    NotThereYet,
    OutOfMemory,
    OutOfTime,
    QueryEnded,
    QueryRefused,
    ReadOnly,
    ShapeViolation,
    Stopped,
    TooLarge,
    TooManyQueries,
    listed,
    not_stored,
)
from commonplace.exchange.jobs import Busy
from commonplace.library.named_queries import ParameterError
from commonplace.model.validation_words import told
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.negotiation import NotAcceptable, prefers_page
from commonplace.web.http.punctuation import sentence

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

RETRY_AFTER = "60"
"""Seconds to wait before an import is tried again that was interrupted, or that too many others waited before."""

BACK_AFTER = "10"
"""Seconds to wait for a server that was told to stop: mostly it is started again at once."""

PATH_SAFE = "/:@!$&'()*+,;=~"
"""Characters that stand in the path of an IRI as they are (RFC 3986, pchar)."""


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: its page in the docs (`/docs/problems/{slug}`), title and status."""

    slug: str
    title: str
    status: int
    about: str


FORBIDDEN = ProblemKind(
    "forbidden", "This is not allowed", 403, "Your token does not allow it, or only the program writes there."
)
KINDS: dict[type[Exception], ProblemKind] = {
    NotFound: ProblemKind("not-found", "There is no such thing", 404, "Nothing has this address, key or version."),
    QueryRefused: ProblemKind(
        "query-refused",
        "This query is not answered",
        400,
        "It is not SPARQL 1.1, or it would reach other servers (SERVICE, LOAD).",
    ),
    TooLarge: ProblemKind("too-large", "This is too large", 413, "Send less at once."),
    BadRequest: ProblemKind(
        "bad-request", "This cannot be understood", 400, "A parameter or body is missing, unknown or ill-formed."
    ),
    ParameterError: ProblemKind(
        "bad-request", "This cannot be understood", 400, "A parameter is missing, unknown or ill-formed."
    ),
    NotAcceptable: ProblemKind(
        "not-acceptable",
        "No form of this fits what you accept",
        406,
        "Ask with another Accept header, or with a suffix.",
    ),
    Inexpressible: ProblemKind(
        "inexpressible",
        "This form cannot hold the answer",
        406,
        "XML has no place for some characters and names: ask for JSON, Turtle or another form.",
    ),
    Conflict: ProblemKind(
        "conflict", "The library has moved on", 412, "It has a newer version than the one you named: read it again."
    ),
    Busy: ProblemKind("busy", "Too much is going on", 503, "The queue is full: try again later."),
    OutOfTime: ProblemKind(
        "query-timeout", "This query took too long", 504, "It was ended, and would be again: ask for less at once."
    ),
    OutOfMemory: ProblemKind(
        "query-memory", "This query took too much memory", 503, "It was ended, and would be again: ask for less."
    ),
    QueryEnded: ProblemKind(
        "query-ended", "This query broke down", 503, "The process that read it ended before it answered."
    ),
    ReadOnly: ProblemKind(
        "read-only", "This library cannot be written to", 507, "Its folder is read-only. Reading goes on as before."
    ),
    NoRoom: ProblemKind(
        "no-room", "There is no room for this", 507, "A disk is full. Nothing was written; try again later."
    ),
    Interrupted: ProblemKind(
        "interrupted",
        "This was interrupted",
        503,
        "A process that worked on it was killed from outside. Nothing was written; try again later.",
    ),
    NotThereYet: ProblemKind(
        "not-there-yet", "This version is not here yet", 503, "Another server wrote it: ask again in a moment."
    ),
    LogUnreachable: ProblemKind(
        "log-unreachable",
        "The log cannot be reached",
        503,
        "The store of the log, which several servers share, does not answer. Reading goes on; try again later.",
    ),
    GraphUnreachable: ProblemKind(
        "graph-unreachable",
        "The graph cannot be reached",
        503,
        "The engine that keeps the graph does not answer, or is not up to date. Nothing is lost; try again later.",
    ),
    Stopped: ProblemKind("stopping", "The server stops", 503, "It was told to stop: ask again when it is back."),
    NotAllowed: FORBIDDEN,
    GraphProtected: FORBIDDEN,
    Cancelled: ProblemKind("cancelled", "This was cancelled", 409, "It was stopped on request; nothing was written."),
    CannotMerge: ProblemKind(
        "cannot-merge", "These cannot be merged, or taken apart, so", 409, "Nothing was written; the detail says why."
    ),
    InUse: ProblemKind(
        "in-use", "Other things hang on this", 409, "Nothing was deleted: `errors` names what hangs on it."
    ),
    ShapeViolation: ProblemKind(
        "shape-violation", "This would break the rules of the data", 422, "Nothing was written."
    ),
    LogDamaged: ProblemKind(
        "log-damaged", "The library's log is damaged", 500, "Run commonplace verify, and restore from a backup."
    ),
}
GONE = ProblemKind("gone", "This was deleted", 410, "An earlier version still has it: ask with at=.")
INTERNAL = ProblemKind("internal", "Something went wrong here", 500, "The fault is ours; the server's log has it.")
BY_STATUS = {
    404: ProblemKind("not-found", "There is no such thing", 404, "Nothing has this address, key or version."),
    405: ProblemKind(
        "method-not-allowed", "This cannot be done here", 405, "This address takes other methods; see Allow."
    ),
    415: ProblemKind(
        "unsupported-media-type", "This form of content is not understood", 415, "Send another Content-Type."
    ),
    401: ProblemKind(
        "unauthorized",
        "This needs a token",
        401,
        "Send Authorization: Bearer TOKEN. Reading is open, but for texts that no licence lets anybody read.",
    ),
    409: ProblemKind("over", "It is too late for this", 409, "The import it is about has ended."),
    403: FORBIDDEN,
    413: ProblemKind("too-large", "This is too large", 413, "Send less at once."),
    501: ProblemKind(
        "not-installed",
        "This is not installed here",
        501,
        "It is an extra of the program: `detail` says how to install it.",
    ),
    429: ProblemKind(
        "too-many-requests",
        "You ask too much at once",
        429,
        "Your share of the queue is full, or many wrong tokens came from your address: wait, and ask again.",
    ),
}
TRUNCATED = ProblemKind(
    "truncated", "This answer is cut", 200, "It is larger than this library gives at once: ask for it in parts."
)
"""No problem, but described among them: an answer that is cut points to its page."""


class Gone(CommonplaceError):
    """The thing was deleted; an earlier version has it (410)."""


class HttpProblem(CommonplaceError):
    """A problem that only HTTP knows: 401, 403, 405, 409, 413, 415; with headers where its status wants them."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail, errors)
        self.status = status
        self.headers = dict(headers or {})


def problem(
    request: Request,
    kind: ProblemKind,
    detail: str,
    errors: Sequence[tuple[str, str]] = (),
    members: Mapping[str, object] | None = None,
) -> Response:
    """Return one problem as a response, as a page to a browser; `members` are further ones of its own.

    It is said in the language that the client asks for, where the catalogue of the pages has its words.
    """
    said = _sayer(request)
    body: dict[str, object] = {
        "type": f"{request.base_url}docs/problems/{kind.slug}",
        "title": said(kind.title),
        "status": kind.status,
        "detail": sentence(said(detail)),
        "instance": quote(asked_url(request).path, safe=PATH_SAFE),
    }
    if errors:
        body["errors"] = [{"where": where, "why": said(why)} for where, why in errors]
    body |= members or {}
    as_page = getattr(request.app.state, "problem_page", None)
    if as_page is not None and prefers_page(request.headers.get("accept", "")):
        return cast(Response, as_page(request, kind, body))
    text = json.dumps(body, ensure_ascii=False).encode()
    headers = {"Vary": "Accept-Language, Cookie"} if said is not str else None
    return Response(text, status_code=kind.status, headers=headers, media_type=MEDIA_TYPE)


def _sayer(request: Request) -> Callable[[str], str]:
    """Return what says the words of a problem in the language that a request asks for."""
    saying: Callable[[Request, str], str] | None = getattr(request.app.state, "said_to", None)
    return partial(saying, request) if saying is not None else str


def install(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""
    app.add_exception_handler(CommonplaceError, _known)
    app.add_exception_handler(ParameterError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


async def _known(request: Request, fault: Exception) -> Response:
    return answered(request, fault)


def answered(request: Request, fault: Exception) -> Response:
    """Return any error as a response; one that nobody foresaw goes to the log."""
    if isinstance(fault, OSError):
        fault = not_stored(fault, "a file", fault.filename or tempfile.gettempdir()) or fault
    kind = kind_of(fault)
    if kind is INTERNAL:
        log.error("unexpected error at %s", quote(request.url.path, safe=PATH_SAFE), exc_info=fault)
        return problem(request, INTERNAL, "an unexpected error; it is in the server's log")
    detail, errors = told_to(request, fault), getattr(fault, "errors", ())
    response = problem(request, kind, detail, errors, getattr(fault, "members", None))
    if isinstance(fault, HttpProblem):
        response.headers.update(fault.headers)
    if isinstance(fault, TooManyQueries):
        response.headers["Retry-After"] = str(fault.retry_after)
    if isinstance(fault, NotThereYet):
        response.headers["Retry-After"] = "1"
    if isinstance(fault, Interrupted | Busy | LogUnreachable | GraphUnreachable):
        response.headers["Retry-After"] = RETRY_AFTER
    if isinstance(fault, Stopped):
        response.headers["Retry-After"] = BACK_AFTER
    if isinstance(fault, OutOfTime):
        response.headers["Commonplace-Complete"] = "timeout"
    return response


def told_to(request: Request, fault: Exception) -> str:
    """Return the detail of an error; on a page, but that of SPARQL, what a reader can do where the error says it."""
    on_page = getattr(fault, "on_page", "")
    if on_page and prefers_page(request.headers.get("accept", "")) and not request.url.path.endswith("/sparql"):
        return on_page
    return getattr(fault, "detail", str(fault))


def for_readers(told: Mapping[str, object]) -> Mapping[str, object]:
    """Return a problem, as JSON has it, as a page tells it: with what a reader can do where its kind says that."""
    slug = str(told.get("type", "")).rpartition("/")[2]
    found = next((kind.on_page for kind in KINDS if issubclass(kind, QueryEnded) and KINDS[kind].slug == slug), "")
    return {**told, "detail": found} if found else told


def kind_of(fault: Exception) -> ProblemKind:
    """Return the kind of problem that an error is."""
    if isinstance(fault, HttpProblem):
        return BY_STATUS[fault.status]
    if isinstance(fault, TooManyQueries):
        return BY_STATUS[429] if fault.own else KINDS[Busy]
    if isinstance(fault, Gone):
        return GONE
    return next((kind for error, kind in KINDS.items() if isinstance(fault, error)), INTERNAL)


async def _invalid(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    errors = [(".".join(str(part) for part in e["loc"][1:]), told(e)) for e in fault.errors()]
    return problem(request, KINDS[BadRequest], listed(errors), errors)


async def _http(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    kind = BY_STATUS.get(fault.status_code, ProblemKind("http", str(fault.detail), fault.status_code, ""))
    response = problem(
        request,
        kind,
        Message("%(method)s %(path)s: %(detail)s", method=request.method, path=request.url.path, detail=fault.detail),
    )
    response.headers.update(fault.headers or {})
    return response


async def _unknown(request: Request, fault: Exception) -> Response:
    return answered(request, fault)
