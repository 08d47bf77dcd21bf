"""Keep the entries of a shared patch log as objects: one for each version, which is made once and never changed.

An entry is put under the condition that there is no object of that name (`If-None-Match: *`), so the store decides who
writes a version. Whether it honours the condition is tried when it is opened: several kinds of store do not.

    entries/00000000000000000001.rdfp   the entry of version 1, as RDF Patch
    files/9f/9f86d081…                  a file that is kept with the log, under its SHA-256
    documents/base-iri                  what the IRIs of the log begin with; beside it are tokens and sessions
    condition                           an empty object, to try the condition with
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import from_url

from commonplace.errors import HomeUnusable, LogUnreachable, LostRace, NotFound
from commonplace.model.change import Version
from commonplace.patchlog.entry_store import Document, Text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

CONDITION = "condition"

ID = re.compile(rb"^H id <([^>]*)> \.$", re.MULTILINE)
"""The line of an entry that says its id."""

HEAD_BYTES = 4_096
"""Number of bytes at the beginning of an entry that are read for its id, which stands first."""

ANSWER_SECONDS = 10
"""Maximum time of one request."""

RETRIED_SECONDS = 15
"""Maximum time in which a request that fails is repeated."""

AT_ONCE = 16
"""Number of entries that are fetched at a time."""

LOOK_SECONDS = 1.0
"""Time between two looks for a new version: an object store tells of none."""


class ObjectStore:
    """Entries as objects; see `commonplace.patchlog.entry_store.EntryStore` for the methods."""

    def __init__(self, address: str) -> None:
        """Open the store at an address, such as `s3://bucket/prefix`; further settings come from the environment.

        It is opened when it is first asked, so that a process may be forked before: the threads that ask would not be
        there in the copy. Asking it first raises `HomeUnusable` where it does not keep two writers from making the same
        object.
        """
        parts = urlsplit(address)
        self._name = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
        self._address = address
        self._lock = Lock()
        self._opened: obstore.store.ObjectStore | None = None

    @property
    def _store(self) -> obstore.store.ObjectStore:
        """The store, whose condition was tried."""
        with self._lock:
            if self._opened is None:
                store = from_url(
                    self._address,
                    client_options={"timeout": timedelta(seconds=ANSWER_SECONDS), "allow_http": True},  # where so set
                    retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=RETRIED_SECONDS)},
                )
                self._try_condition(store)
                self._opened = store
            return self._opened

    @property
    def name(self) -> str:
        return self._name

    def _try_condition(self, store: obstore.store.ObjectStore) -> None:
        """Raise `HomeUnusable` where the store makes an object anew that is there, though it was told not to."""
        for _ in range(2):
            if not self._made(CONDITION, b"", store):
                return
        raise HomeUnusable(
            f"{self.name} replaces an object though it is asked not to (If-None-Match: *), so two writers could "
            "write the same version: keep the log in another store, or in PostgreSQL"
        )

    def document(self, name: str) -> Document | None:
        with self._telling():
            try:
                found = obstore.get(self._store, _document(name))
            except FileNotFoundError:
                return None
            return Document(bytes(found.bytes()), str(found.meta["e_tag"]))

    def put_document(self, name: str, text: bytes, tag: str | None) -> bool:
        if tag is None:
            return self._made(_document(name), text)
        with self._telling():
            try:
                obstore.put(self._store, _document(name), text, mode={"e_tag": tag}, use_multipart=False)
            except PreconditionError:
                return False
            return True

    def append(self, version: Version, id: str, text: Text) -> None:
        if version > 1 and not self._size(_entry(Version(version - 1))):
            raise LostRace.for_version(version)
        data = b"".join(text())
        try:
            self._made(_entry(version), data)
        except LogUnreachable:
            self._made(_entry(version), data)  # the object is made once, however often that is asked
        with self._telling():  # whatever was answered: what is there now was first
            begun = bytes(obstore.get_range(self._store, _entry(version), start=0, end=HEAD_BYTES))
        found = ID.search(begun)
        if found is None or found[1].decode() != id:
            raise LostRace.for_version(version)

    def entries(self, after: Version) -> Iterator[tuple[Version, Iterable[bytes]]]:
        """Return the entries after a version: by themselves while there is one after another, in parallel when many."""
        version = Version(after + 1)
        try:
            yield version, [self._read(_entry(version))]
        except NotFound:
            return
        with ThreadPoolExecutor(AT_ONCE) as threads:
            while texts := self._next(threads, version):
                for text in texts:
                    version = Version(version + 1)
                    yield version, [text]

    def _next(self, threads: ThreadPoolExecutor, after: Version) -> list[bytes]:
        """Return the texts of at most `AT_ONCE` entries after a version, without a gap."""
        asked = [threads.submit(self._read, _entry(Version(after + 1 + number))) for number in range(AT_ONCE)]
        texts: list[bytes] = []
        for future in asked:
            try:
                texts.append(future.result())
            except NotFound:
                break
        return texts

    def wait(self, after: Version, seconds: float) -> None:
        time.sleep(min(seconds, LOOK_SECONDS))

    def turn(self) -> AbstractContextManager[None]:
        return nullcontext()  # there is nothing to wait for: the loser of a race tries again

    def keep(self, sha256: str, data: bytes) -> None:
        self._made(_file(sha256), data)

    def kept(self, sha256: str) -> bytes:
        return self._read(_file(sha256))

    def close(self) -> None:
        """Do nothing: the library that asks closes its connections by itself."""

    def _made(self, path: str, data: bytes, store: obstore.store.ObjectStore | None = None) -> bool:
        """Make an object that is not there yet, and return whether this call did; False too where it cannot be told."""
        with self._telling():
            try:
                obstore.put(store or self._store, path, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def _read(self, path: str) -> bytes:
        with self._telling():
            try:
                return bytes(obstore.get(self._store, path).bytes())
            except FileNotFoundError:
                raise NotFound(f"there is no {path} in {self.name}") from None

    def _size(self, path: str) -> int:
        with self._telling():
            try:
                return int(obstore.head(self._store, path)["size"])
            except FileNotFoundError:
                return 0

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Raise `LogUnreachable` for what the store does not answer."""
        try:
            yield
        except (BaseError, OSError) as fault:
            raise LogUnreachable.named(self.name, str(fault).strip().partition("\n")[0][:300]) from fault


def _entry(version: Version) -> str:
    return f"entries/{version:020d}.rdfp"


def _document(name: str) -> str:
    return f"documents/{name}"


def _file(sha256: str) -> str:
    return f"files/{sha256[:2]}/{sha256}"
