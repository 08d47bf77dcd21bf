"""Prepare entries for an import where they are read, on every core: all the work that needs no home.

A prepared entry is small. Its record, its statements and its particulars, by which similar works are found, go to a
file at once, and lie there until they are asked for: those of a whole batch together, because they are asked for in
order and share the names that many entries have.

`marshal` packs everything: it knows plain values only, and is several times as fast as `pickle`.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from commonplace.curation.duplicates.particulars import Particulars, particulars_of
from commonplace.curation.duplicates.places import Pages
from commonplace.curation.duplicates.titles import Title
from commonplace.model.match_key import MatchKey, match_key
from commonplace.model.minter import Minter
from commonplace.model.names import Contributor, Name
from commonplace.model.other_titles import TERMS, OtherTitle
from commonplace.model.record import Loss, ReadEntry, Record
from commonplace.model.relations import status_of_fields
from commonplace.model.work_graph import WorkMapping, WorkText
from commonplace.processes.shared_file import SharedFile


class PreparedEntry(NamedTuple):
    """An entry without its text in the file; see `commonplace.model.record.ReadEntry`.

    `match_key` is None when nothing could be made of it; its packed record, of `size` bytes, is then empty.
    `status` is there when the entry says that the work is retracted, corrected …
    """

    position: int
    line: int
    key: str | None
    losses: tuple[Loss, ...]
    error: str | None
    match_key: MatchKey | None
    size: int
    status: str | None = None


class PreparedBatch(NamedTuple):
    """Entries in the order of their file, packed, and the place of the rest of them in the file of an import.

    From `start` on, that file has their records one after the other, then `texts` bytes with their statements, and
    then `particulars` bytes with their particulars.
    """

    entries: bytes
    start: int
    texts: int
    particulars: int


def prepared(base: str, file: SharedFile, entries: Sequence[ReadEntry]) -> PreparedBatch:
    """Prepare entries for the import into a home with that base IRI, and put their large parts into the file.

    Raises `NotWritten`.
    """
    say = _mapping(base).text
    records = [_packed_record(entry.record) if entry.record else b"" for entry in entries]
    # A part may belong to a work of the home: what it says can only be known there.
    said = [tuple(say(one.record)) if one.record and not one.record.part_of else None for one in entries]
    texts = marshal.dumps(said)
    found = [match_key(one.record) if one.record else None for one in entries]
    made = [
        particulars_of(one.record, found=of) if one.record else None for one, of in zip(entries, found, strict=True)
    ]
    compared = packed_particulars(made)
    sizes = map(len, records)
    packed = marshal.dumps([_plain_entry(*one) for one in zip(entries, found, sizes, strict=True)])
    return PreparedBatch(packed, file.write([b"".join(records), texts, compared]), len(texts), len(compared))


def entries_in(batch: PreparedBatch) -> list[PreparedEntry]:
    """Return the entries of a prepared batch."""
    return [_entry(*plain) for plain in _unpacked(batch.entries)]


def record_in(packed: bytes) -> Record:
    """Return the record of a prepared entry that did not fail."""
    values = _unpacked(packed)
    values["contributors"] = tuple([Contributor(role, Name(*parts)) for role, parts in values["contributors"]])
    for field in TERMS:
        if titles := values.get(field):
            values[field] = tuple(map(OtherTitle._make, titles))
    return Record.of(values)


def texts_in(packed: bytes) -> list[WorkText | None]:
    """Return the statements of a prepared batch for a home that knows no names; None where they depend on the home."""
    return [plain and WorkText._make(plain) for plain in _unpacked(packed)]


def packed_particulars(many: Iterable[Particulars | None]) -> bytes:
    """Return particulars as `particulars_in` takes them."""
    return marshal.dumps([one and _plain_particulars(one) for one in many])


def particulars_in(packed: bytes) -> list[Particulars | None]:
    """Return the particulars of the entries of a prepared batch; None where an entry failed."""
    return [plain and _particulars(plain) for plain in _unpacked(packed)]


@lru_cache(maxsize=1)
def _mapping(base: str) -> WorkMapping:
    return WorkMapping(Minter(base))


def _unpacked(data: bytes) -> Any:
    return marshal.loads(data)  # it never left this program


_parts = attrgetter(*(field.name for field in fields(Name)))


def _packed_record(record: Record) -> bytes:
    values = dict(vars(record))
    values["contributors"] = [(role, _parts(name)) for role, name in record.contributors]
    for field in TERMS:
        if titles := values.get(field):
            values[field] = list(map(tuple, titles))
    values["extra"], values["rich"] = dict(record.extra), dict(record.rich)
    return marshal.dumps(values)


_TITLE, _PAGES = (Particulars._fields.index(name) for name in ("title", "pages"))


def _plain_particulars(of: Particulars) -> list[Any]:
    values: list[Any] = list(of)
    values[_TITLE], values[_PAGES] = tuple(values[_TITLE]), tuple(values[_PAGES])
    return values


def _particulars(values: list[Any]) -> Particulars:
    values[_TITLE], values[_PAGES] = Title._make(values[_TITLE]), Pages._make(values[_PAGES])
    return Particulars._make(values)


def _plain_entry(entry: ReadEntry, found: MatchKey | None, size: int) -> tuple[Any, ...]:
    losses = [(loss.field, loss.raw, str(loss.why)) for loss in entry.losses]  # `marshal` packs no message
    error = None if entry.error is None else str(entry.error)
    status = status_of_fields(entry.record.extra) if entry.record else None
    return entry.position, entry.line, entry.key, losses, error, found and tuple(found), size, status


def _entry(
    position: int,
    line: int,
    key: str | None,
    losses: list[tuple[str, str, str]],
    error: str | None,
    found: tuple[Any, ...] | None,
    size: int,
    status: str | None,
) -> PreparedEntry:
    kept = tuple([Loss(field=field, raw=raw, why=why) for field, raw, why in losses])
    return PreparedEntry(position, line, key, kept, error, MatchKey._make(found) if found else None, size, status)
