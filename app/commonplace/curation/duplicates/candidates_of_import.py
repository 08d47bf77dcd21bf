"""Which works are similar to those that an import brings: works of the library, and others of the same import.

They are found as `candidates` (beside this module) finds them in a whole library, but only around what is new: by title
and neighbouring titles, by DOI, and among works of one first family name and about one year, whose titles are
compared where they are of about one length.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz

from commonplace.curation.duplicates.candidates import BLOCK, NEAR, WINDOW, Candidate, compare
from commonplace.curation.matching import Matcher
from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.model.match_key import MatchKey, match_key, title_key
from commonplace.model.minter import Minter, slug

ASKED_AT_ONCE = 1_000
"""So many names are asked for in one query."""

LONGEST_BLOCK = 400
"""Of one name and year, so many titles are compared with each other; of more, each with its neighbours."""

_WORKS_OF = (
    PROLOGUE
    + """SELECT ?work ?name ?year ?title WHERE {{ VALUES ?name {{ {names} }}
    {{ ?agent foaf:familyName ?name }} UNION {{ ?agent foaf:name ?name }}
    ?role pro:isHeldBy ?agent ; cp:position 1 ; pro:withRole ?as . VALUES ?as {{ pro:author pro:editor }}
    ?work pro:isDocumentContextFor ?role ; fabio:hasPublicationYear ?year ; dcterms:title ?title }}"""
)

_Block = tuple[str, int]
_Titles = list[tuple[int, str, str]]
"""Works by the lengths of their titles: length, title in the form in which it is compared, key."""


def similar_to(
    new: Sequence[MatchKey], matcher: Matcher, state: Snapshot, minter: Minter
) -> dict[str, list[Candidate]]:
    """Return the candidates of each new work that has any, by its key, the most alike first.

    `matcher` knows the works of `state` and has learnt of the new ones.
    """
    known = {one.key: one for one in new if one.title}
    judged: dict[tuple[str, str], Candidate | None] = {}
    found: dict[str, list[Candidate]] = {}
    for key, other in _pairs(known, matcher, state, minter):
        pair = (key, other) if key < other else (other, key)
        if key == other or pair in judged:
            continue
        there = known.get(other) or match_key(matcher.record(other))
        judged[pair] = candidate = compare(known[key], there)
        if candidate is not None:
            for side in pair:
                if side in known:
                    found.setdefault(side, []).append(candidate)
    return {key: sorted(candidates, key=lambda one: (-one.score, one.keys)) for key, candidates in found.items()}


def _pairs(new: dict[str, MatchKey], matcher: Matcher, state: Snapshot, minter: Minter) -> Iterator[tuple[str, str]]:
    """Yield the keys of a new work and of one to compare it with; a pair may come again, and a work with itself."""
    titles = matcher.titles()
    for one, other in _neighbours(titles):
        for key in islice(titles[one], WINDOW):
            for near in islice(titles[other], WINDOW):
                if key in new:
                    yield key, near
                elif near in new:
                    yield near, key
    yield from _Blocks(new.values(), state, minter).pairs()
    for key, work in new.items():
        if len(keys := titles[work.title or ""]) > 1:
            yield from ((key, near) for near in _of_title(keys, key))
        if work.doi or work.identifiers:
            yield from ((key, near) for near in islice(matcher.sharing_identifier(work), BLOCK))


def _neighbours(titles: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of titles that are next to each other in the alphabet, and alike."""
    for one, other in pairwise(sorted(titles)):
        if fuzz.ratio(one, other, score_cutoff=NEAR):
            yield one, other


def _of_title(keys: list[str], key: str) -> list[str]:
    """Return the works with the title of a work; of many, its neighbours."""
    if len(keys) <= BLOCK:
        return keys
    at = keys.index(key)
    return keys[max(0, at - WINDOW) : at + WINDOW + 1]


