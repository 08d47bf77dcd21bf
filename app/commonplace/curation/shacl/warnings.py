"""Find what the shapes warn of: what a thing should have and may lack. It is reported, and never refused."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.curation.shacl.after import Statements
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.validation import Shapes
from commonplace.curation.shacl.violation import Violation
from commonplace.derived.graph.snapshot import Term
from commonplace.model.namespaces import RDF


def warnings(statements: Statements, shapes: Shapes) -> Iterator[Violation]:
    """Yield what the property shapes of severity `sh:Warning` find, in their own words, value by value.

    The values of a property are read together: to read all that is said of each node takes many times as long.
    """
    data = Data(statements)
    for one in shapes.checks.advice:
        values: dict[object, list[Term]] = {}
        for triple in statements.triples(None, one.path):
            values.setdefault(triple.subject, []).append(triple.object)
        for node in {t.subject for kind in one.classes for t in statements.triples(None, RDF["type"], kind)}:
            if not isinstance(node, NamedNode):
                continue
            for value in one.wanting(data, node, values.get(node, ())):
                shown = value.value if isinstance(value, Literal | NamedNode) else None
                yield Violation(node.value, one.path.value, one.message, shown)
