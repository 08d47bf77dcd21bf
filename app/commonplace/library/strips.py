"""Read works at a glance, for a strip that has one mark for each: year, name, and what a work says of one point."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot, values_clause
from commonplace.library.evidence import UNREAD
from commonplace.library.states import WorksByState
from commonplace.model.minter import Minter

_WORKS = f"""{PROLOGUE}SELECT ?work ?key ?year ?title ?name ?more WHERE {{ %s
?work a fabio:Expression ; cp:citationKey ?key .
OPTIONAL {{ ?work fabio:hasPublicationYear ?year }}
OPTIONAL {{ ?work dcterms:title ?title }}
OPTIONAL {{ ?work pro:isDocumentContextFor ?role . ?role pro:withRole ?kind ; cp:position 1 ; pro:isHeldBy ?first
  FILTER(?kind IN (pro:author, pro:editor))
  ?first foaf:name ?whole OPTIONAL {{ ?first foaf:familyName ?family }} BIND(COALESCE(?family, ?whole) AS ?name)
  BIND(EXISTS {{ ?work pro:isDocumentContextFor ?next . ?next pro:withRole ?kind ; cp:position 2 }} AS ?more) }}
}} ORDER BY ?year ?key"""

_STRENGTH = ("direct high", "direct moderate", "direct low", "indirect high", "indirect moderate", "indirect low")
"""Directness and certainty, the strongest first."""


@dataclass(frozen=True, slots=True)
class MarkedWork:
    """A work on a strip: what it says of the point, and how directly and surely where it says something."""

    key: str
    year: int | None
    title: str
    name: str | None
    """Family name of the first author or editor, or the name of a body."""
    more: bool
    """Whether others wrote it, too."""
    state: str
    directness: str | None = None
    certainty: str | None = None


def marked_works(
    snapshot: Snapshot,
    minter: Minter,
    about: Iterable[NamedNode],
    states: WorksByState,
    works: Iterable[NamedNode] | None = None,
) -> list[MarkedWork]:
    """Return works in order of year, those without one last, each with its state on a concept or claim.

    `about` are the concept and its narrower ones, or the claim; `states` those of the works that were read. Without
    `works` every work is returned.
    """
    only = values_clause("work", works) if works is not None else ""
    said = _strongest(snapshot, minter, about, only)
    found: dict[str, MarkedWork] = {}
    for row in snapshot.select(_WORKS % only):
        work, key, year, title, name, more = (row[n] for n in ("work", "key", "year", "title", "name", "more"))
        if not isinstance(work, NamedNode) or not isinstance(key, Literal) or work.value in found:
            continue
        state = states.of(work.value)
        strength = said.get(work) if state not in (UNREAD, "silent") else None
        directness, _, certainty = (strength or "").partition(" ")
        found[work.value] = MarkedWork(
            key=minter.key(work.value),
            year=_year(year),
            title=title.value if isinstance(title, Literal) else key.value,
            name=name.value if isinstance(name, Literal) else None,
            more=isinstance(more, Literal) and more.value == "true",
            state=state,
            directness=directness or None,
            certainty=certainty or None,
        )
    return sorted(found.values(), key=lambda work: (work.year is None, work.year or 0, work.key))


def _strongest(snapshot: Snapshot, minter: Minter, about: Iterable[NamedNode], only: str) -> dict[NamedNode, str]:
    """Return the strongest thing that accepted evidence says of each work, silence left out.

    `only` is a pattern that the works fit.
    """
    rows = snapshot.select(
        f"""{PROLOGUE}SELECT ?work ?directness ?certainty WHERE {{ {only} {values_clause("about", about)}
        ?evidence cp:about ?about ; cp:standing cp:accepted ; cp:state ?state ; cp:work ?work .
        FILTER(?state != cp:silent)
        OPTIONAL {{ ?evidence cp:directness ?directness }} OPTIONAL {{ ?evidence cp:certainty ?certainty }} }}"""
    )
    found: dict[NamedNode, str] = {}
    for row in rows:
        work, words = row["work"], [_local(row[name], minter) for name in ("directness", "certainty")]
        if not isinstance(work, NamedNode):
            continue
        strength = f"{words[0] or 'indirect'} {words[1] or 'low'}"
        found[work] = min(found.get(work, strength), strength, key=_rank)
    return found


def _rank(strength: str) -> int:
    return _STRENGTH.index(strength) if strength in _STRENGTH else len(_STRENGTH)


def _local(node: object, minter: Minter) -> str | None:
    return minter.local(node.value) if isinstance(node, NamedNode) else None


def _year(value: object) -> int | None:
    try:
        return int(value.value) if isinstance(value, Literal) else None
    except ValueError:
        return None
