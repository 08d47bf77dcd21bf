"""Works that are similar and were not merged: candidates for being one work, for a person to decide.

Two works are compared when they share a block: the same title, the same DOI, a first family name and a year that is
the same or the next, or neighbouring titles in the alphabet. In a block of more than `BLOCK` works each is compared
with its `WINDOW` neighbours only. So the work done grows with the library, not with its square.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from pyoxigraph import Literal, NamedNode, QuerySolution
from rapidfuzz import fuzz

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.model.identifiers import doi_key
from commonplace.model.match_key import PARTS, MatchKey, first_page, title_key
from commonplace.model.minter import Minter, slug

NEAR = 92.0
"""How much alike titles must be, of 100 (normalised insertions and deletions)."""

LONG_TITLE = 4
"""So many words in a title say enough where there are no people to compare."""

BLOCK, WINDOW = 40, 10

_NUMBER = re.compile(r"\d+|(?<![a-z])(?:i{1,3}|iv|v|vi{1,3}|ix|x)(?![a-z])")


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """Two works that may be one: their keys in order, how much alike their titles are, and the reasons."""

    keys: tuple[str, str]
    score: float
    reasons: tuple[str, ...]

    @property
    def id(self) -> str:
        """Return the name of the pair, which stays when anything else changes."""
        return hashlib.sha256("\n".join(self.keys).encode()).hexdigest()[:16]

    def other(self, key: str) -> str:
        """Return the key of the one that is not `key`."""
        one, other = self.keys
        return other if key == one else one


@dataclass(frozen=True, slots=True)
class Similar:
    """The candidates by key, and how many works and pairs were looked at to find them."""

    candidates: list[Candidate]
    coverage: dict[str, int] = field(default_factory=dict)


def similar_works(state: Snapshot, minter: Minter) -> Similar:
    """Return every candidate of a state."""
    works = read_match_keys(state, minter)
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


def compare(one: MatchKey, other: MatchKey) -> Candidate | None:
    """Return the two works as a candidate; None when they are not similar enough."""
    first, second = (one, other) if one.key < other.key else (other, one)
    if not first.title or not second.title or first.key in (second.part_of, second.key) or second.key == first.part_of:
        return None
    if first.doi is not None and first.doi == second.doi and not {first.type, second.type} & PARTS:
        score: float | None = fuzz.ratio(first.title, second.title)
    else:
        score = None if _stand_apart(first, second) else _likeness(first, second)
    if score is None:
        return None
    return Candidate((first.key, second.key), round(score, 1), tuple(_reasons(first, second, score)))


def _likeness(one: MatchKey, other: MatchKey) -> float | None:
    """Return how much alike the titles are, of 100; None when titles, people and years do not say enough."""
    assert one.title
    assert other.title
    if abs(len(one.title) - len(other.title)) > (100 - NEAR) / 50 * max(len(one.title), len(other.title)):
        return None
    score = 100.0 if one.title == other.title else fuzz.ratio(one.title, other.title, score_cutoff=NEAR)
    if not score or _NUMBER.findall(one.title) != _NUMBER.findall(other.title):
        return None
    long = one.title.count("-") + 1 >= LONG_TITLE
    if not {*one.people} & {*other.people}:
        strangers = bool(one.people and other.people)
        if not long or (strangers and score < 100):
            return None
    if score < 100 and one.year is not None and other.year is not None and abs(one.year - other.year) > 1:
        return None
    return score


def _stand_apart(one: MatchKey, other: MatchKey) -> bool:
    """Return whether both are in different places of one venue: a column that comes again is not one work."""
    if one.venue is None or one.venue != other.venue:
        return False
    return any(a and b and a != b for a, b in zip(one.place, other.place, strict=True))


def _reasons(one: MatchKey, other: MatchKey, score: float) -> Iterator[str]:
    yield "the same title" if score == 100 else f"titles that are {score:.0f} % alike"
    shared = {*one.people} & {*other.people}
    if shared:
        yield f"people of the same name: {', '.join(sorted(shared))}"
    else:
        yield "other people" if one.people and other.people else "no people to compare"
    if one.year is None or other.year is None:
        yield "no year to compare"
    else:
        yield f"the same year, {one.year}" if one.year == other.year else f"years {one.year} and {other.year}"
    if one.type != other.type:
        yield f"types {one.type} and {other.type}"
    if one.venue and other.venue and one.venue != other.venue:
        yield "other venues"
    if one.place[0] and other.place[0] and one.place[0] != other.place[0]:
        yield f"volumes {one.place[0]} and {other.place[0]}"
    if one.doi and other.doi:
        same = f"the same DOI, {one.doi}, which one of them must have by mistake"
        yield same if one.doi == other.doi else f"DOIs {one.doi} and {other.doi}"


def _pairs(works: Iterable[MatchKey]) -> Iterator[tuple[MatchKey, MatchKey]]:
    by_title = sorted(works, key=lambda work: (work.title or "", work.key))
    yield from pairwise(by_title)
    blocks: dict[tuple[str, int | None], list[MatchKey]] = {}
    for work in by_title:
        blocks.setdefault((work.title or "", None), []).append(work)
        if work.doi:
            blocks.setdefault((f"doi {work.doi}", None), []).append(work)
        if work.people and work.year is not None:
            for year in (work.year, work.year + 1):
                blocks.setdefault((f"by {work.people[0]}", year), []).append(work)
    for block in blocks.values():
        if len(block) <= BLOCK:
            yield from combinations(block, 2)
        else:
            yield from ((one, other) for n, one in enumerate(block) for other in block[n + 1 : n + 1 + WINDOW])


def read_match_keys(state: Snapshot, minter: Minter) -> list[MatchKey]:
    """Return the match key of every work, in the order of their citation keys."""
    people: dict[str, list[tuple[str, int, str]]] = {}
    for row in state.select(
        f"""{PROLOGUE}SELECT ?work ?as ?position ?family ?name WHERE {{
        ?work pro:isDocumentContextFor ?role . ?role pro:isHeldBy ?agent ; pro:withRole ?as .
        VALUES ?as {{ pro:author pro:editor }}
        OPTIONAL {{ ?role cp:position ?position }} OPTIONAL {{ ?agent foaf:familyName ?family }}
        OPTIONAL {{ ?agent foaf:name ?name }} }}"""
    ):
        name = _value(row["family"]) or _value(row["name"])
        if name:
            place = (_value(row["as"]), int(_value(row["position"]) or 0), slug(name))
            people.setdefault(_value(row["work"]), []).append(place)
    rows = state.select(
        f"""{PROLOGUE}SELECT ?work ?title ?year ?type ?doi ?in ?venue ?volume ?issue ?page WHERE {{
        ?work a fabio:Expression
        OPTIONAL {{ ?work dcterms:title ?title }} OPTIONAL {{ ?work fabio:hasPublicationYear ?year }}
        OPTIONAL {{ ?work dcterms:type ?type }} OPTIONAL {{ ?work prism:doi ?doi }}
        OPTIONAL {{ ?work dcterms:isPartOf ?in OPTIONAL {{ ?in dcterms:title ?venue }} }}
        OPTIONAL {{ ?work prism:volume ?volume }}
        OPTIONAL {{ ?work prism:issueIdentifier ?issue }} OPTIONAL {{ ?work prism:pageRange ?page }} }}"""
    )
    found: dict[str, MatchKey] = {}
    for row in rows:
        work = _value(row["work"])
        found[work] = _match_key(row, _people(people.get(work, ())), minter)
    return sorted(found.values(), key=lambda work: work.key)


def _people(named: Iterable[tuple[str, int, str]]) -> tuple[str, ...]:
    """Return the authors in their order, or else the editors."""
    listed = sorted(named)
    return tuple(name for role, _, name in listed if role == listed[0][0])


def _match_key(row: QuerySolution, people: tuple[str, ...], minter: Minter) -> MatchKey:
    title, year, venue, doi = (_value(row[name]) for name in ("title", "year", "venue", "doi"))
    return MatchKey(
        key=minter.key(_value(row["work"])),
        doi=doi_key(doi) if doi else None,
        title=title_key(title) if title else None,
        identifiers=(),
        type=_value(row["type"]),
        year=int(year) if re.fullmatch(r"-?\d+", year) else None,
        people=people,
        venue=slug(venue) if venue else None,
        place=(_value(row["volume"]), _value(row["issue"]), first_page(_value(row["page"]))),
        part_of=None,
    )


def _related(state: Snapshot, minter: Minter) -> set[tuple[str, str]]:
    """Return the pairs of works that the graph relates: versions of one another, a review and the work reviewed …"""
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
