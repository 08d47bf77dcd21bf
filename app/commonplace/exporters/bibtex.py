"""Write BibTeX: one entry per record, in UTF-8, for BibTeX and BibLaTeX alike.

Classic field and type names are used where there are some; `date` stands beside `year` only
where it says more. What the record keeps in `extra` goes out under its own name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from string import ascii_lowercase

from commonplace.exporters.bibtex_names import annotation, name_list
from commonplace.exporters.latex_text import escape, escape_path, escape_rich, escape_title, escape_verbatim
from commonplace.model.biblatex_keys import state_key
from commonplace.model.bibtex_terms import (
    ARTICLE_TYPES,
    BACHELOR_OR_MASTER,
    CSL_TYPE,
    EDITOR_TYPE,
    ENTRY_TYPE,
    EXTRA_FIELD,
    EXTRA_FIELDS,
    FIELD_NAMES,
    MONTH_MACROS,
    MORE_NAMES,
    PATH_FIELDS,
    READ_ALWAYS,
    READ_FIRST,
    ROLE_FIELDS,
    THESIS_GENRE,
    TITLE_FIELDS,
    VERBATIM_FIELDS,
    WORDS_FOR_YEAR,
    container_field,
    publisher_fields,
    title_field,
    written_names,
)
from commonplace.model.csl_terms import EXTRA_DATES
from commonplace.model.edtf_date import EdtfDate, is_edtf, read_edtf
from commonplace.model.languages import langid
from commonplace.model.name_annotations import ANNOTATION
from commonplace.model.names import Name
from commonplace.model.other_titles import UNKNOWN, is_one_language, tag_of
from commonplace.model.record import Record
from commonplace.model.rich_text import plain, read

_UNSAFE_KEY = re.compile(r"[\s{}(),\"'=\\%#~@]+")
_UNSAFE_FIELD = re.compile(r"[^A-Za-z0-9:+_./-]+")
_PAGE_RANGE = re.compile(r"(?<![\w-])(\w[\w.]*)-(\w[\w.]*)(?![\w-])")
_DATE_FIELDS = frozenset({"date", "year", "month", "day"})
_THESIS = {genre: entry_type for entry_type, genre in THESIS_GENRE.items()}
_TEXTS = (("volume", "volume"), ("edition", "edition"), ("series", "collection_title"))
_FIELD_OF_ROLE = {role: field for field, role in ROLE_FIELDS.items()}


def write(records: Iterable[Record], *, crossref: bool = False) -> Iterator[str]:
    """Yield one entry of BibTeX text per record, ended by a blank line.

    What a record is part of is written as `xref`, which only names it; with `crossref`, as
    `crossref`, from which BibTeX and BibLaTeX inherit (BibTeX wants the parent further down).
    """
    for record in records:
        yield entry(record, crossref=crossref)


def entry(record: Record, *, crossref: bool = False) -> str:
    """Return the record as one entry, ended by a blank line."""
    entry_type, implied = _entry_type(record)
    fields = {"ids": _braced(", ".join(map(safe_key, record.alternative_keys)))} if record.alternative_keys else {}
    fields.update(_names(record))
    fields.update(_texts(record, entry_type))
    fields.update(_dates(record))
    fields.update(_identifiers(record))
    if implied != record.type:
        fields["entrysubtype"] = _braced(
            record.type.removeprefix("article-") if "article-" in record.type else record.type
        )
    if record.part_of:
        fields["crossref" if crossref else "xref"] = _braced(safe_key(record.part_of))
    fields.update(_extra(record, fields))
    lines = "".join(f"  {name} = {value},\n" for name, value in fields.items())
    key = safe_key(record.key)
    note = (
        ""
        if key == record.key
        else f"% the key of the next entry was: {' '.join(record.key.replace('@', '(at)').split())}\n"
    )
    return f"{note}@{entry_type}{{{key},\n{lines}}}\n\n"


def safe_key(key: str) -> str:
    """Return the key where BibTeX and biber take it as it is; else one that they take.

    The new one depends on the old one alone and ends in a piece of its hash, so that it is the same
    wherever the key is written, and no other key becomes it.
    """
    if key and not _UNSAFE_KEY.search(key):
        return key
    return f"{_UNSAFE_KEY.sub('_', key)}-{hashlib.sha256(key.encode()).hexdigest()[:8]}"


def _entry_type(record: Record) -> tuple[str, str]:
    """Return the entry type, and the CSL type it implies by itself."""
    kept = record.extra.get("entrytype", "")
    if kept.isalnum() and kept.isascii() and CSL_TYPE.get(kept, "document") == record.type:
        return kept, record.type
    if record.type == "thesis" and record.genre:
        lower = "mastersthesis" if BACHELOR_OR_MASTER.search(record.genre) else "phdthesis"
        return _THESIS.get(record.genre, lower), "thesis"
    entry_type = ENTRY_TYPE.get(record.type, "misc")
    if entry_type != "misc":
        return entry_type, CSL_TYPE[entry_type]
    archive = record.extra.get("archiveprefix") or record.extra.get("eprinttype") or ""
    return "misc", "article" if "arxiv" in archive.lower() else "document"


def _braced(text: str) -> str:
    return "{" + text + "}"


def _names(record: Record) -> Iterator[tuple[str, str]]:
    by_role: dict[str, list[Name]] = {}
    for contributor in record.contributors:
        by_role.setdefault(contributor.role, []).append(contributor.name)
    for role in _FIELD_OF_ROLE:
        field = _FIELD_OF_ROLE[role]
        more = MORE_NAMES + field in record.extra
        if role in by_role or more:
            names = by_role.pop(role, [])
            yield field, _braced(name_list(names, more))
            yield from _annotation(field, names)
    # BibLaTeX has editora, editorb and editorc; more roles than that are rare, and go on in the alphabet.
    for letter, (role, names) in zip(ascii_lowercase, by_role.items(), strict=False):
        more = f"{MORE_NAMES}editor{letter}" in record.extra
        yield f"editor{letter}", _braced(name_list(names, more))
        yield f"editor{letter}type", _braced(EDITOR_TYPE[role])
        yield from _annotation(f"editor{letter}", names)


def _annotation(field: str, names: list[Name]) -> Iterator[tuple[str, str]]:
    if said := annotation(names):
        yield field + ANNOTATION, _braced(said)


def _texts(record: Record, entry_type: str) -> Iterator[tuple[str, str]]:
    if record.title:
        rich = record.rich.get("title")
        yield "title", _braced(escape_rich(read(rich), is_title=True) if rich else escape_title(record.title))
    if record.original_titles or record.translated_titles or record.transliterated_titles:
        yield from _other_titles(record)
    if record.container_title:
        yield container_field(record.type), _braced(escape(record.container_title))
    for field, attribute in _TEXTS:
        if text := getattr(record, attribute):
            yield field, _braced(escape(text))
    article = record.type in ARTICLE_TYPES
    for field, text in (
        ("number" if article else "issue", record.issue),
        ("eid" if article else "number", record.number),
    ):
        if text:
            yield field, _braced(escape(text))
    if record.page:
        yield "pages", _braced(_PAGE_RANGE.sub(r"\1--\2", escape(record.page)))
    yield from _imprint(record, entry_type)
    yield from _long_texts(record)


def _other_titles(record: Record) -> Iterator[tuple[str, str]]:
    """Yield each title with its language in the name of the field; BibLaTeX's own two fields say the first original."""
    used: set[str] = set()
    for attribute, name in TITLE_FIELDS.items():
        for language, text in getattr(record, attribute):
            if name == "origtitle" and not used and (said := _original_language(record, language)) is not None:
                field = name
                yield from [("origlanguage", _braced(escape(said)))] if said else []
            else:
                field = f"{name}-{language}" if language != UNKNOWN or name == "origtitle" else name
            number = 2
            while field in used:
                field = f"{field.partition('.')[0]}.{number}"
                number += 1
            used.add(field)
            yield field, _braced(escape(text))


