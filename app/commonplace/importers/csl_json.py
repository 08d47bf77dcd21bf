"""CSL-JSON in: an array of items, an object with `items`, or a single item.

Items are decoded one at a time, so that one that is broken does not take the others with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from commonplace.importers.markup import rich_paragraphs
from commonplace.importers.missing_keys import with_keys
from commonplace.importers.number_list import read_number_list
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.importers.written_dates import written_date
from commonplace.model.crossref_types import CSL_TYPE as CROSSREF_TYPE
from commonplace.model.csl_terms import (
    COLLECTED,
    CUSTOM,
    DATE_VARIABLES,
    EXTRA_DATES,
    NAME_VARIABLES,
    TEXT_VARIABLES,
    edtf_date,
)
from commonplace.model.edtf_date import is_edtf
from commonplace.model.identifiers import doi_of_address, normal_doi, normal_isbn, normal_issn
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Loss, ReadEntry, Record
from commonplace.model.rich_text import read, rich_form, unknown_tags
from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS

_BETWEEN = re.compile(r"[\s,]*")
_NEXT_ITEM = re.compile(r"\{\s*\"(?:id|type|citation-key|title|DOI)\"")
_KEYWORD_BREAK = re.compile(r"\s*[,;]\s*")
_PUBLISHERS_XML = re.compile(r"<(?:jats|mml):")
_SHOWN = 400
_TRIES = 3
"""Broken items are looked through for the next one until this many times the length of the file has been read."""

_COUNTED_AT_ONCE = 100
"""The decoder counts the lines before a fault from the start of the file: that many characters in the time of one."""

_DEPTH_READ = 100_000
"""What is counted as read of an item that is nested too deeply."""

_DECODER = json.JSONDecoder()


def read_csl_json(data: bytes, filename: str = "") -> Reading:
    """Read CSL-JSON. Every item comes out as one `ReadEntry`, a broken one with its `error`.

    Raises `UnreadableFile` when the bytes are empty, not text or not JSON of that kind.
    """
    text, faults = decode_text(data)
    start = _first_item(text)
    pieces = list(_items(text, start, faults))
    entries = with_keys(_entries(pieces), map(_given_key, pieces))
    return Reading(filename=filename, entries=entries, total=len(pieces), faults=faults)


Piece = tuple[int, str, Any, str | None]


def _first_item(text: str) -> int:
    """Where the items begin."""
    opening = re.match(r"\s*(?:\{\s*\"items\"\s*:\s*)?\[", text)
    if opening:
        return opening.end()
    if re.match(r"\s*\{", text):
        return 0
    raise UnreadableFile("not CSL-JSON: it must be an array of items, or one item")


def _items(text: str, position: int, faults: list[Fault]) -> Iterator[Piece]:
    """Line, raw text, value and error of each item."""
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
            yield line, text[position:end], value, None
        except (ValueError, RecursionError) as fault:  # ValueError too: a number of more digits than Python reads
            why, read = _fault(fault, position)
            budget -= read
            following = _NEXT_ITEM.search(text, position + 1) if budget > 0 else None
            end = following.start() if following else len(text)
            yield line, text[position:end].rstrip(", \n"), None, f"the item is not JSON: {why}"
        position = end


def _fault(fault: ValueError | RecursionError, start: int) -> tuple[str, int]:
    """Why an item could not be decoded, and how many characters of it were looked at."""
    if isinstance(fault, json.JSONDecodeError):
        return fault.msg, fault.pos - start + fault.pos // _COUNTED_AT_ONCE
    return ("nested too deeply", _DEPTH_READ) if isinstance(fault, RecursionError) else (str(fault), _DEPTH_READ)


def _entries(pieces: list[Piece]) -> Iterator[ReadEntry]:
    seen: dict[str, int] = {}
    for position, (line, raw, value, error) in enumerate(pieces, 1):
        if error is None and not isinstance(value, dict):
            error = "the item is not an object"
        if error is not None:
            yield ReadEntry(position=position, line=line, raw=raw, key=None, record=None, error=error)
            continue
        entry = _ItemReader(value)
        record = entry.record()
        if entry.has_key and record.key in seen:
            entry.lose("id", record.key, f"the id was used on line {seen[record.key]} too; both items were read")
        seen.setdefault(record.key, line)
        key = record.key if entry.has_key else None
        yield ReadEntry(position=position, line=line, raw=raw, key=key, record=record, losses=tuple(entry.losses))


def _given_key(piece: Piece) -> str | None:
    """Return the key that an item has, as `ReadEntry.key` will."""
    return _key(piece[2]) if isinstance(piece[2], dict) else None


def _key(item: Mapping[str, Any]) -> str | None:
    key = item.get("citation-key") or item.get("id")
    return None if key in (None, "") else str(key)


def _date_object(value: Any) -> Mapping[str, Any]:
    """A date as CSL has it, from that, from a text, or from `year`, `month` and `day`, alone or in a list."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        return {"raw": value if isinstance(value, str) else str(value)}
    if "date-parts" not in value and "year" in value:
        return {**value, "date-parts": [[value.get(part) for part in ("year", "month", "day")]]}
    return value


