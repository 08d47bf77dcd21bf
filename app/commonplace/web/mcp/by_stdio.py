"""Serve the Model Context Protocol over standard input and output, by an application in this process."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from fastapi import Request
from starlette.types import Message
from uvicorn.importer import import_from_string

from commonplace import __version__
from commonplace.web.mcp.server import server_of

if TYPE_CHECKING:
    from commonplace.web.app import Application


def serve_by_stdio(factory: str, token: str | None) -> None:
    """Answer calls from standard input until it ends, of the application that a factory makes.

    `token` lets evidence be proposed. Raises what the factory raises.
    """
    app: Application = import_from_string(factory)()
    asyncio.run(_serve(app, token))


async def _serve(app: Application, token: str | None) -> None:
    async with app.router.lifespan_context(app):
        await server_of(__version__, partial(_own_request, app, token)).run_stdio_async()


def _own_request(app: Application, token: str | None) -> Request:
    """Return a request as this program itself would send it."""
    headers = [(b"host", b"localhost"), *([(b"authorization", f"Bearer {token}".encode())] if token else [])]
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/", "headers": headers, "app": app}
    return Request(scope, _for_ever)


async def _for_ever() -> Message:
    """Wait: nobody leaves before there is an answer."""
    await asyncio.Event().wait()
    raise AssertionError("nothing sets the event")
