"""Make statements and texts for tests of graphs, and read graphs whole."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize

from commonplace.derived.graph.disk_mark import DiskMark
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import open_graph, reader_on_disk, share_on_disk
from commonplace.derived.graph.remote.engine import SparqlEngine
from commonplace.derived.graph.remote.skolem import Skolem
from commonplace.derived.graph.remote.state import state_in
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


def reader_of_disk(directory: Path) -> Graph:
    """Return what another process reads a graph on disk by, opened; the graph is empty."""
    kept = open_graph("disk", BASE, directory / "graph", origin_of)
    assert share_on_disk(kept, directory / "graph.copies", origin_of)
    reader = reader_on_disk(BASE, directory / "graph.copies", origin_of, never_filled)
    reader.open()
    return reader


def never_filled(graph: Graph, version: Version) -> None:
    """Refuse to fill a graph, of which the test has no log."""
    raise AssertionError(f"the graph at version {graph.version} is to be brought to version {version}")


def emptied(addresses: str, directory: Path) -> Graph:
    """Return the graph in an engine, without what an earlier test has left there."""
    engine = SparqlEngine(addresses)
    left = state_in(engine, Skolem(BASE))
    for graph in left.all_graphs(Skolem(BASE)):
        engine.update(f"DROP SILENT GRAPH {graph}")
    engine.update(f"DROP SILENT GRAPH {Skolem(BASE).mark}")
    return open_graph(addresses, BASE, directory / "graph", origin_of)
