"""Keep a patch log in files: segments of RDF Patch, appended and synced, with a chain of checksums.

A home's `log/` holds `segments/00000001.rdfp` (named by the first version in it), `files/`
(attachments, named by SHA-256) and `lock`. Several processes may read and one at a time may
write. Opening cuts a torn last entry (a crash while appending) and keeps the cut bytes in
`torn/`; damage anywhere else is an error that names the file and offset.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from threading import Condition, RLock, get_ident

from commonplace.errors import CommonplaceError, LogDamaged, Message, NoRoom, NotFound, ReadOnly, storing
from commonplace.model.change import EMPTY, ChangeSet, Entry, Version
from commonplace.model.quad_text import whole_lines
from commonplace.patchlog.attachments import Attachments
from commonplace.patchlog.checking import findings_in
from commonplace.patchlog.entry_places import EntryPlaces
from commonplace.patchlog.kept_files import files_withheld
from commonplace.patchlog.log import NO_CHAIN, EntryBody, EntryLines, SearchableBytes, expect_next, versions
from commonplace.patchlog.rdf_patch import (
    COMMIT,
    REMOVAL,
    Header,
    checked_body,
    entry_of,
    entry_text,
    read_header,
    read_pieces,
)
from commonplace.patchlog.segments import (
    SEGMENT_BYTES,
    ByteRange,
    EntryPlace,
    Torn,
    append_entry,
    places_touching,
    scan_segment,
)
from commonplace.processes.at_rest import resting
from commonplace.processes.whole_file import sync_directory, write_whole

log = logging.getLogger(__name__)

SCHEME = "file:"
"""What the address of a log in files begins with; the path of its directory follows."""

FOLLOWED = COMMIT + b"H "
"""Where one entry ends and another begins: no line of an entry can look like this."""

LOOK_SECONDS = 0.05
"""Maximum time between two looks at the files while waiting: another process says nothing when it appends."""

_REPEATS = 64
"""Maximum distance from the head at which a repeated entry is looked for, beside its own place."""

HEADERS = 500
"""Maximum number of headers that are kept after they were read: a list of versions is asked for again."""


class FileLog:
    """A patch log in a directory; see `commonplace.patchlog.log.PatchLog` for the methods."""

    def __init__(
        self, directory: Path, *, segment_bytes: int = SEGMENT_BYTES, create: bool = True, mend: bool = True
    ) -> None:
        """Open the log in a directory; with `create` it is made when absent.

        Without `mend` a torn last entry stays: its writer may still be at it. So it does where nothing can be written,
        on a full disk and in a read-only folder.
        """
        self._directory = directory
        self._segments = directory / "segments"
        self._attachments = Attachments(directory / "files", self._storing)
        self._segment_bytes = segment_bytes
        if create and not (self._segments.is_dir() and self._attachments.folder.is_dir()):
            for folder in (self._segments, self._attachments.folder):
                folder.mkdir(parents=True, exist_ok=True)
        self._places = EntryPlaces()
        self._header_at = lru_cache(maxsize=HEADERS)(_header_at)
        self._chain: str | None = None
        self._lock = RLock()  # guards what is known of the files; held for moments
        self._write_lock = RLock()  # one writing thread; held as long as a write takes
        self._appended = Condition()  # notified when this process has appended
        self._writers = 0
        self._writer: int | None = None
        self._end: tuple[str, int, str, Version] | None = None
        """The last segment, its end, the segment that may begin after it, and the version."""
        if mend:
            try:
                with self.writing():
                    self._mend()
            except (NoRoom, ReadOnly) as fault:
                log.warning("%s; the library can be read", fault.detail)

    @property
    def address(self) -> str:
        return f"{SCHEME}{self._directory}"

    @property
    def directory(self) -> Path:
        """The directory that the log is kept in."""
        return self._directory

    def head(self) -> Version:
        end = self._end
        if end is not None and _size(end[0]) == end[1] and not os.access(end[2], os.F_OK):
            return end[3]
        with self._lock:
            self._follow()
            head = Version(len(self._places))
            last = self._places[-1] if self._places else None
            following = str(self._segments / f"{head + 1:08d}.rdfp")
            self._end = (str(last.segment), last.end, following, head) if last else None
            return head

    def wait(self, after: Version, seconds: float) -> Version:
        end = time.monotonic() + seconds
        while (head := self.head()) <= after and (left := end - time.monotonic()) > 0:
            with self._appended, resting():
                self._appended.wait(min(left, LOOK_SECONDS))
        return head

    def append(self, entry: Entry) -> Version:
        with self.writing(), self._storing():
            head = self.head()
            for number in (entry.version, *range(head, max(head - _REPEATS, 0), -1)):
                if 0 < number <= head and self._places[number - 1].id == entry.id:
                    return Version(number)
            expect_next(entry, head)
            text = entry_text(entry, self._last_chain())
            segment, start = self.room(entry.version)
            if segment.exists() and segment.stat().st_size > start:
                self._mend()  # we hold the lock: what is there too much is left of a writer that died
            try:
                chain = append_entry(segment, start, text)
            except BaseException:
                self._forget_after(head)
                raise
            self._follow()
            self._chain = chain
            self._attachments.named()
        with self._appended:
            self._appended.notify_all()
        return entry.version

    def room(self, version: Version) -> tuple[Path, int]:
        """Return the segment that the next entry, of that version, goes to, and its end."""
        if self._places and self._places[-1].end < self._segment_bytes:
            return self._places[-1].segment, self._places[-1].end
        return self._segments / f"{version:08d}.rdfp", 0

    def _forget_after(self, head: Version) -> None:
        """Forget the entries after a version, which another thread may have seen before they were taken back."""
        with self._lock:
            self._places.cut(head)
            self._end = self._chain = None

    def read(self, after: Version = EMPTY) -> Iterator[Entry]:
        return map(self.entry, versions(self, after))

    def entry(self, version: Version) -> Entry:
        header = self.header(version)
        return entry_of(header, self._change(version, header))

    def header(self, version: Version) -> Header:
        return self._header_at(self._place(version))

    def text(self, version: Version) -> bytes:
        return self._place(version).whole.read()

    def pieces(self, version: Version) -> Iterator[bytes]:
        return self._place(version).whole.pieces()

    def only_adds(self, version: Version) -> bool:
        place = self._place(version)
        return ByteRange(place.segment, place.body, place.body + len(REMOVAL)).read() != REMOVAL

    @contextmanager
    def body(self, version: Version) -> Iterator[EntryBody]:
        lines = self._place(version).body_lines
        with lines.file.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            yield EntryBody(text, lines.start, lines.end)

    def bodies(self, after: Version, until: Version) -> Iterator[bytes]:
        if until > after:
            self._place(until)
        for segment, places in groupby(self._places.between(after, until), key=attrgetter("segment")):
            with segment.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
                for place in places:
                    end = place.end - len(COMMIT)
                    yield checked_body(text[place.start : place.body], text[place.body : end], str(place))

    def parts(self, parts: Iterable[EntryLines]) -> Iterator[bytes]:
        with ExitStack() as stack:
            files: dict[Path, int] = {}
            for version, start, end in parts:
                place = self._place(version)
                if place.segment not in files:
                    files[place.segment] = stack.enter_context(place.segment.open("rb", buffering=0)).fileno()
                yield os.pread(files[place.segment], end - start, place.body + start)

    def size(self, after: Version, until: Version) -> int:
        if until > len(self._places):
            self.head()
        return self._places.size(after, until)

    def history(self, iri: str) -> list[Version]:
        self.head()
        with self._lock:
            places = list(self._places)
        found: list[Version] = []
        for segment in dict.fromkeys(place.segment for place in places):
            first = bisect_left(places, segment.name, key=lambda place: place.segment.name)
            inside = [place for place in places[first:] if place.segment == segment]
            for number in places_touching(segment, inside, iri.encode()):
                found.append(Version(first + number + 1))
        return found

    def attach(self, data: bytes) -> str:
        return self._attachments.keep(data, named_later=self._writer == get_ident())

    def attachment(self, sha256: str) -> bytes:
        with self.attached(sha256) as text:
            return text[:]

    def attached(self, sha256: str) -> AbstractContextManager[SearchableBytes]:
        return self._attachments.opened(sha256)

    def withheld(self) -> frozenset[str]:
        return files_withheld(self._directory)

    def keeping_up(self, told: Callable[[CommonplaceError | None], None]) -> AbstractContextManager[None]:
        return nullcontext()  # the files are looked at each time

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self._write_lock:
            if self._writers:
                yield  # this thread holds it already
                return
            with self._storing():
                file = (self._directory / "lock").open("a")
            with file:
                fcntl.flock(file, fcntl.LOCK_EX)
                self._writers += 1
                self._writer = get_ident()
                try:
                    yield
                finally:
                    self._writers -= 1
                    self._writer = None
                    self._attachments.drop_unnamed()

    def _storing(self) -> AbstractContextManager[None]:
        """Raise `NoRoom` or `ReadOnly` for what keeps the log's files from being written."""
        return storing("the log", self._directory)

    def check(self) -> Iterator[str]:
        try:
            self._examine()
        except Torn:
            pass  # a crash, or a writer at this moment: the next write cuts it off, and nobody was answered from it
        except LogDamaged as fault:
            yield fault.detail
            return
        yield from findings_in(self, lambda version: str(self._place(version)), str(self._attachments.folder))

    def _change(self, version: Version, header: Header) -> ChangeSet:
        place = self._place(version)
        return read_pieces(lambda: whole_lines(place.body_lines.pieces()), header, str(place))

    def _place(self, version: Version) -> EntryPlace:
        if not 0 < version <= len(self._places) and not 0 < version <= self.head():
            raise NotFound(
                Message("there is no version %(at)s: the newest is %(head)s", at=version, head=len(self._places))
            )
        return self._places[version - 1]

    def _last_chain(self) -> str:
        if self._chain is None:
            self._chain = self._places[-1].whole.checksum() if self._places else NO_CHAIN
        return self._chain

    def _follow(self) -> None:
        """Take in the whole entries appended since; leave a torn one alone: its writer may still be at it.

        One thread at a time: two that take in an entry both would count it twice, and number the next one wrongly.
        """
        with self._lock, suppress(Torn):
            self._scan()

    def _mend(self) -> None:
        """Cut a torn last entry off and keep its bytes. The writer's lock is held, so a crash left it.

        Raises `LogDamaged` where something whole follows: a crash does not leave that.
        """
        try:
            self._examine()
        except Torn as torn:
            lost = torn.tail
            kept = self._directory / "torn" / f"{len(self._places) + 1:08d}-{lost.checksum()[:12]}.rdfp"
            with self._storing():
                kept.parent.mkdir(exist_ok=True)
                write_whole(kept, lost.pieces())
                os.truncate(torn.segment, torn.offset)
                sync_directory(self._segments)
            log.warning("cut %d bytes of an unfinished write from %s; kept in %s", lost.size, torn.segment, kept)

    def _examine(self) -> None:
        """Take in the whole entries, and look at how the log ends.

        Raises `Torn` for an unfinished entry at the very end, and `LogDamaged` for any other fault.
        """
        try:
            with self._lock:
                self._scan()
                self._check_last()
                self._check_reached()
        except Torn as torn:
            if torn.segment != self._last_segment() or FOLLOWED in torn.tail.read():
                raise LogDamaged(
                    f"{torn.segment} at byte {torn.offset}: version {len(self._places) + 1} is not whole, "
                    "and others were written after it"
                ) from torn
            raise

    def _check_last(self) -> None:
        """Raise `Torn` when a power cut lost pages of the last entry, and `LogDamaged` when it has changed.

        Lost pages read as zeros, which RDF Patch never holds. Any other change to a whole entry is damage, and
        is not cut: the version has been answered from.
        """
        if not self._places:
            return
        last = self._places[-1]
        header = self.header(Version(len(self._places)))
        if last.body_lines.checksum() == header.body_sha256:
            return
        if any(b"\0" in piece for piece in last.body_lines.pieces()):
            self._places.cut(len(self._places) - 1)
            raise Torn(last.segment, last.start)
        raise LogDamaged(f"{last}: the body of version {header.version} does not have the checksum its header gives")

    def _check_reached(self) -> None:
        """Raise `LogDamaged` when a segment that holds something was not reached: entries before it are missing."""
        for segment in sorted(self._segments.glob("*.rdfp")):
            if segment not in self._places.segments and segment.stat().st_size:
                raise LogDamaged(
                    f"{segment} at byte 0: it does not follow version {len(self._places)}, the last that could be read"
                )

    def _last_segment(self) -> Path | None:
        """Return the last segment that holds anything."""
        return max((s for s in self._segments.glob("*.rdfp") if s.stat().st_size), default=None)

    def _scan(self) -> None:
        while True:
            if self._places:
                segment, offset = self._places[-1].segment, self._places[-1].end
            else:
                segment, offset = self._segments / f"{1:08d}.rdfp", 0
            if not scan_segment(segment, offset, self._places.append):
                following = self._segments / f"{len(self._places) + 1:08d}.rdfp"
                if following == segment or not scan_segment(following, 0, self._places.append):
                    return
            self._chain = None


def _header_at(place: EntryPlace) -> Header:
    """Return the header of the entry at a place."""
    return read_header(place.header_lines.read(), str(place))


def _size(path: str) -> int:
    """Return the size of a file, -1 when there is none."""
    try:
        return os.stat(path).st_size  # noqa: PTH116  # asked for with every request
    except FileNotFoundError:
        return -1
