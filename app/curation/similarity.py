"""Works that are similar and were not merged: candidates for being one work, for a person to decide.

Two works are compared when they share a block: the same title, or a first family name and a year that is the
same or the next, or neighbouring titles in the alphabet. In a block of more than `BLOCK` works each is compared
with its `WINDOW` neighbours only. So the work done grows with the library, not with its square.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz

from app.derived.graph import PROLOGUE, Snapshot
from app.model.minter import Minter, slug

NEAR = 92.0
"""How much alike titles must be, of 100 (normalised insertions and deletions)."""

LONG_TITLE = 4
"""So many words in a title say enough where there are no people to compare."""

BLOCK, WINDOW = 40, 10

_NUMBER = re.compile(r"\d+|(?<![a-z])(?:i{1,3}|iv|v|vi{1,3}|ix|x)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Compared:
    """What of a work is compared. `title` is folded; `people` are folded family names and names of bodies."""

    key: str
    title: str
    year: int | None
    type: str
    people: frozenset[str]
    first: str | None
    doi: str | None
    venue: str | None = None
    place: tuple[str, str, str] = ("", "", "")
    """Volume, issue and first page."""

    def stands_elsewhere_than(self, other: Compared) -> bool:
        """Whether both are in one venue, in different places of it: a column that comes again is not one work."""
        if self.venue is None or self.venue != other.venue:
            return False
        return any(a and b and a != b for a, b in zip(self.place, other.place, strict=True))


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Two works that may be one: their keys in order, how much alike their titles are, and the reasons."""

    keys: tuple[str, str]
    score: float
    reasons: tuple[str, ...]

    @property
    def id(self) -> str:
        """The same for the same two works, whatever else changes."""
        return hashlib.sha256("\n".join(self.keys).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Similar:
    """The candidates by key, and how many works and pairs were looked at to find them."""

    candidates: list[Candidate]
    coverage: dict[str, int] = field(default_factory=dict)


def similar_works(state: Snapshot, minter: Minter) -> Similar:
    """Every candidate of a state."""
    works = read_compared(state, minter)
    related = _related(state, minter)
    titled = [work for work in works if work.title]
    found: list[Candidate] = []
    seen: set[tuple[str, str]] = set()
    for one, other in _pairs(titled):
        keys = (one.key, other.key) if one.key < other.key else (other.key, one.key)
        if keys in seen:
            continue
        seen.add(keys)
        candidate = compare(one, other)
        if candidate is not None and not related & {keys, keys[::-1]}:
            found.append(candidate)
    coverage = {"works": len(works), "without_title": len(works) - len(titled), "pairs_compared": len(seen)}
    return Similar(sorted(found), coverage)


def compare(one: Compared, other: Compared) -> Candidate | None:
    """The two as a candidate, None when they are not similar enough."""
    first, second = (one, other) if one.key < other.key else (other, one)
    longer = max(len(first.title), len(second.title))
    if first.stands_elsewhere_than(second):
        return None
    if abs(len(first.title) - len(second.title)) > (100 - NEAR) / 50 * longer:
        return None
    score = 100.0 if first.title == second.title else fuzz.ratio(first.title, second.title, score_cutoff=NEAR)
    if not score or _NUMBER.findall(first.title) != _NUMBER.findall(second.title):
        return None
    shared = first.people & second.people
    if first.people and second.people and not shared:
        return None
    if not shared and len(first.title.split("-")) < LONG_TITLE:
        return None
    years_apart = abs(first.year - second.year) if first.year is not None and second.year is not None else 0
    if score < 100 and years_apart > 1:
        return None
    return Candidate((first.key, second.key), round(score, 1), tuple(_reasons(first, second, score, shared)))


def _reasons(one: Compared, other: Compared, score: float, shared: frozenset[str]) -> Iterator[str]:
    yield "the same title" if score == 100 else f"titles that are {score:.0f} % alike"
    yield f"people of the same name: {', '.join(sorted(shared))}" if shared else "no people to compare"
    if one.year is None or other.year is None:
        yield "no year to compare"
    else:
        yield f"the same year, {one.year}" if one.year == other.year else f"years {one.year} and {other.year}"
    if one.type != other.type:
        yield f"types {one.type} and {other.type}"
    if one.doi and other.doi:
        yield f"DOIs {one.doi} and {other.doi}"


def _pairs(works: Iterable[Compared]) -> Iterator[tuple[Compared, Compared]]:
    by_title = sorted(works, key=lambda work: (work.title, work.key))
    yield from pairwise(by_title)
    blocks: dict[tuple[str, int | None], list[Compared]] = {}
    for work in by_title:
        blocks.setdefault((work.title, None), []).append(work)
        if work.first and work.year is not None:
            for year in (work.year, work.year + 1):
                blocks.setdefault((f"by {work.first}", year), []).append(work)
    for block in blocks.values():
        if len(block) <= BLOCK:
            yield from combinations(block, 2)
        else:
            yield from ((one, other) for n, one in enumerate(block) for other in block[n + 1 : n + 1 + WINDOW])


def read_compared(state: Snapshot, minter: Minter) -> list[Compared]:
    """What is compared of every work, by key."""
    people: dict[str, list[tuple[int, str]]] = {}
    for row in state.select(
        f"""{PROLOGUE}SELECT ?work ?position ?family ?name WHERE {{
        ?work pro:isDocumentContextFor ?role . ?role pro:isHeldBy ?agent ; pro:withRole ?as .
        VALUES ?as {{ pro:author pro:editor }}
        OPTIONAL {{ ?role cp:position ?position }} OPTIONAL {{ ?agent foaf:familyName ?family }}
        OPTIONAL {{ ?agent foaf:name ?name }} }}"""
    ):
        name = _value(row["family"]) or _value(row["name"])
        if name:
            people.setdefault(_value(row["work"]), []).append((int(_value(row["position"]) or 0), slug(name)))
    rows = state.select(
        f"""{PROLOGUE}SELECT ?work ?title ?year ?type ?doi ?venue ?volume ?issue ?page WHERE {{
        ?work a fabio:Expression
        OPTIONAL {{ ?work dcterms:title ?title }} OPTIONAL {{ ?work fabio:hasPublicationYear ?year }}
        OPTIONAL {{ ?work dcterms:type ?type }} OPTIONAL {{ ?work prism:doi ?doi }}
        OPTIONAL {{ ?work dcterms:isPartOf ?venue }} OPTIONAL {{ ?work prism:volume ?volume }}
        OPTIONAL {{ ?work prism:issueIdentifier ?issue }} OPTIONAL {{ ?work prism:pageRange ?page }} }}"""
    )
    found: dict[str, Compared] = {}
    for row in rows:
        work, title, year = _value(row["work"]), _value(row["title"]), _value(row["year"])
        named = sorted(people.get(work, ()))
        found[work] = Compared(
            key=minter.key(work),
            title=slug(title) if title else "",
            year=int(year) if re.fullmatch(r"-?\d+", year) else None,
            type=_value(row["type"]),
            people=frozenset(name for _, name in named),
            first=named[0][1] if named else None,
            doi=_value(row["doi"]) or None,
            venue=_value(row["venue"]) or None,
            place=(_value(row["volume"]), _value(row["issue"]), _value(row["page"]).partition("-")[0]),
        )
    return sorted(found.values(), key=lambda work: work.key)


def _related(state: Snapshot, minter: Minter) -> set[tuple[str, str]]:
    """Works of which the graph says how they are related: versions of one another, a review and what it reviews …"""
    rows = state.select(
        f"""{PROLOGUE}SELECT ?one ?other WHERE {{
        VALUES ?relation {{ dcterms:isVersionOf dcterms:hasVersion dcterms:replaces dcterms:isReplacedBy dcterms:source
        dcterms:relation dcterms:isPartOf cito:reviews cito:isReviewedBy cito:corrects cito:isCorrectedBy
        cito:retracts cito:isRetractedBy }}
        ?one ?relation ?other . ?one a fabio:Expression . ?other a fabio:Expression }}"""
    )
    return {(minter.key(_value(row["one"])), minter.key(_value(row["other"]))) for row in rows}


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
