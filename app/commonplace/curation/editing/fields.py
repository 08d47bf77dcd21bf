"""Say which statements a member of a thing's JSON stands for, and which it would stand for with another value.

A `Field` owns statements: those of the graph that its member is read from. An edit takes these away and adds what
the new value says; whatever stays the same drops out when the change is made net.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from commonplace.curation.shacl.after import Statements
from commonplace.derived.graph.merged import survivor_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.model.identifiers import normal_isbn, normal_issn, normal_orcid, normal_ror
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import DATACITE, LITRE, RDF, RDFS
from commonplace.model.other_titles import UNKNOWN, OtherTitle, Titles, in_order

Property = NamedNode | str
"""A property of a vocabulary, or the local name of one of our own ontology."""

Values = Mapping[str, Any]
"""What a thing is to say, by the members of its JSON."""


class HeldStatements:
    """A few statements in memory, as `Statements`."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._triples = list(dict.fromkeys(triples))

    def triples(
        self,
        subject: NamedNode | BlankNode | None = None,
        predicate: NamedNode | None = None,
        object: NamedNode | BlankNode | Literal | None = None,
    ) -> Iterator[Triple]:
        """Yield the statements that fit."""
        for triple in self._triples:
            if (
                (subject is None or triple.subject == subject)
                and (predicate is None or triple.predicate == predicate)
                and (object is None or triple.object == object)
            ):
                yield triple


@dataclass(frozen=True, slots=True)
class Edit:
    """The circumstances of an edit: the state it is made in, the names of the home, who makes it, and when.

    A contributor's judgements are proposals; a curator's (`decides`) count at once.
    """

    snapshot: Snapshot
    minter: Minter
    agent: str
    at: datetime
    decides: bool = True

    def property(self, name: Property) -> NamedNode:
        """Return a property as a node."""
        return name if isinstance(name, NamedNode) else self.minter.term(name)

    def thing(self, given: object, kinds: Iterable[Kind], where: str) -> NamedNode:
        """Return the thing that a client names: by key, by IRI, or by an object with either. Raise `BadRequest`."""
        named = given.get("iri") or given.get("key") if isinstance(given, Mapping) else given
        wanted = tuple(kinds)
        word = " or ".join(wanted)
        if isinstance(given, Mapping) and (given.get("key") or named) not in (named, self.minter.key(str(named))):
            why = Message("%(given)r and %(named)r are two: give one of them", given=given["key"], named=named)
            raise BadRequest(Message("%(where)s names two things", where=where), [(where, why)])
        if not isinstance(named, str) or not named:
            raise BadRequest(
                Message("%(where)s names no %(word)s", where=where, word=Message(word)),
                [(where, "give a key, an IRI, or an object with either")],
            )
        for kind in wanted:
            node = self._node(named, kind)
            if node is not None and any(True for _ in self.snapshot.triples(node)):
                return survivor_of(self.snapshot, node, self.minter)
        raise BadRequest(
            Message("there is no %(word)s %(named)r", word=Message(word), named=named),
            [(where, Message("no %(word)s has this key or IRI", word=Message(word)))],
        )

    def _node(self, named: str, kind: Kind) -> NamedNode | None:
        if "://" not in named:
            return self.minter.thing(kind, named)
        found = self.minter.kind_and_key(named)
        return NamedNode(named) if found and found[0] == kind and "#" not in named else None


class Field(Protocol):
    """A member of a thing's JSON, as statements."""

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        """Yield the statements that the member is read from."""

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        """Yield the statements that a value stands for. Raises `BadRequest` naming `where`."""


def text_of(value: object, where: str) -> str:
    """Return a text that is not blank. Raises `BadRequest`."""
    if not isinstance(value, str):
        raise BadRequest(
            Message("%(where)s is a text", where=where),
            [(where, Message("not %(name)s: put it in quotation marks", name=type(value).__name__))],
        )
    if not value.strip():
        raise BadRequest(
            Message("%(where)s is empty", where=where), [(where, "leave it out, or give null to clear it")]
        )
    return value


def list_of(value: object, where: str) -> list[Any]:
    """Return a list. Raises `BadRequest`."""
    if not isinstance(value, list):
        raise BadRequest(Message("%(where)s is a list", where=where), [(where, "put the values in square brackets")])
    return value


def object_of(value: object, where: str) -> dict[str, Any]:
    """Return a JSON object. Raises `BadRequest`."""
    if not isinstance(value, dict):
        raise BadRequest(Message("%(where)s is an object", where=where), [(where, "put the members in braces")])
    return value


