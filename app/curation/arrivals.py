"""Which works are similar to those that an import brings: works of the library, and others of the same import.

They are found as `app.curation.similarity` finds candidates in a whole library, but only around what is new: by title
and neighbouring titles, by DOI, and among works of one first family name and about one year, whose titles are
compared all at once outside of Python.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process

from app.curation.matching import Matcher
from app.curation.similarity import BLOCK, NEAR, WINDOW, Candidate, compare
from app.derived.graph import PROLOGUE, Snapshot
from app.model.minter import Minter, slug
from app.model.signature import Signature, signature, title_key

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
_Titles = dict[str, str]
"""Keys of works, and their titles in the form in which they are compared."""


def similar_to(
    new: Sequence[Signature], matcher: Matcher, state: Snapshot, minter: Minter
) -> dict[str, list[Candidate]]:
    """The candidates of each new work that has any, by its key, the most alike first.

    `matcher` knows the works of `state` and has learnt of the new ones.
    """
    known = {one.key: one for one in new}
    judged: dict[tuple[str, str], Candidate | None] = {}
    found: dict[str, list[Candidate]] = {}
    for key, other in _pairs([one for one in new if one.title], matcher, state, minter):
        pair = (key, other) if key < other else (other, key)
        if key == other or pair in judged:
            continue
        there = known.get(other) or signature(matcher.record(other))
        judged[pair] = candidate = compare(known[key], there)
        if candidate is not None:
            for side in pair:
                if side in known:
                    found.setdefault(side, []).append(candidate)
    return {key: sorted(candidates, key=lambda one: (-one.score, one.keys)) for key, candidates in found.items()}


def _pairs(new: list[Signature], matcher: Matcher, state: Snapshot, minter: Minter) -> Iterator[tuple[str, str]]:
    """Keys of a new work and of one to compare it with; a pair may come again."""
    titles = matcher.titles()
    news = {one.key for one in new}
    for one, other in _neighbours(titles):
        for key in islice(titles[one], WINDOW):
            for near in islice(titles[other], WINDOW):
                if key in news:
                    yield key, near
                elif near in news:
                    yield near, key
    blocks = _blocks(new)
    for block, key, title in _held(blocks, state, minter):
        blocks[block][key] = title
    for work in new:
        for key in (*_of_title(titles, work), *islice(matcher.sharing_identifier(work), BLOCK)):
            yield work.key, key
        if work.people and work.year is not None and len(block_titles := blocks[work.people[0], work.year]) > 1:
            yield from ((work.key, key) for key in _alike(work, block_titles))


def _neighbours(titles: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Titles that are next to each other in the alphabet, and alike."""
    for one, other in pairwise(sorted(titles)):
        if fuzz.ratio(one, other, score_cutoff=NEAR):
            yield one, other


def _of_title(titles: dict[str, list[str]], work: Signature) -> list[str]:
    """The works of the same title, of many the neighbours."""
    keys = titles[work.title or ""]
    if len(keys) <= BLOCK:
        return keys
    at = keys.index(work.key)
    return keys[max(0, at - WINDOW) : at + WINDOW + 1]


def _blocks(new: Iterable[Signature]) -> dict[_Block, _Titles]:
    """For each first name and year of a new work, the new works of that name and the year before, same or after."""
    by_name: dict[_Block, _Titles] = {}
    for one in new:
        if one.people and one.year is not None and one.title:
            by_name.setdefault((one.people[0], one.year), {})[one.key] = one.title
    return {
        (name, year): {
            key: title for near in (year - 1, year, year + 1) for key, title in by_name.get((name, near), {}).items()
        }
        for name, year in by_name
    }


def _alike(one: Signature, titles: _Titles) -> Iterator[str]:
    if len(titles) > LONGEST_BLOCK:
        titles = _window(one, titles)
    for _, _, key in process.extract_iter(one.title, titles, scorer=fuzz.ratio, score_cutoff=NEAR):
        yield key


def _window(one: Signature, titles: _Titles) -> _Titles:
    ordered = sorted((title, key) for key, title in titles.items())
    at = bisect_left(ordered, (one.title or "", one.key))
    return {key: title for title, key in ordered[max(0, at - WINDOW) : at + WINDOW + 1]}


def _held(blocks: Iterable[_Block], state: Snapshot, minter: Minter) -> Iterator[tuple[_Block, str, str]]:
    """Works of the library that belong to the blocks: key and title of each."""
    years: dict[str, set[int]] = {}
    for name, year in blocks:
        years.setdefault(name, set()).add(year)
    written = [name for name in _names(state) if slug(name.value) in years] if years else []
    for start in range(0, len(written), ASKED_AT_ONCE):
        for row in state.select(_WORKS_OF.format(names=" ".join(map(str, written[start : start + ASKED_AT_ONCE])))):
            name, said = slug(_value(row["name"])), _value(row["year"])
            held = int(said) if said.isdecimal() else 0
            for year in {held - 1, held, held + 1} & years[name]:
                yield (name, year), minter.key(_value(row["work"])), title_key(_value(row["title"]))


def _names(state: Snapshot) -> list[Literal]:
    """Every family name and name of a body, as they are written: accents do not tell names apart."""
    rows = state.select(
        f"""{PROLOGUE}SELECT DISTINCT ?name WHERE {{ {{ ?agent foaf:familyName ?name }}
        UNION {{ ?agent foaf:name ?name FILTER NOT EXISTS {{ ?agent foaf:familyName ?family }} }} }}"""
    )
    return [name for row in rows if isinstance(name := row["name"], Literal)]


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal | NamedNode) else ""
