"""Write CSL-JSON: items of the CSL 1.0.2 schema.

`id` and `citation-key` are the record's key. What CSL has no variable for (fields in `extra`,
roles of ours, dates that date parts cannot say) goes under `custom`, which the schema leaves free.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

from commonplace.model.csl_terms import (
    COLLECTED,
    CUSTOM,
    DATE_VARIABLES,
    DATE_WORDS,
    EXTRA_DATES,
    NAME_VARIABLES,
    NUMBERED_BY_ARCHIVE,
    ORIGINAL_TITLE,
    OTHER_TEXT_VARIABLES,
    OTHER_TITLES,
    TEXT_VARIABLES,
    VERBATIM_VARIABLES,
    csl_date,
    edtf_date,
    joined_keywords,
    split_keywords,
)
from commonplace.model.edtf_date import is_edtf
from commonplace.model.eprints import eprint_of
from commonplace.model.names import Name
from commonplace.model.other_titles import UNKNOWN, as_json
from commonplace.model.record import Record
from commonplace.model.rich_text import csl_escaped, csl_form

_RARE_PARTS = ("dropping-particle", "comma-suffix", "static-ordering")

CslItem = dict[str, Any]
DATE_NAMES = frozenset([*(variable for variable, _ in DATE_VARIABLES), *EXTRA_DATES])
"""Every date variable that is written."""


def write(records: Iterable[Record]) -> Iterator[str]:
    """Yield each record as a JSON object, which stands in an array."""
    for record in records:
        yield _json(item(record))


def _json(item: CslItem) -> str:
    try:
        return to_json(item).decode()
    except PydanticSerializationError:  # half of a surrogate pair, which only Python's own writer lets through
        return json.dumps(item, ensure_ascii=False, separators=(",", ":"))


def item(record: Record) -> CslItem:
    """Return the record as a CSL item."""
    made: CslItem = {"id": record.key, "citation-key": record.key, "type": record.type}
    custom: CslItem = {}
    _add_texts(record, made)
    _add_names(record, made, custom)
    _add_dates(record, made, custom)
    if record.isbn or record.issn or record.extra:
        _add_identifiers(record, made)
    if record.keywords:
        made["keyword"] = joined_keywords(record.keywords)
        if split_keywords(made["keyword"]) != record.keywords:
            custom["keywords"] = list(record.keywords)
    if record.part_of:
        custom["part-of"] = record.part_of
    if record.alternative_keys:
        custom["alternative-keys"] = list(record.alternative_keys)
    if record.original_titles or record.translated_titles or record.transliterated_titles:
        _add_other_titles(record, made, custom)
    _add_extra(record, made, custom)
    if "eprint" in record.extra:
        _add_eprint(record, made)
    if custom:
        made[CUSTOM] = custom
    return made


def _add_other_titles(record: Record, made: CslItem, custom: CslItem) -> None:
    """Add the original title, and under `custom` all titles with their languages, where that does not say it."""
    if record.original_titles:
        made[ORIGINAL_TITLE] = csl_escaped(record.original_titles[0].text)
    titles = as_json(record)
    if titles != [{"kind": "original", "language": UNKNOWN, "title": titles[0]["title"]}]:
        custom[OTHER_TITLES] = titles


def _add_extra(record: Record, made: CslItem, custom: CslItem) -> None:
    """Add the fields in `extra`, as variables where CSL has some, and the number of a book within its series."""
    in_series = record.collection_title and record.type in COLLECTED
    if record.number and in_series and "collection-number" not in record.extra:
        made["collection-number"] = made.pop("number")
    for name, text in record.extra.items():
        if name in EXTRA_DATES:
            _add_date(name, text, made, custom)
        elif (variable := name.removesuffix("-literal")) in DATE_NAMES:
            made.setdefault(variable, {})["literal"] = text
        elif name in OTHER_TEXT_VARIABLES and name not in made:
            made[name] = text if name in VERBATIM_VARIABLES else csl_escaped(text)
        elif name not in ("isbn", "issn", "doi"):
            custom[name] = text
    if "issued" not in made and (words := next(filter(None, map(record.extra.get, DATE_WORDS)), None)):
        made["issued"] = {"literal": words}


def _add_eprint(record: Record, made: CslItem) -> None:
    """Say an electronic archive in CSL's variables: styles print no others, and pandoc does the same."""
    found = eprint_of(record.extra)
    if found is None:
        return
    made.setdefault("archive", found.archive)
    made.setdefault("number" if record.type in NUMBERED_BY_ARCHIVE else "archive_location", found.number)
    if found.archive == "PubMed":
        made.setdefault("PMID", found.identifier)
    if found.url:
        made.setdefault("URL", found.url)


def _add_texts(record: Record, made: CslItem) -> None:
    rich, said = record.rich, vars(record)  # an attribute that was never set is not looked for: most are not
    for variable, attribute in TEXT_VARIABLES:
        if attribute in said and (text := said[attribute]):
            if rich and attribute in rich:
                text = csl_form(rich[attribute])
            elif ("&" in text or "<" in text) and variable not in VERBATIM_VARIABLES:
                text = csl_escaped(text)
            made[variable] = text


def _add_names(record: Record, made: CslItem, custom: CslItem) -> None:
    for contributor in record.contributors:
        place = made if contributor.role in NAME_VARIABLES else custom
        place.setdefault(contributor.role, []).append(_name(contributor.name))


def _name(name: Name) -> CslItem:
    made: CslItem = {}
    if name.family:
        made["family"] = name.family
    if name.given:
        made["given"] = name.given
    if name.particle:
        made["non-dropping-particle"] = name.particle
    if name.suffix:
        made["suffix"] = name.suffix
    if name.literal:
        made["literal"] = name.literal
    if name.dropping_particle or name.comma_suffix or name.static_ordering:  # as few names have
        rare = (name.dropping_particle, name.comma_suffix, name.static_ordering)
        made |= {part: value for part, value in zip(_RARE_PARTS, rare, strict=True) if value}
    for part, value in made.items():
        if value is not True and ("&" in value or "<" in value):
            made[part] = csl_escaped(value)
    return made


def _add_dates(record: Record, made: CslItem, custom: CslItem) -> None:
    for variable, attribute in DATE_VARIABLES:
        if edtf := getattr(record, attribute):
            _add_date(variable, edtf, made, custom)


def _add_date(variable: str, edtf: str, made: CslItem, custom: CslItem) -> None:
    made[variable] = csl_date(edtf)
    if not _is_said_by_parts(edtf) and is_edtf(edtf):
        custom[variable] = edtf


@lru_cache(maxsize=8192)
def _is_said_by_parts(edtf: str) -> bool:
    return edtf_date(csl_date(edtf)) == edtf


def _add_identifiers(record: Record, made: CslItem) -> None:
    for variable, numbers in (("ISBN", record.isbn), ("ISSN", record.issn)):
        kept = record.extra.get(variable.lower())
        if numbers or kept:
            made[variable] = ", ".join([*numbers, *([kept] if kept else [])])
    if not record.doi and "doi" in record.extra:
        made["DOI"] = record.extra["doi"]
