"""Find the works that those which an import brings may be: works of the library, and others of the same import.

They are blocked and compared as all works of a library are (`blocking`, `comparison`), but only around what is new.
"""

from __future__ import annotations

from collections.abc import Iterable

from commonplace.curation.duplicates.blocking import Blocks, ComparisonCounts
from commonplace.curation.duplicates.candidates import Candidate, candidate_of, without_rivals
from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.reading import read_particulars
from commonplace.curation.known_works import KnownWorks
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.model.minter import Minter
from commonplace.processes.garbage_collection import rarely_collected


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
    near = [known.nodes[key] for key in sorted(known.near(blocks.names()) - keys)]
    for start in range(0, len(near), ASKED_AT_ONCE):
        for work in read_particulars(snapshot, minter, near[start : start + ASKED_AT_ONCE]):
            blocks.add(work)
    found = [one for pair in blocks.pairs(ComparisonCounts(), keys) if (one := candidate_of(*pair))]
    by_key: dict[str, list[Candidate]] = {}
    for one in sorted(without_rivals(found, blocks.works), key=lambda one: (-one.score, one.keys)):
        for key in one.keys:
            if key in keys:
                by_key.setdefault(key, []).append(one)
    return by_key


ASKED_AT_ONCE = 1_000
"""Maximum number of works that are read in one query."""
