"""Read from a graph, each node once, for the checks of the shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyoxigraph import BlankNode, NamedNode

from commonplace.curation.shacl.after import Statements
from commonplace.derived.graph.snapshot import Term
from commonplace.model.namespaces import RDF, RDFS
from commonplace.model.searchable_pages import Texts, no_texts

HELD_NODES: Final = 20_000
"""Maximum number of nodes whose statements are held, so that a check of a whole library stays within memory."""


class Data:
    """The statements and classes of nodes, held for as long as one change or one library is checked."""

    def __init__(self, statements: Statements, texts: Texts = no_texts) -> None:
        """`texts` has the pages of the texts of works, which quotes are compared with."""
        self.statements = statements
        self.texts = texts
        self._about: dict[Term, dict[NamedNode, list[Term]]] = {}
        self._classes: dict[Term, frozenset[Term]] = {}
        self._wider = _wider_classes(statements)

    def about(self, node: Term) -> dict[NamedNode, list[Term]]:
        """Return what is said of a node, by property."""
        found = self._about.get(node)
        if found is None:
            found = {}
            if isinstance(node, NamedNode | BlankNode):
                for _, predicate, value in self.statements.triples(node):
                    found.setdefault(predicate, []).append(value)
            if len(self._about) >= HELD_NODES:
                self._about.clear()
            self._about[node] = found
        return found

    def classes(self, node: Term) -> frozenset[Term]:
        """Return the classes a node is of, with those above them."""
        found = self._classes.get(node)
        if found is None:
            if not isinstance(node, NamedNode | BlankNode):
                return frozenset()
            if node in self._about:
                found = self._with_wider(self._about[node].get(RDF["type"], ()))
            else:
                found = self._with_wider(triple.object for triple in self.statements.triples(node, RDF["type"]))
            if len(self._classes) >= HELD_NODES:
                self._classes.clear()
            self._classes[node] = found
        return found

    def _with_wider(self, classes: Iterable[Term]) -> frozenset[Term]:
        """Return those classes and all above them (`rdfs:subClassOf`)."""
        if not self._wider:
            return frozenset(classes)
        found: set[Term] = set()
        waiting = list(classes)
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self._wider.get(one, ())
        return frozenset(found)


def _wider_classes(statements: Statements) -> dict[Term, list[Term]]:
    found: dict[Term, list[Term]] = {}
    for triple in statements.triples(None, RDFS["subClassOf"]):
        found.setdefault(triple.subject, []).append(triple.object)
    return found
