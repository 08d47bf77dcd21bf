"""Take characters that XML cannot hold out of what readers found, and tell each place.

A file may bring them as they are, which `text_encoding` sees, or written out: `\\u0000` in JSON, `&#1;` in any format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any, TypeVar

from commonplace.errors import Message
from commonplace.importers.reading import Reading
from commonplace.importers.text_encoding import is_wide
from commonplace.model.formats import FORMATS
from commonplace.model.names import Contributor, Name
from commonplace.model.other_titles import OtherTitle
from commonplace.model.record import Loss, ReadEntry, Record
from commonplace.model.rich_text import read
from commonplace.model.xml_characters import forbidden, visible, without_forbidden

_ENTITIES = (b"&#", b"&amp;#")
_ESCAPES = (b"\\u00", b"\\ud", b"\\uD", b"\\uf", b"\\uF")
"""How such a character can be written in other characters: in any format, and in JSON."""

_OF_JSON = frozenset(name for name, format in FORMATS.items() if format.media_types[0].endswith("json"))

_REFERENCE = re.compile(r"&(?:amp;)*#(?:(\d{1,9})|[xX]([0-9A-Fa-f]{1,8}));")
_BEYOND = 0x110000
_NAME_PARTS = tuple(part.name for part in fields(Name))

T = TypeVar("T")


def may_hold(data: bytes, format_name: str) -> bool:
    """Return whether texts of a file in that format may come to have such a character while it is read."""
    marks = (*_ENTITIES, *_ESCAPES) if format_name in _OF_JSON else _ENTITIES
    return is_wide(data) or any(mark in data for mark in marks)


def legible_first(
    data: bytes, format_name: str, work: Callable[[Sequence[ReadEntry]], T]
) -> Callable[[Sequence[ReadEntry]], T]:
    """Return the work that is done to the entries of a file, with the characters taken out of them before it."""
    return partial(_made_legible, work) if may_hold(data, format_name) else work


def _made_legible(work: Callable[[Sequence[ReadEntry]], T], entries: Sequence[ReadEntry]) -> T:
    return work([legible(entry) for entry in entries])


def legibly_read(reading: Reading, data: bytes, format_name: str) -> Reading:
    """Return a file being read, its entries legible as they are asked for."""
    if may_hold(data, format_name):
        reading.entries = _legibly(reading.entries)
    return reading


def _legibly(entries: Iterator[ReadEntry]) -> Generator[ReadEntry, None, None]:
    try:
        yield from map(legible, entries)
    finally:
        if isinstance(entries, Generator):
            entries.close()


def legible(entry: ReadEntry) -> ReadEntry:
    """Return an entry without such characters; what was taken out is among its losses."""
    cleaner = _Cleaner()
    cleaner.tell_references(entry.raw)
    record = cleaner.record(entry.record) if entry.record else None
    losses = tuple(map(_legible_loss, entry.losses))
    error = visible(entry.error) if entry.error else entry.error
    key = without_forbidden(entry.key) or None if entry.key else entry.key
    if not cleaner.losses and (losses, error, key) == (entry.losses, entry.error, entry.key):
        return entry
    return entry._replace(record=record, losses=(*losses, *cleaner.losses), error=error, key=key)


def _legible_loss(loss: Loss) -> Loss:
    if not any(map(forbidden, (loss.field, loss.raw, loss.why))):
        return loss
    return Loss(field=visible(loss.field), raw=visible(loss.raw), why=visible(loss.why))


def legible_json(value: Any, losses: list[Loss], place: str = "") -> Any:
    """Return a value of JSON without such characters; adds a loss for each text that had one, with its place."""
    if isinstance(value, str):
        cleaner = _Cleaner()
        cleaned = cleaner.text(place, value)
        losses += cleaner.losses
        return cleaned
    if isinstance(value, dict):
        cleaner = _Cleaner()
        cleaned_names = {name: cleaner.field_name(name) for name in value}
        losses += cleaner.losses
        return {
            cleaned_names[name]: legible_json(inner, losses, f"{place}.{visible(name)}".lstrip("."))
            for name, inner in value.items()
        }
    return [legible_json(inner, losses, place) for inner in value] if isinstance(value, list) else value


class _Cleaner:
    """Takes the characters out of the texts of one record, and holds what is to be said of that."""

    def __init__(self) -> None:
        self.losses: list[Loss] = []

    def tell_references(self, raw: str) -> None:
        """Tell what an entry refers to by number and no reader takes in: `&#1;`."""
        for found in _REFERENCE.finditer(raw):
            number = int(found[1]) if found[1] else int(found[2], 16)
            if number < _BEYOND and (name := forbidden(chr(number))):
                why = Message("it stands for the character %(name)s, which XML cannot hold: left out", name=name)
                self.losses.append(Loss(field="text", raw=found[0], why=why))

    def text(self, field: str, text: str) -> str:
        """Return a text without such characters."""
        if name := forbidden(text):
            why = Message("the character %(name)s, which XML cannot hold, was taken out", name=name)
            self.losses.append(Loss(field=visible(field), raw=visible(text), why=why))
            return without_forbidden(text)
        return text

    def record(self, record: Record) -> Record:
        """Return a record whose texts have none."""
        changed: dict[str, Any] = {}
        for name, value in vars(record).items():
            cleaned = self._value(name, value)
            if cleaned != value:
                changed[name] = cleaned
        if not changed:
            return record
        made = replace(record, **changed)
        return replace(made, rich={name: form for name, form in made.rich.items() if _fits(made, name, form)})

    def _value(self, field: str, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(field, value) or (None if field not in ("key", "type") else "")
        if field in ("extra", "rich"):
            return {self.field_name(name): self.text(name, text) for name, text in value.items()}
        if isinstance(value, tuple):
            return tuple(cleaned for one in value if (cleaned := self._member(field, one)))
        return value

    def field_name(self, name: str) -> str:
        """Return the name of a field without such characters."""
        if found := forbidden(name):
            why = Message(
                "the character %(found)s, which XML cannot hold, was taken out of the name of a field", found=found
            )
            self.losses.append(Loss(field=visible(name), raw=visible(name), why=why))
            return without_forbidden(name)
        return name

    def _member(self, field: str, value: Any) -> Any:
        if isinstance(value, Contributor):
            name = self._name(value.role, value.name)
            return Contributor(value.role, name) if name else None
        if isinstance(value, OtherTitle):
            text = self.text(field, value.text)
            return value._replace(text=text) if text else None
        return self.text(field, value)

    def _name(self, role: str, name: Name) -> Name | None:
        parts = {part: getattr(name, part) for part in _NAME_PARTS}
        cleaned: dict[str, Any] = {
            part: self.text(role, value) or None if isinstance(value, str) else value for part, value in parts.items()
        }
        if cleaned == parts:
            return name
        if not cleaned["family"] and not cleaned["literal"]:
            cleaned["family"], cleaned["given"] = cleaned["given"], None
        return Name(**cleaned) if cleaned["family"] or cleaned["literal"] else None


def _fits(record: Record, field: str, form: str) -> bool:
    """Return whether a rich form still says the text of its field."""
    return bool(read(form).plain == getattr(record, field))
