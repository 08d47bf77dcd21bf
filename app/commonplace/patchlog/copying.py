"""Copy a patch log into a directory, entry by entry as it lies, and only what is not there yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from commonplace.errors import LogDamaged
from commonplace.model.change import Version
from commonplace.patchlog.kept_files import files_withheld, keep_file, kept_file, withhold
from commonplace.patchlog.log import NO_CHAIN, PatchLog, versions
from commonplace.patchlog.opening import open_files
from commonplace.patchlog.segments import SEGMENT_BYTES, append_entry


@dataclass(frozen=True, slots=True)
class CopiedLog:
    """What a copy has now and what was new in it: its head before and after, and the number of new files."""

    before: Version
    head: Version
    files: int


class OtherLog(Exception):
    """A directory has a log that is not the beginning of the one to be copied."""


def copy_log(source: PatchLog, directory: Path, withheld: frozenset[str] = frozenset()) -> CopiedLog:
    """Copy the entries of a log and the files kept with it to the log in a directory, which is made when absent.

    Files whose SHA-256 is among those `withheld` are left out, or taken out of an earlier copy, and the copy says so.

    Entries that others append meanwhile are left for the next time. What an interrupted copy left unfinished is cut
    off first. Raises `OtherLog` where the directory has another log, and `LogDamaged` where an entry is not what was
    written, or does not follow from the one before it.
    """
    target = open_files(directory)
    with target.writing():
        until, before = source.head(), target.head()
        if before > until or (before and target.header(before).id != source.header(before).id):
            raise OtherLog
        copying = _Copying(source, directory, _checksum(target, before) if before else NO_CHAIN)
        left_out = withheld | source.withheld()
        files = sum(copying.attach(version, left_out) for version in versions(source, before) if version <= until)
        files += sum(copying.keep(digest, "an earlier copy") for digest in files_withheld(directory) - left_out)
        withhold(directory, left_out)
        start = before
        while start < until:
            start = copying.segment(target, start, until)
        return CopiedLog(before, target.head(), files)


def _checksum(log: PatchLog, version: Version) -> str:
    checksum = hashlib.sha256()
    for piece in log.pieces(version):
        checksum.update(piece)
    return checksum.hexdigest()


class _TargetFiles(Protocol):
    """The log that is written to."""

    def room(self, version: Version) -> tuple[Path, int]: ...

    def head(self) -> Version: ...


@dataclass(slots=True)
class _Copying:
    source: PatchLog
    directory: Path
    chain: str

    def attach(self, version: Version, left_out: frozenset[str]) -> int:
        """Copy the files that an entry names, unless they are there or to be left out; return how many that were."""
        named = self.source.header(version).note.attachments.values()
        return sum(self.keep(digest, f"version {version}") for digest in named if digest not in left_out)

    def keep(self, digest: str, where: str) -> bool:
        """Copy the file of that SHA-256 unless it is there; return whether it was not."""
        if kept_file(self.directory, digest).exists():
            return False
        keep_file(self.directory, digest, self.source.attachment(digest), where)
        return True

    def segment(self, target: _TargetFiles, after: Version, until: Version) -> Version:
        """Append entries to one segment until it is full, in one write that is there whole or not; return the last."""
        path, offset = target.room(Version(after + 1))
        last, size = after, offset
        while last < until and (last == after or size < SEGMENT_BYTES):
            last = Version(last + 1)
            size += self.source.size(Version(last - 1), last)
        append_entry(path, offset, self._pieces(after, last))
        if target.head() != last:
            raise LogDamaged(f"{path}: version {last} was copied and cannot be found there")
        return last

    def _pieces(self, after: Version, until: Version) -> Iterator[bytes]:
        for number in range(after + 1, until + 1):
            version, checksum = Version(number), hashlib.sha256()
            if self.source.header(version).chain != self.chain:
                raise LogDamaged(f"version {version} does not follow from the entry before it; nothing was copied")
            for piece in self.source.pieces(version):
                checksum.update(piece)
                yield piece
            self.chain = checksum.hexdigest()


def findings_of_copy(directory: Path) -> list[str]:
    """Return what is wrong with the log in a directory, a line each: checksums, chain, numbering, files."""
    return list(open_files(directory, create=False, mend=False).check())
