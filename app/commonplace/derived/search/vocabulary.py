"""Hold the words of the search index by their stems.

The index holds words as they stand in a text. That a question for *citizens* also finds
*citizen* is decided when it is asked, by asking for every word of the index that has the
stem of *citizens* in English or in French: stemming each different word once takes a
fraction of the time, and of the memory, that indexing every text again by its stems does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

_BATCH = 10_000
"""Number of words stemmed at a time."""

Families = dict[str, str]
"""Stem to the words that are not their own stem, with spaces between: half the memory of a tuple of them."""


def _stemmer(language: str) -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.stemmer(language)).build()


class Vocabulary:
    """Words learnt and never forgotten: one that no document holds any more finds nothing.

    Any number of threads may ask while one makes it learn.
    """

    def __init__(self) -> None:
        self._languages: list[tuple[TextAnalyzer, list[Families]]] = [
            (_stemmer(language), [{}]) for language in ("English", "French")
        ]
        """The stemmer of each language, and what was learnt; after that what others have learnt, as it is."""

    def learn(self, words: Iterable[str]) -> None:
        """Take in folded words, each a single token of the index.

        One that begins with a letter and holds digits is of no family: half of all words are keys written as one.
        """
        remaining = (word for word in words if word.isalpha() or word[0].isdecimal())
        while batch := list(islice(remaining, _BATCH)):
            for stemmer, (families, *_) in self._languages:
                for word, stem in zip(batch, stemmer.analyze(" ".join(batch)), strict=True):
                    if stem == word:
                        continue
                    known = families.get(stem, "")
                    if not known or word not in known.split():
                        families[stem] = f"{known} {word}"

    def families(self) -> list[Families]:
        """Return what was learnt, and not what was taken in, to be taken in by another vocabulary."""
        return [families for _, (families, *_) in self._languages]

    def take_in(self, learnt: Sequence[Families]) -> None:
        """Take in what another has learnt, as `families` of it answers; it is kept, and not to be changed."""
        for (_, all_families), others in zip(self._languages, learnt, strict=True):
            all_families.append(others)

    def family(self, form: tuple[str, ...]) -> set[str]:
        """Return a word and all that share its stem in either language; nothing for several words."""
        if len(form) != 1:
            return set()
        found = set(form)
        for stemmer, all_families in self._languages:
            (stem,) = stemmer.analyze(form[0])
            for families in all_families:
                found.update(families.get(stem, "").split())
            if stemmer.analyze(stem) == [stem]:  # only then is it, as a word, of the family
                found.add(stem)
        return found
