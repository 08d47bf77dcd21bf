"""Read BibTeX in tests: all entries, the only one, and the fields of what is lost."""

from __future__ import annotations

from commonplace.importers.bibtex import read_bibtex
from commonplace.model.record import ReadEntry, Record


def entries(text: str) -> list[ReadEntry]:
    return list(read_bibtex(text.encode()))


def one(text: str) -> Record:
    (entry,) = entries(text)
    assert entry.record is not None
    return entry.record


def lost(entry: ReadEntry) -> list[str]:
    return [loss.field for loss in entry.losses]
