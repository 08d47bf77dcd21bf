"""Find evidence that deserves a second look: a state that clashes with its note, a quote that names nothing of it.

Both are advice: what is found may be right. A note is read by phrases, in English and French, that say of a work that
it is silent, supports or contradicts; a quote is compared with the labels of the concept, whatever their inflection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.errors import Message
from commonplace.library.curation_schemas import Solution
from commonplace.library.queues.queue import Row, of_function, patch
from commonplace.library.suggestions.concept_words import words_of
from commonplace.library.suggestions.terms import language_of_text, tokens
from commonplace.model.minter import Minter
from commonplace.model.namespaces import SKOS

_SILENT = re.compile(
    r"\b(?:(?:does|do|did) not (?:mention|discuss|speak|address)|says? nothing|no mention|never mentions?"
    r"|is silent|silent on|ne (?:mentionne|parle|traite|discute)|n'(?:aborde|évoque)|aucune mention|muet sur)\b",
    re.IGNORECASE,
)
_SUPPORTS = re.compile(r"\b(?:supports?|confirms?|agrees? with|confirme|appuie|soutient) (?:the claim|this|it|cette|l)")
_CONTRADICTS = re.compile(
    r"\b(?:contradicts?|refutes?|disproves?|disagrees? with|speaks? against|contredit|réfute)\b", re.IGNORECASE
)

_CLASHES: dict[str, tuple[re.Pattern[str], ...]] = {
    "discusses": (_SILENT,),
    "supports": (_SILENT, _CONTRADICTS),
    "contradicts": (_SILENT, _SUPPORTS),
    "silent": (_SUPPORTS, _CONTRADICTS),
}
"""Phrases of a note that clash with a state."""

_ACCEPTED = "?evidence a cp:Evidence ; cp:standing cp:accepted ; cp:about ?about ; cp:state ?state"


def _clashing(snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
    rows = snapshot.select(f"{PROLOGUE}SELECT * WHERE {{ {_ACCEPTED} ; rdfs:comment ?note }}")
    for row in rows:
        evidence, about = row["evidence"], row["about"]
        if not isinstance(evidence, NamedNode) or not isinstance(about, NamedNode):
            continue
        state, note = minter.local(getattr(row["state"], "value", "")), getattr(row["note"], "value", "")
        for phrases in _CLASHES.get(state, ()):
            if found := phrases.search(note):
                why = Message("its state is “%(state)s”, and its note says “%(note)s”", state=state, note=found[0])
                yield Row(evidence, about, field="note", detail=note, why=why)
                break


def _without_term(snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
    rows = snapshot.select(f"{PROLOGUE}SELECT * WHERE {{ {_ACCEPTED} ; cp:quote ?quote . ?about a skos:Concept }}")
    words: dict[NamedNode, frozenset[str]] = {}
    for row in rows:
        evidence, about = row["evidence"], row["about"]
        if not isinstance(evidence, NamedNode) or not isinstance(about, NamedNode):
            continue
        if about not in words:
            words[about] = _stems_of(snapshot, about)
        quote = getattr(row["quote"], "value", "")
        said = {token.stem for token in tokens(quote, language_of_text(quote))}
        if words[about] and words[about].isdisjoint(said):
            yield Row(evidence, about, field="quote", detail=quote, why="no word of the concept's labels stands in it")


def _stems_of(snapshot: Snapshot, concept: NamedNode) -> frozenset[str]:
    """Return the words of the labels of a concept and of narrower ones, in either language, without inflection."""
    labels = [one for one in words_of(snapshot, concept) if one.weight]
    return frozenset(token.stem for one in labels for token in tokens(one.text, one.language))


def _correct_note_or_state(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    return [patch(f"/evidence/{minter.key(row.thing.value)}", {"note": "…"}, {"state": "…"})]


def _other_quote_or_label(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    """Return the calls that give another quote, or teach the concept the word that stands in this one."""
    assert row.about is not None
    labels = [t.object for t in snapshot.triples(row.about, SKOS["altLabel"]) if isinstance(t.object, Literal)]
    english = sorted(one.value for one in labels if one.language == "en")
    return [
        patch(f"/evidence/{minter.key(row.thing.value)}", {"quote": "…"}),
        patch(f"/concepts/{minter.key(row.about.value)}", {"alternative_labels": {"en": [*english, "…"]}}),
    ]


CLASHES_WITH_NOTE = of_function(
    "state-clashes-with-note",
    "States that clash with their notes",
    "Accepted evidence whose note says otherwise than its state: correct the one or the other.",
    _clashing,
    _correct_note_or_state,
)

QUOTE_WITHOUT_TERM = of_function(
    "quote-without-term",
    "Quotes without a word of their concept",
    "Accepted evidence whose quote has no word of the labels of its concept: give a passage that shows it, or give the "
    "concept the word that it is called by there.",
    _without_term,
    _other_quote_or_label,
)
