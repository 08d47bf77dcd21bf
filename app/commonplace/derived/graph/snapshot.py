"""Say what may be asked of one state of the graph.

A `Snapshot` does not change while it is read; a `commonplace.derived.graph.graph.Graph` gives them. Results are
pyoxigraph's, which are plain SPARQL 1.1 results.
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
"""Our prefixes, for queries written in code; `cp` is resolved against the base of the graph."""

Term = NamedNode | BlankNode | Literal | Triple
GraphName = NamedNode | BlankNode | DefaultGraph
Result = QuerySolutions | QueryTriples | QueryBoolean
Bindings = Mapping[Variable, Term]

DESCRIPTION_GRAPHS = ("void", "examples")
"""Named graphs (`Minter.graph`) in which the library describes itself. They are made from a snapshot when a query may
see them and are in no log, no dump and no count: nobody may write to them."""


@dataclass(frozen=True, slots=True)
class Update:
    """A SPARQL 1.1 Update request: its text, and the graphs its patterns see where the request names them."""

    text: str
    using_graphs: tuple[str, ...] = ()
    using_named_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is read ahead with things: what leads to them and what they lead to, and what that leads to by `further`.

    The properties `but` are not followed either way: they may lead to very many things. What leads to the things is
    left out without `leading`.
    """

    but: frozenset[NamedNode]
    further: frozenset[NamedNode]
    leading: bool = True


class Snapshot(Protocol):
    """One state of the graph, to be read."""

    @property
    def version(self) -> Version:
        """The version that made this state."""

    @property
    def size(self) -> int:
        """The number of statements in all graphs."""

    @property
    def is_near(self) -> bool:
        """Whether to look at one statement costs no question to an engine at an address.

        Where it does, one question about much takes less time than many about little.
        """

    def query(
        self,
        text: str,
        substitutions: Bindings | None = None,
        *,
        default_graph: list[GraphName] | None = None,
        named_graphs: list[NamedNode | BlankNode] | None = None,
    ) -> Result:
        """Return the answer of a SPARQL 1.1 query. Relative IRIs are resolved against the base of the graph.

        `substitutions` are values of variables that the SELECT names. The dataset is everything where neither
        `default_graph` nor `named_graphs` is given. Raises `SyntaxError`.
        """

    def select(self, text: str, substitutions: Bindings | None = None) -> list[QuerySolution]:
        """Return the rows of a SELECT. Raises `TypeError` for a query of another form, `SyntaxError`."""

    def contains(self, quad: Quad) -> bool:
        """Return whether the statement is there."""

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
    ) -> Iterator[Triple]:
        """Return the statements of the default graph that have the terms given."""

    def said_of(self, subject: NamedNode | BlankNode) -> Iterator[tuple[NamedNode, Term]]:
        """Return predicate and object of the statements of the default graph that `triples` has of one subject.

        They take two thirds of the time that whole statements take.
        """

    def of_each(self, subjects: Iterable[NamedNode], predicate: NamedNode) -> Iterator[Triple]:
        """Return the statements of the default graph that say one property of each of several subjects."""

    def read_ahead(self, things: Iterable[NamedNode], ahead: Ahead) -> None:
        """Read in a few questions what `triples` is going to be asked of things; one each where the graph is far away.

        Where it is near nothing is read.
        """

    def quads(self, graph: GraphName | None = None) -> Iterator[Quad]:
        """Return the statements of all graphs, or of one."""

    def dump(
        self, format: RdfFormat, *, prefixes: Mapping[str, str] | None = None, graph: GraphName | None = None
    ) -> bytes:
        """Return all statements, or those of one graph, in a format.

        A format without named graphs gives the default graph where none is chosen.
        """

    def changes_of(self, update: Update, *, private: bool = False) -> ChangeSet:
        """Return the net change that an update would make. Nothing is changed.

        With `private` nobody else reads the graph, which may then be changed meanwhile: that saves a copy. Raises
        `QueryRefused`, `BadRequest`, `TooLarge`.
        """


def values_clause(variable: str, terms: Iterable[NamedNode]) -> str:
    """Return `VALUES ?variable { … }` for IRIs, as the engine writes them."""
    return f"VALUES ?{variable} {{ {' '.join(str(term) for term in terms)} }}"
