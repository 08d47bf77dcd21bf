"""Write PDFs for tests, byte by byte: pages of lines or of a picture, locked, broken, or made to fill the memory."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

PICTURE = None
"""A page that is only a picture, as a scanner makes it."""

_PADDING = bytes.fromhex("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a")
_LIGATURES = {"ﬁ": 1, "ﬂ": 2}
_TO_UNICODE = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def "
    b"1 begincodespacerange <00> <FF> endcodespacerange 2 beginbfchar <01> <FB01> <02> <FB02> endbfchar "
    b"1 beginbfrange <20> <7E> <0020> endbfrange endcmap end end"
)


def pdf(*pages: Sequence[str] | None, password: str | None = None) -> bytes:
    """Return a PDF whose pages have those lines; `None` is a page that is a picture only."""
    objects: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 4 0 R "
        b"/Encoding << /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [1 /fi /fl] >> >>",
        _stream(_TO_UNICODE),
        _stream(
            b"\x80", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
        ),
    ]
    kids = []
    for lines in pages:
        objects.append(_stream(b"500 0 0 700 40 60 cm /I Do" if lines is None else _lines(lines)))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F 3 0 R >> /XObject << /I 5 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    return _file(objects, password)


def bomb(megabytes: int) -> bytes:
    """Return a PDF of some kilobytes with one page whose content is that many megabytes of text."""
    content = zlib.compress(b"BT /F 1 Tf " + (b"(" + b"a" * 42 + b") Tj ") * (megabytes * 20_000) + b"ET", 9)
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R "
            b"/Resources << /Font << /F 4 0 R >> >> >>",
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            _stream(content, b"/Filter /FlateDecode"),
        ]
    )


def nested(depth: int) -> bytes:
    """Return a PDF whose tree of pages is an array nested that deep."""
    return _file([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * depth + b"]" * depth])


def _lines(lines: Sequence[str]) -> bytes:
    shown = b" ".join(b"(%s) Tj T*" % _escaped(line) for line in lines)
    return b"BT /F 12 Tf 14 TL 72 770 Td %s ET" % shown


def _escaped(line: str) -> bytes:
    codes = b"".join(bytes([_LIGATURES[one]]) if one in _LIGATURES else one.encode("cp1252") for one in line)
    return codes.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), more, content)


def _file(objects: Sequence[bytes], password: str | None = None) -> bytes:
    written, places = b"%PDF-1.7\n", []
    lock = b""
    if password is not None:  # whoever has not the password need not be kept out here: the reader must ask for it
        owner = hashlib.md5(b"owner" + _PADDING, usedforsecurity=False).digest() * 2
        user = _PADDING
        lock = b"/Encrypt << /Filter /Standard /V 1 /R 2 /O <%s> /U <%s> /P -4 >> /ID [<00> <00>]" % (
            owner.hex().encode(),
            user.hex().encode(),
        )
    for number, said in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, said)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        written
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
        % (
            len(objects) + 1,
            table,
            len(objects) + 1,
            lock,
            len(written),
        )
    )
