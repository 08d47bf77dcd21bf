"""Suggest unread works for a concept, the likeliest first.

At first the concept's own words decide: its labels where they stand in a title, the keywords or an abstract, whatever
their inflection, and then how well the words of its labels and definitions fit a text (BM25). As soon as one work was
judged not to discuss the concept, a classifier learns from all that were judged, and ranks.

A work whose kept text names the concept is suggested, too, after those that say so in the title or abstract.

Of a large library only works are looked at that hold words of the concept, or words that the judged works taught. The
coverage says how many those are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.library.evidence import reach
from commonplace.library.states import States
from commonplace.library.suggestions.concept_words import WeightedText, words_of
from commonplace.library.suggestions.finding import Find
from commonplace.library.suggestions.naming import NamedInTexts, Naming
from commonplace.library.suggestions.passages import Passage, passage_of
from commonplace.library.suggestions.ranking import Phrase, Ranking
from commonplace.library.suggestions.reading import NOTHING_READ, Readings, texts_of
from commonplace.library.work_texts import TextToSearch
from commonplace.model.namespaces import FABIO, RDF

MAXIMUM_LOOKED_AT = 3_000
"""Maximum number of works whose texts are compared for one answer, which takes about a second then."""

MAXIMUM_LEARNT = 1_500
"""Maximum number of works that are learnt from among those that discuss the concept, and among those that do not. Of
more, as of a top concept of a large library, some are taken evenly: to read the texts of all takes minutes."""

TAUGHT_WORDS = 20
"""Maximum number of words by which more works are looked for once something was learnt."""


@dataclass(frozen=True, slots=True)
class EvidenceByWork:
    """The evidence on a concept, by work: those that discuss it or are silent, were rejected, or are proposed."""

    states: dict[NamedNode, str]
    rejected: set[NamedNode]
    proposed: set[NamedNode]

    def among(self, state: str) -> list[NamedNode]:
        """Return the works of that state, by IRI."""
        return sorted((work for work, said in self.states.items() if said == state), key=lambda work: work.value)

    def open(self, work: NamedNode) -> bool:
        """Answer whether nothing was said of a work."""
        return work not in self.states and work not in self.rejected and work not in self.proposed


@dataclass(frozen=True, slots=True)
class SuggestedWork:
    """A work to read: its score from 0 to 1, comparable within one answer, and the passage that speaks for it."""

    work: NamedNode
    score: float
    passage: Passage


@dataclass(frozen=True, slots=True)
class Suggested:
    """Works to read, the likeliest first; whether the order was learnt; and what was looked at.

    `coverage` counts works: `discusses`, `silent` and `unread` add up to all. Of the unread, `looked_at` were compared
    (`with_abstract` of them by an abstract, too),
    `rejected` and `proposed` await no suggestion, `without_text` have nothing to compare, the rest are `not_looked_at`.
    """

    ranked: Sequence[tuple[float, NamedNode]]
    learnt: bool
    coverage: dict[str, int]
    reasons: Callable[[NamedNode], list[list[str]]]
    named: NamedInTexts

    def shown(self, snapshot: Snapshot, some: Sequence[tuple[float, NamedNode]]) -> list[SuggestedWork]:
        """Return some of the ranked works with the passages that speak for them: that of the kept text, with its page,
        where this names the concept."""
        texts = texts_of(snapshot, (work for _, work in some))
        return [SuggestedWork(work, score, self._passage(work, texts.get(work))) for score, work in some]

    def _passage(self, work: NamedNode, parts: Mapping[str, str] | None) -> Passage:
        on_page = self.named.passage(work)
        said = passage_of(parts, self.reasons(work)) if parts else None
        if on_page is None:
            return said or Passage("", "", ())
        because = {word.lower(): word for word in (*on_page.because, *(said.because if said else ()))}
        return replace(on_page, because=tuple(because.values()))


class Suggestions:
    """Suggest works for concepts. Safe to share between threads; remembers the terms of the works that it read."""

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._readings = Readings()

    def of(
        self,
        snapshot: Snapshot,
        concept: NamedNode,
        find: Find,
        states: States,
        texts: Sequence[TextToSearch],
    ) -> Suggested:
        """Return the works to read for a concept.

        `find` finds works by words, `states` are what works say, and `texts` are those that whoever asks may read, all
        at the version of the snapshot.
        """
        judged = _judged(snapshot, concept, states)
        words = words_of(snapshot, concept)
        works = sorted(_works(snapshot), key=lambda work: work.value)
        named = self._naming.of(texts, words)
        chosen = works if len(works) <= MAXIMUM_LOOKED_AT else _found(works, [one.text for one in words], find, named)
        ranking = self._ranking(snapshot, judged, words, chosen, named)
        if len(works) > MAXIMUM_LOOKED_AT and ranking.classifier is not None:
            taught = [" ".join(self._readings.term(term)) for term in ranking.taught(TAUGHT_WORDS)]
            chosen = _found(works, [*(one.text for one in words), *taught], find, named)
            ranking = self._ranking(snapshot, judged, words, chosen, named)
        ranked = ranking.ranked(work for work in chosen if judged.open(work))

        def reasons(work: NamedNode) -> list[list[str]]:
            return [self._readings.term(term) for term in ranking.reasons(work)]

        counts = _coverage(works, chosen, judged, len(ranked))
        counts["with_abstract"] = sum(1 for _, work in ranked if ranking.has_part(work, "abstract"))
        return Suggested(ranked, ranking.classifier is not None, counts, reasons, named)

    def _ranking(
        self,
        snapshot: Snapshot,
        judged: EvidenceByWork,
        words: Sequence[WeightedText],
        works: Sequence[NamedNode],
        named: NamedInTexts,
    ) -> Ranking:
        silent = _evenly([*judged.among("silent"), *sorted(judged.rejected, key=lambda work: work.value)])
        discussing = _evenly(judged.among("discusses"))
        read = self._readings.of(snapshot, dict.fromkeys([*works, *silent, *discussing]))
        counts = named.counts
        for work in counts.keys() & set(works) - read.keys():
            read[work] = NOTHING_READ
        phrases = [
            Phrase(self._readings.words(one.text, one.language), one.language if one.tagged else None, one.weight)
            for one in words
        ]
        return Ranking(read, phrases, discussing, silent, counts)


def _evenly(works: Sequence[NamedNode]) -> Sequence[NamedNode]:
    """Return works, of very many some that lie as far from one another."""
    return works[:: max(1, -(-len(works) // MAXIMUM_LEARNT))]


def _works(snapshot: Snapshot) -> set[NamedNode]:
    subjects = (triple.subject for triple in snapshot.triples(None, RDF["type"], FABIO["Expression"]))
    return {node for node in subjects if isinstance(node, NamedNode)}


def _judged(snapshot: Snapshot, concept: NamedNode, states: States) -> EvidenceByWork:
    """Return what was said of works on a concept; of a rejected proposal that the work discusses it, too."""
    read = states.on_concept(concept.value).read
    said = {NamedNode(work): state for state, works in read.items() for work in works}
    standings: dict[str, set[NamedNode]] = {"rejected": set(), "proposed": set()}
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT DISTINCT ?work ?standing WHERE {{
        {values_clause("about", reach(snapshot, concept, "narrower"))}
        VALUES ?standing {{ cp:rejected cp:proposed }}
        ?evidence cp:about ?about ; cp:standing ?standing ; cp:state cp:discusses ; cp:work ?work . }}"""
    )
    for row in rows:
        work, standing = row["work"], row["standing"]
        if isinstance(work, NamedNode) and isinstance(standing, NamedNode) and work not in said:
            standings[standing.value.partition("#")[2]].add(work)
    return EvidenceByWork(said, standings["rejected"] - standings["proposed"], standings["proposed"])


