"""Read how an idea went through the years: works by what they say of a concept, the earliest of them, and its cases.

The works are counted by year from what is kept, so that it costs little however many there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.comparison import every_case
from commonplace.library.evidence import label_of
from commonplace.library.schemas import Link
from commonplace.library.timeline_schemas import CaseInTime, DatedLink, Timeline, TimelineYear
from commonplace.library.works_by_year import WorksByYear, YearOfWorks
from commonplace.model.case_dimensions import DIMENSIONS
from commonplace.model.minter import Minter
from commonplace.model.namespaces import FABIO

EARLIEST = 5
"""Maximum number of works that are named as the earliest."""

MOST_CASES = 500
"""Maximum number of cases on a timeline: more are no picture that anybody reads."""

FEW_CONCEPTS = 50
"""Maximum number of concepts whose cases are looked up one by one; beyond, to go through the values of all cases takes
less time."""


@dataclass(frozen=True, slots=True)
class YearRange:
    """The years that are asked for, both included."""

    first: int = -10_000
    last: int = 10_000

    def has(self, year: int | None) -> bool:
        """Return whether a year is in the range; what has none is not."""
        return year is not None and self.first <= year <= self.last


def timeline(
    snapshot: Snapshot,
    minter: Minter,
    concept: NamedNode | None,
    below: Iterable[NamedNode],
    works: WorksByYear,
    counted: Sequence[YearOfWorks],
    asked: YearRange,
) -> Timeline:
    """Return the timeline of a concept, `below` being that and the narrower ones; of None, that of all works.

    `counted` are all years of the works.
    """
    undated = [one for one in counted if one.year is None]
    dated = [one for one in counted if asked.has(one.year)]
    every, cases = _cases(snapshot, minter, concept, set(below))
    begun = Counter(case.first for case in cases)
    years = [_year(one, begun[one.year]) for one in dated]
    discussing = [one.year for one in years if one.discusses]
    return Timeline(
        concept=_link(snapshot, minter, concept) if concept else None,
        years=years,
        first=min(discussing, default=None),
        last=max(discussing, default=None),
        works=sum(one.works for one in years),
        without_year=sum(sum(one.works.values()) for one in undated),
        earliest=_earliest(snapshot, minter, works, undated) if concept else [],
        cases=[case for case in cases if case.first is None or asked.has(case.first) or asked.has(case.last)],
        complete="complete" if every <= MOST_CASES else "truncated",
        version=snapshot.version,
    )


def _link(snapshot: Snapshot, minter: Minter, node: NamedNode) -> Link:
    return Link(iri=node.value, key=minter.key(node.value), label=label_of(snapshot, node))


def _year(one: YearOfWorks, cases: int) -> TimelineYear:
    assert one.year is not None  # as those in a range have one
    counts = {state: one.works.get(state, 0) for state in ("discusses", "silent", "unread")}
    return TimelineYear(year=one.year, works=sum(one.works.values()), direct=one.direct, cases=cases, **counts)


def _earliest(
    snapshot: Snapshot, minter: Minter, works: WorksByYear, undated: Iterable[YearOfWorks]
) -> list[DatedLink]:
    """Return the earliest works that discuss it, those without a year left out, which come first in the list."""
    first = works.first("discusses", EARLIEST + sum(one.works.get("discusses", 0) for one in undated))
    found = [(node, _year_of(snapshot, node)) for node in first]
    return [
        DatedLink(iri=node.value, key=minter.key(node.value), label=label_of(snapshot, node), year=year)
        for node, year in found
        if year is not None
    ][:EARLIEST]


def _cases(
    snapshot: Snapshot, minter: Minter, concept: NamedNode | None, below: set[NamedNode]
) -> tuple[int, list[CaseInTime]]:
    """Return the number of cases that show one of some concepts, or of all, and these with their years, in order."""
    if concept is None:
        iris = every_case(snapshot, minter)
    else:
        kept = _showing(snapshot, minter, below)
        iris = [iri for iri in every_case(snapshot, minter) if iri in kept]
    cases = [_case(snapshot, minter, NamedNode(iri)) for iri in iris[:MOST_CASES]]
    return len(iris), sorted(cases, key=lambda case: (case.first is None, case.first or 0, case.label or case.key))


def _showing(snapshot: Snapshot, minter: Minter, below: set[NamedNode]) -> set[str]:
    """Return the cases, by IRI, that have one of some concepts as a value of a dimension."""
    terms = [minter.term(term) for term in DIMENSIONS.values()]
    if len(below) <= FEW_CONCEPTS:
        found = (t.subject for term in terms for one in below for t in snapshot.triples(None, term, one))
    else:
        found = (t.subject for term in terms for t in snapshot.triples(None, term) if t.object in below)
    return {node.value for node in found if isinstance(node, NamedNode)}


def _case(snapshot: Snapshot, minter: Minter, node: NamedNode) -> CaseInTime:
    described = (t.object for t in snapshot.triples(node, minter.term("describedBy")))
    found = [_year_of(snapshot, work) for work in described if isinstance(work, NamedNode)]
    years = [year for year in found if year is not None]
    first, last = min(years, default=None), max(years, default=None)
    key = minter.key(node.value)
    return CaseInTime(iri=node.value, key=key, label=label_of(snapshot, node), first=first, last=last)


def _year_of(snapshot: Snapshot, work: NamedNode) -> int | None:
    for triple in snapshot.triples(work, FABIO["hasPublicationYear"]):
        if isinstance(triple.object, Literal) and triple.object.value.lstrip("-").isdecimal():
            return int(triple.object.value)
    return None
