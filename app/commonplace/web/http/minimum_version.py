"""Let a client that knows of a version get no answer from before it (`Commonplace-Min-Version`)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from commonplace.errors import BadRequest, CommonplaceError, Message, NotThereYet
from commonplace.model.change import Version
from commonplace.web.http.problems import answered

HEADER = "Commonplace-Min-Version"

WAIT_SECONDS = 2.0
"""Maximum time that a request waits for the version; a server that keeps up has it within milliseconds."""

DIGITS = 18
"""Maximum number of digits of a version."""


class MinimumVersion:
    """Answer a request that names a version once the library has it; another server may have written it."""

    def __init__(self, app: ASGIApp, reached: Callable[[Version, float], Version]) -> None:
        """`reached` waits for a version, for that many seconds at most, and returns the newest that can be read."""
        self._app = app
        self._reached = reached

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for name, value in scope["headers"]:
            if name == b"commonplace-min-version":
                try:
                    await run_in_threadpool(self._wait, value.decode("latin-1").strip())
                except CommonplaceError as fault:
                    await answered(Request(scope), fault)(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _wait(self, asked: str) -> None:
        """Return when the library is at the version asked for. Raises `NotThereYet`, `BadRequest`."""
        if not (asked.isascii() and asked.isdigit() and len(asked) <= DIGITS):
            raise BadRequest(
                Message("%(header)s: %(asked)r is no version", header=HEADER, asked=asked),
                [(HEADER, "not a whole number")],
            )
        version = Version(int(asked))
        head = self._reached(version, WAIT_SECONDS)
        if head < version:
            raise NotThereYet(
                Message(
                    "version %(version)s is not here yet: this server is at %(head)s; ask again in a moment",
                    version=version,
                    head=head,
                ),
                [(HEADER, "not there yet")],
            )
