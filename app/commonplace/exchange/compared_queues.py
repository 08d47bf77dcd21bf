"""List as queues what is found by comparing all works: those that may be one, and those worth reading for a concept.

To find them takes seconds in a large library, so their counts are kept (`commonplace.web.kept_counts`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.curation.duplicates.candidates import Similar, similar_works
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message
from commonplace.exchange.decisions import DuplicateFilter, chosen
from commonplace.library import Library
from commonplace.library.curation_schemas import Solution
from commonplace.library.incremental import Incremental
from commonplace.library.kept_states import read_states
from commonplace.library.queues.queue import Queue, Row, compared
from commonplace.library.states import States
from commonplace.library.suggestions.finding import by_reading
from commonplace.library.suggestions.suggesting import Suggestions
from commonplace.library.work_texts import texts_to_search
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS

LIKELY = 0.5
"""Minimum score of a suggestion that waits in the queue: what was judged, or its own words, speak for the concept."""


def duplicates_queue(library: Library, similar: Incremental[Similar]) -> Queue:
    """Return the queue of works that may be one and wait for a decision."""

    def find(snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
        kept = similar.kept(snapshot.version)
        found = similar_works(snapshot, minter) if kept is None else kept
        for one in chosen(snapshot, found, DuplicateFilter(), minter):
            first, second = (minter.thing("work", key) for key in one.candidate.keys)
            yield Row(first, second, detail=one.candidate.id, why="; ".join(one.candidate.reasons))

    return compared(
        "duplicates",
        "Works that may be one",
        "Two works that may be one: decide that they are, that they are two, with the reason, or that it cannot be "
        "told yet. The list of duplicates has how likely each is, and works that are related.",
        find,
        _decide,
        prepare=lambda: similar.of(library.graph_at()),
    )


def suggestions_queue(library: Library, suggestions: Suggestions, states: Incremental[States]) -> Queue:
    """Return the queue of works worth reading for the concepts that the library follows."""

    def find(snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
        kept = states.kept(snapshot.version)
        said = read_states(snapshot, minter) if kept is None else kept
        texts = [text for text in texts_to_search(snapshot) if text.open]  # anybody may read the queue
        for triple in snapshot.triples(None, minter.term("followed"), Literal(True)):
            assert isinstance(triple.subject, NamedNode)
            found = suggestions.of(snapshot, triple.subject, by_reading(snapshot), said, texts)
            for score, work in found.ranked:
                if score >= LIKELY:
                    title = next((t.object for t in snapshot.triples(work, DCTERMS["title"])), None)
                    detail = title.value if isinstance(title, Literal) else None
                    yield Row(
                        work, triple.subject, detail=detail, why=Message("a score of %(score)s", score=f"{score:.2f}")
                    )

    return compared(
        "suggestions",
        "Works worth reading",
        "Works that nobody has read on a concept that the library follows, and whose words speak for it: say what they "
        "discuss, or that they are silent. The suggestions for a concept have the words that led there.",
        find,
        _judge,
        prepare=lambda: states.of(library.graph_at()),
    )


def _decide(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    same, different, unsure = {"judgement": "same"}, {"judgement": "different", "reason": "…"}, {"judgement": "unsure"}
    bodies = [json.dumps(body, ensure_ascii=False) for body in (same, different, unsure)]
    return [Solution(method="POST", address=f"/duplicates/{row.detail}", bodies=bodies)]


def _judge(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    read = {"work": minter.key(row.thing.value), "about": minter.key(row.about.value) if row.about else ""}
    discusses = {**read, "state": "discusses", "directness": "direct", "certainty": "high", "quote": "…"}
    silent = {**read, "state": "silent", "certainty": "high"}
    bodies = [json.dumps(body, ensure_ascii=False) for body in (discusses, silent)]
    return [Solution(method="POST", address="/evidence", bodies=bodies)]
