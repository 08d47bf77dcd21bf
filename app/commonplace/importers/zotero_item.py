"""Turn the data of an item of Zotero's web API into an item of CSL-JSON, and say what of it has no place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from commonplace.errors import Message
from commonplace.importers.markup import rich_paragraphs
from commonplace.model.csl_terms import (
    CUSTOM,
    DATE_VARIABLES,
    EXTRA_DATES,
    NAME_VARIABLES,
    OTHER_TEXT_VARIABLES,
    OTHER_TITLES,
    TEXT_VARIABLES,
)
from commonplace.model.json_text import read_json
from commonplace.model.record import Loss
from commonplace.model.rich_text import csl_escaped
from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS
from commonplace.model.zotero_terms import CSL_TYPE, CSL_VARIABLE, ITEM_TYPES, ItemType, role_of

COLLECTIONS = "collections"
"""Name under which a record keeps the names of the collections that its item was in."""

_NOT_FIELDS = frozenset(
    "key version itemType creators tags collections relations dateAdded dateModified extra parentItem deleted "
    "inPublications citationKey".split()
)
"""Members of an item that are no fields, or are read by themselves."""

_DATES = frozenset({*(variable for variable, _ in DATE_VARIABLES), *EXTRA_DATES})
_TEXTS = frozenset({*(variable for variable, _ in TEXT_VARIABLES), *OTHER_TEXT_VARIABLES, "ISBN", "ISSN"}) - {"note"}
_VARIABLES = {name.lower(): name for name in (*_TEXTS, *_DATES)}
_LINE = re.compile(r"([A-Za-z][A-Za-z _-]{1,40}):[ \t]*(\S.*)")
_OF_OURS = frozenset({"part-of", "alternative-keys", OTHER_TITLES})
"""Labels of lines that our own exporter writes for what CSL has no variable for; the last two are JSON."""

_NOW = "CURRENT_TIMESTAMP"
_PARTICLE = re.compile(r"((?:[a-zà-ÿ][\w'’]*\s+)+)(?=\S)")
_PARTICLE_AFTER = re.compile(r"(.*\S)((?:\s+[a-zà-ÿ][\w'’]*)+)")

Item = dict[str, Any]


def csl_item_of(
    data: Mapping[str, Any], notes: Iterable[str], collections: Sequence[str]
) -> tuple[Item, tuple[Loss, ...]]:
    """Return an item of Zotero as one of CSL-JSON, with the text of its notes (HTML) and the names of its collections.

    What CSL has no variable for stands under `custom`, by Zotero's name of the field. The citation key, where the item
    has one, is the `id`.
    """
    made = _Item(data)
    made.take_fields()
    made.take_creators()
    rest = made.take_extra()
    texts = [rest, *(rich_paragraphs(note).plain for note in notes)]
    if note := "\n\n".join(filter(None, texts)):
        made.csl["note"] = csl_escaped(note)
    words = [tag["tag"] for tag in data.get("tags") or () if isinstance(tag, dict) and isinstance(tag.get("tag"), str)]
    if words:
        made.csl["keyword"] = [csl_escaped(word) for word in words]
    if collections:
        made.custom[COLLECTIONS] = "; ".join(collections)
    if made.custom:
        made.csl[CUSTOM] = made.custom
    if any(data.get("relations") or ()):
        made.lose("relations", "", "which items are related to which is not taken")
    return made.csl, tuple(made.losses)


class _Item:
    """An item while it is turned into one of CSL-JSON."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        name = str(data.get("itemType", ""))
        self._type: ItemType = ITEM_TYPES.get(name) or ITEM_TYPES["document"]
        self.csl: Item = {"type": CSL_TYPE[self._type.name]}
        self.custom: Item = {}
        self.losses: list[Loss] = []
        if name not in ITEM_TYPES:
            self.lose("itemType", name, "not an item type that is known; read as document")
            self.custom["itemType"] = name
        if key := data.get("citationKey"):
            self.csl["id"] = str(key)

    def lose(self, field: str, raw: str, why: str) -> None:
        """Say that a part of the item is not kept as it was."""
        self.losses.append(Loss(field=field, raw=raw, why=why))

    def take_fields(self) -> None:
        """Take the fields as the variables of their base fields, or by their own names."""
        for field, value in self._data.items():
            if field in _NOT_FIELDS or value in ("", None, [], {}):
                continue
            text = str(value)
            variable = CSL_VARIABLE.get(self._type.bases.get(field, field))
            if variable == "accessed" and text == _NOW:
                continue
            if variable is None or variable in self.csl:
                self.custom[field] = text
            elif variable in _DATES:
                self.csl[variable] = {"raw": text.partition("T")[0] if variable == "accessed" else text}
            else:
                self.csl[variable] = text

    def take_creators(self) -> None:
        """Take the creators by their roles; a creator with a role that CSL does not have becomes a contributor."""
        for creator in self._data.get("creators") or ():
            if not isinstance(creator, dict):
                continue
            kind = str(creator.get("creatorType", ""))
            role = role_of(self._type, kind)
            if role is None:
                whole = " ".join(str(creator.get(part) or "") for part in ("firstName", "lastName", "name")).strip()
                self.lose(
                    "creators", whole, Message("a role that CSL has not (%(kind)s); kept as contributor", kind=kind)
                )
                role = "contributor"
            self.csl.setdefault(role, []).append(_name(creator))

    def take_extra(self) -> str:
        """Take the lines of the field extra that say variables, and return the others."""
        return "\n".join(self._rest(str(self._data.get("extra") or "").splitlines())).strip()

    def _rest(self, lines: Iterable[str]) -> Iterator[str]:
        names: dict[str, list[Item]] = {}
        for line in lines:
            found = _LINE.fullmatch(line.strip())
            label = re.sub(r"[ _]", "-", found[1].lower()) if found else ""
            text = found[2].strip() if found else ""
            if label in BY_CSL and label not in self.csl:
                names.setdefault(label, []).append(_name_of_line(text))
            elif not self._takes(label, text):
                yield line
        self.csl |= {role: several for role, several in names.items() if role in NAME_VARIABLES}
        self.custom |= {role: several for role, several in names.items() if role not in NAME_VARIABLES}

    def _takes(self, label: str, text: str) -> bool:
        """Take a line as a variable that the item does not say otherwise; return whether it is one."""
        if label == "citation-key":
            return bool(self.csl.setdefault("id", text) == text)
        if label == "type" and text in FABIO_CLASS:
            self.csl["type"] = text
            return True
        if label in _OF_OURS:
            self.custom[label] = _json_or_text(text)
            return True
        variable = _VARIABLES.get(label)
        if variable is None or variable in self.csl:
            return False
        self.csl[variable] = {"raw": text} if variable in _DATES else text
        return True


