"""Keep a patch log in memory: for tests, and for what is thrown away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from threading import Condition

from commonplace.errors import CommonplaceError, Message, NotFound
from commonplace.model.change import EMPTY, Entry, Version
from commonplace.patchlog.checking import findings_in
from commonplace.patchlog.log import NO_CHAIN, EntryBody, EntryLines, SearchableBytes, expect_next, speaks_of, versions
from commonplace.patchlog.rdf_patch import BEGIN, COMMIT, REMOVAL, Header, entry_of, read_body, read_header, write_entry


class MemoryLog:
    """A log that lives as long as the process; see `commonplace.patchlog.log.PatchLog` for the methods."""

    address = None

    def __init__(self) -> None:
        self._texts: list[bytes] = []
        self._ids: dict[str, Version] = {}
        self._attachments: dict[str, bytes] = {}
        self._appended = Condition()  # held while writing; notified when there is a new entry

    def head(self) -> Version:
        return Version(len(self._texts))

    def wait(self, after: Version, seconds: float) -> Version:
        with self._appended:
            self._appended.wait_for(lambda: self.head() > after, seconds)
            return self.head()

    def append(self, entry: Entry) -> Version:
        with self._appended:
            if entry.id in self._ids:
                return self._ids[entry.id]
            expect_next(entry, self.head())
            chain = hashlib.sha256(self._texts[-1]).hexdigest() if self._texts else NO_CHAIN
            self._texts.append(write_entry(entry, chain))
            self._ids[entry.id] = entry.version
            self._appended.notify_all()
            return entry.version

    def read(self, after: Version = EMPTY) -> Iterator[Entry]:
        return map(self.entry, versions(self, after))

    def entry(self, version: Version) -> Entry:
        head, body = _parts(self.text(version))
        header = read_header(head, f"version {version}")
        return entry_of(header, read_body(body, header, f"version {version}"))

    def header(self, version: Version) -> Header:
        return read_header(_parts(self.text(version))[0], f"version {version}")

    def text(self, version: Version) -> bytes:
        if not 0 < version <= len(self._texts):
            raise NotFound(Message("there is no version %(at)s: the newest is %(head)s", at=version, head=self.head()))
        return self._texts[version - 1]

    def pieces(self, version: Version) -> Iterator[bytes]:
        return iter([self.text(version)])

    def body(self, version: Version) -> AbstractContextManager[EntryBody]:
        text = self.text(version)
        return nullcontext(EntryBody(text, text.index(BEGIN) + len(BEGIN), len(text) - len(COMMIT)))

    def bodies(self, after: Version, until: Version) -> Iterator[bytes]:
        return (_parts(text)[1] for text in self._texts[after:until])

    def parts(self, parts: Iterable[EntryLines]) -> Iterator[bytes]:
        return (_parts(self.text(version))[1][start:end] for version, start, end in parts)

    def size(self, after: Version, until: Version) -> int:
        return sum(map(len, self._texts[after:until]))

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

    def attached(self, sha256: str) -> AbstractContextManager[SearchableBytes]:
        return nullcontext(self.attachment(sha256))

    def withheld(self) -> frozenset[str]:
        return frozenset()

    def keeping_up(self, told: Callable[[CommonplaceError | None], None]) -> AbstractContextManager[None]:
        return nullcontext()  # nobody else can

    def writing(self) -> AbstractContextManager[object]:
        return self._appended

    def check(self) -> Iterator[str]:
        return findings_in(self, lambda version: f"version {version}", "memory")


def _parts(text: bytes) -> tuple[bytes, bytes]:
    header, _, rest = text.partition(BEGIN)
    return header, rest.removesuffix(COMMIT)
