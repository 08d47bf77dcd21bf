"""Read the files that a command names; `-` is standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from commonplace.errors import BadRequest, TooLarge
from commonplace.importers.packing import read_bounded, unpacked

STANDARD_INPUT = Path("-")
"""What a command calls standard input by; a file of this name has to be named with its folder."""


def name_of(path: Path) -> str:
    """Return the name of a file as messages and receipts have it."""
    return "standard input" if path == STANDARD_INPUT else path.name


def read_input(path: Path, limit: int) -> tuple[bytes, str]:
    """Return the content of a file, or of standard input, with gzip undone, and its name.

    Raises `TooLarge` when it has more than `limit` bytes, packed or not, `BadRequest` for a broken gzip file and for
    standard input that is closed, and `OSError` for a file that cannot be opened.
    """
    if path != STANDARD_INPUT:
        return unpacked(read_bounded(path, limit), path.name, limit)
    return unpacked(_standard_input(limit), name_of(path), limit)


def refuse_reading_twice(files: Sequence[Path]) -> None:
    """Raise `BadRequest` when standard input is named more than once: it can be read to its end once."""
    if files.count(STANDARD_INPUT) > 1:
        raise BadRequest("- is standard input, which can be read only once: name it once")


def _standard_input(limit: int) -> bytes:
    if sys.stdin is None:
        raise BadRequest("standard input is closed: there is nothing to read")
    if sys.stdin.isatty():
        typer.echo("commonplace: reading what you type, until Ctrl-D", err=True)
    data = sys.stdin.buffer.read(limit + 1)
    if len(data) > limit:
        why = f"standard input has more than {limit} bytes: raise COMMONPLACE_IMPORT_BYTES to read it"
        raise TooLarge(why, [("standard input", "too large")])
    return data
