"""Turn a user's words into a question to the search index, and say which fields that has.

There is no query syntax to get wrong: words are all wanted, anywhere in a document, and
`"words in quotes"` are wanted in that order and exactly (accents, case and hyphens aside).

**Scores** are whole numbers: a word adds the weight of every tier it stands in, twice where it
stands there exactly and not only by its stem. They depend on the document and the question
alone, never on what else is or was in the index, so an index that was changed step by step
answers as one built afresh does. (Frequencies, as in BM25, count deleted documents until
the segments they are in are merged.)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from tantivy import Document, Filter, Index, Occur, Query, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer

from commonplace.derived.search.documents import SearchDocument
from commonplace.derived.search.text import (
    STOP_WORDS,
    attached,
    fingerprint,
    fold,
    joined,
    language_of,
    spaced,
    spellings,
    spellings_of_name,
    words_of,
)
from commonplace.derived.search.vocabulary import Vocabulary

TIERS: dict[str, int] = {"titles": 64, "names": 8, "body": 1}
"""Tier to the weight of a hit in it; each is more than twice the sum of the ones below."""

SHORTEST_BEGINNING: dict[str, int] = {"titles": 1, "names": 2, "body": 3}
"""Minimum letters of a word that is being typed, for words that begin so to be looked for in a tier."""

KEPT_BEGINNING = {"titles": 2}
"""Number of letters of the beginnings of words by which documents are kept in a tier, beside whole words. Longer ones
begin few words, and are looked for among the words of the index, as are all of running text, with too many."""

WHOLE_WEIGHT = 65_536
"""Added when the question is the whole of a title, a label or a key."""

IN_ORDER_WEIGHT = 256
"""Added when all the words stand in a title side by side."""

MOST_WORDS = 64
"""Maximum number of words of a question that are looked at; the rest of a longer one is passed over."""

LONGEST_QUESTION = 4_000
"""Maximum number of characters of a question that are looked at, as of its words: folding them takes time, and a box
that suggests asks eight times."""

ASKED_SINGLY = 32
"""Maximum number of values that a query names one by one; more go into a set."""

LONGEST_WORD = 100
"""Maximum length of a word in bytes; a longer one is not indexed."""

Forms = list[tuple[str, ...]]
"""Ways of writing one thing: a form is a word, or words side by side."""

_APART = bytes(code if code < 128 and chr(code).isalnum() else ord(" ") for code in range(256))
"""What parts words of ASCII for the analyzer, in their bytes, which are translated faster than texts."""

_BETWEEN = "\0"
_QUOTED = re.compile(r'"([^"]*)"')
_QUOTATION_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\x00": " "})
_RESOLVER = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|\bdoi:)(?=10\.)", re.IGNORECASE)


class Wanted(NamedTuple):
    """A word or phrase of a question: its spellings, and the words that share its stem.

    Of one that `begins` a word, the beginning is enough.
    """

    forms: Forms
    family: AbstractSet[str]
    begins: bool = False

    def others(self) -> list[str]:
        """Return the words of its family that are not, alone, a form of it."""
        return sorted(self.family - {form[0] for form in self.forms if len(form) == 1})

    def begun(self, tier: str) -> Forms:
        """Return the forms whose last word may be the beginning of one in that tier: few letters begin words without
        number, so that they count only where `SHORTEST_BEGINNING` lets them."""
        return [form for form in self.forms if len(form[-1]) >= SHORTEST_BEGINNING[tier]] if self.begins else []

    def stands_in(self, spelled: Iterable[str]) -> bool:
        """Return whether it stands in a text, given the words of each spelling of it with a space at either end."""
        end = "" if self.begins else " "
        wanted = (*(" ".join(form) for form in self.forms), *self.family)
        return any(f" {words}{end}" in text for text in spelled for words in wanted)


@dataclass(frozen=True)
class SearchQuestion:
    """A question ready to be put: the `query`, what it wants, and the words, folded, that answer it in a text.

    `whole` is the fingerprint of its text, and `language` that of its function words, where these tell it. `in_order`
    are the forms of all its words side by side, where there are several; `kinds` those of the things it is put to, None
    for all.
    """

    query: Query
    wanted: tuple[Wanted, ...]
    words: frozenset[str]
    whole: str
    language: str | None
    beginnings: tuple[str, ...] = ()
    """What words may begin with that answer it, too."""
    in_order: Forms = field(default_factory=list)
    kinds: frozenset[str] | None = None

    def has(self, word: str) -> bool:
        """Return whether a folded word answers it."""
        return word in self.words or word.startswith(self.beginnings)

    def held_by(self, texts: Iterable[str]) -> frozenset[int]:
        """Return which of the words and phrases wanted stand in any of the texts, by their places in the question."""
        spelled = [f" {words_of(form)} " for text in texts for form in spellings(text)]
        return frozenset(place for place, one in enumerate(self.wanted) if one.stands_in(spelled))


class Shown(NamedTuple):
    """The part of a document that shows it: its title, its own texts, and the IRIs of what it speaks of."""

    title: str
    body: list[str]
    names: list[str]
    about: list[str]

    @classmethod
    def of(cls, document: SearchDocument) -> Shown:
        """Return what is shown of a document; its key and its other names, which its title stands for, are left out."""
        told = {document.title, document.key}
        names = [text for text in document.names if text not in told]
        return cls(document.title, [text for text in document.body if text not in told], names, list(document.about))

    def packed(self) -> bytes:
        """Return it as bytes; `unpacked` reads them."""
        counts = f"{len(self.body)} {len(self.names)}"
        return joined_texts([self.title, counts, *self.body, *self.names, *self.about]).encode()

    @classmethod
    def unpacked(cls, data: bytes) -> Shown:
        """Return what `packed` has written."""
        title, counts, *texts = parted_texts(data.decode())
        body, names = map(int, counts.split())
        return cls(title, texts[:body], texts[body : body + names], texts[body + names :])


class IndexedTexts(NamedTuple):
    """The texts that a document is found by, in each of their spellings: by tier, and those that are a whole title."""

    wholes: set[str]
    tiers: dict[str, list[str]]

    @classmethod
    def of(cls, document: SearchDocument) -> IndexedTexts:
        """Return those of a document."""
        of_key = spellings(document.key)
        wholes = {words_of(of_key[-1])}
        titles: list[str] = []
        for text in document.titles:
            forms = spellings(text)
            wholes.add(words_of(forms[-1]))
            titles += forms
        names: list[str] = []
        for text in (*document.names, *document.headings):
            names += of_key if text is document.key else spellings_of_name(text)
        body = [form for text in document.body for form in spellings(text)]
        return cls(wholes, {"titles": titles, "names": names, "body": body})


class SearchFields:
    """The index's schema and analyzer, what goes into its fields, and the questions that fit them."""

    def __init__(self) -> None:
        builder = SchemaBuilder()
        builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        for of_checksums in ("uses", "whole"):
            builder.add_unsigned_field(of_checksums, indexed=True)
        builder.add_integer_field("number", indexed=True, fast=True)
        builder.add_bytes_field("shown", stored=True)
        for tier in TIERS:
            builder.add_text_field(tier, tokenizer_name="words", index_option="position")
        for tier in KEPT_BEGINNING:
            builder.add_text_field(_begun_in(tier), tokenizer_name="words", index_option="basic")
        self.schema: Schema = builder.build()
        self.analyzer = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_WORD)).build()
        self._all_words = TextAnalyzerBuilder(Tokenizer.simple()).build()

    def index(self, directory: Path | None = None) -> Index:
        """Return the index in a directory, a new one where it has none; without a directory, a new one in memory."""
        made = Index(self.schema, path=str(directory) if directory else None)
        made.register_tokenizer("words", self.analyzer)
        return made

    def document(self, of: SearchDocument, number: int) -> Document:
        """Return what the index keeps of a document: `number` is its place among those of its segment."""
        made = Document()
        add_text, add_unsigned = made.add_text, made.add_unsigned
        made.add_integer("number", number)
        add_text("kind", of.kind)
        for iri in of.uses:
            add_unsigned("uses", crc32(iri.encode()))
        texts = IndexedTexts.of(of)
        for whole in texts.wholes:
            add_unsigned("whole", _hashed(whole))
        for tier, forms in texts.tiers.items():
            for form in forms:
                add_text(tier, form)
        for tier in KEPT_BEGINNING:
            if begun := self._kept_beginnings(tier, texts.tiers[tier]):
                add_text(_begun_in(tier), " ".join(begun))
        made.add_bytes("shown", Shown.of(of).packed())
        return made

    def _kept_beginnings(self, tier: str, forms: Sequence[str]) -> set[str]:
        """Return the beginnings of the words of forms in that tier, and whole words that are shorter."""
        length, text = KEPT_BEGINNING[tier], " ".join(forms)
        if not text.isascii():
            return {word[:length] for word in self.analyzer.analyze(text)}
        words = text.encode().translate(_APART).decode().split()  # the analyzer takes longer
        return {word[:length] for word in words if len(word) < LONGEST_WORD}

    def words_in_place(self, form: str) -> list[str]:
        """Return the words of a form as they stand in it; nothing stands in place of one that is not indexed."""
        return [word if len(word.encode()) < LONGEST_WORD else "" for word in self._all_words.analyze(form)]

    def numbered(self, numbers: Iterable[int]) -> Query:
        """Return the query for the documents of those numbers."""
        return self._any_of("number", sorted(numbers))

    def using(self, iris: Iterable[str]) -> Query:
        """Return the query for the documents whose text was read from any of those things; in rare cases others too."""
        return self._any_of("uses", sorted(crc32(iri.encode()) for iri in iris))

    def among(self, asked: SearchQuestion, kinds: Iterable[str]) -> SearchQuestion:
        """Return a question put to things of some kinds alone; each scores as it does among all."""
        wanted = frozenset(kinds)
        of_kinds = Query.const_score_query(self._any_of("kind", sorted(wanted)), 0.0)
        query = Query.boolean_query([(Occur.Must, asked.query), (Occur.Must, of_kinds)])
        return replace(asked, query=query, kinds=wanted)

    def _any_of(self, field: str, values: Sequence[str] | Sequence[int]) -> Query:
        """Return the query for documents that have any of the values in a field; for none where there are none.

        For a set of terms the engine makes an automaton in each segment it asks, with tables of a megabyte; few are
        sooner asked one by one.
        """
        if not 0 < len(values) <= ASKED_SINGLY:
            return Query.term_set_query(self.schema, field, list(values))
        terms = [Query.term_query(self.schema, field, value, "basic") for value in values]
        return terms[0] if len(terms) == 1 else Query.boolean_query([(Occur.Should, term) for term in terms])

    def ask(self, text: str, vocabulary: Vocabulary, *, typing: bool = False) -> SearchQuestion | None:
        """Return the question that a user's text asks, over all kinds of thing; None when it holds no word.

        Every text is a question: a quotation mark without its other half is passed over, as
        is every other mark; function words count only where there is nothing else. The
        `vocabulary` is that of the documents asked. While a user is `typing`, a last word that no space or mark
        follows is the beginning of one.
        """
        text = _RESOLVER.sub("", text[:LONGEST_QUESTION].translate(_QUOTATION_MARKS))
        typing = typing and text[-1:].isalnum() and len(text.split()) <= MOST_WORDS
        phrases = [fold(part) for part in _QUOTED.findall(text)]
        loose = attached(fold(_QUOTED.sub(" ", text).replace('"', " "))).split()[:MOST_WORDS]
        chunks = [chunk for chunk in loose if self.analyzer.analyze(chunk)]
        telling = [chunk for chunk in chunks if chunk not in STOP_WORDS or (typing and chunk is chunks[-1])]
        phrases = [phrase for phrase in phrases if self.analyzer.analyze(phrase)][:MOST_WORDS]
        if not telling and not phrases:
            telling = chunks
        if not telling and not phrases:
            return None
        forms = [self._forms(_with_neighbours(telling, at)) for at in range(len(telling))]
        families = [{word for form in of for word in vocabulary.family(form)} for of in forms]
        quoted = [self._forms([phrase]) for phrase in phrases]
        wanted = [*map(Wanted, forms, families), *(Wanted(of, frozenset()) for of in quoted)]
        if typing:
            place = len(telling) - 1
            wanted[place] = wanted[place]._replace(begins=True)
        clauses = [(Occur.Must, self._weighed(one)) for one in wanted]
        whole = fingerprint(text)
        in_order = self._forms([" ".join(chunks)]) if len(chunks) > 1 else []
        clauses += [(Occur.Should, clause) for clause in self._bonuses(whole, in_order)]
        words = {word for of in (*forms, *quoted) for form in of for word in form}
        return SearchQuestion(
            query=Query.boolean_query(clauses),
            wanted=tuple(wanted),
            words=frozenset(words.union(*families)),
            whole=whole,
            language=language_of([*fold(text).split()]),
            beginnings=tuple(form[-1] for one in wanted if one.begins for form in one.forms),
            in_order=in_order,
        )

    def _bonuses(self, whole: str, in_order: Forms) -> list[Query]:
        made: list[Query] = []
        if whole:
            term = Query.term_query(self.schema, "whole", _hashed(whole), "basic")
            made.append(Query.const_score_query(term, float(WHOLE_WEIGHT)))
        if in_order:
            side_by_side = self._in_tier("titles", in_order, ())
            made.append(Query.const_score_query(side_by_side, float(IN_ORDER_WEIGHT)))
        return made

    def _weighed(self, wanted: Wanted) -> Query:
        """Return the query for documents with any of the forms, or words of their family; scored tier by tier."""
        forms = wanted.forms
        others = wanted.others()
        clauses = []
        for tier, weight in TIERS.items():
            exactly = self._in_tier(tier, forms, ())
            clauses.append((Occur.Should, Query.const_score_query(exactly, float(weight))))
            anyhow = self._in_tier(tier, forms, others)
            if begun := self._begun(tier, wanted.begun(tier)):
                anyhow = Query.boolean_query([(Occur.Should, query) for query in (anyhow, *begun)])
            clauses.append((Occur.Should, Query.const_score_query(anyhow, float(weight))))
        return Query.boolean_query(clauses)

    def _begun(self, tier: str, forms: Forms) -> list[Query]:
        """Return the queries for documents in which a word of that tier begins as the last of a form does.

        The words of a form before it stand side by side.
        """
        found = []
        for form in forms:
            kept = KEPT_BEGINNING.get(tier, 0)
            if len(form[-1]) == kept:
                last = Query.term_query(self.schema, _begun_in(tier), form[-1], "basic")
            else:
                field = _begun_in(tier) if len(form[-1]) < kept else tier
                last = Query.regex_query(self.schema, field, f"{re.escape(form[-1])}.*")
            before = [(Occur.Must, self._of_form(tier, form[:-1]))] if form[:-1] else []
            found.append(Query.boolean_query([*before, (Occur.Must, last)]) if before else last)
        return found

    def _in_tier(self, tier: str, forms: Forms, words: Sequence[str]) -> Query:
        """Return the query for documents with any of the forms or words in that tier."""
        queries = [self._of_form(tier, form) for form in (*forms, *((word,) for word in words))]
        return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])

    def _of_form(self, tier: str, form: tuple[str, ...]) -> Query:
        if len(form) == 1:
            return Query.term_query(self.schema, tier, form[0], "position")
        return Query.phrase_query(self.schema, tier, list(form))

    def _forms(self, texts: Iterable[str]) -> Forms:
        """Return the words of each folded text in each spelling."""
        forms = {tuple(self.analyzer.analyze(form)) for text in texts for form in (spaced(text), joined(text))}
        return sorted(form for form in forms if form)


def _begun_in(tier: str) -> str:
    """Return the name of the field with the beginnings of the words of a tier."""
    return f"{tier}_begun"


def joined_texts(texts: Sequence[str]) -> str:
    """Return texts as one; `parted_texts` parts them. NULs that they may have, which nobody can see, are left out."""
    joined = _BETWEEN.join(texts)
    if joined.count(_BETWEEN) >= len(texts):
        joined = _BETWEEN.join(text.replace(_BETWEEN, "") for text in texts)
    return joined


def parted_texts(joined: str) -> list[str]:
    """Return the texts that `joined_texts` has joined."""
    return joined.split(_BETWEEN)


def _hashed(whole: str) -> int:
    """Return 64 bits of BLAKE2b, which are far quicker to index than a title, and shorter.

    Of a hundred million titles two have one hash in one of four thousand libraries.
    """
    return int.from_bytes(blake2b(whole.encode(), digest_size=8).digest())


def _with_neighbours(chunks: Sequence[str], at: int) -> list[str]:
    """Return the word at that place, alone and written as one with a neighbour."""
    return [chunks[at], *(chunks[i] + chunks[i + 1] for i in (at - 1, at) if 0 <= i < len(chunks) - 1)]
