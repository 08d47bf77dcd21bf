"""Show entities: in a line that tells namesakes apart, in suggestions, in a preview, and with more of their values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.reconciliation.asked import Extension
from commonplace.exchange.reconciliation.properties import (
    PROPERTIES,
    TYPES,
    Entity,
    Property,
    Value,
    entity_id,
    name_of,
    node_of,
    read_entities,
    read_values,
    type_of,
)
from commonplace.model.minter import Kind, Minter

DESCRIBED_BY: dict[Kind, tuple[str, ...]] = {
    "work": ("author", "year", "venue"),
    "person": ("works",),
    "organization": ("works",),
    "venue": ("issn", "works"),
    "concept": ("definition",),
    "case": ("place", "activity"),
}
"""Properties that describe an entity of each type in one line."""

PREVIEWED: dict[Kind, tuple[str, ...]] = {
    "work": ("author", "year", "venue", "volume", "issue", "pages", "doi", "discusses"),
    "person": ("other-name", "orcid", "works"),
    "organization": ("other-name", "works"),
    "venue": ("issn", "works"),
    "concept": ("definition", "other-name", "broader", "works"),
    "case": ("place", "country", "activity", "works"),
}
"""Properties that a preview shows of an entity of each type."""

NAMED = 3
"""Maximum number of values of one property in a line or a preview; then the rest are counted."""

LONGEST = 200
"""Maximum number of characters of a line."""


def descriptions(snapshot: Snapshot, entities: Iterable[Entity], minter: Minter) -> dict[NamedNode, str]:
    """Return a line for each entity that tells it from namesakes."""
    listed = {entity.node: entity.type.id for entity in entities}
    told: dict[NamedNode, list[str]] = {node: [] for node in listed}
    for kind, pids in DESCRIBED_BY.items():
        nodes = [node for node, of in listed.items() if of == kind]
        for pid in pids if nodes else ():
            for node, text in _told(snapshot, PROPERTIES[pid], nodes, minter).items():
                told[node].append(text)
    return {node: _cut(" · ".join(parts)) for node, parts in told.items() if parts}


def previewed(snapshot: Snapshot, id: str, minter: Minter) -> tuple[Entity, list[tuple[str, str]]] | None:
    """Return an entity, and pairs of property and value to be shown of it; None where there is none of that id."""
    node = node_of(snapshot, id, minter)
    entity = read_entities(snapshot, [node], minter).get(node) if node else None
    if node is None or entity is None:
        return None
    shown = []
    for pid in PREVIEWED[entity.type.id]:
        if text := _told(snapshot, PROPERTIES[pid], [node], minter).get(node):
            shown.append((PROPERTIES[pid].name, text))
    return entity, shown


def suggested(snapshot: Snapshot, iris: Iterable[str], minter: Minter) -> list[dict[str, Any]]:
    """Return entities as a suggestion lists them, in the order given."""
    nodes = [NamedNode(iri) for iri in dict.fromkeys(iris)]
    entities = read_entities(snapshot, nodes, minter)
    told = descriptions(snapshot, entities.values(), minter)
    return [
        {
            "id": entity_id(node.value, minter),
            "name": entity.name,
            "notable": [{"id": entity.type.id, "name": entity.type.name}],
            **({"description": told[node]} if node in told else {}),
        }
        for node in nodes
        if (entity := entities.get(node))
    ]


def extended(snapshot: Snapshot, asked: Extension, minter: Minter) -> dict[str, Any]:
    """Return the values of properties of some entities; none for an identifier that is of no entity."""
    nodes = {id: node_of(snapshot, id, minter) for id in asked.ids}
    known = {node for node in nodes.values() if node}
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {id: {} for id in asked.ids}
    meta: list[dict[str, Any]] = []
    for given in asked.properties:
        prop = PROPERTIES[given.id]
        values = read_values(snapshot, prop, known, minter)
        linked = {value for listed in values.values() for value in listed if isinstance(value, NamedNode)}
        names = name_of(snapshot, list(linked), minter)
        for id, node in nodes.items():
            listed = values.get(node, [])[: given.most] if node else []
            rows[id][given.id] = [_cell(value, names, minter) for value in listed]
        of = {"type": {"id": prop.of, "name": TYPES[prop.of].name}} if prop.of else {}
        meta.append({"id": prop.id, "name": prop.name, **of})
    return {"meta": meta, "rows": rows}


def _cell(value: Value, names: dict[NamedNode, str], minter: Minter) -> dict[str, Any]:
    if isinstance(value, NamedNode):
        if type_of(value, minter) is None:
            return {"str": names[value]}
        return {"id": entity_id(value.value, minter), "name": names[value]}
    return {"int": value} if isinstance(value, int) else {"str": value}


def _told(snapshot: Snapshot, prop: Property, nodes: list[NamedNode], minter: Minter) -> dict[NamedNode, str]:
    """Return the values of a property of each entity that has any, in words."""
    values = read_values(snapshot, prop, nodes, minter)
    shown = {value for listed in values.values() for value in listed[:NAMED] if isinstance(value, NamedNode)}
    names = name_of(snapshot, list(shown), minter)
    made = {}
    for node, listed in values.items():
        texts = [names[one] if isinstance(one, NamedNode) else str(one) for one in listed[:NAMED]]
        more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
        made[node] = "; ".join(texts) + more
    return made


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
