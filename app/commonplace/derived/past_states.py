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


class PastStates:
    """Past graphs by version, the least recently asked for dropped first."""

    def __init__(self, base: str, checkpoints: Checkpoints, kept: int = KEPT) -> None:
        self._base = base
        self._checkpoints = checkpoints
        self._kept = kept
        self._graphs: OrderedDict[Version, Graph] = OrderedDict()
        self._lock = Lock()

    def at(self, version: Version) -> Graph:
        """Return the graph of that version, which must exist."""
        with self._lock:
            graph = self._graphs.pop(version, None)
            if graph is None:
                graph = new_graph(self._base)
                self._checkpoints.fill(graph, version)
            self._graphs[version] = graph
            while len(self._graphs) > self._kept:
                self._graphs.popitem(last=False)
            return graph
