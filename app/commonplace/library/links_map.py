"""Make the map of the library: what is linked to what, and where each thing stands."""

from __future__ import annotations

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.map_layout import communities, network_places, pairs_of, year_places
from commonplace.library.map_reading import MapFilters, linked_things
from commonplace.library.map_schemas import Layout, LinksMap, MapEdge, MapNode
from commonplace.model.minter import Minter


def links_map(snapshot: Snapshot, minter: Minter, filters: MapFilters, limit: int, layout: Layout) -> LinksMap:
    """Return the map of what the filters leave, cut to the `limit` things with most links.

    Raises `BadRequest` and `NotFound` as `linked_things` does.
    """
    linked = linked_things(snapshot, minter, filters, limit)
    numbers = {thing.iri: number for number, thing in enumerate(linked.things)}
    ids = {thing.iri: thing.id for thing in linked.things}
    pairs = pairs_of(numbers, [(link.source, link.target) for link in linked.links])
    community = communities(len(linked.things), pairs)
    places = network_places(len(linked.things), pairs, community)
    if layout == "year":
        places = year_places([thing.year for thing in linked.things], pairs, places)
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
            community=community[number],
            x=places[number][0],
            y=places[number][1],
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
        layout=layout,
        complete="complete" if len(nodes) == linked.total else "truncated",
        version=snapshot.version,
    )
