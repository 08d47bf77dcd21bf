"""Read decisions from RIS: ASReview's and Rayyan's marks in the notes, or a list that Covidence exported."""

from __future__ import annotations

from collections.abc import Iterator

from commonplace.importers.decisions.decision import ToolDecision, year_of
from commonplace.importers.decisions.notes import note_reason, note_votes, rayyan_key
from commonplace.importers.ris import read_ris
from commonplace.model.record import Record


def read_references(data: bytes) -> Iterator[ToolDecision]:
    """Yield the decision of each reference. Raises `UnreadableFile` for what is no RIS."""
    for entry in read_ris(data).entries:
        record = entry.record
        notes = _notes(record) if record else ""
        keys = (rayyan_key(notes), entry.key, record.extra.get("AN") if record else None)
        yield ToolDecision(
            position=entry.position,
            line=entry.line,
            keys=tuple(key for key in keys if key),
            doi=record.doi if record else None,
            title=record.title if record else None,
            year=year_of(record.issued or "") if record else None,
            votes=note_votes(notes),
            reason=note_reason(notes),
        )


def _notes(record: Record) -> str:
    return "\n".join((record.note or "", *record.extra.values()))
