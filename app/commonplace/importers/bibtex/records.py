"""Make the record from what the steps before found."""

from __future__ import annotations

from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.model.record import Record


def make_record(draft: Draft, file: BibtexFile) -> None:
    """Step: set `record`. An entry of which nothing could be read keeps its `error` and has none."""
    values = {name: value for name, value in draft.known.items() if value}
    if not values and not draft.contributors and not draft.extra:
        if draft.error:
            return
        draft.lose("entry", draft.raw, "the entry has no fields, only a type and a key")
    values["key"] = draft.key or draft.made_key
    values["key_is_made"] = not draft.key
    if "ids" in draft.extra:
        values["alternative_keys"] = _alternative_keys(draft)
    values["type"] = draft.csl_type
    values["contributors"] = tuple(draft.contributors)
    values["extra"] = draft.extra
    values["rich"] = draft.rich
    draft.record = Record.of(values)


def _alternative_keys(draft: Draft) -> tuple[str, ...]:
    """Take the further keys of the entry (BibLaTeX's `ids`) out of its other fields."""
    listed = [key.strip() for key in draft.extra.pop("ids").split(",")]
    return tuple(dict.fromkeys(key for key in listed if key and key != draft.key))
