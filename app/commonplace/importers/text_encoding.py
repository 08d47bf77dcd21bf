"""From bytes to text: which encoding a file is in, and what is wrong with it."""

from __future__ import annotations

import codecs
import re

from commonplace.importers.reading import Fault

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY = {b"%PDF-": "a PDF", b"PK\x03\x04": "a ZIP archive or an office document", b"\x1f\x8b": "gzip-compressed data"}
_NOT_BLANK = re.compile(rb"[^ \t\r\n\x00]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_SHOWN = 60
_LOOKED_AT = 65_536
_BINARY_SHARE = 0.1
"""Of random bytes one in nine is a control character; of text none, or a few that slipped in."""

_UTF16_SHARE = 0.3
"""How many of the odd, or of the even bytes are zero in UTF-16 of a bibliography, at the least."""


class UnreadableFile(ValueError):
    """The bytes are not text a reader can start on; the message says what they look like."""


def decode_text(data: bytes) -> tuple[str, list[Fault]]:
    """The text of a file with `\\n` line ends, and what had to be assumed or replaced.

    UTF-8 and UTF-16 with or without a byte order mark; otherwise Latin-1 (as Windows reads it),
    reported. Control characters become spaces, reported with the first place.
    Raises `UnreadableFile` for empty and binary data.
    """
    refuse_no_text(data)
    text, faults = _decoded(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Such a character has such a byte in it, in any encoding, and bytes are looked through many times faster.
    found = _CONTROL.search(text) if len(data.translate(None, _CONTROL_BYTES)) < len(data) else None
    if found:
        line = text.count("\n", 0, found.start()) + 1
        text, count = _CONTROL.subn(" ", text)
        faults.append(Fault(line=line, why=f"{count} control characters in the file, read as spaces", raw=found[0]))
    return text, faults


def refuse_no_text(data: bytes) -> None:
    """Raises `UnreadableFile` for bytes that are empty, or no text in any encoding, and says what they look like."""
    if not _NOT_BLANK.search(data):
        raise UnreadableFile("the file is empty")
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise UnreadableFile(f"this is {what}, not a bibliography in text")
    if data.startswith(_UTF16):
        _decoded(data)
    elif not unmarked_utf16(data):
        _refuse_binary(data[:_LOOKED_AT])


def marked_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark says, None where there is none."""
    if data.startswith(_UTF16):
        return "utf-16"
    return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else None


def unmarked_utf16(data: bytes) -> str | None:
    """Which UTF-16 this is though no mark says so: in text like ours every other byte is mostly zero."""
    if marked_encoding(data):
        return None
    head = data[:_LOOKED_AT]
    half = len(head) // 2
    for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if half and zeros.count(0) > _UTF16_SHARE * half and not others.count(0):
            return encoding
    return None


def _refuse_binary(head: bytes) -> None:
    count = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if count > 100 and count > _BINARY_SHARE * len(head):
        raise UnreadableFile(f"this is not text: {count} of its first {len(head)} bytes are control characters")


def _decoded(data: bytes) -> tuple[str, list[Fault]]:
    if (encoding := unmarked_utf16(data)) is not None:
        why = f"no byte order mark; the file was read as {encoding.upper()}"
        return data.decode(encoding, errors="replace"), [Fault(line=1, why=why)]
    if data.startswith(_UTF16):
        try:
            return data.decode("utf-16"), []
        except UnicodeDecodeError as fault:
            raise UnreadableFile(f"the file begins as UTF-16 and is broken at byte {fault.start}") from fault
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        text = data.decode("cp1252", errors="replace")
        shown = data[max(0, fault.start - 20) : fault.start + 20].decode("cp1252", errors="replace")
        why = f"not UTF-8 (byte {fault.start}); the whole file was read as Latin-1 (Windows-1252)"
        return text, [Fault(line=line, why=why, raw=shown[:_SHOWN])]
