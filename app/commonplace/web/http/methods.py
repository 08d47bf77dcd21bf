"""Tell the truth in `Allow`: every method that an address takes (RFC 9110, 9.3.7, 10.2.1 and 15.5.6)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PREFLIGHT = b"access-control-request-method"
_ORDER = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def allowed(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """Return the methods that an address takes, none where there is no such address."""
    taken = {method for method in _ORDER if any(_takes(route, {**scope, "method": method}) for route in routes)}
    if "GET" in taken:
        taken.add("HEAD")
    return [method for method in _ORDER if method in taken or (taken and method == "OPTIONS")]


def _takes(route: BaseRoute, scope: Scope) -> bool:
    return route.matches(dict(scope))[0] is Match.FULL


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and any(name == _PREFLIGHT for name, _ in scope["headers"])


class AllowedMethods:
    """Answer OPTIONS, and complete `Allow` where a method is refused. A preflight of CORS passes."""

    def __init__(self, app: ASGIApp, routes: list[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _is_preflight(scope):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and (methods := allowed(self._routes, scope)):
            headers = [(b"allow", ", ".join(methods).encode())]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                headers = MutableHeaders(scope=message)
                if methods := allowed(self._routes, scope):
                    headers["Allow"] = ", ".join(methods)
            await send(message)

        await self._app(scope, receive, completed)
