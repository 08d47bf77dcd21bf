"""Ask an address of this server from within it, as a client would: through the routes, and not over a socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from fastapi import Request
from starlette.types import Message as AsgiMessage

from commonplace.errors import Message, TooLarge
from commonplace.web.http.asked_address import ROOT
from commonplace.web.pages.words.languages import language_of


@dataclass(slots=True)
class Answered:
    """What was answered: status, headers with small letters, and body."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def media_type(self) -> str:
        """Return the media type without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()

    def problem(self) -> Mapping[str, Any]:
        """Return the problem details of an answer that is none; none where the body is something else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


async def ask_within(
    request: Request,
    address: str,
    accept: str,
    most: int,
    document: Mapping[str, Any] | None = None,
    *,
    with_token: bool = True,
) -> Answered:
    """Return the answer to a GET of an address, or to a POST of a document, asked for the client of a request.

    The client's token goes along `with_token`, with a GET also the session of a browser; without it the answer is the
    one that anybody gets. A session is for what its own pages send, so no document is posted by it here.

    Raises `TooLarge` when the body has more than `most` bytes.
    """
    path, _, query = address.partition("?")
    own = request.scope
    sent_along = {b"host"}
    if with_token:
        sent_along |= {b"authorization"} if document is not None else {b"authorization", b"cookie"}
    kept = [(name, value) for name, value in own["headers"] if name in sent_along]
    kept.append((b"accept-language", language_of(request).encode()))  # in which a refusal is told
    scope = {
        "type": "http",
        "asgi": own.get("asgi", {"version": "3.0"}),
        "http_version": "1.1",
        "method": "GET" if document is None else "POST",
        "scheme": own["scheme"],
        "path": unquote(path),
        "raw_path": path.encode(),
        ROOT: own.get(ROOT, ""),
        "query_string": query.encode(),
        "headers": [*kept, (b"accept", accept.encode()), (b"content-type", b"application/json")],
        "server": own.get("server"),
        "client": own.get("client"),
        "state": {},
        "app": request.app,
    }
    answered = Answered()
    body = bytearray()
    sent = b"" if document is None else json.dumps(document).encode()
    begun = False

    async def receive() -> AsgiMessage:
        nonlocal begun
        if begun:
            return await request.receive()  # which tells when the client has left
        begun = True
        return {"type": "http.request", "body": sent, "more_body": False}

    async def send(message: AsgiMessage) -> None:
        if message["type"] == "http.response.start":
            answered.status = message["status"]
            answered.headers = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in message["headers"]}
        else:
            body.extend(message.get("body", b""))
            if len(body) > most:
                raise TooLarge(
                    Message("the answer has more than %(most)s bytes: ask for less", most=f"{most:,}"),
                    [("address", "ask for less")],
                )

    await request.app.answered(scope, receive, send)
    answered.body = bytes(body)
    return answered
