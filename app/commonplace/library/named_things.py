"""Find the thing that a client names by key, by alternative key or by IRI."""

from __future__ import annotations

from pyoxigraph import NamedNode

from commonplace.derived.graph.merged import survivor_of
from commonplace.derived.graph.records import work_of_alternative_key
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import BadRequest, Message
from commonplace.model.minter import Kind, Minter


def named_thing(snapshot: Snapshot, minter: Minter, kind: Kind, given: str, where: str) -> NamedNode:
    """Return the thing of a kind that a client names by key or IRI. Raises `BadRequest` saying `where` when there is
    none: an IRI of a thing of another kind names none."""
    nothing = BadRequest(
        Message("there is no %(kind)s %(given)r", kind=kind, given=given),
        [(where, Message("no %(kind)s has this key or IRI", kind=kind))],
    )
    if not given:
        raise nothing
    try:
        node = NamedNode(given) if given.startswith(minter.base) else minter.thing(kind, given)
    except ValueError as fault:
        raise nothing from fault
    there = known_thing(snapshot, minter, node) if is_of_kind(minter, node.value, kind) else None
    if there is None:
        raise nothing
    return there


def is_of_kind(minter: Minter, iri: str, kind: Kind) -> bool:
    """Return whether an IRI is minted for things of a kind, whether or not there is such a thing.

    That of a work is one of a venue, too: a book is what its chapters are in.
    """
    named = minter.kind_and_key(iri)
    return named is not None and (named[0] == kind or (kind == "venue" and named[0] == "work"))


def known_thing(snapshot: Snapshot, minter: Minter, node: NamedNode) -> NamedNode | None:
    """Return the thing itself, or that it was merged into; the work that has the key in its IRI as an alternative one;
    None where there is none."""
    if has(snapshot, node):
        return survivor_of(snapshot, node, minter)
    named = minter.kind_and_key(node.value)
    return work_of_alternative_key(snapshot, named[1], minter) if named and named[0] == "work" else None


def has(snapshot: Snapshot, node: NamedNode) -> bool:
    """Return whether anything is said of a node."""
    return any(True for _ in snapshot.triples(node))
