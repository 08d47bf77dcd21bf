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

from app.model.bibtex_terms import MONTH_MACROS

# The splitter logs what it gives up on; every such block is in our report, with its line.
_LOGGER = logging.getLogger("bibtexparser")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False

_SEGMENT = re.compile(r"^[^\S\n]*(@\w*[ \t]*)(?=[{(])", re.MULTILINE)
# Braces count unless a backslash is before them, as the splitter has it.
_FLAT = r"[^{}]*+(?:(?<=\\)[{}][^{}]*+)*+"


def _braced(depth: int) -> str:
    inner = _FLAT if not depth else rf"{_FLAT}(?:{_braced(depth - 1)}{_FLAT})*+"
    return rf"(?<!\\)\{{{inner}(?<!\\)\}}"


_HEAD = re.compile(r"@(\w+)[ \t]*\{([^{}\",=\\@]*),")
_NAME = r"[A-Za-z][\w:+./-]*+"
_QUOTED = rf"[^\"\\{{}}]*+(?:(?:\\[^\"{{}}]|{_braced(4)})[^\"\\{{}}]*+)*+"
_PART = rf"(?:{_braced(4)}|\"{_QUOTED}\"|\d++|{_NAME})"
_FIELD = re.compile(
    rf"\s*+({_NAME})\s*+=\s*+(({_braced(4)})|\"({_QUOTED})\"|\d++|({_NAME}))"
    rf"((?:\s*+#\s*+{_PART})*+)\s*+(?:,|(?=\}}))"
)
_END = re.compile(r"\s*+\}\s*+")
_VALUE = (
    rf"(?:{_braced(4)}|\"{_QUOTED}\"|\d++|((?i:{'|'.join(MONTH_MACROS)})(?![\w:+./-]))|({_NAME}))"  # month, other macro
)
_WHOLE = re.compile(
    r"@(\w++)[ \t]*+\{([^{}\",=\\@]*+),"
    rf"(?:\s*+(?:((?i:crossref|xdata))(?![\w:+./-])|{_NAME})\s*+=\s*+"
    rf"{_VALUE}(?:\s*+#\s*+{_VALUE})*\s*+(?:,|(?=\}})))*\s*+\}}\s*+"
)  # no possessive repeat around the groups: Python 3.11 can lose their place in one
"""An entry as the three above have it: its type and key; a field that takes from others, a month, a macro."""
_NOT_ENTRIES = ("string", "comment", "preamble")
_NEVER_UNREAD = (*_NOT_ENTRIES, "xdata")


class PlainEntry(NamedTuple):
    """A well-formed entry: field names in lower case, values without delimiters, those in `macros` to be looked up."""

    entry_type: str
    key: str
    fields: dict[str, str]
    macros: frozenset[str]


class UnreadEntry(NamedTuple):
    """A well-formed entry that is not taken apart yet; whether it has a month's macro, and others."""

    entry_type: str
    key: str
    has_month: bool
    has_macros: bool


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
    starts = [found.start(1) for found in _SEGMENT.finditer(text)]
    if not starts or starts[0] > 0:
        yield from _split(text, 0, starts[0] if starts else len(text), 1)
    starts.append(len(text))
    for start, end in pairwise(starts):
        line += text.count("\n", position, start)
        position = start
        whole = _unread_entry(text, start, end) if unread else None
        read = whole or plain_entry(text, start, end)
        if read is not None:
            entry, stop = read
            yield Placed(entry, text[start:stop], line)
        else:
            yield from _split(text, start, end, line)


def _unread_entry(text: str, start: int, end: int) -> tuple[UnreadEntry, int] | None:
    """The entry that fills the segment, where it ends; None where it is not well-formed or takes from others."""
    found = _WHOLE.match(text, start, end)
    if found is None or found.end() != end or found[3] is not None:
        return None
    entry_type = found[1].lower()
    if entry_type.startswith(_NEVER_UNREAD) or _has_escaped_braces(text, start, end):
        return None
    return UnreadEntry(
        entry_type, found[2].strip(), bool(found[4] or found[6]), bool(found[5] or found[7])
    ), text.rindex("}", start, end) + 1


def _has_escaped_braces(text: str, start: int, end: int) -> bool:
    return text.find("\\{", start, end) >= 0 or text.find("\\}", start, end) >= 0


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
    following = _SEGMENT.match(text, text.rfind("\n", 0, end) + 1) if end < len(text) else None
    shown = segment + following[1] + "{" if following else segment
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
