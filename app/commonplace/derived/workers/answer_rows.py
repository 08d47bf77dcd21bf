"""Find where the rows of a SPARQL result end, in the bytes that the engine writes.

The engine serialises a result whole. To stop at a number of rows, rows are counted in what it has written
so far: each format has a mark that stands for a row and occurs nowhere else outside quotes. The text is cut
at a mark and closed, so that it stays well-formed. JSON and XML can also say that they are cut, by a link in
their head ("further information about the results"), the one place that strict readers let them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_JSON_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_JSON_MARK = re.compile(rb'"(?:[^"\\]++|\\.)*+"|(,\{|(?<!:)\{)', re.DOTALL)
_JSON_LAST = re.compile(rb'(?:(?:[^",{]++|"(?:[^"\\]++|\\.)*+"|,(?!\{)|(?<=:)\{)*+(,?\{))*+', re.DOTALL)
_CSV_STRING = re.compile(rb'"[^"]*"')
_CSV_MARK = re.compile(rb'"[^"]*+"|(\n)')
_CSV_LAST = re.compile(rb'(?:(?:[^"\n]++|"[^"]*+")*+(\n))*+')


class RowMarks:
    """The marks that tell the rows of a format apart.

    `header` marks stand before those of rows; `closing` makes a text that was cut at a mark whole.
    """

    header = 0
    closing = b""

    def note_place(self, text: bytes) -> int:
        """Return the offset of a note in the beginning of a result; 0 where the format has no room for one."""
        return 0

    def note(self, link: str) -> bytes:
        """Return the note: a link to an IRI that tells more of the result."""
        return b""

    def count(self, text: bytes) -> int:
        """Return the number of marks in a text."""
        raise NotImplementedError

    def last(self, text: bytes) -> int:
        """Return where to cut at the last mark, 0 when there is none. What follows may be less than a row."""
        raise NotImplementedError

    def after(self, text: bytes, marks: int) -> int:
        """Return where to cut so that exactly that many marks stay; there are more."""
        raise NotImplementedError


class _Json(RowMarks):
    """A row begins with `{` that is no member's value; the object around all is one too.

    To skip strings by a pattern takes longer than the engine takes for a row. The quote in `},{"` is never an escaped
    one: it opens the name of a row's first variable, or else ends a string, and then a comma or a brace follows. Only
    a row without a value, `{}`, has no quote.
    """

    header = 1
    closing = b"]}}"
    _between = b'},{"'
    _ends_string = (b'},{",', b'},{"}')
    _first = b'"results":{"bindings":[{'

    def note_place(self, text: bytes) -> int:
        return text.index(b'},"results":')

    def note(self, link: str) -> bytes:
        return f',"link":["{link}"]'.encode()

    def count(self, text: bytes) -> int:
        if b"{}" in text:
            bare = _JSON_STRING.sub(b"", text)
            return bare.count(b"{") - bare.count(b":{")
        begins = text.startswith((b"{", b",{"))  # with the object around all, or where the text was cut
        between = text.count(self._between) - sum(text.count(end) for end in self._ends_string)
        return begins + (self._first in text) + between

    def last(self, text: bytes) -> int:
        if b"{}" not in text:
            at = len(text)
            while (at := text.rfind(self._between, 0, at)) > 0:
                if text[at + 4 : at + 5] not in (b"", b",", b"}"):
                    return at + 1
        found = _JSON_LAST.match(text)
        return max(found.start(1), 0) if found else 0

    def after(self, text: bytes, marks: int) -> int:
        starts = (found.start(1) for found in _JSON_MARK.finditer(text) if found[1])
        return next(start for number, start in enumerate(starts) if number == marks)


class _Xml(RowMarks):
    """A row begins with `<result>`: in texts `<` is escaped."""

    closing = b"</results></sparql>"
    _mark = b"<result>"

    def note_place(self, text: bytes) -> int:
        return text.index(b"</head>")

    def note(self, link: str) -> bytes:
        return f'<link href="{link}"/>'.encode()

    def count(self, text: bytes) -> int:
        return text.count(self._mark)

    def last(self, text: bytes) -> int:
        return max(text.rfind(self._mark), 0)

    def after(self, text: bytes, marks: int) -> int:
        return _nth(text, self._mark, marks + 1)


class _Csv(RowMarks):
    """A row is a line, and so is the header; a line feed in quotes is a text's."""

    header = 1

    def count(self, text: bytes) -> int:
        return (_CSV_STRING.sub(b"", text) if b'"' in text else text).count(b"\n")

    def last(self, text: bytes) -> int:
        found = _CSV_LAST.match(text)
        return max(found.end(1), 0) if found else 0

    def after(self, text: bytes, marks: int) -> int:
        if marks == 0:
            return 0
        ends = (found.end(1) for found in _CSV_MARK.finditer(text) if found[1])
        return next(end for number, end in enumerate(ends, 1) if number == marks)


class _Tsv(RowMarks):
    """A row is a line, and so is the header: line feeds in texts are escaped."""

    header = 1

    def count(self, text: bytes) -> int:
        return text.count(b"\n")

    def last(self, text: bytes) -> int:
        return text.rfind(b"\n") + 1

    def after(self, text: bytes, marks: int) -> int:
        return _nth(text, b"\n", marks) + 1 if marks else 0


def _nth(text: bytes, mark: bytes, number: int) -> int:
    """Return the offset of the mark of that number, counted from 1."""
    at = -1
    for _ in range(number):
        at = text.find(mark, at + 1)
    return at


MARKS: dict[str, RowMarks] = {"srj": _Json(), "srx": _Xml(), "csv": _Csv(), "tsv": _Tsv()}
"""The marks of each format of rows, by its name."""


@dataclass(slots=True)
class RowCounter:
    """A counter that lets the first rows of a result pass, piece by piece; `room` is the marks that still may."""

    marks: RowMarks
    room: int
    _held: bytes = b""

    @classmethod
    def of(cls, format: str, rows: int) -> RowCounter:
        """Return a counter for a result in that format, of which that many rows may pass."""
        marks = MARKS[format]
        return cls(marks, rows + marks.header)

    def passed(self, text: bytes) -> tuple[bytes, bool]:
        """Return what may pass on of the text so far, up to its last mark; and whether the rest is too much."""
        text = self._held + text
        end = self.marks.last(text)
        self._held = text[end:]
        return self._bounded(text[:end])

    def rest(self) -> tuple[bytes, bool]:
        """Return what passes at the end of the text, and whether there was too much of it."""
        return self._bounded(self._held)

    def _bounded(self, text: bytes) -> tuple[bytes, bool]:
        count = self.marks.count(text)
        if count <= self.room:
            self.room -= count
            return text, False
        return text[: self.marks.after(text, self.room)], True
