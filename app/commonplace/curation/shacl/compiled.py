"""Compile the shapes into quick checks of one node.

A check answers whether a node keeps a shape, in microseconds, and nothing more: what is wrong, and the words for it,
come from the validator (`commonplace.curation.shacl.validation`), which is asked about the nodes that fail. Where a
check meets a part of SHACL that is not compiled it raises `Unsure`, and the validator is asked as well. So a node
passes only where the validator would let it pass; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from pyoxigraph import NamedNode, Triple

from commonplace.curation.shacl import constraints as so
from commonplace.curation.shacl.constraints import Check, Path, Shape, Unsure, holds_of_nothing
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.messages import own_message
from commonplace.derived.graph.snapshot import Term
from commonplace.model.namespaces import RDF, SH


class Advice(NamedTuple):
    """A property shape that only warns: the classes whose nodes it is about, its property, its words, its checks."""

    classes: tuple[NamedNode, ...]
    path: NamedNode
    message: str
    checks: tuple[Check, ...]

    def wanting(self, data: Data, node: Term, values: Sequence[Term]) -> list[Term | None]:
        """Return those of the values of a node's property that are not as they should be, None where a value is
        wanting; else nothing."""
        if self._keeps(data, node, values):
            return []
        return [one for one in values if not self._keeps(data, node, [one])] or [None]

    def _keeps(self, data: Data, node: Term, values: Sequence[Term]) -> bool:
        try:
            return all(check(data, node, values) for check in self.checks)
        except Unsure:
            return True


class ShapeChecks:
    """The checks of one graph of shapes, by the class whose nodes they are about."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        """Compile the shapes in those triples. Raises ValueError when a shape chooses its nodes other than by class."""
        compiler = _Compiler(triples)
        self._of_class: dict[Term, list[tuple[NamedNode, Shape]]] = {}
        for shape, classes in compiler.targets():
            check = compiler.target(shape)
            for one in classes:
                self._of_class.setdefault(one, []).append((shape, check))
        self.advice = tuple(compiler.advice())
        """What the shapes warn of."""

    def failed(self, data: Data, node: Term) -> dict[NamedNode, bool]:
        """Return the shapes that a node may break, and of each whether it is sure that it does."""
        found: dict[NamedNode, bool] = {}
        for one in data.classes(node):
            for name, keeps in self._of_class.get(one, ()):
                try:
                    if not keeps(data, node):
                        found[name] = True
                except Unsure:
                    found.setdefault(name, False)
        return found


class _Compiler:
    """Shapes as statements, and how each becomes a function."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._said: dict[Term, dict[str, list[Term]]] = {}
        for subject, predicate, value in triples:
            self._said.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
        self._compiled: dict[Term, Shape] = {}

    def targets(self) -> Iterable[tuple[NamedNode, list[Term]]]:
        """Return each shape that is about the nodes of some classes, and the classes."""
        for node, said in self._said.items():
            for predicate in said:
                if predicate.startswith(_TARGET) and predicate != _TARGET_CLASS:
                    raise ValueError(f"{node} chooses its nodes by {predicate}: use sh:targetClass")
            if isinstance(node, NamedNode) and (classes := said.get(_TARGET_CLASS)):
                yield node, classes

    def target(self, node: Term) -> Shape:
        """Return the check of what a shape reports as a breach: what it only warns of is left out."""
        properties = self._said[node].get(_PROPERTY, [])
        parts = [self._property(one) for one in properties if self._is_breach(one)]
        checks = self._constraints(node, leave_out=_PROPERTY) if self._is_breach(node) else []
        return partial(_node_keeps, checks, parts)

    def advice(self) -> Iterable[Advice]:
        """Return what the property shapes warn of, each with all classes whose shapes have it."""
        classes: dict[Term, dict[NamedNode, None]] = {}
        for shape, targets in self.targets():
            for one in self._said[shape].get(_PROPERTY, []):
                if not self._is_breach(one):
                    classes.setdefault(one, {}).update((t, None) for t in targets if isinstance(t, NamedNode))
        for node, found in classes.items():
            path = self._one(node, "path")
            if isinstance(path, NamedNode):
                message = own_message(self._said[node][SH["message"].value])
                yield Advice(tuple(found), path, message, tuple(self._constraints(node)))

    def _is_breach(self, node: Term) -> bool:
        return self._said.get(node, {}).get(_SEVERITY, [_VIOLATION]) == [_VIOLATION]

    def _property(self, node: Term) -> Shape:
        checks = self._constraints(node)
        path = self._path(self._one(node, "path"))
        return partial(_property_keeps, path, checks, all(map(holds_of_nothing, checks)))

    def _shape(self, node: Term) -> Shape:
        """Return the check of a shape that another refers to; there it counts whatever its severity."""
        if node not in self._compiled:
            if _PATH in self._said.get(node, {}):
                self._compiled[node] = self._property(node)
            else:
                self._compiled[node] = partial(_node_keeps, self._constraints(node), [])
        return self._compiled[node]

    def _constraints(self, node: Term, leave_out: str | None = None) -> list[Check]:
        found: list[Check] = []
        for name, values in self._said.get(node, {}).items():
            local = name.removeprefix(SH.iri)
            if name != leave_out and local != name and local not in _NO_CONSTRAINTS:
                found += [self._constraint(node, local, value) for value in values]
        return found

    def _constraint(self, node: Term, name: str, value: Term) -> Check:
        """Return the check of one constraint of a shape."""
        if name in _SIMPLE:
            return _SIMPLE[name](value)
        if name in ("node", "property"):
            return partial(so.each, self._shape(value))
        if name == "not":
            return partial(so.none, self._shape(value))
        if name in _OF_SHAPES:
            return partial(_OF_SHAPES[name], [self._shape(one) for one in self._list(value)])
        if name in _QUALIFIED:
            return partial(_QUALIFIED[name], self._shape(self._one(node, "qualifiedValueShape")), int(_text(value)))
        if name == "in":
            return partial(so.is_in, frozenset(self._list(value)))
        if name == "languageIn":
            return partial(so.languages_in, [_text(one).lower() for one in self._list(value)])
        return so.unsure

    def _path(self, node: Term) -> Path:
        """Return what follows a path (SHACL 2.3.1): a property. Longer paths are blank nodes, which our shapes lack."""
        return partial(so.follow, node) if isinstance(node, NamedNode) else so.follow_unsure

    def _list(self, node: Term) -> list[Term]:
        found: list[Term] = []
        while node != RDF["nil"]:
            found += self._said[node][RDF["first"].value]
            (node,) = self._said[node][RDF["rest"].value]
        return found

    def _one(self, node: Term, name: str) -> Term:
        (value,) = self._said[node][SH[name].value]
        return value


