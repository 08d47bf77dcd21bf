"""Share a patch log between machines: the truth is in a store that all reach, and each keeps a copy of it in files.

What is read is read from the copy, which is derived and may be deleted. A write goes to the store first, which takes
one entry for each version and refuses the others; the copy follows. Nobody leads: a writer that lost the race takes in
what won, makes its change anew and tries again (`commonplace.commit`).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from commonplace.errors import CommonplaceError, HomeUnusable, LogDamaged, LogUnreachable, LostRace, NotFound
from commonplace.model.change import EMPTY, Entry, Version
from commonplace.patchlog.entry_store import EntryStore
from commonplace.patchlog.kept_files import keep_file, kept_file
from commonplace.patchlog.log import (
    NO_CHAIN,
    EntryBody,
    EntryLines,
    PatchLog,
    SearchableBytes,
    expect_next,
)
from commonplace.patchlog.rdf_patch import BEGIN, COMMIT, Header, entry_text, read_header
from commonplace.patchlog.segments import append_entry

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Maximum time between two looks at the store: what it says of news by itself is a hint, and may get lost."""

BASE_IRI = "base-iri"
"""The document that says what the IRIs of a log begin with."""

_REPEATS = 64
"""Maximum distance from the head at which an entry that was appended before is looked for."""

_HEADER_BYTES = 1_000_000
"""Maximum length of an entry's header: a message has ten thousand characters."""


class LogInFiles(PatchLog, Protocol):
    """A patch log in files, whose segments another may append to."""

    @property
    def directory(self) -> Path: ...

    def room(self, version: Version) -> tuple[Path, int]: ...


