"""Make the fields of the desk's forms: each shows a member of a thing's JSON in rows, and reads it from them.

The fields of every kind but works are made from the forms of editing (`commonplace.curation.editing.forms`), so that a
member which is added there has its field here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from commonplace.curation.editing import fields as editing
from commonplace.curation.editing.beside_record import STATUSES
from commonplace.curation.editing.forms import FORMS, VENUE_TYPES
from commonplace.errors import BadRequest, Message
from commonplace.model.minter import Kind, one_of
from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS
from commonplace.web.desk.forms import SubmittedForm
from commonplace.web.desk.things import PLURALS
from commonplace.web.pages.words.codes import field_name

Row = Mapping[str, str]
Rows = list[dict[str, str]]
"""A field as it stands on the page: in each row the texts of its parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditField:
    """One member of a thing, on a page."""

    shape: ClassVar[str] = "line"
    """How the page draws it."""
    parts: ClassVar[tuple[str, ...]] = ("",)
    """Parts of a row; the input of a part is called by the name of the member, a dot and the part."""

    name: str
    required: bool = False
    hint: str = ""

    @property
    def label(self) -> str:
        """Return the name of the member in words."""
        return field_name(self.name)

    def typed(self, form: SubmittedForm) -> Rows:
        """Return the rows that were typed."""
        texts = [form.texts(self.input(part)) for part in self.parts]
        return [dict(zip(self.parts, row, strict=True)) for row in zip(*texts, strict=False)]

    def input(self, part: str) -> str:
        """Return the name of the input of a part."""
        return f"{self.name}.{part}" if part else self.name

    def rows(self, value: Any) -> Rows:
        """Return the rows that show a value; None is none."""
        return [{"": "" if value is None else str(value)}]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the value that rows show, None where they are empty. Raises `BadRequest`."""
        return _text(rows) or None

    def same(self, value: Any) -> Any:
        """Return a value of the JSON in the form in which `read` returns it, so that the two can be compared."""
        return self.read(self.rows(value))


class Line(EditField):
    """A text of one line, as which one of several is shown, too."""

    def rows(self, value: Any) -> Rows:
        """Return the text in one row."""
        return [{"": " ".join(str(value or "").split("\n"))}]


class Long(EditField):
    """A text of several lines."""

    shape: ClassVar[str] = "long"


class Number(EditField):
    """A whole number."""

    shape: ClassVar[str] = "number"

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the number. Raises `BadRequest`."""
        text = _text(rows)
        try:
            return int(text) if text else None
        except ValueError as fault:
            raise BadRequest(Message("%(text)r is no whole number", text=text), [(self.name, "use digits")]) from fault


