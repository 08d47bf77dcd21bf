"""Turn quads back into records: the inverse of `commonplace.model.work_graph`.

A record is read from a `Neighbourhood`: the statements about a work and about the nodes one or two
steps away that its record needs (`NEIGHBOURS` names the steps).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
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

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: dict[tuple[object, NamedNode], list[object]] = {}
        self.add(triples)

    def add(self, triples: Iterable[Triple]) -> None:
        """Take in more statements."""
        for triple in triples:  # its parts by name, and the terms as they are: that takes half the time
            self._objects.setdefault((triple.subject, triple.predicate), []).append(triple.object)

    def nodes(self, subject: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        """Return the IRIs that are objects, sorted."""
        found = [o for o in self._objects.get((subject, predicate), ()) if isinstance(o, NamedNode)]
        return sorted(found, key=lambda node: node.value) if len(found) > 1 else found

    def node(self, subject: NamedNode, predicate: NamedNode) -> NamedNode | None:
        """Return the first of the IRIs that are objects, or None."""
        return next(iter(self.nodes(subject, predicate)), None)

    def texts(self, subject: NamedNode, predicate: NamedNode) -> list[str]:
        """Return the values of the literals that are objects, sorted."""
        found = self._objects.get((subject, predicate))
        if not found:
            return []
        texts = [o.value for o in found if isinstance(o, Literal)]
        return sorted(texts) if len(texts) > 1 else texts

    def titles(self, subject: NamedNode, predicate: NamedNode) -> Titles:
        """Return the literals that are objects as titles, each with its language."""
        found = [o for o in self._objects.get((subject, predicate), ()) if isinstance(o, Literal)]
        return in_order(OtherTitle(o.language or UNKNOWN, o.value) for o in found)

    def text(self, subject: NamedNode, predicate: NamedNode) -> str | None:
        """Return the first of the values of the literals that are objects, or None."""
        found = self.texts(subject, predicate)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Contribution:
    """A contributor, with the IRI of the person or body."""

    agent: NamedNode
    contributor: Contributor


def read_name(about: Neighbourhood, node: NamedNode, minter: Minter) -> Name | None:
    """Return the name that stands on a person, body or role node; None when there is none."""
    family = about.text(node, FOAF["familyName"])
    if family:
        return Name(
            family=family,
            given=about.text(node, FOAF["givenName"]),
            particle=about.text(node, minter.term("particle")),
            suffix=about.text(node, minter.term("suffix")),
            dropping_particle=about.text(node, minter.term("droppingParticle")),
            comma_suffix=about.text(node, minter.term("commaSuffix")) == "true",
            static_ordering=about.text(node, minter.term("staticOrdering")) == "true",
        )
    literal = about.text(node, FOAF["name"])
    return Name(literal=literal) if literal else None


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
        if role is None or agent is None or role.value not in rank:
            continue
        name = read_name(about, node, minter) or read_name(about, agent, minter)
        name = name or Name(literal=minter.key(agent.value))
        number, csl = rank[role.value]
        position = int(about.text(node, minter.term("position")) or 0)
        found.append((number, position, Contribution(agent, Contributor(csl, name))))
    found.sort(key=lambda item: item[:2])
    return [contribution for _, _, contribution in found]


def read_work(
    about: Neighbourhood, work: NamedNode, minter: Minter, contributions: Iterable[Contribution] | None = None
) -> Record:
    """Return the record of a work, from the statements in its neighbourhood.

    `contributions` are what `read_contributions` says of the work, where that is known.
    """
    if contributions is None:
        contributions = read_contributions(about, work, minter)
    fields: dict[str, Any] = {name: about.text(work, predicate) for name, predicate in LITERAL_FIELDS}
    fields |= {name: about.text(work, minter.term(term)) for name, term in OWN_FIELDS}
    fields |= {name: about.titles(work, minter.term(term)) for name, term in TERMS.items()}
    container = about.node(work, DCTERMS["isPartOf"])
    publisher = about.node(work, DCTERMS["publisher"])
    part_of = minter.kind_and_key(container.value) if container else None
    source = about.text(work, minter.term("sourceFields"))
    return Record(
        key=minter.key(work.value),
        type=about.text(work, DCTERMS["type"]) or "document",
        contributors=tuple(c.contributor for c in contributions),
        issued=about.text(work, DCTERMS["issued"]) or about.text(work, FABIO["hasPublicationYear"]),
        available=about.text(work, DCTERMS["available"]),
        container_title=about.text(container, DCTERMS["title"]) if container else None,
        publisher=about.text(publisher, FOAF["name"]) if publisher else None,
        isbn=tuple(_isbn(about, work, container if part_of and part_of[0] == "work" else None)),
        issn=tuple(about.texts(container, PRISM["issn"]) if container else about.texts(work, PRISM["issn"])),
        keywords=tuple(about.texts(work, PRISM["keyword"])),
        part_of=part_of[1] if part_of and part_of[0] == "work" else None,
        alternative_keys=tuple(about.texts(work, minter.term("alternativeKey"))),
        extra=read_json(source) if source else {},
        rich=dict(_rich(about, work, minter, fields)),
        **fields,
    )


def _rich(
    about: Neighbourhood, work: NamedNode, minter: Minter, fields: Mapping[str, str | None]
) -> Iterator[tuple[str, str]]:
    """Return the rich form of each field that has one, made safe; not one that is of another text than the field."""
    for name, term in RICH_FIELDS:
        markup = about.text(work, minter.term(term))
        if markup and (text := read(markup)).plain == fields[name] and (form := rich_form(name, text)):
            yield name, form


def _isbn(about: Neighbourhood, work: NamedNode, container: NamedNode | None) -> Iterator[str]:
    """Return a work's own ISBNs, or those of the book it is a part of."""
    own = about.texts(work, PRISM["isbn"])
    yield from own or (about.texts(container, PRISM["isbn"]) if container else ())


def is_work(about: Neighbourhood, node: NamedNode) -> bool:
    """Return whether the node is a bibliography entry."""
    return FABIO["Expression"] in about.nodes(node, RDF["type"])
