"""Find the works that nobody has read on a concept that the library follows."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.curation_schemas import Solution
from commonplace.library.evidence import UNREAD
from commonplace.library.kept_states import read_states
from commonplace.library.queues.queue import Row, of_function
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, RDF


def _unread(snapshot: Snapshot, minter: Minter) -> Iterator[Row]:
    followed = [t.subject for t in snapshot.triples(None, minter.term("followed"), Literal(True))]
    if not followed:
        return
    states = read_states(snapshot, minter)
    works = [t.subject for t in snapshot.triples(None, RDF["type"], FABIO["Expression"])]
    for concept in followed:
        assert isinstance(concept, NamedNode)
        read = states.on_concept(concept.value)
        for work in works:
            if isinstance(work, NamedNode) and read.of(work.value) == UNREAD:
                title = next((t.object for t in snapshot.triples(work, DCTERMS["title"])), None)
                yield Row(work, concept, detail=title.value if isinstance(title, Literal) else None)


def _calls(snapshot: Snapshot, row: Row, minter: Minter) -> list[Solution]:
    read = {"work": minter.key(row.thing.value), "about": minter.key(row.about.value) if row.about else ""}
    silent = {**read, "state": "silent", "certainty": "high"}
    discusses = {**read, "state": "discusses", "directness": "direct", "certainty": "high", "quote": "…"}
    bodies = [json.dumps(body, ensure_ascii=False) for body in (silent, discusses)]
    return [Solution(method="POST", address="/evidence", bodies=bodies)]


UNREAD_ON_FOLLOWED = of_function(
    "unread-on-followed",
    "Unread on a followed concept",
    "Works that nobody has read on a concept that the library follows (`followed` of the concept): say what they "
    "discuss, or that they are silent. The suggestions for a concept rank them.",
    _unread,
    _calls,
)