class _Blocks:
    """The new works by first name and year, and beside them those of the library that are near one of them."""

    def __init__(self, new: Iterable[MatchKey], state: Snapshot, minter: Minter) -> None:
        self._new: dict[_Block, _Titles] = {}
        for one in new:
            if one.people and one.year is not None and one.title:
                work = len(one.title), one.title, one.key
                self._new.setdefault((one.people[0], one.year), []).append(work)
        self._held: dict[_Block, _Titles] = {}
        for block, key, title in {*_held(self._new, state, minter)}:
            self._held.setdefault(block, []).append((len(title), title, key))
        of_name: Counter[str] = Counter()
        for by in (self._new, self._held):
            for (name, _), titles in by.items():
                of_name[name] += len(titles)
                titles.sort()
        self._often = {name for name, count in of_name.items() if count > LONGEST_BLOCK}

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield each new work with those of that name, from the year before to the year after, whose titles are alike.

        Of two new works each is compared with the other once.
        """
        for block, titles in self._new.items():
            if self._is_long(block):
                yield from self._neighbours(block)
                continue
            if len(titles) > 1:
                for place, work in enumerate(titles, 1):
                    yield from _alike(work, titles, place)
            for other in self._beside(block):
                for work in titles:
                    yield from _alike(work, other, bisect_left(other, (_shortest(work),)))

    def _beside(self, block: _Block) -> Iterator[_Titles]:
        """Yield the titles that the new works of a block are compared with, and that are not compared with them."""
        name, year = block
        if after := self._new.get((name, year + 1)):
            yield after
        if (before := self._new.get((name, year - 1))) and self._is_long((name, year - 1)):
            yield before
        if self._held:
            yield from (held for near in _about(block) if (held := self._held.get(near)))

    def _is_long(self, block: _Block) -> bool:
        if block[0] not in self._often:
            return False
        return sum(len(by.get(near, ())) for near in _about(block) for by in (self._new, self._held)) > LONGEST_BLOCK

    def _neighbours(self, block: _Block) -> Iterator[tuple[str, str]]:
        """Yield pairs of works of a long block that are next to each other in the alphabet of titles, and alike."""
        near = [by.get(one, ()) for one in _about(block) for by in (self._new, self._held)]
        ordered = sorted((title, key) for titles in near for _, title, key in titles)
        for _, title, key in self._new[block]:
            at = bisect_left(ordered, (title, key))
            for other, of in ordered[max(0, at - WINDOW) : at + WINDOW + 1]:
                if fuzz.ratio(title, other, score_cutoff=NEAR):
                    yield key, of


def _about(block: _Block) -> list[_Block]:
    name, year = block
    return [(name, year - 1), block, (name, year + 1)]


def _shortest(work: tuple[int, str, str]) -> float:
    """Return the minimum length of a title like that of a work: a shorter one differs by too much."""
    return work[0] * NEAR / (200 - NEAR) - 1


def _alike(work: tuple[int, str, str], titles: _Titles, start: int) -> Iterator[tuple[str, str]]:
    """Yield a work with each of the titles, from a place on, that is like its own; far longer ones are not compared."""
    length, title, key = work
    longest = length * (200 - NEAR) / NEAR + 1
    for place in range(start, len(titles)):
        length, other, of = titles[place]
        if length > longest:
            break
        if fuzz.ratio(title, other, score_cutoff=NEAR):
            yield key, of


def _held(blocks: Iterable[_Block], state: Snapshot, minter: Minter) -> Iterator[tuple[_Block, str, str]]:
    """Yield works of the library of the names of those blocks, and at most a year away: their own blocks, keys and
    titles."""
    years: dict[str, set[int]] = {}
    for name, year in blocks:
        years.setdefault(name, set()).update((year - 1, year, year + 1))
    written = [name for name in _names(state) if slug(name.value) in years] if years else []
    for start in range(0, len(written), ASKED_AT_ONCE):
        for row in state.select(_WORKS_OF.format(names=" ".join(map(str, written[start : start + ASKED_AT_ONCE])))):
            name, said = slug(_value(row["name"])), _value(row["year"])
            year = int(said) if said.isdecimal() else 0
            if year in years[name]:
                yield (name, year), minter.key(_value(row["work"])), title_key(_value(row["title"]))


def _names(state: Snapshot) -> list[Literal]:
    """Return every family name and name of a body, as it is written: accents do not tell names apart."""
    rows = state.select(
        f"""{PROLOGUE}SELECT DISTINCT ?name WHERE {{ {{ ?agent foaf:familyName ?name }}
        UNION {{ ?agent foaf:name ?name FILTER NOT EXISTS {{ ?agent foaf:familyName ?family }} }} }}"""
    )
    return [name for row in rows if isinstance(name := row["name"], Literal)]


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
