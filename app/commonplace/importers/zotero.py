"""Read items as Zotero's web API has them (`format=json`): an array of items, with their notes and collections.

Items, notes, attachments and collections may stand in the array in any order. A note belongs to the record of its
item; of an attachment no file is taken, and that is told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from commonplace.errors import Message
from commonplace.importers.broken_entries import read_or_broken
from commonplace.importers.csl_item import ItemReader
from commonplace.importers.csl_json import Piece, items_of
from commonplace.importers.missing_keys import with_keys
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.importers.zotero_item import csl_item_of
from commonplace.model.record import Loss, ReadEntry
from commonplace.model.zotero_terms import ANNOTATION, ATTACHMENT, NOT_WORKS, NOTE

_NEXT_ITEM = re.compile(r'\{\s*"key"\s*:\s*"\w{8}"\s*,\s*"version"')
_DEEPEST = 50
"""Maximum number of collections within one another whose names are told: a circle of them ends here."""


def read_zotero(data: bytes, filename: str = "") -> Reading:
    """Read Zotero's JSON. Every item that is a work comes out as one `ReadEntry`, a broken one with its `error`.

    Raises `UnreadableFile` when the bytes are empty, not text or not JSON of that kind.
    """
    text, faults = decode_text(data)
    opening = re.match(r"\s*([\[{])", text)
    if opening is None:
        raise UnreadableFile("not Zotero's JSON: it must be an array of items, or one item")
    pieces = list(items_of(text, opening.end() if opening[1] == "[" else opening.end() - 1, faults, _NEXT_ITEM))
    library = _Library.of(pieces)
    faults += library.faults()
    read = [_read(position, piece, library) for position, piece in enumerate(library.works, 1)]
    return Reading(
        filename=filename, entries=with_keys(read, [entry.key for entry in read]), total=len(read), faults=faults
    )


def data_of(value: Any) -> Mapping[str, Any] | None:
    """Return the data of an item or a collection, whole or as it is sent to be written; None for anything else."""
    if not isinstance(value, dict):
        return None
    data = value.get("data", value)
    return data if isinstance(data, dict) and ("itemType" in data or "name" in data) else None


def is_work(value: Any) -> bool:
    """Return whether a value is an item that is read as a work: no note, no attachment, and not in the trash."""
    data = data_of(value)
    return data is not None and "itemType" in data and data["itemType"] not in NOT_WORKS and not data.get("deleted")


@dataclass(slots=True)
class _Library:
    """The items of a file by what they are to one another."""

    works: list[Piece] = field(default_factory=list)
    children: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    """Notes and attachments, and annotations of attachments, by the key of what they belong to."""
    collections: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    alone: Counter[str] = field(default_factory=Counter)
    """Number of notes and attachments that belong to no item, and of items in the trash, by kind."""

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> _Library:
        """Sort the items of a file."""
        made = cls()
        for piece in pieces:
            data = data_of(piece.value) if piece.error is None else None
            if data is None or is_work(piece.value):
                made.works.append(piece)
            elif "itemType" not in data:
                made.collections[str(data.get("key"))] = data
            elif data.get("deleted"):
                made.alone["item in the trash"] += 1
            elif parent := data.get("parentItem"):
                made.children.setdefault(str(parent), []).append(data)
            else:
                made.alone[Message("%(kind)s that belongs to no item", kind=data["itemType"])] += 1
        made._count_orphans()
        return made

    def _count_orphans(self) -> None:
        known = {str((data_of(piece.value) or {}).get("key")) for piece in self.works}
        known |= {str(child.get("key")) for several in self.children.values() for child in several}
        for parent, several in self.children.items():
            if parent not in known:
                self.alone.update(
                    Message("%(kind)s whose item is not among these", kind=child["itemType"]) for child in several
                )

    def faults(self) -> list[Fault]:
        """Return what is not taken and belongs to no entry, by kind."""
        return [
            Fault(line=1, why=Message("%(count)s × %(kind)s: not taken", count=count, kind=kind))
            for kind, count in sorted(self.alone.items())
        ]

    def of_kind(self, key: str, kind: str) -> list[Mapping[str, Any]]:
        """Return what of that kind belongs to the item of that key."""
        return [child for child in self.children.get(key, ()) if child.get("itemType") == kind]

    def names(self, keys: Any) -> list[str]:
        """Return the names of collections, with those that they are in: `Health/Volunteers`."""
        listed = [str(key) for key in keys] if isinstance(keys, list) else []
        return [name for key in listed if (name := "/".join(reversed(list(self._upwards(key)))))]

    def _upwards(self, key: str) -> Iterator[str]:
        for _ in range(_DEEPEST):
            found = self.collections.get(key)
            if found is None:
                return
            yield str(found.get("name", ""))
            key = str(found.get("parentCollection"))


def _read(position: int, piece: Piece, library: _Library) -> ReadEntry:
    data = data_of(piece.value) if piece.error is None else None
    if data is None:
        why = piece.error or "the item is not one of Zotero's: it has no itemType"
        return ReadEntry(position=position, line=piece.line, raw=piece.raw, key=None, record=None, error=why)
    return read_or_broken(
        position, piece.line, piece.raw, None, partial(_entry, position, piece.line, piece.raw, data, library)
    )


def _entry(position: int, line: int, raw: str, data: Mapping[str, Any], library: _Library) -> ReadEntry:
    key = str(data.get("key", ""))
    notes = [str(note.get("note") or "") for note in library.of_kind(key, NOTE)]
    csl, losses = csl_item_of(data, notes, library.names(data.get("collections")))
    item = ItemReader(csl)
    record = item.record()
    told = [loss for loss in item.losses if loss.field != "id" or item.has_key]  # Zotero's items need no citation key
    return ReadEntry(
        position=position,
        line=line,
        raw=raw,
        key=record.key if item.has_key else None,
        record=record,
        losses=(*losses, *told, *_left_behind(key, library)),
    )


def _left_behind(key: str, library: _Library) -> Iterator[Loss]:
    """Yield what hangs on an item and is not taken: files, and annotations of them."""
    for attachment in library.of_kind(key, ATTACHMENT):
        yield Loss(field=ATTACHMENT, raw=str(attachment.get("title") or ""), why="the file stays in Zotero")
        for annotation in library.of_kind(str(attachment.get("key")), ANNOTATION):
            words = str(annotation.get("annotationText") or annotation.get("annotationComment") or "")
            why = "not taken from a file: `commonplace import zotero:` proposes it as evidence"
            yield Loss(field=ANNOTATION, raw=words, why=why)
