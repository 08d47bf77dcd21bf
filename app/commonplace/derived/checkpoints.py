"""Checkpoints: whole states as N-Quads, so that neither a start nor time travel replays the whole log.

A file `{version}-{id}.nq` holds the state of that version of the log whose entry has that id;
one that belongs to another log (a restored home) is not used.
"""

from __future__ import annotations

import os
from pathlib import Path

from pyoxigraph import RdfFormat

from commonplace.derived.graph.graph import Graph
from commonplace.model.change import EMPTY, Version
from commonplace.patchlog.log import PatchLog, versions

REPLAY_BYTES = 8 * 1024 * 1024
"""A new checkpoint is worth its space once this much log would have to be replayed without it."""


class Checkpoints:
    """The checkpoints of one home, in a directory that may be deleted at any time."""

    def __init__(self, directory: Path, log: PatchLog) -> None:
        self._directory = directory
        self._log = log
        self._counted = (EMPTY, EMPTY, 0)
        """From which version, to which, and how many bytes of log lie between: each is counted once."""

    @property
    def directory(self) -> Path:
        """Where they are kept."""
        return self._directory

    def fill(self, graph: Graph, version: Version) -> None:
        """Bring a graph (empty, or at an earlier version) to that version."""
        if graph.version == EMPTY:
            near = self.nearest(version)
            if near is not None:
                graph.load_checkpoint(near[1], near[0])
        for number in versions(self._log, graph.version):
            if number > version:
                return
            graph.apply(number, self._log.entry(number).change)

    def nearest(self, version: Version) -> tuple[Version, Path] | None:
        """The newest usable checkpoint not after that version."""
        found = sorted(((self._version(path), path) for path in self._directory.glob("*.nq")), reverse=True)
        for number, path in found:
            if EMPTY < number <= version and number <= self._log.head() and path.name == self._name(number):
                return number, path
        return None

    def keep(self, graph: Graph) -> Path | None:
        """Write one for the graph's present state if enough has been logged since the nearest; answers its path.

        A long entry that only adds is read as fast from the log as from a checkpoint: it does not count.
        """
        version = graph.version
        near = self.nearest(version)
        start = near[0] if near else EMPTY
        return self.write(graph) if self._replayed_between(start, version) >= REPLAY_BYTES else None

    def _replayed_between(self, start: Version, end: Version) -> int:
        """The same of the entries after one version, up to another."""
        since, upto, size = self._counted
        if since != start or upto > end:
            upto, size = start, 0
        for number in versions(self._log, upto):
            if number > end:
                break
            size += self._replayed(number)
        self._counted = (start, end, size)
        return size

    def _replayed(self, version: Version) -> int:
        """Bytes of that entry that are applied statement by statement."""
        length = self._log.header(version).body_length
        return 0 if length >= REPLAY_BYTES and self._log.only_adds(version) else length

    def write(self, graph: Graph) -> Path:
        """Write one for the graph's present state."""
        self._directory.mkdir(parents=True, exist_ok=True)
        version, data = graph.read(lambda state: (state.version, state.dump(RdfFormat.N_QUADS)))
        target = self._directory / self._name(version)
        part = target.with_suffix(f".{os.getpid()}.part")
        # The engine walks its newest statements first; loading them oldest first restores the same walk,
        # so that answers without an order of their own come out alike from a checkpoint and from the log. (But a
        # statement removed before the checkpoint and added again after it has its old place only in the log's walk.)
        part.write_bytes(b"".join(reversed(data.splitlines(keepends=True))))
        part.rename(target)
        return target

    def clear(self) -> None:
        """Delete them all."""
        for path in self._directory.glob("*.nq"):
            path.unlink()

    def _name(self, version: Version) -> str:
        return f"{version:08d}-{self._log.header(version).id.removeprefix('urn:uuid:')}.nq"

    @staticmethod
    def _version(path: Path) -> Version:
        digits = path.name.partition("-")[0]
        return Version(int(digits)) if digits.isdigit() else EMPTY
