"""Read EndNote XML: `record` elements, as EndNote and others write them.

There is no published specification; element names and reference types are those of EndNote's own export, and what an
element means in each type is what the tag of RIS means that EndNote writes for it.
Text may be cut up into `style` elements, whose text is joined, with its faces where the field can be rich.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from commonplace.errors import Message
from commonplace.importers.containers import conference, short_title
from commonplace.importers.endnote_types import BY_NAME, BY_NUMBER, ENDNOTE_CSL_TYPE, NAME_ELEMENTS, PATHS
from commonplace.importers.entry_draft import EntryDraft
from commonplace.importers.reading import Reading
from commonplace.importers.written_dates import with_month, written_date
from commonplace.importers.xml_records import XmlEntries, child, children, leaves, read_entries, text_of
from commonplace.model import ris_names
from commonplace.model.identifiers import normal_isbn, normal_issn
from commonplace.model.languages import language_tag
from commonplace.model.record import Record
from commonplace.model.relations import status_of_genre
from commonplace.model.rich_text import RICH_FIELDS, Run, rich_text
from commonplace.model.ris_terms import EPUB_DATE
from commonplace.model.ris_types import CONFERENCE, CSL_TYPE, GENRE, NUMBERED, WHOLE_BOOKS, Meanings, meanings
from commonplace.model.roles import BY_CSL

_SHORT_TITLES = ("J2", "JA", "JO", "J1")
_PMCID = re.compile(r"PMC\d+")
_PMID = re.compile(r"\d{1,8}")
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[;,]\s*|\s+(?=\d{4}-\d{3}[\dXx]|97[89])")
_NOT_CONTENT = frozenset({"database", "source-app", "ref-type", "rec-number", "foreign-keys/key"})
"""What says where EndNote kept the record, not what the work is."""

_FACES = {"italic": "i", "bold": "b", "superscript": "sup", "subscript": "sub"}
"""Words of a `face` attribute, and the style of each; `underline` has none."""


def read_endnote_xml(data: bytes, filename: str = "") -> Reading:
    """Read EndNote XML. Raises `UnreadableFile` when it is not XML, not safe, or without a record."""
    return read_entries(data, filename, XmlEntries("EndNote XML", "record", _key, _record))


def _key(element: etree._Element) -> str | None:
    """Return the label, which is EndNote's place for a citation key, where it can be one."""
    label = text_of(child(element, "label"))
    return label if label and " " not in label else None


def _record(draft: EntryDraft, element: etree._Element, key: str) -> Record:
    return _RecordReader(draft, element).record(key)


