"""Keep copies of a graph on disk, so that other processes read it without loading it.

The engine (RocksDB) never changes a table file once it is written. So a copy of its directory is a matter of hard links
and of a few small files, takes milliseconds whatever the size, and shares its bytes with the graph that it was taken
of: on the disk, and in the system's memory. The process that has the graph open keeps one such copy, of exactly one
version, and replaces it now and then. A process that wants to read links that copy once more, for itself alone: what
it changes there nobody else sees.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

from pyoxigraph import Store

from commonplace.derived.graph.disk_mark import OriginOf
from commonplace.errors import NotFound
from commonplace.model.change import Version
from commonplace.processes.state import is_there

log = logging.getLogger(__name__)

_COPY = re.compile(r"([0-9]{1,18})-[0-9A-Za-z-]+")
"""The name of the copy that all may link: its version, and the id of the entry of the log that made that."""

_OWN = "of-"
"""The beginning of the name of a copy that one process reads, before the number of that process."""

_GOING = "going-"
"""The beginning of the name of a copy that is being deleted: no process begins to link it any more."""

_NOT_COPIED = ("LOCK", "LOG", "IDENTITY")
"""Files that the engine makes for each directory anew; it tells copies apart by the last."""

_ATTEMPTS = 20
"""Maximum number of times that a copy is replaced while a process links it, before that process gives up."""


class DiskCopies:
    """The copies of the graph of one home, in a directory that may be deleted while nothing runs."""

    def __init__(self, directory: Path, origin_of: OriginOf) -> None:
        self.directory = directory
        self._origin_of = origin_of

    def begin(self) -> None:
        """Delete what an earlier server left. Raises OSError."""
        self.end()
        self.directory.mkdir(parents=True)

    def end(self) -> None:
        """Delete all copies: nobody can link one then, and who reads one goes on. Raises OSError."""
        shutil.rmtree(self.directory, ignore_errors=not self.directory.exists())

    def keep(self, store: Store, version: Version) -> None:
        """Copy a store that holds exactly that version, and delete the copies before. Raises OSError."""
        target = self.directory / self._name(version)
        if not target.exists():
            store.backup(str(target))
        for path in self.directory.iterdir():
            if path != target and _COPY.fullmatch(path.name):
                _delete(path)

    def newest(self) -> tuple[Version, Path] | None:
        """Return the version of the newest copy that is of this log, and its place; None where there is none."""
        found: list[tuple[Version, Path]] = []
        with suppress(OSError):
            for path in self.directory.iterdir():
                if copy := _COPY.fullmatch(path.name):
                    found.append((Version(int(copy[1])), path))
        return next((one for one in sorted(found, reverse=True) if self._is_ours(*one)), None)

    def link(self) -> tuple[Version, Path]:
        """Link the newest copy for this process alone; return its version, and the place of the link.

        Raises OSError, also where there is none.
        """
        for _ in range(_ATTEMPTS):
            newest = self.newest()
            if newest is None:
                break
            target = self.directory / f"{_OWN}{os.getpid()}"
            shutil.rmtree(target, ignore_errors=True)  # of an earlier process of that number
            with suppress(FileNotFoundError):  # a newer copy has taken its place meanwhile
                _link(newest[1], target)
                return newest[0], target
        raise FileNotFoundError(f"there is no copy of the graph in {self.directory}")

    def sweep(self) -> None:
        """Delete the copies of processes that have ended."""
        with suppress(OSError):
            for path in self.directory.iterdir():
                process = path.name.removeprefix(_OWN)
                if process.isdecimal() and process != path.name and not is_there(process):
                    shutil.rmtree(path, ignore_errors=True)

    def _name(self, version: Version) -> str:
        return f"{version:08d}-{self._origin_of(version).id.removeprefix('urn:uuid:')}"

    def _is_ours(self, version: Version, path: Path) -> bool:
        try:
            return path.name == self._name(version)
        except NotFound:
            return False


def _link(source: Path, target: Path) -> None:
    """Make a directory of the engine that has the tables of another one, and small files of its own."""
    target.mkdir()
    for file in sorted(source.iterdir()):
        if file.suffix == ".sst":
            os.link(file, target / file.name)
        elif not file.name.startswith(_NOT_COPIED):
            shutil.copyfile(file, target / file.name)


def _delete(directory: Path) -> None:
    """Delete a copy. It goes by another name first, so that nobody links a part of it."""
    going = directory.with_name(_GOING + directory.name)
    directory.rename(going)
    shutil.rmtree(going, ignore_errors=True)
