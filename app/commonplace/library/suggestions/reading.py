"""Keep the texts of works as terms: their titles, abstracts and keywords, read again only where they changed."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.suggestions.terms import language_of_text, tokens
from commonplace.model.namespaces import DCTERMS, PRISM

TEXTS: tuple[tuple[str, NamedNode], ...] = (
    ("title", DCTERMS["title"]),
    ("keywords", PRISM["keyword"]),
    ("abstract", DCTERMS["abstract"]),
)
"""The parts of a work that are read, and the property of each."""

MAXIMUM_KEPT = 20_000
"""Maximum number of works whose terms are kept: about 110 MB, where each has an abstract."""

PAIR = 32
"""A pair of words is numbered by both: the first, shifted by so many bits, and the second."""


def with_pairs(words: Sequence[int]) -> list[int]:
    """Return words by number, and each two of them side by side as one term."""
    return [*words, *pairs(words)]


def pairs(words: Sequence[int]) -> list[int]:
    """Return each two words side by side as one term."""
    return [(one + 1 << PAIR) + other for one, other in pairwise(words)]


class TextPart(NamedTuple):
    """A part of a work: `title`, `abstract` or `keywords`, and its words by number."""

    name: str
    words: array[int]


@dataclass(frozen=True, slots=True)
class WorkTerms:
    """The text of a work: what it was read from, its language and its parts, and how often each term stands in it.

    `terms` are its words and pairs of words, and `numbers` how often each of them stands there; those of the title
    count twice. Both are kept as arrays: a tenth of what a mapping takes.
    """

    fingerprint: int
    language: str
    parts: tuple[TextPart, ...]
    terms: array[int]
    numbers: array[int]

    @classmethod
    def of(cls, fingerprint: int, language: str, parts: tuple[TextPart, ...]) -> WorkTerms:
        """Return the terms of those parts, counted."""
        counted: Counter[int] = Counter()
        for part in parts:
            terms = with_pairs(part.words)
            counted.update(terms)
            if part.name == "title":
                counted.update(terms)
        return cls(fingerprint, language, parts, array("Q", counted), array("L", counted.values()))

    @property
    def counts(self) -> dict[int, int]:
        """Return how often each term stands in the text."""
        return dict(zip(self.terms, self.numbers, strict=True))


NOTHING_READ = WorkTerms.of(0, "en", ())
"""The terms of a work without title, abstract and keywords."""


class Readings:
    """The terms of works that were read lately, and the number of each word. Safe to share between threads."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._stems: list[str] = []
        self._kept: dict[str, WorkTerms] = {}
        self._lock = Lock()

    def of(self, snapshot: Snapshot, works: Iterable[NamedNode]) -> dict[NamedNode, WorkTerms]:
        """Return the terms of each work that has any text."""
        texts = texts_of(snapshot, works)
        with self._lock:
            if len(self._kept) + len(texts) > MAXIMUM_KEPT:
                self._kept.clear()
            return {work: self._read(work.value, parts) for work, parts in texts.items()}

    def words(self, text: str, language: str) -> array[int]:
        """Return the words of a text by number."""
        with self._lock:
            return self._numbered([token.stem for token in tokens(text, language)])

    def term(self, number: int) -> list[str]:
        """Return the stems that a term is made of: one, or two."""
        first, second = number >> PAIR, number & (1 << PAIR) - 1
        return [self._stems[first - 1], self._stems[second]] if first else [self._stems[second]]

    def _read(self, iri: str, parts: Mapping[str, str]) -> WorkTerms:
        fingerprint = hash(tuple(parts.items()))
        kept = self._kept.get(iri)
        if kept is None or kept.fingerprint != fingerprint:
            language = language_of_text(" ".join(parts.values()))
            read = (
                TextPart(name, self._numbered([token.stem for token in tokens(text, language)]))
                for name, text in parts.items()
            )
            kept = self._kept[iri] = WorkTerms.of(fingerprint, language, tuple(read))
        return kept

    def _numbered(self, stems: Sequence[str]) -> array[int]:
        numbers = self._numbers
        for stem in stems:
            if stem not in numbers:
                numbers[stem] = len(self._stems)
                self._stems.append(stem)
        return array("L", [numbers[stem] for stem in stems])


def texts_of(snapshot: Snapshot, works: Iterable[NamedNode]) -> dict[NamedNode, dict[str, str]]:
    """Return the parts of the text of each work that has any; keywords stand with full stops between them."""
    found: dict[NamedNode, dict[str, str]] = {}
    for work in works:
        parts: dict[str, str] = {}
        for name, predicate in TEXTS:
            said = sorted(t.object.value for t in snapshot.triples(work, predicate) if isinstance(t.object, Literal))
            if text := ". ".join(said):
                parts[name] = text
        if parts:
            found[work] = parts
    return found
