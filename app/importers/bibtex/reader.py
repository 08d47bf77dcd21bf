"""The reader: bytes of a .bib file to entries, every one of them accounted for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.importers.bibtex.draft import BibtexFile, Draft
from app.importers.bibtex.split import SplitFile, split
from app.importers.bibtex.steps import EACH_ENTRY, WHOLE_FILE
from app.importers.reading import Fault, Reading
from app.importers.text_encoding import decode_text
from app.model.record import ReadEntry


def read_bibtex(data: bytes, filename: str = "") -> Reading:
    """Read BibTeX or BibLaTeX. Every `@entry` comes out as one `ReadEntry`, in the order of the file.

    An `@xdata` is no entry but, as `@string`, data for others; it is in `preserved`. Raises
    `UnreadableFile` when the bytes are empty or not text; nothing else is raised for bad input.
    """
    pieces, faults = open_bibtex(data)
    return Reading(
        filename=filename,
        entries=_entries(pieces),
        total=len(pieces.drafts),
        faults=faults,
        preserved=pieces.preserved,
    )


def open_bibtex(data: bytes) -> tuple[SplitFile, list[Fault]]:
    """The drafts of a file with all that one entry takes from another done, and the faults of the file.

    What is left to do, `read_drafts` does to any number of them by themselves. Raises `UnreadableFile`.
    """
    text, faults = decode_text(data)
    pieces = split(text)
    containers = list(pieces.file.data_containers.values())
    for step in WHOLE_FILE:
        for draft in [*containers, *pieces.drafts]:
            step(draft, pieces.file)
    pieces.file.by_key.clear()
    return pieces, [*faults, *pieces.faults]


def read_drafts(drafts: Sequence[Draft]) -> list[ReadEntry]:
    """The entries of some of a file's drafts."""
    file = BibtexFile()
    return [_read(draft, file) for draft in drafts]


def _entries(pieces: SplitFile) -> Iterator[ReadEntry]:
    drafts = pieces.drafts
    for index, draft in enumerate(drafts):
        yield _read(draft, pieces.file)
        # A draft that was read is not needed again: memory stays flat while a big file is read.
        drafts[index] = draft.__class__(draft.position, draft.line, "", "", "", {})


def _read(draft: Draft, file: BibtexFile) -> ReadEntry:
    for step in EACH_ENTRY:
        step(draft, file)
    return ReadEntry(
        position=draft.position,
        line=draft.line,
        raw=draft.raw,
        key=draft.key or None,
        record=draft.record,
        losses=tuple(draft.losses),
        error=draft.error if draft.record is None else None,
    )
