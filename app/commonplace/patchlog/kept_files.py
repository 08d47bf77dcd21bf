"""Keep a file beside the log in a directory, under its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from commonplace.errors import LogDamaged
from commonplace.processes.whole_file import write_whole


def keep_file(directory: Path, digest: str, data: bytes, where: str) -> None:
    """Write a file that another log keeps under that SHA-256. Raises `LogDamaged` naming `where` if it has changed."""
    if hashlib.sha256(data).hexdigest() != digest:
        raise LogDamaged(f"{where}: the file {digest} that is kept with it has changed")
    file = kept_file(directory, digest)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, (data,))


def kept_file(directory: Path, digest: str) -> Path:
    """Return the place of the file with that SHA-256."""
    return directory / "files" / digest[:2] / digest
