"""Turn records into statements. `docs/model.md` shows the result; `commonplace.model.work_reading` is the way back.

A record becomes N-Quads text in two steps. `WorkMapping` writes all that the record itself says, and may
run anywhere: where a file is read, in several processes. `work_writing` knows what else is written by one
change, and which things the home has already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from pyoxigraph import Literal, NamedNode

from commonplace.model.minter import Minter, slug
from commonplace.model.names import Contributor, Name
from commonplace.model.namespaces import DATACITE, DCTERMS, EDTF, FABIO, FOAF, LITRE, PRISM, PRO, RDF, RDFS, XSD
from commonplace.model.other_titles import TERMS
from commonplace.model.record import Record
from commonplace.model.relations import status_of_fields
from commonplace.model.roles import BY_CSL
from commonplace.model.types import DEFAULT_VENUE_CLASS, FABIO_CLASS, VENUE_CLASS

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
"""Fields of a record that are one plain literal of the work, and the property of each."""

OWN_FIELDS: tuple[tuple[str, str], ...] = (
    ("genre", "genre"),
    ("collection_title", "collectionTitle"),
)
"""Fields of a record that are one plain literal of the work, and the property of our own ontology of each."""

RICH_FIELDS: tuple[tuple[str, str], ...] = (
    ("title", "richTitle"),
    ("abstract", "richAbstract"),
    ("note", "richNote"),
)
"""Fields with a rich form, and the term of our own that holds it beside the plain text, as `rdf:HTML`."""

_DATATYPE = (
    (re.compile(r"(?!0000)\d{4}"), "gYear"),
    (re.compile(r"(?!0000)\d{4}-(0[1-9]|1[0-2])"), "gYearMonth"),
    (re.compile(r"(?!0000)\d{4}-\d\d-\d\d"), "date"),
)
"""Dates that XSD types can hold. Years before 1 are left to EDTF: XSD 1.0 has no year 0, and counts those before on."""

SCHEMES = {"doi": "doi", "isbn": "isbn", "issn": "issn"}
"""Identifier fields and the DataCite scheme of each."""


def date_literal(edtf: str) -> Literal:
    """Return an EDTF string as the narrowest XSD type that can hold it, else as EDTF."""
    for pattern, name in _DATATYPE:
        if pattern.fullmatch(edtf):
            return Literal(edtf, datatype=XSD[name])
    return Literal(edtf, datatype=EDTF["EDTF"])


def source_fields(record: Record) -> Literal:
    """Return the fields of a record that have no property of their own, as one literal."""
    return Literal(json.dumps(dict(record.extra), ensure_ascii=False, sort_keys=True), datatype=RDF["JSON"])


class Known(Protocol):
    """The questions that a writer asks of the home it writes for."""

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        """Return the person or body one of whose names has that slug, with its name in the graph; None for none."""

    def is_described(self, thing: NamedNode) -> bool:
        """Return whether the graph already names that venue or organization."""

    def standing_for(self, thing: NamedNode) -> NamedNode:
        """Return the thing that a venue or organization was merged into, or that itself."""

    def key_of_work(self, key: str) -> str | None:
        """Return the key of the work that has this key, or has it as an alternative one; None where no work has."""


class NothingKnown:
    """The answers of an empty home."""

    def agent(self, name_slug: str) -> tuple[NamedNode, Name] | None:
        return None

    def is_described(self, thing: NamedNode) -> bool:
        return False

    def standing_for(self, thing: NamedNode) -> NamedNode:
        return thing

    def key_of_work(self, key: str) -> str | None:
        return None


AgentText = tuple[str, str, bytes, bytes]
"""A person or body that a work names: its IRI and the slug of its name; what is said of it when it is new; and what is
said of its part in a work when this form of the name is not the one described.

Lines begin with `SUBJECT`. All works of one mapping that have the name share one object."""

BodyText = tuple[str, bytes]
"""A venue or publisher: its IRI, and the lines that describe it when it is new."""


class WorkText(NamedTuple):
    """A record as N-Quads lines.

    `own` is about the work and its nodes, and begins with the work. `agents` are the people and bodies that it
    names, each after the end of the IRI of its part in the work (`#author-1>`). `shared` are lines about the venue
    that other works may say as well, in groups.
    """

    own: bytes
    agents: tuple[tuple[str, AgentText], ...]
    bodies: tuple[BodyText, ...]
    shared: tuple[bytes, ...]


SUBJECT = b"\r"
"""Stands in lines for an IRI that they are given later: nothing else that N-Quads can hold stands there."""

_WORK = SUBJECT.decode()
"""Stands in lines about a work for its IRI, without the closing `>`."""


def _said(predicate: NamedNode, object: NamedNode | Literal) -> str:
    """Return a statement without its subject, as the engine's own writer has it."""
    return f" {predicate!s} {object!s} .\n"


