"""Tell provenance in PROV-O: versions as activities, and the fields of a work as entities that they made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.library.history_schemas import FieldOrigin, Origin
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FOAF, PROV, RDF, RDFS, XSD
from commonplace.patchlog.rdf_patch import Header


def change_iri(minter: Minter, version: int) -> NamedNode:
    """Return the IRI of a version as a thing."""
    return minter.change(version)


def provenance_of(header: Header, minter: Minter) -> list[Triple]:
    """Return a version as `prov:Activity`, with its agent as a fragment of it."""
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


def provenance_of_fields(
    work: NamedNode, origins: Iterable[FieldOrigin], headers: Iterable[Header], minter: Minter
) -> list[Triple]:
    """Return each value of a work as a `prov:Entity`, with the versions that made it and the file they used."""
    found: dict[Triple, None] = {}
    for header in headers:
        found.update(dict.fromkeys(provenance_of(header, minter)))
    for number, origin in enumerate(origins, 1):
        found.update(dict.fromkeys(_of_field(work, number, origin, minter)))
    return list(found)


def _of_field(work: NamedNode, number: int, origin: FieldOrigin, minter: Minter) -> Iterator[Triple]:
    entity = NamedNode(f"{work.value}#value-{number}")
    yield Triple(work, PROV["hadMember"], entity)
    yield Triple(entity, RDF["type"], PROV["Entity"])
    yield Triple(entity, RDFS["label"], Literal(origin.field))
    yield Triple(entity, PROV["value"], Literal(origin.value))
    for made in (origin.entered, origin.first_entered):
        if made is not None:
            yield Triple(entity, PROV["wasGeneratedBy"], change_iri(minter, made.version))
            yield from _of_sources(entity, made, minter)


def _of_sources(entity: NamedNode, made: Origin, minter: Minter) -> Iterator[Triple]:
    change = change_iri(minter, made.version)
    for source in made.sources or ():
        file, entry = NamedNode(f"{change.value}#source"), NamedNode(f"{change.value}#entry-{source.position}")
        yield Triple(change, PROV["used"], file)
        yield Triple(file, RDF["type"], PROV["Entity"])
        yield Triple(file, DCTERMS["title"], Literal(source.file))
        yield Triple(file, DCTERMS["identifier"], Literal(f"sha256:{source.sha256}"))
        yield Triple(entity, PROV["wasDerivedFrom"], entry)
        yield Triple(entry, RDF["type"], PROV["Entity"])
        yield Triple(entry, DCTERMS["isPartOf"], file)
        yield Triple(entry, DCTERMS["description"], Literal(f"entry {source.position}, line {source.line}"))
        if source.agency:
            yield Triple(entry, DCTERMS["publisher"], Literal(source.agency))
