"""Write a record as a MODS 3.8 element, in the words that `commonplace.importers.mods` reads.

Source: Metadata Object Description Schema 3.8, Library of Congress; roles by the MARC relator codes.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from lxml import etree

from commonplace.model.names import Name
from commonplace.model.record import Record
from commonplace.model.xml_characters import without_forbidden

NAMESPACE = "http://www.loc.gov/mods/v3"
SCHEMA = "http://www.loc.gov/standards/mods/v3/mods-3-8.xsd"

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_PREFIXES = cast(dict[str, str], {None: NAMESPACE, "xsi": _XSI})  # None is no prefix

_RELATORS = {
    "author": "aut",
    "editor": "edt",
    "translator": "trl",
    "illustrator": "ill",
    "compiler": "com",
    "director": "drt",
    "interviewer": "ivr",
    "composer": "cmp",
    "performer": "prf",
    "narrator": "nrt",
    "producer": "pro",
    "contributor": "ctb",
    "curator": "cur",
    "recipient": "rcp",
}
"""CSL's names of roles, and the MARC relator code of each."""

_GENRES = {
    "article": "preprint",
    "article-journal": "journal article",
    "article-magazine": "magazine article",
    "article-newspaper": "newspaper article",
    "book": "book",
    "chapter": "book chapter",
    "dataset": "dataset",
    "entry-dictionary": "dictionary",
    "entry-encyclopedia": "encyclopedia",
    "hearing": "hearing",
    "interview": "interview",
    "legal_case": "legal case and case notes",
    "legislation": "legislation",
    "manuscript": "unpublished",
    "map": "map",
    "paper-conference": "conference paper",
    "patent": "patent",
    "report": "report",
    "review": "review",
    "speech": "speech",
    "thesis": "thesis",
    "webpage": "web page",
}
"""CSL types, and the MARC genre or word that says each."""

_RESOURCES = {
    "dataset": "software, multimedia",
    "graphic": "still image",
    "map": "cartographic",
    "motion_picture": "moving image",
    "musical_score": "notated music",
    "software": "software, multimedia",
    "song": "sound recording-musical",
}

_MONOGRAPHS = frozenset(("book", "chapter", "entry-dictionary", "entry-encyclopedia", "paper-conference"))
"""Types of works whose host is a book, and not a serial."""

_OF_HOST = frozenset(("editor", "container-author"))
"""Roles that belong to what a work appeared in, where it did."""


def mods_element(record: Record, iri: str, subjects: Iterable[str] = ()) -> etree._Element:
    """Return a record as a `mods` element; `subjects` are further ones beside its keywords."""
    root = etree.Element(f"{{{NAMESPACE}}}mods", nsmap=_PREFIXES, version="3.8")
    root.set(f"{{{_XSI}}}schemaLocation", f"{NAMESPACE} {SCHEMA}")
    _add(_add(root, "titleInfo"), "title", record.title or record.key)
    for kind, titles in (("translated", record.translated_titles), (None, record.original_titles)):
        for title in titles:
            _add(_add(root, "titleInfo", type=kind, lang=title.language), "title", title.text)
    hosted = bool(record.container_title)
    for role, name in record.contributors:
        if not (hosted and role in _OF_HOST):
            _name(root, name, role)
    _add(root, "typeOfResource", _RESOURCES.get(record.type, "text"))
    _add(root, "genre", _GENRES.get(record.type, record.type))
    _origin(root, record, hosted=hosted)
    if record.language:
        _add(_add(root, "language"), "languageTerm", record.language, type="code", authority="rfc5646")
    _add(root, "abstract", record.abstract)
    _add(root, "note", record.note)
    for subject in dict.fromkeys((*record.keywords, *subjects)):
        _add(_add(root, "subject"), "topic", subject)
    if hosted:
        _host(root, record)
    if record.collection_title:
        series = _add(root, "relatedItem", type="series")
        _add(_add(series, "titleInfo"), "title", record.collection_title)
    if not hosted:
        _part(root, record)
    _identifiers(root, record, iri, hosted=hosted)
    _add(_add(root, "location"), "url", record.url or iri)
    _add(_add(root, "recordInfo"), "recordIdentifier", record.key)
    return root


def _add(parent: etree._Element, name: str, text: str | None = "", **attributes: str | None) -> etree._Element:
    """Add an element, unless its text is None, and return it."""
    if text is None:
        return parent
    made = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    for attribute, value in attributes.items():
        if value:
            made.set(attribute, without_forbidden(value))
    made.text = without_forbidden(text) or None
    return made


def _name(parent: etree._Element, name: Name, role: str) -> None:
    made = _add(parent, "name", type="corporate" if name.literal else "personal")
    if name.literal:
        _add(made, "namePart", name.literal)
    else:
        _add(made, "namePart", " ".join(part for part in (name.particles, name.family) if part), type="family")
        _add(made, "namePart", name.given, type="given")
        _add(made, "namePart", name.suffix, type="termsOfAddress")
    term = _add(made, "role")
    if role in _RELATORS:
        _add(term, "roleTerm", _RELATORS[role], type="code", authority="marcrelator")
    else:
        _add(term, "roleTerm", role.replace("-", " "), type="text")


def _origin(root: etree._Element, record: Record, *, hosted: bool) -> None:
    if not (record.publisher or record.publisher_place or record.issued or record.edition):
        return
    origin = _add(root, "originInfo")
    if record.publisher_place:
        _add(_add(origin, "place"), "placeTerm", record.publisher_place, type="text")
    _add(origin, "publisher", record.publisher)
    if record.issued:
        _add(origin, "dateIssued", record.issued, encoding="edtf", keyDate="yes")
    _add(origin, "edition", record.edition)
    if not hosted and record.type in _MONOGRAPHS:
        _add(origin, "issuance", "monographic")


def _host(root: etree._Element, record: Record) -> None:
    host = _add(root, "relatedItem", type="host")
    _add(_add(host, "titleInfo"), "title", record.container_title)
    for role, name in record.contributors:
        if role in _OF_HOST:
            _name(host, name, "author" if role == "container-author" else role)
    _add(_add(host, "originInfo"), "issuance", "monographic" if record.type in _MONOGRAPHS else "continuing")
    _part(host, record)
    for kind, numbers in (("isbn", record.isbn), ("issn", record.issn)):
        for number in numbers:
            _add(host, "identifier", number, type=kind)


def _part(parent: etree._Element, record: Record) -> None:
    if not (record.volume or record.issue or record.page):
        return
    part = _add(parent, "part")
    for kind, number in (("volume", record.volume), ("issue", record.issue)):
        if number:
            _add(_add(part, "detail", type=kind), "number", number)
    if record.page:
        start, dash, end = record.page.partition("-")
        extent = _add(part, "extent", unit="pages")
        _add(extent, "start", start)
        _add(extent, "end", end if dash else None)


def _identifiers(root: etree._Element, record: Record, iri: str, *, hosted: bool) -> None:
    if record.doi:
        _add(root, "identifier", record.doi, type="doi")
    _add(root, "identifier", iri, type="uri")
    if not hosted:
        for kind, numbers in (("isbn", record.isbn), ("issn", record.issn)):
            for number in numbers:
                _add(root, "identifier", number, type=kind)
    if record.number:
        _add(root, "identifier", record.number, type="report number")
