"""What of an import can be done without the home: in the processes that read, by every core.

A prepared entry is small: what was decided of it, and the bytes of all that may or may not be
needed later, the record and what it says. Those can lie in a file until then.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from app.model.minter import Minter
from app.model.names import Contributor, Name
from app.model.record import Loss, ReadEntry, Record
from app.model.signature import Signature, signature
from app.model.work_graph import WorkMapping, WorkText


class PreparedEntry(NamedTuple):
    """An entry without its text in the file; see `app.model.record.ReadEntry`.

    `signature` is None, and `packed` empty, when nothing could be made of it.
    """

    position: int
    line: int
    key: str | None
    losses: tuple[Loss, ...]
    error: str | None
    signature: Signature | None
    packed: bytes

    def moved(self, packed: bytes) -> PreparedEntry:
        """The same with other bytes: none, when they are kept elsewhere."""
        return self._replace(packed=packed)


def prepared(base: str, entries: Sequence[ReadEntry]) -> list[PreparedEntry]:
    """The entries, ready to be imported into a home with that base IRI."""
    mapping = WorkMapping(Minter(base))
    return [_prepared(mapping, entry) for entry in entries]


def _prepared(mapping: WorkMapping, entry: ReadEntry) -> PreparedEntry:
    record, packed = entry.record, b""
    if record is not None:
        # A part may belong to a work of the home: what it says can only be known there.
        text = None if record.part_of else tuple(mapping.text(record))
        packed = _pickled((_pickled(record), text))
    return PreparedEntry(
        entry.position,
        entry.line,
        entry.key,
        entry.losses,
        entry.error,
        signature(record) if record else None,
        packed,
    )


def _pickled(value: object) -> bytes:
    target = io.BytesIO()
    pickler = pickle.Pickler(target, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(value)
    return target.getvalue()


def _reduced(mapping: MappingProxyType[str, str]) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
    return dict, (dict(mapping),)


def _reducer(kind: type[Any]) -> Callable[[Any], tuple[Callable[..., Any], tuple[Any, ...]]]:
    """Reduces a data class to its fields, many times faster than it would by itself."""
    names = tuple(field.name for field in fields(kind))
    values = attrgetter(*names)
    return lambda one: (_made, (kind, values(one)))


def _made(kind: type[Any], values: tuple[Any, ...]) -> object:
    return kind(**dict(zip((field.name for field in fields(kind)), values, strict=True)))


_REDUCERS: dict[type[object], Callable[..., Any]] = {
    **copyreg.dispatch_table,
    MappingProxyType: _reduced,
    **{kind: _reducer(kind) for kind in (Record, Contributor, Name)},
}
"""How a read-only mapping, which knows no pickling, comes out: as a dictionary; and what comes out often."""


def _unpickled(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301  it never left this program


def record_in(packed: bytes) -> Record:
    """The record of a prepared entry."""
    record = _unpickled(_unpickled(packed)[0])
    assert isinstance(record, Record)
    return record


def text_in(packed: bytes) -> WorkText | None:
    """What the record of a prepared entry says where no name is known; None when only a home can tell."""
    text = _unpickled(packed)[1]
    return WorkText(*text) if text else None
