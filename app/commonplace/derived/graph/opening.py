"""Make graphs: the one place that knows which engines there are."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.derived.graph.graph import Graph

GraphKind = Literal["memory", "disk"]
"""Where a home's graph is kept."""


def new_graph(base: str) -> Graph:
    """Return an empty graph in memory, which resolves relative IRIs against `base`."""
    return EmbeddedGraph.in_memory(base)


def open_graph(kind: GraphKind, base: str, directory: Path) -> Graph:
    """Return the graph of a home: an empty one in memory, or the one on disk that is kept in a directory.

    A graph on disk belongs to the first process that opens it; another process is given one in memory, which answers
    alike.
    """
    if kind == "disk":
        try:
            return EmbeddedGraph.on_disk(base, directory)
        except OSError:
            pass  # another process serves this home
    return new_graph(base)
