"""The seam to the graph: what the rest of the application may ask of a state.

`Snapshot` is one state that does not change while it is read; `commonplace.derived.graph.embedded`
makes them. Results are pyoxigraph's, which are plain SPARQL 1.1 results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolution,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    Variable,
)

from commonplace.model.change import ChangeSet, Version
from commonplace.model.namespaces import PREFIXES

PROLOGUE = "PREFIX cp: <ontology#>\n" + "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
"""Our prefixes, for queries written in code; `cp` is resolved against the base the graph is asked with."""

Term = NamedNode | BlankNode | Literal | Triple
GraphName = NamedNode | BlankNode | DefaultGraph
Result = QuerySolutions | QueryTriples | QueryBoolean
Bindings = Mapping[Variable, Term]

DESCRIPTION_GRAPHS = ("void", "examples")
"""Named graphs (`Minter.graph`) in which the library describes itself. They are made from a state when a query may
see them and are in no log, no dump and no count: nobody may write to them."""


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL 1.1 Update request: its text, and the graphs its patterns see where the request names them."""

    text: str
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()


class Snapshot(Protocol):
    """One state of the graph, for reading."""

    @property
    def version(self) -> Version:
        """The version this is the state of."""

    @property
    def size(self) -> int:
        """How many statements there are, in all graphs."""

    def query(
        self,
        text: str,
        substitutions: Bindings | None = None,
        *,
        default_graph: list[GraphName] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Result:
        """Answer SPARQL 1.1 Query. Relative IRIs are resolved against the home's base. Raises `SyntaxError`."""

    def select(self, text: str, substitutions: Bindings | None = None) -> list[QuerySolution]:
        """The rows of a SELECT."""

    def contains(self, quad: Quad) -> bool:
        """Whether the statement is there."""

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
    ) -> Iterator[Triple]:
        """The statements of the default graph that fit."""

    def quads(self, graph: GraphName | None = None) -> Iterator[Quad]:
        """Every statement of every graph, or of one."""

    def dump(
        self, format: RdfFormat, *, prefixes: Mapping[str, str] | None = None, graph: GraphName | None = None
    ) -> bytes:
        """The whole state, or the triples of one graph; formats without named graphs give the default graph only."""

    def changes_of(self, update: Update, *, private: bool = False) -> ChangeSet:
        """The net change an update makes to this state. Raises `QueryRefused`, `BadRequest`, `TooLarge`."""


def values_clause(variable: str, terms: Iterable[NamedNode]) -> str:
    """`VALUES ?variable { … }` for those IRIs; terms are serialised by the engine's own writer."""
    return f"VALUES ?{variable} {{ {' '.join(str(term) for term in terms)} }}"
