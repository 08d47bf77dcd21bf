"""RIS out: one reference per record, `TY` to `ER`, in UTF-8 with CRLF line ends as the specification asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from commonplace.model import ris_names
from commonplace.model.csl_terms import EXTRA_DATES
from commonplace.model.edtf_date import EdtfDate, is_edtf, read_edtf
from commonplace.model.record import Record
from commonplace.model.rich_text import LOOKS_LIKE_MARKUP, RICH_FIELDS, plain
from commonplace.model.ris_terms import CSL_TYPE, EXTRA_TAG, FIELD, REFERENCE_TYPE, ROLE_TAG, TEXT_TAGS, WHOLE_BOOKS

_TAG = re.compile(r"[A-Z][A-Z0-9]")
_LOOKS_LIKE_TAG = re.compile(r"^(?=[A-Z][A-Z0-9] {1,2}-)", re.MULTILINE)
_PAGES = re.compile(r"(\w[\w.]*)-(\w[\w.]*)")
_END = "\r\n"

Line = tuple[str, str]


def write(records: Iterable[Record]) -> Iterator[str]:
    """One reference per record, ended by a blank line."""
    for record in records:
        yield reference(record)


def reference(record: Record) -> str:
    """The record as one reference."""
    lines = "".join(f"{tag}  - {_lines(text)}{_END}" for tag, text in _tagged(record))
    return f"{lines}ER  - {_END}{_END}"


def _lines(text: str) -> str:
    """A value over several lines: RIS takes a line without a tag for more of the one before."""
    return _LOOKS_LIKE_TAG.sub(" ", text).replace("\n", _END) if "\n" in text else text


def _tagged(record: Record) -> Iterator[Line]:
    reference_type = REFERENCE_TYPE.get(record.type, "GEN")
    yield "TY", reference_type
    if CSL_TYPE[reference_type] != record.type:
        yield FIELD, f"csl-type: {record.type}"
    yield "ID", record.key
    yield from _names(record)
    for attribute, tags in TEXT_TAGS:
        if text := getattr(record, attribute):
            if attribute == "container_title" and record.type in WHOLE_BOOKS:
                yield FIELD, f"container-title: {text}"
            else:
                yield tags[0], text
    yield from _rich(record)
    yield from _dates(record)
    if record.page:
        pages = _PAGES.fullmatch(record.page)
        # Others write the same start and end for a single page, so `20-20` must stay in one piece.
        two = pages is not None and pages[1] != pages[2]
        yield from (("SP", pages[1]), ("EP", pages[2])) if pages and two else (("SP", record.page),)
    if record.doi or "doi" in record.extra:
        yield "DO", record.doi or record.extra["doi"]
    for number in (*record.isbn, *record.issn):
        yield "SN", number
    for keyword in record.keywords:
        yield "KW", keyword
    if record.part_of:
        yield FIELD, f"part-of: {record.part_of}"
    yield from _extra(record)


def _rich(record: Record) -> Iterator[Line]:
    """RIS is plain text: markup goes beside it. So does plain text that others' markup in RIS would be mistaken for."""
    for name in RICH_FIELDS:
        text = getattr(record, name)
        if form := record.rich.get(name):
            yield FIELD, f"rich {name}: {form}"
        elif text and LOOKS_LIKE_MARKUP.search(text):
            yield FIELD, f"rich {name}: {plain(text).html}"


def _names(record: Record) -> Iterator[Line]:
    said: set[str] = set()
    for contributor in record.contributors:
        text = ris_names.written(contributor.name)
        tag = ROLE_TAG.get(contributor.role)
        yield (tag, text) if tag else (FIELD, f"role {contributor.role}: {text}")
        if ris_names.read(text) != contributor.name and text not in said:
            said.add(text)
            yield FIELD, f"name: {ris_names.parts_field(text, contributor.name)}"


def _dates(record: Record) -> Iterator[Line]:
    """`PY` is the year, `DA` the date where there is more to it."""
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
    """Year, month and day as far as they are known, nothing for a year that four digits cannot say."""
    try:
        start = read_edtf(edtf).start
    except ValueError:
        return []
    parts = start.parts if isinstance(start, EdtfDate) else ()
    return [str(part).zfill(4 if i == 0 else 2) for i, part in enumerate(parts)] if 0 <= (*parts, -1)[0] <= 9999 else []


def _date(edtf: str) -> str:
    """`YYYY/MM/DD/other`; other is the EDTF where the numbers do not say it."""
    numbers = _numbers(edtf)
    return "/".join((*[*numbers, "", "", ""][:3], "" if "-".join(numbers) == edtf else edtf))


def _extra(record: Record) -> Iterator[Line]:
    for name, text in record.extra.items():
        if name == "doi" and not record.doi:
            continue
        tag = _tag(name, text, record)
        if tag:
            yield tag, _date(text) if name in EXTRA_DATES and is_edtf(text) else text
        elif _TAG.fullmatch(name):
            for line in text.split("\n\n"):
                yield name, line
        else:
            yield FIELD, f"{name}: {text}"


def _tag(name: str, text: str, record: Record) -> str | None:
    """The tag of a field in `extra`, where RIS has one, and nothing else is read from it."""
    tag = EXTRA_TAG.get(name)
    if tag is None or tag in record.extra or "\n\n" in text:
        return None
    # Beside no container, or beside one of that name, it would be read as the container itself.
    return None if name == "container-title-short" and record.container_title in (None, text) else tag
