"""Records to quads and back. `docs/model.md` shows the result.

`WorkWriter` writes many records of one change; it remembers which people, venues and
organizations it has already described. `read_work` is its inverse for one work.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator
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
from app.model.roles import ROLES
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
    """Turns records into statements of the default graph, one change at a time."""

    def __init__(self, minter: Minter, known: Known, keys: Container[str] = ()) -> None:
        """`keys` are those of all the works this change writes, so that a part may come before its whole."""
        self._minter = minter
        self._known = known
        self._keys = keys
        self._described: dict[NamedNode, Name | None] = {}
        self._said: list[Quad] = []
        self._roles = {role.csl: (role, role.term(minter)) for role in ROLES}
        self._fields = [*LITERAL_FIELDS, *((name, minter.term(term)) for name, term in OWN_FIELDS)]

    def quads(self, records: Iterable[Record]) -> Iterator[Quad]:
        """Everything the graph says of those records, and of people, venues and publishers first met here."""
        for record in records:
            self._said = []
            self._work(record)
            yield from self._said

    def triples(self, record: Record) -> list[Triple]:
        """The same for one record, without the graph's name."""
        return [quad.triple for quad in self.quads([record])]

    def _say(self, subject: NamedNode, predicate: NamedNode, object: NamedNode | Literal) -> None:
        self._said.append(Quad(subject, predicate, object))

    def _work(self, record: Record) -> None:
        work = self._minter.thing("work", record.key)
        self._own(work, record)
        for number, contributor in _numbered(record.contributors):
            self._contribution(work, contributor, number)
        if record.publisher:
            publisher = self._minter.thing("organization", slug(record.publisher))
            self._say(work, DCTERMS["publisher"], publisher)
            self._body(publisher, record.publisher)
        self._container(work, record)

    def _own(self, work: NamedNode, record: Record) -> None:
        say = self._say
        say(work, RDF["type"], FABIO["Expression"])
        if fabio := FABIO_CLASS.get(record.type):
            say(work, RDF["type"], FABIO[fabio])
        say(work, DCTERMS["type"], Literal(record.type))
        say(work, self._minter.term("citationKey"), Literal(record.key))
        for name, predicate in self._fields:
            if value := getattr(record, name):
                say(work, predicate, Literal(value))
        self._dates(work, record)
        for keyword in record.keywords:
            say(work, PRISM["keyword"], Literal(keyword))
        for isbn in record.isbn:
            say(work, PRISM["isbn"], Literal(isbn))
            self._identifier(work, "isbn", isbn)
        if record.doi:
            self._identifier(work, "doi", record.doi)
        if record.extra:
            source = json.dumps(dict(record.extra), ensure_ascii=False, sort_keys=True)
            say(work, self._minter.term("sourceFields"), Literal(source, datatype=RDF["JSON"]))

    def _dates(self, work: NamedNode, record: Record) -> None:
        if record.issued:
            self._say(work, DCTERMS["issued"], date_literal(record.issued))
            if record.year is not None:
                year = Literal(f"{record.year:04d}", datatype=XSD["gYear"])
                self._say(work, FABIO["hasPublicationYear"], year)
        if record.available:
            self._say(work, DCTERMS["available"], date_literal(record.available))

    def _identifier(self, thing: NamedNode, scheme: str, value: str) -> None:
        fragment = scheme if scheme == "doi" else f"{scheme}-{value}"
        node = NamedNode(f"{thing.value}#{fragment}")
        self._say(thing, DATACITE["hasIdentifier"], node)
        self._say(node, RDF["type"], DATACITE["Identifier"])
        self._say(node, DATACITE["usesIdentifierScheme"], DATACITE[SCHEMES[scheme]])
        self._say(node, LITRE["hasLiteralValue"], Literal(value))
        self._say(node, self._minter.term("confirmation"), self._minter.term("confirmed"))

    def _contribution(self, work: NamedNode, contributor: Contributor, number: int) -> None:
        role, term = self._roles[contributor.role]
        agent, printed = self._agent(contributor.name)
        node = NamedNode(f"{work.value}#{role.csl}-{number}")
        self._say(work, PRO["isDocumentContextFor"], node)
        self._say(node, RDF["type"], PRO["RoleInTime"])
        self._say(node, PRO["withRole"], term)
        self._say(node, PRO["isHeldBy"], agent)
        self._say(node, self._minter.term("position"), Literal(number))
        if printed:
            self._name(node, contributor.name)
        if role.shortcut:
            self._say(work, role.shortcut, agent)

    def _agent(self, name: Name) -> tuple[NamedNode, bool]:
        """The person or body of that name, described when new; and whether the printed name differs from its own."""
        key = slug(name.full)
        known = self._known.agent(key)
        if known is not None:
            return known[0], known[1] != name
        agent = self._minter.thing("organization" if name.literal else "person", key)
        if agent in self._described:
            return agent, self._described[agent] != name
        self._described[agent] = name
        self._say(agent, RDF["type"], FOAF["Organization" if name.literal else "Person"])
        self._name(agent, name)
        if not name.literal:
            self._say(agent, FOAF["name"], Literal(name.full))
        return agent, False

    def _name(self, node: NamedNode, name: Name) -> None:
        if name.literal:
            self._say(node, FOAF["name"], Literal(name.literal))
            return
        parts = (
            (FOAF["familyName"], name.family),
            (FOAF["givenName"], name.given),
            (self._minter.term("particle"), name.particle),
            (self._minter.term("suffix"), name.suffix),
        )
        for predicate, value in parts:
            if value:
                self._say(node, predicate, Literal(value))

    def _body(self, body: NamedNode, name: str) -> None:
        if body not in self._described and not self._known.is_described(body):
            self._described[body] = None
            self._say(body, RDF["type"], FOAF["Organization"])
            self._say(body, FOAF["name"], Literal(name))

    def _container(self, work: NamedNode, record: Record) -> None:
        if record.part_of and (record.part_of in self._keys or self._known.is_work(record.part_of)):
            self._say(work, DCTERMS["isPartOf"], self._minter.thing("work", record.part_of))
            return
        if not record.container_title:
            for issn in record.issn:
                self._say(work, PRISM["issn"], Literal(issn))
            return
        venue = self._minter.thing("venue", slug(record.container_title))
        self._say(work, DCTERMS["isPartOf"], venue)
        if venue not in self._described and not self._known.is_described(venue):
            self._described[venue] = None
            kind = VENUE_CLASS.get(record.type, DEFAULT_VENUE_CLASS)
            self._say(venue, RDF["type"], FABIO[kind])
            self._say(venue, DCTERMS["title"], Literal(record.container_title))
        for issn in record.issn:
            self._say(venue, PRISM["issn"], Literal(issn))
            self._identifier(venue, "issn", issn)


def _numbered(contributors: Iterable[Contributor]) -> Iterator[tuple[int, Contributor]]:
    """Each contributor with its place among those of its role, from 1."""
    seen: dict[str, int] = {}
    for contributor in contributors:
        seen[contributor.role] = seen.get(contributor.role, 0) + 1
        yield seen[contributor.role], contributor
