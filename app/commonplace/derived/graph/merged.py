"""Find what became of a thing that was merged into another.

Such a thing keeps its IRI as a node of the class `cp:Merged`, which is `owl:sameAs` the thing that it was merged into.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.model.namespaces import OWL, PROV, RDF


def merged_into(snapshot: Snapshot, node: NamedNode, minter: Minter) -> NamedNode | None:
    """Return the thing that a thing was itself merged into, be that merged again or not; None for any other thing."""
    if not any(True for _ in snapshot.triples(node, RDF["type"], minter.term("Merged"))):
        return None
    return next((t.object for t in snapshot.triples(node, OWL["sameAs"]) if isinstance(t.object, NamedNode)), None)


def survivor_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> NamedNode:
    """Return the thing that a node stands for now: the last that it was merged into, or the node itself."""
    seen = {node}
    while (into := merged_into(snapshot, node, minter)) is not None and into not in seen:
        node = into
        seen.add(node)
    return node


def version_of_merge(snapshot: Snapshot, node: NamedNode, minter: Minter) -> Version | None:
    """Return the version that merged a thing into another, as its node says; None for any other thing."""
    start = minter.change(0).value[:-1]
    for triple in snapshot.triples(node, PROV["wasInvalidatedBy"]):
        if isinstance(triple.object, NamedNode) and triple.object.value.removeprefix(start).isdecimal():
            return Version(int(triple.object.value.removeprefix(start)))
    return None


def merged_things(snapshot: Snapshot, minter: Minter, into: NamedNode | None = None) -> Iterator[NamedNode]:
    """Yield the things that were merged: all of the library, or those merged into one, in the order of their IRIs."""
    if into is None:
        found = [t.subject for t in snapshot.triples(None, RDF["type"], minter.term("Merged"))]
    else:
        found = [t.subject for t in snapshot.triples(None, OWL["sameAs"], into)]
    nodes = {node for node in found if isinstance(node, NamedNode)}
    yield from (
        node for node in sorted(nodes, key=lambda n: n.value) if merged_into(snapshot, node, minter) is not None
    )


def record_of_merge(triples: Iterable[Triple], minter: Minter) -> dict[str, Any]:
    """Return what a merge took and set aside, from the statements of the node that it left; empty where it says not."""
    return json_object(triple for triple in triples if triple.predicate == minter.term("mergeRecord"))


def json_object(triples: Iterable[Triple]) -> dict[str, Any]:
    """Return the first value of some statements that is a JSON object; an empty one where none is."""
    for triple in triples:
        if isinstance(triple.object, Literal):
            try:
                found = json.loads(triple.object.value)
            except ValueError:
                continue
            if isinstance(found, dict):
                return found
    return {}
