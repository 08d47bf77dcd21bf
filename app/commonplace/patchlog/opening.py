"""Open a patch log by its address: the one place that knows which kinds of log there are."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from commonplace.errors import HomeUnusable
from commonplace.patchlog.entry_store import EntryStore
from commonplace.patchlog.file_log import SCHEME, FileLog
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.shared_log import SharedLog

DATABASES = ("postgresql", "postgres")
"""Schemes of addresses of logs in PostgreSQL."""

OBJECTS = ("s3", "gs", "az")
"""Schemes of addresses of logs in an object store: Amazon S3 and what speaks like it, Google Cloud Storage, and Azure
Blob Storage."""


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


def open_shared(address: str, copy: Path) -> SharedLog:
    """Open a log that several servers share, by the address of its store, with a copy of it in a directory.

    The store is asked when it is first read or written. Raises `HomeUnusable` for an address of no kind of store, where
    the extra is not installed that speaks to it; OSError when the copy cannot be made. What asks first raises
    `HomeUnusable` for an object store that cannot keep two writers apart.
    """
    return SharedLog(open_store(address), FileLog(copy))


def open_store(address: str) -> EntryStore:
    """Open a store of entries by its address; raises what `open_shared` does."""
    scheme = address.partition("://")[0]
    if scheme in DATABASES:
        _require("psycopg", "postgres", address)
        from commonplace.patchlog.postgres import PostgresStore

        return PostgresStore(address)
    if scheme in OBJECTS:
        _require("obstore", "objects", address)
        from commonplace.patchlog.object_store import ObjectStore

        return ObjectStore(address)
    raise HomeUnusable(
        f"{scheme!r} is no kind of log: its address begins with one of "
        + ", ".join(f"{known}://" for known in (*DATABASES[:1], *OBJECTS))
    )


def _require(module: str, extra: str, address: str) -> None:
    """Raise `HomeUnusable` unless a module is installed that an optional extra brings."""
    if find_spec(module) is None:
        scheme = address.partition("://")[0]
        raise HomeUnusable(f"a log at {scheme}:// needs an extra: pip install 'commonplace[{extra}]'")


def open_files(directory: Path, *, create: bool = True, mend: bool = True) -> FileLog:
    """Open the log in a directory as the files that it is, for who copies these; options are those of `open_log`."""
    return FileLog(directory, create=create, mend=mend)