def _original_language(record: Record, language: str) -> str | None:
    """Return what `origlanguage` is to say, empty for nothing; None where it says something else already."""
    kept = record.extra.get("origlanguage")
    if kept is not None:
        return "" if tag_of(kept) == language and not is_one_language(kept) else None
    return "" if language == UNKNOWN else langid(language) or language


def _imprint(record: Record, entry_type: str) -> Iterator[tuple[str, str]]:
    if record.genre and THESIS_GENRE.get(entry_type) != record.genre:
        yield "type", _braced(escape(record.genre))
    if record.publisher:
        yield publisher_fields(record.type)[0], _braced(escape(record.publisher))
    if record.publisher_place:
        yield "address", _braced(escape(record.publisher_place))
    if record.language:
        known = langid(record.language)
        yield ("langid", _braced(known)) if known else ("language", _braced(escape(record.language)))


def _long_texts(record: Record) -> Iterator[tuple[str, str]]:
    if record.note:
        yield "note", _braced(_rich_or_plain(record, "note", record.note))
    if record.keywords:
        yield "keywords", _braced(", ".join(_keyword(keyword) for keyword in record.keywords))
    if record.abstract:
        yield "abstract", _braced(_rich_or_plain(record, "abstract", record.abstract))


def _rich_or_plain(record: Record, field: str, text: str) -> str:
    rich = record.rich.get(field)
    return escape_rich(read(rich) if rich else plain(text))


