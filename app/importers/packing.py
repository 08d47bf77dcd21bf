"""Packed files: gzip undone, within a bound."""

from __future__ import annotations

import gzip
import io
import zlib

from app.errors import BadRequest, TooLarge

GZIP = b"\x1f\x8b"


def unpacked(data: bytes, filename: str, limit: int) -> tuple[bytes, str]:
    """The file and its name, with gzip (RFC 1952) undone; a file that is not packed stays as it is.

    Raises `BadRequest` when it is broken, and `TooLarge` when it would be more than `limit` bytes:
    no more than that is ever unpacked.
    """
    if not data.startswith(GZIP):
        return data, filename
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            whole = packed.read(limit + 1)
    except EOFError as fault:
        raise BadRequest(f"{filename}: the gzip file ends too early", [(filename, "cut short")]) from fault
    except (OSError, zlib.error) as fault:
        raise BadRequest(f"{filename}: the gzip file is broken: {fault}", [(filename, str(fault))]) from fault
    if len(whole) > limit:
        raise TooLarge(f"{filename}: unpacked it has more than {limit} bytes", [(filename, "too large")])
    return whole, filename.removesuffix(".gz")
