"""The log in files: segments of RDF Patch, appended and synced, with a chain of checksums.

A home's `log/` holds `segments/00000001.rdfp` (named by the first version in it), `files/`
(attachments, named by SHA-256) and `lock`. Several processes may read and one at a time may
write. Opening cuts a torn last entry (a crash while appending) and keeps the cut bytes in
`torn/`; damage anywhere else is an error that names the file and offset.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

from commonplace.errors import Conflict, LogDamaged, NotFound
from commonplace.model.change import ChangeSet, Entry, Version
from commonplace.model.quad_text import CHUNK_BYTES, QuadText, whole_lines
from commonplace.patchlog.log import NO_CHAIN, expect_next
from commonplace.patchlog.rdf_patch import (
    BEGIN,
    COMMIT,
    REMOVAL,
    Header,
    entry_of,
    entry_text,
    read_header,
    read_pieces,
)

log = logging.getLogger(__name__)

FOLLOWED = COMMIT + b"H "
"""Where one entry ends and another begins: no line of an entry can look like this."""

SEGMENT_BYTES = 64 * 1024 * 1024
"""A segment that has reached this is closed and the next entry starts a new one."""

_REPEATS = 64
"""How far back a repeated entry is looked for, beside its own place."""


@dataclass(frozen=True, slots=True)
class _Range:
    """Bytes of a file, from an offset to another."""

    file: Path
    start: int
    end: int

    def read(self) -> bytes:
        """All of them."""
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """The same, a part at a time."""
        with self.file.open("rb") as file:
            file.seek(self.start)
            left = self.end - self.start
            while piece := file.read(min(left, CHUNK_BYTES)):
                left -= len(piece)
                yield piece


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry lies: segment, offset of its header, of its body, and its end."""

    segment: Path
    start: int
    body: int
    end: int
    id: str

    @property
    def whole(self) -> _Range:
        """The entry."""
        return _Range(self.segment, self.start, self.end)

    @property
    def inside(self) -> _Range:
        """Its body: what is between `TX .` and `TC .`."""
        return _Range(self.segment, self.body, self.end - len(COMMIT))


class _Torn(Exception):
    """The bytes of a segment end before the entry at that offset does."""

    def __init__(self, segment: Path, offset: int) -> None:
        super().__init__(segment, offset)
        self.segment = segment
        self.offset = offset


