"""Find the texts of works, and the pages of them, that hold the words of a quote or of a question.

One index in memory has both, so that a text is read for it once: a document for each whole text, by which few texts
need be looked through for a quote, and one for each page, by which a search finds pages. A text never changes, and is
added once: at the start of a server, or when it is first asked about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from threading import Lock
from typing import NamedTuple
from unicodedata import normalize

from tantivy import Document, Filter, Index, Occur, Query, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from commonplace.derived.page_texts import PageTexts
from commonplace.derived.search.query import SearchFields, SearchQuestion, Wanted
from commonplace.derived.search.text import spellings
from commonplace.model.searchable_pages import SearchablePages, join_lines, run_together, whole_lines
from commonplace.model.whole_words import WHOLE_WORDS

MOST_TEXTS = 60_000
"""Maximum number of texts that an answer counts: the engine refuses to count by more than 65,000."""

_OF_TEXT, _OF_PAGE = "words_of_text", "words_of_page"
"""Fields: the words of a whole text as they stand there, and those of a page in the spellings that a search knows."""

_WORD = re.compile(r"[^\W_]+")
_ELIDED = "(c|d|j|l|m|n|s|t|qu|jusqu|lorsqu|puisqu|quelqu)?"
_FIRST = {"first": {"min": {"field": "page"}}}
_WRITER_BYTES = 15_000_000


class PagesOfText(NamedTuple):
    """The pages of a text that hold a question: the SHA-256 of the text, how many they are, and the first of them."""

    sha256: str
    pages: int
    first: int


class PageIndex:
    """The words of the texts of one log. Safe to share between threads. Texts are named by the SHA-256 of their pages,
    and no answer has texts that are not `among` those asked for."""

    def __init__(self, texts: PageTexts) -> None:
        self._texts = texts
        self._lock = Lock()
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []
        self._index: Index | None = None

    def take_in(self, texts: Collection[str]) -> Index:
        """Add those of the texts that are not in the index yet, and return it."""
        with self._lock:
            if self._index is None:
                self._index = _new_index()
            if missing := sorted(set(texts) - self._numbers.keys()):
                self._add(self._index, missing)
            return self._index

    def holding(self, quote: str, among: Collection[str]) -> list[str]:
        """Return the texts that hold every whole word of a quote, sorted."""
        words = whole_words(quote)
        return sorted(self._found(Occur.Must, words, among)) if words else sorted(among)

    def nearest(self, quote: str, among: Collection[str], limit: int) -> list[str]:
        """Return at most `limit` of the texts, those first that hold most of the rarer words of a quote."""
        return self._found(Occur.Should, whole_words(quote), among)[:limit]

    def beginning(self, choices: Collection[Collection[str]], among: Collection[str]) -> list[str]:
        """Return the texts, sorted, that hold for one of the choices words that begin with all its parts.

        A part is in small letters without accents; an elided article may stand before it (`l'innovation`).
        """
        if not choices or not among:
            return []
        index = self.take_in(among)
        queries = {
            part: Query.regex_query(index.schema, _OF_TEXT, f"{_ELIDED}{re.escape(part)}.*")
            for part in {part for parts in choices for part in parts}
        }
        all_of = [Query.boolean_query([(Occur.Must, queries[part]) for part in parts]) for parts in choices if parts]
        return sorted(self._hits(index, Query.boolean_query([(Occur.Should, one) for one in all_of]), among))

    def pages_holding(self, asked: SearchQuestion, among: Collection[str]) -> list[PagesOfText]:
        """Return the texts that hold all of a question on one page.

        Those with most of such pages come first. Neither the order nor the counts depend on other texts.
        """
        if not among or not asked.wanted:
            return []
        index = self.take_in(among)
        clauses = [_of_wanted(index, wanted) for wanted in asked.wanted]
        query = self._within(index, clauses, among)
        by_text = {"terms": {"field": "text", "size": min(len(among), MOST_TEXTS)}, "aggs": _FIRST}
        counted = index.searcher().aggregate(query, {"by_text": by_text})
        found = [
            PagesOfText(self._names[int(one["key"])], int(one["doc_count"]), int(one["first"]["value"]))
            for one in counted["by_text"]["buckets"]
        ]
        return sorted(found, key=lambda one: (-one.pages, one.sha256))

    def _found(self, occur: Occur, words: Sequence[str], among: Collection[str]) -> list[str]:
        """Return the texts that hold all of the words, or any, best first."""
        if not words or not among:
            return []
        index = self.take_in(among)
        terms = [(occur, Query.term_query(index.schema, _OF_TEXT, word)) for word in words]
        return self._hits(index, Query.boolean_query(terms), among)

    def _hits(self, index: Index, query: Query, among: Collection[str]) -> list[str]:
        """Return the texts that a query finds, best first."""
        searcher = index.searcher()
        hits = searcher.search(self._within(index, [query], among), max(1, len(among))).hits
        return [self._names[searcher.doc(address)["text"][0]] for _, address in hits]

    def _within(self, index: Index, queries: Iterable[Query], among: Collection[str]) -> Query:
        """Return the query for what all of some queries find in those texts."""
        numbers = sorted(self._numbers[sha256] for sha256 in among)
        in_texts = Query.const_score_query(Query.term_set_query(index.schema, "text", numbers), 0.0)
        return Query.boolean_query([(Occur.Must, query) for query in (*queries, in_texts)])

    def _add(self, index: Index, missing: Sequence[str]) -> None:
        writer = index.writer(_WRITER_BYTES, 1)
        numbers = {sha256: len(self._names) + place for place, sha256 in enumerate(missing)}
        for sha256, number in numbers.items():
            if pages := self._texts(sha256):
                for document in _documents(number, pages):
                    writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._names += missing
        self._numbers |= numbers


def whole_words(quote: str) -> list[str]:
    """Return the words of a quote that are not cut in two, each once, as the index has them."""
    words = _WORD.findall(run_together(quote))
    return list(dict.fromkeys(words[1:-1] if len(words) > WHOLE_WORDS else words))


def _new_index() -> Index:
    builder = SchemaBuilder()
    builder.add_unsigned_field("text", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("page", fast=True)
    builder.add_text_field(_OF_TEXT, stored=False, tokenizer_name=_OF_TEXT, index_option="freq")
    builder.add_text_field(_OF_PAGE, stored=False, tokenizer_name=_OF_PAGE, index_option="position")
    index = Index(builder.build())
    as_they_stand = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.ascii_fold())
    index.register_tokenizer(_OF_TEXT, as_they_stand.build())
    index.register_tokenizer(_OF_PAGE, SearchFields().analyzer)
    return index


def _documents(text: int, pages: SearchablePages) -> Iterator[Document]:
    """Yield the document of a whole text, and that of each page."""
    whole = Document()
    whole.add_unsigned("text", text)
    whole.add_text(_OF_TEXT, normalize("NFKC", join_lines("\n".join(pages.pages))))
    yield whole
    for number, words in enumerate(pages.pages, 1):
        page = Document()
        page.add_unsigned("text", text)
        page.add_unsigned("page", number)
        for form in spellings(whole_lines(words)):
            page.add_text(_OF_PAGE, form)
        yield page


def _of_wanted(index: Index, wanted: Wanted) -> Query:
    """Return the query for pages with any spelling of a word or phrase, or a word of its family."""
    forms: Iterable[Sequence[str]] = (*wanted.forms, *((word,) for word in sorted(wanted.family)))
    return Query.boolean_query([(Occur.Should, _of_form(index, form)) for form in forms])


def _of_form(index: Index, form: Sequence[str]) -> Query:
    if len(form) == 1:
        return Query.term_query(index.schema, _OF_PAGE, form[0], "position")
    return Query.phrase_query(index.schema, _OF_PAGE, list(form))
