"""Keep the last answers of addresses whose answers take seconds to make, for as long as the library does not change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from commonplace.derived.workers.messages import whole
from commonplace.web.context import context_of
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.negotiation import holds
from commonplace.web.http.spooled import SpooledResponse
from commonplace.web.in_workers import WorkerRoute

MOST_BYTES = 32_000_000
"""Maximum size of all answers kept together: some twenty maps of thousands of things."""


@dataclass(frozen=True, slots=True)
class _Kept:
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]

    def response(self, held: str | None) -> Response:
        """Return the answer, or 304 to a client whose `If-None-Match` names it."""
        tag = dict(self.headers).get(b"etag", b"").decode("latin-1")
        if held is not None and tag and holds(held, tag):
            response = Response(status_code=304)
            dropped: tuple[bytes, ...] = (b"content-length", b"content-type")
        else:
            response, dropped = Response(self.body), ()
        response.raw_headers = [pair for pair in self.headers if pair[0] not in dropped]
        return response


class KeptAnswers:
    """The answers asked for most recently. To be used in one event loop."""

    def __init__(self, room: int = MOST_BYTES) -> None:
        """Keep answers of `room` bytes together."""
        self._room = room
        self._size = 0
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(self, name: Hashable) -> _Kept | None:
        """Return the answer kept by that name, which counts as used."""
        found = self._kept.get(name)
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def put(self, name: Hashable, answer: _Kept) -> None:
        """Keep an answer, and let go of those that were used least recently."""
        if name in self._kept or len(answer.body) > self._room:
            return
        self._kept[name] = answer
        self._size += len(answer.body)
        while self._size > self._room:
            self._size -= len(self._kept.popitem(last=False)[1].body)


class KeptRoute(WorkerRoute):
    """A route whose answers the server keeps, by all they follow from: address with host, `Accept`, and version."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which makes an answer once."""
        make = super().get_route_handler()

        async def answer(request: Request) -> Response:
            answers: KeptAnswers | None = getattr(request.app.state, "kept_answers", None)
            if answers is None:  # this is a worker
                return await make(request)
            head = context_of(request).library.log.head()
            name = (head, str(asked_url(request)), request.headers.get("accept"))
            kept = answers.get(name)
            if kept is None:
                made = await make(request)
                if made.status_code != 200 or _is_large(made):
                    return made
                kept = _Kept(_body(made), tuple(made.raw_headers))
                answers.put(name, kept)
            return kept.response(request.headers.get("if-none-match"))

        return answer


def _is_large(made: Response) -> bool:
    """Return whether an answer lies in a file and is too long to be kept among others: it is sent from there."""
    return isinstance(made, SpooledResponse) and made.spool.size > MOST_BYTES // 8


def _body(made: Response) -> bytes:
    """Return the whole body of an answer, which may lie in a file."""
    return whole(made.spool) if isinstance(made, SpooledResponse) else bytes(made.body)
