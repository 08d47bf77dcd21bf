"""Name things for people: by their label, or, where a thing is a statement about others, by the names of these."""

from __future__ import annotations

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import label_of
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO


def name_of(snapshot: Snapshot, node: NamedNode, minter: Minter, language: str = "en") -> str | None:
    """Return what a thing is called; None where nothing says it.

    Evidence is called by its concept and its work, a citation by both works, a role by the work that it is played in:
    `role of professionals · Learning to co-produce?`.
    """
    if label := label_of(snapshot, node, language):
        return label
    whole, part, _ = node.value.partition("#")
    if part:
        return label_of(snapshot, NamedNode(whole), language)
    if minter.kind_and_key(node.value) is None:
        return None
    term = minter.term
    ours = (term("about"), term("work"), term("onWork"), term("onCase"), term("onCitation"))
    of = (*ours, CITO["hasCitingEntity"], CITO["hasCitedEntity"])
    told = {triple.predicate: triple.object for triple in snapshot.triples(node)}
    names = [label_of(snapshot, one, language) for name in of if isinstance(one := told.get(name), NamedNode)]
    return " · ".join(name for name in names if name) or None
