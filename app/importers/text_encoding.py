"""From bytes to text: which encoding a file is in, and what is wrong with it."""

from __future__ import annotations

import codecs
import re

from app.importers.reading import Fault

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BINARY = {b"%PDF-": "a PDF", b"PK\x03\x04": "a ZIP archive or an office document", b"\x1f\x8b": "gzip-compressed data"}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SHOWN = 60


class UnreadableFile(ValueError):
    """The bytes are not text a reader can start on; the message says what they look like."""


def decode_text(data: bytes) -> tuple[str, list[Fault]]:
    """The text of a file with `\\n` line ends, and what had to be assumed or replaced.

    UTF-8 with or without a byte order mark; UTF-16 with one; otherwise Latin-1 (as Windows
    reads it), reported. Control characters become spaces, reported with the first place.
    Raises `UnreadableFile` for empty and binary data.
    """
    if not data.strip(b" \t\r\n\x00"):
        raise UnreadableFile("the file is empty")
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise UnreadableFile(f"this is {what}, not a bibliography in text")
    text, faults = _decoded(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        count = len(_CONTROL.findall(text))
        faults.append(Fault(line=line, why=f"{count} control characters in the file, read as spaces", raw=found[0]))
        text = _CONTROL.sub(" ", text)
    return text, faults


def _decoded(data: bytes) -> tuple[str, list[Fault]]:
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