_TARGET, _TARGET_CLASS = SH["target"].value, SH["targetClass"].value
_PROPERTY, _PATH = SH["property"].value, SH["path"].value
_SEVERITY, _VIOLATION = SH["severity"].value, SH["Violation"]

_NO_CONSTRAINTS = frozenset(
    "path message severity name description order group defaultValue targetClass declare qualifiedValueShape".split()
)
"""Words of SHACL on a shape that constrain nothing by themselves."""

_OF_SHAPES: dict[str, Callable[[Sequence[Shape], Data, Term, Sequence[Term]], bool]] = {
    "or": so.any_of,
    "and": so.all_of,
}

_QUALIFIED: dict[str, Callable[[Shape, int, Data, Term, Sequence[Term]], bool]] = {
    "qualifiedMinCount": so.qualified_at_least,
    "qualifiedMaxCount": so.qualified_at_most,
}

_SIMPLE: dict[str, Callable[[Term], Check]] = {
    "minCount": lambda value: partial(so.at_least, int(_text(value))),
    "maxCount": lambda value: partial(so.at_most, int(_text(value))),
    "minLength": lambda value: partial(so.of_length, int(_text(value))),
    "minInclusive": lambda value: partial(so.from_number, int(_text(value))),
    "class": lambda value: partial(so.of_class, value),
    "datatype": lambda value: partial(so.of_datatype, NamedNode(_text(value))),
    "nodeKind": lambda value: partial(so.of_kind, so.KINDS[value]),
    "pattern": lambda value: partial(so.matches, re.compile(_text(value))),
    "hasValue": lambda value: partial(so.has, value),
    "disjoint": lambda value: partial(so.disjoint, NamedNode(_text(value))),
    "equals": lambda value: partial(so.equals, NamedNode(_text(value))),
    "uniqueLang": lambda value: so.unique_languages if _text(value) == "true" else so.unsure,
}
"""Constraints that are made of their one value. (`sh:flags` beside `sh:pattern` is a constraint not known here, so that
no check is sure then.)"""


def _node_keeps(checks: Sequence[Check], properties: Sequence[Shape], data: Data, node: Term) -> bool:
    values = (node,)
    return all(check(data, node, values) for check in checks) and all(keeps(data, node) for keeps in properties)


def _property_keeps(path: Path, checks: Sequence[Check], holds_empty: bool, data: Data, node: Term) -> bool:
    values = path(data, node)
    if holds_empty and not values:
        return True
    return all(check(data, node, values) for check in checks)


def _text(term: Term) -> str:
    if isinstance(term, Triple):
        raise ValueError(f"not a value: {term}")
    return term.value