class Lines(EditField):
    """Several texts, one on each line."""

    shape: ClassVar[str] = "lines"

    def rows(self, value: Any) -> Rows:
        """Return the texts in one row."""
        return [{"": "\n".join(map(str, value or ()))}]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the texts of the lines."""
        return [line.strip() for line in _text(rows).splitlines() if line.strip()] or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(EditField):
    """One of a few words."""

    shape: ClassVar[str] = "choice"

    options: tuple[str, ...]


class Tick(EditField):
    """Something that is so or not."""

    shape: ClassVar[str] = "tick"

    def rows(self, value: Any) -> Rows:
        """Return the row of a box that is ticked, or not."""
        return [{"": "yes" if value else ""}]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return True where it is ticked, None where not."""
        return True if _text(rows) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages(EditField):
    """Texts by language: one in each, or `several`."""

    shape: ClassVar[str] = "languages"
    parts: ClassVar[tuple[str, ...]] = ("language", "text")

    several: bool = False

    def rows(self, value: Any) -> Rows:
        """Return a row for each text."""
        return [
            {"language": tag, "text": text}
            for tag, said in (value or {}).items()
            for text in (said if isinstance(said, list) else [said])
        ]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the texts by language. Raises `BadRequest` for two in a language that has one."""
        found: dict[str, list[str]] = {}
        for row in rows:
            if row["text"]:
                found.setdefault(row["language"] or "und", []).append(row["text"])
        if self.several:
            return found or None
        if twice := [tag for tag, texts in found.items() if len(texts) > 1]:
            why = "there is one text in each language"
            raise BadRequest(
                Message("%(name)s has two in %(twice)s", name=self.name, twice=", ".join(twice)), [(self.name, why)]
            )
        return {tag: texts[0] for tag, texts in found.items()} or None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFields(EditField):
    """Other things, by their keys: one, or `several`."""

    shape: ClassVar[str] = "keys"
    parts: ClassVar[tuple[str, ...]] = ("key", "label")

    kinds: tuple[Kind, ...]
    several: bool = True

    @property
    def said(self) -> str:
        """Return what is to be typed."""
        named = " or ".join(PLURALS[kind] if self.several else one_of(kind) for kind in self.kinds)
        return (
            f"keys of {named}, or words to find one by"
            if self.several
            else f"words to choose it by, or the key of {named}"
        )

    def typed(self, form: SubmittedForm) -> Rows:
        """Return the keys that were typed; their labels follow from them."""
        return [{"key": key, "label": ""} for key in form.texts(f"{self.name}.key")]

    def rows(self, value: Any) -> Rows:
        """Return a row for each thing."""
        listed = value if isinstance(value, list) else [value] if value else []
        return [_named(one) for one in listed]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the keys, or the one key."""
        keys = [row["key"] for row in rows if row["key"]]
        if self.several:
            return keys or None
        return keys[0] if keys else None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysByName(EditField):
    """Other things under several names, each a list of keys: the dimensions of a case."""

    shape: ClassVar[str] = "keys-by-name"

    names: tuple[str, ...]
    kinds: tuple[Kind, ...] = ("concept",)

    def typed(self, form: SubmittedForm) -> Rows:
        """Return for each name the keys that were typed, one on each line."""
        return [{"name": name, "keys": form.text(f"{self.name}.{name}")} for name in self.names]

    def rows(self, value: Any) -> Rows:
        """Return a row for each name, whether it has keys or not."""
        said = value or {}
        return [
            {"name": name, "keys": "\n".join(_named(one)["key"] for one in said.get(name, ()))} for name in self.names
        ]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the keys by name."""
        found = {row["name"]: [key.strip() for key in row["keys"].splitlines() if key.strip()] for row in rows}
        return {name: keys for name, keys in found.items() if keys} or None


NAME_PARTS = ("family", "given", "particle", "suffix", "literal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names(EditField):
    """People and bodies in order; a name that is not touched stays the person it was."""

    shape: ClassVar[str] = "names"
    parts: ClassVar[tuple[str, ...]] = (*NAME_PARTS, "role", "was")

    has_role: bool = False

    def typed(self, form: SubmittedForm) -> Rows:
        """Return the names that were typed."""
        texts = {part: form.texts(self.input(part)) for part in self.parts}
        count = max((len(column) for column in texts.values()), default=0)
        return [
            {part: column[place] if place < len(column) else "" for part, column in texts.items()}
            for place in range(count)
        ]

    def rows(self, value: Any) -> Rows:
        """Return a row for each name, with the whole of it, in which the person is named."""
        return [
            {part: str(name.get(part) or "") for part in (*NAME_PARTS, "role")}
            | {"was": json.dumps(name, ensure_ascii=False, sort_keys=True)}
            for name in value or ()
        ]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the names that are not empty."""
        return [self._name(row) for row in rows if any(row[part] for part in NAME_PARTS)] or None

    def _name(self, row: Row) -> Any:
        typed = {part: row[part] for part in NAME_PARTS if row[part]}
        if self.has_role:
            typed["role"] = row["role"]
        try:
            was = json.loads(row["was"]) if row["was"] else {}
        except ValueError:
            was = {}
        if isinstance(was, dict) and all((was.get(part) or "") == row[part] for part in NAME_PARTS):
            return {**was, "role": row["role"]} if self.has_role else was
        return typed


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierFields(EditField):
    """Identifiers with their scheme and how sure they are."""

    shape: ClassVar[str] = "identifiers"
    parts: ClassVar[tuple[str, ...]] = ("scheme", "value", "confirmation", "note")

    schemes: tuple[str, ...] = editing.IDENTIFIER_SCHEMES
    confirmations: tuple[str, ...] = editing.CONFIRMATIONS

    def rows(self, value: Any) -> Rows:
        """Return a row for each identifier."""
        return [{part: str(one.get(part) or "") for part in self.parts} for one in value or ()]

    def read(self, rows: Sequence[Row]) -> Any:
        """Return the identifiers that have a value."""
        return [{part: row[part] for part in self.parts if row[part]} for row in rows if row["value"]] or None


