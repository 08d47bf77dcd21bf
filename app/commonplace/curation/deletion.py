"""Decide what a deletion takes along, and what hangs on the thing and keeps it from going.

With a thing go the nodes that belong to it (roles, identifiers) and what is said of its record alone: the doubts about
a work, the decisions on it, the citations that it makes, their corrections, the characteristics of a case, what was
merged into it. Everything else that points to it hangs on it: evidence, citations by other works, claims, cases, roles
of a person. A deletion that takes dependents along also takes those of them that are statements about the thing; of
other things it removes the link.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from commonplace.curation.shacl.links import owner_of
from commonplace.derived.graph.merged import merged_things
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Kind, Minter
from commonplace.model.namespaces import CITO, DATACITE, PRO, PROV, SKOS

STATEMENTS: tuple[Kind, ...] = (
    "evidence",
    "citation",
    "correction",
    "doubt",
    "decision",
    "characteristic",
    "screening",
)
"""Kinds of things that are statements about others, and mean nothing without them."""

USED: tuple[Kind, ...] = ("person", "organization", "venue")
"""Kinds of things that are there because others name them."""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A statement that points to what is deleted: the node it is about, its property, and what that points to.

    `goes_along` says whether a deletion that takes dependents along takes the whole node, and not the link alone.
    """

    node: NamedNode | BlankNode
    property: NamedNode
    target: NamedNode
    goes_along: bool


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a deletion would do: the change, the nodes that go, the links that other things lose.

    `hanging` keeps it from being made. `unused` are people, bodies and venues that nothing names afterwards; they stay.
    """

    change: ChangeSet
    nodes: tuple[NamedNode | BlankNode, ...]
    unlinked: tuple[Hanging, ...]
    hanging: tuple[Hanging, ...]
    unused: tuple[NamedNode, ...]


def deletion_of(snapshot: Snapshot, node: NamedNode, minter: Minter, *, with_dependents: bool = False) -> Deletion:
    """Return what the deletion of a thing would do in that state; nothing is written."""
    taking = _Taking(snapshot, minter)
    taking.take(node)
    pointing = list(taking.pointing())
    hanging = [one for one in pointing if not taking.is_taken_back(one)]
    while with_dependents and (dependents := [one for one in hanging if one.goes_along]):
        for dependent in dependents:
            taking.take(dependent.node)
        pointing = list(taking.pointing())
        hanging = [one for one in pointing if not taking.is_taken_back(one)]
    if with_dependents:
        unlinked, hanging = pointing, []
    else:
        unlinked = [one for one in pointing if taking.is_taken_back(one)]
    removed = taking.removed() | {Triple(one.node, one.property, one.target): None for one in unlinked}
    return Deletion(
        change=ChangeSet(removed=tuple(Quad(t.subject, t.predicate, t.object) for t in removed)),
        nodes=tuple(taking.going),
        unlinked=tuple(unlinked),
        hanging=tuple(hanging),
        unused=tuple(_unused(snapshot, removed, taking.going, minter)),
    )


class _Taking:
    """The nodes that a deletion takes, and what is said of them."""

    def __init__(self, snapshot: Snapshot, minter: Minter) -> None:
        self.going: dict[NamedNode | BlankNode, None] = {}
        self._snapshot = snapshot
        self._minter = minter
        self._also: dict[Triple, None] = {}

    def take(self, node: NamedNode | BlankNode) -> None:
        """Take a node, the nodes that belong to it, and the statements about its record alone."""
        if node in self.going:
            return
        self.going[node] = None
        for triple in self._snapshot.triples(node):
            if isinstance(triple.object, NamedNode) and owner_of(triple.object, self._minter) == node:
                self.take(triple.object)
        if isinstance(node, NamedNode):
            for merged in merged_things(self._snapshot, self._minter, node):
                self.take(merged)
        for predicate in (self._minter.term("onWork"), CITO["hasCitingEntity"], self._minter.term("onCitation")):
            for triple in self._snapshot.triples(None, predicate, node):
                self._take_subject(triple)
        for triple in self._snapshot.triples(None, self._minter.term("onCase"), node):
            cases = self._snapshot.triples(_node(triple.subject), self._minter.term("onCase"))
            if all(other.object in self.going for other in cases):
                self._take_subject(triple)
        self._take_links_of_citation(node)

    def _take_subject(self, triple: Triple) -> None:
        self.take(_node(triple.subject))

    def _take_links_of_citation(self, citation: NamedNode | BlankNode) -> None:
        """Remove what an ambiguous citation lets its work say: which works it may cite."""
        for citing in self._snapshot.triples(citation, CITO["hasCitingEntity"]):
            for candidate in self._snapshot.triples(citation, self._minter.term("candidate")):
                if isinstance(citing.object, NamedNode) and isinstance(candidate.object, NamedNode):
                    link = Triple(citing.object, self._minter.term("mayCite"), candidate.object)
                    if self._snapshot.contains(Quad(link.subject, link.predicate, link.object)):
                        self._also[link] = None

    def pointing(self) -> Iterator[Hanging]:
        """Return the statements of nodes that stay which point to nodes that go."""
        for node in list(self.going):
            if isinstance(node, NamedNode):
                for triple in self._snapshot.triples(None, None, node):
                    subject = _node(triple.subject)
                    if subject not in self.going and triple not in self._also:
                        yield Hanging(subject, triple.predicate, node, self._goes_along(subject, triple.predicate))

    def _goes_along(self, subject: NamedNode | BlankNode, predicate: NamedNode) -> bool:
        """Answer whether a node goes with what it points to: it is a statement, or a role in a work.

        A citation that still has two candidates without this one stays.
        """
        if not isinstance(subject, NamedNode):
            return False
        named = self._minter.kind_and_key(subject.value)
        if predicate == self._minter.term("candidate"):
            return (
                sum(1 for t in self._snapshot.triples(subject, predicate) if t.object not in self.going) < _CANDIDATES
            )
        if predicate in (PROV["wasQuotedFrom"], PROV["wasAttributedTo"], self._minter.term("onCase")):
            return False
        return owner_of(subject, self._minter) is not None or bool(named and named[0] in STATEMENTS)

    def is_taken_back(self, one: Hanging) -> bool:
        """Answer whether a link only says again what the thing that goes said itself, or what belongs to it was."""
        return one.property in _SAID_AGAIN or one.property == self._minter.term("describedTogetherWith")

    def removed(self) -> dict[Triple, None]:
        """Return what is said of the nodes that go, and of them."""
        said = {triple: None for node in self.going for triple in self._snapshot.triples(node)}
        return said | self._also


_CANDIDATES = 2
"""Minimum number of candidates of an ambiguous citation."""

_SAID_AGAIN = frozenset(
    {SKOS["narrower"], SKOS["related"], SKOS["hasTopConcept"], PRO["isDocumentContextFor"], DATACITE["hasIdentifier"]}
)
"""Properties by which the other side says what a thing, or a node that belongs to it, says as well."""


def _unused(
    snapshot: Snapshot, removed: dict[Triple, None], going: dict[NamedNode | BlankNode, None], minter: Minter
) -> Iterator[NamedNode]:
    """Return the people, bodies and venues that were named by what goes, and by nothing else."""
    for named in dict.fromkeys(triple.object for triple in removed):
        if not isinstance(named, NamedNode) or named in going:
            continue
        kind = minter.kind_and_key(named.value)
        if kind and kind[0] in USED and all(triple in removed for triple in snapshot.triples(None, None, named)):
            yield named


def _node(subject: NamedNode | BlankNode | Triple) -> NamedNode | BlankNode:
    if isinstance(subject, Triple):
        raise ValueError("triple terms are RDF 1.2; RDF 1.1 is kept here")
    return subject
