"""A version as PROV-O: an activity, who did it, and which version it came after."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from app.model.minter import Minter
from app.model.namespaces import DCTERMS, FOAF, PROV, RDF, RDFS, XSD
from app.patchlog.rdf_patch import Header


def change_iri(minter: Minter, version: int) -> NamedNode:
    """The IRI of a version as a thing."""
    return NamedNode(f"{minter.base}id/change/{version}")


def provenance_of(header: Header, minter: Minter) -> list[Triple]:
    """The version as `prov:Activity`, with its agent as a fragment of it."""
    change = change_iri(minter, header.version)
    agent = NamedNode(f"{change.value}#agent")
    triples = [
        Triple(change, RDF["type"], PROV["Activity"]),
        Triple(change, DCTERMS["identifier"], Literal(header.id)),
        Triple(change, DCTERMS["type"], Literal(header.note.kind)),
        Triple(change, PROV["endedAtTime"], Literal(header.at.isoformat(), datatype=XSD["dateTime"])),
        Triple(change, PROV["wasAssociatedWith"], agent),
        Triple(agent, RDF["type"], PROV["Agent"]),
        Triple(agent, FOAF["name"], Literal(header.note.agent)),
    ]
    if header.note.message:
        triples.append(Triple(change, RDFS["comment"], Literal(header.note.message)))
    if header.version > 1:
        triples.append(Triple(change, PROV["wasInformedBy"], change_iri(minter, header.version - 1)))
    return triples
