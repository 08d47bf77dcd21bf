"""List what can be edited of each kind of thing but works: the members of its JSON, and what each stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.curation.editing.fields import (
    ByLanguage,
    Edit,
    Field,
    Identifiers,
    InEnglish,
    Mark,
    Numbers,
    OneOf,
    PlainTexts,
    Text,
    Things,
    ThingsByName,
    Values,
)
from commonplace.errors import BadRequest, Message
from commonplace.model.case_dimensions import DIMENSIONS
from commonplace.model.minter import Kind, one_of
from commonplace.model.names import Name
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, PRISM, PROV, RDF, RDFS, SKOS
from commonplace.model.types import VENUE_CLASS

"""The members of a thing's JSON."""

Derived = Callable[[Edit, NamedNode, Values], Iterator[Triple]]
"""Yield the statements that follow from the members: a full name from its parts, a top concept from no broader one."""

VENUE_TYPES = tuple(dict.fromkeys(VENUE_CLASS.values()))


@dataclass(frozen=True, slots=True)
class Form:
    """What can be edited of one kind of thing.

    `types` are said of a new one; `required` members must be there. `derived` statements follow from the members:
    when these change, those are made anew, `follows` being the properties of the thing that they have, and
    `follows_inverse` the properties that point to it.
    """

    kind: Kind
    fields: Mapping[str, Field]
    types: Callable[[Edit, Values], list[NamedNode]]
    required: tuple[str, ...] = ()
    follows: tuple[NamedNode, ...] = ()
    follows_inverse: tuple[NamedNode, ...] = ()
    derived: Derived | None = None
    new: Derived | None = None
    """Yield what is said of a new thing only."""
    read_only: frozenset[str] = field(default_factory=frozenset)

    def field(self, name: str) -> Field:
        """Return the field of a member. Raises `BadRequest` when there is none, or it follows from others."""
        if name in self.fields:
            return self.fields[name]
        choices = ", ".join(self.fields)
        if name in self.read_only:
            raise BadRequest(
                Message("%(name)s of %(kind)s cannot be edited", name=name, kind=Message(one_of(self.kind))),
                [(name, Message("it follows from: %(choices)s", choices=choices))],
            )
        raise BadRequest(
            Message("%(kind)s has no %(name)s", kind=Message(one_of(self.kind)), name=name),
            [(name, Message("use one of %(choices)s", choices=choices))],
        )


def _always(*types: NamedNode) -> Callable[[Edit, Values], list[NamedNode]]:
    return lambda edit, values: list(types)


def _own(term: str) -> Callable[[Edit, Values], list[NamedNode]]:
    return lambda edit, values: [edit.minter.term(term)]


def name_of(values: Values) -> Name:
    """Return the name that the members of a person give. Raises `BadRequest` without a family name."""
    if not values.get("family"):
        raise BadRequest("a person needs a family name", [("family", "give the family name; of a single name, that")])
    return Name(
        family=values["family"],
        given=values.get("given"),
        particle=values.get("particle"),
        dropping_particle=values.get("dropping_particle"),
        suffix=values.get("suffix"),
    )


def _full_name(edit: Edit, node: NamedNode, values: Values) -> Iterator[Triple]:
    yield Triple(node, FOAF["name"], Literal(name_of(values).full))


def _place_in_scheme(edit: Edit, node: NamedNode, values: Values) -> Iterator[Triple]:
    """Make a concept without a broader one a top concept of its scheme."""
    scheme = _scheme(edit, node)
    yield Triple(node, SKOS["inScheme"], scheme)
    if not values.get("broader"):
        yield Triple(node, SKOS["topConceptOf"], scheme)
        yield Triple(scheme, SKOS["hasTopConcept"], node)


def _scheme(edit: Edit, node: NamedNode) -> NamedNode:
    """Return the scheme that a concept is in, else the library's first, else `id/scheme/concepts`."""
    for subject, predicate in ((node, SKOS["inScheme"]), (None, RDF["type"])):
        value = SKOS["ConceptScheme"] if subject is None else None
        for triple in edit.snapshot.triples(subject, predicate, value):
            found = triple.subject if subject is None else triple.object
            if isinstance(found, NamedNode):
                return found
    return edit.minter.thing("scheme", "concepts")


def _new_concept(edit: Edit, node: NamedNode, values: Values) -> Iterator[Triple]:
    yield Triple(node, SKOS["notation"], Literal(edit.minter.key(node.value)))
    scheme = _scheme(edit, node)
    if not any(True for _ in edit.snapshot.triples(scheme)):
        yield Triple(scheme, RDF["type"], SKOS["ConceptScheme"])
        yield Triple(scheme, SKOS["prefLabel"], Literal("Concepts", language="en"))


def _venue_type(edit: Edit, values: Values) -> list[NamedNode]:
    given = values.get("type", "Journal")
    if given not in VENUE_TYPES:
        raise BadRequest(
            Message("%(given)r is no type of venue", given=given),
            [("type", Message("use one of %(venue_types)s", venue_types=", ".join(VENUE_TYPES)))],
        )
    return [FABIO[given]]


