"""Read a text as terms: words without inflection, in English and French, and pairs of words side by side.

`co-production`, `co production` and `coproductions` are one term. Each term knows its place in the text, so that the
words that led to a suggestion can be shown as they stand there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from commonplace.derived.search.text import STOP_WORDS, attached, fold, joined, language_of

LANGUAGES = {"en": "english", "fr": "french"}
"""Languages whose inflections are known, and the name that the analyzer has for each."""

MAXIMUM_CHARACTERS = 20_000
"""Maximum length of a text that is read; a longer one, which no abstract is, is read up to there."""

_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011'\u2019][^\W_]+)*")


class StemmedWord(NamedTuple):
    """A word of a text: its stem, and where it begins and ends."""

    stem: str
    start: int
    end: int


def _analyzer(language: str) -> TextAnalyzer:
    words = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stopword(language))
    return words.filter(Filter.stemmer(language)).build()


_ANALYZERS = {tag: _analyzer(name) for tag, name in LANGUAGES.items()}


def language_of_text(text: str, tag: str | None = None) -> str:
    """Return the language whose inflections a text has: that of its tag, or else that of its function words.

    It is English where neither tells, or tells a language whose inflections are not known.
    """
    if tag:
        short = tag.lower().partition("-")[0]
        return short if short in LANGUAGES else "en"
    return language_of(fold(text[:2_000]).split()) or "en"


def tokens(text: str, language: str) -> list[StemmedWord]:
    """Return the words of a text that tell something, in order; function words are left out."""
    found: list[StemmedWord] = []
    prefix: re.Match[str] | None = None
    for match in _WORD.finditer(text, 0, MAXIMUM_CHARACTERS):
        word, start = match[0], match.start()
        if prefix is not None and text[prefix.end() : start].isspace():
            word, start = f"{prefix[0]}-{word}", prefix.start()
            found = found[:-1] if found and found[-1].start == start else found
        prefix = match if _binds(match[0]) else None
        if stem := _stem(word, language):
            found.append(StemmedWord(stem, start, match.end()))
    return found


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> str:
    """Return a word without case, accents, hyphens and inflection; nothing for a function word."""
    plain = joined(fold(word)).replace(" ", "")
    if plain in STOP_WORDS:
        return ""
    return "".join(_ANALYZERS[language].analyze(plain))


@lru_cache(maxsize=10_000)
def _binds(word: str) -> bool:
    """Return whether a word is a prefix that belongs to the next: `co`, `inter` …"""
    return attached(f"{fold(word)} x").endswith("-x")


def places_of(phrase: Sequence[str], within: Sequence[StemmedWord]) -> list[tuple[int, int]]:
    """Return where the words of a phrase stand side by side: the begin and end of each place in the text."""
    first, length = phrase[0], len(phrase)
    return [
        (token.start, within[at + length - 1].end)
        for at, token in enumerate(within[: len(within) - length + 1])
        if token.stem == first and [one.stem for one in within[at : at + length]] == list(phrase)
    ]
