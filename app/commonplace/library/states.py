"""Keep which works discuss each concept, take a side on each claim, or are silent of it.

Silence on a concept holds for narrower ones, and discussing it for
broader ones: that is worked out when a concept is asked about, from the sets of works of each. How they are read and
moved along is in `commonplace.library.kept_states`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.evidence import CLAIM_STATES, CONCEPT_STATES, UNREAD
from commonplace.library.packed_sets import built_in
from commonplace.library.sorted_list import Pick, SortedList

MOST_ASKED = 8
"""Maximum number of concepts of which the joined sets are kept: those of a top concept take megabytes."""

STATES = frozenset((*CONCEPT_STATES, *CLAIM_STATES)) - {UNREAD, "mixed"}
"""The states that a piece of evidence may say."""

DIRECT = "direct"
"""Name by which works are kept, beside their states, that say what they say directly."""

SURE = ("high", "moderate")
"""Names by which works are kept that discuss something with that certainty; those of neither are of low certainty."""

_NOBODY: frozenset[str] = frozenset()

Works = AbstractSet[str]
"""Works by their IRIs."""


@dataclass(frozen=True, slots=True)
class CountedByYear:
    """Works counted by the values that they stand by in a list by year."""

    by_year: SortedList
    works: Works
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class WorksByState:
    """The works that were read on one concept or claim, by what they say; every other one of `total` is unread."""

    names: tuple[str, ...]
    read: Mapping[str, Works]
    """The works of each state but `unread`. No work is in two."""
    direct: Works
    """Those of them that say it directly, on the strength of one piece of evidence at least; none is silent."""
    total: int
    """Number of works of the library."""
    with_abstract: Works
    """The works of the library of which an abstract is held."""
    _extent: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The extent, once it was asked for: sets of all works are compared for it."""
    counted: dict[str, CountedByYear] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The works of each state, and the direct ones, as they were counted last: here, or at the version before."""

    def extent(self) -> dict[str, int]:
        """Return how far the reading has gone: works that were read, and unread ones with and without an abstract.

        The numbers add up to the number of works.
        """
        if not self._extent:
            self._extent.update(self._counted_extent())
        return dict(self._extent)

    def _counted_extent(self) -> dict[str, int]:
        read_of_held = sum(len(works & self.with_abstract) for works in self.read.values())
        return self._with_unread(len(self.with_abstract) - read_of_held)

    def _with_unread(self, unread: int) -> dict[str, int]:
        """Return the extent, given the number of unread works with an abstract."""
        read = sum(map(len, self.read.values()))
        return {
            "read": read,
            "unread_with_abstract": unread,
            "unread_without_abstract": self.total - read - unread,
        }

    def follow_extent(self, before: WorksByState, looked_at: Iterable[str]) -> None:
        """Take the extent from what it was before some works were looked at again, where that was asked for."""
        if not before._extent or before.with_abstract is not self.with_abstract:
            return
        held = [work for work in looked_at if work in self.with_abstract]
        unread = before._extent["unread_with_abstract"]
        unread += sum((self.of(work) == UNREAD) - (before.of(work) == UNREAD) for work in held)
        self._extent.update(self._with_unread(unread))

    def coverage(self) -> dict[str, int]:
        """Return the number of works by state; the counts add up to the number of works."""
        counts = {name: len(self.read.get(name, ())) for name in self.names}
        counts[UNREAD] = self.total - sum(counts.values())
        return {name: counted for name, counted in counts.items() if counted or name != "mixed"}

    def pick(self, states: Iterable[str]) -> Pick:
        """Return what picks the works of any of those states from a list of works."""
        wanted = set(states)
        others = [name for name in self.names if name not in wanted and name != UNREAD]
        if UNREAD in wanted:
            found = _joined(self.read.get(name, _NOBODY) for name in others)
            return Pick(found, outside=True, total=self.total - len(found))
        found = _joined(self.read.get(name, _NOBODY) for name in self.names if name in wanted)
        return Pick(found, total=len(found))

    def of(self, work: str) -> str:
        """Return the state of the work of that IRI."""
        return next((name for name, works in self.read.items() if work in works), UNREAD)


@dataclass(frozen=True, slots=True)
class States:
    """What accepted evidence says of all concepts and claims at a version. It never changes."""

    works: int
    """Number of works of the library."""
    said: Mapping[str, Mapping[str, Works]]
    """The works that say something of a concept or claim, by its IRI and by state, those that say so directly, by
    `DIRECT`, and those that discuss it with certainty, by `SURE`; none of the sets is empty."""
    broader: Mapping[str, Works]
    """The concepts that are broader than a concept, one step away; none of the sets is empty."""
    narrower: Mapping[str, Works]
    """The concepts that are narrower than a concept, one step away; none of the sets is empty."""
    with_abstract: Works
    """The works of which an abstract is held."""
    _asked: dict[str, WorksByState] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What was read on the concepts that were asked for last: a page asks for one several times."""

    _narrower_than: dict[str, Sequence[str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The concepts below those that were asked for last."""

    def on_concept(self, concept: str) -> WorksByState:
        """Return the works read on the concept of that IRI.

        A work discusses a concept when it discusses that or a narrower one; it is silent when it does not, and is
        recorded as silent on that or a broader one.
        """
        found = self._asked.get(concept)
        if found is None:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            found = self._asked[concept] = self._on_concept(concept)
        return found

    def _on_concept(self, concept: str) -> WorksByState:
        discussing = self.discussing(concept)
        silent = _joined(self._saying("silent", _reached(concept, self.broader)))
        read = {"discusses": discussing, "silent": silent - discussing}
        direct = _joined(self._saying(DIRECT, self.narrower_than(concept))) & discussing
        return WorksByState(CONCEPT_STATES, read, direct, self.works, self.with_abstract)

    def unread_on(self, concept: str) -> int:
        """Return how many works nobody has read on the concept of that IRI: the count of `on_concept`, and no sets."""
        discussing = self._saying("discusses", self.narrower_than(concept))
        silent = self._saying("silent", _reached(concept, self.broader))
        return self.works - len(_joined((*discussing, *silent)))

    def of_work(self, work: str, concept: str) -> str:
        """Return the state of one work on a concept, both by IRI: what `on_concept` says, without the other works."""
        if any(work in works for works in self._saying("discusses", self.narrower_than(concept))):
            return "discusses"
        silent = any(work in works for works in self._saying("silent", _reached(concept, self.broader)))
        return "silent" if silent else UNREAD

    def is_direct(self, work: str, concept: str) -> bool:
        """Return whether a work says directly that it discusses a concept or a narrower one, both by IRI."""
        return any(work in works for works in self._saying(DIRECT, self.narrower_than(concept)))

    def asked(self) -> list[tuple[str, WorksByState]]:
        """Return the works read on the concepts that were asked for last."""
        return list(self._asked.items())

    def expect(self, concept: str, found: WorksByState) -> None:
        """Take what `on_concept` is to return for a concept, where somebody knows it already."""
        self._asked[concept] = found

    def on_claim(self, claim: str) -> WorksByState:
        """Return the works read on the claim of that IRI: `mixed` is both to support and to contradict it."""
        said = self.said.get(claim, {})
        supports, contradicts = said.get("supports", _NOBODY), said.get("contradicts", _NOBODY)
        mixed = supports & contradicts
        read = {
            "supports": supports - mixed,
            "contradicts": contradicts - mixed,
            "mixed": mixed,
            "silent": said.get("silent", _NOBODY) - supports - contradicts,
        }
        direct = said.get(DIRECT, _NOBODY) & (supports | contradicts)
        return WorksByState(CLAIM_STATES, read, direct, self.works, self.with_abstract)

    def discussing(self, concept: str) -> Works:
        """Return the works that discuss the concept of that IRI or a narrower one: of what `on_concept` says, that."""
        return _joined(self._saying("discusses", self.narrower_than(concept)))

    def most_discussing(self, concept: str) -> int:
        """Return how many works discuss the concept of that IRI at most: none is looked at, and one may count twice."""
        return sum(map(len, self._saying("discusses", self.narrower_than(concept))))

    def narrower_than(self, concept: str) -> Sequence[str]:
        """Return the concept of that IRI and all narrower ones."""
        found = self._narrower_than.get(concept)
        if found is None:
            if len(self._narrower_than) >= MOST_ASKED:
                self._narrower_than.clear()
            found = self._narrower_than[concept] = tuple(_reached(concept, self.narrower))
        return found

    def know_tree(self, other: States) -> None:
        """Take what was worked out of the tree of concepts at another version, which has the same."""
        self._narrower_than.update(other._narrower_than)

    def broader_than(self, concept: str) -> list[str]:
        """Return the concept of that IRI and all broader ones."""
        return _reached(concept, self.broader)

    def most_read(self) -> Iterator[str]:
        """Yield the concepts and claims that works were read for, those of most works first, equals by IRI.

        Works are joined of those alone that may come next by the number of works of each state together, and of which
        works are in several states.
        """
        by_state = ((about, _of_states(said)) for about, said in self.said.items())
        ahead = [(-sum(map(len, sets)), about, len(sets) == 1) for about, sets in by_state]
        heapify(ahead)
        while ahead:
            _, about, is_counted = heappop(ahead)
            if is_counted:
                yield about
            else:
                heappush(ahead, (-len(_joined(_of_states(self.said[about]))), about, True))

    def below(self, concept: str) -> list[NamedNode]:
        """Return the concept of that IRI and all narrower ones, over any number of steps."""
        return [NamedNode(iri) for iri in self.narrower_than(concept)]

    def beside(self, concept: str, count: int) -> list[tuple[str, int]]:
        """Return the concepts, neither this nor narrower ones, that most of the works discuss which discuss this one.

        At most `count`, each with the number of those works, equals by IRI.
        """
        inside = set(self.narrower_than(concept))
        discussing = self.on_concept(concept).read["discusses"]
        shared = {
            about: len(discussing & said["discusses"])
            for about, said in self.said.items()
            if about not in inside and "discusses" in said
        }
        found = [about for about, number in shared.items() if number]
        return [(about, shared[about]) for about in sorted(found, key=lambda about: (-shared[about], about))[:count]]

    def _saying(self, state: str, about: Iterable[str]) -> Iterable[Works]:
        return (self.said[one].get(state, _NOBODY) for one in about if one in self.said)


StatesAt = Callable[[Snapshot], States]
"""Return what works say at a snapshot."""


def _of_states(said: Mapping[str, Works]) -> list[Works]:
    """Return the works that were read on something, by what they say; those kept beside are among them."""
    return [works for name, works in said.items() if name in STATES]


def _joined(sets: Iterable[Works]) -> Works:
    some = [one for one in sets if one]
    return built_in(some[0]) if len(some) == 1 else _NOBODY.union(*some)


def _reached(start: str, steps: Mapping[str, Works]) -> list[str]:
    """Return where any number of steps leads to, the start included."""
    found = {start: None}
    queue = [start]
    for one in queue:
        further = [there for there in steps.get(one, ()) if there not in found]
        found.update(dict.fromkeys(further))
        queue += further
    return queue
