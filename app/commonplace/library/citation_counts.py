"""Count how often each work is cited in the library. A net change says by itself which counts rise and which fall."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest
from sys import intern
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, QueryResultsFormat, QuerySolutions

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.derived.graph.sparql_tsv import rows, tsv
from commonplace.library.incremental import Incremental
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, XSD
from commonplace.patchlog.log import PatchLog

_DEFAULT = DefaultGraph()

Counts = Mapping[str, int]
"""Number of works that cite a work, by its IRI; none is zero."""


@dataclass(frozen=True, slots=True)
class CitationCounts:
    """The citations of each work at a version: those that are certain, and those that may mean another work."""

    certain: Counts
    possible: Counts

    def rank(self, work: str) -> tuple[int, int]:
        """Return how often a work is cited for certain, and how often it may be."""
        return self.certain.get(work, 0), self.possible.get(work, 0)

    def most_cited(self, count: int) -> list[str]:
        """Return that many works that are cited for certain more often than others, and those cited as often as the
        last of them."""
        least = min(nlargest(count, self.certain.values()), default=0)
        return [work for work, cited in self.certain.items() if cited >= least]


def most_cited(snapshot: Snapshot, counts: CitationCounts, limit: int) -> dict[str, Any]:
    """Return the works cited most, equals by key, as SPARQL 1.1 Query Results JSON.

    It is what the SPARQL of the query `most-cited` answers, which counts all citations each time.
    """
    looked_at = limit
    while True:
        works = counts.most_cited(looked_at)
        bindings = _described(snapshot, counts, works)
        if len(bindings) >= limit or len(works) == len(counts.certain):
            break
        looked_at = 2 * len(works)  # some of what is cited is not in the library
    variables = ["work", "key", "title", "year", "citations", "possibleCitations"]
    return {"head": {"vars": variables}, "results": {"bindings": bindings[:limit]}}


def _described(snapshot: Snapshot, counts: CitationCounts, works: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows for those of the works that the library has."""
    query = f"""{PROLOGUE}SELECT ?work ?key ?title ?year WHERE {{ {values_clause("work", map(NamedNode, works))}
    ?work a fabio:Expression ; cp:citationKey ?key .
    OPTIONAL {{ ?work dcterms:title ?title }} OPTIONAL {{ ?work fabio:hasPublicationYear ?year }} }}"""
    found = snapshot.query(query)
    assert isinstance(found, QuerySolutions)
    rows = json.loads(found.serialize(format=QueryResultsFormat.JSON) or b"")["results"]["bindings"]
    for row in rows:
        for name, count in zip(("citations", "possibleCitations"), counts.rank(row["work"]["value"]), strict=True):
            row[name] = {"type": "literal", "datatype": XSD["integer"].value, "value": str(count)}

    def place(row: dict[str, Any]) -> tuple[int, int, str]:
        certain, possible = counts.rank(row["work"]["value"])
        return -certain, -possible, row["key"]["value"]

    return sorted(rows, key=place)


def incremental_citation_counts(log: PatchLog, minter: Minter) -> Incremental[CitationCounts]:
    """Return what counts the citations of each work at a version."""
    may_cite = minter.term("mayCite")
    return Incremental(
        log, count_citations, lambda counts, _, changes: _moved_counts(counts, changes, may_cite), both_ways=True
    )


def count_citations(snapshot: Snapshot) -> CitationCounts:
    """Count the citations of a snapshot."""
    return CitationCounts(*(dict(_counted(snapshot, cites)) for cites in ("cito:cites", "cp:mayCite")))


def _counted(snapshot: Snapshot, cites: str) -> Iterator[tuple[str, int]]:
    query = f"{PROLOGUE}SELECT ?work (COUNT(*) AS ?n) WHERE {{ ?citing {cites} ?work }} GROUP BY ?work"
    for work, count in rows(tsv(snapshot.query(query))):
        if work.startswith("<"):
            yield intern(work[1:-1]), int(count)


def _moved_counts(counts: CitationCounts, changes: Sequence[ChangeSet], may_cite: NamedNode) -> CitationCounts:
    differences: dict[NamedNode, dict[str, int]] = {CITO["cites"]: {}, may_cite: {}}
    for change in changes:
        for sign, quads in ((-1, change.removed), (1, change.added)):
            for quad in quads:
                found = differences.get(quad.predicate)
                if found is not None and quad.graph_name == _DEFAULT and isinstance(quad.object, NamedNode):
                    found[quad.object.value] = found.get(quad.object.value, 0) + sign
    certain, possible = differences.values()
    return CitationCounts(_added(counts.certain, certain), _added(counts.possible, possible))


def _added(counts: Counts, differences: Counts) -> Counts:
    if not differences:
        return counts
    moved = {**counts, **{intern(work): counts.get(work, 0) + more for work, more in differences.items()}}
    for work in differences:
        if not moved[work]:
            del moved[work]
    return moved
