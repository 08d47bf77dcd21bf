"""Ask the question of a pin, whole and in its canonical form: every page of a list, at a version where it can be."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from fastapi import Request

from commonplace.errors import BadRequest, Message, TooLarge, TooManyQueries
from commonplace.exchange.pins import AnsweredQuestion
from commonplace.model.canonical_answer import STATEMENTS, TABLE, CanonicalAnswer, canonical, joined
from commonplace.model.change import Version
from commonplace.model.pinned_address import PinnedAddress
from commonplace.web.asked_within import Answered, ask_within

PIN_BYTES = 5_000_000
"""Maximum bytes of an answer, or of a page of it: it is kept with the log for ever."""

PIN_PAGES = 200
"""Maximum pages of a list that is kept."""

_ACCEPT = "application/json"
_ACCEPT_SPARQL = f"{TABLE}, {STATEMENTS};q=0.9"
_NOT_YET = (429, 503, 504)


class NotAnswered(Exception):
    """A question has no answer; `answered` says why."""

    def __init__(self, answered: Answered) -> None:
        super().__init__(answered.status)
        self.answered = answered

    @property
    def why(self) -> str:
        """Return what the problem says."""
        return str(self.answered.problem().get("detail") or f"status {self.answered.status}")

    @property
    def names_at(self) -> bool:
        """Return whether it is the version that the address does not take."""
        places = [str(fault.get("where")) for fault in self.answered.problem().get("errors", ())]
        return self.answered.status == 400 and bool({"at", "q"} & set(places))

    def raise_if_busy(self) -> None:
        """Raise `TooManyQueries` where the question may be answered another time."""
        if self.answered.status in _NOT_YET:
            later = int(self.answered.headers.get("retry-after", "10"))
            raise TooManyQueries(self.why, own=False, retry_after=later) from self

    def refused(self) -> BadRequest:
        """Return the error for a client whose question this is."""
        return BadRequest(Message("the address is not answered: %(why)s", why=self.why), [("address", self.why)])


async def asked_at(request: Request, address: PinnedAddress, version: Version) -> AnsweredQuestion:
    """Return the answer of a version. Raises `NotAnswered`, `BadRequest` for one that is cut, and `TooLarge`."""
    return await _asked(request, address.asks, address.at(version))


async def asked_now(request: Request, address: PinnedAddress) -> AnsweredQuestion:
    """Return the answer of the newest version. Raises what `asked_at` raises."""
    return await _asked(request, address.asks, address.asks)


async def asked_to_keep(request: Request, address: PinnedAddress, newest: Version) -> AnsweredQuestion:
    """Return the answer to keep: of the version that the address names, else of the newest.

    An address that knows no earlier versions (a search) is asked without one, where the newest is meant. Raises what
    `asked_at` raises, and `BadRequest` for an answer that has no version.
    """
    version = Version(address.version) if address.version is not None else newest
    try:
        return await asked_at(request, address, version)
    except NotAnswered as fault:
        if not fault.names_at or address.version not in (None, newest):
            raise
    return await asked_now(request, address)


async def _asked(request: Request, asks: str, address: str) -> AnsweredQuestion:
    """Ask an address and the pages that follow, all of one version."""
    accept = _ACCEPT_SPARQL if urlsplit(asks).path == "/sparql" else _ACCEPT
    one_page = "limit" in parse_qs(urlsplit(asks).query)
    first = await _page(request, address, accept)
    pages, following = [_canonical(first)], None if one_page else _next(first)
    while following:
        if len(pages) == PIN_PAGES:
            raise TooLarge("the list is too long to keep: ask for less", [("address", "narrow it")])
        page = await _page(request, following, accept)
        if page.headers.get("commonplace-version") != first.headers["commonplace-version"]:
            return await _asked(request, asks, address)  # a write came between
        pages.append(_canonical(page))
        following = _next(page)
    found = joined(pages)
    if len(found.encoded) > PIN_BYTES:
        raise TooLarge(
            Message("the answer has more than %(pin_bytes)s bytes", pin_bytes=f"{PIN_BYTES:,}"),
            [("address", "ask for less")],
        )
    version = Version(int(first.headers["commonplace-version"]))
    return AnsweredQuestion(asks=asks, version=version, media_type=first.media_type, answer=found)


async def _page(request: Request, address: str, accept: str) -> Answered:
    page = await ask_within(request, address, accept, PIN_BYTES, with_token=False)  # anybody may read a pin
    if page.status != 200:
        raise NotAnswered(page)
    if "commonplace-version" not in page.headers:
        raise BadRequest(
            "this address answers nothing that has a version", [("address", "keep the answer to a question")]
        )
    if page.headers.get("commonplace-complete", "complete") != "complete":
        raise BadRequest("the answer is cut, and cannot be kept whole", [("address", "ask for less")])
    return page


def _canonical(page: Answered) -> CanonicalAnswer:
    try:
        return canonical(page.media_type, page.body)
    except ValueError as fault:
        raise BadRequest(
            Message(
                "an answer of the form %(media_type)s cannot be kept: %(fault)s",
                media_type=page.media_type,
                fault=fault,
            )
        ) from fault


def _next(page: Answered) -> str | None:
    """Return path and query of the next page of a list, or None."""
    link = page.headers.get("link", "")
    if 'rel="next"' not in link:
        return None
    parts = urlsplit(link.partition("<")[2].partition(">")[0])
    return f"{parts.path}?{parts.query}"
