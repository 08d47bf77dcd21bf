"""Read CSL-JSON: an array of items, an object that holds one, items by their ids, or a single item.

Items are decoded one at a time, so that one that is broken does not take the others with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple

from commonplace.errors import Message
from commonplace.importers.broken_entries import read_or_broken
from commonplace.importers.csl_item import ItemReader, NotAnItem, key_of
from commonplace.importers.missing_keys import with_keys
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.model.json_text import is_nested_too_deeply
from commonplace.model.record import ReadEntry

_BETWEEN = re.compile(r"[\s,]*")
_MEMBER = re.compile(r"[\s,]*\"((?:[^\"\\]|\\.)*+)\"\s*:\s*", re.S)
_NEXT_ITEM = re.compile(r"\{\s*\"(?:id|type|citation-key|title|DOI)\"")
_LIST_OF_OBJECTS = re.compile(r"\[\s*(?:\{|\])")
_HOLDERS = ("items", "references", "bibliography", "message", "data")
"""Members in which programs put the items: pandoc, citeproc, Crossref's and other services' answers."""

_MARKS_OF_ITEM = frozenset(
    ["id", "citation-key", "type", "title", "DOI", "URL", "author", "editor", "issued", "container-title"]
)
"""Members that only an item has, and no object that holds items."""

_MAXIMUM_DEPTH = 2
"""Maximum number of objects around the items (`{"message": {"items": […]}}`): no program has more."""

_SHOWN = 400
_TRIES = 3
"""Maximum text read over again in search of the next item after broken ones, in lengths of the file."""

_COUNTED_AT_ONCE = 100
"""Characters in which the decoder counts lines, from the start of the file, in the time it takes to read one."""

_DEPTH_READ = 100_000
"""Characters counted as read of an item that is nested too deeply."""

_MEMBERS_SHOWN = 6

_NOT_JSON = "the item is not JSON: %(why)s"
_TOO_DEEP = "nested too deeply"

_DECODER = json.JSONDecoder()


def read_csl_json(data: bytes, filename: str = "") -> Reading:
    """Read CSL-JSON. Every item comes out as one `ReadEntry`, a broken one with its `error`.

    Raises `UnreadableFile` when the bytes are empty, not text or not JSON of that kind.
    """
    text, faults = decode_text(data)
    pieces = list(_pieces(text, faults))
    entries = with_keys(_entries(pieces), map(_given_key, pieces))
    return Reading(filename=filename, entries=entries, total=len(pieces), faults=faults)


class Piece(NamedTuple):
    """One item of a file: its line, its text, and its value or the reason why it has none."""

    line: int
    raw: str
    value: Any
    error: str | None


def _pieces(text: str, faults: list[Fault]) -> Iterator[Piece]:
    """Yield the items of the file, wherever they stand in it. Raises `UnreadableFile`."""
    opening = re.match(r"\s*([\[{])", text)
    if opening is None:
        raise UnreadableFile("not CSL-JSON: it must be an array of items, or one item")
    if opening[1] == "[":
        return items_of(text, opening.end(), faults)
    return _pieces_of_object(text, opening.end() - 1, faults, 0)


def _pieces_of_object(text: str, start: int, faults: list[Fault], depth: int) -> Iterator[Piece]:
    """Yield the object at `start`, or the items within. Raises `UnreadableFile` where there seem to be none."""
    members = list(_members(text, start))
    names = {name for name, _ in members}
    if names & _MARKS_OF_ITEM:
        return items_of(text, start, faults)
    lists = {name: place for name, place in members if _LIST_OF_OBJECTS.match(text, place)}
    named = next((lists[name] for name in _HOLDERS if name in lists), None)
    if named is not None or len(lists) == 1:
        return items_of(text, (next(iter(lists.values())) if named is None else named) + 1, faults)
    objects = {name: place for name, place in members if text.startswith("{", place)}
    held = next((objects[name] for name in _HOLDERS if name in objects), None)
    if held is not None and depth < _MAXIMUM_DEPTH:
        return _pieces_of_object(text, held, faults, depth + 1)
    if len(objects) == len(members) and any(_is_item(text, place) for place in objects.values()):
        return _items_by_id(text, members)
    found = ", ".join([name for name, _ in members][:_MEMBERS_SHOWN]) or "nothing"
    raise UnreadableFile(
        Message(
            "not CSL-JSON: an object with %(found)s in it; it must be an array of items, one item, or"
            " an object that holds the items in a list",
            found=found,
        )
    )


def _members(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Yield the name of each member of the object at `start`, and where its value begins, as far as it is JSON."""
    position = start + 1
    while found := _MEMBER.match(text, position):
        yield found[1], found.end()
        try:
            _, position = _DECODER.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            return