_AGENT_READ_ONLY = frozenset({"iri", "key", "type", "roles", "works", "merged", "version"})
_HEADING_READ_ONLY = frozenset("iri key label coverage extent works merged version".split())

FORMS: dict[Kind, Form] = {
    "person": Form(
        "person",
        {
            "family": Text(FOAF["familyName"]),
            "given": Text(FOAF["givenName"]),
            "particle": Text("particle"),
            "dropping_particle": Text("droppingParticle"),
            "suffix": Text("suffix"),
            "alternative_names": PlainTexts(SKOS["altLabel"]),
            "identifiers": Identifiers(),
        },
        _always(FOAF["Person"]),
        required=("family",),
        follows=(FOAF["name"],),
        derived=_full_name,
        read_only=_AGENT_READ_ONLY | {"name"},
    ),
    "organization": Form(
        "organization",
        {
            "name": Text(FOAF["name"]),
            "alternative_names": PlainTexts(SKOS["altLabel"]),
            "identifiers": Identifiers(),
        },
        _always(FOAF["Organization"]),
        required=("name",),
        read_only=_AGENT_READ_ONLY,
    ),
    "venue": Form(
        "venue",
        {"title": Text(DCTERMS["title"]), "issn": Numbers("issn", PRISM["issn"])},
        _venue_type,
        required=("title",),
        read_only=frozenset({"iri", "key", "type", "works", "identifiers", "merged", "version"}),
    ),
    "concept": Form(
        "concept",
        {
            "labels": ByLanguage(SKOS["prefLabel"]),
            "alternative_labels": ByLanguage(SKOS["altLabel"], several=True),
            "definitions": ByLanguage(SKOS["definition"]),
            "broader": Things(SKOS["broader"], ("concept",), inverse=SKOS["narrower"]),
            "narrower": Things(SKOS["narrower"], ("concept",), inverse=SKOS["broader"]),
            "related": Things(SKOS["related"], ("concept",), inverse=SKOS["related"]),
            "followed": Mark("followed"),
        },
        _always(SKOS["Concept"]),
        required=("labels",),
        follows=(SKOS["inScheme"], SKOS["topConceptOf"]),
        follows_inverse=(SKOS["hasTopConcept"],),
        derived=_place_in_scheme,
        new=_new_concept,
        read_only=_HEADING_READ_ONLY,
    ),
    "claim": Form(
        "claim",
        {
            "labels": ByLanguage(RDFS["label"]),
            "made_by": Things("madeBy", ("work",)),
            "cases": Things("restsOn", ("case",)),
            "concepts": Things("concerns", ("concept",)),
        },
        _own("Claim"),
        required=("labels", "made_by", "concepts"),
        read_only=_HEADING_READ_ONLY | {"evidence", "affected_by"},
    ),
    "case": Form(
        "case",
        {
            "labels": ByLanguage(RDFS["label"]),
            "activity": InEnglish("activity"),
            "place": InEnglish("place"),
            "country": Text("country"),
            "dimensions": ThingsByName(DIMENSIONS, ("concept",)),
            "described_by": Things("describedBy", ("work",)),
            "described_together_with": Things("describedTogetherWith", ("case",), inverse="describedTogetherWith"),
            "note": InEnglish(RDFS["comment"]),
        },
        _own("Case"),
        required=("labels", "described_by"),
        read_only=_HEADING_READ_ONLY | {"claims", "characteristics", "affected_by"},
    ),
    "screening": Form(
        "screening",
        {
            "work": Things("work", ("work",), several=False),
            "stage": OneOf("stage", ("title-abstract", "full-text")),
            "verdict": OneOf("verdict", ("include", "exclude")),
            "reason": Text("reason"),
            "note": Text(RDFS["comment"]),
        },
        _own("Screening"),
        required=("work", "stage", "verdict"),
        read_only=frozenset("kind iri work_iri agent at version".split()),
    ),
    "evidence": Form(
        "evidence",
        {
            "work": Things("work", ("work",), several=False),
            "about": Things("about", ("concept", "claim"), several=False),
            "state": OneOf("state", ("discusses", "silent", "supports", "contradicts")),
            "directness": OneOf("directness", ("direct", "indirect")),
            "certainty": OneOf("certainty", ("high", "moderate", "low")),
            "quote": Text("quote"),
            "quoted_from": Things(PROV["wasQuotedFrom"], ("work",), several=False),
            "locator": Text("locator"),
            "note": Text(RDFS["comment"]),
            "method": OneOf("method", ("human", "machine", "machine-reviewed")),
            "status": OneOf("standing", ("proposed", "accepted", "rejected")),
        },
        _own("Evidence"),
        required=("work", "about", "state", "certainty"),
        read_only=frozenset(
            [
                *("kind", "id", "iri", "work_iri", "work_status", "about_iri", "about_type", "quoted_from_iri"),
                *("quoted_from_title", "quote_check", "quote_page", "locator_page", "agent", "at", "version"),
            ]
        ),
    ),
}
"""The form of each kind of thing that has one of its own; works have theirs in `work_edits`."""
