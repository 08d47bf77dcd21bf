"""Mark which version of the log a graph on disk holds, and what its files are.

The engine (RocksDB) writes table files (`*.sst`) once and never changes them; in the background it puts several
together into a new one at any time, and deletes those. The mark, a sealed file, has the checksum of each table that is
finished when the mark is written, so that one that has changed is found when the graph is opened: the engine finds it
only when it comes to the place, and some queries then never end. A table written later is vouched for by no checksum
of ours, only by the engine's own of each block; that one is missing the engine finds when it opens the graph.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from commonplace.derived.sealed import LogPosition, NotSealed, checksum_of, checksums_of, read_sealed, write_sealed
from commonplace.errors import NotFound
from commonplace.model.change import EMPTY, Version
from commonplace.processes.whole_file import sync_directory

OriginOf = Callable[[Version], LogPosition]
"""Return where the state of a version comes from, in the log that the graph follows. Raises `NotFound`."""


class DiskMark:
    """The mark of the graph in one directory."""

    def __init__(self, directory: Path, origin_of: OriginOf) -> None:
        self._directory = directory
        self._path = directory.with_suffix(".version")
        self._noted = directory.with_suffix(".checked")
        self._origin_of = origin_of
        self._checksums: dict[str, str] = {}
        self._checked: dict[str, str] = {}
        """What `_file_at` said of each table before it was found right here."""

    def read(self, *, believes: bool = False) -> Version:
        """Return the version that the graph holds, 0 when there is no graph.

        All tables are read: those of a million works have gigabytes. Where it `believes` what was noted at the end of
        the process before, the rest is left to `check`.

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
        believed = self._taken_note(origin) if believes else {}
        self._check({n: c for n, c in self._checksums.items() if believed.get(n, "") != _file_at(self._directory / n)})
        return origin.version

    def check(self, stops: Callable[[], bool]) -> None:
        """Read the tables that were believed. Raises `NotSealed` and OSError; it may be told to stop before the end."""
        listed = self._checksums  # as they are now: a table may be put together with others meanwhile, and leave it
        for name in listed.keys() - self._checked:
            if stops():
                return
            self._check({name: listed[name]})

    def end(self) -> None:
        """Note which tables were found right, for a process that `believes` it. Raises OSError."""
        if self._path.exists():
            origin, _ = read_sealed(self._path)
            lines = "".join(f"{name} {self._checked[name]}\n" for name in self._checksums if name in self._checked)
            write_sealed(self._noted, origin, [lines.encode()])

    def _taken_note(self, origin: LogPosition) -> dict[str, str]:
        """Return what was noted at that version, and take it away: nobody else may believe it. Raises OSError."""
        try:
            noted_of, lines = read_sealed(self._noted)
        except (FileNotFoundError, NotSealed):
            return {}
        self.forget()
        return dict(line.split(" ", 1) for line in lines.decode().splitlines()) if noted_of == origin else {}

    def _check(self, checksums: Mapping[str, str]) -> None:
        """Read tables that have those checksums, by their names. Raises `NotSealed` and OSError."""
        files = {name: file for name in checksums if (file := _file_at(self._directory / name))}
        for path, found in checksums_of(self._directory / name for name in files):
            if found is None:
                continue  # it is a part of another one since
            if found[0] != checksums[path.name]:
                raise NotSealed(f"{path.name} has changed")
            self._checked[path.name] = files[path.name]

    def remove(self) -> None:
        """Delete the mark of a graph that is thrown away. Raises OSError."""
        self._path.unlink(missing_ok=True)
        self.forget()
        self._checksums, self._checked = {}, {}

    def forget(self) -> None:
        """Delete what was noted at the end of a process. Raises OSError."""
        if self._noted.exists():
            self._noted.unlink()
            sync_directory(self._noted.parent)

    def write(self, version: Version) -> None:
        """Say that the graph holds a version, all of which is on the disk. Raises OSError."""
        found: dict[str, str] = {}
        for path in sorted(self._directory.glob("*.sst")):
            with suppress(FileNotFoundError):  # the engine has put it together with others meanwhile
                if path.name in self._checksums:
                    found[path.name] = self._checksums[path.name]
                elif _is_finished(path):
                    file = _file_at(path)
                    found[path.name], _ = checksum_of(path)
                    self._checked[path.name] = file
        self._checksums = found
        lines = "".join(f"{name} {checksum}\n" for name, checksum in found.items())
        write_sealed(self._path, self._origin_of(version), [lines.encode()])


_LAST_BYTES = 0x88E241B785F4CFF7.to_bytes(8, "little")
"""The number that RocksDB's table format ends a file with, so that one without it is still being written."""


def _file_at(path: Path) -> str:
    """Return inode, size and time of the file at a path, which another or a later one has not; an empty text for none.

    Raises OSError.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return ""
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"


def _is_finished(path: Path) -> bool:
    """Answer whether the engine has written a table to its end. Raises OSError."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_LAST_BYTES)))
        return file.read() == _LAST_BYTES
