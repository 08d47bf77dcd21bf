"""Read and unpack files, within bounds."""

from __future__ import annotations

import gzip
import io
import os
import select
import stat
import zlib
from pathlib import Path

from commonplace.errors import BadRequest, Message, TooLarge

GZIP = b"\x1f\x8b"

WRITER_SECONDS = 10.0
"""Maximum time that a pipe is waited for that nobody writes to."""


def read_bounded(path: Path, limit: int) -> bytes:
    """Return the bytes of a file, or those that come through a pipe or device.

    Raises `TooLarge` when it is more than `limit` bytes: no more than that is ever read; `BadRequest` for a pipe
    that nobody writes to; `OSError` for a folder, and what is not there.
    """
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # opening a pipe waits for its writer otherwise
    with os.fdopen(number, "rb") as file:
        kind = os.fstat(number)
        if stat.S_ISFIFO(kind.st_mode):
            _await_writer(number, path)
        os.set_blocking(number, True)
        data = b"" if stat.S_ISREG(kind.st_mode) and kind.st_size > limit else file.read(limit + 1)
    if len(data) > limit or kind.st_size > limit:
        raise TooLarge(
            Message(
                "%(path)s has more than %(limit)s bytes: raise COMMONPLACE_IMPORT_BYTES to import it",
                path=path,
                limit=limit,
            ),
            [(path.name, "too large")],
        )
    return data


def _await_writer(pipe: int, path: Path) -> None:
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    if not waiting.poll(WRITER_SECONDS * 1000):
        why = Message(
            "it is a pipe, and nobody wrote to it within %(writer_seconds)s seconds",
            writer_seconds=f"{WRITER_SECONDS:g}",
        )
        raise BadRequest(Message("%(path)s: %(why)s", path=path, why=why), [(path.name, why)])


def unpacked(data: bytes, filename: str, limit: int) -> tuple[bytes, str]:
    """Return the file and its name, with gzip (RFC 1952) undone; a file that is not packed stays as it is.

    Raises `BadRequest` when it is broken, and `TooLarge` when it would be more than `limit` bytes:
    no more than that is ever unpacked.
    """
    if not data.startswith(GZIP):
        return data, filename
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            whole = packed.read(limit + 1)
    except EOFError as fault:
        raise BadRequest(
            Message("%(filename)s: the gzip file ends too early", filename=filename), [(filename, "cut short")]
        ) from fault
    except (OSError, zlib.error) as fault:
        raise BadRequest(
            Message("%(filename)s: the gzip file is broken: %(fault)s", filename=filename, fault=fault),
            [(filename, str(fault))],
        ) from fault
    if len(whole) > limit:
        raise TooLarge(
            Message("%(filename)s: unpacked it has more than %(limit)s bytes", filename=filename, limit=limit),
            [(filename, "too large")],
        )
    return whole, filename.removesuffix(".gz")
