"""Read one item of CSL-JSON as a record: its variables, what stands under `custom`, and what is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from commonplace.errors import Message
from commonplace.importers.csl_dates import read_date
from commonplace.importers.csl_names import read_contributors
from commonplace.importers.markup import rich_paragraphs
from commonplace.importers.number_list import read_number_list
from commonplace.model.crossref_types import CSL_TYPE as CROSSREF_TYPE
from commonplace.model.csl_terms import (
    COLLECTED,
    CUSTOM,
    DATE_VARIABLES,
    DATE_WORDS,
    EXTRA_DATES,
    KNOWN_MEMBERS,
    OTHER_TEXT_VARIABLES,
    OTHER_TITLES,
    TEXT_VARIABLES,
    VERBATIM_VARIABLES,
    joined_keywords,
    split_keywords,
)
from commonplace.model.eprints import arxiv_number, eprint_of
from commonplace.model.identifiers import doi_of_address, normal_doi, normal_isbn, normal_issn
from commonplace.model.names import Contributor
from commonplace.model.other_titles import Titles, in_order, of_json, other_titles
from commonplace.model.record import Loss, Record
from commonplace.model.rich_text import read, rich_form, undo_entities, unknown_tags
from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS, csl_type
from commonplace.model.xml_characters import forbidden, visible, without_forbidden

_PUBLISHERS_XML = re.compile(r"<(?:jats|mml):")
_DATES_OF_RECORD = dict(DATE_VARIABLES)
_ZOTERO = ("itemType", "itemID")


_SHOWN = 5


class NotAnItem(ValueError):
    """The object is no item of CSL-JSON; the message says what it seems to be."""


class ItemReader:
    """Read one item: fields are taken out of it as they are understood."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        """Take the item. Raises `NotAnItem`."""
        self._left: dict[str, Any] = without_nulls(item)
        _refuse_others(self._left)
        custom = self._left.pop(CUSTOM, None)
        self._custom: dict[str, Any] = dict(custom) if isinstance(custom, dict) else {}
        self.losses: list[Loss] = []
        key = key_of(self._left)
        if bad := forbidden(str(said := _key_said(self._left))):
            self.lose(
                "key",
                visible(str(said)),
                Message("the character %(name)s, which XML cannot hold, was taken out", name=bad),
            )
        self._left.pop("id", None)
        self._left.pop("citation-key", None)
        self.has_key = key is not None
        self._key = key or ""
        if not self.has_key:
            self.lose("id", "", "the item has no id")
        self._extra: dict[str, str] = {}
        self._rich: dict[str, str] = {}

    def lose(self, field: str, raw: str, why: str) -> None:
        """Say that a part of the item is not kept as it was."""
        self.losses.append(Loss(field=field, raw=raw, why=why))

    def record(self) -> Record:
        """Return the record, and leave what was lost on the way in `losses`."""
        fields: dict[str, Any] = {"type": self._type(), "contributors": tuple(self._contributors())}
        self._take_what_doi_agencies_add()
        for variable, attribute in TEXT_VARIABLES:
            fields[attribute] = self._text(variable)
        fields["doi"] = self._doi(fields["doi"]) or (
            None if "doi" in self._extra else doi_of_address(fields["url"] or "")
        )
        for variable in (*_DATES_OF_RECORD, *EXTRA_DATES):
            self._date(variable, fields)
        if fields["collection_title"] and not fields["number"] and fields["type"] in COLLECTED:
            fields["number"] = self._text("collection-number")
        fields["isbn"] = self._numbers("ISBN", normal_isbn)
        fields["issn"] = self._numbers("ISSN", normal_issn)
        fields["keywords"] = self._keywords()
        fields |= self._other_titles()
        if isinstance(self._custom.get("part-of"), str):
            fields["part_of"] = self._custom.pop("part-of") or None
        fields["alternative_keys"] = self._alternative_keys()
        self._keep_the_rest()
        self._take_eprint(fields)
        return Record(key=self._key, extra=MappingProxyType(self._extra), rich=self._rich, **fields)

    def _alternative_keys(self) -> tuple[str, ...]:
        """Take the further keys of the item out of `custom`, where our own exporter puts them."""
        listed = self._custom.get("alternative-keys")
        if not isinstance(listed, list) or not all(isinstance(key, str) and key for key in listed):
            return ()
        del self._custom["alternative-keys"]
        return tuple(dict.fromkeys(key for key in listed if key != self._key))

    def _other_titles(self) -> dict[str, Titles]:
        """Take `original-title`, and the titles that our own exporter puts in `custom`, which say their languages."""
        found = of_json(self._custom.get(OTHER_TITLES))
        if found is not None:
            del self._custom[OTHER_TITLES]
        held = found or {}
        original = self._text("original-title")
        if original and not any(" ".join(original.split()) == text for _, text in held.get("original_titles", ())):
            held["original_titles"] = in_order((*held.get("original_titles", ()), *other_titles((None, original))))
        return held

    def _keep_the_rest(self) -> None:
        for name in [name for name in self._left if name in OTHER_TEXT_VARIABLES]:
            if text := self._text(name):
                self._extra[name] = text
        for name, value in {**self._left, **self._custom}.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            if text:
                self._extra[name] = text

    def _take_eprint(self, fields: dict[str, Any]) -> None:
        """Take the number of a preprint in an archive for BibLaTeX's `eprint`, from which it is written again."""
        number, extra = fields["number"] or "", self._extra
        if "eprint" not in extra and fields["type"] == "article" and (identifier := arxiv_number(number)) is not None:
            extra["eprint"], extra["eprinttype"] = identifier, "arxiv"
        found = eprint_of(extra)
        if found is None:
            return
        if fields["number"] == found.number:
            fields["number"] = None
        if fields.get("url") == found.url:
            fields["url"] = None
        said = {"archive": found.archive, "archive_location": found.number}
        if found.archive == "PubMed":
            said["PMID"] = found.identifier
        for name, text in said.items():
            if extra.get(name) == text:
                del extra[name]

    def _take_what_doi_agencies_add(self) -> None:
        """Take Crossref's lists: of subtitles, of short titles, and the empty ones for what there is not."""
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
        if (found := type_of(name)) is not None:
            return found
        if name:
            self._extra["type"] = name
        self.lose("type", name, "not a type of CSL 1.0.2; read as document")
        return "document"

    def _text(self, variable: str) -> str | None:
        value = self._left.pop(variable, None)
        if isinstance(value, dict):
            self.lose(variable, json.dumps(value, ensure_ascii=False), "an object where a text should be; kept as JSON")
        raw = _as_text(value)
        if variable in VERBATIM_VARIABLES:
            return undo_entities(raw.strip()) or None
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

    def _date(self, variable: str, fields: dict[str, Any]) -> None:
        """Read a date: EDTF to the record's field or to `extra`, the words that it is said in to `extra`."""
        value, custom = self._left.pop(variable, None), self._custom
        edtf, words, why = read_date(value, custom.get(variable))
        if edtf and custom.get(variable) == edtf:
            custom.pop(variable)
        if why:
            self.lose(variable, json.dumps(value, ensure_ascii=False), why)
        if variable in _DATES_OF_RECORD:
            fields[_DATES_OF_RECORD[variable]] = edtf
            if words and not (variable == "issued" and any(custom.get(name) == words for name in DATE_WORDS)):
                self._extra[variable] = words
        elif edtf or words:
            self._extra[variable] = edtf or words or ""
            if edtf and words:
                self._extra[f"{variable}-literal"] = words

    def _numbers(self, variable: str, normal: Callable[[str], str]) -> tuple[str, ...]:
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
        if isinstance(listed, list) and value in (None, joined_keywords(words := tuple(map(str, listed)))):
            return words
        if isinstance(value, list):
            return tuple(text for word in value if (text := undo_entities(_as_text(word)).strip()))
        return split_keywords(_as_text(value))

    def _contributors(self) -> Iterable[Contributor]:
        orcids: list[str] = []
        roles_of_ours = {role: self._custom.pop(role) for role in [*self._custom] if self._is_names(role)}
        for place in (self._left, roles_of_ours):
            for contributor, orcid in read_contributors(place, self.lose):
                if orcid:
                    orcids.append(f"{contributor.name.inverted}: {orcid}")
                yield contributor
        if orcids:
            self._extra["orcid"] = "; ".join(orcids)

    def _is_names(self, role: str) -> bool:
        return role in BY_CSL and isinstance(self._custom[role], list)


