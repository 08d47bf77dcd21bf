"""Read any single thing of the library as its JSON, by its kind."""

from __future__ import annotations

from collections.abc import Callable

from pyoxigraph import NamedNode

from commonplace.derived.graph.merged import survivor_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.errors import Message, NotFound
from commonplace.library.agents import person_of, venue_of
from commonplace.library.evidence import read_evidence
from commonplace.library.headings import case_of, claim_of, concept_of
from commonplace.library.schemas import ApiModel
from commonplace.library.screenings import screening_of
from commonplace.library.states import States, StatesAt
from commonplace.library.works import work_of
from commonplace.model.minter import Kind, Minter


def _evidence_of(snapshot: Snapshot, node: NamedNode, minter: Minter) -> ApiModel:
    found = read_evidence(snapshot, node, minter)
    if found is None:
        raise NotFound(Message("there is no evidence %(key)r", key=minter.key(node.value)))
    return found


_WITHOUT_STATES: dict[Kind, Callable[[Snapshot, NamedNode, Minter], ApiModel]] = {
    "work": lambda snapshot, node, minter: work_of(snapshot, node, minter, whole=True),
    "person": person_of,
    "organization": person_of,
    "venue": venue_of,
    "concept": concept_of,
    "claim": claim_of,
    "case": case_of,
    "evidence": _evidence_of,
    "screening": screening_of,
}
"""Function that reads a thing of each kind. Each raises `NotFound`."""

_WITH_STATES: dict[Kind, Callable[[Snapshot, NamedNode, Minter, States], ApiModel]] = {
    "concept": concept_of,
    "claim": claim_of,
}
"""Function that reads a thing of a kind whose coverage follows from what works say."""


def read_thing(
    snapshot: Snapshot, kind: Kind, node: NamedNode, minter: Minter, states: StatesAt | None = None
) -> ApiModel:
    """Return one thing; with `states`, which returns what works say at a snapshot, a concept or claim with its
    coverage. Raises `NotFound`, which says where it is now when it was merged into another."""
    if (now := survivor_of(snapshot, node, minter)) != node:
        raise NotFound(
            Message(
                "the %(kind)s %(key)r was merged into %(now)r: use that",
                kind=kind,
                key=minter.key(node.value),
                now=minter.key(now.value),
            )
        )
    if states is not None and kind in _WITH_STATES:
        return _WITH_STATES[kind](snapshot, node, minter, states(snapshot))
    return _WITHOUT_STATES[kind](snapshot, node, minter)
