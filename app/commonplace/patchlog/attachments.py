"""Keep the files that come with entries of a log, each named by its SHA-256."""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from commonplace.errors import NotFound
from commonplace.patchlog.log import SearchableBytes
from commonplace.processes.whole_file import write_whole


class Attachments:
    """The files of a folder: written once, and mapped to be read."""

    def __init__(self, folder: Path, storing: Callable[[], AbstractContextManager[None]]) -> None:
        """Keep files in a folder; `storing` raises `NoRoom` or `ReadOnly` for what keeps one from being written."""
        self.folder = folder
        self._storing = storing
        self._unnamed: list[Path] = []
        """Files written for an entry that is not made yet; they go when none is made."""

    def keep(self, data: bytes, *, named_later: bool) -> str:
        """Keep bytes and return their SHA-256; `named_later` says that an entry is about to name them."""
        digest = hashlib.sha256(data).hexdigest()
        target = self._place(digest)
        if not target.exists():
            with self._storing():
                target.parent.mkdir(parents=True, exist_ok=True)
                write_whole(target, (data,))
            if named_later:
                self._unnamed.append(target)
        return digest

    @contextmanager
    def opened(self, sha256: str) -> Iterator[SearchableBytes]:
        """Yield a file's bytes, mapped. Raises `NotFound` where there is no file of that SHA-256."""
        try:
            file = self._place(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound(
                f"no file with SHA-256 {sha256} is kept with the log; a copy that was made to be published is without "
                "the texts that no licence lets anybody read"
            ) from None
        with file:
            if not os.fstat(file.fileno()).st_size:
                yield b""  # of which there is no map
                return
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
                yield text

    def named(self) -> None:
        """Let the files stay that were kept for an entry, which has been made."""
        self._unnamed.clear()

    def drop_unnamed(self) -> None:
        """Delete the files that were kept for an entry, which was not made."""
        while self._unnamed:
            with suppress(OSError):
                self._unnamed.pop().unlink()

    def _place(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256