class _RecordReader:
    """One record being read. `taken` are the paths of the elements that were understood."""

    def __init__(self, draft: EntryDraft, element: etree._Element) -> None:
        self._draft = draft
        self._element = element
        self._taken = set(_NOT_CONTENT)
        self._repeated: set[str] = set()
        self._reference_type = self._type()
        self._means: Meanings = meanings(self._reference_type)

    def record(self, key: str) -> Record:
        """Return the record; the draft then has its losses."""
        draft = self._draft
        self._names()
        self._identifiers()
        if self._text("JF") == self._text("T2"):
            self._repeated.add("JF")
        for attribute, tags in self._means.texts.items():
            for tag in tags:
                self._put(attribute, tag)
        for tag, name in self._means.extras.items():
            if tag not in ("SP", *_SHORT_TITLES) and not (tag == "T2" and self._reference_type in CONFERENCE):
                self._keep(tag, name)
        self._translated_titles()
        self._place()
        self._imprint()
        self._pages()
        for found in children(self._element, "keywords", "keyword"):
            for word in re.split("[;\n]", text_of(found)):
                draft.keyword(word)
        self._taken.add("keywords/keyword")
        if key == text_of(child(self._element, "label")):
            self._taken.add("label")
        if genre := GENRE.get(self._reference_type):
            draft.fields.setdefault("genre", genre)
        draft.keep("status", status_of_genre(draft.fields.get("genre")))
        self._keep_others()
        return draft.record(key, ENDNOTE_CSL_TYPE.get(self._reference_type) or CSL_TYPE[self._reference_type])

    def _translated_titles(self) -> None:
        for found in children(self._element, "titles", "translated-title"):
            self._draft.other_title("translated", None, text_of(found))
        self._taken.add("titles/translated-title")

    def _type(self) -> str:
        found = child(self._element, "ref-type")
        name = (found.get("name") or "") if found is not None else ""
        if name.lower() in BY_NAME:
            return BY_NAME[name.lower()]
        number = text_of(found)
        self._draft.keep("ref-type", name or number)
        if number.isdecimal() and len(number) < 10 and int(number) in BY_NUMBER:
            return BY_NUMBER[int(number)]
        self._draft.lose("ref-type", name or number, "not a reference type that is known here; read as document")
        return "GEN"

    def _text(self, tag: str) -> str:
        """Return the text of the element that is EndNote's for a tag, and count it as understood."""
        path = PATHS.get(tag)
        if path is None:
            return ""
        self._taken.add(path)
        return text_of(child(self._element, *path.split("/")))

    def _put(self, attribute: str, tag: str) -> None:
        path = PATHS.get(tag)
        if path is None or tag in self._repeated:
            return
        self._taken.add(path)
        for found in children(self._element, *path.split("/")):
            if attribute in RICH_FIELDS:
                _put_styled(self._draft, attribute, found, path.replace("/", "-"))
            else:
                self._draft.put(attribute, text_of(found), path.replace("/", "-"))

    def _keep(self, tag: str, name: str) -> None:
        text = self._text(tag)
        if name == "accessed":
            text = written_date(text) or text
        self._draft.keep(name, text)

    def _names(self) -> None:
        lines = [
            (tag, group, text)
            for tag, group in NAME_ELEMENTS.items()
            for found in children(self._element, "contributors", group, "author")
            if (text := text_of(found))
        ]
        self._taken.update(PATHS[tag] for tag in NAME_ELEMENTS if tag in self._means.roles)
        self._taken.add("contributors/translated-authors/author")
        initialled = ris_names.writes_initials(text for _, _, text in lines)
        for tag, group, text in lines:
            role = self._means.roles.get(tag)
            if role is None:
                continue  # no name in this type, but a text
            if role not in BY_CSL:
                self._draft.lose(
                    group, text, Message("a role that is not known here (%(role)s): kept as contributor", role=role)
                )
                self._draft.keep(role, text)
            elif role == "advisor":
                why = "the advisor of the thesis, a role that CSL does not have: kept as advisor"
                self._draft.lose(group, text, why)
            self._draft.names(role if role in BY_CSL else "contributor", group, text, initialled=initialled)
        for found in children(self._element, "contributors", "translated-authors", "author"):
            self._draft.names("translator", "translated-authors", text_of(found), initialled=initialled)

    def _place(self) -> None:
        """Settle what the work appeared in: its title, the short title, the series, and the conference."""
        fields = self._draft.fields
        if self._reference_type in CONFERENCE:
            found = conference(fields.pop("container_title", None), self._text("T2") or None)
            self._draft.put("container_title", found.proceedings)
            self._draft.keep("event-title", found.name)
        is_whole = self._reference_type in WHOLE_BOOKS
        if is_whole and (title := fields.pop("container_title", None)):
            self._draft.put("collection_title", title, PATHS["JF"].replace("/", "-"))
        given = [(PATHS[tag].replace("/", "-"), text) for tag in _SHORT_TITLES if (text := self._text(tag))]
        if given and not is_whole and "container_title" not in fields:
            self._draft.put("container_title", given.pop(0)[1])
        short, others = short_title(fields.get("container_title") or fields.get("collection_title"), given)
        self._draft.keep("container-title-short", short)
        for place, text in others:
            self._draft.lose(
                place,
                text,
                Message("it stands beside the short title %(short)s, which stays; kept as text", short=short),
            )
            self._draft.keep(place, text)

    def _imprint(self) -> None:
        draft, element = self._draft, self._element
        year = text_of(child(element, "dates", "year"))
        day = text_of(child(element, "dates", "pub-dates", "date"))
        whole = with_month(year, day, "") if len(year) == 4 and year.isdecimal() and day else year
        if whole != year:
            self._taken.add("dates/pub-dates/date")
        draft.date("issued", "year", written_date(whole), year)
        edition = draft.fields.get("edition", "")
        if self._reference_type == "JOUR" and EPUB_DATE.fullmatch(edition) and (online := written_date(edition)):
            draft.put("available", online)
            del draft.fields["edition"]
        is_article = CSL_TYPE[self._reference_type].startswith("article-")
        draft.put("issue" if is_article else "number", text_of(child(element, "number")), "number")
        draft.put("issue", text_of(child(element, "issue")))
        article_number = text_of(child(element, "custom7"))
        if is_article and article_number and not _PMCID.fullmatch(article_number):
            draft.put("number", article_number, "custom7")
            self._taken.add("custom7")
        draft.put("language", language_tag(text_of(child(element, "language"))))
        self._taken |= {"dates/year", "number", "issue", "language"}

    def _pages(self) -> None:
        """Set the pages; a number alone says in some types how many there are."""
        self._taken.add("pages")
        pages = child(self._element, "pages")
        if pages is None:
            return
        text, start, end = text_of(pages), pages.get("start", ""), pages.get("end", "")
        counted = self._means.extras.get("SP")
        if counted and text and not re.search("[-–—]", text):
            self._draft.keep(counted, text)
        elif text or start:
            self._draft.pages("pages", text or start, "" if text else end)

    def _identifiers(self) -> None:
        draft, element = self._draft, self._element
        for found in children(element, "electronic-resource-num"):
            draft.doi("electronic-resource-num", text_of(found))
        for found in children(element, "isbn"):
            self._number(re.sub(r"\([^()]*\)", "", text_of(found)).strip())
        for group in ("related-urls", "web-urls", "text-urls"):
            for found in children(element, "urls", group, "url"):
                draft.put("url", text_of(found), "url")
            self._taken.add(f"urls/{group}/url")
        self._taken |= {"electronic-resource-num", "isbn"}
        for name in ("custom2", "custom3", "custom7"):
            if _PMCID.fullmatch(text := text_of(child(element, name))):
                draft.keep("PMCID", text)
                self._taken.add(name)
        number = text_of(child(element, "accession-num"))
        database = " ".join(
            text_of(found) for found in element.iter("{*}remote-database-name", "{*}remote-database-provider")
        )
        if _PMID.fullmatch(number) and _PUBMED.search(database):
            draft.keep("PMID", number)
            self._taken.add("accession-num")

    def _number(self, text: str) -> None:
        """Take ISBNs and ISSNs; what is none of them is the own number of a report, patent or standard."""
        numbers = [number for number in _BETWEEN_NUMBERS.split(text) if number.strip()]
        if self._reference_type in NUMBERED and not any(map(_is_isbn_or_issn, numbers)):
            self._draft.put("number", text, "isbn")
            return
        for number in numbers:
            self._draft.number("isbn", number)

    def _keep_others(self) -> None:
        """Keep what no field holds under the name of its element; parts of a text are in `style` elements."""
        said: set[etree._Element] = set()
        for path, leaf in leaves(self._element):
            above, _, last = path.rpartition("/")
            whole, name = (leaf.getparent(), above) if last == "style" else (leaf, path)
            if whole is None or whole in said or name in self._taken:
                continue
            said.add(whole)
            self._draft.keep(name.replace("/", "-"), text_of(whole))


