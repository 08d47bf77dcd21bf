"""Answer reconciliation queries: who may be meant, how surely, and whether one of them is meant beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import NamedNode

from commonplace.curation.duplicates.titles import title_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.reconciliation.asked import GivenEntity, GivenProperty, GivenValue, Query
from commonplace.exchange.reconciliation.candidates import candidates_of
from commonplace.exchange.reconciliation.properties import (
    IDENTIFYING,
    PROPERTIES,
    Comparison,
    Entity,
    Property,
    Value,
    entity_id,
    node_of,
    read_entities,
    read_values,
)
from commonplace.exchange.reconciliation.scoring import (
    FAMILY,
    OTHER_NAME,
    identifiers_in,
    name_likeness,
    person_name,
    value_likeness,
    weighed,
)
from commonplace.exchange.reconciliation.showing import descriptions
from commonplace.library import Library
from commonplace.model.change import Version
from commonplace.model.minter import Minter

NAME_WEIGHT = 2.0
"""Weight of the name in a score, beside 1 for each property that is compared."""

UNKNOWN, UNKNOWN_WEIGHT = 50.0, 0.5
"""Likeness and weight of a property that the library does not know of a thing: it may well be so."""

CLEAR = 15.0
"""Minimum by which the score of a match is above that of every other candidate."""

NEAR, AGREES, CONTRADICTS = 85.0, 80.0, 50.0
"""Likeness from which a name is near, a value agrees, and below which a value contradicts."""

LEAST = 15.0
"""Minimum score of a candidate: below it, hardly a word is shared."""

GIVEN_FAMILY = 90.0
"""Likeness of a family name as an author: tables often have no more of a name."""

AGREEING = 2
"""Minimum number of properties that agree for a name that is near, and not equal, to be a match."""

IDENTIFIED = 95.0
"""Minimum score of a thing that an identifier names, whose name is as like as this says or not given."""


@dataclass(slots=True)
class Scored:
    """A candidate with its score, and the features that it is made of."""

    entity: Entity
    score: float = 0.0
    name: float | None = None
    identified: bool = False
    keyed: bool = False
    """Whether the text is its key."""
    properties: dict[str, float | None] = field(default_factory=dict)
    foreign: bool = False
    """Whether it is of another type than was asked for."""

    @property
    def contradicted(self) -> bool:
        """Return whether something that was said of it is otherwise here."""
        return any(one is not None and one < CONTRADICTS for one in self.properties.values())

    @property
    def agreeing(self) -> int:
        """Return the number of properties that are here as was said."""
        return sum(1 for one in self.properties.values() if one is not None and one >= AGREES)


@dataclass(frozen=True, slots=True)
class _KnownCandidates:
    """What one snapshot says of all candidates of a batch."""

    entities: Mapping[NamedNode, Entity]
    values: Mapping[str, Mapping[NamedNode, Sequence[Value]]]
    linked: Mapping[NamedNode, Entity]
    named: Mapping[str, NamedNode]
    """The entities that texts name by identifier or IRI."""


def reconcile(
    library: Library, queries: Mapping[str, Query], check: Callable[[], None]
) -> tuple[dict[str, dict[str, Any]], Version]:
    """Return the result batch of some queries, and the version it was read from.

    `check` is called between searches, and raises what is to end the answer.
    """
    index, found = library.search(), {}
    for name, query in queries.items():
        check()
        found[name] = [NamedNode(iri) for iri in candidates_of(index, query)]

    def answer(snapshot: Snapshot) -> tuple[dict[str, dict[str, Any]], Version]:
        held = _read(snapshot, queries, found, library.minter)
        results: dict[str, list[tuple[Scored, bool]]] = {}
        for name, query in queries.items():
            check()
            results[name] = _result(query, found[name], held)
        shown = [one.entity for result in results.values() for one, _ in result]
        told = descriptions(snapshot, shown, library.minter)
        batch = {
            name: {"result": [_candidate(one, match, told, library.minter) for one, match in result]}
            for name, result in results.items()
        }
        return batch, snapshot.version

    return library.read(answer)


def _read(
    snapshot: Snapshot, queries: Mapping[str, Query], found: Mapping[str, Sequence[NamedNode]], minter: Minter
) -> _KnownCandidates:
    texts = {query.text for query in queries.values() if "/" in query.text}
    texts |= {
        one.id for query in queries.values() for given in query.properties for one in given.values
        if isinstance(one, GivenEntity)
    }  # fmt: skip
    named = {text: node for text in texts if (node := node_of(snapshot, text, minter))}
    nodes = {node for one in found.values() for node in one} | set(named.values())
    wanted = {given.pid for query in queries.values() for given in query.properties}
    wanted |= {pid for query in queries.values() for pid in identifiers_in(query.text)}
    values = {pid: read_values(snapshot, PROPERTIES[pid], nodes, minter) for pid in wanted}
    linked = {
        value
        for pid in wanted if PROPERTIES[pid].of
        for listed in values[pid].values() for value in listed if isinstance(value, NamedNode)
    }  # fmt: skip
    return _KnownCandidates(
        read_entities(snapshot, nodes, minter), values, read_entities(snapshot, linked, minter), named
    )


def _result(query: Query, found: Iterable[NamedNode], held: _KnownCandidates) -> list[tuple[Scored, bool]]:
    """Return the candidates of a query, the likeliest first, each with whether it is the match."""
    direct = held.named.get(query.text)
    nodes = [direct] if direct else found
    all_of_them = query.type_strict == "all" and len(query.types) > 1 and query.type is not None
    scored = []
    for node in nodes:
        entity = held.entities.get(node)
        if entity is None or all_of_them:  # nothing is of two types
            continue
        foreign = entity.type.id not in query.types
        if not foreign or query.type_strict == "should":
            scored.append(_scored(query, entity, held, foreign=foreign))
    scored = [one for one in scored if one.score >= LEAST]
    scored.sort(key=lambda one: (-one.score, one.entity.node.value))
    shown = scored[: query.most]
    return [(one, number == 0 and _is_match(query, one, scored)) for number, one in enumerate(shown)]


def _scored(query: Query, entity: Entity, held: _KnownCandidates, *, foreign: bool) -> Scored:
    made = Scored(entity, foreign=foreign)
    by_identifier = _by_identifier(query.text, entity, held)
    if query.text and not by_identifier:
        made.name = name_likeness(query.text, entity)
        made.keyed = entity.node.value.rpartition("/")[2] == query.text
        made.name = 100.0 if made.keyed else made.name
    parts = [] if made.name is None else [(made.name, NAME_WEIGHT)]
    made.identified = by_identifier
    for given in query.properties:
        prop = PROPERTIES[given.pid]
        if not given.values:
            continue
        known = entity.type.id in prop.patterns  # what cannot have the property is another thing
        likeness = _property_likeness(given, prop, held, entity) if known else 0.0
        made.properties[given.pid] = likeness
        parts.append((UNKNOWN, UNKNOWN_WEIGHT) if likeness is None else (likeness, 1.0))
        if prop.compared in IDENTIFYING and (prop.compared != "issn" or entity.type.id == "venue"):
            made.identified = made.identified or likeness == 100.0
    made.score = 100.0 if by_identifier and not parts else weighed(parts)
    if made.identified and (made.name is None or made.name >= CONTRADICTS) and not made.contradicted:
        made.score = max(made.score, IDENTIFIED)
    if foreign:
        made.score = max(made.score - CLEAR - 5, 0)
    return made


def _by_identifier(text: str, entity: Entity, held: _KnownCandidates) -> bool:
    """Return whether the text of a query is the identifier of an entity: its IRI, or its DOI, ISBN, ISSN or ORCID."""
    if held.named.get(text) == entity.node:
        return True
    if entity.type.id == "work":
        compared: list[Comparison] = [one for one in identifiers_in(text) if one != "issn"]  # it is the journal's
    else:
        compared = identifiers_in(text)
    return any(
        value_likeness(one, text, str(value)) == 100.0
        for one in compared
        for value in held.values[one].get(entity.node, ())
    )


def _property_likeness(given: GivenProperty, prop: Property, held: _KnownCandidates, entity: Entity) -> float | None:
    """Return how like the values given are to those of an entity; None where that has none, or none can be compared."""
    values = held.values[prop.id].get(entity.node, ())
    if not values:
        return None
    asked: list[GivenValue] = given.values
    if prop.compared == "name":  # several people in one cell
        asked = [
            part
            for one in asked
            for part in (re.split(r"\s*(?:;|\||\band\b|&)\s*", one) if isinstance(one, str) else [one])
        ]
    found = [
        max(
            (one for value in values if (one := _likeness(given_value, value, prop, held)) is not None),
            default=None,
        )
        for given_value in asked
        if given_value != ""
    ]
    known = [one for one in found if one is not None]
    if not known:
        return None
    return sum(known) / len(known) if prop.compared == "name" else max(known)


def _likeness(given: GivenValue, value: Value, prop: Property, held: _KnownCandidates) -> float | None:
    if isinstance(given, GivenEntity):
        if given.id in held.named and isinstance(value, NamedNode):
            return 100.0 if held.named[given.id] == value else 0.0
        given = given.name or given.id
    text = f"{given:g}" if isinstance(given, float) else str(given)
    if isinstance(value, NamedNode):
        entity = held.linked.get(value)
        likeness = name_likeness(text, entity) if entity else None
        return GIVEN_FAMILY if likeness == FAMILY else likeness
    return value_likeness("text" if prop.compared == "name" else prop.compared, text, str(value))


def _is_match(query: Query, top: Scored, scored: Sequence[Scored]) -> bool:
    """Return whether the likeliest candidate is meant beyond doubt: by an identifier, or as one clear candidate."""
    others = [one for one in scored if one is not top]
    if top.contradicted or top.foreign:
        return False
    if top.identified:
        return (top.name is None or top.name >= CONTRADICTS) and not any(one.identified for one in others)
    if top.name is None or any(one.score > top.score - CLEAR for one in others):
        return False
    if top.name < OTHER_NAME:
        return top.name >= NEAR and top.agreeing >= AGREEING
    return top.keyed or top.agreeing > 0 or _tells(query.text, top.entity)


def _tells(text: str, entity: Entity) -> bool:
    """Return whether an equal name is enough: a title that comes again is not, nor are initials of a person."""
    if entity.type.id == "work":
        title = title_of(text)
        return title is not None and not title.is_short
    if entity.type.id == "person":
        name = person_name(text)
        return name is not None and any(len(word) > 1 for word in re.findall(r"[^\W\d_]+", name.given or ""))
    return True


def _candidate(one: Scored, match: bool, told: Mapping[NamedNode, str], minter: Minter) -> dict[str, Any]:
    features: list[dict[str, Any]] = [{"id": "identifier", "value": one.identified}]
    if one.name is not None:
        features.append({"id": "name-likeness", "value": round(one.name, 1)})
    features += [{"id": pid, "value": round(value, 1)} for pid, value in one.properties.items() if value is not None]
    made: dict[str, Any] = {
        "id": entity_id(one.entity.node.value, minter),
        "name": one.entity.name,
        "type": [{"id": one.entity.type.id, "name": one.entity.type.name}],
        "score": round(one.score, 1),
        "match": match,
        "features": features,
    }
    if description := told.get(one.entity.node):
        made["description"] = description
    return made
