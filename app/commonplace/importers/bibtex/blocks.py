"""Cut the text of a file into blocks, each with its own text and line.

A well-formed entry, which nearly every one is, is taken apart by regular expressions; whatever is not goes to
bibtexparser's splitter, segment by segment. A block that begins on a line of its own ends any block before it that is
still open, unless it stands within the braces of a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from commonplace.importers.bibtex.braces import BEGINNING, Braces, begins_line
from commonplace.importers.bibtex.placed import Placed, PlainEntry, UnreadEntry
from commonplace.importers.bibtex.stretch import Stretch, split_stretch

_FLAT = r"[^{}]*+"


def _within_braces(depth: int) -> str:
    """Return the pattern of what stands between two braces. Each brace counts, with a backslash before it too."""
    return _FLAT + (rf"(?:\{{{_within_braces(depth - 1)}\}}{_FLAT})*+" if depth else "")


_HEAD = re.compile(r"@(\w+)[ \t]*\{(?!\s*+%)([^{}\",=\\@]*),")
_NAME = r"[A-Za-z][\w:+./-]*+"
_IN_BRACES = _within_braces(4)
_IN_QUOTES = rf"[^\"\\{{}}]*+(?:(?:\\[^\"{{}}]|\{{{_IN_BRACES}\}})[^\"\\{{}}]*+)*+"
_VALUE = rf"(?:\{{{_IN_BRACES}\}}|\"{_IN_QUOTES}\"|\d++|{_NAME})"
_FIELD = re.compile(
    rf"\s*+({_NAME})\s*+=\s*+(\{{({_IN_BRACES})\}}|\"({_IN_QUOTES})\"|\d++|({_NAME}))((?:\s*+#\s*+{_VALUE})*+)"
    r"\s*+(?:,|(?=\}))"
)
_END = re.compile(r"\s*+\}\s*+")
_WHOLE = re.compile(
    r"@(\w++)[ \t]*+\{(?!\s*+%)([^{}\",=\\@]*+),\s*+"
    rf"(?:(?!(?i:crossref|xdata|ids)(?![\w:+./-])){_NAME}\s*+=\s*+{_VALUE}(?:\s*+#\s*+{_VALUE})*+\s*+(?:,\s*+|(?=\}})))*+\}}\s*+"
)
"""An entry as the three above have it, with no field that takes from others: its type and key."""

_FIELD_OF_WHOLE = re.compile(
    rf"({_NAME})\s*+=\s*+(?:(?:\{{({_IN_BRACES})\}}|\"({_IN_QUOTES})\"|(\d++))\s*+(?:,|(?=\}}))"
    rf"|({_VALUE}(?:\s*+#\s*+{_VALUE})*+))"
)
"""A field of such an entry: its name; its value in braces, in quotes, in digits, or as an expression."""
_NOT_ENTRIES = frozenset({"string", "comment", "preamble"})
_NEVER_UNREAD = _NOT_ENTRIES | {"xdata"}


def blocks(text: str, *, unread: bool = False) -> Iterator[Placed]:
    """Yield the blocks of a file in order. With `unread`, entries that take nothing from others are not taken apart."""
    line, position = 1, 0
    braces = Braces(text)
    starts = _beginnings(text)
    if not starts or starts[0] > 0:
        yield from split_stretch(Stretch(text, braces, 0, starts[0] if starts else len(text), 0), 1)
    starts.append(len(text))
    place = 0
    while place < len(starts) - 1:
        start, end = starts[place], starts[place + 1]
        place += 1
        line += text.count("\n", position, start)
        position = start
        read = (_unread_entry(text, start, end) if unread else None) or plain_entry(text, start, end)
        if read is not None:
            yield Placed(read[0], text[start : read[1]], line)
            continue
        closed = braces.closing(start, end)
        while closed is not None and starts[place] < closed:  # what begins there stands in a value of this block
            place += 1
        extended = plain_entry(text, start, starts[place]) if starts[place] > end else None
        if extended is not None:
            yield Placed(extended[0], text[start : extended[1]], line)
        else:
            yield from split_stretch(Stretch(text, braces, start, starts[place], closed), line)


def _beginnings(text: str) -> list[int]:
    """Return where blocks may begin: at every `@`, a name and a brace that have nothing before them on their line."""
    return [found.start() for found in BEGINNING.finditer(text) if begins_line(text, found.start())]


def _unread_entry(text: str, start: int, end: int) -> tuple[UnreadEntry, int] | None:
    """Return the entry that fills the segment, and its end; None where it is not well-formed or takes from others."""
    found = _WHOLE.fullmatch(text, start, end)
    if found is None:
        return None
    entry_type, key = found.groups()
    entry_type = entry_type.lower()
    if entry_type in _NEVER_UNREAD or text.find("xdata=", start, end) >= 0:
        return None
    return UnreadEntry(entry_type, key.strip()), text.rindex("}", start, end) + 1


def fields_of_unread(raw: str) -> tuple[dict[str, str], frozenset[str]] | None:
    """Return the fields of an entry that was left unread, and which are macros, as `PlainEntry` has them.

    None when a field stands in it twice.
    """
    found = _FIELD_OF_WHOLE.findall(raw, raw.index(",") + 1)
    fields = {name.lower(): braced or quoted or digits or joined for name, braced, quoted, digits, joined in found}
    if len(fields) != len(found):
        return None
    return fields, frozenset([field[0].lower() for field in found if field[4]])


def plain_entry(text: str, start: int, end: int) -> tuple[PlainEntry, int] | None:
    """Return the entry that fills the segment, and its end; None where it is anything but well-formed."""
    head = _HEAD.match(text, start, end)
    if head is None:
        return None
    entry_type = head[1].lower()
    if entry_type in _NOT_ENTRIES:
        return None
    fields: dict[str, str] = {}
    macros: list[str] = []
    position = head.end()
    while found := _FIELD.match(text, position, end):
        name, first, braced, quoted, macro, joined = found.groups()
        name = name.lower()
        if name in fields:
            return None
        if joined or macro:
            fields[name] = first + joined
            macros.append(name)
        else:
            fields[name] = first if braced is None and quoted is None else braced or quoted or ""
        position = found.end()
    closing = _END.match(text, position, end)
    if closing is None or closing.end() != end:
        return None
    stop = position + closing[0].index("}") + 1
    return PlainEntry(entry_type, head[2].strip(), fields, frozenset(macros)), stop
