"""Keep who wrote which works, so that who wrote most of some works is known without asking for each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import heappop, heappush
from itertools import accumulate, compress, count
from sys import intern
from threading import Lock

from pyoxigraph import DefaultGraph, NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.derived.graph.sparql_tsv import rows, tsv
from commonplace.library.incremental import Incremental
from commonplace.model.change import ChangeSet
from commonplace.model.namespaces import DCTERMS
from commonplace.patchlog.log import PatchLog

Creators = Mapping[str, AbstractSet[str]]
"""The works of each person and body that created any, all by their IRIs; none of the sets is empty."""

FEW_WORKS = 1_000
"""Maximum number of works whose creators are looked up one by one; beyond, to go through all creators takes less time.
"""

TOLD_APART = 500
"""Minimum number of creators that are told from all others at a time, which goes through all."""

_DEFAULT = DefaultGraph()


def incremental_creators(log: PatchLog) -> Incremental[Creators]:
    """Return what keeps who wrote which works at a version."""
    return Incremental(log, read_creators, _moved_creators, both_ways=True)


def read_creators(snapshot: Snapshot) -> Creators:
    """Read who wrote which works at a snapshot."""
    found: dict[str, set[str]] = {}
    for work, agent in rows(tsv(snapshot.query(f"{PROLOGUE}SELECT ?work ?agent {{ ?work dcterms:creator ?agent }}"))):
        if work.startswith("<") and agent.startswith("<"):
            found.setdefault(intern(agent[1:-1]), set()).add(intern(work[1:-1]))
    return found


def _moved_creators(creators: Creators, _: Snapshot, changes: Sequence[ChangeSet]) -> Creators:
    moved = None
    for change in changes:
        for comes, quads in ((False, change.removed), (True, change.added)):
            for quad in quads:
                work, agent = quad.subject, quad.object
                if quad.predicate != DCTERMS["creator"] or quad.graph_name != _DEFAULT:
                    continue
                if isinstance(work, NamedNode) and isinstance(agent, NamedNode):
                    moved = dict(creators) if moved is None else moved
                    works = moved.get(agent.value, frozenset())
                    one = frozenset((intern(work.value),))
                    moved[intern(agent.value)] = works | one if comes else works - one
                    if not moved[agent.value]:
                        del moved[agent.value]
    return creators if moved is None else moved


def writers(snapshot: Snapshot, creators: Creators, works: AbstractSet[str]) -> Iterator[tuple[str, int]]:
    """Yield who created most of some works, each with the number of these, equals by IRI; `creators` are those of all
    works at the snapshot."""
    if len(works) > FEW_WORKS:
        yield from most_prolific(creators, works)
        return
    found = (triple.object for work in works for triple in snapshot.triples(NamedNode(work), DCTERMS["creator"]))
    counts = Counter(agent.value for agent in found if isinstance(agent, NamedNode))
    yield from sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def most_prolific(creators: Creators, works: AbstractSet[str]) -> Iterator[tuple[str, int]]:
    """Yield who created most of some works, each with the number of these, equals by IRI.

    Nobody created more of them than works at all: whoever created many is counted first, and the rest only when asked.
    """
    counted: list[tuple[int, str]] = []
    for size, agents in _ranked(creators):
        while counted and -counted[0][0] > size:
            number, agent = heappop(counted)
            yield agent, -number
        for agent in agents:
            if not works.isdisjoint(creators[agent]):
                heappush(counted, (-len(works & creators[agent]), agent))
    while counted:
        number, agent = heappop(counted)
        yield agent, -number


class _Ranking:
    """The creators of one state by how many works each created, told apart as far as anybody has asked.

    To tell them apart goes through all, of whom a million works have some hundred thousand, and concepts whose pages
    are asked for one after another have them in common.
    """

    def __init__(self, creators: Creators) -> None:
        self.creators = creators
        self._found: list[tuple[int, list[str]]] = []
        self._rest = _by_size(creators)
        self._lock = Lock()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield what `_by_size` does. Several threads may, each from the beginning."""
        for position in count():
            if position == len(self._found) and not self._find(position):
                return
            yield self._found[position]

    def _find(self, position: int) -> bool:
        """Find what stands at a position, and return whether anything does."""
        with self._lock:
            if position == len(self._found):
                self._found.extend([found for found in (next(self._rest, None),) if found is not None])
            return position < len(self._found)


_last: _Ranking | None = None


def _ranked(creators: Creators) -> _Ranking:
    """Return the ranking of a state's creators: that of the last call, where it was of the same state."""
    global _last  # a list of what is asked for again and again, and nothing that answers depend on
    ranking = _last
    if ranking is None or ranking.creators is not creators:
        ranking = _last = _Ranking(creators)
    return ranking


def _by_size(creators: Creators) -> Iterator[tuple[int, list[str]]]:
    """Yield numbers of works, the greatest first, each with those who created that many.

    Some hundred are told from the others at a time: mostly no more are asked for.
    """
    sizes = list(map(len, creators.values()))
    numbers = Counter(sizes)
    left = sorted(numbers, reverse=True)
    while left:
        ends = enumerate(accumulate(numbers[size] for size in left), start=1)
        end = next((end for end, agents in ends if agents >= TOLD_APART), len(left))
        wanted: dict[int, list[str]] = {size: [] for size in left[:end]}
        for agent, size in compress(zip(creators, sizes, strict=True), map(wanted.__contains__, sizes)):
            wanted[size].append(agent)
        yield from wanted.items()
        left = left[end:]
