"""Write checkpoints, whole states as N-Quads, so that neither a start nor time travel replays the whole log.

A file `{version}-{id}.nq` holds the state of that version of the log whose entry has that id, and is sealed
(`commonplace.derived.sealed`). One that belongs to another log (a restored home) is not used; one that is not what
was written is thrown away.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pyoxigraph import RdfFormat

from commonplace.derived.graph.composing import composed
from commonplace.derived.graph.graph import Graph
from commonplace.derived.sealed import LogPosition, sealed_fault, write_sealed
from commonplace.model.change import EMPTY, Version
from commonplace.patchlog.log import PatchLog, versions

log = logging.getLogger(__name__)

REPLAY_BYTES = 8 * 1024 * 1024
"""Minimum number of bytes of log after the newest checkpoint for which another one is worth its space."""

TOGETHER_BYTES = 32 * 1024 * 1024
"""Maximum bytes of entries that are applied at once, which are in memory meanwhile."""


class Checkpoints:
    """The checkpoints of one home, in a directory that may be deleted at any time."""

    def __init__(self, directory: Path, log: PatchLog, *, throws_away: bool = True) -> None:
        """Use the checkpoints in a directory. A damaged one is deleted, unless `throws_away` is False."""
        self._directory = directory
        self.log = log
        self._throws_away = throws_away
        self._unsound: set[Path] = set()
        self._counted = (EMPTY, EMPTY, 0)
        """Two versions and the bytes of log between them, so that each entry is counted once."""

    @property
    def directory(self) -> Path:
        """Return the directory that they are kept in."""
        return self._directory

    def fill(self, graph: Graph, version: Version) -> None:
        """Bring a graph (empty, or at an earlier version) to that version."""
        while graph.version == EMPTY and (near := self.nearest(version)) is not None:
            number, path = near
            if self.holds(path, number):
                self._load(graph, path, number)
        while graph.version < version:
            self._replay(graph, version)

    def _replay(self, graph: Graph, version: Version) -> None:
        """Apply some of the entries after the graph's version, up to that one: many short ones at once, or one."""
        start = graph.version
        last, size = start, 0
        while last < version and (size := size + self.log.size(last, Version(last + 1))) <= TOGETHER_BYTES:
            last = Version(last + 1)
        if last > start + 1 and not graph.is_durable:
            together = composed(self.log, start, last)
            if start == EMPTY:  # nothing was there: what came and went leaves no trace but memory that it fills
                graph.move(last, together.net().added, ())
            else:
                graph.move(last, together.coming, together.going)
        else:
            following = Version(start + 1)
            graph.apply(following, self.log.entry(following).change)

    def cost(self, version: Version) -> int:
        """Return how many bytes are read to make the state of a version: the nearest checkpoint, and the log after."""
        near = self.nearest(version)
        start, read = (near[0], near[1].stat().st_size) if near else (EMPTY, 0)
        return read + self.log.size(start, version)

    def _load(self, graph: Graph, path: Path, version: Version) -> None:
        """Load a checkpoint into an empty graph, which stays empty when the file cannot be read."""
        try:
            graph.load_checkpoint(path, version)
        except (OSError, SyntaxError) as fault:
            log.warning("the checkpoint %s cannot be loaded: %s", path, fault)
            self._unsound.add(path)
            graph.clear()

    def nearest(self, version: Version) -> tuple[Version, Path] | None:
        """Return the newest checkpoint not after that version, by its name, and its version."""
        found = sorted(((number, path) for path, number in self.all() if path not in self._unsound), reverse=True)
        return next(((number, path) for number, path in found if number <= version), None)

    def all(self) -> Iterator[tuple[Path, Version]]:
        """Return each checkpoint of this log, by its name, and its version."""
        for path in self._directory.glob("*.nq"):
            number = self._version(path)
            if EMPTY < number <= self.log.head() and path.name == self._name(number):
                yield path, number

    def holds(self, path: Path, version: Version) -> bool:
        """Return whether a checkpoint is as it was written, for that version; delete one that is not."""
        why = self.fault_of(path, version)
        if why is None:
            return True
        log.warning("the checkpoint %s is not used, but made again: %s", path, why)
        self._unsound.add(path)
        if self._throws_away:
            with suppress(OSError):
                path.unlink()
        return False

    def fault_of(self, path: Path, version: Version) -> str | None:
        """Return why a checkpoint of that version cannot be used; None when it is as it was written."""
        return sealed_fault(path, self.log, version)

    def keep(self, graph: Graph) -> Path | None:
        """Write a checkpoint of the graph's present state if enough was logged since the nearest one; return its path.

        A long entry that only adds does not count, because it is read from the log as fast as from a checkpoint.
        Raises OSError.
        """
        version = graph.version
        near = self.nearest(version)
        start = near[0] if near else EMPTY
        return self.write(graph) if self._replayed_between(start, version) >= REPLAY_BYTES else None

    def _replayed_between(self, start: Version, end: Version) -> int:
        """Return the length of those entries after one version, up to another, that are applied one by one."""
        since, upto, size = self._counted
        if since != start or upto > end:
            upto, size = start, 0
        for number in versions(self.log, upto):
            if number > end:
                break
            size += self._replayed(number)
        self._counted = (start, end, size)
        return size

    def _replayed(self, version: Version) -> int:
        """Return the length of an entry that is applied statement by statement, and 0 for any other."""
        length = self.log.header(version).body_length
        return 0 if length >= REPLAY_BYTES and self.log.only_adds(version) else length

    def write(self, graph: Graph) -> Path:
        """Write a checkpoint of the graph's present state; return its path.

        Raises OSError, and leaves nothing half-written.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        version, data = graph.read(lambda snapshot: (snapshot.version, snapshot.dump(RdfFormat.N_QUADS)))
        target = self._directory / self._name(version)
        # The engine walks its newest statements first; loading them oldest first restores the same walk,
        # so that answers without an order of their own come out alike from a checkpoint and from the log. (But a
        # statement removed before the checkpoint and added again after it has its old place only in the log's walk.)
        write_sealed(target, LogPosition.of(self.log, version), reversed(data.splitlines(keepends=True)))
        self._unsound.discard(target)
        return target

    def clear(self) -> None:
        """Delete all checkpoints."""
        for path in self._directory.glob("*.nq"):
            path.unlink()

    def _name(self, version: Version) -> str:
        return f"{version:08d}-{self.log.header(version).id.removeprefix('urn:uuid:')}.nq"

    @staticmethod
    def _version(path: Path) -> Version:
        digits = path.name.partition("-")[0]
        return Version(int(digits)) if digits.isdecimal() else EMPTY