def _json_or_text(text: str) -> Any:
    try:
        return read_json(text) if text.startswith("[") else text
    except ValueError:
        return text


def _name(creator: Mapping[str, Any]) -> Item:
    """Return a creator as a CSL name, with particles and suffix apart: `van Eijk`, `Ludwig van`, `Martin, Jr.`."""
    if whole := str(creator.get("name") or "").strip():
        return {"literal": csl_escaped(whole)}
    last, first = (str(creator.get(part) or "").strip() for part in ("lastName", "firstName"))
    made: Item = {}
    first, comma, suffix = first.partition(", ")
    if comma and suffix.strip():
        made["suffix"] = suffix.strip()
    if found := _PARTICLE.match(last):
        made["non-dropping-particle"], last = found[1].strip(), last[found.end() :]
    if found := _PARTICLE_AFTER.fullmatch(first):
        first, made["dropping-particle"] = found[1], found[2].strip()
    made |= {part: text for part, text in (("family", last), ("given", first)) if text}
    return {part: csl_escaped(text) for part, text in made.items()}


def _name_of_line(text: str) -> Item:
    """Return the name in a line of the field extra: `Family || Given`, or one without parts."""
    family, bars, given = (part.strip() for part in text.partition("||"))
    return _name({"lastName": family, "firstName": given} if bars else {"name": text})
