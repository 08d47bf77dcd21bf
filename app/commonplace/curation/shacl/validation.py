"""Find where data, or a change of it, breaks the rules.

The rules are the shapes of `ontology/shapes.ttl`, that links lead somewhere (`links`), and that what follows from
other statements agrees with them (`commonplace.curation.derived_statements`).

Each node in question is looked at by quick checks (`compiled`); those that fail are judged by pySHACL, which has the
words. A change is checked where it acts: at the nodes it touches, at those that point to what it takes away, and at
those that belong to either, in the state after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from commonplace.curation.derived_statements.citations import citations_in_question
from commonplace.curation.derived_statements.rules import disagreements
from commonplace.curation.shacl.after import StateAfter, Statements
from commonplace.curation.shacl.compiled import ShapeChecks
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.links import loose_ends, owner_of
from commonplace.curation.shacl.messages import SAID_IN
from commonplace.curation.shacl.violation import Violation
from commonplace.derived.graph.snapshot import Term
from commonplace.model.minter import Minter
from commonplace.model.namespaces import RDF, SH
from commonplace.model.searchable_pages import Texts, no_texts

if TYPE_CHECKING:
    import rdflib

REPORTED = 100
"""Maximum number of nodes of which it is said what is wrong: the validator takes milliseconds for each."""


class Shapes:
    """The shapes of a file, for a home's base IRI."""

    def __init__(self, path: Path, base: str) -> None:
        self._triples = [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE, base_iri=base)]
        self.checks = ShapeChecks(self._triples)
        self.minter = Minter(base)

    def about(self, nodes: Mapping[NamedNode, Iterable[NamedNode]]) -> rdflib.Graph:
        """Return the shapes as the validator reads them, each about the nodes given for it and about no others."""
        import rdflib  # it and the validator take half a second to import, which most changes need not wait for

        from commonplace.curation.shacl.rdflib_view import term_of

        made = rdflib.Graph()
        for subject, predicate, value in self._triples:
            if predicate != SH["targetClass"]:
                made.add((term_of(subject), term_of(predicate), term_of(value)))
        for shape, targets in nodes.items():
            for node in targets:
                made.add((term_of(shape), term_of(SH["targetNode"]), term_of(node)))
        return made


@lru_cache(maxsize=4)
def read_shapes(path: Path, base: str) -> Shapes:
    """Return the shapes of a file, relative IRIs resolved against that base."""
    return Shapes(path, base)


def violations(
    statements: Statements,
    shapes: Shapes,
    reported: int = REPORTED,
    nodes: Iterable[Term] | None = None,
    texts: Texts = no_texts,
) -> list[Violation]:
    """Return the breaches in all statements, of `reported` nodes at most, by node, property and message.

    `nodes` are those that statements are about, where they are known; `texts` has the pages of the texts of works.
    Warnings are not breaches.
    """
    if nodes is None:
        nodes = (triple.subject for triple in statements.triples())
    return _violations(Data(statements, texts), nodes, shapes, reported)


def violations_after(
    after: StateAfter, shapes: Shapes, reported: int = REPORTED, texts: Texts = no_texts
) -> list[Violation]:
    """Return the breaches a net change would leave where it acts, of at most `reported` nodes.

    `texts` has the pages of the texts of works.

    The rules speak of the default graph: a change elsewhere breaks none.
    """
    if next(after.touched(), None) is None:
        return []
    data = Data(after, texts)
    return _violations(data, _in_question(after, data, shapes.minter), shapes, reported)


def _in_question(after: StateAfter, data: Data, minter: Minter) -> Iterator[Term]:
    """Return the nodes that a change may have broken; a node may come again."""
    for node in after.touched():
        yield node
        if owner := owner_of(node, minter):
            yield owner
        start = f"{node.value}#"
        yield from (value for values in data.about(node).values() for value in values if _begins(value, start))
    for triple in after.removed():
        subject = triple.subject
        if isinstance(subject, NamedNode) and _begins(triple.object, f"{subject.value}#"):
            yield triple.object
        if triple.predicate == RDF["type"] and not isinstance(subject, Triple):
            # what points to it may point to nothing now
            yield from (pointing.subject for pointing in after.triples(None, None, subject))
    yield from citations_in_question(after, minter)


def _begins(term: Term, start: str) -> bool:
    """Answer whether a term is an IRI with that beginning."""
    return isinstance(term, NamedNode) and term.value.startswith(start)


def _violations(data: Data, nodes: Iterable[Term], shapes: Shapes, reported: int) -> list[Violation]:
    by_shape: dict[NamedNode, list[NamedNode]] = {}
    loose: list[Violation] = []
    seen: set[Term] = set()
    broken = 0
    for node in nodes:
        if node in seen or not isinstance(node, NamedNode):
            continue
        seen.add(node)
        if not data.about(node):
            continue
        failed = shapes.checks.failed(data, node)
        ends = [*loose_ends(data, node, shapes.minter), *disagreements(data, node, shapes.minter)]
        for shape in failed:
            by_shape.setdefault(shape, []).append(node)
        loose += ends
        broken += bool(ends) or any(failed.values())
        if broken >= reported:
            break
    said = {(end.node, end.path, end.value) for end in loose}
    judged = _judged(data.statements, shapes.about(by_shape)) if by_shape else ()
    loose += [found for found in judged if (found.node, found.path, found.value) not in said]
    return sorted(loose, key=lambda violation: violation.order)


def _judged(statements: Statements, shapes: rdflib.Graph) -> Iterator[Violation]:
    """Return the breaches of those shapes, as the validator reports them."""
    import pyshacl
    import rdflib
    from rdflib.namespace import RDF as RDFLIB_RDF
    from rdflib.namespace import SH

    from commonplace.curation.shacl.rdflib_view import view_of

    _, report, text = pyshacl.validate(
        view_of(statements), shacl_graph=shapes, allow_warnings=True, do_owl_imports=False
    )
    if not isinstance(report, rdflib.Graph):
        raise ValueError(f"the shapes cannot be applied: {text}")
    for result in report.subjects(RDFLIB_RDF.type, SH.ValidationResult):
        if report.value(result, SH.resultSeverity) != SH.Violation:
            continue
        path, value = report.value(result, SH.resultPath), report.value(result, SH.value)
        focus = str(report.value(result, SH.focusNode))
        yield Violation(
            node=focus,
            path=str(path) if path is not None else None,
            message=_own_message(list(report.objects(result, SH.resultMessage))),
            value=str(value) if value is not None and str(value) != focus else None,
        )


def _own_message(messages: Sequence[object]) -> str:
    """Return the message of a result in the program's own language, else any; the validator gives it in each."""
    own = next((one for one in messages if getattr(one, "language", None) == SAID_IN), None)
    return str(own or next(iter(messages), "not valid"))
