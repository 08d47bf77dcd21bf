"""Read MODS: `mods` elements, one or a collection of them.

Source: Metadata Object Description Schema 3.8, Library of Congress.
"""

from __future__ import annotations

import re

from lxml import etree

from commonplace.importers.entry_draft import EntryDraft
from commonplace.importers.mods_names import add_names
from commonplace.importers.reading import Reading
from commonplace.importers.xml_records import XmlEntries, child, children, leaves, read_entries, text_of
from commonplace.model.languages import language_tag, tag_of_code
from commonplace.model.record import Record
from commonplace.model.relations import status_of_genre

_GENRES = {
    "abstract or summary": "document",
    "article": "article-journal",
    "bibliography": "document",
    "biography": "book",
    "book": "book",
    "book chapter": "chapter",
    "catalog": "book",
    "conference paper": "paper-conference",
    "conference publication": "paper-conference",
    "dataset": "dataset",
    "dictionary": "entry-dictionary",
    "dissertation": "thesis",
    "doctoral thesis": "thesis",
    "encyclopedia": "entry-encyclopedia",
    "hearing": "hearing",
    "interview": "interview",
    "journal article": "article-journal",
    "legal case and case notes": "legal_case",
    "legislation": "legislation",
    "magazine article": "article-magazine",
    "map": "map",
    "masters thesis": "thesis",
    "newspaper article": "article-newspaper",
    "patent": "patent",
    "ph.d. thesis": "thesis",
    "preprint": "article",
    "report": "report",
    "review": "review",
    "speech": "speech",
    "technical report": "report",
    "theses": "thesis",
    "thesis": "thesis",
    "unpublished": "manuscript",
    "web page": "webpage",
    "web site": "webpage",
    "working paper": "report",
}
_WITHIN = {
    "academic journal": "article-journal",
    "journal": "article-journal",
    "periodical": "article-journal",
    "serial": "article-journal",
    "magazine": "article-magazine",
    "newspaper": "article-newspaper",
    "conference publication": "paper-conference",
    "proceedings": "paper-conference",
    "book": "chapter",
    "encyclopedia": "entry-encyclopedia",
}
"""The genre of what a work appeared in, and what the work is then."""

_RESOURCES = {
    "cartographic": "map",
    "moving image": "motion_picture",
    "software, multimedia": "software",
    "sound recording": "song",
    "sound recording-nonmusical": "speech",
    "still image": "graphic",
    "notated music": "musical_score",
}


_IDENTIFIERS = {"pmid": "PMID", "pubmed": "PMID", "pmc": "PMCID", "pmcid": "PMCID"}
"""Types of identifiers, and the names they are kept under: CSL's."""

_NUMBERS = ("report", "patent")
"""What the type of an identifier has in it that is a work's own number."""

_COUNTED_PAGES = re.compile(r"(\d+) ?(?:p|pp|pages|s|seiten)\.?", re.IGNORECASE)
_DATES = ("dateIssued", "copyrightDate", "dateCreated")
_MARKS = {"approximate": "~", "inferred": "?", "questionable": "?"}
_DETAILS = {"volume": "volume", "issue": "issue", "number": "issue"}
_XML = "http://www.w3.org/XML/1998/namespace"
_Taken = set[etree._Element]


def read_mods(data: bytes, filename: str = "") -> Reading:
    """Read MODS. Raises `UnreadableFile` when it is not XML, not safe, or without a `mods` element."""
    return read_entries(data, filename, XmlEntries("MODS", "mods", _key, _record))


def _key(element: etree._Element) -> str | None:
    """Return the `ID` of the element, as bibutils writes a citation key; else the identifier of the record."""
    said = [found for found in children(element, "identifier") if found.get("type") == "citekey"]
    return (
        text_of(next(iter(said), None))
        or element.get("ID")
        or text_of(child(element, "recordInfo", "recordIdentifier"))
        or None
    )


