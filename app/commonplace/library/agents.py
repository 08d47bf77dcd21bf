"""Read people, organizations and venues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal as OneOf

from pyoxigraph import BlankNode, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.schemas import Person, Venue
from commonplace.library.selection import Order, Selection
from commonplace.library.works import identifiers_of, merged_into_it
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, PRISM, PRO, RDF, SKOS
from commonplace.model.roles import ROLES
from commonplace.model.work_reading import Neighbourhood

PEOPLE_ORDER = Order(
    "?thing foaf:name ?name OPTIONAL { ?thing foaf:familyName ?family } BIND(COALESCE(?family, ?name) AS ?value)",
    folded=True,
)
VENUE_ORDER = Order("?thing dcterms:title ?value", folded=True)


def select_people(ranked: list[NamedNode] | None) -> Selection:
    """Select every person."""
    return Selection(ranked=ranked, kind=FOAF["Person"])


def select_organizations(ranked: list[NamedNode] | None) -> Selection:
    """Select every organization: corporate authors and publishers."""
    return Selection(ranked=ranked, kind=FOAF["Organization"])


def select_venues(ranked: list[NamedNode] | None) -> Selection:
    """Select everything that a work of the library appears in."""
    patterns = ["?part dcterms:isPartOf ?thing ; a fabio:Expression ."]
    named_by = frozenset((DCTERMS["isPartOf"],))
    return Selection(patterns, ranked=ranked, reach=_venues_of, repeats=True, named_by=named_by)


def _venues_of(snapshot: Snapshot, part: NamedNode | BlankNode) -> Iterator[NamedNode]:
    """Return what a node appears in, which is a venue when the node is a work."""
    return (t.object for t in snapshot.triples(part, DCTERMS["isPartOf"]) if isinstance(t.object, NamedNode))


def person_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Person:
    """Return a person or organization. Raises `NotFound`."""
    about = Neighbourhood(snapshot.triples(node))
    kinds = {kind.value for kind in about.nodes(node, RDF["type"])}
    kind: OneOf["person", "organization"]
    if FOAF["Person"].value in kinds:
        kind = "person"
    elif FOAF["Organization"].value in kinds:
        kind = "organization"
    else:
        raise NotFound(Message("there is no person or organization %(key)r", key=minter.key(node.value)))
    key = minter.key(node.value)
    return Person(
        iri=node.value,
        key=key,
        kind=kind,
        type=kind,
        name=about.text(node, FOAF["name"]) or key,
        family=about.text(node, FOAF["familyName"]),
        given=about.text(node, FOAF["givenName"]),
        particle=about.text(node, minter.term("particle")),
        dropping_particle=about.text(node, minter.term("droppingParticle")),
        suffix=about.text(node, minter.term("suffix")),
        alternative_names=about.texts(node, SKOS["altLabel"]) or None,
        identifiers=identifiers_of(snapshot, node, minter) or None,
        roles=_roles(snapshot, node, minter),
        works=f"/works?author={key}",
        merged=merged_into_it(snapshot, node, minter),
        version=snapshot.version,
    )


def _roles(snapshot: Snapshot, agent: NamedNode, minter: Minter) -> dict[str, int]:
    names = {role.term(minter): role.csl for role in ROLES}
    counted: Counter[str] = Counter()
    for held in snapshot.triples(None, PRO["isHeldBy"], agent):
        if isinstance(held.subject, NamedNode):
            for triple in snapshot.triples(held.subject, PRO["withRole"]):
                if isinstance(triple.object, NamedNode):
                    counted[names.get(triple.object, triple.object.value)] += 1
    published = sum(1 for _ in snapshot.triples(None, DCTERMS["publisher"], agent))
    if published:
        counted["publisher"] = published
    return dict(sorted(counted.items()))


def venue_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Venue:
    """Return a venue. Raises `NotFound`."""
    about = Neighbourhood(snapshot.triples(node))
    title = about.text(node, DCTERMS["title"])
    parts = sum(1 for _ in snapshot.triples(None, DCTERMS["isPartOf"], node))
    named = minter.kind_and_key(node.value)
    if title is None or not (parts or (named and named[0] == "venue")):
        raise NotFound(Message("there is no venue %(key)r", key=minter.key(node.value)))
    kinds = sorted(
        kind.value.removeprefix(FABIO.iri).rpartition("/")[2]
        for kind in about.nodes(node, RDF["type"])
        if kind != FABIO["Expression"]
    )
    return Venue(
        iri=node.value,
        key=minter.key(node.value),
        type=kinds[0] if kinds else "Expression",
        title=title,
        issn=about.texts(node, PRISM["issn"]) or None,
        identifiers=identifiers_of(snapshot, node, minter) or None,
        works=parts,
        merged=merged_into_it(snapshot, node, minter),
        version=snapshot.version,
    )
