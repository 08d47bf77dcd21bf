"""Tell a client at once that it holds the newest answer (304), without making the answer again.

An answer follows from its address, the headers of the request, and the version of the library. So where the library has
not moved since an answer went out, whoever names its tag (`If-None-Match`) holds what would be made now. This is noted
of answers that need no token; all others are made, and compared then.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commonplace.model.change import Version
from commonplace.web.http.asked_address import ROOT
from commonplace.web.http.negotiation import IMMUTABLE, holds
from commonplace.web.http.security_headers import SECURITY_HEADERS

MOST = 4_000
"""Maximum number of answers that are remembered, those that were asked for last: some 4 MB."""

_SAYING_WHO = frozenset((b"authorization", b"cookie", b"zotero-api-key"))
"""Headers by which a client may see what others may not: such a request goes the whole way."""

_PASSED_OVER = frozenset(
    (
        *(b"cache-control", b"connection", b"dnt", b"forwarded", b"if-none-match", b"pragma", b"priority", b"referer"),
        *(b"te", b"traceparent", b"tracestate", b"upgrade-insecure-requests", b"user-agent", b"via"),
    )
)
_PASSED_OVER_BEGIN = (b"sec-", b"x-", b"cf-")
"""Headers of requests that no answer follows from, and how others begin: what a proxy tells of the client is in the
address by now (`PublicAddress`)."""

_OF_BODY = frozenset((b"commonplace-complete", b"link", *(name.lower().encode() for name in SECURITY_HEADERS)))
"""Headers of answers that are left out of a 304, beside those that begin with `content-`."""

_WITH_TOKENS_IN_ADDRESSES = "/zotero"


@dataclass(frozen=True, slots=True)
class _Held:
    """An answer that went out: its tag, its version or None where that is named by the address, and what a 304 says."""

    tag: str
    version: bytes | None
    headers: tuple[tuple[bytes, bytes], ...]


class HeldAnswers:
    """Answer 304 in front of an application where it is known that it would. To be used in one event loop."""

    def __init__(self, app: ASGIApp, head: Callable[[], Version], most: int = MOST) -> None:
        """`head` returns the newest version that there is."""
        self._app = app
        self._head = head
        self._most = most
        self._held: OrderedDict[bytes, _Held] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = _name_of(scope)
        if name is None:
            await self._app(scope, receive, send)
            return
        held, tags = self._held.get(name), _tags_held(scope["headers"])
        if held and tags and holds(tags, held.tag) and held.version in (None, str(self._head()).encode()):
            self._held.move_to_end(name)
            await send({"type": "http.response.start", "status": 304, "headers": list(held.headers)})
            await send({"type": "http.response.body", "body": b""})
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self._note(name, message["headers"])
            await send(message)

        await self._app(scope, receive, noting)

    def _note(self, name: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Note an answer with its version and a tag that names it."""
        given = dict(headers)
        version, tag = given.get(b"commonplace-version"), given.get(b"etag", b"")
        if version is None or not tag.startswith(b'"' + version + b";"):
            self._held.pop(name, None)
            return
        kept = tuple(pair for pair in headers if pair[0] not in _OF_BODY and not pair[0].startswith(b"content-"))
        never_changes = given.get(b"cache-control") == IMMUTABLE.encode()
        self._held[name] = _Held(tag.decode("latin-1"), None if never_changes else version, kept)
        self._held.move_to_end(name)
        if len(self._held) > self._most:
            self._held.popitem(last=False)


def _name_of(scope: Scope) -> bytes | None:
    """Return a checksum of all that an answer follows from beside the version; None for a request to pass on."""
    if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].startswith(_WITH_TOKENS_IN_ADDRESSES):
        return None
    address = (scope["scheme"], scope.get(ROOT, ""), scope["path"])
    found = [*(part.encode("utf-8", "surrogatepass") for part in address), scope["query_string"]]
    for name, value in scope["headers"]:
        if name in _SAYING_WHO:
            return None
        if name not in _PASSED_OVER and not name.startswith(_PASSED_OVER_BEGIN):
            found += name, value
    return blake2b(b"\0".join(found), digest_size=16).digest()


def _tags_held(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """Return the tags that a client names; None for none, and for `*`: the routes know what there is."""
    named = b",".join(value for name, value in headers if name == b"if-none-match").decode("latin-1")
    return None if named.strip() in ("", "*") else named
