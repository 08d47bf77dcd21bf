"""Find out at which address a client reached the library, so that links lead back there.

Links are made from the base IRI where one was set, else from the request. `Host` is checked against a setting, and
`X-Forwarded-Host` and `-Proto` count only when they come from a proxy that is trusted.

A base IRI may have a path (`https://example.org/books/`). Within the program an address of this server begins without
it, as in `/works/ostrom1996`: it is taken off each request here, whether a proxy did so before or not, and it is put
before what leaves: `Location` here, what pages lead to in `pages.rendering.render`. Whole addresses are made from
`base_url` and `asked_url`, which have it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as AsgiMessage

from commonplace.errors import BadRequest, Message
from commonplace.web.http.asked_address import ROOT
from commonplace.web.http.problems import answered

ANY_HOST = "*"


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
    """Refuse hosts that are not served (400), and let the rest of the program see the address the client used.

    `root` is the path of the base IRI, without a slash at its end. A proxy takes it off what it asks for. One that does
    not is understood, too, where no address of this server begins with a word of `words` that `root` begins with.
    """

    def __init__(self, app: ASGIApp, address: Address, words: Collection[str] = ()) -> None:
        self._app = app
        self._address = address
        self._base = urlsplit(address.base) if address.base else None
        self.root = self._base.path.rstrip("/") if self._base else ""
        self._known = {one.lower() for one in address.hosts}
        if self._base and self._base.hostname:
            self._known.add(self._base.hostname)
        self._alike = self.root.split("/")[1] in words if self.root else False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scheme, host, client, hosts = self._asked(scope)
            if hosts > 1:
                fault = BadRequest("a request names one host", [("Host", "given more than once")])
                await answered(Request(scope), fault)(scope, receive, send)
                return
            if not self._is_served(host):
                fault = BadRequest(
                    Message("this server does not serve the host %(host)r", host=host), [("Host", "not served here")]
                )
                await answered(Request(scope), fault)(scope, receive, send)
                return
            if self._base:
                scheme, host = self._base.scheme, self._base.netloc
            scope = _seen_at(scope, scheme, host)
            scope["client"] = client
            if self.root:
                scope = {**(scope if self._alike else _below(self.root, scope)), ROOT: self.root}
                send = _leading_below(self.root, send)
        await self._app(scope, receive, send)

    def _asked(self, scope: Scope) -> tuple[str, str, tuple[str, int] | None, int]:
        """Return scheme, host and client, as the server sees them or as a trusted proxy tells; and how many hosts."""
        named = [value for name, value in scope["headers"] if name == b"host"]
        scheme, host, client = scope["scheme"], named[0].decode("latin-1") if named else "", scope.get("client")
        if (client and client[0] in self._address.proxies) or ANY_HOST in self._address.proxies:
            headers = Headers(scope=scope)
            scheme = _last(headers.get("x-forwarded-proto")) or scheme
            host = _last(headers.get("x-forwarded-host")) or host
            if told := _last(headers.get("x-forwarded-for")):
                client = (told, 0)
        return (scheme if scheme in ("http", "https") else "http"), host, client, len(named)

    def _is_served(self, host: str) -> bool:
        if ANY_HOST in self._address.hosts:
            return True
        name = urlsplit(f"//{host}").hostname if host else None
        return name in self._known


def _below(root: str, scope: Scope) -> Scope:
    """Return the scope of a request for what lies below that path, which a proxy may have taken off already."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    if scope["path"] == root or scope["path"].startswith(f"{root}/"):
        path = scope["path"].removeprefix(root) or "/"
        raw = b"/" + raw.split(b"/", root.count("/") + 1)[-1] if path != "/" else b"/"
        return {**scope, "path": path, "raw_path": raw}
    return scope


def _leading_below(root: str, send: Send) -> Send:
    """Return what sends answers whose redirections stay below that path."""

    async def led(message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            moved = [
                (name, root.encode() + value if name == b"location" and _is_own(value) else value)
                for name, value in ((name.lower(), value) for name, value in message["headers"])
            ]
            message = {**message, "headers": moved}
        await send(message)

    return led


def _is_own(location: bytes) -> bool:
    return location.startswith(b"/") and not location.startswith(b"//")


def _last(header: str | None) -> str:
    """Return the value that the nearest proxy added to a header."""
    return (header or "").rpartition(",")[2].strip()


def _seen_at(scope: Scope, scheme: str, host: str) -> Scope:
    """Return the scope as if the request had come to that scheme and host."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "scheme": scheme, "headers": [*headers, (b"host", host.encode("latin-1", "ignore"))]}