class FileLog:
    """A patch log in a directory; see `commonplace.patchlog.log.PatchLog` for the methods."""

    def __init__(self, directory: Path, *, segment_bytes: int = SEGMENT_BYTES, mend: bool = True) -> None:
        """Open it, making it when absent. Without `mend` a torn tail stays: for who only reads, beside a writer."""
        self._directory = directory
        self._segments = directory / "segments"
        self._files = directory / "files"
        self._segment_bytes = segment_bytes
        for folder in (self._segments, self._files):
            folder.mkdir(parents=True, exist_ok=True)
        self._places: list[_Place] = []
        self._chain: str | None = None
        self._lock = RLock()  # guards what is known of the files; held for moments
        self._write_lock = RLock()  # one writing thread; held as long as a write takes
        self._writers = 0
        self._end: tuple[str, int, str | None, Version] | None = None
        """The last segment, where it ends, the segment that begins after it when it is full, and the version."""
        if mend:
            with self.writing():
                self._mend()

    @property
    def directory(self) -> Path:
        """Where it is kept."""
        return self._directory

    def head(self) -> Version:
        end = self._end
        if end is not None and _size(end[0]) == end[1] and (end[2] is None or _size(end[2]) <= 0):
            return end[3]
        with self._lock:
            self._follow()
            head = Version(len(self._places))
            last = self._places[-1] if self._places else None
            following = str(self._segments / f"{head + 1:08d}.rdfp")
            full = last is not None and last.end >= self._segment_bytes
            self._end = (str(last.segment), last.end, following if full else None, head) if last else None
            return head

    def append(self, entry: Entry) -> Version:
        with self.writing():
            head = self.head()
            for number in (entry.version, *range(head, max(head - _REPEATS, 0), -1)):
                if 0 < number <= head and self._places[number - 1].id == entry.id:
                    return Version(number)
            expect_next(entry, head)
            text = entry_text(entry, self._last_chain())
            segment, start = self._room(entry.version)
            if segment.exists() and segment.stat().st_size > start:
                self._mend()  # we hold the lock: what is there too much is left of a writer that died
            chain = _append(segment, start, text)
            self._follow()
            self._chain = chain
            return entry.version

    def entry(self, version: Version) -> Entry:
        header = self.header(version)
        return entry_of(header, self._change(version, header))

    def header(self, version: Version) -> Header:
        place = self._place(version)
        return read_header(_Range(place.segment, place.start, place.body - len(BEGIN)).read(), _where(place))

    def text(self, version: Version) -> bytes:
        return self._place(version).whole.read()

    def only_adds(self, version: Version) -> bool:
        place = self._place(version)
        return _Range(place.segment, place.body, place.body + len(REMOVAL)).read() != REMOVAL

    def body(self, version: Version) -> tuple[Path, int, int]:
        """Where the lines of its change lie: the file, the offset of the first, and their end."""
        inside = self._place(version).inside
        return inside.file, inside.start, inside.end

    def history(self, iri: str) -> list[Version]:
        self.head()
        with self._lock:
            places = list(self._places)
        found: list[Version] = []
        for segment in dict.fromkeys(place.segment for place in places):
            first = bisect_left(places, segment.name, key=lambda place: place.segment.name)
            inside = [place for place in places[first:] if place.segment == segment]
            for number in _touching(segment, inside, iri.encode()):
                found.append(Version(first + number + 1))
        return found

    def attach(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        target = self._files / digest[:2] / digest
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            part = target.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.rename(target)
            _sync_directory(target.parent)
        return digest

    def attachment(self, sha256: str) -> bytes:
        try:
            return (self._files / sha256[:2] / sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"no file with SHA-256 {sha256} is kept with the log") from None

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._write_lock:
            if self._writers:
                yield  # this thread holds it already
                return
            with (self._directory / "lock").open("a") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._writers += 1
                try:
                    yield
                finally:
                    self._writers -= 1

    def check(self) -> Iterator[str]:
        """Findings of a full check: checksums, chain, numbering, ids, attachments. Nothing when all is well."""
        chain, previous = NO_CHAIN, None
        for number in range(1, self.head() + 1):
            try:
                header, where = self.header(Version(number)), _where(self._place(Version(number)))
                _gone_through(self._change(Version(number), header))
            except LogDamaged as fault:
                yield fault.detail
                return
            if header.version != number:
                yield f"{where}: version {header.version} stands where version {number} should"
            if header.chain != chain or header.previous != previous:
                yield f"{where}: version {number} does not follow from the entry before it"
            for role, digest in header.note.attachments.items():
                yield from self._check_attachment(number, role, digest)
            chain, previous = _checksum(self._place(Version(number)).whole), header.id

    def _check_attachment(self, number: int, role: str, digest: str) -> Iterator[str]:
        try:
            found = hashlib.sha256(self.attachment(digest)).hexdigest()
        except NotFound:
            yield f"version {number}: its {role} ({digest}) is missing from {self._files}"
            return
        if found != digest:
            yield f"version {number}: its {role} in {self._files} has changed (SHA-256 {found}, not {digest})"

    def _change(self, version: Version, header: Header) -> ChangeSet:
        place = self._place(version)
        return read_pieces(lambda: whole_lines(place.inside.pieces()), header, _where(place))

    def _place(self, version: Version) -> _Place:
        if not 0 < version <= len(self._places) and not 0 < version <= self.head():
            raise NotFound(f"there is no version {version}: the newest is {len(self._places)}")
        return self._places[version - 1]

    def _last_chain(self) -> str:
        if self._chain is None:
            self._chain = _checksum(self._places[-1].whole) if self._places else NO_CHAIN
        return self._chain

    def _room(self, version: Version) -> tuple[Path, int]:
        """The segment the next entry goes to, and its end."""
        if self._places and self._places[-1].end < self._segment_bytes:
            return self._places[-1].segment, self._places[-1].end
        return self._segments / f"{version:08d}.rdfp", 0

    def _follow(self) -> None:
        """Take in whole entries appended since; a torn tail is left alone (its writer may still be at it)."""
        try:
            self._scan()
        except _Torn:
            return

    def _mend(self) -> None:
        """Called under the writer lock: nobody is writing, so a torn tail is a crash's. Cut it, keep its bytes.

        Raises `LogDamaged` where something follows that is whole: that is no crash's doing.
        """
        try:
            self._scan()
            self._check_last()
            self._check_reached()
        except _Torn as torn:
            segment = torn.segment
            lost = _Range(segment, torn.offset, segment.stat().st_size).read()
            if segment != self._last_segment() or FOLLOWED in lost:
                raise LogDamaged(
                    f"{segment} at byte {torn.offset}: version {len(self._places) + 1} is not whole, "
                    "and others were written after it"
                ) from torn
            folder = self._directory / "torn"
            folder.mkdir(exist_ok=True)
            kept = folder / f"{len(self._places) + 1:08d}-{hashlib.sha256(lost).hexdigest()[:12]}.rdfp"
            kept.write_bytes(lost)
            os.truncate(segment, torn.offset)
            _sync_directory(self._segments)
            log.warning("cut %d bytes of an unfinished write from %s; kept in %s", len(lost), segment, kept)

    def _check_last(self) -> None:
        """The last entry may have its length and end and lack pages in between, lost in a power cut: it is torn.

        Lost pages read as zeros, which RDF Patch never holds. Any other change to a whole entry is damage, and
        is not cut: the version has been answered from.
        """
        if not self._places:
            return
        last = self._places[-1]
        header = self.header(Version(len(self._places)))
        if _checksum(last.inside) == header.body_sha256:
            return
        if any(b"\0" in piece for piece in last.inside.pieces()):
            self._places.pop()
            raise _Torn(last.segment, last.start)
        raise LogDamaged(
            f"{_where(last)}: the body of version {header.version} does not have the checksum its header gives"
        )

    def _check_reached(self) -> None:
        """Every segment that holds something must have been reached: entries missing before it leave it behind."""
        reached = {place.segment for place in self._places}
        for segment in sorted(self._segments.glob("*.rdfp")):
            if segment not in reached and segment.stat().st_size:
                raise LogDamaged(
                    f"{segment} at byte 0: it does not follow version {len(self._places)}, the last that could be read"
                )

    def _last_segment(self) -> Path | None:
        """The last segment that holds anything."""
        return max((s for s in self._segments.glob("*.rdfp") if s.stat().st_size), default=None)

    def _scan(self) -> None:
        while True:
            if self._places:
                segment, offset = self._places[-1].segment, self._places[-1].end
            else:
                segment, offset = self._segments / f"{1:08d}.rdfp", 0
            if not _scan_segment(segment, offset, self._places):
                following = self._segments / f"{len(self._places) + 1:08d}.rdfp"
                if following == segment or not _scan_segment(following, 0, self._places):
                    return
            self._chain = None


def _gone_through(change: ChangeSet) -> None:
    """A big change tells in its end that it is not what was written."""
    if isinstance(change.added, QuadText):
        for _ in change.added.chunks():
            pass


def _size(path: str) -> int:
    """The size of a file, -1 when there is none."""
    try:
        return os.stat(path).st_size  # noqa: PTH116  # asked for with every request
    except FileNotFoundError:
        return -1


def _scan_segment(segment: Path, offset: int, places: list[_Place]) -> bool:
    """Append the places of whole entries from that offset on; whether there were any. Raises `_Torn`."""
    try:
        size = segment.stat().st_size
    except FileNotFoundError:
        return False
    if size <= offset:
        return False
    with segment.open("rb") as file, mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) as data:
        while offset < size:
            place = _place_at(segment, data, offset, size)
            places.append(place)
            offset = place.end
    return True


