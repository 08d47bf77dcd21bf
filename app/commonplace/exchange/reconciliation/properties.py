"""Name the types and properties that tables are matched by and extended with, and read their values.

Source: Reconciliation Service API 0.2, "Core concepts". An entity's identifier is its IRI without the base and `id/`:
`work/ostrom1996`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.library.dois import doi_pattern
from commonplace.library.named_things import known_thing
from commonplace.model.case_dimensions import DIMENSIONS
from commonplace.model.minter import Kind, Minter

Comparison = OneOf["text", "name", "year", "doi", "isbn", "issn", "orcid", "exact"]
"""How a value of a property is compared with that of a table."""

IDENTIFYING: frozenset[Comparison] = frozenset(("doi", "isbn", "orcid", "issn"))
"""Comparisons of which an equal value names one thing."""


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of entity: a kind of thing of the library."""

    id: Kind
    name: str
    description: str


TYPES: dict[str, EntityType] = {
    one.id: one
    for one in (
        EntityType("work", "Work", "An article, book, chapter, report or any other work of the literature"),
        EntityType("person", "Person", "An author, editor or other contributor"),
        EntityType("organization", "Organization", "A corporate author or publisher"),
        EntityType("venue", "Venue", "A journal, series or other place that works appear in"),
        EntityType("concept", "Concept", "What works discuss"),
        EntityType("case", "Case", "A case that works describe"),
    )
}
"""Types of entities by their identifiers, works first: the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Property:
    """A property: for each type that has it a SPARQL pattern from `?thing` to `?value`, which may bind `?order`.

    `of` is the type of its values where they are entities.
    """

    id: str
    name: str
    patterns: Mapping[Kind, str]
    of: Kind | None = None
    compared: Comparison = "text"


Value = str | int | NamedNode
"""A value of a property: a text, a number or a thing."""

_ROLE = (
    "?thing pro:isDocumentContextFor ?role . ?role pro:withRole pro:{role} ; pro:isHeldBy ?value ; cp:position ?order ."
)
_SCHEME = (
    "?thing datacite:hasIdentifier [ datacite:usesIdentifierScheme datacite:{scheme} ; litre:hasLiteralValue ?value ] ."
)
_DISCUSSES = "cp:work {work} ; cp:about {concept} ; cp:state cp:discusses ; cp:standing cp:accepted ."


def _of(kind: Kind, pattern: str) -> dict[Kind, str]:
    return {kind: pattern}


def _work(id: str, name: str, predicate: str, of: Kind | None = None, compared: Comparison = "text") -> Property:
    return Property(id, name, _of("work", f"?thing {predicate} ?value ."), of, compared)


PROPERTIES: dict[str, Property] = {
    one.id: one
    for one in (
        _work("title", "Title", "dcterms:title"),
        _work("year", "Year", "fabio:hasPublicationYear", compared="year"),
        Property("author", "Author", _of("work", _ROLE.format(role="author")), "person", "name"),
        Property("editor", "Editor", _of("work", _ROLE.format(role="editor")), "person", "name"),
        _work("venue", "Journal or other venue", "dcterms:isPartOf", "venue"),
        Property("doi", "DOI", _of("work", doi_pattern("?thing", "?value")), compared="doi"),
        _work("isbn", "ISBN", "prism:isbn", compared="isbn"),
        Property(
            "issn",
            "ISSN",
            {"venue": "?thing prism:issn ?value .", "work": "?thing dcterms:isPartOf/prism:issn ?value ."},
            compared="issn",
        ),
        _work("volume", "Volume", "prism:volume", compared="exact"),
        _work("issue", "Issue", "prism:issueIdentifier", compared="exact"),
        _work("pages", "Pages", "prism:pageRange", compared="exact"),
        _work("date", "Date (EDTF)", "dcterms:issued", compared="exact"),
        _work("publisher", "Publisher", "dcterms:publisher", "organization"),
        _work("type", "Type (CSL)", "dcterms:type", compared="exact"),
        _work("language", "Language", "dcterms:language", compared="exact"),
        _work("keyword", "Keyword", "prism:keyword"),
        _work("abstract", "Abstract", "dcterms:abstract"),
        _work("url", "Address on the web", "foaf:page", compared="exact"),
        _work("key", "Citation key", "cp:citationKey|cp:alternativeKey", compared="exact"),
        _work("cites", "Cites", "cito:cites", "work"),
        _work("cited-by", "Cited by", "^cito:cites", "work"),
        Property(
            "discusses", "Discusses", _of("work", "[] " + _DISCUSSES.format(work="?thing", concept="?value")), "concept"
        ),
        Property("name", "Name", {"person": "?thing foaf:name ?value .", "organization": "?thing foaf:name ?value ."}),
        Property("family", "Family name", _of("person", "?thing foaf:familyName ?value .")),
        Property("given", "Given names", _of("person", "?thing foaf:givenName ?value .")),
        Property("orcid", "ORCID", _of("person", _SCHEME.format(scheme="orcid")), compared="orcid"),
        Property("label", "Label", {
            "concept": "?thing skos:prefLabel ?value .", "case": "?thing rdfs:label ?value .",
            "venue": "?thing dcterms:title ?value .",
        }),
        Property("other-name", "Other name", {
            "work": "?thing dcterms:alternative ?value .",
            **dict.fromkeys(("person", "organization", "concept"), "?thing skos:altLabel ?value ."),
        }),
        Property("definition", "Definition", _of("concept", "?thing skos:definition ?value .")),
        Property("broader", "Broader concept", _of("concept", "?thing skos:broader ?value ."), "concept"),
        Property("narrower", "Narrower concept", _of("concept", "?thing skos:narrower ?value ."), "concept"),
        Property("works", "Works", {
            "person": "?value dcterms:creator ?thing .",
            "organization": "{ ?value dcterms:creator ?thing } UNION { ?value dcterms:publisher ?thing }",
            "venue": "?value dcterms:isPartOf ?thing .",
            "concept": "[] " + _DISCUSSES.format(work="?value", concept="?thing"),
            "case": "?thing cp:describedBy ?value .",
        }, "work"),
        Property("place", "Place", _of("case", "?thing cp:place ?value .")),
        Property("country", "Country", _of("case", "?thing cp:country ?value ."), compared="exact"),
        Property("activity", "Activity", _of("case", "?thing cp:activity ?value .")),
        *(
            Property(name.replace("_", "-"), name.replace("_", " ").capitalize(),
                     _of("case", f"?thing cp:{term} ?value ."), "concept")
            for name, term in DIMENSIONS.items()
        ),
    )
}  # fmt: skip
"""Properties by their identifiers, the most asked for first."""

_NAMES = """{ ?thing dcterms:title ?name } UNION { ?thing foaf:name ?name } UNION { ?thing skos:prefLabel ?name }
 UNION { ?thing rdfs:label ?name } UNION { ?thing dcterms:alternative ?name BIND(true AS ?other) }
 UNION { ?thing skos:altLabel ?name BIND(true AS ?other) }
 OPTIONAL { ?thing foaf:familyName ?family } OPTIONAL { ?thing foaf:givenName ?given }
 OPTIONAL { ?thing cp:particle ?particle }"""


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing with its names: the `name` it is shown by, every `main` one (in each language), and its `others`.

    `family` (with its particle) and `given` are those of a person.
    """

    node: NamedNode
    type: EntityType
    name: str
    main: tuple[str, ...]
    others: tuple[str, ...]
    family: str = ""
    given: str = ""