def _about(predicate: NamedNode, object: NamedNode | Literal) -> str:
    """Return a statement about a thing that is named later."""
    return _WORK + _said(predicate, object)


def _start(predicate: NamedNode) -> str:
    """Return the line about a work that ends with an object and `_END`."""
    return f"{_WORK}> {predicate!s} "


_END = " .\n"


def _lines(predicate: NamedNode, *objects: NamedNode | Literal) -> str:
    """Return lines about a work."""
    return "".join([f"{_start(predicate)}{object!s}{_END}" for object in objects])


_IS_PERSON, _IS_ORGANIZATION = (_about(RDF["type"], FOAF[name]) for name in ("Person", "Organization"))
_NAME, _FAMILY_NAME, _GIVEN_NAME = (f"{_WORK} {FOAF[name]!s} " for name in ("name", "familyName", "givenName"))
_IS_ROLE = _said(RDF["type"], PRO["RoleInTime"])
_IS_IDENTIFIER = _said(RDF["type"], DATACITE["Identifier"])
_IS_OF_SCHEME = {scheme: _said(DATACITE["usesIdentifierScheme"], DATACITE[name]) for scheme, name in SCHEMES.items()}
_HAS_IDENTIFIER, _HAS_VALUE = f" {DATACITE['hasIdentifier']} ", f" {LITRE['hasLiteralValue']} "
_DOI = f"{_WORK}>{_HAS_IDENTIFIER}{_WORK}#doi>{_END}{_WORK}#doi>{_IS_IDENTIFIER}{_WORK}#doi>{_IS_OF_SCHEME['doi']}"
_DOI += f"{_WORK}#doi>{_HAS_VALUE}"
_HTML = RDF["HTML"]
_ALTERNATIVE = _start(DCTERMS["alternative"])
_HAS_ROLE, _HELD_BY = _start(PRO["isDocumentContextFor"]), f" {PRO['isHeldBy']} "
_KEYWORD, _PUBLISHER, _IS_PART_OF = (_start(of) for of in (PRISM["keyword"], DCTERMS["publisher"], DCTERMS["isPartOf"]))


_minter = lru_cache(maxsize=8)(Minter)


@lru_cache(maxsize=65536)  # a name comes again and again in one file
def _agent_text(base: str, name: Name) -> AgentText:
    """Return what follows from a name alone, under the IRI minted for it."""
    minter, full = _minter(base), name.full
    key = slug(full)
    if name.literal:
        parts = f"{_NAME}{Literal(name.literal)!s}{_END}"
        return f"<{minter.iri('organization', key)}>", key, (_IS_ORGANIZATION + parts).encode(), parts.encode()
    parts = f"{_FAMILY_NAME}{Literal(name.family or '')!s}{_END}"
    if name.given:
        parts += f"{_GIVEN_NAME}{Literal(name.given)!s}{_END}"
    if name.particle:
        parts += _about(minter.term("particle"), Literal(name.particle))
    if name.suffix:
        parts += _about(minter.term("suffix"), Literal(name.suffix))
    if name.dropping_particle:
        parts += _about(minter.term("droppingParticle"), Literal(name.dropping_particle))
    for term, holds in (("commaSuffix", name.comma_suffix), ("staticOrdering", name.static_ordering)):
        if holds:
            parts += _about(minter.term(term), Literal(True))
    described = f"{_IS_PERSON}{parts}{_NAME}{Literal(full)!s}{_END}"
    return f"<{minter.iri('person', key)}>", key, described.encode(), parts.encode()


@lru_cache(maxsize=65536)
def _publisher_text(base: str, name: str) -> BodyText:
    """Return the publisher of that name, and what is said of it."""
    body = str(_minter(base).thing("organization", slug(name)))
    return body, (body + _said(RDF["type"], FOAF["Organization"]) + body + _said(FOAF["name"], Literal(name))).encode()


