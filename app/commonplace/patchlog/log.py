"""Define the patch log, apart from the ways of keeping it.

`PatchLog` is all that the program knows of a log. `FileLog` and `MemoryLog` implement it and pass the tests of
`tests/patchlog/test_patch_log.py`; `commonplace.patchlog.opening` opens one by its address.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol

from commonplace.errors import CommonplaceError, Conflict
from commonplace.model.change import EMPTY, Entry, Version
from commonplace.patchlog.rdf_patch import Header

NO_CHAIN = hashlib.sha256(b"").hexdigest()
"""The `chain` of a log's first entry: the SHA-256 of nothing."""


class SearchableBytes(Protocol):
    """Bytes that can be searched and cut, in memory or in a file (`bytes`, `mmap`)."""

    def __getitem__(self, part: slice, /) -> bytes: ...

    def find(self, wanted: bytes, start: int, /) -> int: ...

    def rfind(self, wanted: bytes, start: int, end: int, /) -> int: ...


class EntryBody(NamedTuple):
    """The lines between `TX .` and `TC .` of an entry: from the offset `start` of a text to the offset `end`."""

    text: SearchableBytes
    start: int
    end: int


class EntryLines(NamedTuple):
    """Lines of the body of an entry: its version, and two offsets, counted from the beginning of the body."""

    version: Version
    start: int
    end: int


class PatchLog(Protocol):
    """An append-only sequence of entries: versions 1, 2, 3 … Safe to share between threads."""

    @property
    def address(self) -> str | None:
        """The text by which `open_log` opens this log in another process; None when no other process can."""

    def head(self) -> Version:
        """Return the newest version, 0 when empty, whichever process appended it."""

    def wait(self, after: Version, seconds: float) -> Version:
        """Return the head as soon as it is after that version, and in any case after that many seconds."""

    def append(self, entry: Entry) -> Version:
        """Append an entry durably if it follows the head, and return its version: compare and append in one step.

        Raises `Conflict` when its version is not the head's successor. An entry that is there already (by its id)
        changes nothing; its version is returned.
        """

    def read(self, after: Version = EMPTY) -> Iterator[Entry]:
        """Return the entries after that version, oldest first. Raises `LogDamaged`."""

    def entry(self, version: Version) -> Entry:
        """Return the entry that made that version, checked against its checksum. Raises `NotFound`, `LogDamaged`.

        The additions of a long one are a `QuadText`, which reads them from the log each time, and checks them then.
        """

    def header(self, version: Version) -> Header:
        """Return that entry without its body. Raises `NotFound`, `LogDamaged`."""

    def text(self, version: Version) -> bytes:
        """Return that entry as RDF Patch. Raises `NotFound`."""

    def pieces(self, version: Version) -> Iterator[bytes]:
        """Return that entry as RDF Patch, a part at a time. Raises `NotFound`."""

    def body(self, version: Version) -> AbstractContextManager[EntryBody]:
        """Open the body of that entry where it lies, without a copy, until the block ends. Raises `NotFound`."""

    def bodies(self, after: Version, until: Version) -> Iterator[bytes]:
        """Return the bodies of the entries after one version, up to another, oldest first, each checked.

        For many short entries: each body is in memory. Raises `LogDamaged`.
        """

    def parts(self, parts: Iterable[EntryLines]) -> Iterator[bytes]:
        """Return parts of bodies, in the order asked for. They cannot be checked: a checksum is of a whole body.

        Raises `NotFound`.
        """

    def size(self, after: Version, until: Version) -> int:
        """Return how many bytes of the log the entries after one version, up to another, take."""

    def only_adds(self, version: Version) -> bool:
        """Return whether that entry removes nothing. Raises `NotFound`."""

    def history(self, iri: str) -> list[Version]:
        """Return the versions that touched statements about that thing or its fragments, oldest first."""

    def attach(self, data: bytes) -> str:
        """Keep a file with the log; return its SHA-256, for `Note.attachments`."""

    def attachment(self, sha256: str) -> bytes:
        """Return a file kept with the log. Raises `NotFound`."""

    def attached(self, sha256: str) -> AbstractContextManager[SearchableBytes]:
        """Open a file kept with the log where it lies, without a copy, until the block ends. Raises `NotFound`."""

    def withheld(self) -> frozenset[str]:
        """Return the SHA-256 of the files that this log was copied without, because they may not be passed on."""

    def keeping_up(self, told: Callable[[CommonplaceError | None], None]) -> AbstractContextManager[object]:
        """Take in what other machines append, until the block ends; nothing is to do where none can.

        `told` is called with each fault that keeps this from being done, and with None when it is done again.
        """

    def writing(self) -> AbstractContextManager[object]:
        """Hold off other writers while a thread reads the head, decides and appends.

        A log whose writers cannot hold one another off, such as an object store, holds off the threads of this
        process; `append` refuses the later of two writers then.
        """

    def check(self) -> Iterator[str]:
        """Return the findings of a full check, a line each: checksums, chain, numbering, ids, attachments."""


def next_version(version: Version) -> Version:
    """Return the version after that one."""
    return Version(version + 1)


def versions(log: PatchLog, after: Version = EMPTY) -> Iterator[Version]:
    """Return every version after that one, oldest first."""
    return (Version(number) for number in range(after + 1, log.head() + 1))


def speaks_of(text: bytes, iri: str) -> bool:
    """Return whether RDF Patch text adds or removes a statement about that thing or a fragment of it."""
    subject = iri.encode()
    return any(
        text.find(b"\n" + operation + b" <" + subject + end) >= 0 for operation in (b"A", b"D") for end in (b">", b"#")
    )


def expect_next(entry: Entry, head: Version) -> None:
    """Raise `Conflict` unless the entry follows the head."""
    if entry.version != head + 1:
        raise Conflict(f"version {entry.version} cannot follow version {head}: the head has moved; read it and retry")
