"""Read RIS: references from `TY` to `ER`, a tag a line; a line without a tag continues the one before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from commonplace.errors import Message
from commonplace.importers.broken_entries import read_or_broken
from commonplace.importers.missing_keys import with_keys
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.ris_reference import ReferenceReader
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.model.record import ReadEntry

_TAGGED = re.compile(r"\s*([A-Z][A-Z0-9]) {0,2}-(?: (.*)|\s*)$")
_SHOWN = 400


@dataclass(slots=True)
class _Reference:
    """The lines of one reference, and those of each tag. `closed` is whether an `ER` ended it."""

    line: int
    raw: list[str] = field(default_factory=list)
    values: list[tuple[str, list[str]]] = field(default_factory=list)
    closed: bool = False


def read_ris(data: bytes, filename: str = "") -> Reading:
    """Read RIS. Every `TY` comes out as one `ReadEntry`.

    Raises `UnreadableFile` when the bytes are empty, not text, or hold no reference.
    """
    text, faults = decode_text(data)
    references = _split(text, faults)
    if not references:
        raise UnreadableFile("not RIS: no line begins with 'TY  - '")
    entries = with_keys(_entries(references), map(_given_key, references))
    return Reading(filename=filename, entries=entries, total=len(references), faults=faults)


def _split(text: str, faults: list[Fault]) -> list[_Reference]:
    references: list[_Reference] = []
    current: _Reference | None = None
    for number, line in enumerate(text.split("\n"), 1):
        found = _TAGGED.match(line)
        if found and found[1] == "TY":
            current = _Reference(number)
            references.append(current)
        if current is None:
            if line.strip():
                faults.append(Fault(line=number, why="outside of any reference (TY to ER)", raw=line[:_SHOWN]))
            continue
        current.raw.append(line)
        if found and found[1] == "ER":
            current.closed = True
            current = None
        elif found:
            current.values.append((found[1], [(found[2] or "").strip()]))
        elif current.values:
            current.values[-1][1].append(line.strip())
    return references


def _given_key(reference: _Reference) -> str | None:
    """Return the key that a reference has, as `ReadEntry.key` will."""
    keys = (" ".join(filter(None, lines)) for tag, lines in reference.values if tag == "ID")
    return next(filter(None, keys), None)


def _entries(references: list[_Reference]) -> Iterator[ReadEntry]:
    seen: dict[str, int] = {}
    for position, reference in enumerate(references, 1):
        raw = "\n".join(reference.raw).strip()
        read = partial(_entry, position, reference, raw, seen)
        yield read_or_broken(position, reference.line, raw, _given_key(reference), read)


def _entry(position: int, reference: _Reference, raw: str, seen: dict[str, int]) -> ReadEntry:
    """Return the entry of a reference; `seen` has the lines on which IDs were used before."""
    reader = ReferenceReader(reference.values)
    record = reader.record()
    if not reference.closed:
        reader.lose("ER", "", "the reference is not ended by ER")
    if record.key in seen:
        reader.lose(
            "ID", record.key, Message("the ID was used on line %(line)s too; both were read", line=seen[record.key])
        )
    if reader.key:
        seen.setdefault(record.key, reference.line)
    return ReadEntry(
        position=position,
        line=reference.line,
        raw=raw,
        key=reader.key,
        record=record,
        losses=tuple(reader.losses),
    )
