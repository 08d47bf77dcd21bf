"""Write a record as JSON, and read it back: what tells its work from others, without its long texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from commonplace.model.names import Contributor, Name
from commonplace.model.other_titles import TERMS, OtherTitle
from commonplace.model.record import Record

_LONG = frozenset(("abstract", "note", "rich", "key_is_made"))
"""Fields that tell no work from another, and are left out."""

_NAMES = frozenset(item.name for item in fields(Record)) - _LONG


def record_json(record: Record) -> dict[str, Any]:
    """Return the members of a record that have a value, fit for JSON."""
    found = {name: value for name in sorted(_NAMES) if (value := getattr(record, name))}
    found["contributors"] = [
        {"role": role, "name": {part: value for part, value in asdict(name).items() if value}}
        for role, name in record.contributors
    ]
    return {name: dict(v) if name == "extra" else list(v) if isinstance(v, tuple) else v for name, v in found.items()}


def read_record(members: Mapping[str, Any]) -> Record:
    """Return the record of such members. Raises `ValueError`, `TypeError` or `KeyError` where they make up none."""
    known = {name: value for name, value in members.items() if name in _NAMES}
    people = [Contributor(one["role"], Name(**one["name"])) for one in known.pop("contributors", ())]
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}
    values |= {name: tuple(OtherTitle(*one) for one in values[name]) for name in TERMS if name in values}
    return Record(contributors=tuple(people), **values)
