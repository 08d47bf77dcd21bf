"""Serve the Model Context Protocol at `/mcp`, by streamable HTTP without sessions, where the SDK is installed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commonplace import __version__
from commonplace.web.context import ContextDep
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.public_address import ANY_HOST, Address
from commonplace.web.http.router import Router

router = Router(tags=["assistants"], dependencies=[Depends(only_known_parameters)])

BODY_BYTES = 1_000_000
"""Maximum bytes of one call: a question, or a proposal with its quote."""

INSTALL = "pip install 'commonplace[mcp]'"
NOT_INSTALLED = f"the Model Context Protocol is an extra, and not installed here: {INSTALL}, and start again"

_LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
}
_ERROR = {"application/json": {"schema": {"type": "object", "description": "an error of JSON-RPC 2.0"}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A message of JSON-RPC 2.0",
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
    202: {"description": "A notification was taken"},
    **{status: {"content": _ERROR} for status in (400, 404, 406)},
    501: {"description": "The extra `mcp` is not installed; `detail` says how to install it"},
}


def is_installed() -> bool:
    """Return whether the SDK is there."""
    return find_spec("mcp") is not None


class Calls:
    """The SDK's side of `/mcp` in one application: made at the first call, ended with the application."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._app: ASGIApp | None = None
        self._running: asyncio.Task[None] | None = None
        self._over = asyncio.Event()

    async def app(self) -> ASGIApp:
        """Return what answers calls."""
        async with self._lock:
            if self._app is None:
                make = await run_in_threadpool(_manager_maker)  # to import the SDK takes a second
                manager = make()
                begun = asyncio.Event()
                self._running = asyncio.create_task(self._run(manager, begun))
                await begun.wait()
                self._app = manager.handle_request
            return self._app

    async def _run(self, manager: Any, begun: asyncio.Event) -> None:
        """Keep the SDK's tasks in one task, which begins and ends them, as their library wants it."""
        async with manager.run():
            begun.set()
            await self._over.wait()

    async def close(self) -> None:
        """End the calls under way."""
        self._over.set()
        if self._running is not None:
            await self._running


def _manager_maker() -> Callable[[], Any]:
    """Return what makes the SDK's manager of calls; it is made in the event loop."""
    from mcp.server.transport_security import TransportSecuritySettings

    from commonplace.web.mcp.server import server_of

    own = TransportSecuritySettings(enable_dns_rebinding_protection=False)  # `PublicAddress` and `check_origin` do that

    def make() -> Any:
        server = server_of(__version__)
        server.streamable_http_app(
            json_response=True, stateless_http=True, max_request_body_size=BODY_BYTES + 1, transport_security=own
        )
        return server.session_manager

    return make


class _ByAsgi(Response):
    """A response that an ASGI application sends to a request whose body was read."""

    def __init__(self, app: ASGIApp, read: bytes) -> None:
        super().__init__()
        self._app = app
        self._read = read

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def again() -> Message:
            nonlocal begun
            if begun:
                return await receive()
            begun = True
            return {"type": "http.request", "body": self._read, "more_body": False}

        await self._app(scope, again, send)


async def _message_of(request: Request) -> bytes:
    """Return the message in a request. Raises 415 and 413, as problems: the SDK would answer plain text."""
    content = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content != "application/json":
        raise HttpProblem(415, f"a message comes as application/json, not as {content or 'nothing'}")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES:
            raise HttpProblem(413, f"a message has at most {BODY_BYTES:,} bytes")
    return bytes(body)


def check_origin(origin: str | None, address: Address) -> None:
    """Refuse a page of another site, which could reach a server on its reader's machine by another name (403).

    A program sends no `Origin`. A page may call where its host is this machine, that of the base IRI, or one of the
    hosts that the settings name.
    """
    if origin is None:
        return
    base = urlsplit(address.base).hostname if address.base else None
    known = {*_LOOPBACK, base, *(one.lower() for one in address.hosts if one != ANY_HOST)}
    try:
        host = urlsplit(origin).hostname
    except ValueError:
        host = None
    if host is None or host not in known:
        why = "its host is not among COMMONPLACE_ALLOWED_HOSTS"
        raise HttpProblem(403, f"a page of {origin[:200]} may not call this: {why}", [("Origin", why)])


@router.post(
    "/mcp",
    summary="Ask as an assistant does: Model Context Protocol",
    responses=_RESPONSES,
    openapi_extra=_BODY,
    response_class=Response,
)
async def call(request: Request, context: ContextDep) -> Response:
    """Take one message of JSON-RPC 2.0 and answer it, by streamable HTTP without a session; see docs/mcp.md.

    Every tool reads, but `propose_evidence`, which needs a token and makes a proposal for a curator to decide on.
    """
    check_origin(request.headers.get("origin"), context.address)
    if not is_installed():
        raise HttpProblem(501, NOT_INSTALLED, [("mcp", INSTALL)])
    message = await _message_of(request)
    calls: Calls = request.app.state.assistants
    return _ByAsgi(await calls.app(), message)
