"""Say which version the graphs in an engine hold, and which graphs these are: kept beside them, and written last."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, parse_query_results

from commonplace.derived.graph.remote.engine import SparqlEngine
from commonplace.derived.graph.remote.skolem import Skolem
from commonplace.model.change import EMPTY, Version
from commonplace.model.namespaces import DCTERMS, OWL, PROV

_VERSION, _ORIGIN = OWL["versionInfo"], DCTERMS["source"]
_NEXT, _GRAPH, _KEEPER = DCTERMS["isReplacedBy"], DCTERMS["hasPart"], PROV["wasAttributedTo"]


@dataclass(frozen=True, slots=True)
class RemoteState:
    """What an engine holds: a version of a log, and whether it is on its way to the next."""

    version: Version = EMPTY
    origin: str = ""
    """The id of the entry that made the version."""
    keeper: str = ""
    """The id of the home whose server brings the engine up to date."""
    next: Version | None = None
    """The version that is being written, of which some may be there already."""
    graphs: tuple[NamedNode, ...] = ()
    """The named graphs that have statements, or are being written to."""

    def all_graphs(self, skolem: Skolem) -> list[NamedNode]:
        """Return the graphs that have statements, that of the default graph first."""
        return [skolem.default_graph, *self.graphs]

    def with_graph(self, graph: NamedNode) -> RemoteState:
        """Return the state with one more named graph."""
        return replace(self, graphs=(*self.graphs, graph))

    def statements(self, skolem: Skolem) -> list[str]:
        """Return what is written of it to the mark's graph, as SPARQL writes statements."""
        mark = skolem.text(skolem.mark)
        return [f"{mark} {predicate} {skolem.text(object)} ." for predicate, object in self._said()]

    def texts(self) -> list[str]:
        """Return the predicate and the value of each of these statements as one text, by which they are told apart."""
        return [f"{predicate.value} {object.value}" for predicate, object in self._said()]

    def _said(self) -> list[tuple[NamedNode, NamedNode | Literal]]:
        said: list[tuple[NamedNode, NamedNode | Literal]] = [
            (_VERSION, Literal(str(self.version))),
            (_ORIGIN, Literal(self.origin)),
            (_KEEPER, Literal(self.keeper)),
            *((_GRAPH, graph) for graph in self.graphs),
        ]
        if self.next is not None:
            said.append((_NEXT, Literal(str(self.next))))
        return said


def state_in(engine: SparqlEngine, skolem: Skolem) -> RemoteState:
    """Return what an engine holds, as its mark says; nothing where there is none. Raises `GraphUnreachable`.

    Where an old and a new mark stand side by side it is the older version, on its way to the newer one.
    """
    answer = engine.ask("SELECT ?p ?o { ?mark ?p ?o }", [skolem.mark.value], [])
    rows = parse_query_results(answer, format=QueryResultsFormat.JSON)
    assert isinstance(rows, QuerySolutions)
    said: defaultdict[NamedNode, list[str]] = defaultdict(list)
    graphs: list[NamedNode] = []
    for row in rows:
        predicate, object = row["p"], row["o"]
        assert isinstance(predicate, NamedNode)
        if isinstance(object, NamedNode):
            graphs.append(object)
        elif isinstance(object, Literal):
            said[predicate].append(object.value)
    versions = sorted(map(int, said[_VERSION])) or [EMPTY]
    coming = [*map(int, said[_NEXT]), *versions[1:]]
    return RemoteState(
        version=Version(versions[0]),
        origin=min(said[_ORIGIN], default=""),
        keeper=min(said[_KEEPER], default=""),
        next=Version(max(coming)) if coming else None,
        graphs=tuple(sorted(graphs, key=lambda graph: graph.value)),
    )
