"""Keep a file beside the log in a directory, under its SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from commonplace.errors import LogDamaged
from commonplace.patchlog.log import PatchLog
from commonplace.processes.whole_file import write_whole


def keep_file(directory: Path, digest: str, data: bytes, where: str) -> None:
    """Write a file that another log keeps under that SHA-256. Raises `LogDamaged` naming `where` if it has changed."""
    if hashlib.sha256(data).hexdigest() != digest:
        raise LogDamaged(f"{where}: the file {digest} that is kept with it has changed")
    file = kept_file(directory, digest)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, (data,))


def read_kept(log: PatchLog, digest: str) -> bytes:
    """Return the file that a log keeps under that SHA-256.

    Raises `NotFound`, and `LogDamaged` where the file has changed or cannot be read.
    """
    try:
        data = log.attachment(digest)
    except OSError as fault:
        raise LogDamaged(
            f"the file {digest} that is kept with the log cannot be read ({fault.strerror}): run commonplace verify"
        ) from fault
    if hashlib.sha256(data).hexdigest() != digest:
        raise LogDamaged(f"the file {digest} that is kept with the log has changed: run commonplace verify")
    return data


def files_withheld(directory: Path) -> frozenset[str]:
    """Return the SHA-256 of the files that a log in a directory was copied without."""
    try:
        return frozenset(_list_of_withheld(directory).read_text().split())
    except FileNotFoundError:
        return frozenset()


def withhold(directory: Path, digests: frozenset[str]) -> None:
    """Say which files a log in a directory is without, all that it named before included no more, and delete them."""
    place = _list_of_withheld(directory)
    if digests or place.exists():
        write_whole(place, ("".join(f"{digest}\n" for digest in sorted(digests)).encode(),))
    for digest in digests:
        kept_file(directory, digest).unlink(missing_ok=True)


def _list_of_withheld(directory: Path) -> Path:
    return directory / "files" / "withheld"


def kept_file(directory: Path, digest: str) -> Path:
    """Return the place of the file with that SHA-256."""
    return directory / "files" / digest[:2] / digest
