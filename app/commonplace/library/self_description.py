"""Describe the library at a version: its VoID, which follows from the data, and the query examples.

The description is derived and never stored: its named graphs are put into the graph when a query may see them
(`Graph.read_described`), and taken out with the next change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Quad, Triple

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import DESCRIPTION_GRAPHS, Snapshot
from commonplace.library.dataset import dataset_description
from commonplace.library.examples import examples
from commonplace.library.incremental import Incremental
from commonplace.library.named_queries import NamedQuery
from commonplace.library.partitions import Partitions, count_partitions, move_partitions
from commonplace.model.change import ChangeSet, Version
from commonplace.model.minter import Minter
from commonplace.patchlog.log import PatchLog


@dataclass(frozen=True, slots=True)
class Description:
    """The description of one version: its counts, and the statements of each of its named graphs."""

    partitions: Partitions
    graphs: dict[str, list[Triple]]
    """`void` and `examples`, as `commonplace.derived.graph.snapshot.DESCRIPTION_GRAPHS`."""

    @property
    def version(self) -> Version:
        """Return the version described."""
        return self.partitions.version


class SelfDescription:
    """Make descriptions; the newest is kept, and the next is made from it. Safe to share between threads."""

    def __init__(self, log: PatchLog, minter: Minter, queries: Iterable[NamedQuery], *, in_graphs: bool = True) -> None:
        self.names = [minter.graph(name) for name in DESCRIPTION_GRAPHS] if in_graphs else []
        """The named graphs in which queries find the description."""
        self._minter = minter
        self._examples = examples(queries, minter)
        self._kept = Incremental(log, self._counted, self._moved, both_ways=True)

    def of(self, graph: Graph) -> Description:
        """Return the description of the version that the graph is at."""
        return self._kept.of(graph).value

    def quads(self, graph: Graph) -> tuple[Version, list[Quad]]:
        """Return the version that the graph is at, and its description in its named graphs."""
        made = self.of(graph)
        return made.version, [
            Quad(triple.subject, triple.predicate, triple.object, self._minter.graph(name))
            for name, triples in made.graphs.items()
            for triple in triples
            if self.names
        ]

    def _counted(self, snapshot: Snapshot) -> Description:
        return self._described(snapshot, count_partitions(snapshot))

    def _moved(self, before: Description, snapshot: Snapshot, changes: Sequence[ChangeSet]) -> Description:
        return self._described(snapshot, move_partitions(before.partitions, snapshot, changes))

    def _described(self, snapshot: Snapshot, partitions: Partitions) -> Description:
        void = dataset_description(snapshot, self._minter, partitions)
        return Description(partitions, {"void": list(dict.fromkeys(void)), "examples": self._examples})
