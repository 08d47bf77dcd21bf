"""Whether data keeps the shapes of `ontology/shapes.ttl` (SHACL, by pySHACL).

A change is checked where it acts: the things it touches, in the state after it, with the types
of what they point at. The whole home is checked by `commonplace verify`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet
from commonplace.model.namespaces import RDF, RDFS, XSD

if TYPE_CHECKING:
    import rdflib

_TARGET = "http://www.w3.org/ns/shacl#target"

# rdflib and pyshacl take half a second to import, which a command that writes nothing need not wait for:
# they are imported where they are used.


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach: the node, what it is about (a property, when there is one), and the shape's message."""

    node: str
    path: str | None
    message: str

    @property
    def where(self) -> str:
        """Node and property, for an error's place."""
        return f"{self.node} {self.path}" if self.path else self.node


@lru_cache(maxsize=4)
def read_shapes(path: Path, base: str) -> rdflib.Graph:
    """The shapes, parsed with that base."""
    import rdflib

    return rdflib.Graph().parse(path, format="turtle", publicID=base)


def violations(triples: Iterable[Triple], shapes: rdflib.Graph, *, first: bool = False) -> list[Violation]:
    """The breaches in that data, by node, property and message; warnings are not breaches.

    `first` stops at the first there is: a report on thousands takes minutes.
    """
    stated = list(triples)
    if not _in_question(stated, shapes):
        return []
    import pyshacl
    import rdflib
    from rdflib.namespace import RDF as RDFLIB_RDF
    from rdflib.namespace import SH

    data = rdflib.Graph()
    for triple in stated:
        data.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
    _, report, text = pyshacl.validate(
        data, shacl_graph=shapes, allow_warnings=True, do_owl_imports=False, abort_on_first=first
    )
    if not isinstance(report, rdflib.Graph):
        raise ValueError(f"the shapes cannot be applied: {text}")
    found = []
    for result in report.subjects(RDFLIB_RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) != SH.Violation:
            continue
        path = report.value(result, SH.resultPath)
        message = report.value(result, SH.resultMessage)
        found.append(
            Violation(str(report.value(result, SH.focusNode)), str(path) if path else None, str(message or "not valid"))
        )
    return sorted(found, key=lambda v: (v.node, v.path or "", v.message))


def _term(term: object) -> rdflib.term.Node:
    """A term as rdflib has it. Not by way of text: its parser looks at a long line again for each 2 kB of it."""
    import rdflib

    if isinstance(term, Literal):
        plain = term.language or term.datatype == XSD["string"]
        datatype = None if plain else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    raise ValueError(f"not a term of RDF 1.1: {term}")


def _in_question(triples: Iterable[Triple], shapes: rdflib.Graph) -> bool:
    """Whether any of it has a class that a shape speaks of, or could be of one by a class hierarchy of its own.

    Most of what others keep in the default graph is of other classes: no need to wake the validator.
    """
    classes = _target_classes(shapes)
    return classes is None or any(
        triple.predicate == RDFS["subClassOf"]
        or (triple.predicate == RDF["type"] and isinstance(triple.object, NamedNode) and triple.object.value in classes)
        for triple in triples
    )


@lru_cache(maxsize=4)
def _target_classes(shapes: rdflib.Graph) -> frozenset[str] | None:
    """The classes that shapes speak of; None when they choose what they speak of in another way too."""
    from rdflib.namespace import SH

    if {str(p) for p in shapes.predicates() if str(p).startswith(_TARGET)} - {str(SH.targetClass)}:
        return None
    return frozenset(str(target) for target in shapes.objects(None, SH.targetClass))


def violations_after(
    state: Snapshot, change: ChangeSet, shapes: rdflib.Graph, *, first: bool = False
) -> list[Violation]:
    """The breaches a change would leave at the nodes it touches.

    Of what those nodes name only the types are looked at, so nothing is said of it. The shapes speak of the
    default graph: a change elsewhere breaks none.
    """
    if not any(True for _ in default_graph(change.quads())):
        return []
    touched = {quad.subject.value for quad in change.quads() if isinstance(quad.subject, NamedNode)}
    return [found for found in violations(after(state, change), shapes, first=first) if found.node in touched]


def after(state: Snapshot, change: ChangeSet) -> Iterator[Triple]:
    """What the default graph says of the things a change touches, once it is made, and the types of what they name."""
    subjects = {quad.subject for quad in change.quads() if isinstance(quad.subject, NamedNode)}
    there = {t for subject in subjects for t in state.triples(subject)} - set(default_graph(change.removed))
    there |= set(default_graph(change.added))
    yield from there
    named = {t.object for t in there if isinstance(t.object, NamedNode)} - subjects
    for node in named:
        yield from state.triples(node, RDF["type"])


def default_graph(quads: Iterable[Quad]) -> Iterator[Triple]:
    """The triples of quads that are in the default graph."""
    return (quad.triple for quad in quads if not isinstance(quad.graph_name, NamedNode))