def _place_at(segment: Path, data: mmap.mmap, start: int, size: int) -> _Place:
    begin = data.find(BEGIN, start)
    if begin < 0 or data[begin - 1 : begin] != b"\n":
        raise _Torn(segment, start)
    header = read_header(data[start:begin], f"{segment} at byte {start}")
    body = begin + len(BEGIN)
    end = body + header.body_length + len(COMMIT)
    if end > size:
        raise _Torn(segment, start)
    if data[end - len(COMMIT) : end] != COMMIT:
        if end == size:
            raise _Torn(segment, start)
        raise LogDamaged(f"{segment} at byte {start}: version {header.version} does not end where its header says")
    return _Place(segment, start, body, end, header.id)


def _touching(segment: Path, places: list[_Place], subject: bytes) -> list[int]:
    """Which of the places, by index, have a statement about that subject."""
    hits: set[int] = set()
    starts = [place.start for place in places]
    end = places[-1].end  # beyond it another process may be writing
    with segment.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for operation in (b"\nA <", b"\nD <"):
            for ending in (b">", b"#"):
                needle = operation + subject + ending
                at = data.find(needle, starts[0], end)
                while at >= 0:
                    index = bisect_left(starts, at + 1) - 1
                    hits.add(index)
                    at = data.find(needle, places[index].end - 1, end)
    return sorted(hits)


def _append(segment: Path, offset: int, text: Iterable[bytes]) -> str:
    """Write at the end of a segment, which is at that offset, and sync; answers the SHA-256 of what was written."""
    new, checksum = not segment.exists(), hashlib.sha256()
    with segment.open("r+b" if not new else "xb") as file:
        file.seek(0, os.SEEK_END)
        if file.tell() != offset:
            raise Conflict(f"{segment} has grown while it was locked: is another program writing to it?")
        for piece in text:
            checksum.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    if new:
        _sync_directory(segment.parent)
    return checksum.hexdigest()


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checksum(of: _Range) -> str:
    checksum = hashlib.sha256()
    for piece in of.pieces():
        checksum.update(piece)
    return checksum.hexdigest()


def _where(place: _Place) -> str:
    return f"{place.segment} at byte {place.start}"
