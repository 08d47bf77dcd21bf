"""EndNote XML in: `record` elements, as EndNote and others write them.

There is no published specification; element names and reference types are those of EndNote's own export.
Text may be cut up into `style` elements, whose text is joined, with its faces where the field can be rich.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from commonplace.importers.entry_draft import EntryDraft
from commonplace.importers.reading import Reading
from commonplace.importers.written_dates import with_month, written_date
from commonplace.importers.xml_records import XmlEntries, child, children, leaves, read_entries, text_of
from commonplace.model import ris_names
from commonplace.model.languages import language_tag
from commonplace.model.names import Name
from commonplace.model.record import Record
from commonplace.model.rich_text import Run, rich_text

_TYPES = {
    "ancient text": "classic",
    "artwork": "graphic",
    "audiovisual material": "motion_picture",
    "bill": "bill",
    "blog": "post-weblog",
    "book": "book",
    "book section": "chapter",
    "case": "legal_case",
    "catalog": "book",
    "chart or table": "figure",
    "classical work": "classic",
    "computer program": "software",
    "conference paper": "paper-conference",
    "conference proceedings": "paper-conference",
    "dataset": "dataset",
    "dictionary": "entry-dictionary",
    "edited book": "book",
    "electronic article": "article-journal",
    "electronic book": "book",
    "electronic book section": "chapter",
    "encyclopedia": "entry-encyclopedia",
    "figure": "figure",
    "film or broadcast": "motion_picture",
    "generic": "document",
    "government document": "report",
    "hearing": "hearing",
    "interview": "interview",
    "journal article": "article-journal",
    "legal rule or regulation": "regulation",
    "magazine article": "article-magazine",
    "manuscript": "manuscript",
    "map": "map",
    "music": "song",
    "newspaper article": "article-newspaper",
    "online multimedia": "motion_picture",
    "pamphlet": "pamphlet",
    "patent": "patent",
    "personal communication": "personal_communication",
    "podcast": "song",
    "report": "report",
    "serial": "periodical",
    "standard": "standard",
    "statute": "legislation",
    "thesis": "thesis",
    "unpublished work": "manuscript",
    "web page": "webpage",
}
"""Names of reference types, which follow the number in `ref-type`, to CSL types."""

_ROLES = {
    "authors": "author",
    "secondary-authors": "editor",
    "tertiary-authors": "collection-editor",
    "translated-authors": "translator",
    "subsidiary-authors": "contributor",
}
_TEXTS = {
    "volume": "volume",
    "edition": "edition",
    "pub-location": "publisher_place",
    "publisher": "publisher",
    "abstract": "abstract",
    "notes": "note",
    "work-type": "genre",
}
_WHOLE_BOOKS = frozenset({"book"})
_BETWEEN_NUMBERS = re.compile(r"[;,]\s*|\s+(?=\d{4}-\d{3}[\dXx]|97[89])")
_NOT_CONTENT = frozenset({"database", "source-app", "ref-type", "rec-number", "foreign-keys/key"})
"""What says where EndNote kept the record, not what the work is."""


def read_endnote_xml(data: bytes, filename: str = "") -> Reading:
    """Read EndNote XML. Raises `UnreadableFile` when it is not XML, not safe, or without a record."""
    return read_entries(data, filename, XmlEntries("EndNote XML", "record", _key, _record))


_FACES = {"italic": "i", "bold": "b", "superscript": "sup", "subscript": "sub"}
"""Words of a `face` attribute, and the style of each; `underline` has none."""


def _key(element: etree._Element) -> str | None:
    """The label, which is EndNote's place for a citation key, where it can be one."""
    label = text_of(child(element, "label"))
    return label if label and " " not in label else None


def _record(draft: EntryDraft, element: etree._Element, key: str) -> Record:
    type = _type(draft, element)
    taken: set[str] = set(_NOT_CONTENT)
    _names(draft, element, taken)
    _titles(draft, element, type, taken)
    _imprint(draft, element, type, taken)
    _identifiers(draft, element, taken)
    for name, field in _TEXTS.items():
        for found in children(element, name):
            _put_styled(draft, field, found, name)
        taken.add(name)
    for found in children(element, "keywords", "keyword"):
        draft.keyword(text_of(found))
    taken.add("keywords/keyword")
    if key == text_of(child(element, "label")):
        taken.add("label")
    _keep_others(draft, element, taken)
    return draft.record(key, type)