def _as_far_as_it_goes(date: Mapping[str, Any]) -> str | None:
    """The year, or year and month, of a date whose day or month is none."""
    parts = date.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    return edtf_date({"date-parts": [first[:2]]}) or edtf_date({"date-parts": [first[:1]]})


class _ItemReader:
    """One item being read: fields are taken out of it as they are understood."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        self._left = dict(item)
        custom = self._left.pop(CUSTOM, None)
        self._custom: dict[str, Any] = dict(custom) if isinstance(custom, dict) else {}
        self.losses: list[Loss] = []
        key = _key(item)
        self._left.pop("id", None)
        self._left.pop("citation-key", None)
        self.has_key = key is not None
        self._key = key or ""
        if not self.has_key:
            self.lose("id", "", "the item has no id")
        self._extra: dict[str, str] = {}
        self._rich: dict[str, str] = {}

    def lose(self, field: str, raw: str, why: str) -> None:
        self.losses.append(Loss(field=field, raw=raw, why=why))

    def record(self) -> Record:
        """The record, and what was lost on the way in `losses`."""
        fields: dict[str, Any] = {"type": self._type(), "contributors": tuple(self._contributors())}
        self._take_what_doi_agencies_add()
        for variable, attribute in TEXT_VARIABLES:
            fields[attribute] = self._text(variable)
        fields["doi"] = self._doi(fields["doi"]) or (
            None if "doi" in self._extra else doi_of_address(fields["url"] or "")
        )
        for variable, attribute in DATE_VARIABLES:
            fields[attribute] = self._date(variable)
        for variable in EXTRA_DATES:
            if text := self._date(variable):
                self._extra[variable] = text
        if fields["collection_title"] and not fields["number"] and fields["type"] in COLLECTED:
            fields["number"] = self._text("collection-number")
        fields["isbn"] = self._numbers("ISBN", normal_isbn)
        fields["issn"] = self._numbers("ISSN", normal_issn)
        fields["keywords"] = self._keywords()
        fields["part_of"] = self._custom.pop("part-of", None)
        for name, value in {**self._left, **self._custom}.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if text:
                self._extra[name] = text
        return Record(key=self._key, extra=MappingProxyType(self._extra), rich=self._rich, **fields)

    def _take_what_doi_agencies_add(self) -> None:
        """Crossref's answers have a list for a subtitle and for a short title, and empty ones for what there is not."""
        left = self._left
        for name in [name for name, value in left.items() if value in ([], {})]:
            left.pop(name)
        subtitle, title = left.get("subtitle"), left.get("title")
        if isinstance(subtitle, list) and isinstance(title, str):
            left.pop("subtitle")
            left["title"] = ": ".join([title, *(str(part) for part in subtitle if str(part) not in title)])
        for ours, theirs in (("title-short", "short-title"), ("container-title-short", "short-container-title")):
            if isinstance(left.get(theirs), list):
                left.setdefault(ours, "; ".join(map(str, left.pop(theirs))))

    def _type(self) -> str:
        name = str(self._left.pop("type", "") or "")
        if name in FABIO_CLASS:
            return name
        if name in CROSSREF_TYPE:  # doi.org answers with them
            return CROSSREF_TYPE[name]
        if name:
            self._extra["type"] = name
        self.lose("type", name, "not a type of CSL 1.0.2; read as document")
        return "document"

    def _text(self, variable: str) -> str | None:
        value = self._left.pop(variable, None)
        if isinstance(value, list):
            value = "; ".join(str(part) for part in value)
        if value is None:
            return None
        raw = str(value)
        if "<" not in raw and "&" not in raw:
            return raw.strip() or None
        text = rich_paragraphs(raw) if _PUBLISHERS_XML.search(raw) else read(raw.strip())
        form = rich_form(variable, text)
        if form:
            self._rich[variable] = form
        if (unknown_tags(raw) and not _PUBLISHERS_XML.search(raw)) or (form is None and not text.is_plain):
            self.lose(variable, raw, "markup within the text is not kept")
        return text.plain or None

    def _doi(self, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            return normal_doi(text)
        except ValueError as fault:
            self._extra["doi"] = text
            self.lose("DOI", text, str(fault))
            return None

    def _date(self, variable: str) -> str | None:
        value = self._left.pop(variable, None)
        said = self._custom.get(variable)
        if isinstance(said, str) and is_edtf(said):
            return str(self._custom.pop(variable))
        if not value:
            return None
        date = _date_object(value)
        edtf = edtf_date(date) or written_date(str(date.get("raw") or date.get("literal") or ""))
        if edtf is None and any(part is not None for part in date.values()):
            raw = json.dumps(value, ensure_ascii=False)
            self._extra[variable] = str(date.get("literal") or date.get("raw") or raw)
            edtf = _as_far_as_it_goes(date)
            kept = f"read as {edtf}, and " if edtf else ""
            self.lose(variable, raw, f"no date of the calendar can be read from it; {kept}kept as text")
        return edtf

    def _numbers(self, variable: str, normal: Any) -> tuple[str, ...]:
        value = self._left.pop(variable, None)
        if not value:
            return ()
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        good, bad = read_number_list(text, normal)
        for raw, why in bad:
            self.lose(variable, raw, why)
        if bad:
            self._extra[variable.lower()] = ", ".join(raw for raw, _ in bad)
        return good

    def _keywords(self) -> tuple[str, ...]:
        value = self._left.pop("keyword", None)
        listed = self._custom.pop("keywords", None)
        if isinstance(listed, list):
            return tuple(map(str, listed))
        if isinstance(value, list):
            return tuple(str(word) for word in value if word)
        return tuple(word for word in _KEYWORD_BREAK.split(str(value or "").strip()) if word)

    def _contributors(self) -> Iterator[Contributor]:
        for place in (self._left, self._custom):
            for role in [name for name in place if name in NAME_VARIABLES or name in BY_CSL]:
                if not isinstance(place[role], list):
                    continue
                kept = role if role in BY_CSL else "contributor"
                if kept != role:
                    self.lose(role, json.dumps(place[role], ensure_ascii=False), "the role is kept as contributor")
                for value in place.pop(role):
                    if name := self._name(role, value):
                        self._keep_orcid(name, value)
                        yield Contributor(kept, name)

    def _keep_orcid(self, name: Name, value: Any) -> None:
        """Crossref and DataCite give people's ORCIDs beside their names."""
        orcid = value.get("ORCID") or value.get("orcid") if isinstance(value, dict) else None
        if not orcid:
            return
        said = f"{name.inverted}: {str(orcid).rpartition('/')[2]}"
        self._extra["orcid"] = f"{self._extra['orcid']}; {said}" if "orcid" in self._extra else said

    def _name(self, role: str, value: Any) -> Name | None:
        if isinstance(value, str):
            value = {"literal": value}
        parts = {k: str(v).strip() for k, v in value.items() if v} if isinstance(value, dict) else {}
        particle = " ".join(parts[kind] for kind in ("dropping-particle", "non-dropping-particle") if parts.get(kind))
        if parts.get("family"):
            return Name(
                family=parts["family"], given=parts.get("given"), particle=particle or None, suffix=parts.get("suffix")
            )
        literal = parts.get("literal") or parts.get("name")
        if literal:
            return Name(literal=literal)
        if parts.get("given"):
            return Name(family=parts["given"])
        self.lose(role, json.dumps(value, ensure_ascii=False), "a name without any text")
        return None
