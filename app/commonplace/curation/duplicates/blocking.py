"""Blocking: which works are compared at all. Works are compared when they share a block.

There is one scheme, for a whole library and for an import. A work is in the blocks of its identifiers, of its place
(volume and first page, or last), and of its title: the first letters, the last letters, and each two of the longest
words. A slip spoils one or two of these, not all. A block of more than `LONGEST` works (`LONGEST_OF_WORDS` where two
words make it) is put in order, and each of its works is compared with the `WINDOW` next to it alone. So the work done
grows with the library, not with its square; `ComparisonCounts` says how
many pairs were left out for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import count

from commonplace.curation.duplicates.particulars import Particulars
from commonplace.curation.duplicates.titles import Title

LONGEST = 60
"""Maximum number of works in a block that are all compared with each other."""

LONGEST_OF_WORDS = 20
"""Maximum number of works in a block of two words that are all compared: many share two common words by chance."""

WINDOW = 8
"""Maximum number of the next works of a long block, in its order, that a work is compared with."""

LETTERS = 18
"""Number of letters at the beginning and at the end of a title that make a block."""

LONG_WORD = 5
"""Minimum letters of a word that makes a block with another."""

PAIRED_WORDS = ((0, 1), (0, 2), (1, 2), (2, 3))
"""Which of the longest words of a title, by their place in that order, make a block together: of the first three each
two, so that a title that lacks one of them is still met, and the next one as well."""


def blocks_of(work: Particulars) -> Iterator[str]:
    """Yield the names of the blocks that a work is in."""
    if work.doi:
        yield f"doi {work.doi}"
    yield from work.identifiers
    pages = work.pages
    if work.volume and pages.first:
        yield f"page {work.volume} {pages.first}"
    if work.volume and len(pages.last) > 1:
        yield f"last {work.volume} {pages.last[-2:]} {work.year}"
    if work.title.letters:
        yield from _blocks_of_title(work.title)


def _blocks_of_title(title: Title) -> Iterator[str]:
    yield f"start {title.letters[:LETTERS]}"
    yield f"end {title.letters[-LETTERS:]}"
    if len(title.letters) < 2 * LETTERS:  # one slip spoils both
        yield f"start {title.letters[: LETTERS // 2]}"
        yield f"end {title.letters[-LETTERS // 2 :]}"
    if title.main != title.letters:
        yield f"end {title.main[-LETTERS:]}"
    words = sorted({word for word in title.words if len(word) >= LONG_WORD})
    words.sort(key=len, reverse=True)
    for one, other in PAIRED_WORDS:
        if other < len(words):
            yield f"words {words[one]} {words[other]}"


@dataclass(slots=True)
class ComparisonCounts:
    """What comparing took, and what was left out: long blocks, and pairs of works in them that are not neighbours."""

    pairs_compared: int = 0
    long_blocks: int = 0
    pairs_left_out: int = 0


class Blocks:
    """Works by the blocks they are in. Works may be added, and taken out when they change."""

    def __init__(self) -> None:
        self.works: dict[str, Particulars] = {}
        self._members: dict[str, str | list[str]] = {}
        """The keys of the works of each block; of a block of one work, as most are, its key without a list."""

    def add(self, work: Particulars) -> None:
        """Add a work, in place of what was known under its key."""
        self.remove(work.key)
        self.works[work.key] = work
        for block in {*blocks_of(work)}:
            members = self._members.setdefault(block, work.key)
            if isinstance(members, list):
                members.append(work.key)
            elif members != work.key:
                self._members[block] = [members, work.key]

    def remove(self, key: str) -> None:
        """Take a work out; nothing where it is not in."""
        work = self.works.pop(key, None)
        if work is None:
            return
        for block in {*blocks_of(work)}:
            members = self._members[block]
            if isinstance(members, list) and len(members) > 1:
                members.remove(key)
            else:
                del self._members[block]

    def names(self) -> Iterable[str]:
        """Return the names of the blocks in which any work is."""
        return self._members.keys()

    def pairs(
        self, counts: ComparisonCounts, wanted: Set[str] | None = None, blocks: Iterable[str] | None = None
    ) -> Iterator[tuple[Particulars, Particulars]]:
        """Yield every two works that share a block, once, in the order of their keys.

        Where some keys are `wanted`, at least one of the two is among them. `blocks` are those to look into, all by
        default. Block by block, so that works which are compared often one after another are near in memory.
        """
        yielded = _Yielded()
        long_blocks: list[list[str]] = []
        for block in self._members if blocks is None else blocks:
            members = self._members[block]
            if not isinstance(members, list):
                continue
            if len(members) > (LONGEST_OF_WORDS if block.startswith("words ") else LONGEST):
                long_blocks.append(members)
            elif wanted is None or not wanted.isdisjoint(members):
                yield from self._works_of(yielded.of_block(sorted(members)), counts, wanted)
        for members in long_blocks:
            counts.long_blocks += 1
            counts.pairs_left_out += _left_out(len(members))
            yield from self._works_of(yielded.of_long_block(sorted(members, key=self._order)), counts, wanted)

    def pairs_of(self, keys: Iterable[str], counts: ComparisonCounts) -> Iterator[tuple[Particulars, Particulars]]:
        """Yield every two works that share a block and of which at least one is among the keys, once."""
        wanted = {key for key in keys if key in self.works}
        blocks = dict.fromkeys(block for key in wanted for block in blocks_of(self.works[key]))
        return self.pairs(counts, wanted, blocks)

    def _works_of(
        self, pairs: list[tuple[str, str]], counts: ComparisonCounts, wanted: Set[str] | None
    ) -> list[tuple[Particulars, Particulars]]:
        """Return the works of pairs of keys, of which one is wanted if any is, and count them."""
        if wanted is not None:
            pairs = [pair for pair in pairs if pair[0] in wanted or pair[1] in wanted]
        counts.pairs_compared += len(pairs)
        works = self.works
        return [(works[one], works[other]) for one, other in pairs]

    def _order(self, key: str) -> tuple[str, int, str, str]:
        work = self.works[key]
        return work.title.letters, work.year or 0, work.volume, key


class _Yielded:
    """The blocks gone through, by work: a pair comes in the first that its works share, so no pair need be kept.

    Blocks are numbered as they come, the long ones last: two works of a long block come as a pair where they stand near
    each other in it.
    """

    def __init__(self) -> None:
        self._blocks: defaultdict[str, set[int]] = defaultdict(set)
        self._places: defaultdict[str, dict[int, int]] = defaultdict(dict)
        """The place of a work in each long block."""
        self._numbers = count()

    def of_block(self, keys: Sequence[str]) -> list[tuple[str, str]]:
        """Return the pairs of a block, given its keys in order, that no block before had."""
        blocks = self._blocks
        before = [(key, blocks[key]) for key in keys]
        found: list[tuple[str, str]] = []
        for at, (one, its) in enumerate(before, 1):
            disjoint = its.isdisjoint
            found += [(one, other) for other, there in before[at:] if disjoint(there)]
        number = next(self._numbers)
        for _, its in before:
            its.add(number)
        return found

    def of_long_block(self, ordered: Sequence[str]) -> list[tuple[str, str]]:
        """Return the pairs of neighbours in a long block that no block before had, each with its keys in order."""
        found: list[tuple[str, str]] = []
        for at, one in enumerate(ordered):
            disjoint = self._blocks[one].isdisjoint
            for other in ordered[at + 1 : at + 1 + WINDOW]:
                if disjoint(self._blocks[other]) and not self._were_near(one, other):
                    found.append((one, other) if one < other else (other, one))
        number = next(self._numbers)
        for place, key in enumerate(ordered):
            self._places[key][number] = place
        return found

    def _were_near(self, one: str, other: str) -> bool:
        ours, theirs = self._places[one], self._places[other]
        return any(abs(ours[number] - theirs[number]) <= WINDOW for number in ours.keys() & theirs.keys())


def _left_out(count: int) -> int:
    """Return the number of pairs of a long block of that many works that are not compared because of it."""
    return count * (count - 1) // 2 - (count - 1 - WINDOW) * WINDOW - WINDOW * (WINDOW + 1) // 2
