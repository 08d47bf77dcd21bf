"""Write RIS: one reference per record, `TY` to `ER`, in UTF-8 with CRLF line ends as the specification asks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from commonplace.model import ris_names
from commonplace.model.csl_terms import EXTRA_DATES
from commonplace.model.edtf_date import EdtfDate, is_edtf, read_edtf
from commonplace.model.other_titles import UNKNOWN, as_json
from commonplace.model.record import Record
from commonplace.model.rich_text import LOOKS_LIKE_MARKUP, RICH_FIELDS, plain
from commonplace.model.ris_terms import EPUB_DATE, FIELD, OTHER_TITLES, TRANSLATED, field_name
from commonplace.model.ris_types import (
    CONFERENCE,
    CSL_TYPE,
    NUMBERED,
    REFERENCE_TYPE,
    WHOLE_BOOKS,
    Meanings,
    meanings,
)

_LOOKS_LIKE_TAG = re.compile(r"^(?=[A-Z][A-Z0-9] {1,2}-)", re.MULTILINE)
_TAG = re.compile(r"[A-Z][A-Z0-9]")
_NEVER_KEPT = frozenset(("TY", "ER", "KW", "SP", "EP", "DA", "Y1", "PD", TRANSLATED))
"""Tags that a reader never keeps under their own name where they are the first of a reference."""

_PAGES = re.compile(r"(\w[\w.]*)-(\w[\w.]*)")
_ENTITY = re.compile(r"&(?=(?:[A-Za-z]\w*|#\d+|#[xX][0-9A-Fa-f]+);)")
_DIGIT_OR_LINE = re.compile(r"[\d\n]")
_DASH = re.compile("[-–—‒−]")
_END = "\r\n"

Line = tuple[str, str]


def write(records: Iterable[Record]) -> Iterator[str]:
    """Yield one reference per record, ended by a blank line."""
    for record in records:
        yield reference(record)


def reference(record: Record) -> str:
    """Return the record as one reference."""
    lines = "".join(f"{tag}  - {_lines(text)}{_END}" for tag, text in _tagged(record))
    return f"{lines}ER  - {_END}{_END}"


def _lines(text: str) -> str:
    """Return a value over several lines: RIS takes a line without a tag for more of the one before."""
    return _LOOKS_LIKE_TAG.sub(" ", text).replace("\n", _END) if "\n" in text else text


def _tagged(record: Record) -> Iterator[Line]:
    reference_type = REFERENCE_TYPE.get(record.type, "GEN")
    means = meanings(reference_type)
    yield "TY", reference_type
    if CSL_TYPE[reference_type] != record.type:
        yield FIELD, f"csl-type: {record.type}"
    yield "ID", record.key
    yield from _names(record, means)
    for attribute, tags in means.texts.items():
        if text := getattr(record, attribute):
            yield from _text(record, reference_type, attribute, tags[0] if tags else FIELD, text)
    yield from _rich(record)
    yield from _other_titles(record)
    yield from _dates(record)
    yield from _pages(record, means)
    if record.doi or "doi" in record.extra:
        yield "DO", record.doi or record.extra["doi"]
    for number in (*record.isbn, *record.issn):
        yield "SN", number
    for keyword in record.keywords:
        yield "KW", _escaped(keyword)
    if any(";" in keyword or "\n" in keyword for keyword in record.keywords):
        yield FIELD, f"keywords: {json.dumps(record.keywords, ensure_ascii=False)}"
    yield from _other_keys(record)
    for name, text in record.extra.items():
        yield from _extra(record, reference_type, means, name, text)


def _other_keys(record: Record) -> Iterator[Line]:
    if record.part_of:
        yield FIELD, f"part-of: {record.part_of}"
    for key in record.alternative_keys:
        yield FIELD, f"alternative-key: {key}"


def _text(record: Record, reference_type: str, attribute: str, tag: str, text: str) -> Iterator[Line]:
    """Yield an attribute under its tag, or under its name where a reader would take the tag for something else."""
    if (
        tag == FIELD
        or (attribute == "container_title" and reference_type in WHOLE_BOOKS)
        or (attribute == "number" and reference_type in NUMBERED and "SN" in record.extra)
        or (attribute == "edition" and reference_type == "JOUR" and EPUB_DATE.fullmatch(text))
    ):
        yield FIELD, f"{attribute.replace('_', '-')}: {text}"
        return
    text = text if attribute in RICH_FIELDS else _escaped(text)
    yield tag, text
    event = record.extra.get("event-title")
    if attribute == "container_title" and reference_type in CONFERENCE and event in (None, record.container_title):
        yield "T2", text  # where most programs look for it; the same text twice names no conference


def _escaped(text: str) -> str:
    """Return the text with what a reader would take for an entity of HTML in a form that it reads back."""
    return _ENTITY.sub("&amp;", text) if "&" in text else text


def _rich(record: Record) -> Iterator[Line]:
    """Yield markup, which RIS has no place for, and plain text that others' markup would be mistaken for."""
    for name in RICH_FIELDS:
        text = getattr(record, name)
        if form := record.rich.get(name):
            yield FIELD, f"rich {name}: {form}"
        elif text and LOOKS_LIKE_MARKUP.search(text):
            yield FIELD, f"rich {name}: {plain(text).html}"