def _record(draft: EntryDraft, element: etree._Element, key: str) -> Record:
    taken: _Taken = set()
    host = _related(element, "host")
    type = _type(draft, element, host, taken)
    draft.put("title", _title(element, taken))
    _other_titles(draft, element, taken)
    draft.keep("title-short", _title(element, taken, "abbreviated"))
    add_names(draft, element, "author", taken)
    for related, name in ((host, "container_title"), (_related(element, "series"), "collection_title")):
        if related is not None:
            draft.put(name, _title(related, taken))
            add_names(draft, related, "editor" if name == "container_title" else "collection-editor", taken, name)
    if host is not None:
        draft.keep("container-title-short", _title(host, taken, "abbreviated"))
    for place in (element, host):
        if place is not None:
            _origin(draft, place, taken)
            _part(draft, place, type, taken)
            _identifiers(draft, place, taken, is_host=place is host)
    _texts(draft, element, taken)
    _extent(draft, element, taken)
    draft.keep("status", status_of_genre("; ".join(text_of(found) for found in children(element, "genre"))))
    for path, leaf in leaves(element):
        if leaf not in taken and text_of(leaf) != key:
            draft.keep(path.replace("/", "-"), text_of(leaf))
    return draft.record(key, type)


def _extent(draft: EntryDraft, element: etree._Element, taken: _Taken) -> None:
    """Keep how many pages there are, where the extent says that and nothing else."""
    for found in children(element, "physicalDescription", "extent"):
        if counted := _COUNTED_PAGES.fullmatch(text_of(found)):
            draft.keep("number-of-pages", counted[1])
            taken.add(found)


def _related(element: etree._Element, type: str) -> etree._Element | None:
    return next((found for found in children(element, "relatedItem") if found.get("type") == type), None)


def _type(draft: EntryDraft, element: etree._Element, host: etree._Element | None, taken: _Taken) -> str:
    """Return what the genre says; else the genre of what it appeared in, the kind of resource, how it is issued."""
    genres = [(found, text_of(found).lower()) for found in children(element, "genre")]
    for found, genre in genres:
        if genre in _GENRES and not (genre == "book" and host is not None):
            taken.add(found)
            return _GENRES[genre]
    if host is not None:
        for found in children(host, "genre"):
            if text_of(found).lower() in _WITHIN:
                taken.add(found)
                return _WITHIN[text_of(found).lower()]
        return "article-journal" if text_of(child(host, "originInfo", "issuance")) == "continuing" else "chapter"
    resource = text_of(child(element, "typeOfResource")).lower()
    if resource in _RESOURCES:
        return _RESOURCES[resource]
    if text_of(child(element, "originInfo", "issuance")) == "monographic":
        return "book"
    raw = "; ".join([genre for _, genre in genres] or [resource])
    draft.lose("genre", raw, "nothing says a type that is known here; read as document")
    return "document"


def _title(element: etree._Element, taken: _Taken, type: str | None = None) -> str:
    """Return the first title of that type: what is not sorted by, the title, its subtitle and part.

    Without a type it is the title itself, and no other form of it.
    """
    info = next((info for info in children(element, "titleInfo") if info.get("type") == type), None)
    return _title_of(info, taken) if info is not None else ""


def _title_of(info: etree._Element, taken: _Taken) -> str:
    taken.update(info.iterdescendants("{*}*"))
    first = text_of(child(info, "nonSort"))
    glue = "" if first.endswith(("'", "’")) else " "
    title = f"{first}{glue}{text_of(child(info, 'title'))}".strip()
    parts = [text_of(child(info, name)) for name in ("partNumber", "partName")]
    subtitle = text_of(child(info, "subTitle"))
    return ". ".join(part for part in (": ".join(filter(None, (title, subtitle))), *parts) if part)


def _other_titles(draft: EntryDraft, element: etree._Element, taken: _Taken) -> None:
    """Add translated titles, and further titles without a type: the title in another script, or its original.

    A title says its script in `script` or, where it is not in its own, in `transliteration`.
    """
    said = children(element, "titleInfo")
    for info in (info for info in said if info.get("type") == "translated"):
        draft.other_title("translated", _language(info), _title_of(info, taken))
    untyped = [info for info in said if info.get("type") is None]
    for info in untyped[1:]:
        kind = "transliterated" if _is_romanized(info) and not _is_romanized(untyped[0]) else "original"
        draft.other_title(kind, _language(info), _title_of(info, taken))


def _is_romanized(info: etree._Element) -> bool:
    return bool(info.get("transliteration")) or (info.get("script") or "").lower() == "latn"


