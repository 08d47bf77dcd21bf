"""Read one reference of RIS: what its tags say in its reference type, as a record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Any

from commonplace.errors import Message
from commonplace.importers.containers import conference, short_title
from commonplace.importers.markup import rich_line, rich_paragraphs, undo_html_entities
from commonplace.importers.number_list import read_number_list
from commonplace.importers.page_range import page_range
from commonplace.importers.ris_dates import read_ris_dates
from commonplace.model import ris_names
from commonplace.model.csl_terms import EXTRA_DATES
from commonplace.model.identifiers import doi_key, doi_of_address, normal_doi, normal_isbn, normal_issn
from commonplace.model.json_text import read_json
from commonplace.model.languages import language_tag
from commonplace.model.names import Contributor, Name
from commonplace.model.other_titles import Titles, in_order, of_json, other_titles
from commonplace.model.record import Loss, Record
from commonplace.model.relations import status_of_genre
from commonplace.model.rich_text import LOOKS_LIKE_MARKUP, RICH_FIELDS, RichText, plain, read, rich_form
from commonplace.model.ris_terms import (
    ADDRESS_TAGS,
    DATE_TAGS,
    EPUB_DATE,
    FIELD,
    MAY_REPEAT,
    OTHER_TITLES,
    SHORT_TITLES,
    TRANSLATED,
    split_field,
)
from commonplace.model.ris_types import CONFERENCE, CSL_TYPE, GENRE, NUMBERED, WHOLE_BOOKS, meanings
from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS

_PMCID = re.compile(r"PMC\d+")
_PMID = re.compile(r"\d{1,8}")
_PUBMED = re.compile(r"pubmed|medline", re.IGNORECASE)
_CUSTOM = ("C2", "C3", "C7")
_OF_ADDRESSES = ("UR", "DO")
_NEW_ADDRESS = re.compile(r"(?:https?|ftp)://|www\.|doi:|10\.\d{4,9}/", re.IGNORECASE)

TagValues = Iterable[tuple[str, list[str]]]
"""Tags in the order of the reference, each with the lines of its text."""


class ReferenceReader:
    """One reference being read: values are taken out as they are understood."""

    def __init__(self, values: TagValues) -> None:
        self.losses: list[Loss] = []
        self._values: dict[str, list[str]] = {}
        self._named: dict[str, Name] = {}
        self._names: list[tuple[str, str]] = []
        self._fields: dict[str, str] = {}
        self._alternative_keys: list[str] = []
        self._extra: dict[str, str] = {}
        values = list(values)
        self._reference_type = next((lines[0].upper() for tag, lines in values if tag == "TY"), "")
        self._means = meanings(self._reference_type)
        for tag, lines in values:
            for text in self._texts_of(tag, lines):
                self._take(tag, text)
        keys = self._values.pop("ID", [])
        self.key = keys[0] if keys else None
        self._keep_others("ID", [key for key in dict.fromkeys(keys) if key != self.key], "the key")

    def lose(self, tag: str, raw: str, why: str) -> None:
        """Say that a part of the reference is not kept as it was."""
        self.losses.append(Loss(field=tag, raw=raw, why=why))

    def record(self) -> Record:
        """Return the record; `losses` then says what it does not hold."""
        made: dict[str, Any] = {"type": self._type(), "contributors": tuple(self._contributors())}
        made["doi"] = self._doi()
        ours = frozenset(self._fields)
        for attribute, tags in self._means.texts.items():
            made[attribute] = self._text_of(attribute, tags)
        if not made["doi"] and "doi" not in self._extra:
            made["doi"] = doi_of_address(made["url"] or "")
        self._place(made, is_said="container-title" in ours)
        made["rich"] = {}
        for name in RICH_FIELDS:
            text = self._rich(name, made[name])
            made[name] = text.plain or None
            if form := rich_form(name, text):
                made["rich"][name] = form
        made["genre"] = made["genre"] or GENRE.get(self._reference_type)
        made["issued"] = self._issued()
        made["available"] = self._available(made)
        made["language"] = language_tag(made["language"] or "") or None
        made["page"] = self._pages()
        made["isbn"], made["issn"], others = self._numbers()
        made["number"] = made["number"] if "number" in ours else self._number(made["number"], others)
        self._keep_numbers(others)
        made["keywords"] = self._keywords()
        made["part_of"] = self._fields.pop("part-of", None)
        made["alternative_keys"] = tuple(
            dict.fromkeys(key for key in self._alternative_keys if key not in ("", self.key))
        )
        made |= self._other_titles()
        self._extra.update(self._fields)
        self._keep_identifiers()
        self._keep_rest()
        if status := status_of_genre(made["genre"]):
            self._extra.setdefault("status", status)
        return Record(key=self.key or "", extra=MappingProxyType(self._extra), **made)

    def _texts_of(self, tag: str, lines: list[str]) -> list[str]:
        """Return the values that the lines of a tag hold: one, or in a tag of addresses as many as there are."""
        if tag in _OF_ADDRESSES and len(lines) > 1:
            return _addresses(lines)
        if tag in self._means.in_one_line:
            return [" ".join(filter(None, lines))]
        return ["\n".join(lines).strip("\n")]

    def _take(self, tag: str, text: str) -> None:
        """Put a value where it belongs: the names, our own fields, the others by their tag."""
        if tag == FIELD and self._takes_field(text):
            return
        if tag in self._means.roles:
            self._names.append((tag, text))
        elif text:
            self._values.setdefault(tag, []).append(text)

    def _takes_field(self, text: str) -> bool:
        """Put a `text` that is one of our own fields where it belongs; return whether it is one."""
        found = split_field(text)
        if found is None:
            return False
        name, value, quoted = found
        if quoted:
            self._extra[name] = value
        elif name.startswith("role "):
            self._names.append((name, value))
        elif name == "name":
            try:
                written, parts = ris_names.read_parts_field(value)
            except ValueError:
                return False
            self._named[written] = parts
        elif name == "alternative-key":
            self._alternative_keys.append(value)
        else:
            self._fields[name] = value
        return True

    def _type(self) -> str:
        self._values.pop("TY", None)
        said = self._fields.pop("csl-type", "")
        if said in FABIO_CLASS:
            return said
        if self._reference_type not in CSL_TYPE:
            self.lose("TY", self._reference_type, "not a reference type of RIS; read as GEN")
        return CSL_TYPE.get(self._reference_type, "document")

    def _contributors(self) -> Iterator[Contributor]:
        initialled = ris_names.writes_initials(undo_html_entities(text) for _, text in self._names)
        for tag, text in self._names:
            role = self._means.roles.get(tag) or tag.removeprefix("role ")
            tag = tag if tag in self._means.roles else FIELD
            named = self._named.get(text)
            try:
                found = ris_names.ReadNames((named,)) if named else _names(text, initialled)
            except ValueError as fault:
                self.lose(tag, text, str(fault))
                continue
            if found.why:
                self.lose(tag, text, found.why)
            for name in found.names:
                yield Contributor(self._role(tag, role, text), name)

    def _role(self, tag: str, role: str, text: str) -> str:
        """Return the role where it is known; else that of a contributor, and what it was is kept beside."""
        if role in BY_CSL:
            if role == "advisor":
                self.lose(tag, text, "the advisor of the thesis, a role that CSL does not have: kept as advisor")
            return role
        self.lose(tag, text, Message("a role that is not known here (%(role)s): kept as contributor", role=role))
        self._extra[role] = f"{self._extra[role]}; {text}" if role in self._extra else text
        return "contributor"

    def _doi(self) -> str | None:
        """Return the first DOI; another one, and what is none, is kept and told."""
        said = [(tag, text) for tag in ADDRESS_TAGS for text in self._values.pop(tag, [])]
        doi: str | None = None
        for tag, text in said:
            try:
                found = normal_doi(undo_html_entities(text))
            except ValueError as fault:
                if tag == "DO":
                    self._extra["doi"] = "; ".join(filter(None, [self._extra.get("doi"), text]))
                    self.lose(tag, text, str(fault))
                else:
                    self._values.setdefault(tag, []).append(text)  # the kind of work
                continue
            if doi is None:
                doi = found
            elif doi_key(found) != doi_key(doi):
                self._keep_others("DO", [text], Message("the DOI %(doi)s", doi=doi))
        return doi

    def _text_of(self, attribute: str, tags: tuple[str, ...]) -> str | None:
        """Return the first value of the first tag there is; what repeats it is dropped, the rest is kept and told."""
        text = self._fields.pop(attribute.replace("_", "-"), None)
        if attribute == "number":
            tags = (*tags, FIELD)
        for tag in tags:
            values = self._values.pop(tag, [])
            if attribute not in RICH_FIELDS:
                values = [undo_html_entities(value) for value in values]
            if text is None and values:
                text = values.pop(0)
            rest = [value for value in dict.fromkeys(values) if value != text]
            if attribute in MAY_REPEAT:
                self._values.update({tag: rest} if rest else {})
            else:
                self._keep_others(tag, rest, attribute.replace("_", " "))
        return text

    def _keep_others(self, tag: str, texts: list[str], what: str) -> None:
        """Keep the values of a tag beside one that stays, and tell each."""
        why = Message("it stands beside %(what)s, which stays; kept as text under %(tag)s", what=what, tag=tag)
        for text in texts:
            self.lose(tag, text, why)
            self._keep(tag, text)

    def _place(self, made: dict[str, Any], *, is_said: bool) -> None:
        """Settle what the work appeared in: its title, the short title, the series, and the conference.

        `is_said` is whether a field of ours says the title, which then is not taken for that of a series.
        """
        if self._reference_type in CONFERENCE and (said := self._values.pop("T2", [])):
            name = undo_html_entities(said[0])
            found = conference(made["container_title"], name)
            made["container_title"] = found.proceedings
            self._values["T2"] = [*filter(None, [found.name]), *(text for text in said[1:] if text != said[0])]
        for tag in SHORT_TITLES[:1] if self._reference_type in WHOLE_BOOKS else SHORT_TITLES:
            if made["container_title"] is None and (values := self._values.get(tag)):
                made["container_title"] = undo_html_entities(values.pop(0))
        if self._reference_type in WHOLE_BOOKS and not made["collection_title"] and not is_said:
            made["collection_title"], made["container_title"] = made["container_title"], None
        given = [(tag, undo_html_entities(text)) for tag in SHORT_TITLES for text in self._values.pop(tag, [])]
        ours = self._fields.pop("container-title-short", None)
        short, others = short_title(made["container_title"] or made["collection_title"], given, ours)
        if short is not None:
            self._extra["container-title-short"] = short
        for tag, text in others:
            self._keep_others(tag, [text], "the short title")

    def _other_titles(self) -> dict[str, Titles]:
        """Return the translated title, which RIS has a tag for, and the titles that our own field says."""
        found = of_json(self._fields.get(OTHER_TITLES))
        if found is not None:
            del self._fields[OTHER_TITLES]
        held = found or {}
        known = {text for _, text in held.get("translated_titles", ())}
        others = other_titles(*((None, undo_html_entities(text)) for text in self._values.pop(TRANSLATED, [])))
        if added := [title for title in others if title.text not in known]:
            held["translated_titles"] = in_order((*held.get("translated_titles", ()), *added))
        return held

    def _rich(self, name: str, text: str | None) -> RichText:
        """Return the rich form that we wrote beside a field; else what others write: tags of HTML and entities."""
        ours = self._fields.pop(f"rich {name}", None)
        if ours is not None and (written := read(ours)).plain == (text or ""):
            return written
        if text is None or not LOOKS_LIKE_MARKUP.search(text):
            return plain(text or "")
        return rich_paragraphs(text) if "\n" in text else rich_line(text)

    def _issued(self) -> str | None:
        dates = [(tag, text) for tag in DATE_TAGS for text in self._values.pop(tag, [])]
        read = read_ris_dates(dates)
        if read.edtf is None:
            if dates:
                self._extra["PY"] = dates[0][1]
                self.lose("PY", dates[0][1], "no date can be read from it; kept as text")
            return None
        for tag, text in read.beside:
            why = Message("this stands beside the date %(edtf)s, which stays; kept as text", edtf=read.edtf)
            self.lose(tag, text, why)
        if read.beside:
            self._extra["other-date"] = "; ".join(text for _, text in read.beside)
        return read.edtf

    def _available(self, made: dict[str, Any]) -> str | None:
        """Return the date on which the work was online, which EndNote has in `ET` of a journal article."""
        said = self._fields.pop("available", None)
        if said is None and self._reference_type == "JOUR" and (found := EPUB_DATE.fullmatch(made["edition"] or "")):
            read = read_ris_dates([("ET", "/".join(part for part in found.groups() if part))])
            if read.edtf and not read.beside:
                made["edition"], said = None, read.edtf
        return said

    def _pages(self) -> str | None:
        """Return the pages; a number in `SP` alone says in some types how many there are, and stays."""
        start, end = self._first("SP", "the first page"), self._first("EP", "the last page")
        found = page_range(start, end)
        if start and not end and "SP" in self._means.extras and "-" not in (found.page or ""):
            self._values["SP"] = [start]
            return None
        if found.left:
            self._keep_others("EP", [found.left], Message("the pages %(pages)s", pages=found.page))
        return found.page

    def _first(self, tag: str, what: str) -> str | None:
        values = list(dict.fromkeys(self._values.pop(tag, [])))
        self._keep_others(tag, values[1:], what)
        return values[0] if values else None

    def _numbers(self) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
        """Return the ISBNs, the ISSNs, and what is neither."""
        isbns: list[str] = []
        issns: list[str] = []
        others: list[str] = []
        for value in self._values.pop("SN", []):
            some, rest = read_number_list(value, normal_issn)
            issns += some
            some, rest = read_number_list("; ".join(text for text, _ in rest), normal_isbn) if rest else ((), [])
            isbns += some
            others += [text for text, _ in rest]
        return tuple(dict.fromkeys(isbns)), tuple(dict.fromkeys(issns)), others

    def _number(self, number: str | None, others: list[str]) -> str | None:
        """Return the number of the work: of a report or patent the one in `SN`, where that is no ISBN or ISSN."""
        if len(others) != 1 or self._reference_type not in NUMBERED:
            return number
        if number:
            self._keep_others("M1", [number], Message("the number %(number)s", number=others[0]))
        return others.pop()

    def _keep_numbers(self, others: list[str]) -> None:
        for text in others:
            self.lose("SN", text, "neither an ISBN nor an ISSN")
        if others:
            self._extra["SN"] = "\n\n".join(others)

    def _keywords(self) -> tuple[str, ...]:
        """Return the keywords: one a line, or several between semicolons."""
        said = [undo_html_entities(text) for text in self._values.pop("KW", [])]
        if (ours := self._fields.pop("keywords", None)) is not None:
            try:
                return tuple(map(str, read_json(ours)))
            except (TypeError, ValueError):
                said.append(ours)
        return tuple(word.strip() for text in said for word in re.split(r"[\n;]", text) if word.strip())

    def _keep_identifiers(self) -> None:
        """Keep what PubMed numbers a work by, which EndNote and databases have in tags for anything."""
        for tag in _CUSTOM:
            values = self._values.get(tag, [])
            if len(values) == 1 and _PMCID.fullmatch(values[0]) and "PMCID" not in self._extra:
                self._extra["PMCID"] = self._values.pop(tag)[0]
        database = " ".join(self._values.get("DB", []) + self._values.get("DP", []))
        numbers = self._values.get("AN", [])
        is_pmid = len(numbers) == 1 and _PMID.fullmatch(numbers[0]) and _PUBMED.search(database)
        if is_pmid and self._extra.get("PMID", numbers[0]) == numbers[0]:
            self._extra["PMID"] = self._values.pop("AN")[0]

    def _keep_rest(self) -> None:
        """Keep what is left in `extra`, under CSL's name where a tag has one."""
        for tag, texts in list(self._values.items()):
            kept = self._means.extras.get(tag)
            if not texts:
                continue
            if kept is None:
                self._keep(tag, "\n\n".join(texts))
                continue
            text, *others = [undo_html_entities(text) for text in dict.fromkeys(texts)]
            if kept in EXTRA_DATES:
                read = read_ris_dates([(tag, text)])
                text = read.edtf if read.edtf and not read.beside else text
            if self._extra.setdefault(kept, text) != text:
                others.insert(0, text)
            self._keep_others(tag, others, kept)

    def _keep(self, name: str, text: str) -> None:
        self._extra[name] = f"{self._extra[name]}\n\n{text}" if name in self._extra else text


def _addresses(lines: list[str]) -> list[str]:
    """Return the addresses on several lines: each line that does not begin another one goes on with that before it."""
    found = [lines[0]]
    for line in lines[1:]:
        begins = _NEW_ADDRESS.match(line) and not (found[-1].endswith("/") and line.startswith("10."))
        if begins:
            found.append(line)
        else:
            found[-1] += line
    return found


def _names(text: str, initialled: bool) -> ris_names.ReadNames:
    return ris_names.read_line(undo_html_entities(text), initialled=initialled)
