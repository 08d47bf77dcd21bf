"""Mark which version of the log a graph on disk holds, and what its files are.

The engine (RocksDB) writes table files (`*.sst`) once and never changes them; in the background it puts several
together into a new one at any time, and deletes those. The mark, a sealed file, has the checksum of each table that is
finished when the mark is written, so that one that has changed is found when the graph is opened: the engine finds it
only when it comes to the place, and some queries then never end. A table written later is vouched for by no checksum
of ours, only by the engine's own of each block; that one is missing the engine finds when it opens the graph.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from commonplace.derived.sealed import LogPosition, NotSealed, checksum_of, checksums_of, read_sealed, write_sealed
from commonplace.errors import NotFound
from commonplace.model.change import EMPTY, Version

OriginOf = Callable[[Version], LogPosition]
"""Return where the state of a version comes from, in the log that the graph follows. Raises `NotFound`."""


class DiskMark:
    """The mark of the graph in one directory."""

    def __init__(self, directory: Path, origin_of: OriginOf) -> None:
        self._directory = directory
        self._path = directory.with_suffix(".version")
        self._origin_of = origin_of
        self._checksums: dict[str, str] = {}

    def read(self) -> Version:
        """Return the version that the graph holds, 0 when there is no graph.

        Raises `NotSealed` when the mark or a file is not what was written, or when it is of another log, and OSError.
        """
        if not self._path.exists():
            if any(self._directory.glob("*.sst")):
                raise NotSealed("nothing says which version it holds")
            return EMPTY
        origin, listed = read_sealed(self._path)
        try:
            is_ours = origin == self._origin_of(origin.version)
        except NotFound:
            is_ours = False
        if not is_ours:
            raise NotSealed(f"it holds version {origin.version} of another log")
        self._checksums = dict(line.split(" ") for line in listed.decode().splitlines())
        self._check()
        return origin.version

    def _check(self) -> None:
        """Read all tables: those of a million works have gigabytes. Raises `NotSealed` and OSError."""
        for path, found in checksums_of(self._directory / name for name in self._checksums):
            if found is not None and found[0] != self._checksums[path.name]:  # else it is a part of another one since
                raise NotSealed(f"{path.name} has changed")

    def remove(self) -> None:
        """Delete the mark of a graph that is thrown away. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self._checksums = {}

    def write(self, version: Version) -> None:
        """Say that the graph holds a version, all of which is on the disk. Raises OSError."""
        found: dict[str, str] = {}
        for path in sorted(self._directory.glob("*.sst")):
            with suppress(FileNotFoundError):  # the engine has put it together with others meanwhile
                if path.name in self._checksums:
                    found[path.name] = self._checksums[path.name]
                elif _is_finished(path):
                    found[path.name], _ = checksum_of(path)
        self._checksums = found
        lines = "".join(f"{name} {checksum}\n" for name, checksum in found.items())
        write_sealed(self._path, self._origin_of(version), [lines.encode()])


_LAST_BYTES = 0x88E241B785F4CFF7.to_bytes(8, "little")
"""The number that RocksDB's table format ends a file with, so that one without it is still being written."""


def _is_finished(path: Path) -> bool:
    """Answer whether the engine has written a table to its end. Raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_LAST_BYTES)))
        return file.read() == _LAST_BYTES