def _is_isbn_or_issn(text: str) -> bool:
    for normal in (normal_issn, normal_isbn):
        try:
            normal(text)
        except ValueError:
            continue
        return True
    return False


def _put_styled(draft: EntryDraft, field: str, element: etree._Element, kept_as: str) -> None:
    """Set a field to the text of an element, with what its `style` elements say of it where the field can be rich."""
    faces = [part.get("face", "normal") for part in element.iter("{*}style")]
    if all(face == "normal" for face in faces):
        draft.put(field, text_of(element), kept_as)
        return
    if lost := {word for face in faces for word in face.split()} - {*_FACES, "normal"}:
        draft.lose(
            field,
            text_of(element),
            Message("%(macros)s: the words were kept, how they look was not", macros=", ".join(sorted(lost))),
        )
    draft.put_rich(field, rich_text(_runs(element, ())).squeeze(paragraphs=field != "title"), kept_as)


def _runs(element: etree._Element, outer: tuple[str, ...]) -> Iterator[Run]:
    """Yield the text of an element with the styles it stands in, in reading order."""
    inner = (_FACES[word] for word in element.get("face", "").split() if word in _FACES)
    styles = tuple(dict.fromkeys((*outer, *inner)))
    yield Run(element.text or "", styles)
    for part in element.iterchildren("{*}*"):
        yield from _runs(part, styles)
        yield Run(part.tail or "", styles)
