"""Records to statements. `docs/model.md` shows the result; `app.model.work_reading` is the way back.

A record becomes N-Quads text in two steps. `WorkMapping` says all that the record itself says, and may
be anywhere: where a file is read, by several processes. `WorkWriter` knows what else is written by the same
change and what the home names already, and leaves out what is said of people, venues and organizations twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from app.model.minter import Kind, Minter, slug
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

RICH_FIELDS: tuple[tuple[str, str], ...] = (
    ("title", "richTitle"),
    ("abstract", "richAbstract"),
    ("note", "richNote"),
)
"""Fields with a rich form, and the term of our own that holds it beside the plain text, as `rdf:HTML`."""

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


def source_fields(record: Record) -> Literal:
    """The fields of a record that have no property of their own, as one literal."""
    return Literal(json.dumps(dict(record.extra), ensure_ascii=False, sort_keys=True), datatype=RDF["JSON"])


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


class AgentText(NamedTuple):
    """A person or body that a work names: the node of its part in the work, its IRI, and the slug of the name;
    what is said of it when it is new, and of the node when this work's form of the name is not the one described:
    N-Quads lines without their subject, the same objects for every work of one mapping that has the name."""

    node: str
    iri: str
    slug: str
    description: tuple[str, ...]
    printed: tuple[str, ...]


class WorkText(NamedTuple):
    """What a record says, as N-Quads lines.

    `own` is about the work and its nodes. `bodies` are the venue and publisher: IRI, then the lines that
    describe each when it is new. `shared` are lines about the venue that other works may say as well, in groups.
    """

    own: str
    agents: tuple[AgentText, ...]
    bodies: tuple[tuple[str, str], ...]
    shared: tuple[str, ...]


class _Named(NamedTuple):
    """What follows from a name alone: its slug, the IRI minted for it, and what is said of who bears it, as
    N-Quads without their subject: the parts of the name, and all that describes a new person or body."""

    slug: str
    iri: str
    parts: tuple[str, ...]
    description: tuple[str, ...]


@lru_cache(maxsize=65536)  # a name comes again and again in one file
def _named(minter: Minter, name: Name) -> _Named:
    key = slug(name.full)
    if name.literal:
        parts: tuple[str, ...] = (_said(FOAF["name"], Literal(name.literal)),)
        iri = minter.thing("organization", key)
        return _Named(key, str(iri), parts, (_said(RDF["type"], FOAF["Organization"]), *parts))
    fields = (
        (FOAF["familyName"], name.family),
        (FOAF["givenName"], name.given),
        (minter.term("particle"), name.particle),
        (minter.term("suffix"), name.suffix),
    )
    parts = tuple(_said(predicate, Literal(value)) for predicate, value in fields if value)
    described = (_said(RDF["type"], FOAF["Person"]), *parts, _said(FOAF["name"], Literal(name.full)))
    return _Named(key, str(minter.thing("person", key)), parts, described)


@lru_cache(maxsize=65536)
def _thing(minter: Minter, kind: Kind, name: str) -> str:
    """The IRI of the thing of that name, as N-Quads."""
    return str(minter.thing(kind, slug(name)))


@lru_cache(maxsize=1024)
def _number(value: int) -> str:
    return str(Literal(value))


def _said(predicate: NamedNode, object: NamedNode | Literal) -> str:
    """A statement without its subject; terms are serialised by the engine's own writer."""
    return f" {predicate} {object} .\n"


def _lines(subject: str, said: Iterable[str]) -> str:
    return "".join([subject + one for one in said])


_IS_WORK = _said(RDF["type"], FABIO["Expression"])
_IS_ROLE = _said(RDF["type"], PRO["RoleInTime"])
_IS_IDENTIFIER = _said(RDF["type"], DATACITE["Identifier"])
_IS_OF_SCHEME = {scheme: _said(DATACITE["usesIdentifierScheme"], DATACITE[name]) for scheme, name in SCHEMES.items()}
_HAS_ROLE, _HELD_BY = str(PRO["isDocumentContextFor"]), str(PRO["isHeldBy"])