def _found(works: Iterable[NamedNode], texts: Sequence[str], find: Find, named: NamedInTexts) -> list[NamedNode]:
    """Return the works that hold most of the texts, as many as may be looked at, then as many whose kept text names the
    concept on the most pages."""
    there = {work.value: work for work in works}
    held = sorted(find(texts).items(), key=lambda one: (-one[1], one[0]))
    by_words = [there[iri] for iri, _ in held if iri in there][:MAXIMUM_LOOKED_AT]
    pages = sorted(named.counts.items(), key=lambda one: (-one[1], one[0].value))
    by_pages = [work for work, _ in pages if work.value in there][:MAXIMUM_LOOKED_AT]
    return list(dict.fromkeys([*by_words, *by_pages]))


def _coverage(
    works: Sequence[NamedNode], chosen: Sequence[NamedNode], judged: EvidenceByWork, looked_at: int
) -> dict[str, int]:
    unread = len(works) - len(judged.states)
    without = sum(1 for work in chosen if judged.open(work)) - looked_at
    said = {"rejected": len(judged.rejected), "proposed": len(judged.proposed)}
    return {
        "discusses": len(judged.among("discusses")),
        "silent": len(judged.among("silent")),
        "unread": unread,
        "looked_at": looked_at,
        **said,
        "without_text": without,
        "not_looked_at": unread - looked_at - without - sum(said.values()),
    }
