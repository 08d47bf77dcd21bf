"""Turn quads back into records: the inverse of `commonplace.model.work_graph`.

A record is read from a `Neighbourhood`: the statements about a work and about the nodes one or two
steps away that its record needs (`NEIGHBOURS` names the steps).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.model.json_text import read_json
from commonplace.model.minter import Minter
from commonplace.model.names import Contributor, Name
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, PRISM, PRO, RDF
from commonplace.model.other_titles import TERMS, UNKNOWN, OtherTitle, Titles, in_order
from commonplace.model.record import Record
from commonplace.model.rich_text import read, rich_form
from commonplace.model.roles import ROLES
from commonplace.model.work_graph import LITERAL_FIELDS, OWN_FIELDS, RICH_FIELDS

NEIGHBOURS: tuple[tuple[NamedNode, ...], ...] = (
    (PRO["isDocumentContextFor"],),
    (PRO["isDocumentContextFor"], PRO["isHeldBy"]),
    (DCTERMS["isPartOf"],),
    (DCTERMS["publisher"],),
)
"""Paths from a work to the nodes that its record is read from."""


class Neighbourhood:
    """Statements by subject and predicate. Objects keep the order they came in."""

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._said: dict[object, dict[NamedNode, list[object]]] = {}
        self.add(triples)

    def add(self, triples: Iterable[Triple]) -> None:
        """Take in more statements."""
        for triple in triples:  # its parts by name, and the terms as they are: that takes half the time
            said = self._said.setdefault(triple.subject, {})
            said.setdefault(triple.predicate, []).append(triple.object)

    def add_said(self, subject: NamedNode, said: Iterable[tuple[NamedNode, object]]) -> None:
        """Take in what is said of one subject, as pairs of predicate and object."""
        objects = self._said.setdefault(subject, {})
        for predicate, object in said:
            objects.setdefault(predicate, []).append(object)

    def of(self, subject: NamedNode) -> Mapping[NamedNode, Sequence[object]]:
        """Return the objects of one subject by predicate: who asks for many of them asks for that once."""
        return self._said.get(subject, _NOTHING)

    def nodes(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """Return the IRIs that are objects, sorted."""
        return _nodes(self.of(subject).get(predicate, ()))

    def node(self, subject: NamedNode, predicate: NamedNode) -> NamedNode | None:
        """Return the first of the IRIs that are objects, or None."""
        found = _nodes(self.of(subject).get(predicate, ()))
        return found[0] if found else None

    def texts(self, subject: NamedNode, predicate: NamedNode) -> list[str]:
        """Return the values of the literals that are objects, sorted."""
        return _texts(self.of(subject).get(predicate, ()))

    def titles(self, subject: NamedNode, predicate: NamedNode) -> Titles:
        """Return the literals that are objects as titles, each with its language."""
        return _titles(self.of(subject).get(predicate, ()))

    def text(self, subject: NamedNode, predicate: NamedNode) -> str | None:
        """Return the first of the values of the literals that are objects, or None."""
        return _text(self.of(subject).get(predicate, ()))


_NOTHING: Mapping[NamedNode, Sequence[object]] = MappingProxyType({})


def _nodes(objects: Iterable[object]) -> list[NamedNode]:
    found = [o for o in objects if isinstance(o, NamedNode)]
    return sorted(found, key=lambda node: node.value) if len(found) > 1 else found


def _texts(objects: Iterable[object]) -> list[str]:
    texts = [o.value for o in objects if isinstance(o, Literal)]
    return sorted(texts) if len(texts) > 1 else texts


def _text(objects: Iterable[object]) -> str | None:
    texts = _texts(objects)
    return texts[0] if texts else None


def _titles(objects: Iterable[object]) -> Titles:
    return in_order(OtherTitle(o.language or UNKNOWN, o.value) for o in objects if isinstance(o, Literal))


@dataclass(frozen=True, slots=True)
class Contribution:
    """A contributor, with the IRI of the person or body."""

    agent: NamedNode
    contributor: Contributor


def read_name(about: Neighbourhood, node: NamedNode, minter: Minter) -> Name | None:
    """Return the name that stands on a person, body or role node; None when there is none."""
    said = about.of(node)
    family = _text(said.get(FOAF["familyName"], ()))
    if family:
        values = {part: text for part, term in _parts(minter) if (text := _text(said.get(term, ())))}
        return Name(
            family=family,
            given=values.get("given"),
            particle=values.get("particle"),
            suffix=values.get("suffix"),
            dropping_particle=values.get("dropping_particle"),
            comma_suffix=values.get("comma_suffix") == "true",
            static_ordering=values.get("static_ordering") == "true",
        )
    literal = _text(said.get(FOAF["name"], ()))
    return Name(literal=literal) if literal else None


@lru_cache(maxsize=4)
def _parts(minter: Minter) -> tuple[tuple[str, NamedNode], ...]:
    """Return the parts of a name beside the family name, with the property of each."""
    return (
        ("given", FOAF["givenName"]),
        ("particle", minter.term("particle")),
        ("suffix", minter.term("suffix")),
        ("dropping_particle", minter.term("droppingParticle")),
        ("comma_suffix", minter.term("commaSuffix")),
        ("static_ordering", minter.term("staticOrdering")),
    )


@lru_cache(maxsize=4)
def _ranks(minter: Minter) -> dict[str, tuple[int, str]]:
    """Return the IRI of each role, with its place in `ROLES` and its CSL name."""
    return {role.term(minter).value: (number, role.csl) for number, role in enumerate(ROLES)}


def read_contributions(about: Neighbourhood, work: NamedNode, minter: Minter) -> list[Contribution]:
    """Return the contributors of a work, in the order of `ROLES`, then of position."""
    rank = _ranks(minter)
    found: list[tuple[int, int, Contribution]] = []
    for node in about.nodes(work, PRO["isDocumentContextFor"]):
        role, agent = about.node(node, PRO["withRole"]), about.node(node, PRO["isHeldBy"])
        if role is None or agent is None or (place := rank.get(role.value)) is None:
            continue
        name = read_name(about, node, minter) or read_name(about, agent, minter)
        name = name or Name(literal=minter.key(agent.value))
        position = int(about.text(node, minter.term("position")) or 0)
        found.append((place[0], position, Contribution(agent, Contributor(place[1], name))))
    found.sort(key=lambda item: item[:2])
    return [contribution for _, _, contribution in found]


@dataclass(frozen=True, slots=True)
class _Properties:
    """The fields of a record that are read from properties of a work, by property: of one text, of several, titles."""

    text: Mapping[NamedNode, str]
    texts: Mapping[NamedNode, str]
    titles: Mapping[NamedNode, str]


@lru_cache(maxsize=4)
def _properties(minter: Minter) -> _Properties:
    own = {minter.term(term): field for field, term in OWN_FIELDS}
    return _Properties(
        {predicate: field for field, predicate in (*LITERAL_FIELDS, ("available", DCTERMS["available"]))} | own,
        {PRISM["keyword"]: "keywords", minter.term("alternativeKey"): "alternative_keys"},
        {minter.term(term): field for field, term in TERMS.items()},
    )


def read_work(
    about: Neighbourhood, work: NamedNode, minter: Minter, contributions: Iterable[Contribution] | None = None
) -> Record:
    """Return the record of a work, from the statements in its neighbourhood.

    `contributions` are what `read_contributions` says of the work, where that is known.
    """
    if contributions is None:
        contributions = read_contributions(about, work, minter)
    said, properties = about.of(work), _properties(minter)
    fields: dict[str, Any] = {}
    for predicate, objects in said.items():  # of what is there: most fields are not
        if field := properties.text.get(predicate):
            fields[field] = _text(objects)
        elif field := properties.texts.get(predicate):
            fields[field] = tuple(_texts(objects))
        elif field := properties.titles.get(predicate):
            fields[field] = _titles(objects)
    container = about.node(work, DCTERMS["isPartOf"])
    publisher = about.node(work, DCTERMS["publisher"])
    part_of = minter.kind_and_key(container.value) if container else None
    book = container if part_of and part_of[0] == "work" else None
    source = about.text(work, minter.term("sourceFields"))
    return Record.of(
        fields
        | {
            "key": minter.key(work.value),
            "type": about.text(work, DCTERMS["type"]) or "document",
            "contributors": tuple([c.contributor for c in contributions]),
            "issued": about.text(work, DCTERMS["issued"]) or about.text(work, FABIO["hasPublicationYear"]),
            "container_title": about.text(container, DCTERMS["title"]) if container else None,
            "publisher": about.text(publisher, FOAF["name"]) if publisher else None,
            "isbn": tuple(_isbn(about, work, book)),
            "issn": tuple(about.texts(container or work, PRISM["issn"])),
            "part_of": part_of[1] if part_of and book else None,
            "extra": read_json(source) if source else {},
            "rich": dict(_rich(about, work, minter, fields)),
        }
    )


def _rich(
    about: Neighbourhood, work: NamedNode, minter: Minter, fields: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Return the rich form of each field that has one, made safe; not one that is of another text than the field."""
    for name, term in RICH_FIELDS:
        markup = about.text(work, minter.term(term))
        if markup and (text := read(markup)).plain == fields.get(name) and (form := rich_form(name, text)):
            yield name, form


def _isbn(about: Neighbourhood, work: NamedNode, container: NamedNode | None) -> Iterator[str]:
    """Return a work's own ISBNs, or those of the book it is a part of."""
    own = about.texts(work, PRISM["isbn"])
    yield from own or (about.texts(container, PRISM["isbn"]) if container else ())


def is_work(about: Neighbourhood, node: NamedNode) -> bool:
    """Return whether the node is a bibliography entry."""
    return FABIO["Expression"] in about.nodes(node, RDF["type"])
