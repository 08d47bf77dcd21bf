"""The dataset as a whole: how much of what there is, and its VoID description."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from app.derived.graph import PROLOGUE, Snapshot
from app.library.agents import select_organizations, select_people, select_venues
from app.library.headings import select_cases, select_claims, select_concepts
from app.library.selection import Selection, count_of
from app.model.minter import Minter
from app.model.namespaces import PREFIXES, RDF, XSD, Namespace

VOID = Namespace("http://rdfs.org/ns/void#")


def totals(state: Snapshot) -> dict[str, int]:
    """How many there are of each kind of thing."""
    selections = {
        "works": Selection(["?thing a fabio:Expression ."]),
        "people": select_people(None),
        "organizations": select_organizations(None),
        "venues": select_venues(None),
        "concepts": select_concepts(None),
        "claims": select_claims(None),
        "cases": select_cases(None),
        "evidence": Selection(["?thing a cp:Evidence ."]),
        "citations": Selection(["?thing a cito:Citation ."]),
    }
    return {name: selection.total(state) for name, selection in selections.items()}


def dataset_description(state: Snapshot, minter: Minter) -> list[Triple]:
    """VoID: addresses, vocabularies, counts, and partitions by class and by property of the default graph."""
    dataset = NamedNode(f"{minter.base}.well-known/void#dataset")
    base = minter.base
    triples = [
        Triple(dataset, RDF["type"], VOID["Dataset"]),
        *state.triples(dataset),  # its title and licence are the librarian's to say
        Triple(dataset, VOID["sparqlEndpoint"], NamedNode(f"{base}sparql")),
        Triple(dataset, VOID["dataDump"], NamedNode(f"{base}export?format=nquads")),
        Triple(dataset, VOID["uriSpace"], Literal(f"{base}id/")),
        Triple(dataset, VOID["triples"], _count(state, "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")),
    ]
    triples += [Triple(dataset, VOID["vocabulary"], NamedNode(iri)) for iri in (base + "ontology", *PREFIXES.values())]
    by_class = "SELECT ?name (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?name } GROUP BY ?name ORDER BY ?name"
    by_property = "SELECT ?name (COUNT(*) AS ?n) WHERE { ?s ?name ?o } GROUP BY ?name ORDER BY ?name"
    for query, partition, naming, counting in (
        (by_class, "classPartition", "class", "entities"),
        (by_property, "propertyPartition", "property", "triples"),
    ):
        for number, row in enumerate(state.select(query), 1):
            node = NamedNode(f"{base}.well-known/void#{naming}-{number}")
            name, count = row["name"], row["n"]
            if isinstance(name, NamedNode) and isinstance(count, Literal):
                triples.append(Triple(dataset, VOID[partition], node))
                triples.append(Triple(node, VOID[naming], name))
                triples.append(Triple(node, VOID[counting], count))
    return triples


def _count(state: Snapshot, query: str) -> Literal:
    return Literal(str(count_of(state, PROLOGUE + query)), datatype=XSD["integer"])
