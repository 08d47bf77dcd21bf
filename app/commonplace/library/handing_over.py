"""Hand what one process has prepared to the one that workers are forked from: of that, only what it lacks."""

from __future__ import annotations

import pickle
from collections.abc import Hashable, Iterator
from typing import Any

from commonplace.library.incremental import Incremental
from commonplace.library.preparation import Preparation

_FILE, _LIST, _MAPS, _VALUE = "file", "list", "maps", "value"


class HandingOver:
    """What is prepared, and what of it was handed over already: a process that is forked from this one begins there."""

    def __init__(self, preparation: Preparation) -> None:
        self._preparation = preparation
        self._handed: dict[Hashable, object] = {}

    def read(self) -> Iterator[bool]:
        """Read what a file has, step by step, as `Preparation.read` does; nobody need hand that over."""
        yield from self._preparation.read()
        self._handed = self._kept()

    def changed(self) -> bytes:
        """Return what was prepared here since the last time, or since this process was forked, for `take`."""
        kept = self._kept()
        changed = {name: value for name, value in kept.items() if self._handed.get(name) is not value}
        self._handed = kept
        of = self._preparation
        return pickle.dumps({**changed, _MAPS: of.placed_maps.handed(), _FILE: of.kept})

    def take(self, changed: bytes) -> None:
        """Keep what another process of the server has prepared."""
        values = self._values()
        for name, value in pickle.loads(changed).items():  # noqa: S301  from a process that was forked from this one
            if name == _MAPS:
                self._preparation.placed_maps.take(value)
            elif name == _FILE:
                self._preparation.kept = value
            elif name[0] == _LIST:
                self._preparation.lists.take([(name[1], value)])
            else:
                values[name[1]].begin(value)
        self._handed = self._kept()

    def _kept(self) -> dict[Hashable, object]:
        """Return what is at hand here, but for maps, which are small."""
        kept: dict[Hashable, object] = {(_LIST, name): listed for name, listed in self._preparation.lists.handed()}
        for name, incremental in self._values().items():
            if (value := incremental.handed()) is not None:
                kept[_VALUE, name] = value
        return kept

    def _values(self) -> dict[str, Incremental[Any]]:
        """Return what keeps values that are prepared, beside lists and maps, by names."""
        of = self._preparation
        return {
            "size": of.size,
            "totals": of.totals,
            "states": of.states,
            "creators": of.creators,
            "citation counts": of.counts,
            "much cited": of.much_cited,
        }
