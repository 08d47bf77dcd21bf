"""Seal derived files, so that wrong bytes are found before anybody is answered from them.

Whatever is derived from the log and kept on disk can be cut short or changed: by a crash, a disk, a hand. A sealed
file begins with a line that says of which version of which log it is, and has the length and the SHA-256 of what
follows. (The line is a comment in N-Quads.) A sealed directory has such a file, `SEAL`, which names the other files
with the length and SHA-256 of each. What does not hold is thrown away by its owner, and made again from the log.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final, TypeVar

from commonplace.model.change import EMPTY, Version
from commonplace.patchlog.log import PatchLog
from commonplace.processes.cores import cores_at_hand
from commonplace.processes.whole_file import sync, sync_directory, write_whole

T = TypeVar("T")

log = logging.getLogger(__name__)

SEAL: Final = "SEAL"
"""The file of a sealed directory that has the checksums of the others."""

_LINE = re.compile(rb"# derived from version ([0-9]{1,18}) (\S{0,200}) length ([0-9]{1,18}) sha256 ([0-9a-f]{64})\n")
_LONGEST_LINE = 400
_LISTED = re.compile(r"([0-9a-f]{64}) ([0-9]{1,18}) (.+)")


class NotSealed(ValueError):
    """Bytes that are not what was written; the text says why."""


@dataclass(frozen=True, slots=True)
class LogPosition:
    """The version of a log that something was derived from, and the id of its entry: logs differ in their ids."""

    version: Version
    id: str

    @classmethod
    def of(cls, log: PatchLog, version: Version) -> LogPosition:
        """Return the origin of what is derived from that version of a log."""
        return cls(version, log.header(version).id if version > EMPTY else "-")


def write_sealed(path: Path, origin: LogPosition, pieces: Iterable[bytes] = ()) -> None:
    """Write a sealed file. Raises OSError, and leaves the file as it was."""
    held = list(pieces)
    checksum = hashlib.sha256()
    for piece in held:
        checksum.update(piece)
    length = sum(map(len, held))
    line = f"# derived from version {origin.version} {origin.id} length {length} sha256 {checksum.hexdigest()}\n"
    write_whole(path, (line.encode(), *held))


def replace_sealed(path: Path, kind: str, origin: LogPosition, pieces: Iterable[bytes]) -> None:
    """Write a sealed file in the place of those of its kind, a pattern of names: they go. Raises OSError."""
    before = [*path.parent.glob(kind)]
    write_sealed(path, origin, pieces)
    for other in before:
        if other != path:
            with suppress(OSError):
                other.unlink()


def check_sealed(path: Path) -> LogPosition:
    """Return what a sealed file is derived from. Raises `NotSealed` when it is not what was written, and OSError."""
    with path.open("rb") as file:
        return _checked(file)


def read_sealed(path: Path) -> tuple[LogPosition, bytes]:
    """Return the same and what is in the file. Raises the same."""
    with path.open("rb") as file:
        origin = _checked(file)
        file.seek(0)
        file.readline(_LONGEST_LINE)
        return origin, file.read()


def whole_files(paths: Iterable[Path], read: Callable[[Path], T]) -> Iterator[tuple[Path, T]]:
    """Yield the sealed files that are what was written, each with what `read` makes of it; the others go.

    `read` raises `NotSealed` or OSError where a file is not what was written, as `check_sealed` does.
    """
    for path in paths:
        try:
            made = read(path)
        except (OSError, NotSealed) as fault:
            log.warning("%s is not used, but made again: %s", path, fault)
            with suppress(OSError):
                path.unlink()
        else:
            yield path, made


def fault_of_sealed(path: Path) -> str | None:
    """Return why a sealed file is not what was written, whatever its version; None where it is."""
    try:
        check_sealed(path)
    except (OSError, NotSealed) as fault:
        return str(fault)
    return None


def sealed_fault(path: Path, log: PatchLog, version: Version) -> str | None:
    """Return why a sealed file or directory cannot be used for a version of a log; None where it can."""
    try:
        origin = check_directory(path) if path.is_dir() else check_sealed(path)
    except (OSError, NotSealed) as fault:
        return str(fault)
    return None if origin == LogPosition.of(log, version) else f"it is of version {origin.version} of another log"


def _checked(file: BufferedReader) -> LogPosition:
    line = _LINE.fullmatch(file.readline(_LONGEST_LINE))
    if line is None:
        raise NotSealed("its first line is not that of a sealed file")
    checksum, length = _checksum(file)
    if length != int(line[3]):
        raise NotSealed(f"it has {length} bytes and not {int(line[3])}")
    if checksum != line[4].decode():
        raise NotSealed("its bytes have changed")
    return LogPosition(Version(int(line[1])), line[2].decode(errors="replace"))


def _checksum(file: BufferedReader) -> tuple[str, int]:
    """Return the SHA-256 of the rest of a file, and its length."""
    start = file.tell()
    checksum = hashlib.file_digest(file, "sha256").hexdigest()
    return checksum, file.tell() - start


def checksum_of(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file, and its length. Raises OSError."""
    with path.open("rb") as file:
        return _checksum(file)


def checksums_of(paths: Iterable[Path]) -> Iterator[tuple[Path, tuple[str, int] | None]]:
    """Yield files, each with its SHA-256 and length, None where it is not there. Raises OSError.

    Several are read at once, one by each core: a start waits until it knows that gigabytes are what was written.
    """

    def found(path: Path) -> tuple[Path, tuple[str, int] | None]:
        try:
            return path, checksum_of(path)
        except FileNotFoundError:
            return path, None

    with ThreadPoolExecutor(cores_at_hand(), thread_name_prefix="checking") as threads:
        reading = [threads.submit(found, path) for path in paths]
        try:
            for one in reading:
                yield one.result()
        finally:
            threads.shutdown(cancel_futures=True)  # waited for: a process with threads cannot be forked


def seal_directory(directory: Path, origin: LogPosition) -> None:
    """Seal what a directory holds now; nothing may change in it afterwards. Raises OSError."""
    listed = []
    for path in _files(directory):
        sync(path)
        checksum, length = checksum_of(path)
        listed.append(f"{checksum} {length} {path.relative_to(directory)}\n")
    for folder in (directory, *(path for path in directory.rglob("*") if path.is_dir())):
        sync_directory(folder)
    write_sealed(directory / SEAL, origin, ["".join(listed).encode()])


def check_directory(directory: Path) -> LogPosition:
    """Return what a sealed directory is derived from.

    Raises `NotSealed` when it is not what was written, and OSError.
    """
    try:
        origin, listed = read_sealed(directory / SEAL)
    except FileNotFoundError as fault:
        raise NotSealed("it was never finished") from fault
    wanted = {name: (checksum, int(length)) for checksum, length, name in _LISTED.findall(listed.decode())}
    there = {str(path.relative_to(directory)): path for path in _files(directory)}
    if wanted.keys() != there.keys():
        raise NotSealed(f"files are missing or too many: {', '.join(sorted(wanted.keys() ^ there.keys())[:3])}")
    for path, found in checksums_of(there.values()):
        name = str(path.relative_to(directory))
        if found != wanted[name]:
            raise NotSealed(f"{name} has changed")
    return origin


def _files(directory: Path) -> Iterator[Path]:
    """Return the files of a directory, in order, but for its seal; locks are no part of what it holds."""
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path != directory / SEAL and path.suffix != ".lock":
            yield path
