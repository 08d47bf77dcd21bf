"""Which works new ones are compared with: all that share a name and about a year, whatever is held already."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from rapidfuzz import fuzz

from commonplace.curation.duplicates import candidates_of_import
from commonplace.curation.duplicates.candidates import NEAR, compare
from commonplace.curation.duplicates.candidates_of_import import similar_to
from commonplace.curation.matching import Matcher
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.match_key import match_key
from commonplace.model.record import Record
from tests.curation.works import SmallLibrary, person

WORDS = "commons rivers governing water village forest market trust law norms cities harbour".split()


def works(count: int) -> list[Record]:
    """Works of two names and four years; titles in families that differ in a letter, or in the first or last word."""
    chance = random.Random(2)
    titles = []
    for _ in range(count // 4):
        title = " ".join(chance.sample(WORDS, 6))
        titles += [title, title.replace("r", "w", 1), f"a {title}", f"{title} revisited in later years"]
    chance.shuffle(titles)
    return [
        Record(
            key=f"work{number}",
            type="book",
            title=title,
            contributors=(person(chance.choice(("Ostrom", "Berg"))),),
            issued=str(chance.randint(1990, 1993)),
        )
        for number, title in enumerate(titles)
    ]


def pairs_found(home: SmallLibrary, new: list[Record]) -> set[tuple[str, str]]:
    """The keys of what `similar_to` answers for those works; each candidate is told of every new work that is in it."""

    def judge(state: Snapshot) -> set[tuple[str, str]]:
        matcher = Matcher(state, home.minter)
        for record in new:
            matcher.learn(match_key(record), record)
        found = similar_to([match_key(record) for record in new], matcher, state, home.minter)
        keys = {record.key for record in new}
        told = {(key, one.keys) for key, candidates in found.items() for one in candidates}
        assert told == {(key, pair) for _, pair in told for key in pair if key in keys}
        return {pair for _, pair in told}

    return home.library.read(judge)


def blocked(one: Record, other: Record) -> bool:
    """Whether two works are of one name and at most a year apart, and their titles alike."""
    first, second = match_key(one), match_key(other)
    assert one.year
    assert other.year
    near = first.people == second.people and abs(one.year - other.year) <= 1
    return near and fuzz.ratio(first.title or "", second.title or "") >= NEAR


def test_works_of_a_name_and_about_a_year_are_all_compared(tmp_path: Path) -> None:
    home, records = SmallLibrary(tmp_path / "home"), works(200)
    held, new = records[:100], records[100:]
    home.add(*held)
    wanted = {
        candidate.keys
        for one, other in combinations(records, 2)
        if (one in new or other in new) and blocked(one, other)
        if (candidate := compare(match_key(one), match_key(other)))
    }
    found = pairs_found(home, new)
    assert len(wanted) > 10
    assert wanted <= found, "more are found in the alphabet of titles"


@pytest.mark.parametrize("longest", [46, 60, 75])
def test_a_work_is_compared_with_all_when_those_about_its_year_are_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    monkeypatch.setattr(candidates_of_import, "LONGEST_BLOCK", longest)
    home, new = SmallLibrary(tmp_path / "home"), works(200)
    counts = Counter((match_key(one).people[0], one.year) for one in new)

    def about(one: Record) -> int:
        return sum(counts[match_key(one).people[0], (one.year or 0) + years] for years in (-1, 0, 1))

    pairs = [pair for pair in combinations(new, 2) if blocked(*pair)]
    wanted = {tuple(sorted(one.key for one in pair)) for pair in pairs if min(map(about, pair)) <= longest}
    assert wanted
    assert len(wanted) < len(pairs)
    assert wanted <= pairs_found(home, new)
