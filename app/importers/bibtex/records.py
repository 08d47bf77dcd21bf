"""The last step: a record from what the others found."""

from __future__ import annotations

from app.importers.bibtex.draft import BibtexFile, Draft
from app.model.record import Record


def make_record(draft: Draft, file: BibtexFile) -> None:
    """Step: set `record`. An entry of which nothing could be read keeps its `error` and has none."""
    known = {name: value for name, value in draft.known.items() if value}
    if not known and not draft.contributors and not draft.extra:
        if draft.error:
            return
        draft.lose("entry", draft.raw, "the entry has no fields, only a type and a key")
    draft.record = Record(
        key=draft.key or f"entry-{draft.position}",
        type=draft.csl_type,
        contributors=tuple(draft.contributors),
        extra=draft.extra,
        rich=draft.rich,
        **known,
    )
