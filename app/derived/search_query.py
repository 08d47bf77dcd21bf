"""The fields of the search index, and how a user's words become a question to it.

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
from dataclasses import dataclass
from functools import cached_property

from tantivy import Filter, Index, Occur, Query, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from app.derived.search_text import STOP_WORDS, attached, fingerprint, fold, joined, spaced

TIERS: dict[str, int] = {"titles": 64, "names": 8, "body": 1}
"""Tier to the weight of a hit in it; each is more than twice the sum of the ones below."""

WHOLE_WEIGHT = 65_536
"""Added when the question is the whole of a title, a label or a key."""

IN_ORDER_WEIGHT = 256
"""Added when all the words stand in a title side by side."""

MOST_WORDS = 64
"""Words of a question that are looked at; the rest of a longer one is passed over."""

LONGEST_WORD = 100
"""Bytes; a longer word is not indexed."""

_STEMMERS = ("English", "French")
_QUOTED = re.compile(r'"([^"]*)"')
_QUOTATION_MARKS = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\x00": " "})
_RESOLVER = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|\bdoi:)(?=10\.)", re.IGNORECASE)


def _analyzer(language: str | None) -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.remove_long(LONGEST_WORD))
    return (builder.filter(Filter.stemmer(language)) if language else builder).build()


def _forms(tier: str) -> dict[str, str]:
    """Field to analyzer name, the exact field first."""
    return {f"{tier}_exact": "exact", **{f"{tier}_{language.lower()}": language for language in _STEMMERS}}


@dataclass(frozen=True)
class Asked:
    """A question ready to be put: the `query`, and the stems by which its words are known in a text."""

    query: Query
    stems: frozenset[str]

    @cached_property
    def heads(self) -> frozenset[str]:
        """The first two letters of the stems."""
        return frozenset(stem[:2] for stem in self.stems)


class SearchFields:
    """The index's schema and analyzers, and the questions that fit them."""

    def __init__(self) -> None:
        builder = SchemaBuilder()
        builder.add_text_field("iri", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("kind", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("uses", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("whole", tokenizer_name="raw", index_option="basic")
        builder.add_integer_field("number", fast=True)
        builder.add_bytes_field("shown", stored=True)
        for tier in TIERS:
            for field, analyzer in _forms(tier).items():
                builder.add_text_field(field, tokenizer_name=analyzer, index_option="position")
        self.schema: Schema = builder.build()
        self.analyzers = {"exact": _analyzer(None), **{name: _analyzer(name) for name in _STEMMERS}}

    def index(self) -> Index:
        """A new, empty index in memory."""
        made = Index(self.schema)
        for name, analyzer in self.analyzers.items():
            made.register_tokenizer(name, analyzer)
        return made

    def fields_of(self, tier: str) -> Iterable[str]:
        """The fields a tier's text goes into."""
        return _forms(tier)

    def any_of(self, field: str, values: Iterable[str]) -> Query:
        """Documents with any of the values in a raw field."""
        return Query.term_set_query(self.schema, field, sorted(values))

    def ask(self, text: str, kinds: Iterable[str] | None = None) -> Asked | None:
        """The question a user's text is, over those kinds of thing; None when it holds no word.

        Every text is a question: a quotation mark without its other half is passed over, as
        is every other mark; function words count only where there is nothing else.
        """
        text = _RESOLVER.sub("", text.translate(_QUOTATION_MARKS))
        phrases = [fold(part) for part in _QUOTED.findall(text)]
        loose = attached(fold(_QUOTED.sub(" ", text).replace('"', " "))).split()[:MOST_WORDS]
        chunks = [chunk for chunk in loose if self._tokens("exact", chunk)]
        telling = [chunk for chunk in chunks if chunk not in STOP_WORDS]
        phrases = [phrase for phrase in phrases if self._tokens("exact", phrase)][:MOST_WORDS]
        if not telling and not phrases:
            telling = chunks
        if not telling and not phrases:
            return None
        wanted = [self._chunk(telling, at) for at in range(len(telling))] + [self._phrase(p) for p in phrases]
        clauses = [(Occur.Must, clause) for clause in wanted]
        clauses += [(Occur.Should, clause) for clause in self._bonuses(text, chunks)]
        if kinds is not None:
            clauses.append((Occur.Must, Query.const_score_query(self.any_of("kind", kinds), 0.0)))
        return Asked(Query.boolean_query(clauses), self.stems([*telling, *phrases]))

    def stems(self, chunks: Iterable[str]) -> frozenset[str]:
        """The stems, in either language, of the words of folded texts in each spelling."""
        return frozenset(
            token
            for chunk in chunks
            for form in (spaced(chunk), joined(chunk))
            for language in _STEMMERS
            for token in self._tokens(language, form)
        )

    def _bonuses(self, text: str, chunks: list[str]) -> list[Query]:
        whole = fingerprint(text)
        made: list[Query] = []
        if whole:
            made.append(
                Query.const_score_query(Query.term_query(self.schema, "whole", whole, "basic"), float(WHOLE_WEIGHT))
            )
        if len(chunks) > 1:
            in_order = self._in_field("titles_exact", [" ".join(chunks)])
            made.append(Query.const_score_query(in_order, float(IN_ORDER_WEIGHT)))
        return made

    def _chunk(self, chunks: Sequence[str], at: int) -> Query:
        """The word at that place, alone in either spelling or written as one with a neighbour."""
        pairs = [chunks[i] + chunks[i + 1] for i in (at - 1, at) if 0 <= i < len(chunks) - 1]
        return self._weighed([chunks[at], *pairs], stemmed=True)

    def _phrase(self, phrase: str) -> Query:
        return self._weighed([phrase], stemmed=False)

    def _weighed(self, texts: Sequence[str], *, stemmed: bool) -> Query:
        clauses = []
        for tier, weight in TIERS.items():
            exact, *stems = _forms(tier)
            in_exact = self._in_field(exact, texts)
            clauses.append((Occur.Should, Query.const_score_query(in_exact, float(weight))))
            anywhere = [in_exact, *(self._in_field(field, texts) for field in stems if stemmed)]
            any_form = Query.boolean_query([(Occur.Should, query) for query in anywhere])
            clauses.append((Occur.Should, Query.const_score_query(any_form, float(weight))))
        return Query.boolean_query(clauses)

    def _in_field(self, field: str, texts: Sequence[str]) -> Query:
        """Documents with any of the folded texts, in either spelling, in that field."""
        analyzer = next(name for tier in TIERS for f, name in _forms(tier).items() if f == field)
        forms = {tuple(self._tokens(analyzer, form)) for text in texts for form in (spaced(text), joined(text))}
        queries = [self._of_tokens(field, tokens) for tokens in sorted(forms) if tokens]
        return Query.boolean_query([(Occur.Should, query) for query in queries])

    def _of_tokens(self, field: str, tokens: tuple[str, ...]) -> Query:
        if len(tokens) == 1:
            return Query.term_query(self.schema, field, tokens[0], "position")
        return Query.phrase_query(self.schema, field, list(tokens))

    def _tokens(self, analyzer: str, text: str) -> list[str]:
        return self.analyzers[analyzer].analyze(text)
