"""Read how a work is related to other works of the library, whichever of the two it is stated on."""

from __future__ import annotations

from pyoxigraph import NamedNode

from commonplace.derived.graph.records import is_work
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link, RelatedWork
from commonplace.model.minter import Minter
from commonplace.model.work_relations import WORK_RELATIONS


def related_works(snapshot: Snapshot, work: NamedNode, minter: Minter) -> list[RelatedWork]:
    """Return the relations of a work to others, by word and key; a wider one is left out beside a narrower."""
    found: set[tuple[str, NamedNode]] = set()
    said_beside: set[tuple[str, NamedNode]] = set()
    for relation in WORK_RELATIONS:
        ends = [(relation.word, t.object) for t in snapshot.triples(work, relation.property)] + [
            (relation.word, t.subject) for t in snapshot.triples(None, relation.inverse, work)
        ]
        ends += [(relation.inverse_word, t.subject) for t in snapshot.triples(None, relation.property, work)]
        ends += [(relation.inverse_word, t.object) for t in snapshot.triples(work, relation.inverse)]
        for word, other in ends:
            if not isinstance(other, NamedNode) or (word, other) in said_beside or not is_work(snapshot, other):
                continue
            found.add((word, other))
            if relation.beside is not None:
                wider = next(one for one in WORK_RELATIONS if one.property == relation.beside)
                said_beside.add((wider.word if word == relation.word else wider.inverse_word, other))
    return [
        RelatedWork(relation=word, work=Link(iri=n.value, key=minter.key(n.value), label=label_of(snapshot, n)))
        for word, n in sorted(found, key=lambda one: (one[0], one[1].value))
    ]
