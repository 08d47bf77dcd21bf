"""Say what is on the map of the library: what is linked to what, and where each thing stands."""

from __future__ import annotations

from collections.abc import Collection

from commonplace.library.map_schemas import LinksMap, MapEdge, MapNode
from commonplace.library.placed_maps import PlacedMap


def links_map(placed: PlacedMap, found: Collection[int] | None = None) -> LinksMap:
    """Return the map as it is answered; `found` are the numbers of the things that a search found, if there was one."""
    linked = placed.linked
    ids = {thing.iri: thing.id for thing in linked.things}
    nodes = [
        MapNode(
            id=thing.id,
            kind=thing.kind,
            key=thing.key,
            label=thing.label or thing.key,
            title=thing.title,
            year=thing.year,
            status=thing.status,
            links=thing.links,
            community=placed.community[number],
            x=placed.places[number][0],
            y=placed.places[number][1],
        )
        for number, thing in enumerate(linked.things)
    ]
    edges = [
        MapEdge(
            source=ids[link.source], target=ids[link.target], relation=link.relation, confirmation=link.confirmation
        )
        for link in linked.links
    ]
    return LinksMap(
        nodes=nodes,
        edges=edges,
        total=linked.total,
        found=None if found is None else [nodes[number].id for number in sorted(found)],
        layout=placed.layout,
        complete=placed.complete,
        version=placed.version,
    )
