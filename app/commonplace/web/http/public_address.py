"""Find out at which address a client reached the library, so that links lead back there.

Links are made from the base IRI where one was set, else from the request. `Host` is checked against a setting, and
`X-Forwarded-Host` and `-Proto` count only when they come from a proxy that is trusted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import URL, Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from commonplace.errors import BadRequest
from commonplace.web.http.problems import answered

ANY_HOST = "*"


def asked_url(request: Request) -> URL:
    """Return the address of a request as its client knows it: with the path of the base IRI, where that has one."""
    root, url = request.scope.get("root_path", ""), request.url
    return url.replace(path=f"{root}{url.path}") if root and not url.path.startswith(f"{root}/") else url


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of the address of a server.

    `base` is the base IRI where one was set. `hosts` are the names that `Host` may give, without port; `*` is any.
    `proxies` are the addresses of the proxies whose word is taken.
    """

    base: str | None = None
    hosts: Collection[str] = (ANY_HOST,)
    proxies: Collection[str] = ()


class PublicAddress:
    """Refuse hosts that are not served (400), and let the rest of the program see the address the client used."""

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app = app
        self._address = address
        self._base = urlsplit(address.base) if address.base else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scheme, host, client = self._asked(scope)
            if sum(name == b"host" for name, _ in scope["headers"]) > 1:
                fault = BadRequest("a request names one host", [("Host", "given more than once")])
                await answered(Request(scope), fault)(scope, receive, send)
                return
            if not self._is_served(host):
                fault = BadRequest(f"this server does not serve the host {host!r}", [("Host", "not served here")])
                await answered(Request(scope), fault)(scope, receive, send)
                return
            if self._base:
                scheme, host = self._base.scheme, self._base.netloc
                scope = {**scope, "root_path": self._base.path.rstrip("/")} if len(self._base.path) > 1 else scope
            scope = {**_seen_at(scope, scheme, host), "client": client}
        await self._app(scope, receive, send)

    def _asked(self, scope: Scope) -> tuple[str, str, tuple[str, int] | None]:
        """Return scheme, host and client: as the server sees them, or as a trusted proxy tells."""
        headers = Headers(scope=scope)
        scheme, host, client = scope["scheme"], headers.get("host", ""), scope.get("client")
        if (client and client[0] in self._address.proxies) or ANY_HOST in self._address.proxies:
            scheme = _last(headers.get("x-forwarded-proto")) or scheme
            host = _last(headers.get("x-forwarded-host")) or host
            if told := _last(headers.get("x-forwarded-for")):
                client = (told, 0)
        return (scheme if scheme in ("http", "https") else "http"), host, client

    def _is_served(self, host: str) -> bool:
        if ANY_HOST in self._address.hosts:
            return True
        name = urlsplit(f"//{host}").hostname if host else None
        known = {one.lower() for one in self._address.hosts}
        if self._base and self._base.hostname:
            known.add(self._base.hostname)
        return name in known


def _last(header: str | None) -> str:
    """Return the value that the nearest proxy added to a header."""
    return (header or "").rpartition(",")[2].strip()


def _seen_at(scope: Scope, scheme: str, host: str) -> Scope:
    """Return the scope as if the request had come to that scheme and host."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "scheme": scheme, "headers": [*headers, (b"host", host.encode("latin-1", "ignore"))]}
