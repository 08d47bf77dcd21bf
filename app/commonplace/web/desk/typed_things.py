"""Put the keys of things in place of the words that a person typed for them, or ask which thing is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commonplace.errors import BadRequest, Message
from commonplace.library.schemas import Link
from commonplace.library.things_called import things_called
from commonplace.model.minter import Kind
from commonplace.web.context import Context
from commonplace.web.desk.edit_fields import EditField, KeyFields, KeysByName, Rows

SEVERAL = "“%(words)s” may mean several things: choose one"
NONE = "nothing here is called “%(words)s”: use other words, or a key"

Choices = dict[str, dict[str, tuple[Link, ...]]]
"""By the name of a field and the words that were typed in it, the things that they may mean."""


class WhichThing(BadRequest):
    """Words that were typed for a thing name none, or several: `choices` are those that each may mean."""

    choices: Mapping[str, Mapping[str, tuple[Link, ...]]] = {}


def with_keys(
    context: Context, fields: Sequence[EditField], rows: Mapping[str, Rows], language: str
) -> Mapping[str, Rows]:
    """Return the rows of a form with the keys of things in place of words. Raises `WhichThing`."""
    typed = _Typed(context, language)
    found = {field.name: typed.rows(field, rows[field.name]) for field in fields}
    if typed.faults:
        fault = WhichThing("What you typed does not say which thing is meant. It is kept below.", typed.faults)
        fault.choices = typed.choices
        raise fault
    return found


class _Typed:
    """What was typed for things in a form, as far as it does not say which."""

    def __init__(self, context: Context, language: str) -> None:
        self._context, self._language = context, language
        self.faults: list[tuple[str, str]] = []
        self.choices: Choices = {}

    def rows(self, field: EditField, rows: Rows) -> Rows:
        """Return the rows of a field with keys in place of words."""
        if isinstance(field, KeyFields):
            return [{**row, "key": self._key(field.name, field.kinds, row["key"])} for row in rows]
        if isinstance(field, KeysByName):
            return [{**row, "keys": self._keys(field, row["keys"])} for row in rows]
        return rows

    def _keys(self, field: KeysByName, text: str) -> str:
        return "\n".join(self._key(field.name, field.kinds, line.strip()) for line in text.splitlines())

    def _key(self, name: str, kinds: Sequence[Kind], words: str) -> str:
        if not words:
            return words
        found = things_called(self._context.library, kinds, words, self._language)
        if found.taken is not None:
            return found.taken
        self.faults.append((name, Message(SEVERAL if found.choices else NONE, words=words)))
        if found.choices:
            self.choices.setdefault(name, {})[words] = found.choices
        return words