def entity_id(iri: str, minter: Minter) -> str:
    """Return the identifier of an entity of that IRI."""
    return iri.removeprefix(f"{minter.base}id/")


def node_of(snapshot: Snapshot, id: str, minter: Minter) -> NamedNode | None:
    """Return the entity of an identifier or IRI, or that it was merged into; None where there is none."""
    try:
        node = NamedNode(id if id.startswith(minter.base) else f"{minter.base}id/{quote(id, safe='/%-._~:')}")
    except ValueError:
        return None
    found = known_thing(snapshot, minter, node)
    return found if found is not None and type_of(found, minter) else None


def type_of(node: NamedNode, minter: Minter) -> EntityType | None:
    """Return the type of the entity that a node is; None for any other node."""
    named = minter.kind_and_key(node.value)
    return TYPES.get(named[0]) if named and "#" not in node.value else None


def properties_of(type: str) -> list[Property]:
    """Return the properties that entities of a type may have."""
    return [one for one in PROPERTIES.values() if type in one.patterns]


def read_entities(snapshot: Snapshot, nodes: Iterable[NamedNode], minter: Minter) -> dict[NamedNode, Entity]:
    """Return the entities among some nodes with their names, read in one question; English names come first.

    One without a name, as a work without a title is, has its key for one.
    """
    wanted = {node: type for node in nodes if (type := type_of(node, minter))}
    if not wanted:
        return {}
    names: dict[NamedNode, list[tuple[bool, bool, str]]] = {}
    people: dict[NamedNode, tuple[str, str]] = {}
    for row in snapshot.select(f"{PROLOGUE}SELECT * WHERE {{ {values_clause('thing', wanted)} {_NAMES} }}"):
        node, name = row["thing"], row["name"]
        if isinstance(node, NamedNode) and isinstance(name, Literal):
            names.setdefault(node, []).append((bool(row["other"]), (name.language or "en") != "en", name.value))
            particle, family, given = (_text(row[part]) for part in ("particle", "family", "given"))
            people[node] = (f"{particle} {family}".strip(), given)
    found = {}
    for node, type in wanted.items():
        if node not in names and next(iter(snapshot.triples(node)), None) is None:
            continue
        ordered = sorted(set(names.get(node, [(False, False, minter.key(node.value))])))
        main = tuple(text for other, _, text in ordered if not other)
        others = tuple(text for other, _, text in ordered if other)
        found[node] = Entity(node, type, (main or others)[0], main, others, *people.get(node, ("", "")))
    return found