@dataclass(frozen=True, slots=True)
class Text:
    """One plain literal."""

    name: Property

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        return about.triples(node, edit.property(self.name))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        yield Triple(node, edit.property(self.name), Literal(text_of(value, where)))


@dataclass(frozen=True, slots=True)
class PlainTexts:
    """Several plain literals of one property."""

    name: Property

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        return about.triples(node, edit.property(self.name))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        for number, text in enumerate(list_of(value, where)):
            yield Triple(node, edit.property(self.name), Literal(text_of(text, f"{where}[{number}]")))


def tagged(text: str, tag: str, where: str) -> Literal:
    """Return a literal in a language; `und` (BCP 47: undetermined) is none. Raises `BadRequest`."""
    if tag == "und":
        return Literal(text)
    try:
        return Literal(text, language=tag)
    except ValueError as fault:
        raise BadRequest(
            Message("%(tag)r is no language tag", tag=tag), [(where, "use a tag of BCP 47, such as en or fr")]
        ) from fault


def titles_of(value: object, where: str) -> Titles:
    """Return titles from a JSON object: language tags, each with a text or a list of them. Raises `BadRequest`."""
    found: list[OtherTitle] = []
    for tag, given in object_of(value, where).items():
        place = f"{where}.{tag}"
        language = tagged("", tag, place).language or UNKNOWN
        texts = given if isinstance(given, list) else [given]
        found += [OtherTitle(language, text_of(text, place).strip()) for text in texts]
    return in_order(found)


@dataclass(frozen=True, slots=True)
class ByLanguage:
    """Literals by language tag: one text for each, or a list where `several`."""

    name: Property
    several: bool = False

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        return about.triples(node, edit.property(self.name))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        for tag, given in object_of(value, where).items():
            place = f"{where}.{tag}"
            for text in list_of(given, place) if self.several else [given]:
                yield Triple(node, edit.property(self.name), tagged(text_of(text, place), tag, place))


