"""Ask the addresses of this server for an assistant, as the client whose call it is."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from fastapi import Request

from commonplace.model.whole_number import whole_number
from commonplace.web.asked_within import Answered, ask_within
from commonplace.web.mcp.citations import citation

MOST_BYTES = 20_000_000
"""Maximum bytes of one answer that a tool reads: a page of a list, or the rows of a query."""

PAGE = "50"
"""Number of things on a page that a tool reads: mostly as many as an answer has room for."""

JSON = "application/json"
SPARQL_JSON = "application/sparql-results+json"

Parameters = Mapping[str, str | int | None]
Answer = dict[str, Any]


class ToolRefused(Exception):
    """An address answered a problem; the text is for the assistant."""


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A place in a list: how many rows come before it, and where they are asked for."""

    before: int = 0
    """Number of rows of the list before this place."""
    skipped: int = 0
    """Number of rows before it on its page."""
    cursor: str = ""
    """The page, as the list names it; empty for the first."""
    at: str = ""
    """The version of the list; empty where it is the newest, whichever that is."""

    def __str__(self) -> str:
        return f"{self.at}.{self.before}.{self.skipped}.{self.cursor}"

    @classmethod
    def of(cls, text: str | None, at: int | None = None) -> RowPlace:
        """Return the place that `more` names, else the beginning at a version. Raises `ToolRefused`."""
        if not text:
            return cls(at="" if at is None else str(at))
        named, before, skipped, cursor = [*text.split(".", 3), "", "", ""][:4]
        rows, on_page = whole_number(before), whole_number(skipped)
        if rows is None or on_page is None or (named and whole_number(named) is None):
            raise ToolRefused(
                f"more={text[:100]!r} is no place in a list: give the text that left_out had in the answer before"
            )
        return cls(rows, on_page, cursor, named)

    def after(self, rows: int) -> RowPlace:
        """Return the place that many rows further on the page."""
        return replace(self, before=self.before + rows, skipped=self.skipped + rows)


@dataclass(slots=True)
class ToolCall:
    """One call of a tool: it asks this server, in turn with others, and keeps what it has asked."""

    request: Request
    _works: dict[str, Answer] = field(default_factory=dict)

    async def get(self, address: str, parameters: Parameters | None = None, accept: str = JSON) -> Answer:
        """Return the JSON at an address, or where that leads, as anybody gets it.

        Raises `ToolRefused` with what a problem says.

        No token goes along: words of a text that takes one are not for an assistant.
        """
        asked = _with(address, parameters or {})
        answered = await ask_within(self.request, asked, accept, MOST_BYTES, with_token=False)
        if answered.status in (301, 303):  # another key of a work, or what was merged into another
            there = urlsplit(answered.headers["location"])
            asked = f"{there.path}?{there.query}"
            answered = await ask_within(self.request, asked, accept, MOST_BYTES, with_token=False)
        found = _read(answered)
        found.setdefault("complete", answered.headers.get("commonplace-complete", "complete"))
        found.setdefault("version", int(answered.headers.get("commonplace-version", "0")))
        return found

    async def post(self, address: str, document: Mapping[str, Any]) -> Answer:
        """Send a document, and return the answer. Raises `ToolRefused` with what a problem says."""
        return _read(await ask_within(self.request, address, JSON, MOST_BYTES, document))

    async def pages(
        self, address: str, parameters: Parameters, place: RowPlace, *, versions: bool = True
    ) -> AsyncIterator[tuple[RowPlace, Answer]]:
        """Yield the pages of a list from a place on, each with the place in it.

        Where the list knows `versions`, the places that follow are in the version of the first page.
        """
        while True:
            page = await self.get(address, {"limit": PAGE, **parameters, "at": place.at, "cursor": place.cursor})
            place = replace(place, at=str(page["version"])) if versions else place
            yield place, page
            following = page.get("next")
            if not following:
                return
            cursor = parse_qs(urlsplit(following).query)["cursor"][0]
            rest = len(page["items"]) - place.skipped
            place = RowPlace(place.before + rest, 0, cursor, place.at)

    async def work(self, key: str, at: int | str | None = None) -> Answer:
        """Return a work, asked for once."""
        if key not in self._works:
            self._works[key] = await self.get(f"/works/{quote(key, safe='')}", {"at": at})
        return self._works[key]

    async def citation(self, key: str, at: int | str | None = None) -> str:
        """Return how to cite a work."""
        return citation(await self.work(key, at))


def _with(address: str, parameters: Parameters) -> str:
    given = {name: str(value) for name, value in parameters.items() if value is not None and value != ""}
    return f"{address}?{urlencode(given)}" if given else address


def _read(answered: Answered) -> Answer:
    if answered.status >= 400:
        told = answered.problem()
        places = "".join(f"; {one.get('where')}: {one.get('why')}" for one in told.get("errors", ()))
        raise ToolRefused(f"{told.get('title', answered.status)}: {told.get('detail', '')}{places}")
    if answered.status >= 300:
        raise ToolRefused(f"this is known by another name now: {answered.headers.get('location', '')}")
    found: Answer = json.loads(answered.body)
    return found
