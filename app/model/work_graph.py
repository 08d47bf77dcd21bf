"""Records to quads and back. `docs/model.md` shows the result.

`WorkWriter` writes many records of one change; it remembers which people, venues and
organizations it has already described. `read_work` is its inverse for one work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Generator, Iterable, Iterator
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Quad, Triple

from app.model.minter import Minter, slug
from app.model.names import Contributor, Name
from app.model.namespaces import (
    DATACITE,
    DCTERMS,
    EDTF,
    FABIO,
    FOAF,
    LITRE,
    PRISM,
    PRO,
    RDF,
    RDFS,
    XSD,
)
from app.model.record import Record
from app.model.roles import BY_CSL
from app.model.types import DEFAULT_VENUE_CLASS, FABIO_CLASS, VENUE_CLASS

LITERAL_FIELDS: tuple[tuple[str, NamedNode], ...] = (
    ("title", DCTERMS["title"]),
    ("volume", PRISM["volume"]),
    ("issue", PRISM["issueIdentifier"]),
    ("number", PRISM["number"]),
    ("page", PRISM["pageRange"]),
    ("edition", PRISM["edition"]),
    ("publisher_place", FABIO["hasPlaceOfPublication"]),
    ("doi", PRISM["doi"]),
    ("url", FOAF["page"]),
    ("language", DCTERMS["language"]),
    ("abstract", DCTERMS["abstract"]),
    ("note", RDFS["comment"]),
)
"""Fields of a record that are one plain literal of the work, and its property."""

OWN_FIELDS: tuple[tuple[str, str], ...] = (
    ("genre", "genre"),
    ("collection_title", "collectionTitle"),
)
"""The same for properties of our own ontology."""

_DATATYPE = (
    (re.compile(r"-?\d{4}"), "gYear"),
    (re.compile(r"-?\d{4}-(0[1-9]|1[0-2])"), "gYearMonth"),
    (re.compile(r"-?\d{4}-\d\d-\d\d"), "date"),
)

SCHEMES = {"doi": "doi", "isbn": "isbn", "issn": "issn"}
"""Identifier fields and the DataCite scheme of each."""


def date_literal(edtf: str) -> Literal:
    """An EDTF string as the narrowest XSD type that can hold it, else as EDTF."""
    for pattern, name in _DATATYPE:
        if pattern.fullmatch(edtf):
            return Literal(edtf, datatype=XSD[name])
    return Literal(edtf, datatype=EDTF["EDTF"])


class Known(Protocol):
    """What a writer may ask of the home it writes for."""

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        """The person or body one of whose names has that slug, with the name the graph gives it."""

    def is_described(self, thing: NamedNode) -> bool:
        """Whether the graph already names that venue or organization."""

    def is_work(self, key: str) -> bool:
        """Whether there is a work of that key."""


class NothingKnown:
    """An empty home, as `Known`."""

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        return None

    def is_described(self, thing: NamedNode) -> bool:
        return False

    def is_work(self, key: str) -> bool:
        return False


class WorkWriter:
    """Turns records into triples of the default graph, one change at a time."""

    def __init__(self, minter: Minter, known: Known, keys: Container[str] = ()) -> None:
        """`keys` are those of all the works this change writes, so that a part may come before its whole."""
        self._minter = minter
        self._known = known
        self._keys = keys
        self._described: dict[NamedNode, Name | None] = {}

    def quads(self, records: Iterable[Record]) -> Iterator[Quad]:
        """The same as `triples` for many records, as quads of the default graph."""
        for record in records:
            for triple in self.triples(record):
                yield Quad(triple.subject, triple.predicate, triple.object)

    def triples(self, record: Record) -> Iterator[Triple]:
        """Everything the graph says of that record, and of people, venues and publishers first met here."""
        work = self._minter.thing("work", record.key)
        yield from self._own(work, record)
        for number, contributor in _numbered(record.contributors):
            yield from self._contribution(work, contributor, number)
        if record.publisher:
            publisher = self._minter.thing("organization", slug(record.publisher))
            yield Triple(work, DCTERMS["publisher"], publisher)
            yield from self._body(publisher, record.publisher)
        yield from self._container(work, record)

    def _own(self, work: NamedNode, record: Record) -> Iterator[Triple]:
        minter = self._minter
        yield Triple(work, RDF["type"], FABIO["Expression"])
        fabio = FABIO_CLASS.get(record.type)
        if fabio:
            yield Triple(work, RDF["type"], FABIO[fabio])
        yield Triple(work, DCTERMS["type"], Literal(record.type))
        yield Triple(work, minter.term("citationKey"), Literal(record.key))
        properties = [*LITERAL_FIELDS, *((name, minter.term(term)) for name, term in OWN_FIELDS)]
        for name, predicate in properties:
            if value := getattr(record, name):
                yield Triple(work, predicate, Literal(value))
        yield from self._dates(work, record)
        for keyword in record.keywords:
            yield Triple(work, PRISM["keyword"], Literal(keyword))
        for isbn in record.isbn:
            yield Triple(work, PRISM["isbn"], Literal(isbn))
            yield from self._identifier(work, "isbn", isbn)
        if record.doi:
            yield from self._identifier(work, "doi", record.doi)
        if record.extra:
            source = json.dumps(dict(record.extra), ensure_ascii=False, sort_keys=True)
            yield Triple(work, minter.term("sourceFields"), Literal(source, datatype=RDF["JSON"]))

    def _dates(self, work: NamedNode, record: Record) -> Iterator[Triple]:
        if record.issued:
            yield Triple(work, DCTERMS["issued"], date_literal(record.issued))
            if record.year is not None:
                year = Literal(f"{record.year:04d}", datatype=XSD["gYear"])
                yield Triple(work, FABIO["hasPublicationYear"], year)
        if record.available:
            yield Triple(work, DCTERMS["available"], date_literal(record.available))

    def _identifier(self, thing: NamedNode, scheme: str, value: str) -> Iterator[Triple]:
        fragment = scheme if scheme == "doi" else f"{scheme}-{value}"
        node = NamedNode(f"{thing.value}#{fragment}")
        yield Triple(thing, DATACITE["hasIdentifier"], node)
        yield Triple(node, RDF["type"], DATACITE["Identifier"])
        yield Triple(node, DATACITE["usesIdentifierScheme"], DATACITE[SCHEMES[scheme]])
        yield Triple(node, LITRE["hasLiteralValue"], Literal(value))
        yield Triple(node, self._minter.term("confirmation"), self._minter.term("confirmed"))

    def _contribution(self, work: NamedNode, contributor: Contributor, number: int) -> Iterator[Triple]:
        role = BY_CSL[contributor.role]
        agent, printed = yield from self._agent(contributor.name)
        node = NamedNode(f"{work.value}#{role.csl}-{number}")
        yield Triple(work, PRO["isDocumentContextFor"], node)
        yield Triple(node, RDF["type"], PRO["RoleInTime"])
        yield Triple(node, PRO["withRole"], role.term(self._minter))
        yield Triple(node, PRO["isHeldBy"], agent)
        yield Triple(node, self._minter.term("position"), Literal(number))
        if printed:
            yield from self._name(node, contributor.name)
        if role.shortcut:
            yield Triple(work, role.shortcut, agent)

    def _agent(self, name: Name) -> Generator[Triple, None, tuple[NamedNode, bool]]:
        """Yields the agent's description when it is new; returns its IRI and whether the printed name differs."""
        known = self._known.agent(slug(name.full))
        if known is not None:
            return known[0], known[1] != name
        agent = self._minter.thing("organization" if name.literal else "person", slug(name.full))
        if agent in self._described:
            return agent, self._described[agent] != name
        self._described[agent] = name
        yield Triple(agent, RDF["type"], FOAF["Organization" if name.literal else "Person"])
        yield from self._name(agent, name)
        if not name.literal:
            yield Triple(agent, FOAF["name"], Literal(name.full))
        return agent, False

    def _name(self, node: NamedNode, name: Name) -> Iterator[Triple]:
        if name.literal:
            yield Triple(node, FOAF["name"], Literal(name.literal))
            return
        parts = (
            (FOAF["familyName"], name.family),
            (FOAF["givenName"], name.given),
            (self._minter.term("particle"), name.particle),
            (self._minter.term("suffix"), name.suffix),
        )
        for predicate, value in parts:
            if value:
                yield Triple(node, predicate, Literal(value))

    def _body(self, body: NamedNode, name: str) -> Iterator[Triple]:
        if body not in self._described and not self._known.is_described(body):
            self._described[body] = None
            yield Triple(body, RDF["type"], FOAF["Organization"])
            yield Triple(body, FOAF["name"], Literal(name))

    def _container(self, work: NamedNode, record: Record) -> Iterator[Triple]:
        if record.part_of and (record.part_of in self._keys or self._known.is_work(record.part_of)):
            yield Triple(work, DCTERMS["isPartOf"], self._minter.thing("work", record.part_of))
            return
        if not record.container_title:
            for issn in record.issn:
                yield Triple(work, PRISM["issn"], Literal(issn))
            return
        venue = self._minter.thing("venue", slug(record.container_title))
        yield Triple(work, DCTERMS["isPartOf"], venue)
        if venue not in self._described and not self._known.is_described(venue):
            self._described[venue] = None
            kind = VENUE_CLASS.get(record.type, DEFAULT_VENUE_CLASS)
            yield Triple(venue, RDF["type"], FABIO[kind])
            yield Triple(venue, DCTERMS["title"], Literal(record.container_title))
        for issn in record.issn:
            yield Triple(venue, PRISM["issn"], Literal(issn))
            yield from self._identifier(venue, "issn", issn)


def _numbered(contributors: Iterable[Contributor]) -> Iterator[tuple[int, Contributor]]:
    """Each contributor with its place among those of its role, from 1."""
    seen: dict[str, int] = {}
    for contributor in contributors:
        seen[contributor.role] = seen.get(contributor.role, 0) + 1
        yield seen[contributor.role], contributor
