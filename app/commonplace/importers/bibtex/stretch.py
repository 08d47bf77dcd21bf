"""Cut one stretch of a file that is not a well-formed entry, by bibtexparser's splitter.

The splitter takes every `@` at the beginning of a line for a block, any block whose type begins with `comment` for a
comment, and knows no comments but those. What it must not take for a block it is shown with another sign in its
place, of the same length, comments between fields as spaces, and types that it does not know with letters only.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import NamedTuple

from bibtexparser import model as bib
from bibtexparser.splitter import Splitter

from commonplace.errors import Message
from commonplace.importers.bibtex.braces import BEGINNING, Braces, begins_line, comments_between_fields
from commonplace.importers.bibtex.placed import Placed, RefusedSegment

# The splitter logs what it gives up on; every such block is in our report, with its line.
_LOGGER = logging.getLogger("bibtexparser")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False

MAXIMUM_MARKS = 200_000
"""Maximum number of braces, quotes, commas and signs in a stretch: a million take the splitter some seconds."""

_HIDDEN = "\x01"
"""Stands for an `@` that begins no block; a file that was decoded has no control characters."""

_DEFINITIONS = ("string", "comment", "preamble")
_UNKNOWN = re.compile(r"\W")


class Stretch(NamedTuple):
    """Hold a stretch of a file: from a block on, up to `end`; `closed` is where that block ends, None if nowhere."""

    text: str
    braces: Braces
    start: int
    end: int
    closed: int | None


def split_stretch(stretch: Stretch, line: int) -> Iterator[Placed]:
    """Yield the blocks of a stretch that begins on that line."""
    raw = stretch.text[stretch.start : stretch.end]
    marks = sum(map(raw.count, '{}"=,@'))
    if marks > MAXIMUM_MARKS:
        why = Message(
            "not read: it is not well-formed, and has %(marks)s braces, quotes, commas and signs", marks=marks
        )
        yield Placed(RefusedSegment(why), raw.rstrip(), line)
        return
    shown = _shown(stretch) if "@" in raw else raw
    following = BEGINNING.match(stretch.text, stretch.end)
    # The splitter is shown where the next block begins: its faults name that.
    found = Splitter(f"{shown}@{following[1]}{{" if following else shown).split().blocks
    for block, start, end in _with_places(found[:-1] if following else found, shown):
        _restore(block, raw[start:end])
        yield Placed(block, raw[start:end], line + raw.count("\n", 0, start))


def _shown(stretch: Stretch) -> str:
    """Return the text as the splitter is to see it, in as many characters."""
    text, braces, start, end, closed = stretch
    shown = list(text[start:end])
    if closed is not None:
        for found in BEGINNING.finditer(text, start + 1, closed):
            if begins_line(text, found.start()):
                shown[found.start() - start] = _HIDDEN
        for first, last in braces.comments(closed, end):
            shown[first - start : last - start] = text[first:last].replace("@", _HIDDEN)
        for first, last in comments_between_fields(text, start, closed):
            shown[first - start : last - start] = " " * (last - first)
    for found in BEGINNING.finditer(text, start, end):
        if shown[found.start() - start] == "@" and begins_line(text, found.start()):
            shown[found.start() - start : found.end() - start] = _plain_head(found[0], found[1])
    return "".join(shown)


def _plain_head(head: str, entry_type: str) -> str:
    """Return `@type` as the splitter knows it: nothing but letters and digits, none of them a definition's name."""
    known = _UNKNOWN.sub("_", entry_type)
    if known.lower().startswith(_DEFINITIONS) and entry_type.lower() not in _DEFINITIONS:
        known = "_" + known[1:]
    return f"@{known}".ljust(len(head))


def _restore(block: bib.Block, raw: str) -> None:
    """Give a block the text that the splitter was not shown."""
    inner = getattr(block, "ignore_error_block", None) or block
    if isinstance(inner, bib.Entry):
        if (head := BEGINNING.match(raw)) is not None:
            inner.entry_type = head[1].lower()
        for field in inner.fields:
            if _HIDDEN in field.value:
                field.value = field.value.replace(_HIDDEN, "@")
    elif isinstance(inner, bib.ExplicitComment | bib.ImplicitComment):
        inner.comment = inner.comment.replace(_HIDDEN, "@")
    elif isinstance(inner, bib.String | bib.Preamble):
        inner.value = inner.value.replace(_HIDDEN, "@")


def _with_places(found: list[bib.Block], text: str) -> Iterator[tuple[bib.Block, int, int]]:
    """Yield each block with where it begins and ends; a failed one with all text up to the next block.

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
        end = starts[index] + len(block.raw or "")
        if type(block) is bib.ParsingFailedBlock:
            following = index + 1
            while following < len(found) and isinstance(found[following], bib.ImplicitComment):
                following += 1
            failed_until = starts[following] if following < len(found) else len(text)
            end = starts[index] + len(text[starts[index] : failed_until].rstrip())
        yield block, starts[index], end