@lru_cache(maxsize=65536)
def _venue_text(base: str, type: str, name: str) -> BodyText:
    """Return the venue of that name for works of a type, and what is said of it."""
    body, kind = str(_minter(base).thing("venue", slug(name))), FABIO[VENUE_CLASS.get(type, DEFAULT_VENUE_CLASS)]
    return body, (body + _said(RDF["type"], kind) + body + _said(DCTERMS["title"], Literal(name))).encode()


@lru_cache(maxsize=256)
def _types(type: str) -> str:
    """Return what is said of a work of that type."""
    classes = dict.fromkeys(("Expression", FABIO_CLASS.get(type) or "Expression"))
    return _lines(RDF["type"], *(FABIO[name] for name in classes)) + _lines(DCTERMS["type"], Literal(type))


@lru_cache(maxsize=4096)
def _dates(issued: str | None, year: int | None, available: str | None) -> str:
    said = _lines(DCTERMS["issued"], date_literal(issued)) if issued else ""
    if issued and year is not None:
        said += _lines(FABIO["hasPublicationYear"], Literal(f"{year:04d}", datatype=XSD["gYear"]))
    if available:
        said += _lines(DCTERMS["available"], date_literal(available))
    return said


class _AgentPlace(NamedTuple):
    """The place of an agent in a work.

    It has the end of the node's IRI, the lines before and after the agent's IRI, and the beginning of the line that
    says the same in short, if there is one.
    """

    node: str
    before: str
    after: str
    shortcut: str | None


