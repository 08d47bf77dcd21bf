"""Find what rests on works that were retracted, withdrawn or corrected, or of which there is concern."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import label_of
from commonplace.library.schemas import AffectingWork
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO


def affecting(snapshot: Snapshot, works: Iterable[NamedNode], minter: Minter) -> list[AffectingWork] | None:
    """Return those of some works that have a publication status, by key; None where none has."""
    said = snapshot.of_each(set(works), minter.term("status"))
    found = []
    for triple in said:
        work, status = triple.subject, triple.object
        if isinstance(work, NamedNode) and isinstance(status, NamedNode):
            key, label = minter.key(work.value), label_of(snapshot, work)
            found.append(AffectingWork(iri=work.value, key=key, label=label, status=minter.local(status.value)))
    found.sort(key=lambda one: (one.iri, one.status))
    return found or None


def beneath_work(snapshot: Snapshot, work: NamedNode, minter: Minter) -> Iterator[NamedNode]:
    """Yield the works that a work cites."""
    yield from _objects(snapshot, work, CITO["cites"])


def beneath_case(snapshot: Snapshot, case: NamedNode, minter: Minter) -> Iterator[NamedNode]:
    """Yield the works that describe a case, and those that a dimension of it is from."""
    yield from _objects(snapshot, case, minter.term("describedBy"))
    for triple in snapshot.triples(None, minter.term("onCase"), case):
        if isinstance(triple.subject, NamedNode):
            yield from _objects(snapshot, triple.subject, minter.term("work"))


def beneath_claim(snapshot: Snapshot, claim: NamedNode, minter: Minter) -> Iterator[NamedNode]:
    """Yield the works that make a claim, those that are accepted evidence on it, and those of the cases beneath it."""
    yield from _objects(snapshot, claim, minter.term("madeBy"))
    accepted = minter.term("accepted")
    for triple in snapshot.triples(None, minter.term("about"), claim):
        evidence = triple.subject
        if isinstance(evidence, NamedNode) and any(snapshot.triples(evidence, minter.term("standing"), accepted)):
            yield from _objects(snapshot, evidence, minter.term("work"))
    for case in _objects(snapshot, claim, minter.term("restsOn")):
        yield from beneath_case(snapshot, case, minter)


def with_status(snapshot: Snapshot, minter: Minter) -> list[NamedNode]:
    """Return every work that has a publication status."""
    found = {t.subject for t in snapshot.triples(None, minter.term("status")) if isinstance(t.subject, NamedNode)}
    return sorted(found, key=lambda one: one.value)


def _objects(snapshot: Snapshot, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
    return [t.object for t in snapshot.triples(subject, predicate) if isinstance(t.object, NamedNode)]
