"""Read the bytes of a .bib file as entries, every one of them accounted for."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence

from commonplace.importers.bibtex.draft import BibtexFile, Draft, UnreadDraft
from commonplace.importers.bibtex.inheritance import enter_aliases, inherit
from commonplace.importers.bibtex.split import HandOut, SplitFile, split, take_apart, take_apart_in
from commonplace.importers.bibtex.steps import EACH_ENTRY, Step
from commonplace.importers.bibtex.strings import interpolate
from commonplace.importers.broken_entries import read_or_broken
from commonplace.importers.missing_keys import OwnKeys, with_keys
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import decode_text
from commonplace.model.record import ReadEntry


def read_bibtex(data: bytes, filename: str = "") -> Reading:
    """Read BibTeX or BibLaTeX. Every `@entry` comes out as one `ReadEntry`, in the order of the file.

    An `@xdata` is no entry but, as `@string`, data for others; it is in `preserved`. Raises
    `UnreadableFile` when the bytes are empty or not text; nothing else is raised for bad input.
    """
    pieces, faults = open_bibtex(data)
    return Reading(
        filename=filename,
        entries=with_keys(_entries(pieces), [draft.key for draft in pieces.drafts]),
        total=len(pieces.drafts),
        faults=faults,
        preserved=pieces.preserved,
    )


def open_bibtex(data: bytes, *, unread: bool = False, hand_out: HandOut | None = None) -> tuple[SplitFile, list[Fault]]:
    """Return the drafts of a file, ready to be read one by one, and the faults of the file.

    What is left to do, `read_drafts` does to any number of them by themselves; with `unread` that is
    nearly everything, and the first of them can be handed out before the last are found (`split`). Raises
    `UnreadableFile`.
    """
    text, faults = decode_text(data)
    pieces = split(text, unread=unread, hand_out=hand_out)
    drafts = [*pieces.file.data_containers.values(), *(draft for draft in pieces.drafts if isinstance(draft, Draft))]
    _do(interpolate, drafts, pieces.file)
    _do(enter_aliases, drafts, pieces.file)
    parents = [*_unread_parents(drafts, pieces)]
    _do(interpolate, parents, pieces.file)
    _do(inherit, [*drafts, *parents], pieces.file)
    pieces.file.by_key.clear()
    if unread:
        _make_missing_keys(pieces)
    return pieces, [*faults, *pieces.faults]


def _do(step: Step, drafts: Iterable[Draft], file: BibtexFile) -> None:
    for draft in drafts:
        step(draft, file)


def _make_missing_keys(pieces: SplitFile) -> None:
    """Give a key to drafts that have none, or one that a draft before them has.

    Their records are made in processes which do not know the other entries.
    """
    keys = [draft.key for draft in pieces.drafts]
    own = OwnKeys(filter(None, keys))
    for draft in [*pieces.drafts]:
        if draft.key and (other := own.of(draft.key)) is not None:
            _set_made_key(pieces, draft, other)
    without = [draft for draft in pieces.drafts if not draft.key]
    entries = read_drafts(copy.deepcopy(without))
    for draft, entry in zip(without, with_keys(entries, keys), strict=True):
        _set_made_key(pieces, draft, entry.record.key if entry.record else "")


def _set_made_key(pieces: SplitFile, draft: Draft | UnreadDraft, key: str) -> None:
    if isinstance(draft, Draft):
        draft.made_key = key
    else:
        pieces.drafts[draft.position - 1] = draft._replace(made_key=key)


def _unread_parents(drafts: Iterable[Draft], pieces: SplitFile) -> Iterator[Draft]:
    """Yield the entries that others take from and that were not taken apart yet; now they are."""
    for draft in drafts:
        parent = pieces.file.by_key.get(draft.fields.get("crossref", "").strip().lower())
        if isinstance(parent, UnreadDraft):
            yield take_apart_in(pieces, parent)


def read_drafts(drafts: Sequence[Draft | UnreadDraft]) -> list[ReadEntry]:
    """Return the entries of some of a file's drafts."""
    file = BibtexFile()
    return [_entry(draft, file) for draft in drafts]


def _whole(draft: Draft | UnreadDraft, file: BibtexFile) -> Draft:
    if isinstance(draft, Draft):
        return draft
    made = take_apart(draft)
    interpolate(made, file)
    return made


def _entries(pieces: SplitFile) -> Iterator[ReadEntry]:
    drafts = pieces.drafts
    for index, draft in enumerate(drafts):
        yield _entry(draft, pieces.file)
        # A draft that was read is not needed again: memory stays flat while a big file is read.
        drafts[index] = Draft(draft.position, draft.line, "", "", "", {})


def _entry(draft: Draft | UnreadDraft, file: BibtexFile) -> ReadEntry:
    """Return the entry of a draft, a failed one where reading it breaks down."""
    return read_or_broken(draft.position, draft.line, draft.raw, None, lambda: _read(_whole(draft, file), file))


def _read(draft: Draft, file: BibtexFile) -> ReadEntry:
    for step in EACH_ENTRY:
        step(draft, file)
    record = draft.record
    error = draft.error if record is None else None
    own = draft.made_key if draft.key and draft.made_key else None
    return ReadEntry(draft.position, draft.line, draft.raw, draft.key or None, record, tuple(draft.losses), error, own)
