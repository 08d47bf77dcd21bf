"""RIS in: references from `TY` to `ER`, a tag a line; a line without a tag continues the one before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from commonplace.importers.markup import rich_line, rich_paragraphs
from commonplace.importers.missing_keys import with_keys
from commonplace.importers.number_list import read_number_list
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.ris_dates import read_ris_dates
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.model import ris_names
from commonplace.model.csl_terms import EXTRA_DATES
from commonplace.model.identifiers import doi_key, doi_of_address, normal_doi, normal_isbn, normal_issn
from commonplace.model.languages import language_tag
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Loss, ReadEntry, Record
from commonplace.model.rich_text import LOOKS_LIKE_MARKUP, RICH_FIELDS, RichText, plain, read, rich_form
from commonplace.model.ris_terms import CSL_TYPE, EXTRA_TAGS, FIELD, NUMBERED, ROLE, TEXT_TAGS, WHOLE_BOOKS
from commonplace.model.roles import BY_CSL
from commonplace.model.types import FABIO_CLASS

_TAGGED = re.compile(r"\s*([A-Z][A-Z0-9]) {0,2}-(?: (.*)|\s*)$")
_FIELD = re.compile(r"(?P<role>role )?(?P<name>[^:\n]+): (?P<text>.*)", re.S)
_DASHES = re.compile(r"(?<!\s)\s*[-–—]+\s*")
_SHOWN = 400


@dataclass(slots=True)
class _Reference:
    """The lines of one reference, and those of each tag. `closed` is whether an `ER` ended it."""

    line: int
    raw: list[str] = field(default_factory=list)
    values: list[tuple[str, list[str]]] = field(default_factory=list)
    closed: bool = False


def read_ris(data: bytes, filename: str = "") -> Reading:
    """Read RIS. Every `TY` comes out as one `ReadEntry`.

    Raises `UnreadableFile` when the bytes are empty, not text, or hold no reference.
    """
    text, faults = decode_text(data)
    references = _split(text, faults)
    if not references:
        raise UnreadableFile("not RIS: no line begins with 'TY  - '")
    entries = with_keys(_entries(references), map(_given_key, references))
    return Reading(filename=filename, entries=entries, total=len(references), faults=faults)


def _split(text: str, faults: list[Fault]) -> list[_Reference]:
    references: list[_Reference] = []
    current: _Reference | None = None
    for number, line in enumerate(text.split("\n"), 1):
        found = _TAGGED.match(line)
        if found and found[1] == "TY":
            current = _Reference(number)
            references.append(current)
        if current is None:
            if line.strip():
                faults.append(Fault(line=number, why="outside of any reference (TY to ER)", raw=line[:_SHOWN]))
            continue
        current.raw.append(line)
        if found and found[1] == "ER":
            current.closed = True
            current = None
        elif found:
            current.values.append((found[1], [(found[2] or "").strip()]))
        elif current.values:
            current.values[-1][1].append(line.strip())
    return references


def _given_key(reference: _Reference) -> str | None:
    """Return the key that a reference has, as `ReadEntry.key` will."""
    return next((text for tag, lines in reference.values if tag == "ID" and (text := _joined(lines))), None)


def _entries(references: list[_Reference]) -> Iterator[ReadEntry]:
    seen: dict[str, int] = {}
    for position, reference in enumerate(references, 1):
        reader = _ReferenceReader(reference)
        record = reader.record()
        if not reference.closed:
            reader.lose("ER", "", "the reference is not ended by ER")
        if record.key in seen:
            reader.lose("ID", record.key, f"the ID was used on line {seen[record.key]} too; both were read")
        if reader.key:
            seen.setdefault(record.key, reference.line)
        yield ReadEntry(
            position=position,
            line=reference.line,
            raw="\n".join(reference.raw).strip(),
            key=reader.key,
            record=record,
            losses=tuple(reader.losses),
        )


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n")


def _is_doi(text: str, doi: str) -> bool:
    try:
        return doi_key(normal_doi(text)) == doi_key(doi)
    except ValueError:
        return False


class _ReferenceReader:
    """One reference being read: values are taken out as they are understood."""

    def __init__(self, reference: _Reference) -> None:
        self.losses: list[Loss] = []
        self._values: dict[str, list[str]] = {}
        self._named: dict[str, Name] = {}
        self._roles: list[tuple[str, str]] = []
        self._fields: dict[str, str] = {}
        self._extra: dict[str, str] = {}
        for tag, lines in reference.values:
            text = _joined(lines)
            if tag == FIELD and self._takes_field(text):
                continue
            if tag in ROLE:
                self._roles.append((ROLE[tag], text))
            elif text:
                self._values.setdefault(tag, []).append(text)
        self.key = next(iter(self._values.pop("ID", [])), None)

    def lose(self, tag: str, raw: str, why: str) -> None:
        self.losses.append(Loss(field=tag, raw=raw, why=why))

    def _takes_field(self, text: str) -> bool:
        """Whether `text` is one of our own fields; it is put where it belongs."""
        found = _FIELD.fullmatch(text)
        if not found:
            return False
        if found["role"]:
            self._roles.append((found["name"], found["text"]))
        elif found["name"] == "name":
            try:
                written, name = ris_names.read_parts_field(found["text"])
            except ValueError:
                return False
            self._named[written] = name
        else:
            self._fields[found["name"]] = found["text"]
        return True

    def record(self) -> Record:
        """The record, and what was lost on the way in `losses`."""
        made: dict[str, Any] = {"type": self._type(), "contributors": tuple(self._contributors())}
        made["doi"] = self._doi()
        for attribute, tags in TEXT_TAGS:
            made[attribute] = self._first(tags)
        if not made["doi"] and "doi" not in self._extra:
            made["doi"] = doi_of_address(made["url"] or "")
        if made["type"] in WHOLE_BOOKS and not made["collection_title"]:
            made["collection_title"], made["container_title"] = made["container_title"], None
        made["container_title"] = self._fields.pop("container-title", made["container_title"])
        made["rich"] = {}
        for name in RICH_FIELDS:
            text = self._rich(name, made[name])
            made[name] = text.plain or None
            if form := rich_form(name, text):
                made["rich"][name] = form
        made["issued"] = self._issued()
        made["language"] = language_tag(made["language"] or "") or None
        made["available"] = self._fields.pop("available", None)
        made["page"] = self._page()
        made["isbn"], made["issn"], others = self._numbers()
        if len(others) == 1 and not made["number"] and made["type"] in NUMBERED:
            made["number"] = others.pop()
        self._keep_numbers(others)
        made["keywords"] = tuple(w for text in self._values.pop("KW", []) for w in text.split("\n") if w)
        made["part_of"] = self._fields.pop("part-of", None)
        self._extra.update(self._fields)
        self._keep_rest()
        return Record(key=self.key or "", extra=MappingProxyType(self._extra), **made)

    def _keep_rest(self) -> None:
        """What is left goes to `extra`, under CSL's name where a tag has one."""
        for tag, texts in self._values.items():
            kept = EXTRA_TAGS.get(tag, tag)
            text = "\n\n".join(texts)
            if kept in EXTRA_DATES:
                read = read_ris_dates([(tag, text)])
                text = read.edtf if read.edtf and not read.beside else text
            self._extra[tag if kept in self._extra else kept] = text

    def _type(self) -> str:
        name = self._values.pop("TY", [""])[0].upper()
        said = self._fields.pop("csl-type", "")
        if said in FABIO_CLASS:
            return said
        if name not in CSL_TYPE:
            self.lose("TY", name, "not a reference type of RIS; read as GEN")
        return CSL_TYPE.get(name, "document")

    def _contributors(self) -> Iterator[Contributor]:
        for role, text in self._roles:
            if role not in BY_CSL:
                self.lose(FIELD, f"{role}: {text}", "a role that is not known here; kept as contributor")
            try:
                name = self._named.get(text) or ris_names.read(text)
            except ValueError as fault:
                self.lose("AU", text, str(fault))
                continue
            yield Contributor(role if role in BY_CSL else "contributor", name)

    def _doi(self) -> str | None:
        for tag in ("DO", "M3"):
            for text in self._values.get(tag, [])[:1]:
                try:
                    doi = normal_doi(text)
                except ValueError as fault:
                    if tag == "DO":
                        self._values.pop("DO")
                        self._extra["doi"] = text
                        self.lose("DO", text, str(fault))
                        return None
                    continue
                self._values.pop(tag)
                self._drop_repeated_doi(doi)
                return doi
        return None

    def _drop_repeated_doi(self, doi: str) -> None:
        """`M3` says the DOI once more in what some programs write; it is no kind of work."""
        kept = [text for text in self._values.pop("M3", []) if not _is_doi(text, doi)]
        if kept:
            self._values["M3"] = kept

    def _first(self, tags: tuple[str, ...]) -> str | None:
        """The first value of the first tag there is; what repeats it is dropped, the rest stays for `extra`."""
        text = None
        for tag in tags:
            values = self._values.pop(tag, [])
            if text is None and values:
                text = values.pop(0)
            rest = [value for value in values if value != text]
            if rest:
                self._values[tag] = rest
        return text

    def _rich(self, name: str, text: str | None) -> RichText:
        """The rich form that we wrote beside a field; else what others write in RIS: tags of HTML and entities."""
        ours = self._fields.pop(f"rich {name}", None)
        if ours is not None and (written := read(ours)).plain == (text or ""):
            return written
        if text is None or not LOOKS_LIKE_MARKUP.search(text):
            return plain(text or "")
        return rich_paragraphs(text) if "\n" in text else rich_line(text)

    def _issued(self) -> str | None:
        dates = [(tag, text) for tag in ("DA", "Y1", "PY", "PD") for text in self._values.pop(tag, [])]
        read = read_ris_dates(dates)
        if read.edtf is None:
            if dates:
                self._extra["PY"] = dates[0][1]
                self.lose("PY", dates[0][1], "no date can be read from it; kept as text")
            return None
        for tag, text in read.beside:
            self.lose(tag, text, f"this stands beside the date {read.edtf}, which stays; kept as text")
        if read.beside:
            self._extra["other-date"] = "; ".join(text for _, text in read.beside)
        return read.edtf

    def _page(self) -> str | None:
        start, end = self._first(("SP",)), self._first(("EP",))
        if not start:
            return _DASHES.sub("-", end) if end else None
        if end and end.startswith(start) and _DASHES.search(end):
            start, end = end, None  # the whole range stands in EP
        return _DASHES.sub("-", f"{start}-{end}" if end and end != start else start)

    def _numbers(self) -> tuple[tuple[str, ...], tuple[str, ...], list[str]]:
        found: dict[str, list[str]] = {"isbn": [], "issn": [], "SN": []}
        for value in self._values.pop("SN", []):
            issns, rest = read_number_list(value, normal_issn)
            found["issn"] += issns
            isbns, rest = read_number_list("; ".join(text for text, _ in rest), normal_isbn) if rest else ((), [])
            found["isbn"] += isbns
            found["SN"] += [text for text, _ in rest]
        return tuple(dict.fromkeys(found["isbn"])), tuple(dict.fromkeys(found["issn"])), found["SN"]

    def _keep_numbers(self, others: list[str]) -> None:
        for text in others:
            self.lose("SN", text, "neither an ISBN nor an ISSN")
        if others:
            self._extra["SN"] = "\n\n".join(others)
