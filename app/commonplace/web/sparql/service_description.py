"""Describe the SPARQL service, with the VoID and the examples that an editor looks for there.

https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import NamedNode, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.dataset import dataset_name
from commonplace.library.self_description import Description
from commonplace.model.minter import Minter
from commonplace.model.namespaces import RDF, Namespace
from commonplace.web.http.negotiation import Representation

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
ENTAILMENT = Namespace("http://www.w3.org/ns/entailment/")
FORMATS = Namespace("http://www.w3.org/ns/formats/")

NAMES = {
    "srj": "SPARQL_Results_JSON",
    "srx": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nq": "N-Quads",
}
"""Local names of the W3C's unique URIs for file formats, by the name of the representation."""

INPUT = ("ttl", "nt", "rdf", "jsonld", "trig", "nq")
"""Representations that the graph store reads."""

LANGUAGES = ("SPARQL11Query", "SPARQL11Update")


def named_graphs(snapshot: Snapshot) -> list[NamedNode]:
    """Return the named graphs of a snapshot, in the order of their IRIs."""
    rows = snapshot.select("SELECT DISTINCT ?graph WHERE { GRAPH ?graph { } }")
    return sorted({g for row in rows if isinstance(g := row["graph"], NamedNode)}, key=lambda graph: graph.value)


def service_description(
    minter: Minter, described: Description, graphs: Sequence[NamedNode], formats: Iterable[Representation]
) -> list[Triple]:
    """Return the service with its languages, formats and dataset; then the dataset in VoID; then the examples."""
    triples = [*_service(minter, formats), *_dataset(minter, dict.fromkeys(graphs))]
    for statements in described.graphs.values():
        triples += statements
    return list(dict.fromkeys(triples))


def _service(minter: Minter, formats: Iterable[Representation]) -> Iterator[Triple]:
    service = NamedNode(f"{minter.base}sparql#service")
    yield Triple(service, RDF["type"], SD["Service"])
    yield Triple(service, SD["endpoint"], NamedNode(f"{minter.base}sparql"))
    for language in LANGUAGES:
        yield Triple(service, SD["supportedLanguage"], SD[language])
    for form in formats:
        yield Triple(service, SD["resultFormat"], FORMATS[NAMES[form.name]])
    for name in INPUT:
        yield Triple(service, SD["inputFormat"], FORMATS[NAMES[name]])
    # Of SD's features none holds: no federation, no dereferencing, no union as default, no dataset that must be given,
    # and a named graph that is empty is not kept.
    yield Triple(service, SD["defaultEntailmentRegime"], ENTAILMENT["Simple"])
    dataset = NamedNode(f"{minter.base}sparql#dataset")
    yield Triple(service, SD["defaultDataset"], dataset)
    yield Triple(service, SD["availableGraphs"], dataset)


def _dataset(minter: Minter, graphs: Iterable[NamedNode]) -> Iterator[Triple]:
    dataset = NamedNode(f"{minter.base}sparql#dataset")
    yield Triple(dataset, RDF["type"], SD["Dataset"])
    yield Triple(dataset, RDF["type"], SD["GraphCollection"])
    yield Triple(dataset, SD["defaultGraph"], dataset_name(minter))
    yield Triple(dataset_name(minter), RDF["type"], SD["Graph"])
    for number, graph in enumerate(graphs, 1):
        node = NamedNode(f"{minter.base}sparql#graph-{number}")
        yield Triple(dataset, SD["namedGraph"], node)
        yield Triple(node, RDF["type"], SD["NamedGraph"])
        yield Triple(node, SD["name"], graph)
