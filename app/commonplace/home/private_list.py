"""Keep a list in one file that only its owner reads, and that several processes may change."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from commonplace.errors import HomeUnusable
from commonplace.processes.whole_file import write_whole

Item = TypeVar("Item", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Facts that tell one state of a file from another."""

    inode: int
    size: int
    changed: int


class PrivateList(Generic[Item]):
    """The items of a list in a file: `{NAME: [item, …]}`. Safe to share between threads.

    The file is read again when it has changed, so that a change by another process counts at once.
    """

    def __init__(self, path: Path, name: str, model: type[Item]) -> None:
        """`name` says what the items are, in the file and in errors: `tokens`."""
        self._path = path
        self._name = name
        self._document = TypeAdapter(dict[str, list[model]])  # type: ignore[valid-type]
        self._lock = Lock()
        self._stamp: _Stamp | None = None
        self._held: tuple[Item, ...] = ()

    @property
    def exists(self) -> bool:
        """Return whether there is a file."""
        return self._path.exists()

    def all(self) -> tuple[Item, ...]:
        """Return every item, oldest first; none where no file is. Raises `HomeUnusable` when it cannot be read."""
        with self._lock:
            stamp = self._stamp_now()
            if stamp is None or stamp != self._stamp:
                self._held = tuple(self._read()) if stamp else ()
                self._stamp = stamp
            return self._held

    @contextmanager
    def changing(self) -> Iterator[list[Item]]:
        """Yield the items to be changed in place; write them when the block ends well. One process at a time.

        Raises `HomeUnusable` when the file cannot be read or written.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.with_name(self._path.name + ".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                items = self._read()
                before = list(items)
                yield items
                if items != before:
                    written = {self._name: [item.model_dump(mode="json") for item in items]}
                    write_private(self._path, json.dumps(written, indent=2, ensure_ascii=False) + "\n")
        except OSError as fault:
            why = fault.strerror or fault
            raise HomeUnusable(f"the {self._name} in {self._path} cannot be changed: {why}") from fault

    def _read(self) -> list[Item]:
        try:
            document = self._document.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValidationError) as fault:
            raise HomeUnusable(f"the {self._name} in {self._path} cannot be read: {fault}") from fault
        if strange := ", ".join(sorted(document.keys() - {self._name})):
            raise HomeUnusable(f"the {self._name} in {self._path} cannot be read: it has {strange} beside them")
        return document.get(self._name, [])

    def _stamp_now(self) -> _Stamp | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return _Stamp(found.st_ino, found.st_size, found.st_mtime_ns)


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, readable by its owner only from its first moment (mode 0600)."""
    write_whole(path, (text.encode(),), mode=0o600)
