"""Hold what the client returns: one answer, or a list that is read page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

import httpx

T = TypeVar("T")

Ask = Callable[[str, Mapping[str, str]], httpx.Response]
"""Asks for an address with parameters, and raises what stands against an answer."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """One answer, and which version of the library it is of.

    `etag` may be sent back with a write, so that it is refused when the library has moved on (`if_match=answer.etag`).
    `complete` says whether `value` is all there is. `version` is 0 where nothing was made: of a dry run.
    """

    value: T
    version: int
    etag: str
    complete: str = "complete"

    @classmethod
    def of(cls, response: httpx.Response, value: T) -> Answer[T]:
        """Return the answer that a response is, with that value."""
        headers = response.headers
        return cls(
            value,
            int(headers.get("commonplace-version", 0)),
            headers.get("etag", ""),
            headers.get("commonplace-complete", "complete"),
        )


class Listing(Generic[T]):
    """A list of the library. Nothing is asked before it is looked into, and then page by page.

    Iterating follows `next` to the end. `first` is the first page as it came; what stands there of the whole list has
    properties here. A list is read anew each time it is iterated; the first page is kept.
    """

    def __init__(self, ask: Ask, address: str, parameters: Mapping[str, str]) -> None:
        self._ask = ask
        self._address = address
        self._parameters = parameters
        self._first: Answer[dict[str, Any]] | None = None

    def _page(self, parameters: Mapping[str, str]) -> Answer[dict[str, Any]]:
        response = self._ask(self._address, parameters)
        return Answer.of(response, cast("dict[str, Any]", response.json()))

    @property
    def first(self) -> Answer[dict[str, Any]]:
        """Return the first page: its JSON, version and entity tag."""
        if self._first is None:
            self._first = self._page(self._parameters)
        return self._first

    def pages(self) -> Iterator[Answer[dict[str, Any]]]:
        """Yield each page as it comes."""
        page = self.first
        yield page
        while following := page.value.get("next"):
            page = self._page(dict(httpx.URL(following).params))  # asked here, wherever the library says that it is
            yield page

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from self._items(page.value)

    def _items(self, page: Mapping[str, Any]) -> list[T]:
        """Return the things on a page."""
        return cast("list[T]", page["items"])

    @property
    def total(self) -> int:
        """Return the number of things on all pages."""
        return int(self.first.value["total"])

    @property
    def version(self) -> int:
        """Return the version that the first page was made from."""
        return self.first.version

    @property
    def etag(self) -> str:
        """Return the entity tag of the first page."""
        return self.first.etag

    @property
    def complete(self) -> str:
        """Return `complete`, or how the list was cut."""
        return str(self.first.value.get("complete", self.first.complete))

    @property
    def coverage(self) -> dict[str, int]:
        """Return the number of works by what they say of the concept or claim that was asked for, unread ones too."""
        return cast("dict[str, int]", self.first.value.get("coverage", {}))

    @property
    def extent(self) -> dict[str, int]:
        """Return how far the reading of the concept or claim has gone."""
        return cast("dict[str, int]", self.first.value.get("extent", {}))
