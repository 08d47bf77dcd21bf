"""What the library says of itself, at a version: VoID kept true by the data, and the query examples.

It is derived from a state and never stored: the named graphs of it are put into a graph when a query may see them
(`EmbeddedGraph.read_described`) and are gone with the next version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from pyoxigraph import Quad, Triple

from app.derived.graph import DESCRIPTION_GRAPHS, Snapshot
from app.derived.graph_embedded import EmbeddedGraph
from app.library.changes import changes_between
from app.library.dataset import dataset_description
from app.library.examples import examples
from app.library.kept import MOVED_QUADS
from app.library.partitions import Partitions, count_partitions, move_partitions
from app.model.change import Version
from app.model.minter import Minter
from app.patchlog.log import PatchLog
from app.queries import NamedQuery


@dataclass(frozen=True, slots=True)
class Description:
    """One version's description: its counts, and the statements of each of its named graphs."""

    partitions: Partitions
    graphs: dict[str, list[Triple]]
    """`void` and `examples`, as `app.derived.graph.DESCRIPTION_GRAPHS`."""

    @property
    def version(self) -> Version:
        """The version it describes."""
        return self.partitions.version


class SelfDescription:
    """Makes descriptions. Safe to share between threads; the newest is kept, and the next is made from it."""

    def __init__(self, log: PatchLog, minter: Minter, queries: Iterable[NamedQuery], *, in_graphs: bool = True) -> None:
        self._log = log
        self.names = [minter.graph(name) for name in DESCRIPTION_GRAPHS] if in_graphs else []
        """The named graphs that queries find it in."""
        self._minter = minter
        self._examples = examples(queries, minter)
        self._newest: Description | None = None
        self._making = Lock()

    def of(self, graph: EmbeddedGraph) -> Description:
        """The description of the state the graph is at."""
        with self._making:
            newest = self._newest
            if newest and newest.version == graph.version:
                return newest
            made = graph.read(self._made)  # kept only when the read was whole
            if newest is None or made.version > newest.version:
                self._newest = made
            return made

    def quads(self, graph: EmbeddedGraph) -> tuple[Version, list[Quad]]:
        """The version the graph is at, and the description of it in its named graphs."""
        made = self.of(graph)
        return made.version, [
            Quad(triple.subject, triple.predicate, triple.object, self._minter.graph(name))
            for name, triples in made.graphs.items()
            for triple in triples
            if self.names
        ]

    def _made(self, state: Snapshot) -> Description:
        partitions = self._partitions(state)
        void = dataset_description(state, self._minter, partitions)
        return Description(partitions, {"void": list(dict.fromkeys(void)), "examples": self._examples})

    def _partitions(self, state: Snapshot) -> Partitions:
        newest = self._newest
        if newest is None:
            return count_partitions(state)
        changes = changes_between(self._log, newest.version, state.version, MOVED_QUADS)
        if changes is None:
            return count_partitions(state)
        return move_partitions(newest.partitions, state, changes)
