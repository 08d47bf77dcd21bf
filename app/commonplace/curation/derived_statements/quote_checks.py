"""What comes of comparing a quote with the text that is held (`cp:quoteCheck`, `cp:quotePage`) follows from both."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode

from commonplace.curation.derived_statements.consequences import Consequences, is_of_class, text_of
from commonplace.curation.quotes import QUOTING, quote_checks
from commonplace.curation.shacl.after import Statements
from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.links import owner_of
from commonplace.curation.shacl.violation import Violation
from commonplace.derived.graph.snapshot import Term
from commonplace.errors import Message
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FRBR, PRISM, PROV

_TEXTS = (DCTERMS["title"], DCTERMS["abstract"], PRISM["keyword"], FRBR["embodiment"])
"""Properties of a work by which its texts change that quotes are looked for in."""


def quote_checks_follow(made: Consequences, minter: Minter) -> None:
    """Compare again each quote that changes, and each quote from a work whose text changes."""
    nodes = {node: None for node in made.after.touched() if _may_quote(made.after, node, minter)}
    kept = (owner_of(node, minter) for node in made.altered(minter.term("pagesHash")))
    works = dict.fromkeys([*made.altered(*_TEXTS), *(work for work in kept if work is not None)])
    for work in works:
        for predicate in (minter.term("work"), PROV["wasQuotedFrom"]):
            quoting = (triple.subject for triple in made.after.triples(None, predicate, work))
            nodes |= {node: None for node in quoting if isinstance(node, NamedNode)}
    for checked in quote_checks(made.after, minter, nodes, made.data.texts):
        for predicate, values in checked.values(minter).items():
            if made.may_set(checked.node, predicate) and _may_quote(made.after, checked.node, minter):
                made.set(checked.node, predicate, values)


def _may_quote(state: Statements, node: NamedNode, minter: Minter) -> bool:
    return any(is_of_class(state, node, minter.term(name)) for name in QUOTING)


def quote_check_disagrees(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where the result that is stated is not the one that the program finds."""
    if not all(data.classes(work) for work in data.about(node).get(minter.term("work"), ())):
        return  # the link leads nowhere, and that is told
    for checked in quote_checks(data.statements, minter, (node,), data.texts):
        found = checked.values(minter)
        for predicate, values in found.items():
            stated = data.about(node).get(predicate, [])
            if predicate == minter.term("quoteCheck") and not stated:
                return  # what was never compared does not disagree
            for value in stated if set(stated) - set(values) else [v for v in values if v not in stated]:
                yield Violation(node.value, predicate.value, _why(found, minter), text_of(value))


def _why(found: dict[NamedNode, list[Term]], minter: Minter) -> str:
    """Return what to do about a result that is not the one that the program finds."""
    said: list[str] = []
    for predicate, values in found.items():
        name = minter.compact(predicate.value)
        said += [f"{name} {_word(value, minter)}" for value in values] or [Message("no %(name)s", name=name)]
    found_in_words = said[0]
    for one in said[1:]:
        found_in_words = Message("%(first)s and %(next)s", first=found_in_words, next=one)
    return Message(
        "The program compares quotes with the text that is held, and nobody else says what comes of it. Leave "
        "cp:quoteCheck and cp:quotePage out; of this quote it makes %(found)s.",
        found=found_in_words,
    )


def _word(value: Term, minter: Minter) -> str:
    text = text_of(value)
    return f"cp:{minter.local(text)}" if isinstance(value, NamedNode) else text
