"""Show a quote where it stands in the text that the library holds of a work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from commonplace.curation.quotes import held_text, pages_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.annotation_reading import locator_of
from commonplace.model.minter import Minter
from commonplace.model.quote_places import places_of_quote, whole_words_around
from commonplace.model.searchable_pages import Texts

AROUND = 300
"""Number of characters of a page of a kept text that are shown before and after a quote."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """One text of a work, in pieces; those of the quote are marked. `part` is its name, or the locator of a page."""

    part: str
    pieces: tuple[tuple[str, bool], ...]

    @property
    def has_quote(self) -> bool:
        """Return whether the quote stands in this text."""
        return any(marked for _, marked in self.pieces)


def texts_with_quote(snapshot: Snapshot, work: NamedNode, quote: str | None) -> list[ShownText]:
    """Return the texts that are held of a work, with the places of a quote marked in them."""
    return [
        ShownText(part, tuple(_pieces(text, quote or "")))
        for part, texts in held_text(snapshot, work).items()
        for text in (["; ".join(sorted(texts))] if part == "keywords" else texts)
    ]


def page_with_quote(locator: str, page: str, quote: str) -> ShownText:
    """Return what stands around a quote on a page of the kept text, with the quote marked."""
    start = max(page.find(quote), 0)
    before, after = whole_words_around(page, start, start + len(quote), AROUND)
    return ShownText(locator, tuple(_pieces(f"{before}{page[start : start + len(quote)]}{after}", quote)))


def page_of_kept_text(
    snapshot: Snapshot, work: NamedNode, quote: str | None, minter: Minter, texts: Texts
) -> list[ShownText]:
    """Return what stands around a quote in the text that is kept of a work; nothing where it is not there."""
    sha256 = pages_of(snapshot, work, minter)
    pages = texts(sha256) if quote and sha256 else None
    places = pages.places(quote) if pages and quote else []
    if not pages or not places:
        return []
    page, place = pages.pages[places[0].page - 1], places[0]
    start, end = pages.on_page(place)
    return [page_with_quote(locator_of(str(place.page)), page, page[start:end])]


def _pieces(text: str, quote: str) -> Iterator[tuple[str, bool]]:
    end = 0
    for place in places_of_quote(quote, text):
        if place.start < end:
            continue  # it overlaps the one before
        if place.start > end:
            yield text[end : place.start], False
        yield text[place.start : place.end], True
        end = place.end
    if end < len(text):
        yield text[end:], False
