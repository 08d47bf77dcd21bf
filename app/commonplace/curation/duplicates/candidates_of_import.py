"""Find the works that those which an import brings may be: works of the library, and others of the same import.

They are blocked and compared as all works of a library are (`blocking`, `comparison`), but only around what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from itertools import islice

from commonplace.curation.duplicates.blocking import Blocks, ComparisonCounts
from commonplace.curation.duplicates.candidates import Candidate, candidate_of, without_rivals
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.reading import read_particulars
from commonplace.curation.known_works import KnownWorks
from commonplace.curation.known_works_file import place_of
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.minter import Minter
from commonplace.processes.garbage_collection import rarely_collected

ASKED_AT_ONCE = 1_000
"""Maximum number of works that are read in one query."""

Pairs = Iterable[tuple[Particulars, Particulars]]


@rarely_collected()
def similar_to(
    new: Iterable[Particulars], snapshot: Snapshot, minter: Minter, known: KnownWorks | None = None
) -> dict[str, list[Candidate]]:
    """Return the candidates of each new work that has any, by its key, the likeliest first.

    `known` are the works of the state; they are read from it where they are not given.
    """
    known = known or KnownWorks.of(snapshot, minter)
    blocks = Blocks()
    for work in new:
        blocks.add(work)
    keys = {*blocks.works}
    for work in read_works(known.near(places_of(blocks)) - keys, snapshot, minter, known):
        blocks.add(work)
    return candidates_among(blocks, keys, compared)


def places_of(blocks: Blocks) -> Iterator[int]:
    """Yield the numbers under which `KnownWorks` enters the blocks in which any work is."""
    return (place_of("block", block) for block in blocks.names())


def read_works(keys: Set[str], snapshot: Snapshot, minter: Minter, known: KnownWorks) -> Iterator[Particulars]:
    """Yield the particulars of the works of those keys, in no order."""
    nodes = (known.nodes[key] for key in sorted(keys))
    while some := list(islice(nodes, ASKED_AT_ONCE)):
        yield from read_particulars(snapshot, minter, some)


def compared(pairs: Pairs) -> list[Candidate]:
    """Return the candidates among pairs of works."""
    return [one for pair in pairs if (one := candidate_of(*pair))]


def candidates_among(
    blocks: Blocks, keys: Set[str], compare: Callable[[Pairs], list[Candidate]]
) -> dict[str, list[Candidate]]:
    """Return the candidates of each work of those keys that has any, by its key, the likeliest first.

    `compare` is `compared`, or another function that returns what it does.
    """
    found = compare(blocks.pairs(ComparisonCounts(), keys))
    by_key: dict[str, list[Candidate]] = {}
    for one in sorted(without_rivals(found, blocks.works), key=lambda one: (-one.score, one.keys)):
        for key in one.keys:
            if key in keys:
                by_key.setdefault(key, []).append(one)
    return by_key
