"""Read PubMed's NBIB, the MEDLINE format: a tag of four characters, a hyphen, a value; indented lines go on with it.

Source: MEDLINE/PubMed Data Element (Field) Descriptions, National Library of Medicine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from commonplace.importers.broken_entries import read_or_broken
from commonplace.importers.entry_draft import EntryDraft, Keys
from commonplace.importers.missing_keys import with_keys
from commonplace.importers.reading import Fault, Reading
from commonplace.importers.text_encoding import UnreadableFile, decode_text
from commonplace.model import ris_names
from commonplace.model.languages import tag_of_code
from commonplace.model.names import Name
from commonplace.model.other_titles import own_or_transliterated
from commonplace.model.record import ReadEntry, Record
from commonplace.model.relations import gravest, status_of_genre

_TAGGED = re.compile(r"([A-Z][A-Z0-9 ]{3})- ?(.*)")
_SUFFIX = re.compile(r"(?P<given>.+?),? (?P<suffix>Jr\.?|Sr\.?|2nd|3rd|4th|II|III|IV)")
_IDENTIFIER = re.compile(r"(?P<value>.*\S)\s*\[(?P<kind>[a-z]+)\]")
_ISSN = re.compile(r"\s*\((?:Electronic|Print|Linking|Undetermined)\)\s*")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_SHOWN = 400

_TEXTS = {"VI": "volume", "IP": "issue", "EN": "edition", "CTI": "collection_title", "AB": "abstract"}
_KEPT = {
    "PMID": "PMID",
    "PMC": "PMCID",
    "TA": "container-title-short",
    "PT": "publication-type",
    "AD": "affiliation",
    "GR": "grant",
    "RN": "substance",
}
"""Tags that no field of a record holds, and the names they are kept under; other tags in lower case."""

_WHOLE_NAMES = {"FAU": "author", "FED": "editor"}
"""Tags of whole names, each followed by the tag of the name cut short, and the role they say."""

_SHORT_NAMES = {"AU": "FAU", "ED": "FED"}
"""Tags of names cut short, and the tag of the whole name that may stand before each."""

_STATUSES = {
    "CRI": "corrected",
    "ECI": "expression-of-concern",
    "EIN": "corrected",
    "PRIN": "corrected",
    "RIN": "retracted",
    "RPI": "corrected",
}
"""Tags that name the notice of a correction or retraction, and the status they give the article."""

_TYPES = {"Preprint": "article", "Dataset": "dataset", "Newspaper Article": "article-newspaper"}


@dataclass(slots=True)
class _Citation:
    """The lines of one citation and its values, in their order."""

    line: int
    raw: list[str] = field(default_factory=list)
    values: list[tuple[str, list[str]]] = field(default_factory=list)


def read_nbib(data: bytes, filename: str = "") -> Reading:
    """Read NBIB. Every `PMID` that begins a citation comes out as one `ReadEntry`.

    Raises `UnreadableFile` when the bytes are empty, not text, or hold no citation.
    """
    text, faults = decode_text(data)
    citations = _split(text, faults)
    if not citations:
        raise UnreadableFile("not NBIB: no line begins with 'PMID- '")
    return Reading(filename=filename, entries=with_keys(_entries(citations), ()), total=len(citations), faults=faults)


def _split(text: str, faults: list[Fault]) -> list[_Citation]:
    citations: list[_Citation] = []
    current: _Citation | None = None
    for number, line in enumerate(text.split("\n"), 1):
        found = _TAGGED.match(line)
        tag = found[1].strip() if found else ""
        if tag == "PMID":
            current = _Citation(number)
            citations.append(current)
        if current is None:
            if line.strip():
                faults.append(Fault(line=number, why="outside of any citation (PMID)", raw=line[:_SHOWN]))
            continue
        current.raw.append(line)
        if found:
            current.values.append((tag, [found[2].strip()]))
        elif line.strip():
            current.values[-1][1].append(line.strip())
    return citations


def _entries(citations: list[_Citation]) -> Iterator[ReadEntry]:
    keys = Keys()
    for position, citation in enumerate(citations, 1):
        raw = "\n".join(citation.raw).strip()
        yield read_or_broken(position, citation.line, raw, None, partial(_entry, position, citation, raw, keys))


def _entry(position: int, citation: _Citation, raw: str, keys: Keys) -> ReadEntry:
    draft = EntryDraft()
    said = [(tag, text) for tag, lines in citation.values if (text := " ".join(lines).strip())]
    pmid = next((text for tag, text in said if tag == "PMID"), "")
    key = keys.of(draft, f"pmid{pmid}" if pmid else None, "PMID", citation.line)
    return ReadEntry(
        position=position,
        line=citation.line,
        raw=raw,
        key=key if pmid else None,
        record=_record(draft, said, key),
        losses=tuple(draft.losses),
    )


def _record(draft: EntryDraft, said: list[tuple[str, str]], key: str) -> Record:
    _names(draft, said)
    values: dict[str, list[str]] = {}
    for tag, text in said:
        if tag not in _WHOLE_NAMES and tag not in _SHORT_NAMES and tag != "CN":
            values.setdefault(tag, []).append(text)
    type = _type(draft, values)
    _titles(draft, values)
    _subjects(draft, values)
    for tag, name in _TEXTS.items():
        for text in values.pop(tag, []):
            draft.put(name, text, tag.lower())
    _languages(draft, values)
    for text in values.pop("PG", []):
        draft.pages("PG", text)
    for text in values.pop("DP", []):
        draft.date("issued", "DP", medline_date(text), text)
    for text in values.pop("DEP", []):
        draft.date("available", "DEP", f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) == 8 else None, text)
    _identifiers(draft, values)
    _imprint(draft, values, type)
    kinds = status_of_genre("; ".join(values.get("PT", [])))
    draft.keep("status", gravest([kinds, *(status for tag, status in _STATUSES.items() if tag in values)]))
    for tag, texts in values.items():
        for text in texts:
            draft.keep(_KEPT.get(tag, tag.lower()), text)
    return draft.record(key, type)


def _type(draft: EntryDraft, values: dict[str, list[str]]) -> str:
    if "BTI" in values:
        return "chapter" if "TI" in values else "book"
    said = [_TYPES[text] for text in values.get("PT", []) if text in _TYPES]
    if said:
        return said[0]
    if "JT" in values or "TA" in values:
        return "article-journal"
    draft.lose("PT", "; ".join(values.get("PT", [])), "neither a journal nor a book is named; read as document")
    return "document"


def _names(draft: EntryDraft, said: list[tuple[str, str]]) -> None:
    """Add people and groups in the order of the file. `FAU` and `AU` say one name, whole and cut short."""
    before = ""
    for tag, text in said:
        if tag in _WHOLE_NAMES:
            try:
                draft.name(_WHOLE_NAMES[tag], _whole_name(text))
            except ValueError as fault:
                draft.lose(tag, text, str(fault))
            before = tag
        elif tag in _SHORT_NAMES:
            if before != _SHORT_NAMES[tag]:
                draft.name(_WHOLE_NAMES[_SHORT_NAMES[tag]], _short_name(draft, tag, text))
            before = ""
        elif tag == "CN":
            draft.name("author", Name(literal=text))


def _whole_name(text: str) -> Name:
    """Return the name of `King, Martin Luther Jr`: what comes after the given names belongs to neither."""
    if "," not in text:
        return Name(family=text)  # a person of one name: bodies stand in `CN`
    name = ris_names.read(text)
    found = _SUFFIX.fullmatch(name.given or "")
    if not found:
        return name
    return Name(family=name.family, given=found["given"], particle=name.particle, suffix=found["suffix"])


def _short_name(draft: EntryDraft, tag: str, text: str) -> Name:
    """Return the name of `King ML Jr`; what has no initials at its end is a body."""
    if person := ris_names.initialled_name(text, certain=True):
        return person
    draft.lose(tag, text, "no initials at its end: read as the name of an organization")
    return Name(literal=text)


def _languages(draft: EntryDraft, values: dict[str, list[str]]) -> None:
    """Set the first language, of several, and add the title in the article's own, of which `TI` is a translation.

    That is the first language but English, which the translation is in; PubMed may have the title in Latin letters.
    """
    tags = [tag_of_code(code) for code in values.pop("LA", [])]
    for tag in tags:
        if draft.fields.setdefault("language", tag) != tag:
            draft.keep("language", tag)
    own = next((tag for tag in tags if tag != "en"), None)
    for text in values.pop("TT", []):
        kind, language = own_or_transliterated(own, text)
        draft.other_title(kind, language, text.removesuffix(".") if not text.endswith("..") else text)


def _titles(draft: EntryDraft, values: dict[str, list[str]]) -> None:
    """Set the title without the full stop that PubMed puts behind every one."""
    for text in values.pop("TI", []):
        draft.put("title", text.removesuffix(".") if not text.endswith("..") else text)
    for text in values.pop("BTI", []):
        draft.put("container_title" if "title" in draft.fields else "title", text)
    for text in values.pop("JT", []):
        draft.put("container_title", text)
    if "container_title" not in draft.fields and "TA" in values:
        draft.put("container_title", values["TA"].pop(0))


def _subjects(draft: EntryDraft, values: dict[str, list[str]]) -> None:
    """Add headings and the authors' own words; a star marks what the article is mainly about."""
    for tag in ("MH", "OT"):
        for text in values.pop(tag, []):
            draft.keyword(text.replace("*", ""))
            if "*" in text:
                draft.keep("main-subject", text.replace("*", ""))


