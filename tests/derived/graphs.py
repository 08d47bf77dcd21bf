"""Make statements and texts for tests of graphs, and read graphs whole."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from commonplace.derived.graph.disk_mark import DiskMark
from commonplace.derived.graph.graph import Graph
from commonplace.derived.sealed import LogPosition
from commonplace.model.change import Version
from commonplace.model.quad_text import QuadText

BASE = "http://127.0.0.1:8000/"
P = NamedNode("http://example.org/p")


def quad(name: str, value: str = "value", graph: str | None = None) -> Quad:
    """Return one statement about `http://example.org/{name}`."""
    subject = NamedNode(f"http://example.org/{name}")
    if graph is None:
        return Quad(subject, P, Literal(value))
    return Quad(subject, P, Literal(value), NamedNode(f"http://example.org/{graph}"))


def text_of(*quads: Quad) -> QuadText:
    """Return the statements held as text."""
    text = serialize(quads, format=RdfFormat.N_QUADS)
    assert text is not None
    return QuadText(lambda: [text])


def contents(graph: Graph) -> set[Quad]:
    """Return every statement of a graph."""
    return graph.read(lambda snapshot: set(snapshot.quads()))


def origin_of(version: Version) -> LogPosition:
    """Return where a version of the one log that these graphs follow comes from."""
    return LogPosition(version, "the-log")


def mark_of(directory: Path) -> DiskMark:
    """Return the mark of a graph on disk."""
    return DiskMark(directory, origin_of)
