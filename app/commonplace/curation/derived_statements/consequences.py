"""Collect what follows from a change, rule by rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyoxigraph import Literal, NamedNode, Quad, Triple

from commonplace.curation.shacl.after import StateAfter, Statements
from commonplace.curation.shacl.data import Data
from commonplace.derived.graph.snapshot import Term
from commonplace.model.change import ChangeSet
from commonplace.model.namespaces import RDF
from commonplace.model.searchable_pages import Texts

Wrong = Callable[[Data, NamedNode, NamedNode], bool]
"""Function that answers whether a property of a node disagrees with what it follows from."""


class Consequences:
    """What follows from a change: statements to add, and to remove.

    A statement that the change itself adds stays, right or wrong; a wrong one is found when the change is checked.
    Where there is `wrong`, which answers whether a property of a node disagrees with what it follows from, that alone
    decides.
    """

    def __init__(self, after: StateAfter, texts: Texts, wrong: Wrong | None = None) -> None:
        self.before = after.before
        self.after = after
        self.data = Data(after, texts)
        self.wrong = wrong
        self.added: dict[Triple, None] = {}
        self.removed: dict[Triple, None] = {}
        self._by_predicate = after.by_predicate()

    def altered(self, *properties: NamedNode) -> list[NamedNode]:
        """Return the nodes of which the change says something by one of those properties."""
        return list(dict.fromkeys(node for one in properties for node in self._by_predicate.get(one, ())))

    def may_set(self, node: NamedNode, predicate: NamedNode) -> bool:
        """Answer whether values of a property may follow: the change gives none itself, or those there are wrong."""
        if self.wrong is not None:
            return self.wrong(self.data, node, predicate)
        return not self.after.gives(node, predicate)

    def set(self, node: NamedNode, predicate: NamedNode, values: Iterable[Term]) -> None:
        """Let those be the only values of a property."""
        wanted = [Triple(node, predicate, value) for value in values]
        there = list(self.after.triples(node, predicate))
        self.removed |= {triple: None for triple in there if triple not in wanted}
        self.added |= {triple: None for triple in wanted if triple not in there}

    def state(self) -> StateAfter:
        """Return the state after the change and what follows from it, as one net change."""
        if not self.added and not self.removed:
            return self.after
        change = self.after.change
        added = dict.fromkeys(change.added) | {Quad(*triple): None for triple in self.added}
        removed = dict.fromkeys(change.removed) | {Quad(*triple): None for triple in self.removed}
        both = added.keys() & removed.keys()
        whole = ChangeSet(
            added=tuple(quad for quad in added if quad not in both),
            removed=tuple(quad for quad in removed if quad not in both),
        )
        return StateAfter(self.before, whole)


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
