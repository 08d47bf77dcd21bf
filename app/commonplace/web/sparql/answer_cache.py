"""Keep answers ready to send, so that a question asked again of the same version is not evaluated again.

No answer can be stale: its key has the version in it, and a version never changes meaning.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from commonplace.derived.workers.messages import Graphs

_OVERHEAD = 2_500
"""Bytes that an entry takes beside its body and its text, roughly."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The question of an answer: version, text, dataset and representation."""

    version: int
    text: str
    graphs: Graphs | None
    form: Hashable


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as it goes out: tag, headers, the headers as they are written on the wire, and body."""

    tag: str
    headers: list[tuple[bytes, bytes]]
    head: bytes
    body: bytes


class AnswerCache:
    """At most `room` bytes of answers. Those of old versions leave first, and among them the least recently used."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._size = 0
        self._version = 0
        self._new: OrderedDict[CacheKey, Ready] = OrderedDict()
        """Answers of the newest version seen."""
        self._old: OrderedDict[CacheKey, Ready] = OrderedDict()

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def get(self, key: CacheKey) -> Ready | None:
        """Return the answer kept for that key, which counts as used."""
        kept = self._new if key.version == self._version else self._old
        ready = kept.get(key)
        if ready is not None:
            kept.move_to_end(key)
        return ready

    def put(self, key: CacheKey, ready: Ready) -> None:
        """Keep an answer, if it takes no more than a quarter of the room."""
        size = _size(key, ready)
        if size > self._room // 4 or self.get(key) is not None:
            return
        if key.version > self._version:
            self._old.update(self._new)
            self._new.clear()
            self._version = key.version
        (self._new if key.version == self._version else self._old)[key] = ready
        self._size += size
        while self._size > self._room:
            gone = (self._old or self._new).popitem(last=False)
            self._size -= _size(*gone)


def _size(key: CacheKey, ready: Ready) -> int:
    return len(ready.body) + 4 * len(key.text) + _OVERHEAD
