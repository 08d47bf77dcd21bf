"""Read the default graph as a change would leave it, without making the change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from commonplace.model.change import ChangeSet

_LISTED = 16
"""Maximum number of removed statements of one subject that are looked through; of more a set is made, which takes more
memory than most subjects are worth."""

Subject = NamedNode | BlankNode
Object = NamedNode | BlankNode | Literal


class Statements(Protocol):
    """Statements of the default graph that can be looked up: a snapshot, or the state after a change."""

    def triples(
        self, subject: Subject | None = None, predicate: NamedNode | None = None, object: Object | None = None
    ) -> Iterator[Triple]:
        """Return the statements that fit."""


class StateAfter:
    """The statements there would be after a net change. Nothing is written."""

    def __init__(self, before: Statements, change: ChangeSet) -> None:
        self.before = before
        self.change = change
        self._removed: dict[object, Collection[Triple]] = dict(_by_subject(change.removed))
        for subject, triples in self._removed.items():
            if len(triples) > _LISTED:
                self._removed[subject] = frozenset(triples)
        self._added = _by_subject(change.added)
        self._pointing: dict[object, list[Triple]] | None = None

    def triples(
        self, subject: Subject | None = None, predicate: NamedNode | None = None, object: Object | None = None
    ) -> Iterator[Triple]:
        """Return the statements that fit, those that stay before those that are new."""
        for triple in self.before.triples(subject, predicate, object):
            removed = self._removed.get(triple.subject)
            if removed is None or triple not in removed:
                yield triple
        for triple in self._new(subject, object):
            if predicate is None or triple.predicate == predicate:
                yield triple

    def _new(self, subject: Subject | None, object: Object | None) -> Iterable[Triple]:
        """Return the added statements with that subject and object."""
        if subject is not None:
            added = self._added.get(subject, ())
            return added if object is None else [triple for triple in added if triple.object == object]
        if object is None:
            return (triple for added in self._added.values() for triple in added)
        if self._pointing is None:
            self._pointing = {}
            for added in self._added.values():
                for triple in added:
                    self._pointing.setdefault(triple.object, []).append(triple)
        return self._pointing.get(object, ())

    def by_predicate(self) -> dict[NamedNode, dict[NamedNode, None]]:
        """Return the nodes whose statements the change adds or removes, by the predicate of these."""
        found: dict[NamedNode, dict[NamedNode, None]] = {}
        for said in (self._removed, self._added):
            for subject, triples in said.items():
                if isinstance(subject, NamedNode):
                    for triple in triples:
                        found.setdefault(triple.predicate, {})[subject] = None
        return found

    def gives(self, subject: Subject, predicate: NamedNode) -> bool:
        """Answer whether the change adds a value of a property."""
        return any(triple.predicate == predicate for triple in self._added.get(subject, ()))

    def touched(self) -> Iterator[NamedNode]:
        """Return each node whose statements the change adds or removes."""
        for node in dict.fromkeys((*self._removed, *self._added)):
            if isinstance(node, NamedNode):
                yield node

    def removed(self) -> Iterator[Triple]:
        """Return the statements that the change takes away."""
        return (triple for triples in self._removed.values() for triple in triples)


def default_graph(quads: Iterable[Quad]) -> Iterator[Triple]:
    """Return the triples of those quads that are in the default graph."""
    return (quad.triple for quad in quads if isinstance(quad.graph_name, DefaultGraph))


def _by_subject(quads: Iterable[Quad]) -> dict[object, list[Triple]]:
    """Return the triples of the default graph by their subject."""
    found: dict[object, list[Triple]] = {}
    for triple in default_graph(quads):
        found.setdefault(triple.subject, []).append(triple)
    return found
