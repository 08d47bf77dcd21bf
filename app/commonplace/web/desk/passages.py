"""Show a quote where it stands in the text that the library holds of a work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode

from commonplace.curation.quotes import held_text
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.quote_places import places_of_quote


@dataclass(frozen=True, slots=True)
class ShownText:
    """One text of a work (`part` is `title`, `abstract` or `keywords`), in pieces; those of the quote are marked."""

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
