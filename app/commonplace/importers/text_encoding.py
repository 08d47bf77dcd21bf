"""Decode a file: find its encoding, and say what is wrong with it."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from commonplace.errors import Message
from commonplace.importers.reading import Fault

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = {b"%PDF-": "a PDF", b"PK\x03\x04": "a ZIP archive or an office document", b"\x1f\x8b": "gzip-compressed data"}
_NOT_BLANK = re.compile(rb"[^ \t\r\n\x00]")
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that mean nothing in a text, and that XML cannot hold."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_HALF = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
_CONTROL_BYTES = bytes((*range(9), 11, 12, *range(14, 32), 127))
_SHOWN = 60
_LOOKED_AT = 65_536
_BINARY_SHARE = 0.1
"""Minimum share of control characters in what is no text: of random bytes one in nine is one, of text hardly any."""

_UTF16_SHARE = 0.3
"""Minimum share of zeros among the odd, or the even, bytes of a bibliography in UTF-16."""

_UTF32_SHARE = 0.95
"""Minimum share of zeros in the place of the third byte of a bibliography in UTF-32, where the fourth is always one."""


class UnreadableFile(ValueError):
    """The bytes are not text that a reader can start on; the message says what they look like."""


def decode_text(data: bytes) -> tuple[str, list[Fault]]:
    """Return the text of a file with `\\n` line ends, and what had to be assumed or replaced.

    UTF-8, UTF-16 and UTF-32 with or without a byte order mark; otherwise Latin-1 (as Windows reads it), reported.
    Control characters become spaces, halves of surrogate pairs U+FFFD, reported with the first place.
    Raises `UnreadableFile` for empty and binary data.
    """
    refuse_no_text(data)
    text, faults = _decoded(data)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # Such a character has such a byte in it, in any encoding, and bytes are looked through many times faster.
    may_have = len(data.translate(None, _CONTROL_BYTES)) < len(data) or "\ufffe" in text or "\uffff" in text
    if may_have and (found := CONTROL.search(text)):
        line = text.count("\n", 0, found.start()) + 1
        text, count = CONTROL.subn(" ", text)
        faults.append(
            Fault(
                line=line,
                why=Message("%(count)s control characters in the file, read as spaces", count=count),
                raw=found[0],
            )
        )
    return text, faults


def refuse_no_text(data: bytes) -> None:
    """Raise `UnreadableFile` for bytes that are empty, or no text in any encoding, and say what they look like."""
    if not _NOT_BLANK.search(data):
        raise UnreadableFile("the file is empty")
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise UnreadableFile(Message("this is %(what)s, not a bibliography in text", what=what))
    marked = marked_encoding(data)
    if marked:
        _decoded_as(data, marked)
    elif not unmarked_encoding(data):
        _refuse_binary(data[:_LOOKED_AT])


def marked_encoding(data: bytes) -> str | None:
    """Return the encoding that a byte order mark says, None where there is none."""
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def unmarked_encoding(data: bytes) -> str | None:
    """Return which UTF-16 or UTF-32 this is though no mark says so: of text like ours most other bytes are zero."""
    if marked_encoding(data):
        return None
    head = data[: _LOOKED_AT - _LOOKED_AT % 4]
    quarter, half = len(head) // 4, len(head) // 2
    for encoding, first, second in (("utf-32-le", 3, 2), ("utf-32-be", 0, 1)):
        high, middle = head[first::4], head[second::4]
        if quarter and high.count(0) == len(high) and middle.count(0) > _UTF32_SHARE * quarter and len(data) % 4 == 0:
            return encoding
    for encoding, zeros, others in (("utf-16-le", head[1::2], head[::2]), ("utf-16-be", head[::2], head[1::2])):
        if half and zeros.count(0) > _UTF16_SHARE * half and not others.count(0):
            return encoding
    return None


def is_wide(data: bytes) -> bool:
    """Return whether the bytes are text in UTF-16 or UTF-32, in which no ASCII stands as it is."""
    return marked_encoding(data) in ("utf-16", "utf-32") or unmarked_encoding(data) is not None


def _refuse_binary(head: bytes) -> None:
    count = len(head) - len(head.translate(None, _CONTROL_BYTES))
    if count > 100 and count > _BINARY_SHARE * len(head):
        raise UnreadableFile(
            Message(
                "this is not text: %(count)s of its first %(of)s bytes are control characters",
                count=count,
                of=len(head),
            )
        )


def _decoded(data: bytes) -> tuple[str, list[Fault]]:
    if (encoding := unmarked_encoding(data)) is not None:
        why = Message("no byte order mark; the file was read as %(encoding)s", encoding=encoding.upper())
        return data.decode(encoding, errors="replace"), [Fault(line=1, why=why)]
    marked = marked_encoding(data)
    if marked and marked != "utf-8-sig":
        return _paired(_decoded_as(data, marked))
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as fault:
        with suppress(UnicodeDecodeError):  # surrogates written as if they were characters, and nothing else wrong
            return _paired(data.decode("utf-8-sig", errors="surrogatepass"))
        line = data.count(b"\n", 0, fault.start) + 1
        text = data.decode("cp1252", errors="replace")
        shown = data[max(0, fault.start - 20) : fault.start + 20].decode("cp1252", errors="replace")
        why = Message(
            "not UTF-8 (byte %(start)s); the whole file was read as Latin-1 (Windows-1252)", start=fault.start
        )
        return text, [Fault(line=line, why=why, raw=shown[:_SHOWN])]


def _decoded_as(data: bytes, encoding: str) -> str:
    """Return the text of marked bytes, surrogates left as they are; UTF-8 that is broken is left for another try."""
    try:
        return data.decode(encoding, errors="surrogatepass")
    except UnicodeDecodeError as fault:
        if encoding == "utf-8-sig":
            return ""
        name = encoding.upper()
        raise UnreadableFile(
            Message("the file begins as %(name)s and is broken at byte %(start)s", name=name, start=fault.start)
        ) from fault


def _paired(text: str) -> tuple[str, list[Fault]]:
    """Return a text in which each pair of surrogates is its character, and each half of one replaced and told."""
    if not _SURROGATE.search(text):
        return text, []
    half = _HALF.search(text)
    paired = text.encode("utf-16", errors="surrogatepass").decode("utf-16", errors="replace")
    if half is None:
        return paired, []
    why = "characters that are half of a pair (surrogates) in the file, read as U+FFFD"
    return paired, [Fault(line=text.count("\n", 0, half.start()) + 1, why=why)]