def _language(info: etree._Element) -> str | None:
    """Return the language of a title, with its script where that is said."""
    said = info.get("lang") or info.get(f"{{{_XML}}}lang")
    script = info.get("script") or ("Latn" if info.get("transliteration") else "")
    primary, hyphen, rest = (said or "").partition("-")
    tag = f"{tag_of_code(primary)}{hyphen}{rest}"
    return f"{tag}-{script}" if tag and script and not rest else tag or None


def _origin(draft: EntryDraft, element: etree._Element, taken: _Taken) -> None:
    for info in children(element, "originInfo"):
        for name, path in (("publisher", ("publisher",)), ("edition", ("edition",))):
            for found in children(info, *path):
                draft.put(name, text_of(found))
                taken.add(found)
        for found in children(info, "place", "placeTerm"):
            taken.add(found)
            if found.get("type") == "code":
                draft.keep("place-code", text_of(found))
            else:
                draft.put("publisher_place", text_of(found))
        for name in _DATES:
            _date(draft, children(info, name), taken)
        taken.update(children(info, "issuance"))


def _date(draft: EntryDraft, found: list[etree._Element], taken: _Taken) -> None:
    """Set a date, or the two ends of one, as EDTF; W3CDTF and EDTF look alike up to the day."""
    if not found or "issued" in draft.fields:
        return
    taken.update(found)
    points = {one.get("point"): text_of(one) for one in found}
    if "start" in points:
        text = f"{points['start']}/{points.get('end', '')}"
        draft.date("issued", "date", text, text)
        return
    key = next((one for one in found if one.get("keyDate") == "yes"), found[0])
    text = text_of(key)
    draft.date("issued", "date", text.partition("T")[0] + _MARKS.get(key.get("qualifier") or "", ""), text)
    for other in found:
        if text_of(other) != text:
            draft.keep("other-date", text_of(other))


def _part(draft: EntryDraft, element: etree._Element, type: str, taken: _Taken) -> None:
    for part in children(element, "part"):
        for detail in children(part, "detail"):
            number = child(detail, "number")
            field = _DETAILS.get(detail.get("type") or "")
            if number is not None and field:
                draft.put(field if type.startswith("article-") or field == "volume" else "number", text_of(number))
                taken.update(detail.iterdescendants("{*}*"))
        for extent in children(part, "extent"):
            if extent.get("unit") in ("page", "pages"):
                start, end = text_of(child(extent, "start")), text_of(child(extent, "end"))
                listed = text_of(child(extent, "list"))
                draft.pages("extent", listed or start, "" if listed else end)
                draft.keep("number-of-pages", text_of(child(extent, "total")))
                taken.update(extent.iterdescendants("{*}*"))
        _date(draft, children(part, "date"), taken)
        taken.update(one for one in children(part, "date") if text_of(one) == draft.fields.get("issued"))


def _identifiers(draft: EntryDraft, element: etree._Element, taken: _Taken, *, is_host: bool) -> None:
    """Take identifiers. Of what the work appeared in, only ISBNs and ISSNs are the work's too."""
    for found in children(element, "identifier"):
        kind, text = (found.get("type") or "identifier").lower(), text_of(found)
        taken.add(found)
        if kind in ("isbn", "issn"):
            draft.number(kind, text)
        elif is_host:
            draft.keep(f"host-{kind}", text)
        elif kind == "doi":
            draft.doi("identifier", text)
        elif kind == "uri" and text.startswith(("http://", "https://")):
            draft.put("url", text)
        elif any(word in kind for word in _NUMBERS):
            draft.put("number", text, kind)
        elif kind != "citekey":
            draft.keep(_IDENTIFIERS.get(kind, kind), text)


def _texts(draft: EntryDraft, element: etree._Element, taken: _Taken) -> None:
    for name, path in (("abstract", ("abstract",)), ("note", ("note",)), ("url", ("location", "url"))):
        for found in children(element, *path):
            draft.put(name, text_of(found))
            taken.add(found)
    for found in children(element, "language", "languageTerm"):
        taken.add(found)
        draft.put("language", tag_of_code(text_of(found)) if found.get("type") == "code" else None)
    for found in children(element, "language", "languageTerm"):
        if found.get("type") != "code" and "language" not in draft.fields:
            draft.put("language", language_tag(text_of(found)))
    for subject in children(element, "subject"):
        for found in subject.iterdescendants("{*}topic", "{*}geographic", "{*}temporal"):
            draft.keyword(text_of(found))
            taken.add(found)
