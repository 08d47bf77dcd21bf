"""Back a home up while it is written to, and restore it: a backup is a home without what is derived.

It holds the log, the files kept with the log, and the tokens as hashes; not the text of the first token, nor what can
be made again. A second backup into one folder adds what is new. `backup.json` says which version it is of; it is
written last, when all has been checked.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commonplace import __version__
from commonplace.errors import BadRequest, HomeUnusable, LogDamaged, storing
from commonplace.home.private_list import write_private
from commonplace.library import Library
from commonplace.library.library import is_library
from commonplace.library.work_texts import closed_files
from commonplace.model.change import Version
from commonplace.patchlog.copying import CopiedLog, OtherLog, copy_log, findings_of_copy
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.opening import log_address, open_log
from commonplace.processes.whole_file import write_whole

MANIFEST = "backup.json"
"""File of a backup that says what it is a backup of."""

_BASE = Path("log") / "base-iri"
_TOKENS = "tokens.json"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What a backup, or a restored home, has: its version, how many versions and files of it are new, and its bytes."""

    version: Version
    versions: int
    files: int
    bytes: int


def back_up(library: Library, tokens: Path | None, folder: Path) -> BackedUp:
    """Write what a home cannot make again to a folder, or add to it what is new, and check all that is there.

    `tokens` is the file of the home's tokens; without it the folder has none, nor texts of works that no licence lets
    anybody read, and may be published. Raises
    `BadRequest` where the folder holds something else, `LogDamaged` where the log, or an earlier backup, is not what
    was written, and `NoRoom`.
    """
    if folder.exists() and any(folder.iterdir()) and not is_library(folder) and not (folder / "log").is_dir():
        raise BadRequest(f"{folder} holds something else: name an empty folder, or an earlier backup of this library")
    with storing("the backup", folder):
        copied = _copied(library.log, folder, _not_to_publish(library) if tokens is None else frozenset())
        _keep_base(folder, library.minter.base)
        if tokens is None:
            (folder / _TOKENS).unlink(missing_ok=True)
        elif tokens.exists():
            write_private(folder / _TOKENS, tokens.read_text())
        _check(folder, "the backup")
        done = BackedUp(copied.head, copied.head - copied.before, copied.files, _bytes(folder / "log"))
        manifest = json.dumps(_manifest(library, done), indent=1, ensure_ascii=False) + "\n"
        write_whole(folder / MANIFEST, (manifest.encode(),))
    return done


def restore(folder: Path, home: Path) -> BackedUp:
    """Make a home of a backup, and check it. What is derived is made when the home is first used.

    Raises `BadRequest` where the home is not empty or the folder is no backup, and `LogDamaged` where that is not what
    was written; no home is left then.
    """
    if home.exists() and any(home.iterdir()):
        raise BadRequest(f"{home} is not empty: a backup is restored into an empty folder, or one that is not there")
    manifest = _read_manifest(folder)
    _check(folder, "the backup")
    made = not home.exists()
    try:
        with storing("the home", home):
            log = open_log(log_address(folder / "log"), create=False, mend=False)
            if log.head() < int(manifest["version"]):
                raise LogDamaged(f"{folder} has version {log.head()}, and says that it has {manifest['version']}")
            copied = _copied(log, home)
            _keep_base(home, (folder / _BASE).read_text().strip())
            if (folder / _TOKENS).exists():
                write_private(home / _TOKENS, (folder / _TOKENS).read_text())
            _check(home, "the restored home")
    except BaseException:
        for made_here in _made(home):
            shutil.rmtree(made_here) if made_here.is_dir() else made_here.unlink()
        if made and home.exists():
            home.rmdir()
        raise
    return BackedUp(copied.head, copied.head, copied.files, _bytes(home / "log"))


def _made(home: Path) -> Iterator[Path]:
    return (path for path in (home / "log", home / _TOKENS) if path.exists())


def _not_to_publish(library: Library) -> frozenset[str]:
    """Return the SHA-256 of the files kept with the log that may not be passed on to anybody."""
    library.follow()
    return library.read(lambda snapshot: closed_files(snapshot, library.log, library.minter))


def _copied(log: PatchLog, folder: Path, withheld: frozenset[str] = frozenset()) -> CopiedLog:
    try:
        return copy_log(log, folder / "log", withheld)
    except OtherLog:
        raise BadRequest(
            f"{folder} is a backup of another library, or of a later state of this one: name another folder"
        ) from None


def _keep_base(folder: Path, base: str) -> None:
    """Write what the IRIs of the library begin with, which a folder keeps for ever."""
    if not (folder / _BASE).exists():
        write_whole(folder / _BASE, (f"{base}\n".encode(),))


def _check(folder: Path, what: str) -> None:
    """Raise `LogDamaged` with the first finding where the log in a folder is not what was written."""
    findings = findings_of_copy(folder / "log")
    if findings:
        more = f" (and {len(findings) - 1} more findings)" if len(findings) > 1 else ""
        raise LogDamaged(f"{what} in {folder} is damaged: {findings[0]}{more}")


def _manifest(library: Library, done: BackedUp) -> dict[str, Any]:
    return {
        "version": done.version,
        "id": library.log.header(done.version).id if done.version else None,
        "base_iri": library.minter.base,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "program": f"commonplace {__version__}",
    }


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text())
        if not isinstance(found, dict) or not isinstance(found.get("version"), int):
            raise HomeUnusable(f"{path} does not say of which version the backup is")
    except FileNotFoundError:
        raise BadRequest(
            f"{folder} is no finished backup: it has no {MANIFEST}. A copy of a home's log that was made by hand is "
            "put where a home should be, and checked with: commonplace verify"
        ) from None
    except ValueError as fault:
        raise HomeUnusable(f"{path} is not JSON: {fault}") from fault
    return found


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
