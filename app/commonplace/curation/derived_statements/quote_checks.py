"""What comes of comparing a quote with the text that is held (`cp:quoteCheck`) follows from both."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from commonplace.curation.derived_statements.consequences import Consequences, is_of_class, text_of
from commonplace.curation.quotes import QUOTING, quote_checks
from commonplace.curation.shacl.after import Statements
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.violation import Violation
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PRISM, PROV

_TEXTS = (DCTERMS["title"], DCTERMS["abstract"], PRISM["keyword"])
"""Properties of a work whose texts quotes are looked for in."""


def quote_checks_follow(made: Consequences, minter: Minter) -> None:
    """Compare again each quote that changes, and each quote from a work whose text changes."""
    nodes = {node: None for node in made.after.touched() if _may_quote(made.after, node, minter)}
    for work in made.altered(*_TEXTS):
        for predicate in (minter.term("work"), PROV["wasQuotedFrom"]):
            quoting = (triple.subject for triple in made.after.triples(None, predicate, work))
            nodes |= {node: None for node in quoting if isinstance(node, NamedNode)}
    for node, predicate, result in quote_checks(made.after, minter, nodes):
        if isinstance(node, NamedNode) and made.may_set(node, predicate) and _may_quote(made.after, node, minter):
            made.set(node, predicate, [result])


def _may_quote(state: Statements, node: NamedNode, minter: Minter) -> bool:
    return any(is_of_class(state, node, minter.term(name)) for name in QUOTING)


def quote_check_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where the result that is stated is not the one that the program finds."""
    if not all(data.classes(work) for work in data.about(node).get(minter.term("work"), ())):
        return  # the link leads nowhere, and that is told
    for _, predicate, result in quote_checks(data.statements, minter, (node,)):
        for stated in data.about(node).get(predicate, ()):
            if stated != result:
                name = minter.local(text_of(result))
                why = (
                    "The program compares quotes with the text that is held, and nobody else says what comes of it. "
                    f"Leave cp:quoteCheck out; of this quote it makes cp:{name}."
                )
                yield Violation(node.value, predicate.value, why, text_of(stated))
