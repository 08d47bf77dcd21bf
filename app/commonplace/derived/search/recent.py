"""Hold the documents that the last changes wrote in plain memory, and find those that a question wants.

A segment takes some ten milliseconds to write however little is written, and who edits a thing and types a word would
wait for it. What a question finds here, and with which score, is what it would find in a segment: what
`commonplace.derived.search.query` tells the engine is said once more, of words in lists.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from commonplace.derived.search.documents import DocumentName, SearchDocument
from commonplace.derived.search.query import (
    IN_ORDER_WEIGHT,
    TIERS,
    WHOLE_WEIGHT,
    IndexedTexts,
    SearchFields,
    SearchQuestion,
    Shown,
    Wanted,
)

RECENT_DOCUMENTS = 40
"""Maximum number of documents that are held here: each is looked at for each question, which takes some microseconds.
When there are more, all go into a segment."""


@dataclass(frozen=True, slots=True)
class FoundRecently:
    """A document that a question finds; the greater the score the better."""

    score: int
    name: DocumentName
    document: SearchDocument

    def shown(self) -> Shown:
        """Return what it is shown by, as it would be read from a segment."""
        return Shown.unpacked(Shown.of(self.document).packed())

    @property
    def rank(self) -> tuple[int, DocumentName]:
        """The key that hits are sorted by, the best first."""
        return (-self.score, self.name)


@dataclass(frozen=True, slots=True)
class RecentDocument:
    """A document and the words that it is found by."""

    of: SearchDocument
    wholes: AbstractSet[str]
    words: Mapping[str, Sequence[str]]
    """The different words of each tier, in order."""
    texts: Mapping[str, Sequence[str]]
    """The words of each text of each tier, side by side, with a space at either end."""

    @classmethod
    def made(cls, fields: SearchFields, of: SearchDocument) -> RecentDocument:
        """Return a document as the index with those fields takes it in."""
        indexed = IndexedTexts.of(of)
        parted = {tier: [fields.words_in_place(form) for form in forms] for tier, forms in indexed.tiers.items()}
        return cls(
            of,
            indexed.wholes,
            {tier: sorted({word for text in texts for word in text if word}) for tier, texts in parted.items()},
            {tier: [f" {' '.join(text)} " for text in texts] for tier, texts in parted.items()},
        )

    @property
    def name(self) -> DocumentName:
        """The name of the document."""
        return self.of.key, self.of.kind, self.of.iri

    def score(self, asked: SearchQuestion) -> int:
        """Return the score that a question gives it; 0 where it does not find it."""
        if asked.kinds is not None and self.of.kind not in asked.kinds:
            return 0
        total = 0
        for wanted in asked.wanted:
            found = sum(weight * self._times(tier, wanted) for tier, weight in TIERS.items())
            if not found:
                return 0
            total += found
        if asked.whole and asked.whole in self.wholes:
            total += WHOLE_WEIGHT
        if any(self._holds("titles", form) for form in asked.in_order):
            total += IN_ORDER_WEIGHT
        return total

    def _times(self, tier: str, wanted: Wanted) -> int:
        """Return how many times the weight of a tier counts: twice where a form stands in it, once for a word of its
        family or one that is begun."""
        if any(self._holds(tier, form) for form in wanted.forms):
            return 2
        anyhow = any(self._holds(tier, (word,)) for word in wanted.others())
        return int(anyhow or any(self._begins(tier, form) for form in wanted.begun(tier)))

    def _holds(self, tier: str, form: Sequence[str]) -> bool:
        if len(form) == 1:
            words = self.words[tier]
            place = bisect_left(words, form[0])
            return place < len(words) and words[place] == form[0]
        side_by_side = f" {' '.join(form)} "
        return any(side_by_side in text for text in self.texts[tier])

    def _begins(self, tier: str, form: Sequence[str]) -> bool:
        words = self.words[tier]
        place = bisect_left(words, form[-1])
        begun = place < len(words) and words[place].startswith(form[-1])
        return begun and (len(form) == 1 or self._holds(tier, form[:-1]))


@dataclass(frozen=True, slots=True)
class RecentDocuments:
    """The documents that the last changes wrote. A change makes new ones of them; the old ones answer as before."""

    by_name: Mapping[DocumentName, RecentDocument] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The number of documents."""
        return len(self.by_name)

    def replaced(self, stale: Collection[DocumentName], made: Iterable[RecentDocument]) -> RecentDocuments:
        """Return them without the documents of stale names, and with those given."""
        kept = {name: one for name, one in self.by_name.items() if name not in stale}
        return RecentDocuments({**kept, **{one.name: one for one in made}})

    def documents(self) -> list[SearchDocument]:
        """Return all documents, for a segment."""
        return [one.of for one in self.by_name.values()]

    def all(self, asked: SearchQuestion) -> list[FoundRecently]:
        """Return all documents that a question finds, in order."""
        scored = ((one.score(asked), name, one.of) for name, one in self.by_name.items())
        return sorted((FoundRecently(*one) for one in scored if one[0]), key=lambda found: found.rank)

    def using(self, iris: AbstractSet[str]) -> list[str]:
        """Return the IRIs of the documents whose text was read from any of those things."""
        return [one.of.iri for one in self.by_name.values() if not iris.isdisjoint(one.of.uses)]
