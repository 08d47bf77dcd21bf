"""Open a patch log by its address: the one place that knows which kinds of log there are."""

from __future__ import annotations

from pathlib import Path

from commonplace.errors import HomeUnusable
from commonplace.patchlog.file_log import SCHEME, FileLog
from commonplace.patchlog.log import PatchLog


def log_address(directory: Path) -> str:
    """Return the address of the log that is kept in a directory."""
    return f"{SCHEME}{directory}"


def open_log(address: str, *, create: bool = True, mend: bool = True) -> PatchLog:
    """Open the log at an address (`file:` and a directory).

    With `create` it is made when absent. With `mend` an entry that a crash left unfinished is cut off; a process that
    only reads does without both. Raises OSError when the log cannot be read or made, `LogDamaged` when it is not what
    was written, and `HomeUnusable` for an address of no kind of log.
    """
    if not address.startswith(SCHEME):
        raise HomeUnusable(f"{address!r} is no address of a log: write `{SCHEME}` and the path of a directory")
    return FileLog(Path(address.removeprefix(SCHEME)), create=create, mend=mend)


def open_files(directory: Path, *, create: bool = True, mend: bool = True) -> FileLog:
    """Open the log in a directory as the files that it is, for who copies these; options are those of `open_log`."""
    return FileLog(directory, create=create, mend=mend)