def read_values(
    snapshot: Snapshot, prop: Property, nodes: Iterable[NamedNode], minter: Minter
) -> dict[NamedNode, list[Value]]:
    """Return the values of a property for each of some entities, in order, read in one question for each type."""
    by_type: dict[Kind, list[NamedNode]] = {}
    for node in nodes:
        if (type := type_of(node, minter)) and type.id in prop.patterns:
            by_type.setdefault(type.id, []).append(node)
    found: dict[NamedNode, dict[Value, tuple[int, bool, str]]] = {}
    for kind, things in by_type.items():
        pattern = f"{values_clause('thing', things)} {prop.patterns[kind]}"
        for row in snapshot.select(f"{PROLOGUE}SELECT * WHERE {{ {pattern} }}"):
            node, term = row["thing"], row["value"]
            order = int(_text(row["order"]) or 0) if "?order" in pattern else 0
            if isinstance(node, NamedNode) and isinstance(term, NamedNode | Literal):
                foreign = isinstance(term, Literal) and (term.language or "en") != "en"
                found.setdefault(node, {}).setdefault(_value(term, prop), (order, foreign, term.value))
    return {node: sorted(values, key=values.__getitem__) for node, values in found.items()}


def name_of(snapshot: Snapshot, nodes: Sequence[NamedNode], minter: Minter) -> dict[NamedNode, str]:
    """Return the name of each of some things; its key where it has none."""
    entities = read_entities(snapshot, nodes, minter)
    return {node: entities[node].name if node in entities else minter.key(node.value) for node in nodes}


def _value(term: NamedNode | Literal, prop: Property) -> Value:
    if isinstance(term, Literal) and prop.compared == "year" and term.value.lstrip("-").isdecimal():
        return int(term.value)
    return term if isinstance(term, NamedNode) else term.value


def _text(term: object) -> str:
    return term.value if isinstance(term, Literal) else ""