def _other_titles(record: Record) -> Iterator[Line]:
    """Yield the first translated title, and all titles with their languages where that does not say it."""
    titles = as_json(record)
    if record.translated_titles:
        yield TRANSLATED, _escaped(record.translated_titles[0].text)
    if titles and titles != [{"kind": "translated", "language": UNKNOWN, "title": titles[0]["title"]}]:
        yield FIELD, f"{OTHER_TITLES}: {json.dumps(titles, ensure_ascii=False)}"


def _names(record: Record, means: Meanings) -> Iterator[Line]:
    said: set[str] = set()
    for contributor in record.contributors:
        text = ris_names.written(contributor.name)
        tag = means.role_tags.get(contributor.role)
        yield (tag, text) if tag else (FIELD, f"role {contributor.role}: {text}")
        if text not in said and ris_names.needs_parts(text, contributor.name):
            said.add(text)
            yield FIELD, f"name: {ris_names.parts_field(text, contributor.name)}"


def _dates(record: Record) -> Iterator[Line]:
    """Yield `PY`, the year, and `DA`, the date where there is more to it."""
    if record.available:
        yield FIELD, f"available: {record.available}"
    if not record.issued:
        return
    numbers = _numbers(record.issued)
    if numbers:
        yield "PY", numbers[0]
    if len(numbers) != 1 or numbers[0] != record.issued:
        yield "DA", _date(record.issued)


def _numbers(edtf: str) -> list[str]:
    """Return year, month and day as far as they are known, nothing for a year that four digits cannot say."""
    try:
        start = read_edtf(edtf).start
    except ValueError:
        return []
    parts = start.parts if isinstance(start, EdtfDate) else ()
    return [str(part).zfill(4 if i == 0 else 2) for i, part in enumerate(parts)] if 0 <= (*parts, -1)[0] <= 9999 else []


def _date(edtf: str) -> str:
    """Return `YYYY/MM/DD/other`; other is the EDTF where the numbers do not say it."""
    numbers = _numbers(edtf)
    return "/".join((*[*numbers, "", "", ""][:3], "" if "-".join(numbers) == edtf else edtf))


def _pages(record: Record, means: Meanings) -> Iterator[Line]:
    if not record.page:
        return
    pages = _PAGES.fullmatch(record.page)
    # Others write one page as a range from it to itself, so `20-20` must stay in one piece.
    if pages and pages[1] != pages[2]:
        yield from (("SP", pages[1]), ("EP", pages[2]))
        return
    yield "SP", record.page
    if "SP" in means.extras and "-" not in record.page:
        yield "EP", record.page  # `SP` alone says how many pages there are


def _extra(record: Record, reference_type: str, means: Meanings, name: str, text: str) -> Iterator[Line]:
    if name == "doi" and not record.doi:
        return
    tag = means.extra_tags.get(name)
    if tag is not None and _is_read_as_field(record, reference_type, name, tag, text):
        yield tag, _date(text) if name in EXTRA_DATES and is_edtf(text) else _escaped(text)
    elif _is_read_as_tag(record, reference_type, means, name, text):
        for line in text.split("\n\n"):
            yield name, line
    else:
        yield FIELD, f"{field_name(name, reserved=name.replace('-', '_') in means.texts)}: {text}"


def _is_read_as_field(record: Record, reference_type: str, name: str, tag: str, text: str) -> bool:
    """Return whether a reader takes the tag for that field of `extra`, and nothing else for it."""
    if tag in record.extra or "\n" in text:
        return False
    if name == "container-title-short":
        whole = reference_type in WHOLE_BOOKS
        title = record.container_title or (record.collection_title if whole else None)
        return text != title and (whole or title is not None)
    if tag == "SP":
        return not record.page and not _DASH.search(text)
    if tag == "T2" and reference_type in CONFERENCE:
        return record.container_title not in (None, text)
    return True


def _is_read_as_tag(record: Record, reference_type: str, means: Meanings, name: str, text: str) -> bool:
    """Return whether a reader keeps a tag that a record has in `extra` under its own name again."""
    if not _TAG.fullmatch(name) or name in _NEVER_KEPT or name in means.roles or name in means.extras:
        return False
    if name in means.in_one_line and ("&" in text or "\n" in text.replace("\n\n", "")):
        return False
    attribute = next((attribute for attribute, tags in means.texts.items() if name in tags), None)
    if attribute is not None:
        return bool(getattr(record, attribute))
    match name:
        case "DO":
            return bool(record.doi) and all(line.startswith("10.") for line in text.split("\n\n"))
        case "PY":
            return not record.issued and not _DIGIT_OR_LINE.search(text)
        case "SN":
            return reference_type not in NUMBERED or bool(record.number) or "\n\n" in text
        case "AN":
            return "PMID" not in record.extra
        case "C2" | "C3" | "C7":
            is_field = name == FIELD and (not record.number or ": " in text or "&" in text)
            return not text.startswith("PMC") and not is_field
    return True
