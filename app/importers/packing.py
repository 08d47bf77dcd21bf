"""Packed files: gzip undone, within a bound."""

from __future__ import annotations

import zlib

from app.errors import BadRequest

GZIP = b"\x1f\x8b"


def unpacked(data: bytes, filename: str, limit: int) -> tuple[bytes, str]:
    """The file and its name, with gzip (RFC 1952) undone; a file that is not packed stays as it is.

    Raises `BadRequest` when it is broken, or would be more than `limit` bytes: no more than that is
    ever unpacked.
    """
    if not data.startswith(GZIP):
        return data, filename
    whole = b""
    rest = data
    try:
        while rest.startswith(GZIP):
            unpacker = zlib.decompressobj(wbits=31)
            whole += unpacker.decompress(rest, limit - len(whole) + 1)
            if len(whole) > limit:
                raise BadRequest(f"{filename}: unpacked it has more than {limit} bytes", [(filename, "too large")])
            if not unpacker.eof:
                raise BadRequest(f"{filename}: the gzip file ends too early", [(filename, "cut short")])
            rest = unpacker.unused_data
    except zlib.error as fault:
        raise BadRequest(f"{filename}: the gzip file is broken: {fault}", [(filename, str(fault))]) from fault
    return whole, filename.removesuffix(".gz")
