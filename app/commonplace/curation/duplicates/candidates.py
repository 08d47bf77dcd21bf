"""Find the works of a library that may be one work, or related ones: candidates, for a person to decide.

Works that share a block (`blocking`) are compared (`comparison`). What the graph says of two works already, that one is
a part or a version of the other, is proposed no more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pyoxigraph import DefaultGraph, NamedNode

from commonplace.curation.duplicates.blocking import Blocks, ComparisonCounts
from commonplace.curation.duplicates.comparison import Compared, compare, is_plainly_other
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.reading import read_particulars, related_works
from commonplace.curation.duplicates.venues import Agreement, compare_venues, may_be_two_venues
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.change import ChangeSet
from commonplace.model.minter import Minter
from commonplace.model.namespaces import DCTERMS, PRO
from commonplace.processes.garbage_collection import rarely_collected

Pair = tuple[str, str]
"""Keys of two works, in order."""

Place = tuple[str, str, str]
"""Volume, issue and first page of a work."""

MANY_PLACES = 3
"""Minimum places at which works of one title stand, for a work without a place to be any of them."""

_DEFAULT = DefaultGraph()


class Candidate(NamedTuple):
    """Two works that may be one, or related: their keys in order, what is proposed, and why.

    `proposes` is `same` or `relation`, and `relation` then one of `comparison.RELATIONS`. `score` is the chance that
    they are one work, in percent.
    """

    keys: Pair
    proposes: str
    relation: str
    score: float
    reasons: tuple[str, ...]

    @property
    def id(self) -> str:
        """Return a name for these two works, whatever else changes."""
        return pair_id(self.keys)

    def other(self, key: str) -> str:
        """Return the key of the one that is not `key`."""
        one, other = self.keys
        return other if key == one else one


def pair_id(keys: Pair) -> str:
    """Return the name of two works, given their keys in order."""
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Similar:
    """The candidates of one state, the likeliest first, and how many works and pairs were looked at to find them."""

    candidates: list[Candidate]
    coverage: dict[str, int] = field(default_factory=dict)
    blocks: Blocks = field(default_factory=Blocks)
    compared: dict[Pair, Candidate] = field(default_factory=dict)
    """Every candidate, those that the graph relates included."""


@rarely_collected()
def similar_works(snapshot: Snapshot, minter: Minter) -> Similar:
    """Return every candidate of a state."""
    blocks = Blocks()
    for work in read_particulars(snapshot, minter):
        blocks.add(work)
    counts = ComparisonCounts()
    compared: dict[Pair, Candidate] = {}
    for one, other in blocks.pairs(counts):
        if candidate := candidate_of(one, other):
            compared[candidate.keys] = candidate
    return _similar(snapshot, minter, blocks, compared, counts)


def move_similar(similar: Similar, snapshot: Snapshot, changes: Sequence[ChangeSet], minter: Minter) -> Similar:
    """Return the candidates of a state, given those of an earlier one and the changes since."""
    touched = _touched(snapshot, changes, minter)
    works = [minter.thing("work", key) for key in touched]
    found = {work.key: work for work in read_particulars(snapshot, minter, works)} if works else {}
    for key in touched:
        if key in found:
            similar.blocks.add(found[key])
        else:
            similar.blocks.remove(key)
    compared = {pair: one for pair, one in similar.compared.items() if touched.isdisjoint(pair)}
    counts = ComparisonCounts()
    for one, other in similar.blocks.pairs_of(found, counts):
        if candidate := candidate_of(one, other):
            compared[candidate.keys] = candidate
    return _similar(snapshot, minter, similar.blocks, compared, counts)


def candidate_of(one: Particulars, other: Particulars) -> Candidate | None:
    """Return two works as a candidate, None when nothing is proposed of them."""
    if is_plainly_other(one, other):
        return None
    first, second = (one, other) if one.key < other.key else (other, one)
    found: Compared = compare(first, second)
    return Candidate((first.key, second.key), *found) if found.proposes else None


def without_rivals(candidates: Iterable[Candidate], works: dict[str, Particulars]) -> list[Candidate]:
    """Return the candidates without those of which each work has a better partner.

    An article and the conference paper that it grew from have one title and the same people. Where the library has two
    records of each, the venues tell which two are one work, though they tell too little between any two alone.
    """
    listed = list(candidates)
    settled: set[str] = set()
    doubtful: list[Candidate] = []
    for one in listed:
        if one.proposes == "same":
            ours, theirs = (works[key] for key in one.keys)
            venue = compare_venues(ours.venue, theirs.venue)
            if _may_be_two(venue, ours, theirs) or _are_of_two_years(ours, theirs):
                doubtful.append(one)
            elif venue == "same":
                settled.update(one.keys)
    # of works that no venue settles, two that may be each other's partners, and so are not that of a settled one
    partners = {key for one in doubtful if settled.isdisjoint(one.keys) for key in one.keys}
    rivals = {
        one.keys for one in doubtful if not settled.isdisjoint(one.keys) and (settled | partners).issuperset(one.keys)
    }
    rivals |= _columns([one for one in listed if one.proposes == "same" and one.keys not in rivals], works)
    return [one for one in listed if one.keys not in rivals]


def _are_of_two_years(one: Particulars, other: Particulars) -> bool:
    """Return whether the years of two works differ, and no place of either tells whether they are one."""
    return one.year != other.year and None not in (one.year, other.year) and not (one.has_place or other.has_place)


def _columns(candidates: Sequence[Candidate], works: dict[str, Particulars]) -> set[Pair]:
    """Return the candidates that say no more than that a work without a place is one of many of its title.

    A column comes again in every issue. What has lost its place may be any of them, unless one is likelier than all.
    """
    partners: dict[str, list[tuple[float, Place, Pair]]] = {}
    for one in candidates:
        for key in one.keys:
            work, other = works[key], works[one.other(key)]
            tells = work.people.words and other.people.words and not work.title.is_short
            if not tells and not work.has_place and other.has_place:
                place = other.volume, other.issue, other.pages.first
                partners.setdefault(key, []).append((one.score, place, one.keys))
    left: set[Pair] = set()
    for found in partners.values():
        if _count(place for _, place, _ in found) >= MANY_PLACES:
            best = max(score for score, _, _ in found)
            one_place = _count(place for score, place, _ in found if score == best) == 1
            left.update(keys for score, _, keys in found if score < best or not one_place)
    return left


def _count(places: Iterable[Place]) -> int:
    """Return how many of some places are plainly others than all before."""
    found: list[Place] = []
    for place in places:
        if all(any(a and b and a != b for a, b in zip(place, there, strict=True)) for there in found):
            found.append(place)
    return len(found)


def _may_be_two(venue: Agreement, one: Particulars, other: Particulars) -> bool:
    """Return whether nothing but the venue tells two works apart, and the venue may."""
    if one.pages.first and one.pages.first == other.pages.first:
        return False
    return may_be_two_venues(venue, one.venue, other.venue)


def _similar(
    snapshot: Snapshot, minter: Minter, blocks: Blocks, compared: dict[Pair, Candidate], counts: ComparisonCounts
) -> Similar:
    related = related_works(snapshot, minter)
    shown = without_rivals((one for pair, one in compared.items() if pair not in related), blocks.works)
    coverage = {
        "works": len(blocks.works),
        "without_title": sum(not work.title.letters for work in blocks.works.values()),
        "pairs_compared": counts.pairs_compared,
        "long_blocks": counts.long_blocks,
        "pairs_left_out": counts.pairs_left_out,
        "same": sum(one.proposes == "same" for one in shown),
        "relations": sum(one.proposes == "relation" for one in shown),
    }
    return Similar(sorted(shown, key=lambda one: (-one.score, one.keys)), coverage, blocks, compared)


def _touched(snapshot: Snapshot, changes: Sequence[ChangeSet], minter: Minter) -> set[str]:
    """Return the keys of the works whose particulars the changes may have changed, also by their people and venues."""
    touched: set[str] = set()
    others: set[NamedNode] = set()
    for change in changes:
        for quads in (change.removed, change.added):
            for quad in quads:
                if quad.graph_name == _DEFAULT and isinstance(quad.subject, NamedNode):
                    named = minter.kind_and_key(quad.subject.value)
                    if named and named[0] == "work":
                        touched.add(named[1])
                    elif named and named[0] in ("person", "organization", "venue"):
                        others.add(quad.subject)
    for node in others:
        held = [triple.subject for triple in snapshot.triples(None, PRO["isHeldBy"], node)]
        parts = [triple.subject for triple in snapshot.triples(None, DCTERMS["isPartOf"], node)]
        for subject in (*held, *parts):
            named = minter.kind_and_key(subject.value) if isinstance(subject, NamedNode) else None
            if named and named[0] == "work":
                touched.add(named[1])
    return touched
