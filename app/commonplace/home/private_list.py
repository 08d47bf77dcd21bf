"""Keep a list that only its owner reads, and that several processes may change: in a file, or with a shared log."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from threading import Lock
from typing import Generic, Protocol, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from commonplace.errors import HomeUnusable, LogUnreachable
from commonplace.patchlog.entry_store import EntryStore
from commonplace.processes.whole_file import write_whole

Item = TypeVar("Item", bound=BaseModel)
T = TypeVar("T")

KNOWN_SECONDS = 1.0
"""Maximum time for which a list that is kept elsewhere is taken to be as it was read."""

ATTEMPTS = 50
"""Number of times that a change is made anew because another process made one at the same moment."""


class ListPlace(Protocol):
    """Where the text of a list is kept; its `str` is for messages."""

    def stamp(self) -> Hashable | None:
        """Return what tells one state of the text from another, None where there is none."""

    def read(self) -> bytes | None:
        """Return the text, None where there is none. Raises OSError, `LogUnreachable`."""

    def change(self, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace the text by what a function makes of it; None leaves it. The function may be called again.

        Raises OSError, `LogUnreachable`.
        """


class FilePlace:
    """A file that only its owner reads (mode 0600), and that processes of one machine take turns to change."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def stamp(self) -> Hashable | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def read(self) -> bytes | None:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return None

    def change(self, change: Callable[[bytes | None], bytes | None]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_name(self._path.name + ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (text := change(self.read())) is not None:
                write_private(self._path, text.decode())


class StoredPlace:
    """A document that is kept with a shared log, for all servers. It is read again after a moment."""

    def __init__(self, store: EntryStore, name: str) -> None:
        self._store = store
        self._name = name
        self._read: tuple[float, str | None, bytes | None] | None = None
        """When the document was read, and its tag and text."""

    def __str__(self) -> str:
        return f"{self._store.name} ({self._name})"

    def stamp(self) -> Hashable | None:
        return self._known()[1]

    def read(self) -> bytes | None:
        return self._known()[2]

    def _known(self) -> tuple[float, str | None, bytes | None]:
        now = time.monotonic()
        if self._read is None or now - self._read[0] > KNOWN_SECONDS:
            try:
                self._read = (now, *self._found())
            except LogUnreachable:
                if self._read is None:
                    raise
                self._read = (now, *self._read[1:])  # who could write before may go on until it is reached again
        return self._read

    def _found(self) -> tuple[str | None, bytes | None]:
        found = self._store.document(self._name)
        return (None, None) if found is None else (found.tag, found.text)

    def change(self, change: Callable[[bytes | None], bytes | None]) -> None:
        for _ in range(ATTEMPTS):
            tag, text = self._found()
            changed = change(text)
            self._read = None
            if changed is None or self._store.put_document(self._name, changed, tag):
                return
        raise LogUnreachable.named(self._store.name, f"the {self._name} are changed by others again and again")


class PrivateList(Generic[Item]):
    """The items of a list: `{NAME: [item, …]}`. Safe to share between threads.

    The list is read again when it has changed, so that a change by another process counts at once.
    """

    def __init__(self, place: ListPlace, name: str, model: type[Item]) -> None:
        """`name` says what the items are, in the text and in errors: `tokens`."""
        self._place = place
        self._name = name
        self._document = TypeAdapter(dict[str, list[model]])  # type: ignore[valid-type]
        self._lock = Lock()
        self._stamp: Hashable | None = None
        self._held: tuple[Item, ...] = ()

    @property
    def exists(self) -> bool:
        """Return whether there is a list, if an empty one."""
        return self._place.stamp() is not None

    def all(self) -> tuple[Item, ...]:
        """Return every item, oldest first; none where no list is. Raises `HomeUnusable` when it cannot be read."""
        with self._lock:
            stamp = self._place.stamp()
            if stamp is None or stamp != self._stamp:
                self._held = () if stamp is None else tuple(self._items(self._read()))
                self._stamp = stamp
            return self._held

    def change(self, change: Callable[[list[Item]], T]) -> T:
        """Return what a function returns that changes the items in place, and write them. One process at a time.

        The function may be called again. Raises `HomeUnusable` when the list cannot be read or written.
        """
        returned: list[T] = []

        def changed(text: bytes | None) -> bytes | None:
            items = self._items(text)
            before = list(items)
            returned[:] = [change(items)]
            if items == before:
                return None
            written = {self._name: [item.model_dump(mode="json") for item in items]}
            return (json.dumps(written, indent=2, ensure_ascii=False) + "\n").encode()

        try:
            self._place.change(changed)
        except OSError as fault:
            why = fault.strerror or fault
            raise HomeUnusable(f"the {self._name} in {self._place} cannot be changed: {why}") from fault
        return returned[0]

    def _read(self) -> bytes | None:
        try:
            return self._place.read()
        except OSError as fault:
            raise HomeUnusable(f"the {self._name} in {self._place} cannot be read: {fault}") from fault

    def _items(self, text: bytes | None) -> list[Item]:
        if text is None:
            return []
        try:
            document = self._document.validate_json(text)
        except ValidationError as fault:
            raise HomeUnusable(f"the {self._name} in {self._place} cannot be read: {fault}") from fault
        if strange := ", ".join(sorted(document.keys() - {self._name})):
            raise HomeUnusable(f"the {self._name} in {self._place} cannot be read: it has {strange} beside them")
        return document.get(self._name, [])


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only from its first moment (mode 0600)."""
    write_whole(path, (text.encode(),), mode=0o600)
