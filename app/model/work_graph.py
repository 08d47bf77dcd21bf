"""Records to statements. `docs/model.md` shows the result; `app.model.work_reading` is the way back.

A record becomes N-Quads text in two steps. `WorkMapping` says all that the record itself says, and may
be anywhere: where a file is read, by several processes. `WorkWriter` knows what else is written by the same
change and what the home names already, and leaves out what is said of people, venues and organizations twice.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

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
    """A person or body that a work names: the slug of the name, the IRI as N-Quads, the lines that describe
    it when it is new, and those that keep this work's form of the name when it is not the one described."""

    slug: str
    iri: str
    description: str
    printed: str


class WorkText(NamedTuple):
    """What a record says, as N-Quads lines.

    `own` is about the work and its nodes. `bodies` are the venue and publisher: IRI, then the lines that
    describe each when it is new. `shared` are lines about the venue that other works may say as well, in groups.
    """

    own: str
    agents: tuple[AgentText, ...]
    bodies: tuple[tuple[str, str], ...]
    shared: tuple[str, ...]


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
        self._roles = {role.csl: (role, role.term(minter)) for role in ROLES}
        self._fields = [*LITERAL_FIELDS, *((name, minter.term(term)) for name, term in OWN_FIELDS)]

    def text(self, record: Record) -> WorkText:
        """What that record says."""
        self._agents, self._bodies, self._shared = {}, {}, []
        own = self._apart(lambda: self._work(record))
        return WorkText(own, tuple(self._agents.values()), tuple(self._bodies.items()), tuple(self._shared))

    def description(self, agent: NamedNode, name: Name) -> str:
        """The lines that describe a person or body of that name."""

        def describe() -> None:
            self._say(agent, RDF["type"], FOAF["Organization" if name.literal else "Person"])
            self._name(agent, name)
            if not name.literal:
                self._say(agent, FOAF["name"], Literal(name.full))

        return self._apart(describe)

    def _say(self, subject: NamedNode, predicate: NamedNode, object: NamedNode | Literal) -> None:
        self._lines.append(f"{subject} {predicate} {object} .\n")  # terms are serialised by the engine's own writer

    def _apart(self, say: Callable[[], None]) -> str:
        """The lines that calling `say` says, each once; they do not count as said."""
        before, self._lines = self._lines, []
        say()
        said, self._lines = self._lines, before
        return "".join(dict.fromkeys(said))

    def _work(self, record: Record) -> None:
        work = self._minter.thing("work", record.key)
        self._own(work, record)
        for number, contributor in _numbered(record.contributors):
            self._contribution(work, contributor, number)
        if record.publisher:
            publisher = self._minter.thing("organization", slug(record.publisher))
            self._say(work, DCTERMS["publisher"], publisher)
            self._body(publisher, FOAF["Organization"], FOAF["name"], record.publisher)
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
        self._rich(work, record)
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

    def _rich(self, work: NamedNode, record: Record) -> None:
        if record.rich:
            for name, term in RICH_FIELDS:
                if name in record.rich:
                    self._say(work, self._minter.term(term), Literal(record.rich[name], datatype=RDF["HTML"]))

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
        agent = self._agent(contributor.name)
        node = NamedNode(f"{work.value}#{role.csl}-{number}")
        self._say(work, PRO["isDocumentContextFor"], node)
        self._say(node, RDF["type"], PRO["RoleInTime"])
        self._say(node, PRO["withRole"], term)
        self._say(node, PRO["isHeldBy"], agent)
        self._say(node, self._minter.term("position"), Literal(number))
        description = self.description(agent, contributor.name)
        printed = self._apart(lambda: self._name(node, contributor.name))
        self._agents[node.value] = AgentText(slug(contributor.name.full), str(agent), description, printed)
        if role.shortcut:
            self._say(work, role.shortcut, agent)

    def _agent(self, name: Name) -> NamedNode:
        """The person or body of that name: the one known by it, else a new one."""
        key = slug(name.full)
        known = self._known.agent(key)
        return known[0] if known else self._minter.thing("organization" if name.literal else "person", key)

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

    def _body(self, body: NamedNode, type: NamedNode, name: NamedNode, called: str) -> None:
        def describe() -> None:
            self._say(body, RDF["type"], type)
            self._say(body, name, Literal(called))

        self._bodies.setdefault(str(body), self._apart(describe))

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
        kind = VENUE_CLASS.get(record.type, DEFAULT_VENUE_CLASS)
        self._body(venue, FABIO[kind], DCTERMS["title"], record.container_title)
        for issn in record.issn:
            self._shared.append(self._apart(lambda issn=issn: self._venue_issn(venue, issn)))  # type: ignore[misc]

    def _venue_issn(self, venue: NamedNode, issn: str) -> None:
        self._say(venue, PRISM["issn"], Literal(issn))
        self._identifier(venue, "issn", issn)


class WorkWriter:
    """Writes the works of one change, and what is first met in them."""

    def __init__(self, minter: Minter, known: Known, keys: Container[str] = ()) -> None:
        """`keys` are those of all the works this change writes, so that a part may come before its whole."""
        self._known = known
        self._mapping = WorkMapping(minter, known, keys)
        self._described: dict[str, str] = {}
        self._agents: dict[str, tuple[str, str] | None] = {}
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
                    yield agent.description
            if described != agent.description:
                own.append(agent.printed)
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

    def _agent(self, name_slug: str) -> tuple[str, str] | None:
        """IRI and description of the person or body the home knows by that name."""
        if name_slug not in self._agents:
            known = self._known.agent(name_slug)
            self._agents[name_slug] = (str(known[0]), self._mapping.description(*known)) if known else None
        return self._agents[name_slug]


def _numbered(contributors: Iterable[Contributor]) -> Iterator[tuple[int, Contributor]]:
    """Each contributor with its place among those of its role, from 1."""
    seen: dict[str, int] = {}
    for contributor in contributors:
        seen[contributor.role] = seen.get(contributor.role, 0) + 1
        yield seen[contributor.role], contributor
