"""Read the words of a concept: its labels, those of narrower concepts, and its definitions."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import reach
from commonplace.library.suggestions.terms import language_of_text
from commonplace.model.namespaces import SKOS

LABELS = (SKOS["prefLabel"], SKOS["altLabel"], SKOS["hiddenLabel"])
TEXTS = (SKOS["definition"], SKOS["scopeNote"])

NARROWER = 0.7
"""What a label of a narrower concept counts beside the concept's own."""


class WeightedText(NamedTuple):
    """A label or definition: its text, its language, and what it counts where it stands as it is; 0 for a definition.

    `tagged` says whether the language was given, so that the words are looked for in texts of that language alone.
    """

    text: str
    language: str
    weight: float
    tagged: bool


def words_of(snapshot: Snapshot, concept: NamedNode) -> list[WeightedText]:
    """Return the labels of a concept and of narrower ones, then its own definitions."""
    own = [_words(triple.object, 1.0) for label in LABELS for triple in snapshot.triples(concept, label)]
    others = [
        _words(triple.object, NARROWER)
        for narrower in reach(snapshot, concept, "narrower")
        if narrower != concept
        for label in LABELS
        for triple in snapshot.triples(narrower, label)
    ]
    texts = [_words(triple.object, 0.0) for kind in TEXTS for triple in snapshot.triples(concept, kind)]
    return sorted({one for one in (*own, *others, *texts) if one is not None}, key=lambda one: (-one.weight, one.text))


def _words(term: object, weight: float) -> WeightedText | None:
    if not isinstance(term, Literal) or not term.value.strip():
        return None
    tag = term.language
    return WeightedText(term.value, language_of_text(term.value, tag), weight, bool(tag))
