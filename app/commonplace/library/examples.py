"""Offer the named queries to SPARQL editors, as `sh:SPARQLExecutable`, and the prefixes, as `sh:declare`.

The form is that of the SIB's sparql-examples, which editors read through SPARQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.library.named_queries import NamedQuery
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, OWL, RDF, RDFS, SH, XSD, Namespace

SCHEMA = Namespace("https://schema.org/")


def examples(queries: Iterable[NamedQuery], minter: Minter) -> list[Triple]:
    """Return triples of each query, ready to run with the examples of its parameters, and of the prefixes."""
    prefixes = NamedNode(f"{minter.base}queries#prefixes")
    triples = list(_declarations(prefixes, minter))
    for query in queries:
        triples += _executable(query, prefixes, minter)
    return triples


def _declarations(prefixes: NamedNode, minter: Minter) -> Iterator[Triple]:
    yield Triple(prefixes, RDF["type"], OWL["Ontology"])
    for prefix, namespace in minter.prefixes().items():
        declaration = NamedNode(f"{prefixes.value}-{prefix}")
        yield Triple(prefixes, SH["declare"], declaration)
        yield Triple(declaration, RDF["type"], SH["PrefixDeclaration"])
        yield Triple(declaration, SH["prefix"], Literal(prefix))
        yield Triple(declaration, SH["namespace"], Literal(namespace, datatype=XSD["anyURI"]))


def _executable(query: NamedQuery, prefixes: NamedNode, minter: Minter) -> Iterator[Triple]:
    node = NamedNode(f"{minter.base}queries/{query.name}")
    yield Triple(node, RDF["type"], SH["SPARQLExecutable"])
    yield Triple(node, RDF["type"], SH[f"SPARQL{query.form.capitalize()}Executable"])
    yield Triple(node, RDFS["comment"], Literal(query.question, language="en"))
    yield Triple(node, DCTERMS["description"], Literal(query.description, language="en"))
    for keyword in query.keywords:
        yield Triple(node, SCHEMA["keywords"], Literal(keyword, language="en"))
    yield Triple(node, SH["prefixes"], prefixes)
    yield Triple(node, SH[query.form.lower()], Literal(query.sparql(minter)))
    yield Triple(node, SCHEMA["target"], NamedNode(f"{minter.base}sparql"))
