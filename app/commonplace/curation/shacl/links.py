"""Hold four rules about the IRIs and keys of a library, which SHACL cannot say.

An IRI of the library that something points to names a thing that is there. A node with a fragment
(`id/work/ostrom1996#author-1`) belongs to the thing before the `#`: it is there only with it. A key, be it an
alternative one, leads to one work. Of a thing that was merged into another nothing is said but that.
"""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode

from commonplace.curation.shacl.data import Data
from commonplace.curation.shacl.violation import Violation
from commonplace.errors import Message
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FABIO, OWL, PROV, RDF

NOT_THERE = "This points to a thing that would not be in the library. Add that thing, or remove this statement too."
LEFT_BEHIND = "This node belongs to a thing that would not point to it. Remove it too, or let the thing point to it."
MERGED = "This thing was merged: it is %(survivor)s now. Say it of that, or take the merge back first."
SHARED = "Another work has this key, or has it as an alternative one: %(other)s. Take it from one of the two."


_OF_MERGED = frozenset({RDF["type"], OWL["sameAs"], PROV["wasInvalidatedBy"]})
"""Properties of a thing that was merged into another, beside the record of the merge: nothing else is said of it."""


def loose_ends(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where a node points to nothing, belongs to nothing, has the key of another work, or was merged."""
    said = data.about(node)
    if not said:
        return
    yield from _ends(data, node, minter)
    if minter.term("Merged") in data.classes(node):
        told = _OF_MERGED | {minter.term("mergeRecord")}
        survivor = _survivor(data, node)
        yield from (Violation(node.value, p.value, Message(MERGED, survivor=survivor)) for p in said if p not in told)
    if _is_left_behind(data, node, minter):
        yield Violation(node.value, None, LEFT_BEHIND)
    if FABIO["Expression"] in data.classes(node):
        yield from _shared_keys(data, node, minter)


def _ends(data: Data, node: NamedNode, minter: Minter) -> Iterator[Violation]:
    """Return where a node points to nothing, or to a thing that was merged into another."""
    merged = minter.term("Merged")
    for predicate, values in data.about(node).items():
        for value in values:
            if not isinstance(value, NamedNode) or not minter.kind_and_key(value.value):
                continue
            classes = data.classes(value)
            if not classes:
                yield Violation(node.value, predicate.value, NOT_THERE, value.value)
            elif merged in classes and predicate != OWL["sameAs"]:
                yield Violation(
                    node.value, predicate.value, Message(MERGED, survivor=_survivor(data, value)), value.value
                )


def _survivor(data: Data, node: NamedNode) -> str:
    """Return the IRI of the thing that a merged one is now, through as many merges as there were."""
    seen = {node}
    while True:
        into = next((o for o in data.about(node).get(OWL["sameAs"], ()) if isinstance(o, NamedNode)), None)
        if into is None or into in seen:
            return node.value
        node = into
        seen.add(node)


def _shared_keys(data: Data, work: NamedNode, minter: Minter) -> Iterator[Violation]:
    alternative = minter.term("alternativeKey")
    own = data.about(work).get(alternative, ())
    keys = [(alternative, one) for one in own] + [(minter.term("citationKey"), Literal(minter.key(work.value)))]
    for predicate, key in keys:
        if not isinstance(key, Literal):
            continue
        others = [triple.subject for triple in data.statements.triples(None, alternative, key)]
        named = minter.thing("work", key.value)
        if predicate == alternative:
            leads_to = NamedNode(_survivor(data, named))  # the key of what was merged leads to what it is now
            others += [leads_to] if FABIO["Expression"] in data.classes(leads_to) else []
        for other in others:
            if isinstance(other, NamedNode) and other != work:
                yield Violation(work.value, predicate.value, Message(SHARED, other=minter.key(other.value)), key.value)


def owner_of(node: NamedNode, minter: Minter) -> NamedNode | None:
    """Return the thing that a node with a fragment belongs to; None for any other node."""
    owner, mark, _ = node.value.partition("#")
    return NamedNode(owner) if mark and minter.kind_and_key(owner) else None


def _is_left_behind(data: Data, node: NamedNode, minter: Minter) -> bool:
    owner = owner_of(node, minter)
    if owner is None or any(owner in values for values in data.about(node).values()):
        return False
    return next(iter(data.statements.triples(owner, None, node)), None) is None