def _type(draft: EntryDraft, element: etree._Element) -> str:
    found = child(element, "ref-type")
    name = (found.get("name") or "") if found is not None else ""
    if name.lower() in _TYPES:
        return _TYPES[name.lower()]
    draft.keep("ref-type", name or text_of(found))
    draft.lose("ref-type", name or text_of(found), "not a reference type that is known here; read as document")
    return "document"


def _names(draft: EntryDraft, element: etree._Element, taken: set[str]) -> None:
    for group, role in _ROLES.items():
        for found in children(element, "contributors", group, "author"):
            if text := text_of(found):
                draft.name(role, _name(text))
        taken.add(f"contributors/{group}/author")


def _name(text: str) -> Name:
    """`van Eijk, Carola`; a comma at the end, or none at all, is EndNote's way to say that it is a body."""
    return Name(literal=text.rstrip(", ")) if text.endswith(",") and text.count(",") == 1 else ris_names.read(text)


def _put_styled(draft: EntryDraft, field: str, element: etree._Element | None, kept_as: str) -> None:
    """Set a field to the text of an element, with what its `style` elements say of it where the field can be rich."""
    faces = [part.get("face", "normal") for part in element.iter("{*}style")] if element is not None else []
    if element is None or all(face == "normal" for face in faces):
        draft.put(field, text_of(element), kept_as)
        return
    if lost := {word for face in faces for word in face.split()} - {*_FACES, "normal"}:
        draft.lose(field, text_of(element), f"{', '.join(sorted(lost))}: the words were kept, how they look was not")
    draft.put_rich(field, rich_text(_runs(element, ())).squeeze(paragraphs=field != "title"), kept_as)


def _runs(element: etree._Element, outer: tuple[str, ...]) -> Iterator[Run]:
    """The text of an element with the styles it stands in, in reading order."""
    inner = (_FACES[word] for word in element.get("face", "").split() if word in _FACES)
    styles = tuple(dict.fromkeys((*outer, *inner)))
    yield Run(element.text or "", styles)
    for part in element.iterchildren("{*}*"):
        yield from _runs(part, styles)
        yield Run(part.tail or "", styles)


def _titles(draft: EntryDraft, element: etree._Element, type: str, taken: set[str]) -> None:
    title = child(element, "titles", "title")
    _put_styled(draft, "title", title, "title")
    within = "collection_title" if type in _WHOLE_BOOKS else "container_title"
    for path in (("titles", "secondary-title"), ("periodical", "full-title")):
        draft.put(within, text_of(child(element, *path)), "-".join(path))
    draft.put("collection_title", text_of(child(element, "titles", "tertiary-title")), "tertiary-title")
    taken |= {"titles/title", "titles/secondary-title", "periodical/full-title", "titles/tertiary-title"}


def _imprint(draft: EntryDraft, element: etree._Element, type: str, taken: set[str]) -> None:
    year = text_of(child(element, "dates", "year"))
    day = text_of(child(element, "dates", "pub-dates", "date"))
    whole = with_month(year, day, "") if len(year) == 4 and year.isdecimal() and day else year
    if whole != year:
        taken.add("dates/pub-dates/date")
    draft.date("issued", "year", written_date(whole), year)
    draft.put("issue" if type.startswith("article-") else "number", text_of(child(element, "number")))
    draft.put("language", language_tag(text_of(child(element, "language"))))
    pages = child(element, "pages")
    draft.pages(text_of(pages) or (pages.get("start", "") if pages is not None else ""))
    taken |= {"dates/year", "number", "language", "pages"}


def _identifiers(draft: EntryDraft, element: etree._Element, taken: set[str]) -> None:
    draft.doi("electronic-resource-num", text_of(child(element, "electronic-resource-num")))
    for found in children(element, "isbn"):
        for number in _BETWEEN_NUMBERS.split(re.sub(r"\([^()]*\)", "", text_of(found))):
            draft.number("isbn", number)
    for group in ("related-urls", "web-urls", "text-urls"):
        for found in children(element, "urls", group, "url"):
            draft.put("url", text_of(found), "url")
        taken.add(f"urls/{group}/url")
    taken |= {"electronic-resource-num", "isbn"}


def _keep_others(draft: EntryDraft, element: etree._Element, taken: set[str]) -> None:
    """What no field holds, under the name of its element; parts of a text are in `style` elements."""
    said: set[etree._Element] = set()
    for path, leaf in leaves(element):
        above, _, last = path.rpartition("/")
        whole, name = (leaf.getparent(), above) if last == "style" else (leaf, path)
        if whole is None or whole in said or name in taken:
            continue
        said.add(whole)
        draft.keep(name.replace("/", "-"), text_of(whole))