def _keyword(keyword: str) -> str:
    return _braced(escape(keyword)) if "," in keyword or ";" in keyword else escape(keyword)


def _dates(record: Record) -> Iterator[tuple[str, str]]:
    """Yield `year` and `month` for BibTeX, and `date` where they do not say it all, or say something else."""
    if record.available:
        yield "availabledate", _braced(record.available)
    if not record.issued:
        words = next(filter(None, map(record.extra.get, WORDS_FOR_YEAR)), None)
        if words and not _DATE_FIELDS & record.extra.keys():
            yield "year", _braced(escape(words))
        return
    try:
        interval = read_edtf(record.issued)
    except ValueError:
        yield "year", _braced(escape(record.issued))
        return
    start = interval.start
    parts = start.parts if isinstance(start, EdtfDate) else ()
    common_era = bool(parts) and 0 < parts[0] <= 9999  # the year 0 of EDTF is 1 BC, which `year` cannot say
    year_and_month = "-".join(str(part).zfill(4 if i == 0 else 2) for i, part in enumerate(parts[:2]))
    simple = common_era and record.issued == year_and_month
    contradicted = _DATE_FIELDS & record.extra.keys()
    if "date" not in record.extra and (not simple or contradicted):
        yield "date", _braced(record.issued)
    elif "date" in record.extra and not simple:
        yield "year", _braced(record.issued)
        return
    if common_era and (not contradicted or contradicted == {"date"}):
        yield "year", _braced(f"{parts[0]:04}")
        if len(parts) > 1 and not interval.is_range:
            yield "month", MONTH_MACROS[parts[1] - 1]


def _identifiers(record: Record) -> Iterator[tuple[str, str]]:
    if record.doi:
        yield "doi", _braced(escape_verbatim(record.doi))
    for name, numbers in (("isbn", record.isbn), ("issn", record.issn)):
        kept = [record.extra[name]] if name in record.extra else []
        if numbers or kept:
            yield name, _braced(escape(", ".join([*numbers, *kept])))
    if record.url:
        yield "url", _braced(escape_verbatim(record.url))


def _extra(record: Record, taken: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the fields without a home, those left out that are written elsewhere; a name in use gets `x-` before it.

    BibTeX's names know no capitals, and not every sign: names that would come back as others are given in a field.
    """
    used = {name.lower() for name in taken}
    used.update(READ_ALWAYS, *(group for group in READ_FIRST if group.isdisjoint(used)))
    others: dict[str, str] = {}
    for name, text in record.extra.items():
        said = name in ("entrytype", "isbn", "issn") or (name.startswith(MORE_NAMES) and name[4:] in taken)
        if said or not text or (name in WORDS_FOR_YEAR and taken.get("year") == _braced(escape(text))):
            continue
        if name == "status":
            text = state_key(text, record.language)
        field = _free_field(name, used)
        used.add(field.lower())
        if EXTRA_FIELDS.get(field.lower(), field.lower()) != name:
            others[field] = name
        if name in EXTRA_DATES and is_edtf(text):
            yield field, _braced(text)
        else:
            yield field, _braced(_escaped(field.lower(), text))
    if others:
        yield FIELD_NAMES, _braced(written_names(others))


def _free_field(name: str, used: Container[str]) -> str:
    field = EXTRA_FIELD.get(name) or _UNSAFE_FIELD.sub("-", name).strip("-") or "x"
    while field.lower() in used or title_field(field.lower()):
        field = f"x-{field}"
    return field


def _escaped(field: str, text: str) -> str:
    if PATH_FIELDS.fullmatch(field):
        return escape_path(text)
    return escape_verbatim(text) if VERBATIM_FIELDS.fullmatch(field) else escape(text)