class WorkMapping:
    """Turns a record into what it says, whatever else is said. It may be used from one thread at a time."""

    def __init__(self, minter: Minter, known: Known | None = None, keys: Container[str] = ()) -> None:
        """Without `known` no name is known; `keys` are those of all the works that are written together."""
        self._minter = minter
        self._known = known or NothingKnown()
        self._keys = keys
        self._lines: list[str] = []
        self._agents: dict[str, AgentText] = {}
        self._bodies: dict[str, str] = {}
        self._shared: list[str] = []
        self._roles = {role.csl: (role, _said(PRO["withRole"], role.term(minter))) for role in ROLES}
        fields = [*LITERAL_FIELDS, *((name, minter.term(term)) for name, term in OWN_FIELDS)]
        self._fields = [(name, str(predicate)) for name, predicate in fields]
        self._citation_key = str(minter.term("citationKey"))
        self._position = str(minter.term("position"))
        self._is_confirmed = _said(minter.term("confirmation"), minter.term("confirmed"))

    def text(self, record: Record) -> WorkText:
        """What that record says."""
        self._lines, self._agents, self._bodies, self._shared = [], {}, {}, []
        self._work(record)
        own = "".join(dict.fromkeys(self._lines))
        return WorkText(own, tuple(self._agents.values()), tuple(self._bodies.items()), tuple(self._shared))

    def description(self, name: Name) -> tuple[str, ...]:
        """What is said of a person or body of that name: N-Quads lines without their subject."""
        return _named(self._minter, name).description

    def _say(self, subject: str, predicate: NamedNode | str, object: NamedNode | Literal | str) -> None:
        """Add a line; its parts are terms, or strings that the engine made of terms."""
        self._lines.append(f"{subject} {predicate} {object} .\n")

    def _work(self, record: Record) -> None:
        work = str(self._minter.thing("work", record.key))
        self._own(work, record)
        for number, contributor in _numbered(record.contributors):
            self._contribution(work, contributor, number)
        if record.publisher:
            publisher = _thing(self._minter, "organization", record.publisher)
            self._say(work, DCTERMS["publisher"], publisher)
            self._body(publisher, FOAF["Organization"], FOAF["name"], record.publisher)
        self._container(work, record)

    def _own(self, work: str, record: Record) -> None:
        say = self._say
        self._lines.append(work + _IS_WORK)
        if fabio := FABIO_CLASS.get(record.type):
            say(work, RDF["type"], FABIO[fabio])
        say(work, DCTERMS["type"], Literal(record.type))
        say(work, self._citation_key, Literal(record.key))
        for name, predicate in self._fields:
            if value := getattr(record, name):
                say(work, predicate, Literal(value))
        self._rich(work, record)
        self._dates(work, record)
        for keyword in record.keywords:
            say(work, PRISM["keyword"], Literal(keyword))
        for isbn in record.isbn:
            say(work, PRISM["isbn"], Literal(isbn))
            self._lines += self._identifier(work, "isbn", isbn)
        if record.doi:
            self._lines += self._identifier(work, "doi", record.doi)
        if record.extra:
            say(work, self._minter.term("sourceFields"), source_fields(record))

    def _rich(self, work: str, record: Record) -> None:
        if record.rich:
            for name, term in RICH_FIELDS:
                if name in record.rich:
                    self._say(work, self._minter.term(term), Literal(record.rich[name], datatype=RDF["HTML"]))

    def _dates(self, work: str, record: Record) -> None:
        if record.issued:
            self._say(work, DCTERMS["issued"], date_literal(record.issued))
            if record.year is not None:
                year = Literal(f"{record.year:04d}", datatype=XSD["gYear"])
                self._say(work, FABIO["hasPublicationYear"], year)
        if record.available:
            self._say(work, DCTERMS["available"], date_literal(record.available))

    def _identifier(self, thing: str, scheme: str, value: str) -> list[str]:
        """The lines that give a thing an identifier."""
        fragment = scheme if scheme == "doi" else f"{scheme}-{value}"
        node = str(NamedNode(f"{thing[1:-1]}#{fragment}"))
        return [
            thing + f" {DATACITE['hasIdentifier']} {node} .\n",
            node + _IS_IDENTIFIER,
            node + _IS_OF_SCHEME[scheme],
            node + _said(LITRE["hasLiteralValue"], Literal(value)),
            node + self._is_confirmed,
        ]

    def _contribution(self, work: str, contributor: Contributor, number: int) -> None:
        role, with_role = self._roles[contributor.role]
        named = _named(self._minter, contributor.name)
        known = self._known.agent(named.slug)
        agent = str(known[0]) if known else named.iri
        node = f"{work[:-1]}#{role.csl}-{number}>"
        self._lines.append(
            f"{work} {_HAS_ROLE} {node} .\n{node}{_IS_ROLE}{node}{with_role}{node} {_HELD_BY} {agent} .\n"
            f"{node} {self._position} {_number(number)} .\n"
        )
        self._agents[node] = AgentText(node, agent, named.slug, named.description, named.parts)
        if role.shortcut:
            self._say(work, role.shortcut, agent)

    def _body(self, body: str, type: NamedNode, name: NamedNode, called: str) -> None:
        said = (_said(RDF["type"], type), _said(name, Literal(called)))
        self._bodies.setdefault(body, _lines(body, said))

    def _container(self, work: str, record: Record) -> None:
        if record.part_of and (record.part_of in self._keys or self._known.is_work(record.part_of)):
            self._say(work, DCTERMS["isPartOf"], self._minter.thing("work", record.part_of))
            return
        if not record.container_title:
            for issn in record.issn:
                self._say(work, PRISM["issn"], Literal(issn))
            return
        venue = _thing(self._minter, "venue", record.container_title)
        self._say(work, DCTERMS["isPartOf"], venue)
        kind = VENUE_CLASS.get(record.type, DEFAULT_VENUE_CLASS)
        self._body(venue, FABIO[kind], DCTERMS["title"], record.container_title)
        for issn in record.issn:
            has_issn = venue + _said(PRISM["issn"], Literal(issn))
            self._shared.append(has_issn + "".join(self._identifier(venue, "issn", issn)))