def _is_item(text: str, start: int) -> bool:
    """Return whether the object at `start` has a member that only an item has."""
    return any(name in _MARKS_OF_ITEM for name, _ in _members(text, start))


def _items_by_id(text: str, members: list[tuple[str, int]]) -> Iterator[Piece]:
    """Yield the items of an object that has each under its id, as citeproc-js is given them."""
    for name, place in members:
        line = text.count("\n", 0, place) + 1
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError) as fault:
            yield Piece(line, text[place:].rstrip(), None, Message(_NOT_JSON, why=_fault(fault, place)[0]))
            return
        named = {"id": name, **value} if _MARKS_OF_ITEM & value.keys() else value  # an id alone makes no item
        yield _piece(line, text[place:end], named)


def _piece(line: int, raw: str, value: Any) -> Piece:
    """Return the piece of an item that could be decoded; one that is nested too deeply has an error."""
    if is_nested_too_deeply(raw):
        return Piece(line, raw, None, Message(_NOT_JSON, why=_TOO_DEEP))
    return Piece(line, raw, value, None)


def items_of(text: str, position: int, faults: list[Fault], next_item: re.Pattern[str] = _NEXT_ITEM) -> Iterator[Piece]:
    """Yield the items of an array from `position` on, or those that stand one after the other without one.

    After an item that is broken it goes on where `next_item` is found.
    """
    line, counted = 1, 0
    budget = _TRIES * len(text)
    while True:
        gap = _BETWEEN.match(text, position)
        position = gap.end() if gap else position
        if position >= len(text) or text[position] in "]}":
            if text[position:].strip(" \t\n]}"):
                faults.append(Fault(line=line, why="text after the last item", raw=text[position : position + _SHOWN]))
            return
        line, counted = line + text.count("\n", counted, position), position
        try:
            value, end = _DECODER.raw_decode(text, position)
            yield _piece(line, text[position:end], value)
        except (ValueError, RecursionError) as fault:  # ValueError too: a number of more digits than Python reads
            why, read = _fault(fault, position)
            budget -= read
            following = next_item.search(text, position + 1) if budget > 0 else None
            end = following.start() if following else len(text)
            yield Piece(line, text[position:end].rstrip(", \n"), None, Message(_NOT_JSON, why=why))
        position = end


def _fault(fault: ValueError | RecursionError, start: int) -> tuple[str, int]:
    """Return why an item could not be decoded, and how many characters of it were looked at."""
    if isinstance(fault, json.JSONDecodeError):
        return fault.msg, fault.pos - start + fault.pos // _COUNTED_AT_ONCE
    return (_TOO_DEEP, _DEPTH_READ) if isinstance(fault, RecursionError) else (str(fault), _DEPTH_READ)


def _entries(pieces: list[Piece]) -> Iterator[ReadEntry]:
    seen: dict[str, int] = {}
    for position, (line, raw, value, error) in enumerate(pieces, 1):
        if error is None and not isinstance(value, dict):
            error = "the item is not an object"
        if error is None:
            try:
                item = ItemReader(value)
            except NotAnItem as fault:
                error = str(fault)
        if error is not None:
            yield ReadEntry(position=position, line=line, raw=raw, key=None, record=None, error=error)
            continue
        yield read_or_broken(position, line, raw, None, partial(_entry, position, line, raw, item, seen))


def _entry(position: int, line: int, raw: str, item: ItemReader, seen: dict[str, int]) -> ReadEntry:
    """Return the entry of an item; `seen` has the lines on which ids were used before."""
    record = item.record()
    if item.has_key and record.key in seen:
        item.lose(
            "id",
            record.key,
            Message("the id was used on line %(line)s too; both items were read", line=seen[record.key]),
        )
    seen.setdefault(record.key, line)
    key = record.key if item.has_key else None
    return ReadEntry(position=position, line=line, raw=raw, key=key, record=record, losses=tuple(item.losses))


def _given_key(piece: Piece) -> str | None:
    """Return the key that an item has, as `ReadEntry.key` will."""
    return key_of(piece.value) if isinstance(piece.value, dict) else None
