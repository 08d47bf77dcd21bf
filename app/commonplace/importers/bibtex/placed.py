"""Hold the blocks of a file as values: what was found, its text, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bibtexparser import model as bib


class PlainEntry(NamedTuple):
    """Hold a well-formed entry: field names in small letters, values without delimiters, `macros` to be looked up."""

    entry_type: str
    key: str
    fields: dict[str, str]
    macros: frozenset[str]


class UnreadEntry(NamedTuple):
    """Hold a well-formed entry that is not taken apart yet."""

    entry_type: str
    key: str


@dataclass(frozen=True, slots=True)
class RefusedSegment:
    """Stand for a segment that is not read, and say why."""

    why: str


class Placed(NamedTuple):
    """Hold a block, its text, and the line it begins on, counted from 1."""

    block: bib.Block | PlainEntry | UnreadEntry | RefusedSegment
    raw: str
    line: int
