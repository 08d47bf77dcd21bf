"""Find the pages of kept texts that name a concept, and the sentence on them that does so best."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock

from pyoxigraph import NamedNode

from commonplace.derived.page_index import PageIndex
from commonplace.derived.page_texts import PageTexts
from commonplace.derived.search.text import fold
from commonplace.library.suggestions.concept_words import WeightedText
from commonplace.library.suggestions.passages import Passage, passage_of
from commonplace.library.suggestions.terms import (
    LANGUAGES,
    MAXIMUM_CHARACTERS,
    language_of_text,
    places_of,
    tokens,
)
from commonplace.library.work_texts import TextToSearch
from commonplace.model.annotation_reading import locator_of
from commonplace.model.searchable_pages import SearchablePages, as_paragraph

CONCEPTS_KEPT = 100
"""Maximum number of concepts of which it is remembered which pages name them."""

PAGES_COMPARED = 50
"""Maximum number of pages of one text whose sentences are compared for the best passage: the first that name it."""

SHORTEST_PIECE = 3
"""Minimum number of letters of a stem that its last letter can be left out of."""

Labels = tuple[tuple[str, str, bool], ...]
"""Labels of a concept with their languages, and whether these were given."""


class NamedInTexts:
    """The pages of some texts that name one concept, by work: the SHA-256 of the pages, and the numbers of those."""

    def __init__(
        self, pages: Mapping[NamedNode, tuple[str, tuple[int, ...]]], labels: Labels, texts: PageTexts
    ) -> None:
        self._pages = pages
        self._labels = labels
        self._texts = texts

    @property
    def counts(self) -> dict[NamedNode, int]:
        """Return for each work whose text names the concept on how many pages it does."""
        return {work: len(numbers) for work, (_, numbers) in self._pages.items()}

    def passage(self, work: NamedNode) -> Passage | None:
        """Return the sentence of the text of a work in which most of the labels stand; None where none does."""
        sha256, numbers = self._pages.get(work, ("", ()))
        text = self._texts(sha256) if numbers else None
        if text is None:
            return None
        language = _language(text)
        parts: dict[str, str] = {}
        pages: dict[str, int] = {}
        phrases = _phrases(self._labels, language)
        for number in numbers[:PAGES_COMPARED]:
            for at, piece in enumerate(_pieces(text.pages[number - 1])):
                parts[f"{number} {at}"], pages[f"{number} {at}"] = piece, number
        found = passage_of(parts, phrases, language)
        page = pages[found.locator]
        return Passage(found.quote, locator_of(str(page)), found.because, page, len(numbers), parts[found.locator])


class Naming:
    """Find the pages that name concepts, and remember them: a text is looked through once for the labels that a concept
    has. Safe to share between threads."""

    def __init__(self, texts: PageTexts, index: PageIndex) -> None:
        self._texts = texts
        self._index = index
        self._lock = Lock()
        self._kept: OrderedDict[Labels, dict[str, tuple[int, ...]]] = OrderedDict()

    def of(self, texts: Sequence[TextToSearch], words: Sequence[WeightedText]) -> NamedInTexts:
        """Return which pages of the texts name the concept that has those labels among its words."""
        labels = tuple((one.text, one.language, one.tagged) for one in words if one.weight)
        if not texts or not labels:
            return NamedInTexts({}, labels, self._texts)
        known = self._known(labels)
        missing = {text.pages for text in texts} - known.keys()
        if missing:
            worth = set(self._index.beginning([one for text, _, _ in labels for one in _beginnings(text)], missing))
            found = {sha256: self._pages(sha256, labels) if sha256 in worth else () for sha256 in missing}
            with self._lock:
                known.update(found)
        pages = {text.work: (text.pages, known[text.pages]) for text in texts if known[text.pages]}
        return NamedInTexts(pages, labels, self._texts)

    def _known(self, labels: Labels) -> dict[str, tuple[int, ...]]:
        """Return what is remembered for some labels; it may be added to under the lock."""
        with self._lock:
            known = self._kept.setdefault(labels, {})
            self._kept.move_to_end(labels)
            while len(self._kept) > CONCEPTS_KEPT:
                self._kept.popitem(last=False)
            return known

    def _pages(self, sha256: str, labels: Labels) -> tuple[int, ...]:
        text = self._texts(sha256)
        if text is None:
            return ()
        language = _language(text)
        phrases = _phrases(labels, language)
        return tuple(number for number, page in enumerate(text.pages, 1) if _names(page, phrases, language))


def _names(page: str, phrases: Sequence[Sequence[str]], language: str) -> bool:
    read = (tokens(piece, language) for piece in _pieces(page))
    return any(places_of(phrase, words) for words in read for phrase in phrases)


def _phrases(labels: Labels, language: str) -> list[list[str]]:
    """Return the labels that may stand in a text of a language, as the stems of their words."""
    fitting = (text for text, said, tagged in labels if not tagged or said == language)
    phrases = ([token.stem for token in tokens(text, language)] for text in fitting)
    return [phrase for phrase in phrases if phrase]


def _language(text: SearchablePages) -> str:
    return language_of_text(" ".join(page for page in text.pages if page.strip())[:MAXIMUM_CHARACTERS])


def _pieces(page: str) -> Iterator[str]:
    """Yield a page on one line, in pieces of the length that is read at once."""
    rest = as_paragraph(page)
    while len(rest) > MAXIMUM_CHARACTERS:
        end = rest.rfind(" ", 1, MAXIMUM_CHARACTERS)
        end = end if end > 0 else MAXIMUM_CHARACTERS
        yield rest[:end]
        rest = rest[end:].lstrip()
    yield rest


def _beginnings(label: str) -> list[list[str]]:
    """Return what each word of a label begins with when inflected, by language, with hyphens and without."""
    whole = fold(label)
    spellings = dict.fromkeys((whole, whole.replace("-", " ")))
    return [[_cut(token.stem) for token in tokens(text, language)] for text in spellings for language in LANGUAGES]


def _cut(stem: str) -> str:
    """Return a stem without a last letter that inflections change."""
    return stem[:-1] if stem[-1] in "eiy" and len(stem) > SHORTEST_PIECE else stem
