"""Answers ready to send, kept while there is room: a question asked again of the same version is not evaluated.

Nothing here can be stale: what an answer is kept by has the version in it, and a version never changes meaning.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from commonplace.derived.workers.messages import Graphs

_OVERHEAD = 1_500
"""About what an entry takes beside its body and its text."""


@dataclass(frozen=True, slots=True)
class Key:
    """What an answer answers: of which version, asked what, of which dataset, in which representation."""

    version: int
    text: str
    graphs: Graphs | None
    form: Hashable


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer as it goes out: its tag, its headers, the same as they are written, its body."""

    tag: str
    headers: list[tuple[bytes, bytes]]
    head: bytes
    body: bytes


class AnswerCache:
    """At most `room` bytes of answers. The least recently used leave first, and before them those of old versions."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._size = 0
        self._version = 0
        self._new: OrderedDict[Key, Ready] = OrderedDict()
        """Those of the newest version seen."""
        self._old: OrderedDict[Key, Ready] = OrderedDict()

    def __len__(self) -> int:
        return len(self._new) + len(self._old)

    def get(self, key: Key) -> Ready | None:
        """The answer kept for that key, which counts as used."""
        kept = self._new if key.version == self._version else self._old
        ready = kept.get(key)
        if ready is not None:
            kept.move_to_end(key)
        return ready

    def put(self, key: Key, ready: Ready) -> None:
        """Keep an answer, if it is not more than a fraction of the room."""
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


def _size(key: Key, ready: Ready) -> int:
    return len(ready.body) + 4 * len(key.text) + _OVERHEAD
