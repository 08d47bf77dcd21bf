"""Carry a map over a change that touches none of its links: only what is said of its things is read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.map_reading import Linked, MapFilters, described, focused
from commonplace.library.work_lists import ORDERS
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, DCTERMS, FABIO, FOAF, PRO, RDF, SKOS

_DEFAULT = DefaultGraph()

_CLASSES = {FABIO["Expression"], SKOS["Concept"]}

_OF_NAMES = {PRO["withRole"], PRO["isHeldBy"], FOAF["name"], FOAF["familyName"]}
"""What roles and people say, from which the label of a work follows; our own terms come with them."""

Node = NamedNode | BlankNode


def carried_over(
    linked: Linked,
    snapshot: Snapshot,
    changes: Sequence[ChangeSet],
    minter: Minter,
    filters: MapFilters,
) -> Linked | None:
    """Return what is linked at another snapshot, given the net changes that lead there; None where links may differ.

    Raises `NotFound` for a focus that is not there.
    """
    quads = [quad for change in changes for quad in change.quads() if quad.graph_name == _DEFAULT]
    if _touches_links(snapshot, changes, quads, minter):
        return None
    if filters.years and any(quad.predicate == FABIO["hasPublicationYear"] for quad in quads):
        return None
    if filters.focus and linked.things[0].iri != focused(snapshot, minter, filters.focus):
        return None
    touched = _touched_things(snapshot, quads, minter)
    again = [thing for thing in linked.things if thing.iri in touched]
    if not again:
        return linked
    found = described(snapshot, minter, [thing.iri for thing in again], {thing.iri: thing.links for thing in again})
    new = {thing.iri: thing for thing in found}
    return replace(linked, things=[new.get(thing.iri, thing) for thing in linked.things])


def _touches_links(snapshot: Snapshot, changes: Sequence[ChangeSet], quads: Sequence[Quad], minter: Minter) -> bool:
    """Return whether any link may have come, gone, or become more or less sure."""
    of_links = {CITO["cites"], minter.term("mayCite"), SKOS["narrower"]}
    of_links |= {CITO["hasCitingEntity"], CITO["hasCitedEntity"], minter.term("confirmation")}
    of_evidence = {minter.term(name) for name in ("work", "about", "state", "standing", "certainty")}
    if any(quad.predicate in of_links for quad in quads):
        return True
    things = {quad.subject for quad in quads if quad.predicate == RDF["type"] and quad.object in _CLASSES}
    if any(isinstance(thing, NamedNode) and _is_linked(snapshot, thing, minter) for thing in things):
        return True
    evidence = {quad.subject for quad in quads if quad.predicate in of_evidence}
    return any(_discusses(snapshot, node, changes, minter) for node in evidence if isinstance(node, Node))


def _is_linked(snapshot: Snapshot, thing: NamedNode, minter: Minter) -> bool:
    """Return whether a thing has any statement that may be a link of it."""
    both = (CITO["cites"], minter.term("mayCite"), SKOS["narrower"])
    ends = (*both, minter.term("work"), minter.term("about"))
    return any(any(True for _ in snapshot.triples(thing, one)) for one in both) or any(
        any(True for _ in snapshot.triples(None, one, thing)) for one in ends
    )


def _discusses(snapshot: Snapshot, node: Node, changes: Sequence[ChangeSet], minter: Minter) -> bool:
    """Return whether accepted evidence says that a work discusses something: now, or before the changes."""
    wanted = {minter.term("standing"): minter.term("accepted"), minter.term("state"): minter.term("discusses")}
    quads = [Quad(node, predicate, object, _DEFAULT) for predicate, object in wanted.items()]
    now = all(snapshot.contains(quad) for quad in quads)
    come = {quad for change in changes for quad in change.added}
    gone = {quad for change in changes for quad in change.removed}
    return now or all(quad in gone or (quad not in come and snapshot.contains(quad)) for quad in quads)


def _touched_things(snapshot: Snapshot, quads: Iterable[Quad], minter: Minter) -> set[str]:
    """Return the things of which something else may be said on a map, by their IRIs, and others."""
    of_things = {minter.term("citationKey"), minter.term("status"), FABIO["hasPublicationYear"], DCTERMS["title"]}
    of_things |= {PRO["isDocumentContextFor"], SKOS["prefLabel"]}
    of_names = _OF_NAMES | {minter.term("position"), minter.term("particle")}
    touched: set[str] = set()
    for quad in quads:
        if quad.predicate in of_things and isinstance(quad.subject, NamedNode):
            touched.add(quad.subject.value)
        elif quad.predicate in of_names and isinstance(quad.subject, Node):
            touched.update(work.value for work in _works_of(snapshot, quad.subject))
    return touched


def _works_of(snapshot: Snapshot, node: Node) -> Iterator[NamedNode]:
    """Yield the works in which a node is a role, or holds one."""
    reach = ORDERS["author"].reach
    assert reach is not None
    yield from reach(snapshot, node)
