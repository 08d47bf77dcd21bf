"""What a patch log is, whatever it is kept in; and the log kept in memory.

`PatchLog` is the seam: `FileLog` (commonplace.patchlog.file_log) and `MemoryLog` pass the same tests.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from threading import RLock
from typing import Protocol

from commonplace.errors import Conflict, NotFound
from commonplace.model.change import EMPTY, Entry, Version
from commonplace.patchlog.rdf_patch import REMOVAL, Header, entry_of, read_body, read_header, write_entry

NO_CHAIN = hashlib.sha256(b"").hexdigest()


class PatchLog(Protocol):
    """An append-only sequence of entries, versions 1, 2, 3 …"""

    def head(self) -> Version:
        """The newest version, 0 when empty; sees what other processes have appended."""

    def append(self, entry: Entry) -> Version:
        """Add the entry, durably.

        Its version must be the head's successor, else `Conflict`; appending an entry that is
        there already (the same id) changes nothing and answers its version.
        """

    def entry(self, version: Version) -> Entry:
        """The entry that made that version, checked against its checksum. Raises `NotFound`, `LogDamaged`."""

    def header(self, version: Version) -> Header:
        """The same without its body."""

    def text(self, version: Version) -> bytes:
        """The entry as RDF Patch."""

    def only_adds(self, version: Version) -> bool:
        """Whether the entry removes nothing. Raises `NotFound`."""

    def history(self, iri: str) -> list[Version]:
        """The versions that touched statements about that thing or its fragments, oldest first."""

    def attach(self, data: bytes) -> str:
        """Keep a file with the log; answers its SHA-256, for `Note.attachments`."""

    def attachment(self, sha256: str) -> bytes:
        """A file kept with the log. Raises `NotFound`."""

    def writing(self) -> AbstractContextManager[object]:
        """Hold while reading the head, deciding and appending: no other thread or process appends meanwhile."""


def next_version(version: Version) -> Version:
    """The version after that one."""
    return Version(version + 1)


def versions(log: PatchLog, after: Version = EMPTY) -> Iterator[Version]:
    """Every version after that one, oldest first."""
    return (Version(number) for number in range(after + 1, log.head() + 1))


def speaks_of(text: bytes, iri: str) -> bool:
    """Whether RDF Patch text adds or removes a statement whose subject is that thing or a fragment of it."""
    subject = iri.encode()
    return any(
        text.find(b"\n" + operation + b" <" + subject + end) >= 0 for operation in (b"A", b"D") for end in (b">", b"#")
    )


def expect_next(entry: Entry, head: Version) -> None:
    """Raise `Conflict` unless the entry follows the head."""
    if entry.version != head + 1:
        raise Conflict(f"version {entry.version} cannot follow version {head}: the head has moved; read it and retry")


class MemoryLog:
    """A log that lives as long as the process. For tests and for what is thrown away."""

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._ids: dict[str, Version] = {}
        self._attachments: dict[str, bytes] = {}
        self._lock = RLock()

    def head(self) -> Version:
        return Version(len(self._texts))

    def append(self, entry: Entry) -> Version:
        with self._lock:
            if entry.id in self._ids:
                return self._ids[entry.id]
            expect_next(entry, self.head())
            chain = hashlib.sha256(self._texts[-1]).hexdigest() if self._texts else NO_CHAIN
            self._texts.append(write_entry(entry, chain))
            self._ids[entry.id] = entry.version
            return entry.version

    def entry(self, version: Version) -> Entry:
        head, body = _parts(self.text(version))
        header = read_header(head, f"version {version}")
        return entry_of(header, read_body(body, header, f"version {version}"))

    def header(self, version: Version) -> Header:
        return read_header(_parts(self.text(version))[0], f"version {version}")

    def text(self, version: Version) -> bytes:
        if not 0 < version <= len(self._texts):
            raise NotFound(f"there is no version {version}: the newest is {self.head()}")
        return self._texts[version - 1]

    def only_adds(self, version: Version) -> bool:
        return not _parts(self.text(version))[1].startswith(REMOVAL)

    def history(self, iri: str) -> list[Version]:
        return [Version(n) for n, text in enumerate(self._texts, 1) if speaks_of(text, iri)]

    def attach(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self._attachments[digest] = data
        return digest

    def attachment(self, sha256: str) -> bytes:
        if sha256 not in self._attachments:
            raise NotFound(f"no file with SHA-256 {sha256} is kept with the log")
        return self._attachments[sha256]

    def writing(self) -> AbstractContextManager[object]:
        return self._lock


def _parts(text: bytes) -> tuple[bytes, bytes]:
    header, _, rest = text.partition(b"TX .\n")
    return header, rest.removesuffix(b"TC .\n")
