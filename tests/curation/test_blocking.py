"""Pairs of works that share a block: each once, in long blocks those of neighbours alone."""

from __future__ import annotations

from itertools import combinations

from commonplace.curation.duplicates.blocking import LONGEST, WINDOW, Blocks, ComparisonCounts, blocks_of
from commonplace.curation.duplicates.particulars import Particulars, particulars


def pairs_in(blocks: Blocks, counts: ComparisonCounts | None = None) -> list[tuple[str, str]]:
    return [(one.key, other.key) for one, other in blocks.pairs(counts or ComparisonCounts())]


def blocks_with(works: list[Particulars]) -> Blocks:
    blocks = Blocks()
    for work in works:
        blocks.add(work)
    return blocks


def work(key: str, title: str, first: int = 0) -> Particulars:
    return particulars(key=key, title=title, year=2001, volume="7", page=f"{first}-{first + 9}" if first else "")


WORKS = [
    work("a", "Neighbourhood services and their elderly users", 100),
    work("b", "Neighborhood services and their elderly users", 100),
    work("c", "Services of the neighbourhood, used by the elderly", 100),
    work("d", "Municipal bathing in the nineteenth century"),
    work("e", "Bathing: municipal establishments of the nineteenth century"),
]


def test_two_works_come_once_however_many_blocks_they_share() -> None:
    shared = [pair for pair in combinations(WORKS, 2) if not {*blocks_of(pair[0])}.isdisjoint(blocks_of(pair[1]))]
    counts = ComparisonCounts()
    found = pairs_in(blocks_with(WORKS), counts)
    assert sorted(found) == [(one.key, other.key) for one, other in shared]
    assert ("a", "b") in found
    assert ("a", "d") not in found
    assert (counts.pairs_compared, counts.long_blocks, counts.pairs_left_out) == (len(found), 0, 0)


def test_a_long_block_gives_its_neighbours_each_pair_once() -> None:
    count = LONGEST + 20
    works = [work(f"w{number:03}", f"Annual report of the municipal library, {number:03}") for number in range(count)]
    counts = ComparisonCounts()
    found = pairs_in(blocks_with(works), counts)
    assert len(found) == len({*found})
    assert {(f"w{n:03}", f"w{n + step:03}") for n in range(count - WINDOW) for step in range(1, WINDOW + 1)} <= {*found}
    assert ("w000", f"w{count - 1:03}") not in found
    assert counts.long_blocks >= 1


def test_a_work_taken_out_is_compared_no_more_and_one_wanted_with_all() -> None:
    blocks = blocks_with(WORKS)
    blocks.remove("c")
    blocks.add(work("b", "Neighborhood services and their elderly users", 200))
    assert sorted(pairs_in(blocks)) == [("a", "b"), ("d", "e")]
    of_e = blocks.pairs_of(["e", "unknown"], ComparisonCounts())
    assert [(one.key, other.key) for one, other in of_e] == [("d", "e")]
    for key in ("a", "b", "d", "e"):
        blocks.remove(key)
    assert not pairs_in(blocks)
    assert not [*blocks.names()]
