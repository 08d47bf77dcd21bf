"""Write a record as the data of an item of Zotero's web API: its fields, its creators and its tags.

It is made from the record's CSL item by the mapping in `commonplace.model.zotero_terms`. What an item type has no field
for stands in the field extra, a line each, by the names that Zotero reads there: `Citation Key: …`, `DOI: …`,
`original-date: 1950`, `illustrator: Family || Given`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from commonplace.exporters.csl_json import DATE_NAMES, item
from commonplace.model.csl_terms import CUSTOM, edtf_date
from commonplace.model.record import Record
from commonplace.model.rich_text import undo_entities
from commonplace.model.roles import BY_CSL
from commonplace.model.zotero_terms import (
    BASE_FIELDS,
    CITATION_KEY,
    CSL_TYPE,
    DATE_FIELDS,
    ITEM_TYPE,
    ITEM_TYPES,
    TYPE,
    ItemType,
    creator_of,
)

AUTOMATIC = 1
"""Zotero's mark of a tag that came with the item, as keywords do; a tag without it was given by a person."""

_WHOLE_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_NOT_TEXT = frozenset({"id", "citation-key", "type", "keyword", "note", CUSTOM, *DATE_NAMES, *BY_CSL})
_IN_CUSTOM = frozenset({"keywords", *DATE_NAMES, *BY_CSL})
"""Members under `custom` that the item says elsewhere."""


def zotero_data(record: Record) -> dict[str, Any]:
    """Return the record as the data of an item; every field of its type is there, `""` where nothing is known."""
    csl = item(record)
    type = ITEM_TYPES[ITEM_TYPE[csl["type"]]]
    made = _Fields(type)
    made.say(CITATION_KEY, record.key)
    if CSL_TYPE[type.name] != csl["type"]:
        made.say(TYPE, csl["type"])
    custom: dict[str, Any] = csl.get(CUSTOM, {})
    creators = list(_creators(csl | custom, made))
    _put_texts(csl, made)
    for variable in [name for name in csl if name in DATE_NAMES]:
        made.put_date(variable, custom.get(variable) or edtf_date(csl[variable]) or csl[variable].get("literal", ""))
    for name, value in custom.items():
        if name not in _IN_CUSTOM:
            made.say(name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
    return {
        "itemType": type.name,
        **({"creators": creators} if type.creators else {}),
        **made.with_note(_text(csl.get("note", ""))),
        "tags": [{"tag": word, "type": AUTOMATIC} for word in record.keywords],
    }


class _Fields:
    """The fields of an item while it is written, and the lines of its field extra."""

    def __init__(self, type: ItemType) -> None:
        self.type = type
        self._fields = dict.fromkeys(type.bases, "")
        self._lines: list[str] = []

    def say(self, name: str, text: str) -> None:
        """Add a line to the field extra."""
        if text:
            self._lines.append(f"{name}: {' '.join(text.split())}")

    def put(self, variable: str, text: str, bases: Iterable[str]) -> None:
        """Set the first of the fields for some base fields that the type has and that is free, else add a line."""
        for base in bases:
            field = self.type.field(base)
            if field is not None and self._fields[field] in ("", text):
                self._fields[field] = text
                return
        self.say(variable, text)

    def put_date(self, variable: str, text: str) -> None:
        """Set a date: in EDTF, or the words that stand for one. The day of an access must be a whole date."""
        bases = [DATE_FIELDS[variable]] if variable in DATE_FIELDS else []
        if variable == "accessed" and not _WHOLE_DATE.fullmatch(text):
            bases = []
        self.put(variable, text, bases)

    def with_note(self, note: str) -> dict[str, str]:
        """Return the fields, with a note in the field extra below the lines that say fields."""
        return self._fields | {"extra": "\n".join([*self._lines, *([note] if note else [])])}


def _put_texts(csl: Mapping[str, Any], made: _Fields) -> None:
    for variable, bases in BASE_FIELDS.items():
        if variable in csl:
            made.put(variable, _text(csl[variable]), bases)
    for variable, value in csl.items():
        if variable not in BASE_FIELDS and variable not in _NOT_TEXT:
            made.say(variable, _text(value))


def _creators(csl: Mapping[str, Any], made: _Fields) -> Iterable[dict[str, str]]:
    """Yield the creators, role by role; one with a role that the type does not have becomes a line of extra."""
    for role in [name for name in csl if name in BY_CSL]:
        creator = creator_of(made.type, role)
        for name in csl[role]:
            if creator is not None:
                yield {"creatorType": creator, **_name(name)}
            else:
                parts = _name(name)
                whole = parts.get("name") or f"{parts['lastName']} || {parts['firstName']}".rstrip()
                made.say(role, whole)


def _name(name: Mapping[str, Any]) -> dict[str, str]:
    """Return a CSL name as Zotero has it: particles stand with the names, a suffix after a comma."""
    parts = {part: _text(text) for part, text in name.items() if isinstance(text, str)}
    if "literal" in parts:
        return {"name": parts["literal"]}
    last = [parts.get("non-dropping-particle", ""), parts.get("family", "")]
    first = [parts.get("given", ""), parts.get("dropping-particle", "")]
    given = " ".join(filter(None, first))
    if "suffix" in parts:
        given = f"{given}, {parts['suffix']}"
    return {"firstName": given, "lastName": " ".join(filter(None, last))}


def _text(value: Any) -> str:
    return undo_entities(value) if isinstance(value, str) else str(value)
