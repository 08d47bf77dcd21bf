"""Rank works by a concept's own words, and by what was learnt from the works that were judged."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from math import exp, log
from typing import NamedTuple

from pyoxigraph import NamedNode

from commonplace.library.suggestions.learning import Classifier, Weights, learn
from commonplace.library.suggestions.reading import PAIR, WorkTerms, pairs, with_pairs

OWN_WORDS = 0.2
"""How much the concept's own words count beside what was learnt."""

IN_PART = {"title": 3.0, "keywords": 3.0, "abstract": 1.0}
"""What a label counts, by the part of a work that it stands in."""

REASONS = 6
"""Maximum number of terms that are shown as the reason of a suggestion."""

_K1, _B = 1.2, 0.75  # the usual constants of BM25


class Phrase(NamedTuple):
    """A label or definition as words by number, its language where that was given, and what a label counts."""

    words: array[int]
    language: str | None
    weight: float


class Ranking:
    """The order of works for one concept."""

    def __init__(
        self,
        read: Mapping[NamedNode, WorkTerms],
        phrases: Sequence[Phrase],
        wanted: Iterable[NamedNode],
        others: Iterable[NamedNode],
        named: Mapping[NamedNode, int],
    ) -> None:
        """`read` are the terms of all works, judged ones too; `wanted` discuss the concept, `others` do not; `named`
        counts the pages of kept texts that name it."""
        self._read = read
        self._phrases = phrases
        self._named = named
        self._labels = [phrase for phrase in phrases if phrase.weight and phrase.words]
        self._weights = Weights.of((terms.terms for terms in read.values()), len(read))
        self.classifier = self._learnt(
            [work for work in wanted if work in read], [work for work in others if work in read]
        )

    def ranked(self, works: Iterable[NamedNode]) -> list[tuple[float, NamedNode]]:
        """Return the works that have a text with their scores from 0 to 1, best first."""
        scored = [(self._score(work), work) for work in works if work in self._read]
        return sorted(scored, key=lambda one: (-one[0], one[1].value))

    def has_part(self, work: NamedNode, name: str) -> bool:
        """Return whether a work that was read has a part of that name: `title`, `abstract` or `keywords`."""
        return any(part.name == name for part in self._read[work].parts)

    def reasons(self, work: NamedNode) -> list[int]:
        """Return the terms that speak for a work: words of labels that stand in it, then those that were learnt."""
        terms = self._read[work]
        counts = terms.counts
        held = [word for phrase in self._labels if _stands_in(phrase, terms) for word in _whole(phrase.words)]
        if self.classifier is not None:
            held += self.classifier.reasons(self._weights.vector(counts), REASONS)
        else:
            held += [word for word in self._asked() if word in counts]
        return list(dict.fromkeys(held))[:REASONS]

    def taught(self, most: int) -> list[int]:
        """Return the single words that speak most for the concept, as was learnt."""
        learnt = self.classifier.weights.items() if self.classifier else ()
        spoken = sorted(((weight, term) for term, weight in learnt if weight > 0 and term < 1 << PAIR), reverse=True)
        return [term for _, term in spoken[:most]]

    def _score(self, work: NamedNode) -> float:
        own = self._own.get(work, 0.0)
        if self.classifier is None:
            return round(own, 4)
        terms = self._read[work]
        decision = self.classifier.score(terms.terms, terms.numbers, self._weights) + OWN_WORDS * own
        return round(1 / (1 + exp(-2 * max(min(decision, 50.0), -50.0))), 4)

    def _learnt(self, wanted: Sequence[NamedNode], others: Sequence[NamedNode]) -> Classifier | None:
        """Return what the judged works teach; the concept's own words count as one that discusses it."""
        if not others:
            return None
        spoken = [self._weights.vector(self._read[work].counts) for work in wanted]
        if asked := self._weights.vector(Counter(self._asked_pairs())):
            spoken.append(asked)
        if not spoken:
            return None
        return learn(spoken, [self._weights.vector(self._read[work].counts) for work in others])

    @cached_property
    def _own(self) -> dict[NamedNode, float]:
        """How well the concept's own words fit each work, from 0 to 1; worked out when works are ranked."""
        fits = self._bm25()
        best = max(fits.values(), default=0.0) or 1.0
        labels = {work: self._by_labels(terms) for work, terms in self._read.items()}
        whole = {work: fits[work] / best + label for work, label in labels.items()}
        whole |= self._named_alone({work for work, label in labels.items() if label}, whole)
        best = max(whole.values(), default=0.0) or 1.0
        return {work: fit / best for work, fit in whole.items()}

    def _by_labels(self, terms: WorkTerms) -> float:
        """Return what the labels that stand in a work count, each once, where it counts most."""
        counted = 0.0
        there = {word for part in terms.parts for word in part.words}  # most labels begin with a word that is nowhere
        for phrase in self._labels:
            if phrase.words[0] in there and phrase.language in (None, terms.language):
                places = [IN_PART[part.name] for part in terms.parts if _holds(part.words, phrase.words)]
                counted += phrase.weight * max(places, default=0.0)
        return counted

    def _named_alone(self, labelled: AbstractSet[NamedNode], fits: Mapping[NamedNode, float]) -> dict[NamedNode, float]:
        """Return the fit of works that name the concept in the kept text alone: better the more pages do, less
        well than those with a label in the title, keywords or abstract, and better than those with single words."""
        named = {work: pages for work, pages in self._named.items() if work in fits and work not in labelled}
        single = max((fit for work, fit in fits.items() if work not in labelled and work not in named), default=0.0)
        most = min((fits[work] for work in labelled), default=single + 1.0)
        least = single if single < most else 0.0  # the label may be that of a narrower concept
        return {work: least + (most - least) * pages / (1 + pages) for work, pages in named.items()}

    def _bm25(self) -> dict[NamedNode, float]:
        """Return the fit of each text with the single words of labels and definitions (Robertson and others, BM25)."""
        asked = set(self._asked())
        lengths = {work: sum(terms.numbers) for work, terms in self._read.items()}
        usual = sum(lengths.values()) / (len(lengths) or 1) or 1.0
        there = {work: _number_of(asked, terms) for work, terms in self._read.items()}
        held = Counter(word for counts in there.values() for word in counts)
        rarity = {word: log(1 + (len(lengths) - held[word] + 0.5) / (held[word] + 0.5)) for word in asked}
        fits = {}
        for work, counts in there.items():
            damped = _K1 * (1 - _B + _B * lengths[work] / usual)
            fits[work] = sum(rarity[word] * n * (_K1 + 1) / (n + damped) for word, n in counts.items())
        return fits

    def _asked(self) -> list[int]:
        """Return the different words of the labels and definitions."""
        return list(dict.fromkeys(word for phrase in self._phrases for word in phrase.words))

    def _asked_pairs(self) -> list[int]:
        """Return the words of the labels and definitions, and each pair of them side by side."""
        return [term for phrase in self._phrases for term in with_pairs(phrase.words)]


def _number_of(words: AbstractSet[int], terms: WorkTerms) -> dict[int, int]:
    """Return how often each of some words stands in a text, of those that do."""
    return {term: number for term, number in zip(terms.terms, terms.numbers, strict=True) if term in words}


def _whole(words: array[int]) -> list[int]:
    """Return a phrase as terms that can be shown: a word, a pair, or the pairs of a longer one."""
    return pairs(words) or list(words)


def _stands_in(phrase: Phrase, terms: WorkTerms) -> bool:
    return phrase.language in (None, terms.language) and any(_holds(part.words, phrase.words) for part in terms.parts)


def _holds(words: array[int], phrase: array[int]) -> bool:
    """Answer whether the words of a phrase stand side by side."""
    first, length = phrase[0], len(phrase)
    if first not in words:
        return False
    if length == 1:
        return True
    return any(words[at : at + length] == phrase for at, word in enumerate(words) if word == first)
