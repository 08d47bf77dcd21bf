"""Say what points to a thing that is merged into another, and let it point there.

Evidence, citations, doubts, roles, claims and cases follow. Two that say the same afterwards become one; a citation
that was ambiguous between the two is so no longer; what only joined the two with one another is set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import NamedNode, Triple

from commonplace.curation.merging.values import carried, is_own
from commonplace.derived.graph.merged import merged_into
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import CITO, OWL, PROV, RDF, SKOS

STATEMENTS: tuple[Kind, ...] = ("evidence", "citation", "doubt", "decision", "characteristic", "screening")
"""Kinds of things that say something of others, of which two may say the same."""

_MADE = frozenset((PROV["generatedAtTime"], PROV["wasGeneratedBy"]))
"""Properties by which statements that say the same may differ: when each was made."""


@dataclass(slots=True)
class Following:
    """What follows a thing into another: statements to add and to remove, and what became of the nodes.

    `moved` are the subjects and properties that point to the other thing now, `collapsed` nodes that say what another
    says, with that other. `set_aside` has what is said no more, by name.
    """

    added: dict[Triple, None] = field(default_factory=dict)
    removed: dict[Triple, None] = field(default_factory=dict)
    moved: list[tuple[NamedNode, NamedNode]] = field(default_factory=list)
    collapsed: dict[NamedNode, NamedNode] = field(default_factory=dict)
    set_aside: dict[str, str] = field(default_factory=dict)

    def replace(self, old: Iterable[Triple], new: Iterable[Triple] = ()) -> None:
        """Remove statements, those among them that were only to be added as well, and add others."""
        for triple in old:
            self.added.pop(triple, None)
            self.removed[triple] = None
        for triple in new:
            self.added[triple] = None


def following(snapshot: Snapshot, left: NamedNode, right: NamedNode, minter: Minter) -> Following:
    """Return what follows `right` into `left`."""
    found = Following()
    found_citations = _Citations(snapshot, left, right, minter, found)
    found_citations.settle()
    _set_decision_aside(snapshot, left, right, minter, found)
    for triple in _pointing(snapshot, right):
        subject = triple.subject
        if not isinstance(subject, NamedNode) or triple in found.removed or is_own(subject, left):
            continue
        if triple.predicate == OWL["sameAs"] and merged_into(snapshot, subject, minter) == right:
            continue  # it was merged into the other before, and leads on from there
        new = next(iter(carried([triple], right, left)))
        found.replace([triple], [new])
        found.moved.append((subject, triple.predicate))
    _collapse(snapshot, left, right, minter, found)
    return found


def _set_decision_aside(
    snapshot: Snapshot, left: NamedNode, right: NamedNode, minter: Minter, found: Following
) -> None:
    """Take the decision on the two away: it was whether they are one."""
    on_work = minter.term("onWork")
    on_both = [{t.subject for t in snapshot.triples(None, on_work, work)} for work in (left, right)]
    for node in sorted(on_both[0] & on_both[1], key=str):
        if isinstance(node, NamedNode):
            found.replace(snapshot.triples(node))
            found.set_aside[f"decision/{minter.key(node.value)}"] = "the two are one now"


def _pointing(snapshot: Snapshot, thing: NamedNode) -> Iterator[Triple]:
    """Yield the statements of others that point to a thing or to a node of it."""
    targets = {thing, *(t.object for t in snapshot.triples(thing) if is_own(t.object, thing))}
    for target in sorted(targets, key=str):
        assert isinstance(target, NamedNode)
        for triple in snapshot.triples(None, None, target):
            if not is_own(triple.subject, thing):
                yield triple


class _Citations:
    """The citations between two works that become one, and those that may have meant either."""

    def __init__(self, snapshot: Snapshot, left: NamedNode, right: NamedNode, minter: Minter, found: Following) -> None:
        self._snapshot = snapshot
        self._pair = (left, right)
        self._left = left
        self._right = right
        self._minter = minter
        self._found = found
        self._candidate, self._may_cite = minter.term("candidate"), minter.term("mayCite")

    def settle(self) -> None:
        """Set aside citations of one of the two by the other, and settle ambiguous ones that the merge decides."""
        nodes: dict[NamedNode, None] = {}
        for predicate in (CITO["hasCitingEntity"], CITO["hasCitedEntity"], self._candidate):
            for triple in self._snapshot.triples(None, predicate, self._right):
                if isinstance(triple.subject, NamedNode):
                    nodes[triple.subject] = None
        for node in sorted(nodes, key=lambda n: n.value):
            self._settle(node)

    def _settle(self, node: NamedNode) -> None:
        citing = next(iter(self._objects(node, CITO["hasCitingEntity"])), None)
        cited = self._objects(node, CITO["hasCitedEntity"])
        candidates = self._objects(node, self._candidate)
        if citing in self._pair and any(one in self._pair for one in cited):
            self._set_aside(node)
        if not candidates or citing is None:
            return
        stays = self._left if citing in self._pair else citing
        left = {self._left if one == self._right else one for one in candidates} - {stays}
        if not left:
            self._set_aside(node)
        elif len(left) == 1 and len(candidates) > 1:
            self._decide(node, citing, stays, left.pop(), candidates)

    def _objects(self, node: NamedNode, predicate: NamedNode) -> list[NamedNode]:
        return [t.object for t in self._snapshot.triples(node, predicate) if isinstance(t.object, NamedNode)]

    def _set_aside(self, node: NamedNode) -> None:
        """Take a citation away that would be one of a work by itself, with its corrections."""
        nodes = [node]
        for triple in self._snapshot.triples(None, self._minter.term("onCitation"), node):
            if isinstance(triple.subject, NamedNode):
                nodes.append(triple.subject)
        for one in nodes:
            self._found.replace(self._snapshot.triples(one))
        self._found.set_aside[f"citation/{self._minter.key(node.value)}"] = "a work does not cite itself"

    def _decide(
        self, node: NamedNode, citing: NamedNode, stays: NamedNode, cited: NamedNode, candidates: list[NamedNode]
    ) -> None:
        """Say that an ambiguous citation means the one work that is left of its candidates."""
        sure = self._minter.term("confirmation")
        both = self._left in candidates and self._right in candidates
        confirmed = Triple(node, sure, self._minter.term("confirmed" if both else "probable"))
        old = [
            *self._snapshot.triples(node, sure),
            *self._snapshot.triples(node, self._candidate),
            *(Triple(citing, self._may_cite, one) for one in candidates),
        ]
        self._found.replace(
            (t for t in old if self._is_said(t)),
            [confirmed, Triple(node, CITO["hasCitedEntity"], cited), Triple(stays, CITO["cites"], cited)],
        )

    def _is_said(self, triple: Triple) -> bool:
        return any(True for _ in self._snapshot.triples(triple.subject, triple.predicate, triple.object))  # type: ignore[arg-type]


def _collapse(snapshot: Snapshot, left: NamedNode, right: NamedNode, minter: Minter, found: Following) -> None:
    """Let statements that say now what others say become those others."""
    moved = dict.fromkeys(subject for subject, _ in found.moved if _is_statement(subject, minter))
    if not moved:
        return
    there: dict[frozenset[Triple], list[NamedNode]] = {}
    for triple in snapshot.triples(None, None, left):
        if isinstance(triple.subject, NamedNode) and _is_statement(triple.subject, minter):
            said = _said_by(snapshot, triple.subject, found)
            there.setdefault(_links(said, triple.subject), []).append(triple.subject)
    for node in moved:
        said = _said_by(snapshot, node, found)
        for other in dict.fromkeys(there.get(_links(said, node), ())):
            theirs = _said_by(snapshot, other, found)
            ours = carried(said, node, other)
            if other not in moved and (_without_time(ours) <= theirs or _without_time(theirs) <= ours):
                _become(snapshot, node, other, ours - {t for t in ours if t.predicate in _MADE} - theirs, found)
                break


def _is_statement(node: NamedNode, minter: Minter) -> bool:
    named = minter.kind_and_key(node.value)
    return bool(named and named[0] in STATEMENTS and "#" not in node.value)


def _said_by(snapshot: Snapshot, node: NamedNode, found: Following) -> frozenset[Triple]:
    """Return what is said of a node once the rest has followed."""
    held = {t for t in snapshot.triples(node) if t not in found.removed}
    return frozenset(held | {t for t in found.added if t.subject == node})


def _links(said: Iterable[Triple], node: NamedNode) -> frozenset[Triple]:
    """Return the part of what is said of a node that tells what it is about: its links to things, as of one node."""
    about = (t for t in said if isinstance(t.object, NamedNode) and "/id/" in t.object.value)
    return carried((t for t in about if t.predicate not in _MADE), node, _ANY)


_ANY = NamedNode("urn:any")


def _without_time(said: frozenset[Triple]) -> frozenset[Triple]:
    return frozenset(t for t in said if t.predicate not in _MADE)


def _become(snapshot: Snapshot, node: NamedNode, other: NamedNode, more: Iterable[Triple], found: Following) -> None:
    """Take a node away for another that says the same, which takes the rest and what points to it."""
    found.replace([*snapshot.triples(node), *(t for t in list(found.added) if t.subject == node)], more)
    for triple in snapshot.triples(None, None, node):
        if triple not in found.removed:
            found.replace([triple], carried([triple], node, other))
    found.collapsed[node] = other


def weaker(minter: Minter) -> tuple[tuple[NamedNode, NamedNode], ...]:
    """Return pairs of properties of which a thing has the first with no value that it has the second with."""
    term = minter.term
    return (
        (term("mayCite"), CITO["cites"]),
        (term("possibleForm"), term("form")),
        (SKOS["related"], SKOS["broader"]),
        (SKOS["related"], SKOS["narrower"]),
        (SKOS["altLabel"], SKOS["prefLabel"]),
        (term("alternativeKey"), term("citationKey")),
    )


def tombstone(
    node: NamedNode, into: NamedNode, version: int, minter: Minter, record: Triple | None = None
) -> Iterator[Triple]:
    """Yield what is said of a thing that is another from now on."""
    yield Triple(node, RDF["type"], minter.term("Merged"))
    yield Triple(node, OWL["sameAs"], into)
    yield Triple(node, PROV["wasInvalidatedBy"], minter.change(version))
    if record is not None:
        yield record
