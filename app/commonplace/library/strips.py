"""Read works at a glance, for a strip that has one mark for each: year, name, and what a work says of one point."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import UNREAD
from commonplace.library.states import WorksByState
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, FABIO, PRO
from commonplace.model.work_reading import Neighbourhood, read_name

_STRENGTH = ("direct high", "direct moderate", "direct low", "indirect high", "indirect moderate", "indirect low")
"""Directness and certainty, the strongest first."""


@dataclass(frozen=True, slots=True)
class MarkedWork:
    """A work on a strip: what it says of the point, and how directly and surely where it says something."""

    key: str
    year: int | None
    title: str
    name: str | None
    """Family name of the first author or editor, with its particle, or the name of a body."""
    more: bool
    """Whether two or more others wrote it, too."""
    state: str
    directness: str | None = None
    certainty: str | None = None
    second: str | None = None
    """Family name of the other author or editor, where there are two."""


def marked_works(
    snapshot: Snapshot,
    minter: Minter,
    about: Iterable[NamedNode],
    states: WorksByState,
    works: Iterable[NamedNode],
) -> list[MarkedWork]:
    """Return works in order of year, those without one last, each with its state on a concept or claim.

    `about` are the concept and its narrower ones, or the claim; `states` those of the works that were read. Each work
    is read by itself: a query for some works goes through all.
    """
    wanted = frozenset(about)
    found = [_marked(snapshot, minter, work, wanted, states.of(work.value)) for work in works]
    return sorted(found, key=lambda work: (work.year is None, work.year or 0, work.key))


def _marked(
    snapshot: Snapshot, minter: Minter, work: NamedNode, about: AbstractSet[NamedNode], state: str
) -> MarkedWork:
    said = Neighbourhood(snapshot.triples(work))
    strength = None if state in (UNREAD, "silent") else _strongest(snapshot, minter, work, about)
    directness, _, certainty = (strength or "").partition(" ")
    name, second, more = _names(snapshot, minter, said, work)
    key = minter.key(work.value)
    return MarkedWork(
        key=key,
        year=_year(said.text(work, FABIO["hasPublicationYear"])),
        title=said.text(work, DCTERMS["title"]) or key,
        name=name,
        more=more,
        state=state,
        directness=directness or None,
        certainty=certainty or None,
        second=second,
    )


def _names(
    snapshot: Snapshot, minter: Minter, said: Neighbourhood, work: NamedNode
) -> tuple[str | None, str | None, bool]:
    """Return the name of the first author, or of the first editor; of the second of two; and whether there are more."""
    roles = said.nodes(work, PRO["isDocumentContextFor"])
    of_roles = Neighbourhood(triple for role in roles for triple in snapshot.triples(role))
    for kind in (PRO["author"], PRO["editor"]):
        placed = {
            of_roles.text(role, minter.term("position")): of_roles.node(role, PRO["isHeldBy"])
            for role in roles
            if of_roles.node(role, PRO["withRole"]) == kind
        }
        if (first := placed.get("1")) is not None:
            more, other = "3" in placed, placed.get("2")
            second = _short(snapshot, minter, other) if other is not None and not more else None
            return _short(snapshot, minter, first), second, more or (other is not None and second is None)
    return None, None, False


def _short(snapshot: Snapshot, minter: Minter, agent: NamedNode) -> str | None:
    name = read_name(Neighbourhood(snapshot.triples(agent)), agent, minter)
    return name.short if name else None


def _strongest(snapshot: Snapshot, minter: Minter, work: NamedNode, about: AbstractSet[NamedNode]) -> str | None:
    """Return the strongest thing that accepted evidence says of a work, silence left out."""
    found = []
    for triple in snapshot.triples(None, minter.term("work"), work):
        node = triple.subject
        if not isinstance(node, NamedNode):
            continue
        said = Neighbourhood(snapshot.triples(node))
        standing, state = (said.node(node, minter.term(name)) for name in ("standing", "state"))
        if standing != minter.term("accepted") or state == minter.term("silent"):
            continue
        if said.node(node, minter.term("about")) in about:
            words = [_local(said.node(node, minter.term(name)), minter) for name in ("directness", "certainty")]
            found.append(f"{words[0] or 'indirect'} {words[1] or 'low'}")
    return min(found, key=_rank, default=None)


def _rank(strength: str) -> int:
    return _STRENGTH.index(strength) if strength in _STRENGTH else len(_STRENGTH)


def _local(node: object, minter: Minter) -> str | None:
    return minter.local(node.value) if isinstance(node, NamedNode) else None


def _year(text: str | None) -> int | None:
    try:
        return int(text) if text else None
    except ValueError:
        return None
