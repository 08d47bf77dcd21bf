"""Keep answers ready to send, so that a question asked again is not evaluated again.

No answer can be stale: its key has the version in it, and a version never changes meaning. An answer is carried over to
a later version where no statement that was changed since matches a pattern of its query.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

from commonplace.derived.graph.query_patterns import ChangedStatements, Patterns
from commonplace.derived.workers.messages import Graphs

_OVERHEAD = 2_500
"""Bytes that an entry takes beside its body and its text, roughly."""

CHANGES = 1_000
"""Maximum number of versions whose changed statements are kept; an answer from before those is evaluated again."""

CHANGES_HASHES = 500_000
"""Maximum number of hashes that the changed statements of all these versions take, of eight bytes each; those of the
newest are always kept."""

TEXTS = 10_000
"""Maximum number of queries whose patterns are kept."""


class CacheKey(NamedTuple):
    """The question of an answer: version, text, dataset and representation."""

    version: int
    text: str
    graphs: Graphs | None
    form: Hashable

    @property
    def question(self) -> Hashable:
        """The question without the version."""
        return self[1:]


class Ready(NamedTuple):
    """An answer as it goes out: tag, headers as they are written on the wire, and body."""

    tag: str
    head: bytes
    body: bytes


class AnswerCache:
    """At most `room` bytes of answers, one for each question: that of the newest version it was asked of.

    The least recently used leave first.
    """

    def __init__(self, room: int, at_version: Callable[[Ready, int], Ready]) -> None:
        """`at_version` returns an answer as it goes out of another version."""
        self._room = room
        self._size = 0
        self._at_version = at_version
        self._kept: OrderedDict[Hashable, tuple[CacheKey, Ready]] = OrderedDict()
        self._patterns: OrderedDict[str, Patterns | None] = OrderedDict()
        self._changes: OrderedDict[int, ChangedStatements | None] = OrderedDict()
        self._hashes = 0
        """Number of hashes of all changed statements."""

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: CacheKey) -> Ready | None:
        """Return the answer kept for that key, which counts as used; it may be carried over from an older version."""
        kept = self._kept.get(key.question)
        if kept is None or kept[0].version > key.version:
            return None
        if kept[0].version < key.version:
            if self._may_have_changed(kept[0], key.version):
                return None
            kept = key, self._at_version(kept[1], key.version)
            self._kept[key.question] = kept
        self._kept.move_to_end(key.question)
        return kept[1]

    def put(self, key: CacheKey, ready: Ready) -> None:
        """Keep an answer, if it takes no more than a quarter of the room and none of a newer version is there."""
        size = _size(key, ready)
        before = self._kept.get(key.question)
        if size > self._room // 4 or (before is not None and before[0].version >= key.version):
            return
        if before is not None:
            self._size -= _size(*before)
        self._kept[key.question] = (key, ready)
        self._kept.move_to_end(key.question)
        self._size += size
        while self._size > self._room:
            _, gone = self._kept.popitem(last=False)
            self._size -= _size(*gone)

    def wants_patterns(self, key: CacheKey) -> bool:
        """Return whether a question is asked again, of a later version, and the patterns of its text are not known."""
        kept = self._kept.get(key.question)
        return kept is not None and kept[0].version < key.version and key.text not in self._patterns

    def may_carry(self, key: CacheKey) -> bool:
        """Return whether an answer of an older version is kept whose query's patterns are known."""
        kept = self._kept.get(key.question)
        return kept is not None and kept[0].version < key.version and self._patterns.get(key.text) is not None

    def learn_patterns(self, text: str, patterns: Patterns | None) -> None:
        """Keep the patterns of a query: None where anything may matter to its answer."""
        self._patterns[text] = patterns
        if len(self._patterns) > TEXTS:
            self._patterns.popitem(last=False)

    def unknown_changes(self, key: CacheKey) -> range:
        """Return the versions after that of a kept answer whose changes are to be learnt, `CHANGES` at most."""
        kept = self._kept.get(key.question)
        seen = key.version if kept is None else kept[0].version
        newest = next(reversed(self._changes), 0)
        return range(max(newest, seen, key.version - CHANGES) + 1, key.version + 1)

    def learn_change(self, version: int, changed: ChangedStatements | None) -> None:
        """Keep the changed statements of a version: None where they are too many to be compared."""
        self._changes[version] = changed
        self._hashes += len(changed or ())
        while len(self._changes) > CHANGES or (self._hashes > CHANGES_HASHES and len(self._changes) > 1):
            _, gone = self._changes.popitem(last=False)
            self._hashes -= len(gone or ())

    def _may_have_changed(self, kept: CacheKey, version: int) -> bool:
        """Return whether an answer may be another one at a later version."""
        patterns = self._patterns.get(kept.text)
        if patterns is None:
            return True
        for between in range(kept.version + 1, version + 1):
            changed = self._changes.get(between)
            if changed is None or changed.may_match(patterns):
                return True
        return False


def _size(key: CacheKey, ready: Ready) -> int:
    return len(ready.body) + 4 * len(key.text) + _OVERHEAD
