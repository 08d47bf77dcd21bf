"""Make past states: the graph as it was at a version.

One is made from the nearest checkpoint and the log, or from the newest state by taking back later changes.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import new_graph
from commonplace.derived.rewinding import MovableGraph
from commonplace.errors import Message, TooLarge
from commonplace.model.change import Version

KEPT = 4
"""Maximum number of past states in memory."""

KEPT_STATEMENTS = 1_000_000
"""Maximum number of statements of all past states in memory; but one is always kept, however large."""

FORWARD_BYTES = 2_000_000
"""Minimum bytes to be read for a past state that it is rewound for. Below, it is made from what led to it, which is
quick then, and the engine walks it as it walked the state of that time, whatever was derived since."""


class PastStates:
    """Past graphs by version, the least recently asked for dropped first."""

    def __init__(
        self,
        base: str,
        checkpoints: Checkpoints,
        kept: int = KEPT,
        kept_statements: int = KEPT_STATEMENTS,
        *,
        newest: MovableGraph | None = None,
        bytes_read: int | None = None,
    ) -> None:
        """Take a past state from the graph of the `newest` by rewinding that, where it may be, and it costs less.

        At most `bytes_read` are read to make one, if given.
        """
        self._bytes_read = bytes_read
        self._newest = newest
        self._base = base
        self._checkpoints = checkpoints
        self._kept = kept
        self._kept_statements = kept_statements
        self._graphs: OrderedDict[Version, Graph] = OrderedDict()
        self._sizes: dict[Version, int] = {}
        self._lock = Lock()

    def at(self, version: Version) -> Graph:
        """Return the graph of that version, which must exist. Raises `TooLarge` where that takes too much reading."""
        with self._lock:
            graph = self._graphs.get(version)
            if graph is None and self._newest is not None and self._is_nearer(version, self._newest):
                return self._newest.past(version)
            if graph is None:
                self._refuse_much(version)
                self._make_room()
                graph = new_graph(self._base)
                self._checkpoints.fill(graph, version)
                self._sizes[version] = graph.read(lambda snapshot: snapshot.size)
                self._graphs[version] = graph
            self._graphs.move_to_end(version)
            return graph

    def _refuse_much(self, version: Version) -> None:
        cost = self._checkpoints.cost(version)
        if self._bytes_read is not None and cost > self._bytes_read:
            raise TooLarge(
                Message(
                    "version %(version)s is not at hand: the graph is kept in an engine elsewhere, which "
                    "has the newest version only, and %(cost)s MB would have to be read to make it (the "
                    "limit is %(bytes_read)s). Ask for the newest, or a server that keeps its graph itself",
                    version=version,
                    cost=cost // 1000000,
                    bytes_read=self._bytes_read // 1000000,
                ),
                [("at", "leave it out")],
            )

    def _is_nearer(self, version: Version, newest: MovableGraph) -> bool:
        """Return whether less has to be read back from the newest state than forward to a version."""
        forward = self._checkpoints.cost(version)
        return forward > FORWARD_BYTES and self._checkpoints.log.size(version, newest.version) < forward

    def _make_room(self) -> None:
        """Drop graphs until there is room for one more as large as the largest of them."""
        while self._graphs:
            sizes = [self._sizes[version] for version in self._graphs]
            if len(sizes) < self._kept and sum(sizes) + max(sizes) <= self._kept_statements:
                return
            gone, _ = self._graphs.popitem(last=False)
            del self._sizes[gone]