def _text(rows: Sequence[Row]) -> str:
    return rows[0][""].strip() if rows else ""


def _named(given: Any) -> dict[str, str]:
    """Return key and label of a thing that the JSON names: by its key, or as a link."""
    if isinstance(given, Mapping):
        return {"key": str(given.get("key") or ""), "label": str(given.get("label") or "")}
    return {"key": str(given), "label": ""}


_LONG = frozenset(("quote", "note", "abstract", "activity"))

_HINTS = {"country": "its ISO code: FR, GB-ENG or CA-QC …"}
"""What is said beside fields of things that are no works."""

_FROM_EDITING: dict[type, Callable[[str, bool, Any], EditField]] = {
    editing.Text: lambda name, needed, _: (Long if name in _LONG else Line)(
        name=name, required=needed, hint=_HINTS.get(name, "")
    ),
    editing.InEnglish: lambda name, needed, _: (Long if name in _LONG else Line)(name=name, required=needed),
    editing.Mark: lambda name, needed, _: Tick(name=name, required=needed),
    editing.PlainTexts: lambda name, needed, _: Lines(name=name, required=needed),
    editing.Numbers: lambda name, needed, _: Lines(name=name, required=needed),
    editing.ByLanguage: lambda name, needed, of: Languages(name=name, required=needed, several=of.several),
    editing.OneOf: lambda name, needed, of: Choice(name=name, required=needed, options=of.terms),
    editing.Things: lambda name, needed, of: KeyFields(name=name, required=needed, kinds=of.kinds, several=of.several),
    editing.ThingsByName: lambda name, needed, of: KeysByName(
        name=name, required=needed, names=tuple(of.terms), kinds=of.kinds
    ),
    editing.Identifiers: lambda name, needed, _: IdentifierFields(name=name, required=needed),
}
"""The field that shows what each field of editing says."""

_DATE_HINT = "1996, 2018-03, 2018-03-29, 2020/2021, 199X or 1984?"

WORK: tuple[EditField, ...] = (
    Choice(name="type", required=True, options=tuple(FABIO_CLASS)),
    Line(name="title"),
    Line(name="rich_title", hint="<i>, <b>, <sub>, <sup>; where it is given, it decides the title"),
    Names(name="authors"),
    Names(name="editors"),
    Names(name="contributors", has_role=True),
    Line(name="issued", hint=_DATE_HINT),
    Line(name="container_title"),
    Line(name="collection_title"),
    Line(name="volume"),
    Line(name="issue"),
    Line(name="number"),
    Line(name="page"),
    Line(name="edition"),
    Line(name="genre"),
    Line(name="publisher"),
    Line(name="publisher_place"),
    Line(name="doi"),
    Lines(name="isbn"),
    Lines(name="issn"),
    Line(name="url"),
    Line(name="language", hint="en, fr, pt-BR …"),
    Long(name="abstract"),
    Lines(name="keywords"),
    Long(name="note"),
    Choice(name="status", options=STATUSES),
    Line(name="available", hint=_DATE_HINT),
    Languages(name="original_titles", several=True),
    Languages(name="translated_titles", several=True),
    Languages(name="transliterated_titles", several=True),
    Lines(name="alternative_keys"),
)
"""Fields of a work, in the order of a reference."""

ROLES = tuple(role for role in BY_CSL if role not in ("author", "editor"))
"""Roles of contributors who are neither authors nor editors."""


def fields_of(kind: Kind, *, new: bool = False) -> Sequence[EditField]:
    """Return the fields of a kind of thing; some can be given to a `new` one only."""
    if kind == "work":
        return WORK
    form = FORMS[kind]
    made = [_FROM_EDITING[type(field)](name, name in form.required, field) for name, field in form.fields.items()]
    if kind == "venue" and new:
        made.append(Choice(name="type", options=VENUE_TYPES))
    return made
