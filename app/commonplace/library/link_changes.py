"""Find the links of the map that a change touches, and say of each whether it was there before, and is now.

The state before a change is read from the one after it, less what came and with what went: so a few links are looked
at one by one, and not all read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.link_kinds import CERTAINTIES, KINDS
from commonplace.library.map_schemas import RELATIONS, Relation
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, FABIO, RDF, SKOS

MOST_LINKS = 2_000
"""Maximum number of links that are looked at one by one; beyond, to read all takes less time."""

_DEFAULT = DefaultGraph()

_CLASSES = {"fabio:Expression": FABIO["Expression"], "skos:Concept": SKOS["Concept"]}

Node = NamedNode | BlankNode

Link = tuple[Relation, NamedNode, NamedNode]
"""A relation with its source and its target: what may be a link."""


class State(Protocol):
    """Statements of the default graph, before a change or after it."""

    def triples(
        self, subject: Node | None = None, predicate: NamedNode | None = None, object: NamedNode | None = None
    ) -> Iterable[Triple]:
        """Return the statements that match."""


@dataclass(frozen=True, slots=True)
class Before:
    """The state before net changes, seen from a snapshot after them."""

    after: Snapshot
    come: frozenset[Triple]
    gone: Sequence[Triple]

    @classmethod
    def of(cls, after: Snapshot, changes: Iterable[ChangeSet]) -> Before:
        """Return the state before changes that lead to a snapshot."""
        come = [quad.triple for change in changes for quad in change.added if quad.graph_name == _DEFAULT]
        gone = [quad.triple for change in changes for quad in change.removed if quad.graph_name == _DEFAULT]
        return cls(after, frozenset(come), gone)

    def triples(
        self, subject: Node | None = None, predicate: NamedNode | None = None, object: NamedNode | None = None
    ) -> Iterator[Triple]:
        """Yield the statements that match."""
        yield from (one for one in self.after.triples(subject, predicate, object) if one not in self.come)
        for one in self.gone:
            if subject in (None, one.subject) and predicate in (None, one.predicate) and object in (None, one.object):
                yield one


@dataclass(frozen=True, slots=True)
class LinkReading:
    """Read links one by one, as `commonplace.library.map_reading` reads all."""

    minter: Minter
    _places: dict[NamedNode, int] = field(init=False)

    def __post_init__(self) -> None:
        places = {self.minter.term(name): place for place, name in enumerate(CERTAINTIES, start=1)}
        object.__setattr__(self, "_places", places)

    def touched(self, after: Snapshot, before: Before, quads: Iterable[Quad]) -> set[Link] | None:
        """Return what may be, or may have been, a link that a change touches; None where that is very much."""
        found: set[Link] = set()
        nodes: dict[tuple[Node, Relation], None] = {}
        typed: dict[NamedNode, None] = {}
        of_nodes, relations = self._of_nodes, self._relations
        for quad in quads:
            subject, predicate, end = quad.triple
            if not isinstance(subject, Node) or not isinstance(end, NamedNode):
                continue
            if relation := of_nodes.get(predicate):
                nodes[subject, relation] = None
            elif isinstance(subject, NamedNode) and (relation := relations.get(predicate)):
                found.add((relation, subject, end))
            elif isinstance(subject, NamedNode) and predicate == RDF["type"] and end in _CLASSES.values():
                typed[subject] = None
        for state in (after, before):
            for node, relation in nodes if len(nodes) <= MOST_LINKS else ():
                start, to = self._ends_of[relation]
                ends = list(_ends(state, node, to))
                found |= {(relation, source, target) for source in _ends(state, node, start) for target in ends}
            for thing in typed if len(typed) <= MOST_LINKS else ():
                found |= set(self.of(state, thing))
        return None if len(found) + len(nodes) + len(typed) > MOST_LINKS else found

    def of(self, state: State, thing: NamedNode, relations: Iterable[Relation] = RELATIONS) -> Iterator[Link]:
        """Yield what may be a link of a thing."""
        for predicate, relation in self._relations.items():
            if relation in relations:
                yield from ((relation, thing, target) for target in _ends(state, thing, predicate))
                yield from ((relation, source, thing) for source in _starts(state, predicate, thing))
        if "discusses" in relations:
            work, about = self.minter.term("work"), self.minter.term("about")
            for node in _nodes(state, work, thing):
                yield from (("discusses", thing, target) for target in _ends(state, node, about))
            for node in _nodes(state, about, thing):
                yield from (("discusses", source, thing) for source in _ends(state, node, work))

    def holds(self, state: State, link: Link) -> bool:
        """Return whether there is such a link."""
        relation, source, target = link
        if relation != "cites":
            return self.sure(state, link) is not None
        said = (CITO["cites"], self.minter.term("mayCite"))
        return _is_between(state, link) and any(_holds(state, source, one, target) for one in said)

    def sure(self, state: State, link: Link) -> str | None:
        """Return how sure a link is, an empty text where nothing says it; None where there is no such link."""
        relation, source, target = link
        if not _is_between(state, link):
            return None
        if relation == "narrower":
            return "" if _holds(state, source, SKOS["narrower"], target) else None
        if relation == "discusses":
            return self._sure_of_evidence(state, source, target)
        is_certain = _holds(state, source, CITO["cites"], target)
        if not is_certain and not _holds(state, source, self.minter.term("mayCite"), target):
            return None
        return self._confirmed(state, source, target) or ("confirmed" if is_certain else "ambiguous")

    def discussed(self, state: State, work: NamedNode) -> dict[str, str]:
        """Return what a work discusses, by IRI, with how sure that is, an empty text where nothing says it."""
        term = self.minter.term
        found: dict[str, tuple[int, str]] = {}
        for node in _nodes(state, term("work"), work):
            if _holds(state, node, term("standing"), term("accepted")) and _holds(
                state, node, term("state"), term("discusses")
            ):
                said = [(self._places.get(one, 0), one.value) for one in _ends(state, node, term("certainty"))]
                for about in _ends(state, node, term("about")):
                    found[about.value] = max([*said, found.get(about.value, (0, ""))])
        return {about: sure for about, (_, sure) in found.items()}

    def _sure_of_evidence(self, state: State, work: NamedNode, concept: NamedNode) -> str | None:
        term = self.minter.term
        wanted = {term("standing"): term("accepted"), term("state"): term("discusses"), term("about"): concept}
        said: list[NamedNode] = []
        is_there = False
        for node in _nodes(state, term("work"), work):
            if all(_holds(state, node, predicate, end) for predicate, end in wanted.items()):
                is_there = True
                said += _ends(state, node, term("certainty"))
        best = max(said, key=lambda one: (self._places.get(one, 0), str(one)), default=None)
        return (best.value if best else "") if is_there else None

    def confirmations(self, state: State, source: NamedNode) -> dict[str, str]:
        """Return how sure the citations of a work are that a person or program has looked at, by what is cited."""
        confirmed, confirmation = self.minter.term("confirmed"), self.minter.term("confirmation")
        found: dict[str, str] = {}
        for node in _nodes(state, CITO["hasCitingEntity"], source):
            said = [sure.value for sure in _ends(state, node, confirmation) if sure != confirmed]
            for cited in _ends(state, node, CITO["hasCitedEntity"]) if said else ():
                found[cited.value] = max([*said, found.get(cited.value, "")])
        return found

    def _confirmed(self, state: State, source: NamedNode, target: NamedNode) -> str:
        confirmed, confirmation = self.minter.term("confirmed"), self.minter.term("confirmation")
        said = {
            one
            for node in _nodes(state, CITO["hasCitingEntity"], source)
            if _holds(state, node, CITO["hasCitedEntity"], target)
            for one in _ends(state, node, confirmation)
            if one != confirmed
        }
        return max(said, key=str).value if said else ""

    @property
    def _relations(self) -> dict[NamedNode, Relation]:
        """The relations that a statement of its own says, by what it says."""
        return {CITO["cites"]: "cites", self.minter.term("mayCite"): "cites", SKOS["narrower"]: "narrower"}

    @property
    def _of_nodes(self) -> dict[NamedNode, Relation]:
        """The relations that a node of its own says, by what is said of the node."""
        term = self.minter.term
        of_evidence = [term(name) for name in ("work", "about", "state", "standing", "certainty")]
        of_citation = [CITO["hasCitingEntity"], CITO["hasCitedEntity"], term("confirmation")]
        return {**dict.fromkeys(of_evidence, "discusses"), **dict.fromkeys(of_citation, "cites")}

    @property
    def _ends_of(self) -> dict[Relation, tuple[NamedNode, NamedNode]]:
        """What leads from such a node to the source and to the target."""
        of_evidence = self.minter.term("work"), self.minter.term("about")
        return {"discusses": of_evidence, "cites": (CITO["hasCitingEntity"], CITO["hasCitedEntity"])}


def _is_between(state: State, link: Link) -> bool:
    """Return whether the ends of a link are different things of the kinds that such a link is between."""
    relation, source, target = link
    kinds = zip((source, target), KINDS[relation], strict=True)
    return source != target and all(_holds(state, thing, RDF["type"], _CLASSES[kind]) for thing, kind in kinds)


def _holds(state: State, subject: Node, predicate: NamedNode, object: NamedNode) -> bool:
    return any(True for _ in state.triples(subject, predicate, object))


def _ends(state: State, subject: Node, predicate: NamedNode) -> Iterator[NamedNode]:
    objects = (triple.object for triple in state.triples(subject, predicate))
    return (one for one in objects if isinstance(one, NamedNode))


def _starts(state: State, predicate: NamedNode, object: NamedNode) -> Iterator[NamedNode]:
    return (one for one in _nodes(state, predicate, object) if isinstance(one, NamedNode))


def _nodes(state: State, predicate: NamedNode, object: NamedNode) -> Iterator[Node]:
    subjects = (triple.subject for triple in state.triples(None, predicate, object))
    return (one for one in subjects if isinstance(one, Node))
