"""Define the result of every reader: the entries of a file one by one, and the faults of the file itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from commonplace.model.record import ReadEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong with the file that belongs to no entry. `line` counts from 1; `raw` is the text at fault."""

    line: int
    why: str
    raw: str = ""


@dataclass(slots=True, kw_only=True)
class Reading:
    """One file being read. Iterate once: entries come in the order of the file, and are made as they are asked for.

    `total` is the number of entries that will come. `faults` is complete from the start.
    `preserved` is text beside the entries, by kind and in the order of the file (`comment`,
    `preamble`, `string`).
    """

    filename: str
    entries: Iterator[ReadEntry]
    total: int
    faults: Sequence[Fault] = ()
    preserved: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[ReadEntry]:
        return self.entries