def key_of(item: Mapping[str, Any]) -> str | None:
    """Return the key that an item has, without characters that XML cannot hold; None where it has none."""
    key = _key_said(item)
    return None if key in (None, "") else without_forbidden(str(key)) or None


def _key_said(item: Mapping[str, Any]) -> Any:
    return item.get("citation-key") or item.get("id")


def type_of(name: str) -> str | None:
    """Return the CSL type of that name, also for Crossref's, with which doi.org answers, and reference managers'."""
    return name if name in FABIO_CLASS else CROSSREF_TYPE.get(name) or csl_type(name)


def without_nulls(value: Any, *, places_count: bool = False) -> Any:
    """Return JSON without what is `null`, which says that something is absent.

    In the parts of a date the place counts, so that a `null` among them stays (`places_count`).
    """
    if isinstance(value, dict):
        return {
            name: without_nulls(inner, places_count=name == "date-parts")
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        kept = value if places_count else [inner for inner in value if inner is not None]
        return [without_nulls(inner, places_count=places_count) for inner in kept]
    return value


def _as_text(value: Any) -> str:
    """Return a JSON value as text: a list with semicolons, anything that is no text as JSON writes it."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, list):
        return "; ".join(map(_as_text, value))
    return json.dumps(value, ensure_ascii=False)


def _refuse_others(item: Mapping[str, Any]) -> None:
    """Raise `NotAnItem` for an object that has nothing of CSL-JSON in it."""
    inner = item.get("data")
    members = {*item, *(inner if isinstance(inner, dict) else ())}
    if "type" not in item and not members.isdisjoint(_ZOTERO):
        raise NotAnItem("an item of Zotero's own JSON, not of CSL-JSON; import it in the format zotero")
    named = any(name in KNOWN_MEMBERS and name != "type" for name in item)
    if not named and type_of(str(item.get("type") or "")) is None:
        found = ", ".join(list(item)[:_SHOWN]) or "nothing at all"
        raise NotAnItem(
            Message("not an item of CSL-JSON: no id, no title and no type that is known, but %(found)s", found=found)
        )
