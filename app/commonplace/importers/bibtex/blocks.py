"""From the text of a file to blocks, each with its own text and line.

A well-formed entry, which nearly every one is, is taken apart by regular expressions; whatever
is not goes to bibtexparser's splitter, segment by segment. That cuts the file in the same
places: a block that begins on a line of its own ends any block before it that is still open.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from bibtexparser import model as bib
from bibtexparser.splitter import Splitter

# The splitter logs what it gives up on; every such block is in our report, with its line.
_LOGGER = logging.getLogger("bibtexparser")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False

_BEGINNING = re.compile(r"@\w*[ \t]*(?=[{(])")
# Braces count unless a backslash is before them, as the splitter has it.
_FLAT = r"[^{}]*+(?:(?<=\\)[{}][^{}]*+)*+"
_FLAT_UNESCAPED = r"[^{}]*+"


def _braced(depth: int) -> str:
    inner = _FLAT if not depth else rf"{_FLAT}(?:{_braced(depth - 1)}{_FLAT})*+"
    return rf"(?<!\\)\{{{inner}(?<!\\)\}}"


def _unescaped(depth: int) -> str:
    """What is between two braces, where no brace has a backslash before it: the same, found in half the time."""
    return _FLAT_UNESCAPED + (rf"(?:\{{{_unescaped(depth - 1)}\}}{_FLAT_UNESCAPED})*+" if depth else "")


_HEAD = re.compile(r"@(\w+)[ \t]*\{([^{}\",=\\@]*),")
_NAME = r"[A-Za-z][\w:+./-]*+"
_QUOTED = rf"[^\"\\{{}}]*+(?:(?:\\[^\"{{}}]|{_braced(4)})[^\"\\{{}}]*+)*+"
_PART = rf"(?:{_braced(4)}|\"{_QUOTED}\"|\d++|{_NAME})"
_FIELD = re.compile(
    rf"\s*+({_NAME})\s*+=\s*+(({_braced(4)})|\"({_QUOTED})\"|\d++|({_NAME}))"
    rf"((?:\s*+#\s*+{_PART})*+)\s*+(?:,|(?=\}}))"
)
_END = re.compile(r"\s*+\}\s*+")
_QUOTED_UNESCAPED = rf"[^\"\\{{}}]*+(?:(?:\\[^\"{{}}]|\{{{_unescaped(4)}\}})[^\"\\{{}}]*+)*+"
_VALUE = rf"(?:\{{{_unescaped(4)}\}}|\"{_QUOTED_UNESCAPED}\"|\d++|{_NAME})"
_WHOLE = re.compile(
    r"@(\w++)[ \t]*+\{([^{}\",=\\@]*+),\s*+"
    rf"(?:(?!(?i:crossref|xdata|ids)(?![\w:+./-])){_NAME}\s*+=\s*+{_VALUE}(?:\s*+#\s*+{_VALUE})*+\s*+(?:,\s*+|(?=\}})))*+\}}\s*+"
)
"""An entry as the three above have it, with no escaped brace and no field that takes from others: its type and key."""
_FIELD_OF_WHOLE = re.compile(
    rf"({_NAME})\s*+=\s*+(?:"
    rf"(?:\{{({_unescaped(4)})\}}|\"({_QUOTED_UNESCAPED})\"|(\d++))\s*+(?:,|(?=\}}))"
    rf"|({_VALUE}(?:\s*+#\s*+{_VALUE})*+))"
)
"""A field of such an entry: its name; its value in braces, in quotes, in digits, or as an expression."""
_NOT_ENTRIES = ("string", "comment", "preamble")
_NEVER_UNREAD = (*_NOT_ENTRIES, "xdata")


class PlainEntry(NamedTuple):
    """A well-formed entry: field names in lower case, values without delimiters, those in `macros` to be looked up."""

    entry_type: str
    key: str
    fields: dict[str, str]
    macros: frozenset[str]


class UnreadEntry(NamedTuple):
    """A well-formed entry that is not taken apart yet."""

    entry_type: str
    key: str


MOST_MARKS = 200_000
"""Braces, quotes, commas and signs of a segment that the splitter is given: it takes some seconds for a million."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A segment that is not read, and why."""

    why: str


class Placed(NamedTuple):
    """A block, its text, and the line it begins on, counted from 1."""

    block: bib.Block | PlainEntry | UnreadEntry | Refused
    raw: str
    line: int


def blocks(text: str, *, unread: bool = False) -> Iterator[Placed]:
    """The blocks of a file in order. With `unread`, entries that take nothing from others are not taken apart."""
    line, position = 1, 0
    starts = _beginnings(text)
    if not starts or starts[0] > 0:
        yield from _split(text, 0, starts[0] if starts else len(text), 1)
    starts.append(len(text))
    escaped = _has_escaped_braces(text, 0, len(text))
    for start, end in pairwise(starts):
        line += text.count("\n", position, start)
        position = start
        whole = _unread_entry(text, start, end, escaped) if unread else None
        read = whole or plain_entry(text, start, end)
        if read is not None:
            entry, stop = read
            yield Placed(entry, text[start:stop], line)
        else:
            yield from _split(text, start, end, line)


