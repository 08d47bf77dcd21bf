"""Let rdflib read our statements, for the validator: looked up where they lie, and never copied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib.store import Store
from rdflib.term import BNode, Node, URIRef

from commonplace.curation.shacl.after import Statements
from commonplace.model.namespaces import XSD


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

    def __len__(self, context: Any = None) -> int:
        return 1  # the validator asks only whether there is anything, and to count takes long


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