class WorkMapping:
    """Turns records into text, whatever else is written with them."""

    def __init__(self, minter: Minter, known: Known | None = None, keys: Container[str] = ()) -> None:
        """Prepare for records of one change; `keys` are those of all its works. Without `known` no name is known."""
        self._minter = minter
        self._base = minter.base
        self._known = known
        self._keys = keys
        self._parts: dict[tuple[str, int], _AgentPlace] = {}
        fields = [*LITERAL_FIELDS, *((name, minter.term(term)) for name, term in OWN_FIELDS)]
        self._fields = [(name, _start(predicate)) for name, predicate in fields]
        self._other_titles = [(name, _start(minter.term(term))) for name, term in TERMS.items()]
        self._rich_fields = [(name, _start(minter.term(term))) for name, term in RICH_FIELDS]
        self._citation_key, self._alternative_key = (_start(minter.term(t)) for t in ("citationKey", "alternativeKey"))
        self._is_confirmed = _said(minter.term("confirmation"), minter.term("confirmed"))

    def text(self, record: Record) -> WorkText:
        """Return what a record says."""
        work = f"<{self._minter.iri('work', record.key)}>"
        said = self._own(work, record)
        agents = tuple(self._contributions(said, record.contributors))
        bodies: dict[str, BodyText] = {}
        if record.publisher:
            body = self._standing_for(_publisher_text(self._base, record.publisher))
            said.append(f"{_PUBLISHER}{body[0]}{_END}")
            bodies[body[0]] = body
        shared = self._container(said, bodies, record)
        own = "".join(dict.fromkeys(said)).encode().replace(SUBJECT, work[:-1].encode())
        return WorkText(own, agents, tuple(bodies.values()), shared)

    def _standing_for(self, body: BodyText) -> BodyText:
        """Return a venue or publisher under the IRI of the one that it was merged into, which is described already."""
        if self._known is None:
            return body
        now = str(self._known.standing_for(NamedNode(body[0][1:-1])))
        return body if now == body[0] else (now, b"")

    def description(self, name: Name) -> bytes:
        """Return what is said of a person or body of that name: lines that begin with `SUBJECT`."""
        return _agent_text(self._base, name)[2]

    def _own(self, work: str, record: Record) -> list[str]:
        """Return pieces of lines about the work itself; equal pieces say the same."""
        said = [_types(record.type), f"{self._citation_key}{Literal(record.key)!s}{_END}"]
        values = vars(record)
        said += [f"{self._alternative_key}{Literal(key)!s}{_END}" for key in record.alternative_keys]
        for name, start in self._fields:
            if value := values.get(name):
                said.append(f"{start}{Literal(value)!s}{_END}")
        said += self._titles(values)
        if rich := record.rich:
            markup = [(start, rich[name]) for name, start in self._rich_fields if name in rich]
            said += [f"{start}{Literal(text, datatype=_HTML)!s}{_END}" for start, text in markup]
        said.append(_dates(record.issued, record.year, record.available))
        said += [f"{_KEYWORD}{Literal(keyword)!s}{_END}" for keyword in record.keywords]
        for isbn in record.isbn:
            said.append(_lines(PRISM["isbn"], Literal(isbn)))
            said.append(self._identifier(work, "isbn", isbn))
        if record.doi:
            said.append(f"{_DOI}{Literal(record.doi)!s}{_END}{_WORK}#doi>{self._is_confirmed}")
        if record.extra:
            said.append(_lines(self._minter.term("sourceFields"), source_fields(record)))
            if status := status_of_fields(record.extra):
                said.append(_lines(self._minter.term("status"), self._minter.term(status)))
        return said

    def _titles(self, values: Mapping[str, Any]) -> Iterator[str]:
        """Yield lines about each other title: which kind it is of, and that it is one."""
        for name, start in self._other_titles:
            for language, text in values.get(name, ()):
                title = f"{Literal(text, language=language)!s}{_END}"
                yield f"{start}{title}"
                yield f"{_ALTERNATIVE}{title}"

    def _identifier(self, thing: str, scheme: str, value: str) -> str:
        """Return the lines that give a thing an identifier of which it may have several."""
        node = str(NamedNode(f"{thing[1:-1]}#{scheme}-{value}"))
        return (
            f"{thing}{_HAS_IDENTIFIER}{node}{_END}{node}{_IS_IDENTIFIER}{node}{_IS_OF_SCHEME[scheme]}"
            f"{node}{_HAS_VALUE}{Literal(value)!s}{_END}{node}{self._is_confirmed}"
        )

    def _key_of_work(self, key: str) -> str | None:
        """Return the key of the work of that key, among those that are written together and those of the home."""
        if key in self._keys:
            return key
        return self._known.key_of_work(key) if self._known else None

    def _contributions(self, said: list[str], contributors: Iterable[Contributor]) -> list[tuple[str, AgentText]]:
        """Add the part of each agent in the work to what is said; return the node of each, and the agent."""
        agents: list[tuple[str, AgentText]] = []
        seen: dict[str, int] = {}
        for role, name in contributors:
            number = seen[role] = seen.get(role, 0) + 1
            node, before, after, shortcut = self._parts.get((role, number)) or self._part(role, number)
            agent = _agent_text(self._base, name)
            if self._known and (known := self._known.agent(agent[1])):
                agent = (str(known[0]), *agent[1:])
            iri = agent[0]
            said.append(f"{before}{iri}{after}")
            if shortcut:
                said.append(f"{shortcut}{iri}{_END}")
            agents.append((node, agent))
        return agents

    def _part(self, csl: str, number: int) -> _AgentPlace:
        """Return the place of the agent of that role and number in any work."""
        role, node = BY_CSL[csl], f"#{csl}-{number}>"
        before = f"{_HAS_ROLE}{_WORK}{node}{_END}{_WORK}{node}{_IS_ROLE}"
        before += f"{_WORK}{node}{_said(PRO['withRole'], role.term(self._minter))}{_WORK}{node}{_HELD_BY}"
        after = f"{_END}{_WORK}{node}{_said(self._minter.term('position'), Literal(number))}"
        made = _AgentPlace(node, before, after, _start(role.shortcut) if role.shortcut else None)
        return self._parts.setdefault((csl, number), made)

    def _container(self, said: list[str], bodies: dict[str, BodyText], record: Record) -> tuple[bytes, ...]:
        """Add to what is said what the work is part of; return what is said of that, to be shared."""
        if record.part_of and (whole := self._key_of_work(record.part_of)):
            said.append(_lines(DCTERMS["isPartOf"], self._minter.thing("work", whole)))
            return ()
        if not record.container_title:
            said += [_lines(PRISM["issn"], Literal(issn)) for issn in record.issn]
            return ()
        body = self._standing_for(_venue_text(self._base, record.type, record.container_title))
        venue = body[0]
        said.append(f"{_IS_PART_OF}{venue}{_END}")
        bodies.setdefault(venue, body)
        shared = [
            f"{venue}{_said(PRISM['issn'], Literal(one))}{self._identifier(venue, 'issn', one)}" for one in record.issn
        ]
        return tuple([lines.encode() for lines in shared])
