"""Find passages in the texts that are kept of works: the page of each, or else what comes near."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pyoxigraph import NamedNode
from rapidfuzz import fuzz

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.page_index import PageIndex, whole_words
from commonplace.derived.page_texts import PageTexts
from commonplace.library.curation_schemas import FoundPassage, TextQuoteSelector
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link
from commonplace.library.work_texts import TextToSearch
from commonplace.model.annotation_reading import locator_of
from commonplace.model.minter import Minter
from commonplace.model.quote_places import whole_words_around
from commonplace.model.searchable_pages import PagePlace, SearchablePages, run_together

NEAR_WORDS = 4
"""Minimum number of words of a passage of which something may come near: of fewer, too much does."""

NEAR_TEXTS = 20
"""Maximum number of texts that are looked through for what comes near: those with most of its rarer words."""

NEAR_PAGES = 3
"""Maximum number of pages of a text that are compared with a passage: those with most of its words."""

NEAR_SCORE = 80.0
"""Minimum score of what comes near, of 100: one letter in five may differ."""


class TextPlace(NamedTuple):
    """Where a passage stands: in the text of which work, by the SHA-256 of its pages, and how near where it only comes
    near."""

    work: NamedNode
    pages: str
    place: PagePlace
    score: float | None = None


class PassagesInTexts:
    """The passages in the texts of some works, in one state of the library."""

    def __init__(
        self, snapshot: Snapshot, texts: Sequence[TextToSearch], pages: PageTexts, index: PageIndex, minter: Minter
    ) -> None:
        self._snapshot = snapshot
        self._works: Mapping[str, list[NamedNode]] = works_by_pages(texts)
        self._pages = pages
        self._index = index
        self._minter = minter

    def found(self, quote: str) -> Iterator[TextPlace]:
        """Yield each place of a passage, exact or normalised, which `shown` shows: most of many never are."""
        for sha256 in self._index.holding(quote, self._works):
            pages = self._pages(sha256)
            places = pages.places(quote) if pages else ()
            for work in self._works[sha256]:
                yield from (TextPlace(work, sha256, place) for place in places)

    def near(self, quote: str) -> list[TextPlace]:
        """Return what comes nearest to a passage, one place of each text, best first."""
        if len(run_together(quote).split()) < NEAR_WORDS:
            return []
        found: list[TextPlace] = []
        for sha256 in self._index.nearest(quote, self._works, NEAR_TEXTS):
            pages = self._pages(sha256)
            if pages and (nearest := _nearest(quote, pages)):
                found += [TextPlace(work, sha256, *nearest) for work in self._works[sha256]]
        return sorted(found, key=lambda one: (-(one.score or 0.0), one.work.value, one.place.page))

    def shown(self, found: TextPlace) -> FoundPassage | None:
        """Return the passage at a place, with what stands around it; None where the text is there no longer."""
        work, sha256, place, score = found
        pages = self._pages(sha256)
        if pages is None:
            return None
        page = pages.pages[place.page - 1]
        start, end = pages.on_page(place)
        prefix, suffix = whole_words_around(page, start, end)
        return FoundPassage(
            work=Link(iri=work.value, key=self._minter.key(work.value), label=label_of(self._snapshot, work)),
            locator=locator_of(str(place.page)),
            page=place.page,
            quote_check="near" if score is not None else place.check,
            score=score,
            start=start,
            end=end,
            selector=TextQuoteSelector(exact=page[start:end], prefix=prefix, suffix=suffix),
        )


def works_by_pages(texts: Sequence[TextToSearch]) -> dict[str, list[NamedNode]]:
    """Return the works of each text: two may have the same."""
    works: dict[str, list[NamedNode]] = {}
    for text in texts:
        works.setdefault(text.pages, []).append(text.work)
    return works


def _nearest(quote: str, pages: SearchablePages) -> tuple[PagePlace, float] | None:
    """Return the place of a text that comes nearest to a passage, and how near; None where none is near enough."""
    wanted, words = run_together(quote), whole_words(quote)
    together = dict(enumerate(pages.together, 1))
    counts = {number: sum(word in page for word in words) for number, page in together.items()}
    best: tuple[PagePlace, float] | None = None
    for number in sorted(counts, key=lambda number: (-counts[number], number))[:NEAR_PAGES]:
        found = fuzz.partial_ratio_alignment(wanted, together[number], score_cutoff=NEAR_SCORE)
        if found and len(wanted) <= len(together[number]) and (best is None or found.score > best[1]):
            place = PagePlace(number, found.dest_start, found.dest_end - 1, "normalised")
            best = place, round(found.score, 1)
    return best