def _identifiers(draft: EntryDraft, values: dict[str, list[str]]) -> None:
    for tag in ("LID", "AID"):
        for text in values.pop(tag, []):
            found = _IDENTIFIER.fullmatch(text)
            if found and found["kind"] == "doi":
                draft.doi(tag, found["value"])
            else:
                draft.keep(found["kind"] if found else tag.lower(), found["value"] if found else text)
    for tag in ("IS", "ISBN"):
        for text in values.pop(tag, []):
            draft.number(tag, _ISSN.sub("", text))


def _imprint(draft: EntryDraft, values: dict[str, list[str]], type: str) -> None:
    """Set publisher and place; of a journal the place is its country, which is not where a work appeared."""
    for text in values.pop("PB", []):
        draft.put("publisher", text)
    for text in values.pop("PL", []):
        if type in ("book", "chapter"):
            draft.put("publisher_place", text)
        else:
            draft.keep("journal-country", text)


def medline_date(text: str) -> str | None:
    """Return a date of publication as EDTF, None when it cannot be read.

    `2018 Mar-Apr`, `2018 Dec 20-2019 Jan 3` and `2001 Spring` are such dates.
    """
    first, dash, second = text.partition("-")
    start = _date_parts(first, ())
    if start is None or not dash:
        return _edtf(start) if start else None
    end = _date_parts(second, start)
    return f"{_edtf(start)}/{_edtf(end)}" if end else None


def _date_parts(text: str, before: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return year, month and day as far as they stand there; what is absent at an end is that of the beginning."""
    year = month = day = 0
    for word in text.split():
        if word.isdecimal() and len(word) == 4:
            year = int(word)
        elif named := _MONTHS.get(word[:3].lower()) or _SEASONS.get(word.lower()):
            month = named
        elif word.isdecimal() and len(word) <= 2:
            day = int(word)
        else:
            return None
    year = year or (before[0] if before else 0)
    if day and not month:
        month = before[1] if len(before) > 1 else 0
    if not year or (day and not month):
        return None
    return tuple(part for part in (year, month, day) if part)


def _edtf(parts: tuple[int, ...]) -> str:
    return "-".join(str(part).zfill(4 if place == 0 else 2) for place, part in enumerate(parts))
