"""Collect what follows from a change, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Quad, Triple

from commonplace.curation.shacl.after import StateAfter, Statements, default_graph
from commonplace.curation.shacl.data import Data, Term
from commonplace.model.change import ChangeSet
from commonplace.model.namespaces import RDF


@dataclass(slots=True)
class Consequences:
    """Hold a change, the states before and after it, and the statements that follow: those to add, those to remove.

    A statement that the change itself adds stays, right or wrong; a wrong one is found when the change is checked.
    Where there is `wrong`, which answers whether a property of a node disagrees with what it follows from, that alone
    decides.
    """

    before: Statements
    after: StateAfter
    data: Data
    """The state after the change, as the rules that check it read it."""
    said: dict[NamedNode, set[NamedNode]]
    """The properties by which the change says something of each node."""
    given: set[tuple[NamedNode, NamedNode]]
    """Nodes and properties of which the change gives a value."""
    wrong: Callable[[Data, NamedNode, NamedNode], bool] | None = None
    added: dict[Triple, None] = field(default_factory=dict)
    removed: dict[Triple, None] = field(default_factory=dict)

    @classmethod
    def of(
        cls, state: Statements, change: ChangeSet, wrong: Callable[[Data, NamedNode, NamedNode], bool] | None = None
    ) -> Consequences:
        """Return a net change with nothing that follows from it yet."""
        said: dict[NamedNode, set[NamedNode]] = {}
        for triple in default_graph(change.quads()):
            if isinstance(triple.subject, NamedNode):
                said.setdefault(triple.subject, set()).add(triple.predicate)
        given = {
            (triple.subject, triple.predicate)
            for triple in default_graph(change.added)
            if isinstance(triple.subject, NamedNode)
        }
        after = StateAfter(state, change)
        return cls(state, after, Data(after), said, given, wrong)

    def altered(self, *properties: NamedNode) -> list[NamedNode]:
        """Return the nodes of which the change says something by one of those properties."""
        return [node for node, said in self.said.items() if not said.isdisjoint(properties)]

    def may_set(self, node: NamedNode, predicate: NamedNode) -> bool:
        """Answer whether values of a property may follow: the change gives none itself, or those there are wrong."""
        if self.wrong is not None:
            return self.wrong(self.data, node, predicate)
        return (node, predicate) not in self.given

    def set(self, node: NamedNode, predicate: NamedNode, values: Iterable[Term]) -> None:
        """Let those be the only values of a property."""
        wanted = [Triple(node, predicate, value) for value in values]
        there = list(self.after.triples(node, predicate))
        self.removed |= {triple: None for triple in there if triple not in wanted}
        self.added |= {triple: None for triple in wanted if triple not in there}

    def together_with(self, change: ChangeSet) -> ChangeSet:
        """Return one net change of a change and what follows from it."""
        if not self.added and not self.removed:
            return change
        added = dict.fromkeys(change.added) | {Quad(*triple): None for triple in self.added}
        removed = dict.fromkeys(change.removed) | {Quad(*triple): None for triple in self.removed}
        both = added.keys() & removed.keys()
        return ChangeSet(
            added=tuple(quad for quad in added if quad not in both),
            removed=tuple(quad for quad in removed if quad not in both),
        )


def is_of_class(state: Statements, node: NamedNode, kind: NamedNode) -> bool:
    """Answer whether a node is said to be of that very class."""
    return next(state.triples(node, RDF["type"], kind), None) is not None


def texts(state: Statements, node: NamedNode, predicate: NamedNode) -> list[str]:
    """Return the literals of a property, sorted."""
    return sorted(t.object.value for t in state.triples(node, predicate) if isinstance(t.object, Literal))


def held_texts(data: Data, node: NamedNode, predicate: NamedNode) -> list[str]:
    """Return the literals of a property, as `data` holds them."""
    return [value.value for value in data.about(node).get(predicate, ()) if isinstance(value, Literal)]


def text_of(term: Term) -> str:
    """Return a literal's text or a node's IRI."""
    return getattr(term, "value", str(term))
