"""Keep what hangs on the works that very many cite, and move it along.

The engine finds the statements that name a work by going through all of them, whatever they say. Where 17,000 works
cite one, to find its three pieces of evidence takes 10 ms, and to put its citations in order 150 ms. So both are read
once for such a work, and again only after a change that touches them. What is kept equals what is read anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import partial

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.citation_counts import CitationCounts, count_citations
from commonplace.library.citations import CitationEnds, citation_ends
from commonplace.library.evidence import evidence_nodes
from commonplace.library.incremental import Incremental
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, FABIO, RDF, RDFS
from commonplace.patchlog.log import PatchLog

MANY = 1_000
"""Minimum number of citations of a work for which what hangs on it is kept; with fewer, to read it takes less than
10 ms."""

READ_AHEAD = 10
"""Number of works whose citations are read before anybody asks: those that are cited most."""

_DEFAULT = DefaultGraph()


@dataclass(frozen=True, slots=True)
class MuchCited:
    """What hangs on the works that many cite, at a version: each is read when it is first asked for."""

    works: AbstractSet[str]
    """The works that many cite, by their IRIs: it matters only to the time that an answer takes."""
    minter: Minter
    kept_citations: dict[str, CitationEnds] = field(default_factory=dict, compare=False)
    """The citations that were read, by the IRI of the work cited."""
    kept_evidence: dict[str, tuple[NamedNode, ...]] = field(default_factory=dict, compare=False)
    """The pieces of evidence that were read, by the IRI of their work."""

    def citing(self, snapshot: Snapshot, work: NamedNode) -> CitationEnds:
        """Return the citations of a work, in order. Raises `NotFound`."""
        found = self.kept_citations.get(work.value)
        if found is None:
            found = citation_ends(snapshot, work, self.minter, outgoing=False)
            if work.value in self.works:
                self.kept_citations[work.value] = found
        return found

    def evidence(self, snapshot: Snapshot, work: NamedNode) -> Iterable[NamedNode]:
        """Return the pieces of evidence of a work, in any order."""
        if work.value not in self.works:
            return evidence_nodes(snapshot, self.minter.term("work"), work)
        found = self.kept_evidence.get(work.value)
        if found is None:
            found = self.kept_evidence[work.value] = tuple(evidence_nodes(snapshot, self.minter.term("work"), work))
        return found

    def counted_by(self, counts: CitationCounts) -> MuchCited:
        """Return what is kept with the works that many cite by other counts, of the same version."""
        return replace(self, works=much_cited_works(counts))

    def moved(self, snapshot: Snapshot, changes: Sequence[ChangeSet]) -> MuchCited:
        """Return what is kept at another snapshot, given the net changes that lead there."""
        citing, evidence = self.kept_citations, self.kept_evidence
        cited, read = _touched(snapshot, changes, self.works, self.minter)
        if cited:
            citing = {work: ends for work, ends in citing.items() if work not in cited}
        if read:
            evidence = {work: nodes for work, nodes in evidence.items() if work not in read}
        return MuchCited(self.works, self.minter, dict(citing), dict(evidence))


MuchCitedAt = Callable[[Snapshot], MuchCited]
"""Return what is kept of the works that many cite, at a snapshot."""


def _touched(
    snapshot: Snapshot, changes: Sequence[ChangeSet], works: AbstractSet[str], minter: Minter
) -> tuple[set[str], set[str]]:
    """Return those of some works whose citations changes touch, and those whose evidence they touch."""
    of_citation = (CITO["hasCitedEntity"], minter.term("candidate"))
    said_of_citation = {CITO["hasCitingEntity"], minter.term("referenceNumber"), minter.term("confirmation")}
    said_of_citation |= {RDFS["comment"], *of_citation}
    cites = (CITO["cites"], minter.term("mayCite"))
    evidence_of = minter.term("work")
    cited: set[str] = set()
    read: set[str] = set()
    for quad in _of_default_graph(changes):
        ends: Iterable[object] = ()
        if quad.predicate == evidence_of:
            read.update(_among(works, [quad.object]))
        elif quad.predicate in cites:
            ends = [quad.object]
        elif quad.predicate in said_of_citation:
            ends = [quad.object, *_objects(snapshot, quad, of_citation)]
        elif quad.predicate == RDF["type"] and quad.object == FABIO["Expression"]:
            ends = [quad.subject, *_objects(snapshot, quad, cites)]
        cited.update(_among(works, ends))
    return cited, read


def _of_default_graph(changes: Iterable[ChangeSet]) -> Iterator[Quad]:
    for change in changes:
        yield from (quad for quad in change.quads() if quad.graph_name == _DEFAULT)


def _among(works: AbstractSet[str], ends: Iterable[object]) -> Iterator[str]:
    return (end.value for end in ends if isinstance(end, NamedNode) and end.value in works)


def _objects(snapshot: Snapshot, quad: Quad, predicates: Iterable[NamedNode]) -> Iterator[object]:
    if isinstance(quad.subject, NamedNode | BlankNode):
        for predicate in predicates:
            yield from (triple.object for triple in snapshot.triples(quad.subject, predicate))


def incremental_much_cited(
    log: PatchLog, minter: Minter, counts: Incremental[CitationCounts]
) -> Incremental[MuchCited]:
    """Return what keeps what hangs on the works that many cite; `counts` says which these are."""

    def make(snapshot: Snapshot) -> MuchCited:
        counted = counts.kept(snapshot.version) or count_citations(snapshot)
        return MuchCited(much_cited_works(counted), minter)

    return Incremental(log, make, lambda kept, snapshot, changes: kept.moved(snapshot, changes))


def much_cited_at(kept: Incremental[MuchCited], graph: Graph, minter: Minter) -> MuchCitedAt:
    """Return a function from the snapshot about to be read to what is kept at it: nothing, before it was prepared."""
    found = kept.if_made(graph)
    nothing = MuchCited(frozenset(), minter)
    return lambda snapshot: found.value if found is not None and found.version == snapshot.version else nothing


def much_cited_works(counts: CitationCounts) -> frozenset[str]:
    """Return the IRIs of the works that many cite for certain."""
    return frozenset(work for work, cited in counts.certain.items() if cited >= MANY)


def read_ahead(kept: Incremental[MuchCited], counts: Incremental[CitationCounts], graph: Graph) -> None:
    """Read what hangs on the works that are cited most, before anybody asks."""
    most = counts.of(graph).value.most_cited(READ_AHEAD)
    found = kept.of(graph)
    for work in found.value.works & set(most):
        graph.read(partial(_read_one, found.value, found.version, NamedNode(work)))


def _read_one(kept: MuchCited, version: int, work: NamedNode, snapshot: Snapshot) -> None:
    if snapshot.version == version:
        kept.evidence(snapshot, work)
        kept.citing(snapshot, work)
