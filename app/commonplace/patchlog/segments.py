"""Find entries in segment files, and append to them.

A segment holds entries of RDF Patch one after another. Its name is the first version in it: `00000001.rdfp`.
"""

from __future__ import annotations

import hashlib
import mmap
import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from commonplace.errors import Conflict, LogDamaged
from commonplace.model.quad_text import CHUNK_BYTES
from commonplace.patchlog.rdf_patch import BEGIN, COMMIT, read_header
from commonplace.processes.whole_file import sync_directory

SEGMENT_BYTES = 64 * 1024 * 1024
"""Maximum size at which a segment still takes an entry; the next one starts a new segment."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes of a file, from the offset `start` to the offset `end`."""

    file: Path
    start: int
    end: int

    def read(self) -> bytes:
        """Return the bytes."""
        return b"".join(self.pieces())

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return self.end - self.start

    def pieces(self) -> Iterator[bytes]:
        """Return the bytes, `CHUNK_BYTES` at a time."""
        with self.file.open("rb") as file:
            file.seek(self.start)
            left = self.end - self.start
            while piece := file.read(min(left, CHUNK_BYTES)):
                left -= len(piece)
                yield piece

    def checksum(self) -> str:
        """Return the SHA-256 of the bytes, in hexadecimal."""
        checksum = hashlib.sha256()
        for piece in self.pieces():
            checksum.update(piece)
        return checksum.hexdigest()


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where an entry lies: its segment, the offsets of its header, of its body and of its end; and the entry's id."""

    segment: Path
    start: int
    body: int
    end: int
    id: str

    @property
    def whole(self) -> ByteRange:
        """Return the entry's bytes."""
        return ByteRange(self.segment, self.start, self.end)

    @property
    def header_lines(self) -> ByteRange:
        """The entry's header: the lines before `TX .`."""
        return ByteRange(self.segment, self.start, self.body - len(BEGIN))

    @property
    def body_lines(self) -> ByteRange:
        """The entry's body: the lines between `TX .` and `TC .`."""
        return ByteRange(self.segment, self.body, self.end - len(COMMIT))

    def __str__(self) -> str:
        return f"{self.segment} at byte {self.start}"


class Torn(Exception):
    """The bytes of a segment end before the entry at that offset does."""

    def __init__(self, segment: Path, offset: int) -> None:
        super().__init__(segment, offset)
        self.segment = segment
        self.offset = offset

    @property
    def tail(self) -> ByteRange:
        """The bytes from the offset to the end of the segment."""
        return ByteRange(self.segment, self.offset, self.segment.stat().st_size)


def scan_segment(segment: Path, offset: int, found: Callable[[EntryPlace], object]) -> bool:
    """Call `found` with the places of the whole entries from an offset on; return whether there were any.

    Raises `Torn` at an entry that is not whole, and `LogDamaged`.
    """
    try:
        size = segment.stat().st_size
    except FileNotFoundError:
        return False
    if size <= offset:
        return False
    with segment.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
        while offset < size:
            place = _place_at(segment, data, offset, size)
            found(place)
            offset = place.end
    return True


def _place_at(segment: Path, data: mmap.mmap, start: int, size: int) -> EntryPlace:
    begin = data.find(BEGIN, start)
    if begin < 0 or data[begin - 1 : begin] != b"\n":
        raise Torn(segment, start)
    header = read_header(data[start:begin], f"{segment} at byte {start}")
    body = begin + len(BEGIN)
    end = body + header.body_length + len(COMMIT)
    if end > size:
        raise Torn(segment, start)
    if data[end - len(COMMIT) : end] != COMMIT:
        if end == size:
            raise Torn(segment, start)
        raise LogDamaged(f"{segment} at byte {start}: version {header.version} does not end where its header says")
    return EntryPlace(segment, start, body, end, header.id)


def places_touching(segment: Path, places: list[EntryPlace], iri: bytes) -> list[int]:
    """Return which places of a segment, by index, have a statement about that thing or a fragment of it."""
    hits: set[int] = set()
    starts = [place.start for place in places]
    end = places[-1].end  # beyond it another process may be writing
    with segment.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for operation in (b"\nA <", b"\nD <"):
            for ending in (b">", b"#"):
                needle = operation + iri + ending
                at = data.find(needle, starts[0], end)
                while at >= 0:
                    index = bisect_left(starts, at + 1) - 1
                    hits.add(index)
                    at = data.find(needle, places[index].end - 1, end)
    return sorted(hits)


def append_entry(segment: Path, offset: int, text: Iterable[bytes]) -> str:
    """Write an entry at the end of a segment, which is at that offset, and sync; return the entry's SHA-256.

    Raises `Conflict` when the segment ends elsewhere. What is raised while writing, above all because the disk is
    full, leaves the segment as it was.
    """
    new, checksum = not segment.exists(), hashlib.sha256()
    with segment.open("r+b" if not new else "xb", buffering=0) as file:
        if file.seek(0, os.SEEK_END) != offset:
            raise Conflict(f"{segment} has grown while it was locked: is another program writing to it?")
        try:
            for piece in text:
                checksum.update(piece)
                write_all(file, piece)
            os.fsync(file.fileno())
        except BaseException:
            os.ftruncate(file.fileno(), offset)
            if new:
                segment.unlink()
            raise
    if new:
        sync_directory(segment.parent)
    return checksum.hexdigest()


def write_all(file: FileIO, piece: bytes) -> None:
    """Write every byte: an unbuffered file takes as many as there is room for, and says only how many."""
    left = memoryview(piece)
    while left:
        left = left[file.write(left) :]
