"""Describe the dataset as a whole in VoID."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.partitions import Partitions
from commonplace.model.minter import Minter
from commonplace.model.namespaces import PREFIXES, RDF, Namespace

VOID = Namespace("http://rdfs.org/ns/void#")


def dataset_description(snapshot: Snapshot, minter: Minter, partitions: Partitions) -> list[Triple]:
    """Return the VoID description: addresses, vocabularies, counts, and partitions by class and by property."""
    base = minter.base
    dataset = dataset_name(minter)
    triples = [
        Triple(dataset, RDF["type"], VOID["Dataset"]),
        *snapshot.triples(dataset),  # its title and licence are the librarian's to say
        Triple(dataset, VOID["sparqlEndpoint"], NamedNode(f"{base}sparql")),
        Triple(dataset, VOID["dataDump"], NamedNode(f"{base}export?format=nquads")),
        Triple(dataset, VOID["uriSpace"], Literal(f"{base}id/")),
        Triple(dataset, VOID["triples"], Literal(partitions.triples)),
        Triple(dataset, VOID["classes"], Literal(len(partitions.classes()))),
        Triple(dataset, VOID["properties"], Literal(len(partitions.properties()))),
    ]
    triples += [Triple(dataset, VOID["vocabulary"], NamedNode(iri)) for iri in (base + "ontology", *PREFIXES.values())]
    triples += _of_properties(dataset, dataset.value + "-", partitions.properties())
    for of_class, count in partitions.classes():
        node = NamedNode(f"{base}.well-known/void#class-{_digest(of_class)}")
        triples.append(Triple(dataset, VOID["classPartition"], node))
        triples.append(Triple(node, VOID["class"], of_class))
        triples.append(Triple(node, VOID["entities"], Literal(count)))
        triples += _of_properties(node, node.value + "-", partitions.properties(of_class))
    return triples


def dataset_name(minter: Minter) -> NamedNode:
    """Return the IRI of the dataset, by which VoID and the description of the SPARQL service speak of it."""
    return NamedNode(f"{minter.base}.well-known/void#dataset")


def _of_properties(of: NamedNode, start: str, properties: list[tuple[NamedNode, int]]) -> Iterator[Triple]:
    for name, count in properties:
        node = NamedNode(f"{start}property-{_digest(name)}")
        yield Triple(of, VOID["propertyPartition"], node)
        yield Triple(node, VOID["property"], name)
        yield Triple(node, VOID["triples"], Literal(count))


def _digest(name: NamedNode) -> str:
    """Return a part of a partition's IRI that stays as it is when other partitions come and go."""
    return hashlib.sha256(name.value.encode()).hexdigest()[:16]