class SharedLog:
    """A patch log that several machines append to; see `commonplace.patchlog.log.PatchLog` for the methods."""

    def __init__(self, store: EntryStore, copy: LogInFiles) -> None:
        """Share the log in a store. `copy` holds a beginning of it, or nothing."""
        self.store = store
        """What decides who writes a version."""
        self.copy = copy
        """What is read."""
        self._chain: tuple[Version, str] | None = None
        """A version, and the SHA-256 of its entry."""
        self._is_kept_up = False
        """Whether a thread takes in what others append."""

    @property
    def name(self) -> str:
        """The store of the log as messages name it, without a password."""
        return self.store.name

    def base_iri(self, asked: str | None) -> str | None:
        """Return what the IRIs of the log begin with: as the first that asked with a base said; None before that."""
        if asked is not None:
            self.store.put_document(BASE_IRI, asked.encode(), None)
        found = self.store.document(BASE_IRI)
        return None if found is None else found.text.decode()

    def refuse_other(self) -> None:
        """Raise `HomeUnusable` where the newest entry of the copy is not in the store: it is a copy of another log."""
        head = self.copy.head()
        if not head:
            return
        found = next(iter(self.store.entries(Version(head - 1))), None)
        if found is not None:
            header, _ = _with_header(found[1], f"version {head} in {self.name}")
            if header.id == self.copy.header(head).id:
                return
        raise HomeUnusable(
            f"{self.copy.directory} has a log that is not the one at {self.name}: it ends in version {head}, which is "
            "not there. Name an empty home for its copy, or leave COMMONPLACE_LOG out to serve this one"
        )

    @property
    def address(self) -> str | None:
        return self.copy.address  # another process of this machine reads the copy, which this one keeps up

    def head(self) -> Version:
        return self.copy.head()

    def wait(self, after: Version, seconds: float) -> Version:
        if not self._is_kept_up and self.head() <= after:
            self.take_in()
        return self.copy.wait(after, seconds)

    def take_in(self) -> Version:
        """Take in what the store has and the copy has not, and return the head. Raises `LogUnreachable`."""
        with self.copy.writing():
            return self._take_in()

    def _take_in(self) -> Version:
        """Take in what is new; the writer's lock of the copy is held."""
        head = self.copy.head()
        for version, pieces in self.store.entries(head):
            self._chain = version, self._append_to_copy(version, pieces)
            head = version
        return head

    def _append_to_copy(self, version: Version, pieces: Iterable[bytes]) -> str:
        """Append the text of an entry to the copy and return its SHA-256.

        Raises `LogDamaged` where it is not what was written, or does not follow from the entry before it.
        """
        header, whole = _with_header(pieces, f"version {version} in {self.store.name}")
        if header.version != version or header.chain != self._last_chain():
            raise LogDamaged(
                f"version {version} in {self.store.name} does not follow from version {version - 1} in "
                f"{self.copy.directory}, which may be of another library: delete that folder, and it is made anew"
            )
        for digest in header.note.attachments.values():
            if not kept_file(self.copy.directory, digest).exists():
                with suppress(NotFound):  # `check` tells of it
                    keep_file(self.copy.directory, digest, self.store.kept(digest), f"version {version}")
        path, offset = self.copy.room(version)
        chain = append_entry(path, offset, _checked(whole, header, self.store.name))
        if self.copy.head() != version:
            raise LogDamaged(f"{path}: version {version} was copied and cannot be found there")
        return chain

    def _last_chain(self) -> str:
        head = self.copy.head()
        if not head:
            return NO_CHAIN
        if self._chain is None or self._chain[0] != head:
            checksum = hashlib.sha256()
            for piece in self.copy.pieces(head):
                checksum.update(piece)
            self._chain = head, checksum.hexdigest()
        return self._chain[1]

    def append(self, entry: Entry) -> Version:
        with self.copy.writing():
            head = self._take_in()
            for number in range(head, max(head - _REPEATS, 0), -1):
                if self.copy.header(Version(number)).id == entry.id:
                    return Version(number)
            if 0 < entry.version <= head and self.copy.header(entry.version).id == entry.id:
                return entry.version
            if entry.version <= head:
                raise LostRace(
                    f"version {entry.version} cannot follow version {head}: another server wrote first; "
                    "read it and retry"
                )
            expect_next(entry, head)
            for digest in entry.note.attachments.values():
                with suppress(NotFound):
                    self.store.keep(digest, self.copy.attachment(digest))
            chain = self._last_chain()
            self.store.append(entry.version, entry.id, lambda: entry_text(entry, chain))
            self._follow_own(entry)
            return entry.version

    def _follow_own(self, entry: Entry) -> None:
        """Append to the copy what the store has taken: the write is done, whatever becomes of the copy."""
        try:
            self.copy.append(entry)
        except (CommonplaceError, OSError) as fault:
            log.warning("version %d is written, and cannot be copied yet: %s", entry.version, fault)

    @contextmanager
    def keeping_up(self, told: Callable[[CommonplaceError | None], None]) -> Iterator[None]:
        stop = Event()
        thread = Thread(target=self._keep_up, args=(stop, told), name="log", daemon=True)
        thread.start()
        self._is_kept_up = True
        try:
            yield
        finally:
            self._is_kept_up = False
            stop.set()
            thread.join()
            self.store.close()

    def _keep_up(self, stop: Event, told: Callable[[CommonplaceError | None], None]) -> None:
        while not stop.is_set():
            try:
                self.store.wait(self.head(), LOOK_SECONDS)
                self.take_in()
                told(None)
            except CommonplaceError as fault:
                told(fault)
                stop.wait(LOOK_SECONDS)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self.copy.writing(), self.store.turn():
            self._take_in()
            yield

    def read(self, after: Version = EMPTY) -> Iterator[Entry]:
        return self.copy.read(after)

    def entry(self, version: Version) -> Entry:
        return self.copy.entry(version)

    def header(self, version: Version) -> Header:
        return self.copy.header(version)

    def text(self, version: Version) -> bytes:
        return self.copy.text(version)

    def pieces(self, version: Version) -> Iterator[bytes]:
        return self.copy.pieces(version)

    def body(self, version: Version) -> AbstractContextManager[EntryBody]:
        return self.copy.body(version)

    def bodies(self, after: Version, until: Version) -> Iterator[bytes]:
        return self.copy.bodies(after, until)

    def parts(self, parts: Iterable[EntryLines]) -> Iterator[bytes]:
        return self.copy.parts(parts)

    def size(self, after: Version, until: Version) -> int:
        return self.copy.size(after, until)

    def only_adds(self, version: Version) -> bool:
        return self.copy.only_adds(version)

    def history(self, iri: str) -> list[Version]:
        return self.copy.history(iri)

    def attach(self, data: bytes) -> str:
        return self.copy.attach(data)

    def attachment(self, sha256: str) -> bytes:
        return self.copy.attachment(sha256)

    def attached(self, sha256: str) -> AbstractContextManager[SearchableBytes]:
        return self.copy.attached(sha256)

    def withheld(self) -> frozenset[str]:
        return self.copy.withheld()

    def check(self) -> Iterator[str]:
        try:
            self.take_in()
        except LogUnreachable as fault:
            yield f"{fault.detail}; only the copy in {self.copy.directory} was checked"
        except LogDamaged as fault:
            yield fault.detail
        yield from self.copy.check()


def _with_header(pieces: Iterable[bytes], where: str) -> tuple[Header, Iterator[bytes]]:
    """Return the header of an entry, and its text, of which no more was read than the header needs."""
    rest = iter(pieces)
    begun = b""
    for piece in rest:
        begun += piece
        if BEGIN in begun or len(begun) > _HEADER_BYTES:
            break
    end = begun.find(BEGIN)
    if end < 0:
        raise LogDamaged(f"{where}: there is no `{BEGIN.decode().strip()}` where its body should begin")

    def whole() -> Iterator[bytes]:
        yield begun[:end]
        yield begun[end:]
        yield from rest

    return read_header(begun[:end], where), whole()


def _checked(pieces: Iterator[bytes], header: Header, where: str) -> Iterator[bytes]:
    """Return the pieces of an entry's text; raise `LogDamaged` at the end when its body is not what was written."""
    yield next(pieces)
    checksum, left = hashlib.sha256(), header.body_length + len(COMMIT)
    skipped = len(BEGIN)
    end = b""
    for piece in pieces:
        yield piece
        body = piece[skipped:]
        skipped = 0
        inside = body[: max(left - len(COMMIT), 0)]
        checksum.update(inside)
        left -= len(body)
        end = (end + body)[-len(COMMIT) :]
    if left or end != COMMIT or checksum.hexdigest() != header.body_sha256:
        raise LogDamaged(f"version {header.version} in {where} does not have the checksum that its header gives")
