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

from bibtexparser import model as bib
from bibtexparser.splitter import Splitter

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
_FIELD = re.compile(
    r"\s*+([A-Za-z][\w:+./-]*+)\s*+=\s*+"
    rf"(?:({_braced(4)})|\"([^\"\\{{}}]*+(?:\\[^\"{{}}][^\"\\{{}}]*+)*+)\"|(\d++)|([A-Za-z][\w:+./-]*+))\s*+(,|(?=\}}))"
)
_END = re.compile(r"\s*+\}\s*+")
_NOT_ENTRIES = frozenset({"string", "comment", "preamble"})


@dataclass(frozen=True, slots=True)
class PlainEntry:
    """A well-formed entry: field names in lower case, values without delimiters, those in `macros` to be looked up."""

    entry_type: str
    key: str
    fields: dict[str, str]
    macros: frozenset[str]


MOST_MARKS = 200_000
"""Braces, quotes, commas and signs of a segment that the splitter is given: it takes some seconds for a million."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A segment that is not read, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A block, its text, and the line it begins on, counted from 1."""

    block: bib.Block | PlainEntry | Refused
    raw: str
    line: int


def blocks(text: str) -> Iterator[Placed]:
    """The blocks of a file in order."""
    line, position = 1, 0
    starts = [found.start(1) for found in _SEGMENT.finditer(text)]
    if not starts or starts[0] > 0:
        yield from _split(text, 0, starts[0] if starts else len(text), 1)
    starts.append(len(text))
    for start, end in pairwise(starts):
        line += text.count("\n", position, start)
        position = start
        read = _plain_entry(text, start, end)
        if read is not None:
            entry, stop = read
            yield Placed(entry, text[start:stop], line)
        else:
            yield from _split(text, start, end, line)


def _plain_entry(text: str, start: int, end: int) -> tuple[PlainEntry, int] | None:
    """The entry that fills the segment and where it ends, None where it is anything but well-formed."""
    head = _HEAD.match(text, start, end)
    if head is None:
        return None
    entry_type = head[1].lower()
    if entry_type in _NOT_ENTRIES or entry_type.startswith(("comment", "preamble", "string")):
        return None
    fields: dict[str, str] = {}
    macros: list[str] = []
    position = head.end()
    while found := _FIELD.match(text, position, end):
        name, braced, quoted, number, macro, _ = found.groups()
        name = name.lower()
        if name in fields:
            return None
        if braced is not None:
            if (
                "\\{" in braced or "\\}" in braced
            ):  # these count for BibTeX itself, so the value must be looked at again
                return None
            fields[name] = braced[1:-1]
        elif quoted is not None:
            fields[name] = quoted
        elif number is not None:
            fields[name] = number
        else:
            fields[name] = macro
            macros.append(name)
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