@dataclass(frozen=True, slots=True)
class InEnglish:
    """The literal of a property in English or in no language; another value leaves those in other languages."""

    name: Property

    def cleared(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        """Yield what goes when the member is cleared: the value in every language, for the next would be shown."""
        return about.triples(node, edit.property(self.name))

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        for triple in about.triples(node, edit.property(self.name)):
            if isinstance(triple.object, Literal) and triple.object.language in (None, "en"):
                yield triple

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        yield Triple(node, edit.property(self.name), Literal(text_of(value, where), language="en"))


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few terms of our own."""

    name: str
    terms: tuple[str, ...]

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        return about.triples(node, edit.property(self.name))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        if value not in self.terms:
            raise BadRequest(
                Message("%(where)s cannot be %(value)r", where=where, value=value),
                [(where, Message("use one of %(terms)s", terms=", ".join(self.terms)))],
            )
        yield Triple(node, edit.property(self.name), edit.minter.term(value))


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that a thing has or has not: true is said, and false is the absence of that."""

    name: str

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        return about.triples(node, edit.property(self.name))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        if not isinstance(value, bool):
            raise BadRequest(
                Message("%(where)s is true or false", where=where), [(where, "give true, or null to clear it")]
            )
        if value:
            yield Triple(node, edit.property(self.name), Literal(True))


@dataclass(frozen=True, slots=True)
class Things:
    """Other things, by key or IRI: one, or a list where `several`. `inverse` says the same from their side."""

    name: Property
    kinds: tuple[Kind, ...]
    several: bool = True
    inverse: Property | None = None

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        yield from about.triples(node, edit.property(self.name))
        if self.inverse:
            yield from about.triples(None, edit.property(self.inverse), node)

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        given = list_of(value, where) if self.several else [value]
        for number, one in enumerate(given):
            other = edit.thing(one, self.kinds, f"{where}[{number}]" if self.several else where)
            if other == node:
                raise BadRequest(Message("%(where)s names the thing itself", where=where), [(where, "name another")])
            yield Triple(node, edit.property(self.name), other)
            if self.inverse:
                yield Triple(other, edit.property(self.inverse), node)


@dataclass(frozen=True, slots=True)
class ThingsByName:
    """Several properties in one member: the name of each in JSON, its term, and the things it may point to."""

    terms: Mapping[str, str]
    kinds: tuple[Kind, ...]

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        for term in self.terms.values():
            yield from about.triples(node, edit.property(term))

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        for name, given in object_of(value, where).items():
            place = f"{where}.{name}"
            if name not in self.terms:
                raise BadRequest(
                    Message("there is no %(place)s", place=place),
                    [(place, Message("use one of %(terms)s", terms=", ".join(self.terms)))],
                )
            yield from Things(self.terms[name], self.kinds).said(edit, node, given, place)


NORMAL_FORMS = {"isbn": normal_isbn, "issn": normal_issn, "orcid": normal_orcid, "ror": normal_ror}
"""Schemes whose identifiers have a check digit and one written form."""


def identifier_node(node: NamedNode, scheme: str, value: str) -> NamedNode:
    """Return the node of an identifier of a thing, of which it may have several in one scheme."""
    return NamedNode(f"{node.value}#{scheme}-{quote(value, safe='-._~:')}")


def normal(scheme: str, value: str, where: str) -> str:
    """Return an identifier in the written form of its scheme. Raises `BadRequest`."""
    if scheme not in NORMAL_FORMS:
        return value
    try:
        return NORMAL_FORMS[scheme](value)
    except ValueError as fault:
        raise BadRequest(
            Message("%(value)r is no %(scheme)s", value=value, scheme=scheme.upper()), [(where, str(fault))]
        ) from fault


def described_identifier(edit: Edit, node: NamedNode, place: NamedNode, scheme: str, value: str) -> Iterator[Triple]:
    """Yield the statements that give a thing a confirmed identifier at that node."""
    yield Triple(node, DATACITE["hasIdentifier"], place)
    yield Triple(place, RDF["type"], DATACITE["Identifier"])
    yield Triple(place, DATACITE["usesIdentifierScheme"], DATACITE[scheme])
    yield Triple(place, LITRE["hasLiteralValue"], Literal(value))
    yield Triple(place, edit.minter.term("confirmation"), edit.minter.term("confirmed"))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Identifiers of one scheme, each a plain literal of a property and a node that says how sure it is."""

    scheme: str
    name: NamedNode

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        values = list(about.triples(node, self.name))
        yield from values
        plain = {triple.object for triple in values}
        for held in about.triples(node, DATACITE["hasIdentifier"]):
            place = held.object
            if not isinstance(place, NamedNode):
                continue
            scheme = any(True for _ in about.triples(place, DATACITE["usesIdentifierScheme"], DATACITE[self.scheme]))
            if scheme and any(one.object in plain for one in about.triples(place, LITRE["hasLiteralValue"])):
                yield held
                yield from about.triples(place)

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        for number, one in enumerate(list_of(value, where)):
            place = f"{where}[{number}]"
            written = normal(self.scheme, text_of(one, place), place)
            yield Triple(node, self.name, Literal(written))
            yield from described_identifier(
                edit, node, identifier_node(node, self.scheme, written), self.scheme, written
            )


IDENTIFIER_SCHEMES = ("orcid", "isni", "viaf", "ror", "wikidata", "issn", "isbn", "doi", "pmid", "url")
"""Schemes of DataCite that an identifier given by hand may be of."""
CONFIRMATIONS = ("confirmed", "recalled", "inferred", "probable")


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Every identifier of a thing: scheme, value, how sure it is, and a note."""

    def owned(self, edit: Edit, about: Statements, node: NamedNode) -> Iterator[Triple]:
        for held in about.triples(node, DATACITE["hasIdentifier"]):
            yield held
            if isinstance(held.object, NamedNode):
                yield from about.triples(held.object)

    def said(self, edit: Edit, node: NamedNode, value: Any, where: str) -> Iterator[Triple]:
        for number, one in enumerate(list_of(value, where)):
            place = f"{where}[{number}]"
            given = object_of(one, place)
            scheme = given.get("scheme")
            if scheme not in IDENTIFIER_SCHEMES:
                choices = ", ".join(IDENTIFIER_SCHEMES)
                raise BadRequest(
                    Message("%(scheme)r is no scheme", scheme=scheme),
                    [(f"{place}.scheme", Message("use one of %(choices)s", choices=choices))],
                )
            written = normal(scheme, text_of(given.get("value"), f"{place}.value"), f"{place}.value")
            sure = given.get("confirmation", "confirmed")
            if sure not in CONFIRMATIONS:
                choices = ", ".join(CONFIRMATIONS)
                raise BadRequest(
                    Message("%(sure)r is no confirmation", sure=sure),
                    [(f"{place}.confirmation", Message("use one of %(choices)s", choices=choices))],
                )
            at = identifier_node(node, scheme, written)
            for triple in described_identifier(edit, node, at, scheme, written):
                confirmed = triple.predicate == edit.minter.term("confirmation")
                yield Triple(at, triple.predicate, edit.minter.term(sure)) if confirmed else triple
            if note := given.get("note"):
                yield Triple(at, RDFS["comment"], Literal(text_of(note, f"{place}.note")))
