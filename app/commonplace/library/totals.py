"""Count statements, and things of each kind. A net change says by itself which counts rise and which fall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pyoxigraph import DefaultGraph, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.incremental import Incremental
from commonplace.library.selection import count_of
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import CITO, FABIO, FOAF, RDF, SKOS
from commonplace.patchlog.log import PatchLog

Totals = Counter[NamedNode]
"""Number of things of each class that is counted."""

_DEFAULT = DefaultGraph()


def classes(minter: Minter) -> dict[str, NamedNode]:
    """Return the classes that are counted, by name."""
    return {
        "works": FABIO["Expression"],
        "people": FOAF["Person"],
        "organizations": FOAF["Organization"],
        "concepts": SKOS["Concept"],
        "claims": minter.term("Claim"),
        "cases": minter.term("Case"),
        "evidence": minter.term("Evidence"),
        "citations": CITO["Citation"],
    }


def by_name(totals: Totals, minter: Minter, *, venues: int) -> dict[str, int]:
    """Return the counts by name; that of `venues`, which have no class of their own, comes after the agents."""
    counted = {name: totals[of_class] for name, of_class in classes(minter).items()}
    agents = {name: counted.pop(name) for name in ("works", "people", "organizations")}
    return {**agents, "venues": venues, **counted}


def count_totals(snapshot: Snapshot, minter: Minter) -> Totals:
    """Count the things of each class."""
    counted: Totals = Counter()
    for of_class in classes(minter).values():
        counted[of_class] = count_of(snapshot, f"SELECT (COUNT(*) AS ?n) WHERE {{ ?thing a {of_class} }}")
    return counted


def has_works(snapshot: Snapshot) -> bool:
    """Return whether the library has any work at that version."""
    return bool(list(snapshot.select(f"SELECT ?work WHERE {{ ?work a {FABIO['Expression']} }} LIMIT 1")))


def _move_totals(totals: Totals, _: Snapshot, changes: Sequence[ChangeSet]) -> Totals:
    counted = totals.copy()
    for change in changes:
        for sign, quads in ((-1, change.removed), (1, change.added)):
            for quad in quads:
                of_class = quad.object
                if quad.predicate == RDF["type"] and quad.graph_name == _DEFAULT and of_class in counted:
                    assert isinstance(of_class, NamedNode)
                    counted[of_class] += sign
    return counted


def incremental_totals(log: PatchLog, minter: Minter) -> Incremental[Totals]:
    """Return what counts the things of each class at a version."""
    return Incremental(log, lambda snapshot: count_totals(snapshot, minter), _move_totals, both_ways=True)


def _move_size(size: int, _: Snapshot, changes: Sequence[ChangeSet]) -> int:
    return size + sum(len(change.added) - len(change.removed) for change in changes)


def incremental_size(log: PatchLog) -> Incremental[int]:
    """Return what counts the statements of all graphs at a version; the engine counts them one by one."""
    return Incremental(log, lambda snapshot: snapshot.size, _move_size, both_ways=True)
