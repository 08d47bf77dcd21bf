"""Carry a map over a change: only the links that it touches are looked at again, and what is said of its things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.link_changes import Before, Link, LinkReading
from commonplace.library.link_kinds import Ends
from commonplace.library.map_reading import (
    Counts,
    Linked,
    LinkedThing,
    MapFilters,
    described,
    focused,
    in_order,
    most_linked,
)
from commonplace.library.map_schemas import Relation
from commonplace.library.work_lists import ORDERS
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, FOAF, PRO, SKOS

_DEFAULT = DefaultGraph()

_OF_NAMES = {PRO["withRole"], PRO["isHeldBy"], FOAF["name"], FOAF["familyName"]}
"""What roles and people say, from which the label of a work follows; our own terms come with them."""

Node = NamedNode | BlankNode


@dataclass(frozen=True, slots=True)
class ChangedLinks:
    """The links that changes may have touched, with how sure each was before, and is after; None for no link."""

    before: Mapping[Link, str | None]
    after: Mapping[Link, str | None]

    def touch(self, relations: Iterable[Relation]) -> bool:
        """Return whether a link of some relations has come, gone, or become more or less sure."""
        wanted = set(relations)
        return any(link[0] in wanted and was != self.after[link] for link, was in self.before.items())

    def counted(self, counts: Counts, relations: Iterable[Relation]) -> Counts:
        """Return the number of links of each thing after the changes, given that before them."""
        wanted = set(relations)
        more: dict[str, int] = {}
        for link, was in self.before.items():
            number = (self.after[link] is not None) - (was is not None)
            for end in link[1:] if number and link[0] in wanted else ():
                more[end.value] = more.get(end.value, 0) + number
        moved = {**counts, **{iri: counts.get(iri, 0) + number for iri, number in more.items()}}
        for iri in more:
            if not moved[iri]:
                del moved[iri]
        return moved


def changed_links(snapshot: Snapshot, changes: Sequence[ChangeSet], minter: Minter) -> ChangedLinks | None:
    """Return the links that net changes touch, which lead to a snapshot; None where they touch very many."""
    quads = [quad for change in changes for quad in change.quads() if quad.graph_name == _DEFAULT]
    reading, before = LinkReading(minter), Before.of(snapshot, changes)
    touched = reading.touched(snapshot, before, quads)
    if touched is None:
        return None
    return ChangedLinks(
        {link: reading.sure(before, link) for link in touched}, {link: reading.sure(snapshot, link) for link in touched}
    )


def carried_over(
    linked: Linked,
    snapshot: Snapshot,
    changes: Sequence[ChangeSet],
    links: ChangedLinks,
    minter: Minter,
    filters: MapFilters,
) -> Linked | None:
    """Return what is linked at another snapshot, given the net changes that lead there, which touch none of its links
    but those of `links`; None where other things may be on the map, or other links, than before.

    Raises `NotFound` for a focus that is not there.
    """
    if links.touch(filters.relations):
        return None
    quads = [quad for change in changes for quad in change.quads() if quad.graph_name == _DEFAULT]
    if filters.years and any(quad.predicate == FABIO["hasPublicationYear"] for quad in quads):
        return None
    if filters.focus and linked.things[0].iri != focused(snapshot, minter, filters.focus):
        return None
    return replace(linked, things=_described_again(linked.things, snapshot, quads, minter))


def moved_along(
    linked: Linked,
    snapshot: Snapshot,
    changes: Sequence[ChangeSet],
    links: ChangedLinks,
    minter: Minter,
    relations: Sequence[Relation],
    counts: Counts,
    limit: int,
) -> Linked:
    """Return what is linked by some relations at another snapshot, given what leads there and all counts at it.

    The links of things that were on the map before are kept, but for those of `links`; those of others are read.
    """
    quads = [quad for change in changes for quad in change.quads() if quad.graph_name == _DEFAULT]
    first = most_linked(counts, minter, None, limit)
    shown, known = set(first), {thing.iri: thing for thing in linked.things}
    things = {thing.iri: thing for thing in _described_again(linked.things, snapshot, quads, minter)}
    new = [iri for iri in first if iri not in known]
    things |= {thing.iri: thing for thing in described(snapshot, minter, new, counts)}
    ordered = [
        things[iri] if things[iri].links == counts[iri] else replace(things[iri], links=counts[iri]) for iri in first
    ]
    again = _links_again(snapshot, links, minter, relations, shown, new)
    if not again and shown == known.keys():
        return Linked(ordered, linked.links, len(counts))
    kept = [
        link
        for link in linked.links
        if link.source in shown and link.target in shown and (link.relation, link.source, link.target) not in again
    ]
    among: dict[Relation, dict[tuple[str, str], str]] = {relation: {} for relation in relations}
    for (relation, source, target), sure in again.items():
        if sure is not None:
            among[relation][source, target] = sure
    come: Mapping[Relation, Ends] = among
    found = [*kept, *in_order(minter, come)]
    return Linked(ordered, sorted(found, key=lambda one: (one.source, one.target, one.relation)), len(counts))


def _links_again(
    snapshot: Snapshot,
    links: ChangedLinks,
    minter: Minter,
    relations: Sequence[Relation],
    shown: set[str],
    new: Sequence[str],
) -> dict[tuple[Relation, str, str], str | None]:
    """Return the links among things shown that changed, and those of new ones, with how sure they are; None: gone."""
    reading = LinkReading(minter)
    again = {
        (relation, source.value, target.value): sure
        for (relation, source, target), sure in links.after.items()
        if sure != links.before[relation, source, target]
    }
    for iri in new:
        for link in reading.of(snapshot, NamedNode(iri), relations):
            name = (link[0], link[1].value, link[2].value)
            if name not in again and shown.issuperset(name[1:]):
                again[name] = reading.sure(snapshot, link)
    return {name: sure for name, sure in again.items() if name[0] in relations and shown.issuperset(name[1:])}


def _described_again(
    things: Sequence[LinkedThing], snapshot: Snapshot, quads: Sequence[Quad], minter: Minter
) -> Sequence[LinkedThing]:
    """Return things, of which those that statements touch are described again."""
    touched = _touched_things(snapshot, quads, minter)
    again = [thing for thing in things if thing.iri in touched]
    if not again:
        return things
    found = described(snapshot, minter, [thing.iri for thing in again], {thing.iri: thing.links for thing in again})
    new = {thing.iri: thing for thing in found}
    return [new.get(thing.iri, thing) for thing in things]


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
