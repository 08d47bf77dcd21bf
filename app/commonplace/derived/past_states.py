"""Past states: the graph as it was at a version, made from the nearest checkpoint and the log."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import new_graph
from commonplace.model.change import Version

KEPT = 4
"""Maximum number of past states in memory."""

KEPT_STATEMENTS = 1_000_000
"""Maximum number of statements of all past states in memory; but one is always kept, however large."""


class PastStates:
    """Past graphs by version, the least recently asked for dropped first."""

    def __init__(
        self, base: str, checkpoints: Checkpoints, kept: int = KEPT, kept_statements: int = KEPT_STATEMENTS
    ) -> None:
        self._base = base
        self._checkpoints = checkpoints
        self._kept = kept
        self._kept_statements = kept_statements
        self._graphs: OrderedDict[Version, Graph] = OrderedDict()
        self._sizes: dict[Version, int] = {}
        self._lock = Lock()

    def at(self, version: Version) -> Graph:
        """Return the graph of that version, which must exist."""
        with self._lock:
            graph = self._graphs.get(version)
            if graph is None:
                self._make_room()
                graph = new_graph(self._base)
                self._checkpoints.fill(graph, version)
                self._sizes[version] = graph.read(lambda state: state.size)
                self._graphs[version] = graph
            self._graphs.move_to_end(version)
            return graph

    def _make_room(self) -> None:
        """Drop graphs until there is room for one more as large as the largest of them."""
        while self._graphs:
            sizes = [self._sizes[version] for version in self._graphs]
            if len(sizes) < self._kept and sum(sizes) + max(sizes) <= self._kept_statements:
                return
            self._graphs.popitem(last=False)
