"""Let what a request writes belong to the piece of work that its `Commonplace-Piece` header names."""

from __future__ import annotations

from urllib.parse import unquote

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from commonplace.errors import BadRequest
from commonplace.model.piece_of_work import belonging_to
from commonplace.web.http import problems

HEADER = b"commonplace-piece"
"""Name of the header. Its value is percent-encoded where it is not ASCII, as in an address."""


class PiecesOfWork:
    """Read the header of each request, and refuse one that is no name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = next((value for name, value in scope.get("headers", ()) if name == HEADER), None)
        if given is None:
            await self._app(scope, receive, send)
            return
        try:
            naming = belonging_to(unquote(given.decode("latin-1")))
            naming.__enter__()
        except BadRequest as fault:
            await problems.answered(Request(scope), fault)(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            naming.__exit__(None, None, None)