def _beginnings(text: str) -> list[int]:
    """Where blocks begin: at every `@`, a word and a brace that have nothing before them on their line."""
    return [found.start() for found in _BEGINNING.finditer(text) if _begins_line(text, found.start())]


def _begins_line(text: str, position: int) -> bool:
    while position and text[position - 1] != "\n":
        position -= 1
        if not text[position].isspace():
            return False
    return True


def _unread_entry(text: str, start: int, end: int, escaped: bool) -> tuple[UnreadEntry, int] | None:
    """The entry that fills the segment, where it ends; None where it is not well-formed or takes from others.

    `escaped`: whether there is an escaped brace anywhere.
    """
    if escaped and _has_escaped_braces(text, start, end):
        return None
    found = _WHOLE.fullmatch(text, start, end)
    if found is None:
        return None
    entry_type, key = found.groups()
    entry_type = entry_type.lower()
    if entry_type.startswith(_NEVER_UNREAD) or text.find("xdata=", start, end) >= 0:
        return None
    return UnreadEntry(entry_type, key.strip()), text.rindex("}", start, end) + 1


def _has_escaped_braces(text: str, start: int, end: int) -> bool:
    return text.find("\\{", start, end) >= 0 or text.find("\\}", start, end) >= 0


def fields_of_unread(raw: str) -> tuple[dict[str, str], frozenset[str]] | None:
    """The fields of an entry that was left unread, and which are macros, as `PlainEntry` has them.

    None when a field stands in it twice.
    """
    found = _FIELD_OF_WHOLE.findall(raw, raw.index(",") + 1)
    fields = {name.lower(): braced or quoted or digits or joined for name, braced, quoted, digits, joined in found}
    if len(fields) != len(found):
        return None
    return fields, frozenset([field[0].lower() for field in found if field[4]])


def plain_entry(text: str, start: int, end: int) -> tuple[PlainEntry, int] | None:
    """The entry that fills the segment and where it ends, None where it is anything but well-formed."""
    head = _HEAD.match(text, start, end)
    if head is None:
        return None
    entry_type = head[1].lower()
    if entry_type.startswith(_NOT_ENTRIES):
        return None
    fields: dict[str, str] = {}
    macros: list[str] = []
    position = head.end()
    # Braces after a backslash count for BibTeX itself, so a value with such must be looked at again.
    suspect = _has_escaped_braces(text, position, end)
    while found := _FIELD.match(text, position, end):
        name, first, braced, quoted, macro, joined = found.groups()
        name = name.lower()
        if name in fields or (suspect and _has_escaped_braces(found[0], 0, len(found[0]))):
            return None
        if joined or macro:
            fields[name] = first + joined
            macros.append(name)
        else:
            fields[name] = braced[1:-1] if braced else first if quoted is None else quoted
        position = found.end()
    closing = _END.match(text, position, end)
    if closing is None or closing.end() != end:
        return None
    stop = position + closing[0].index("}") + 1
    return PlainEntry(entry_type, head[2].strip(), fields, frozenset(macros)), stop


def _split(text: str, start: int, end: int, line: int) -> Iterator[Placed]:
    """The blocks of a segment by the splitter, which is shown where the next one begins: its faults name that."""
    segment = text[start:end]
    marks = sum(map(segment.count, '{}"=,@'))
    if marks > MOST_MARKS:
        why = f"not read: it is not well-formed, and has {marks} braces, quotes, commas and signs"
        yield Placed(Refused(why), segment.rstrip(), line)
        return
    following = _BEGINNING.match(text, end)
    shown = segment + following[0] + "{" if following else segment
    found = Splitter(shown).split().blocks
    for block, raw in _with_source(found[:-1] if following else found, segment):
        yield Placed(block, raw, line + (block.start_line or 0))


def _with_source(found: list[bib.Block], text: str) -> Iterator[tuple[bib.Block, str]]:
    """Each block with its own text; a failed one with all text up to the next block.

    What the splitter takes for a comment right after a failed block is the rest of that block.
    """
    position = 0
    starts: list[int] = []
    for block in found:
        place = text.find(block.raw or "", position)
        starts.append(place if place >= 0 else position)
        position = starts[-1] + len(block.raw or "")
    failed_until = -1
    for index, block in enumerate(found):
        if starts[index] < failed_until:
            continue
        raw = block.raw or ""
        if type(block) is bib.ParsingFailedBlock:
            following = index + 1
            while following < len(found) and isinstance(found[following], bib.ImplicitComment):
                following += 1
            failed_until = starts[following] if following < len(found) else len(text)
            raw = text[starts[index] : failed_until].rstrip()
        yield block, raw
