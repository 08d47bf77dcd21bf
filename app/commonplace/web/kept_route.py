"""Keep the last answers of addresses whose answers take seconds to make, for as long as the library does not change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from commonplace.derived.workers.messages import whole
from commonplace.model.change import EMPTY, Version
from commonplace.web.context import context_of
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.negotiation import IMMUTABLE, holds
from commonplace.web.http.packed_answer import takes_gzip
from commonplace.web.http.spooled import SpooledResponse
from commonplace.web.in_workers import WorkerRoute

MOST_BYTES = 32_000_000
"""Maximum size of all answers kept together: some twenty maps of thousands of things."""

_OVERHEAD = 1_000
"""Bytes that an answer takes beside its body, roughly."""


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
    """The answers of the newest version that were asked for most recently. To be used in one event loop."""

    def __init__(self, room: int = MOST_BYTES) -> None:
        """Keep answers of `room` bytes together."""
        self._room = room
        self._size = 0
        self._version = EMPTY
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def __len__(self) -> int:
        """Return the number of answers kept."""
        return len(self._kept)

    def get(self, version: Version, name: Hashable) -> _Kept | None:
        """Return the answer of a version kept by that name, which counts as used."""
        self._move_to(version)
        found = self._kept.get(name) if version == self._version else None
        if found is not None:
            self._kept.move_to_end(name)
        return found

    def put(self, version: Version, name: Hashable, answer: _Kept) -> None:
        """Keep an answer of the newest version, and let go of those that were used least recently."""
        self._move_to(version)
        if version < self._version or name in self._kept or _size(answer) > self._room:
            return
        self._kept[name] = answer
        self._size += _size(answer)
        while self._size > self._room:
            self._size -= _size(self._kept.popitem(last=False)[1])

    def _move_to(self, version: Version) -> None:
        """Let go of all answers when there is a newer version, of which nobody asks for them any more."""
        if version > self._version:
            self._version, self._size = version, 0
            self._kept.clear()


def _size(answer: _Kept) -> int:
    return len(answer.body) + _OVERHEAD


class KeptRoute(WorkerRoute):
    """A route whose answers the server keeps, by all they follow from: address, host, `Accept`, packing, version."""

    def form_asked(self, request: Request) -> Hashable:
        """Return what an answer follows from beside address and version."""
        return request.headers.get("accept"), takes_gzip(request.headers)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, which makes an answer once."""
        make = super().get_route_handler()

        async def answer(request: Request) -> Response:
            answers: KeptAnswers | None = getattr(request.app.state, "kept_answers", None)
            if answers is None:  # this is a worker
                return await make(request)
            head = context_of(request).library.log.head()
            name = (str(asked_url(request)), self.form_asked(request))
            kept = answers.get(head, name)
            if kept is None:
                made = await make(request)
                if made.status_code != 200 or _is_large(made):
                    return made
                kept = _Kept(_body(made), tuple(made.raw_headers))
                if _is_of(made, head):
                    answers.put(head, name, kept)
            return kept.response(request.headers.get("if-none-match"))

        return answer


def _is_of(made: Response, head: Version) -> bool:
    """Return whether an answer stays true while the log has that head: one of the version before it is made while
    another thread brings the head in, and one of a version that the address names never changes."""
    return made.headers.get("commonplace-version") == str(head) or made.headers.get("cache-control") == IMMUTABLE


def _is_large(made: Response) -> bool:
    """Return whether an answer lies in a file and is too long to be kept among others: it is sent from there."""
    return isinstance(made, SpooledResponse) and made.spool.size > MOST_BYTES // 8


def _body(made: Response) -> bytes:
    """Return the whole body of an answer, which may lie in a file."""
    return whole(made.spool) if isinstance(made, SpooledResponse) else bytes(made.body)
