"""Count statements by class and by property, which VoID calls partitions.

They are counted in SPARQL once, and from then on moved along with the log: only statements about things that a
version touches are looked at again, as they were before it and as they are after it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet, Version
from commonplace.model.namespaces import RDF

PartitionKey = tuple[NamedNode | None, NamedNode | None]

_COUNTS: dict[str, tuple[str, ...]] = {
    "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?class } GROUP BY ?class": ("class",),
    "SELECT ?property (COUNT(*) AS ?n) WHERE { ?s ?property ?o } GROUP BY ?property": ("property",),
    "SELECT ?class ?property (COUNT(*) AS ?n) WHERE { ?s a ?class ; ?property ?o } GROUP BY ?class ?property": (
        "class",
        "property",
    ),
}


@dataclass(frozen=True, slots=True)
class Partitions:
    """Counts of the default graph at a version.

    By `(class, None)` the things of that class; by `(None, property)` the statements with that property;
    by `(class, property)` the statements with that property about things of that class.
    """

    version: Version
    counts: Counter[PartitionKey]

    @property
    def triples(self) -> int:
        """Return the number of statements in the default graph."""
        return sum(count for (of_class, _), count in self.counts.items() if of_class is None)

    def classes(self) -> list[tuple[NamedNode, int]]:
        """Return each class with the number of its things, in the order of IRIs."""
        return _by_iri((of_class, n) for (of_class, name), n in self.counts.items() if of_class and name is None)

    def properties(self, of: NamedNode | None = None) -> list[tuple[NamedNode, int]]:
        """Return each property with the number of its statements (about things of that class), in the order of IRIs."""
        return _by_iri((name, n) for (of_class, name), n in self.counts.items() if name and of_class == of)


def _by_iri(found: Iterable[tuple[NamedNode, int]]) -> list[tuple[NamedNode, int]]:
    return sorted(found, key=lambda pair: pair[0].value)


def count_partitions(snapshot: Snapshot) -> Partitions:
    """Count all statements of the default graph."""
    counts: Counter[PartitionKey] = Counter()
    for query, names in _COUNTS.items():
        for row in snapshot.select(query):
            of_class, name = (row[n] if n in names else None for n in ("class", "property"))
            n = row["n"]
            if isinstance(of_class, NamedNode | None) and isinstance(name, NamedNode | None) and isinstance(n, Literal):
                counts[of_class, name] = int(n.value)
    return Partitions(snapshot.version, counts)


def move_partitions(partitions: Partitions, snapshot: Snapshot, changes: Iterable[ChangeSet]) -> Partitions:
    """Return the counts at a later snapshot, given the net changes between, in order."""
    said: dict[NamedNode | BlankNode, Counter[Triple]] = defaultdict(Counter)
    for change in changes:
        for sign, quads in ((-1, change.removed), (1, change.added)):
            for quad in quads:
                if isinstance(quad.graph_name, DefaultGraph) and isinstance(quad.subject, NamedNode | BlankNode):
                    said[quad.subject][quad.triple] += sign
    counts = Counter(partitions.counts)
    for subject, difference in said.items():
        after = set(snapshot.triples(subject))
        gone = {triple for triple, sign in difference.items() if sign < 0}
        new = {triple for triple, sign in difference.items() if sign > 0}
        counts.update(_keys(after))
        counts.subtract(_keys((after - new) | gone))
    return Partitions(snapshot.version, Counter({key: n for key, n in counts.items() if n}))


def _keys(triples: set[Triple]) -> Iterator[PartitionKey]:
    """Return the counts that the statements about one thing add to."""
    classes = [t.object for t in triples if t.predicate == RDF["type"] and isinstance(t.object, NamedNode)]
    yield from ((of_class, None) for of_class in classes)
    for triple in triples:
        yield None, triple.predicate
        yield from ((of_class, triple.predicate) for of_class in classes)
