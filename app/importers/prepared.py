"""What of an import can be done without the home: in the processes that read, by every core.

A prepared entry is small: what was decided of it. All that may or may not be needed later, the records and what
they say, is bytes that can lie in a file until then. Records are asked for one by one; what they say is asked for
in order, so that of a whole batch is together, and what is said in many entries, of the names above all, once.
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
from app.model.work_graph import AgentText, WorkMapping, WorkText


class PreparedEntry(NamedTuple):
    """An entry without its text in the file; see `app.model.record.ReadEntry`.

    `signature` is None when nothing could be made of it.
    """

    position: int
    line: int
    key: str | None
    losses: tuple[Loss, ...]
    error: str | None
    signature: Signature | None


class PreparedBatch(NamedTuple):
    """Entries in the order of their file, and, packed and in the same order, their records (nothing for one of
    which nothing could be made) and what those say."""

    entries: tuple[PreparedEntry, ...]
    records: tuple[bytes, ...]
    texts: bytes


def prepared(base: str, entries: Sequence[ReadEntry]) -> PreparedBatch:
    """The entries, ready to be imported into a home with that base IRI."""
    mapping = WorkMapping(Minter(base))
    records = [entry.record for entry in entries]
    # A part may belong to a work of the home: what it says can only be known there.
    texts = [_plain(mapping.text(record)) if record and not record.part_of else None for record in records]
    packed = tuple([_pickled(record) if record else b"" for record in records])
    return PreparedBatch(tuple(map(_prepared, entries)), packed, pickle.dumps(texts, _PROTOCOL))


def _prepared(entry: ReadEntry) -> PreparedEntry:
    found = signature(entry.record) if entry.record else None
    return PreparedEntry(entry.position, entry.line, entry.key, entry.losses, entry.error, found)


def _plain(text: WorkText) -> tuple[Any, ...]:
    """The same as plain tuples, which are packed many times faster."""
    own, agents, bodies, shared = text
    return own, tuple(map(tuple, agents)), bodies, shared


_PROTOCOL = pickle.HIGHEST_PROTOCOL


def _pickled(value: object) -> bytes:
    target = io.BytesIO()
    pickler = pickle.Pickler(target, _PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(value)
    return target.getvalue()


def _reduced(mapping: MappingProxyType[str, str]) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
    return dict, (dict(mapping),)


def _record_reduced(record: Record) -> tuple[Callable[..., Any], tuple[dict[str, Any]]]:
    return Record.of, (vars(record),)


def _contributor_reduced(contributor: Contributor) -> tuple[type[Contributor], tuple[Any, ...]]:
    return Contributor, tuple(contributor)


_parts = attrgetter(*(field.name for field in fields(Name)))


def _name_reduced(name: Name) -> tuple[type[Name], tuple[Any, ...]]:
    return Name, _parts(name)


_REDUCERS: dict[type[object], Callable[..., Any]] = {
    **copyreg.dispatch_table,
    MappingProxyType: _reduced,
    Record: _record_reduced,
    Contributor: _contributor_reduced,
    Name: _name_reduced,
}
"""How a read-only mapping, which knows no pickling, comes out: as a dictionary; and what comes out often."""


def _unpickled(data: bytes) -> Any:
    return pickle.loads(data)  # noqa: S301  it never left this program


def record_in(packed: bytes) -> Record:
    """The record of a prepared entry of which something could be made."""
    record = _unpickled(packed)
    assert isinstance(record, Record)
    return record


def texts_in(packed: bytes) -> list[WorkText | None]:
    """What the records of a prepared batch say where no name is known; None where only a home can tell."""
    return [text and _work_text(*text) for text in _unpickled(packed)]


def _work_text(
    own: str, agents: tuple[Any, ...], bodies: tuple[tuple[str, str], ...], shared: tuple[str, ...]
) -> WorkText:
    return WorkText(own, tuple([AgentText(*agent) for agent in agents]), bodies, shared)
