"""Let rdflib read our statements, for the validator: looked up where they lie, and never copied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.processor import SPARQLProcessor, SPARQLResult
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.store import Store
from rdflib.term import BNode, Identifier, Node, URIRef

from commonplace.curation.shacl.after import Statements
from commonplace.model.namespaces import XSD

_QUERIES = 100
"""Maximum number of queries of shapes that are kept as they were read: more than the shapes have."""

_evaluating = Lock()
"""Held while a query is evaluated, which rdflib notes in what it has read of it."""


def view_of(statements: Statements) -> rdflib.Graph:
    """Return a graph that reads those statements. It cannot be written to."""
    return rdflib.Graph(store=_StoreView(statements), bind_namespaces="none")


class _StoreView(Store):
    """An rdflib store over statements of our own; each look-up is one of theirs."""

    context_aware = True  # the validator wraps every graph in a dataset, and asks for one graph only
    graph_aware = True
    formula_aware = False
    transaction_aware = False

    def __init__(self, statements: Statements) -> None:
        super().__init__()
        self._statements = statements

    def triples(
        self, triple_pattern: tuple[Node | None, Node | None, Node | None], context: Any = None
    ) -> Iterator[tuple[tuple[Node, Node, Node], Iterator[None]]]:
        """Return the statements that fit."""
        subject, predicate, value = triple_pattern
        if isinstance(subject, rdflib.Literal) or isinstance(predicate, rdflib.Literal | BNode):
            return
        for triple in self._statements.triples(_own(subject), _own(predicate), _own(value)):
            yield (term_of(triple.subject), term_of(triple.predicate), term_of(triple.object)), iter(())

    def query(
        self,
        query: Query | str,
        initNs: Mapping[str, Any],
        initBindings: Mapping[str, Identifier],
        queryGraph: str,
        **kwargs: Any,
    ) -> Result:
        """Return the answer to a query of a shape, which is read once and not for each node that is judged."""
        if isinstance(query, str):
            query = _read(query, tuple(sorted((prefix, str(iri)) for prefix, iri in initNs.items())))
        graph = rdflib.Graph(store=self, bind_namespaces="none")
        with _evaluating:
            found = SPARQLResult(SPARQLProcessor(graph).query(query, initBindings))  # type: ignore[no-untyped-call]
            if found.type == "SELECT":
                found.bindings = list(found.bindings)  # evaluates them, before another query is
        return found

    def __len__(self, context: Any = None) -> int:
        return 1  # the validator asks only whether there is anything, and to count takes long


@lru_cache(maxsize=_QUERIES)
def _read(text: str, prefixes: tuple[tuple[str, str], ...]) -> Query:
    """Return a query as rdflib evaluates it.

    To read one takes longer than to evaluate it, and leaves some thousand objects that hold one another in circles.
    """
    return translateQuery(parseQuery(text), initNs=dict(prefixes))


def _own(term: Node | None) -> Any:
    """Return the term of the engine that an rdflib term is."""
    if term is None:
        return None
    if isinstance(term, URIRef):
        return NamedNode(str(term))
    if isinstance(term, BNode):
        return BlankNode(str(term))
    if not isinstance(term, rdflib.Literal):
        raise ValueError(f"not a term of RDF 1.1: {term}")
    if term.language:
        return Literal(str(term), language=term.language)
    return Literal(str(term), datatype=NamedNode(str(term.datatype)) if term.datatype else None)


def term_of(term: object) -> Node:
    """Return a term as rdflib has it. Not by way of text: its parser looks at a long line again for each 2 kB of it."""
    if isinstance(term, Literal):
        plain = term.language or term.datatype == XSD["string"]
        datatype = None if plain else URIRef(term.datatype.value)
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    raise ValueError(f"not a term of RDF 1.1: {term}")
