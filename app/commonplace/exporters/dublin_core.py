"""Write a record as unqualified Dublin Core, in the container of OAI-PMH 2.0 (`oai_dc`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from commonplace.model.record import Record
from commonplace.model.xml_characters import without_forbidden

CONTAINER = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
ELEMENTS = "http://purl.org/dc/elements/1.1/"

_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def dublin_core_element(record: Record, iri: str, subjects: Iterable[str] = ()) -> etree._Element:
    """Return a record as an `oai_dc:dc` element; `subjects` are further ones beside its keywords."""
    root = etree.Element(f"{{{CONTAINER}}}dc", nsmap={"oai_dc": CONTAINER, "dc": ELEMENTS, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{CONTAINER} {SCHEMA}")
    for name, value in _statements(record, iri, subjects):
        if value and (text := without_forbidden(value)):
            etree.SubElement(root, f"{{{ELEMENTS}}}{name}").text = text
    return root


def _statements(record: Record, iri: str, subjects: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    yield "title", record.title
    yield from (("title", title.text) for title in (*record.original_titles, *record.translated_titles))
    yield from (("creator", name.inverted) for name in record.names("author"))
    yield from (("contributor", name.inverted) for role, name in record.contributors if role != "author")
    yield from (("subject", subject) for subject in dict.fromkeys((*record.keywords, *subjects)))
    yield "description", record.abstract
    yield "publisher", record.publisher
    yield "date", record.issued
    yield "type", record.type
    yield "identifier", iri
    yield "identifier", f"https://doi.org/{record.doi}" if record.doi else None
    yield from (("identifier", f"urn:ISBN:{isbn}") for isbn in record.isbn)
    yield "identifier", record.url
    yield "source", _source(record)
    yield "language", record.language


def _source(record: Record) -> str | None:
    """Return where a work appeared, in words: `World Development 24(6), 1073-1087`."""
    if not record.container_title:
        return None
    issue = f"({record.issue})" if record.issue else ""
    number = f" {record.volume or ''}{issue}" if record.volume or issue else ""
    return f"{record.container_title}{number}{f', {record.page}' if record.page else ''}"
