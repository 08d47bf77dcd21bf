"""Let a process without a search index answer from what the index of another process has found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from commonplace.derived.search.index import SearchIndex
from commonplace.derived.search.lifecycle import Searching
from commonplace.model.change import EMPTY, Version


@dataclass(frozen=True, slots=True)
class Ranks:
    """What a search found: the IRIs of each kind of thing, best first, and the version of the index."""

    version: int = EMPTY
    iris: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, index: SearchIndex, q: str, kinds: Sequence[str]) -> Self:
        """Return what an index finds for a text among things of those kinds."""
        return cls(index.applied_version, {kind: index.matching_iris(q, kind) for kind in kinds})


class HandedSearch(Searching):
    """The searching of a process that is handed the hits before it is asked."""

    def __init__(self) -> None:
        """Begin without a graph: nothing is indexed here."""
        self.ranks = Ranks()

    def at(self, head: Version, *, newest: bool = False) -> SearchIndex:
        """Return an index that knows what was handed, and nothing else."""
        return _HandedIndex(self.ranks)


class _HandedIndex(SearchIndex):
    def __init__(self, ranks: Ranks) -> None:
        super().__init__()
        self._ranks = ranks

    @property
    def applied_version(self) -> int:
        return self._ranks.version

    def matching_iris(self, q: str, kind: str) -> list[str]:
        return list(self._ranks.iris[kind])
