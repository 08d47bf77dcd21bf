"""Find the works of a large library that are worth comparing: those with words of a concept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.text import STOP_WORDS, fold, joined
from commonplace.library.suggestions.reading import TEXTS
from commonplace.library.suggestions.terms import language_of_text, tokens

Find = Callable[[Sequence[str]], Counter[str]]
"""Return for each work that holds words of the texts, by its IRI, how many of the texts or their words it holds."""


def by_search(index: SearchIndex) -> Find:
    """Return a function that asks a search index for all words of each text, and for each of its words.

    What was asked once is remembered: a concept's own words are looked for again with those that were learnt.
    """
    answers: dict[str, Sequence[str]] = {}

    def find(texts: Sequence[str]) -> Counter[str]:
        words = (word for text in texts for word in fold(text).split() if word not in STOP_WORDS)
        asked = dict.fromkeys([*texts, *words])
        for text in asked.keys() - answers.keys():
            answers[text] = index.matching_iris(text, "work")
        return Counter(chain.from_iterable(answers[text] for text in asked))

    return find


def by_reading(snapshot: Snapshot) -> Find:
    """Return a function that reads the texts of all works, at any version: some seconds for 100,000 works."""

    def find(texts: Sequence[str]) -> Counter[str]:
        stems = {token.stem for text in texts for token in tokens(text, language_of_text(text))}
        if not stems:
            return Counter()
        begun = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, stems), key=len, reverse=True))})")
        held: dict[str, set[str]] = {}
        for _, predicate in TEXTS:
            for triple in snapshot.triples(None, predicate):
                work, text = triple.subject, triple.object
                if isinstance(work, NamedNode) and isinstance(text, Literal):
                    held.setdefault(work.value, set()).update(begun.findall(joined(fold(text.value))))
        return Counter({iri: len(words) for iri, words in held.items() if words})

    return find
