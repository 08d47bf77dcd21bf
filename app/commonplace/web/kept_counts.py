"""Keep the counts of the queues that are found by comparing all works, with the version at which each was counted.

Who lists such a queue has counted it; in a large library `/queues` shows that count, and says when it is behind. What a
worker counted comes with its answer, in a header that goes no further than the server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import NamedTuple

from commonplace.model.change import Version

HEADER = "commonplace-kept-count"
"""Name of the header in which a worker tells the server what it counted."""


class KeptCount(NamedTuple):
    """The number of items of a queue, and the version at which they were counted."""

    items: int
    version: Version


class KeptCounts:
    """The counts of one server, or those that a worker was handed. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str, KeptCount] = {}

    def of(self, name: str) -> KeptCount | None:
        """Return what was counted last of a queue, None where nothing was."""
        return self._kept.get(name)

    def keep(self, name: str, count: int, version: Version) -> str:
        """Keep a count, unless that of a later version is kept; return it as the header tells it."""
        with self._lock:
            before = self._kept.get(name)
            if before is None or before.version <= version:
                self._kept[name] = KeptCount(count, version)
        return json.dumps([name, count, version])

    def handed(self) -> Mapping[str, tuple[int, int]]:
        """Return all counts as a worker is handed them."""
        with self._lock:
            return {name: (kept.items, kept.version) for name, kept in self._kept.items()}

    def take(self, handed: Mapping[str, tuple[int, int]]) -> None:
        """Keep what the server handed over, in place of all before."""
        with self._lock:
            self._kept = {name: KeptCount(count, Version(version)) for name, (count, version) in handed.items()}

    def told(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the headers of a worker's answer without the count in them, which is kept."""
        others: list[tuple[str, str]] = []
        for name, value in headers:
            if name.lower() == HEADER:
                queue, count, version = json.loads(value)
                self.keep(queue, count, Version(version))
            else:
                others.append((name, value))
        return others
