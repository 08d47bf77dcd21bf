"""Find words in the pages of a text, exactly or but for what typesetting does to words.

Lines end within words, with a hyphen or a soft one, and pages within sentences; and letters are joined, quotation marks
and dashes drawn in many ways. So beside case, accents, quotation marks, dashes and spaces, a hyphen within a word does
not count here: nobody can tell whether one at the end of a line is part of the word.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from commonplace.model.kept_pages import KeptPages
from commonplace.model.quote_check import QUOTATION_MARKS, normalised
from commonplace.model.whole_words import Place, places_of_words

_AT_LINE_END = re.compile("(?<=\\w)[\u00ad\u2010\u2011-][ \t]*\n\\s*(?=\\w)")
_IN_WORD = re.compile("(?<=\\w)[\u00ad\u2010-\u2015\u2212-](?=\\w)")
_ENDS_IN_WORD = re.compile("\\w[\u00ad\u2010\u2011-]\\s*\\Z")


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A place of words in a text: the page, from 1, and where their first and last characters stand.

    That is on the page itself where they stand there exactly, else in what `run_together` makes of it;
    `SearchablePages.on_page` says where they begin and end on the page.
    """

    page: int
    first: int
    last: int
    check: Literal["exact", "normalised"]


class SearchablePages:
    """The pages of a text, ready to be searched. Safe to share between threads."""

    def __init__(self, kept: KeptPages) -> None:
        self.pages: Sequence[str] = kept.pages
        self.without_text = kept.without_text
        self.characters = sum(map(len, kept.pages))

    def places(self, quote: str) -> list[PagePlace]:
        """Return every place of a quote, in order: the exact ones, or where there are none the normalised."""
        if not quote.strip():
            return []
        return list(self._exact(quote)) or list(self._normalised(run_together(quote)))

    def _exact(self, quote: str) -> Iterator[PagePlace]:
        for number, page in enumerate(self.pages, 1):
            for start in places_of_words(quote, page):
                yield PagePlace(number, start, start + len(quote) - 1, "exact")

    def _normalised(self, wanted: str) -> Iterator[PagePlace]:
        for start in places_of_words(wanted, self.whole, self._as_it_stands):
            yield self._placed(start, start + len(wanted))

    def _placed(self, start: int, end: int) -> PagePlace:
        """Return the place of a part of the whole text, run together."""
        number = bisect_right(self._starts, start)
        before = self._starts[number - 1]
        return PagePlace(number, start - before, end - 1 - before, "normalised")

    def _as_it_stands(self, start: int, end: int) -> Place:
        """Return the page on which a part of the whole text begins, and where it begins and ends there."""
        place = self._placed(start, end)
        return self.pages[place.page - 1], *self.on_page(place)

    @cached_property
    def whole(self) -> str:
        """The whole text as `run_together` makes it."""
        return "".join(self.together)

    @cached_property
    def _starts(self) -> list[int]:
        """Where each page begins in the whole text."""
        starts, place = [], 0
        for page in self.together:
            starts.append(place)
            place += len(page)
        return starts

    @cached_property
    def together(self) -> list[str]:
        """The text of each page, run together, with what parts it from the next: a space, or nothing within a word."""
        made = []
        for page in self.pages:
            text = run_together(page)
            made.append(text.removesuffix("-") if _ENDS_IN_WORD.search(page) else f"{text} " if text else "")
        return made

    def on_page(self, place: PagePlace) -> tuple[int, int]:
        """Return where on its page a place begins and ends; words that go on to the next page end with theirs."""
        if place.check == "exact":
            return place.first, place.last + 1
        page = self.pages[place.page - 1]
        origins = _origins(page)
        if place.first >= len(origins):
            return 0, len(page)
        return origins[place.first], origins[place.last] + 1 if place.last < len(origins) else len(page)


Texts = Callable[[str], SearchablePages | None]
"""Return the pages of that SHA-256, None where they are not there: a copy may be without them."""


def no_texts(sha256: str) -> None:
    """Return no pages, whichever are asked for."""


def whole_lines(text: str) -> str:
    """Return a text without the hyphens that part words at the ends of lines."""
    return _AT_LINE_END.sub("", text)


def join_lines(text: str) -> str:
    """Return a text without quotation marks, and without hyphens within words and at the ends of lines."""
    return _IN_WORD.sub("", QUOTATION_MARKS.sub("", whole_lines(text)))


def as_paragraph(page: str) -> str:
    """Return the words of a page on one line, without soft hyphens and those that end lines or the page."""
    words = " ".join(_AT_LINE_END.sub("", page).replace("\u00ad", "").split())
    return words.removesuffix("-").removesuffix("\u2010")


def run_together(text: str) -> str:
    """Return a text as `normalised` makes it, without hyphens within words and at the ends of lines."""
    return _IN_WORD.sub("", normalised(whole_lines(text)))


@lru_cache(maxsize=8)
def _origins(text: str) -> Sequence[int]:
    """Return the place in a text that each character comes from of what `run_together` makes of it.

    Many places of one page may be asked for, one after the other, and a text without form feeds is one page.
    """
    left_out = {place for found in _AT_LINE_END.finditer(text) for place in range(*found.span())}
    made: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if place in left_out:
            continue
        if character.isspace():
            if made and made[-1][0] != " ":
                made.append((" ", place))
        else:
            made.extend((one, place) for one in _of_character(character))
    plain = "".join(one for one, _ in made)
    hyphens = {found.start() for found in _IN_WORD.finditer(plain)}
    return array("L", (place for number, (_, place) in enumerate(made) if number not in hyphens))


@lru_cache(maxsize=4096)
def _of_character(character: str) -> str:
    return normalised(character)