class WorkWriter:
    """Writes the works of one change, and what is first met in them."""

    def __init__(self, minter: Minter, known: Known, keys: Container[str] = ()) -> None:
        """`keys` are those of all the works this change writes, so that a part may come before its whole."""
        self._known = known
        self._mapping = WorkMapping(minter, known, keys)
        self._described: dict[str, str | tuple[str, ...]] = {}
        self._agents: dict[str, tuple[str, tuple[str, ...]] | None] = {}
        self._shared: set[str] = set()

    def quads(self, records: Iterable[Record]) -> Iterator[Quad]:
        """Everything the graph says of those records, and of people, venues and publishers first met here."""
        for record in records:
            lines = "".join(self.lines(self.text(record)))
            yield from parse(lines, format=RdfFormat.N_QUADS, lenient=True)

    def triples(self, record: Record) -> list[Triple]:
        """The same for one record, without the graph's name."""
        return [quad.triple for quad in self.quads([record])]

    def text(self, record: Record) -> WorkText:
        """What a record says, its people and bodies under the IRIs the home has for their names."""
        return self._mapping.text(record)

    def fits(self, text: WorkText) -> bool:
        """Whether text that was made knowing of no names has the IRIs that the home has for them."""
        return all((known := self._agent(agent.slug)) is None or known[0] == agent.iri for agent in text.agents)

    def lines(self, text: WorkText) -> Iterator[str]:
        """What is to be said for that work, each piece of lines about one thing."""
        own = [text.own]
        for agent in text.agents:
            described = self._described.get(agent.iri)
            if described is None:
                known = self._agent(agent.slug)
                described = self._described[agent.iri] = known[1] if known else agent.description
                if known is None:
                    yield _lines(agent.iri, agent.description)
            if described != agent.description:
                own.append(_lines(agent.node, agent.printed))
        yield "".join(own)
        for iri, description in text.bodies:
            if iri not in self._described:
                self._described[iri] = description
                if not self._known.is_described(NamedNode(iri[1:-1])):
                    yield description
        for lines in text.shared:
            if lines not in self._shared:
                self._shared.add(lines)
                yield lines

    def _agent(self, name_slug: str) -> tuple[str, tuple[str, ...]] | None:
        """IRI and description of the person or body the home knows by that name."""
        if name_slug not in self._agents:
            known = self._known.agent(name_slug)
            self._agents[name_slug] = (str(known[0]), self._mapping.description(known[1])) if known else None
        return self._agents[name_slug]


def _numbered(contributors: Iterable[Contributor]) -> Iterator[tuple[int, Contributor]]:
    """Each contributor with its place among those of its role, from 1."""
    seen: dict[str, int] = {}
    for contributor in contributors:
        seen[contributor.role] = seen.get(contributor.role, 0) + 1
        yield seen[contributor.role], contributor
