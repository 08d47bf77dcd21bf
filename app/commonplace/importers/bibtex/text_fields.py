"""The fields whose values are text: decoded, and each put where a record holds it."""

from __future__ import annotations

import re
from functools import lru_cache

from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.importers.bibtex.identifier_fields import path, verbatim
from commonplace.importers.bibtex.latex import decode, squeeze
from commonplace.importers.bibtex.rich_latex import COMMANDS, SWITCHES, decode_rich, protected_words
from commonplace.importers.written_dates import written_date
from commonplace.model.bibtex_terms import (
    ARTICLE_TYPES,
    CSL_TYPE,
    ENTRY_TYPE,
    EXTRA_FIELDS,
    PATH_FIELDS,
    SUBTYPE_ALIASES,
    THESIS_GENRE,
    TYPE_KEYS,
    VERBATIM_FIELDS,
    canonical_entry_type,
    is_csl_type,
    publisher_fields,
)
from commonplace.model.csl_terms import EXTRA_DATES
from commonplace.model.languages import language_tag
from commonplace.model.rich_text import RichText, plain, rich_form

_SIMPLE = {
    "volume": "volume",
    "edition": "edition",
    "series": "collection_title",
}
_PARAGRAPHS = frozenset({"abstract", "annotation", "annote", "note"})
_DASH = re.compile(r"\s*(?:-{1,3}|[–—−‐‑‒])\s*")
_MARKUP = re.compile(rf"\\({'|'.join([*COMMANDS, *SWITCHES, 'texttt', 'tt'])})(?![A-Za-z])")
_PLAIN_NAMES = ("journal", "journaltitle", "booktitle", "maintitle", "series")
_LOOK_LOST = "the words were kept, how they look was not"
LONGEST_RICH = 100_000
"""Markup is kept in texts up to this many characters: no title or abstract has as many."""

_NO_TEXT = plain("")
_PAGES = re.compile(r"([0-9]++)--?+([0-9]++)")
_KEYWORD_BREAKS = {",": re.compile(r"\s*,\s*"), ";": re.compile(r"\s*;\s*")}
_ENDS_SENTENCE = ("?", "!", ":", ".")


def set_type(draft: Draft, file: BibtexFile) -> None:
    """Step: the CSL type; an entry type it does not imply is kept as `entrytype` in `extra`."""
    entry_type = canonical_entry_type(draft.entry_type)
    draft.csl_type = CSL_TYPE.get(entry_type, "document")
    subtype = decode(draft.fields["entrysubtype"]).text if "entrysubtype" in draft.fields else ""
    named = SUBTYPE_ALIASES.get(subtype, subtype)
    if subtype and is_csl_type(named) and entry_type in (ENTRY_TYPE.get(named, "misc"), "misc"):
        draft.csl_type = named
        draft.fields.pop("entrysubtype")
    elif entry_type == "misc" and "arxiv" in _eprint_type(draft):
        draft.csl_type = "article"
    elif entry_type in THESIS_GENRE:
        draft.known["genre"] = THESIS_GENRE[entry_type]
    elif ENTRY_TYPE.get(draft.csl_type, "misc") != entry_type:
        draft.extra["entrytype"] = entry_type
    if entry_type not in CSL_TYPE:
        draft.lose("entrytype", draft.entry_type, "an entry type that is not known here; read as misc")


def _eprint_type(draft: Draft) -> str:
    return (draft.fields.get("archiveprefix") or draft.fields.get("eprinttype") or "").lower()


def read_text_fields(draft: Draft, file: BibtexFile) -> None:
    """Step: every field with a place in the record."""
    fields = draft.fields
    _read_titles(draft)
    for name, attribute in _SIMPLE.items():
        if name in fields and (text := _take(draft, name)):
            draft.known[attribute] = text
    for name in ("abstract", "note"):
        if name in fields and not _take_words(draft, name):
            _keep_rich(draft, name, _take_rich(draft, name))
    _read_numbers(draft)
    _read_pages(draft)
    if not fields:  # as with most articles
        return
    _read_genre(draft)
    _read_publisher(draft)
    _read_language(draft)
    _read_keywords(draft)
    for name in ("crossref", "xref"):
        if name in fields and "part_of" not in draft.known:
            draft.known["part_of"] = fields.pop(name).strip()


def _read_pages(draft: Draft) -> None:
    if plain_range := _PAGES.fullmatch(draft.fields.get("pages", "")):  # as nearly all are
        del draft.fields["pages"]
        draft.known["page"] = "-".join(plain_range.groups())
        return
    page = _take(draft, "pages") or _take(draft, "page")
    draft.known["page"] = _with_hyphens(page) if page else None


@lru_cache(maxsize=8192)
def _with_hyphens(page: str) -> str:
    return _DASH.sub("-", page)


def read_other_fields(draft: Draft, file: BibtexFile) -> None:
    """Step: every field that is left goes to `extra`, decoded, or as LaTeX where it cannot be decoded."""
    for name, raw in draft.fields.items():
        kept = EXTRA_FIELDS.get(name, name)
        if kept != name and kept in draft.extra:
            kept = name
        if kept in EXTRA_DATES:
            text = decode(raw.replace("~", r"\textasciitilde{}")).text
            text = written_date(text) or text
        elif PATH_FIELDS.fullmatch(name):
            text = path(raw)
        elif VERBATIM_FIELDS.fullmatch(name):
            text = verbatim(raw)
        else:
            decoded = decode(raw, paragraphs=name in _PARAGRAPHS)
            text = squeeze(raw, name in _PARAGRAPHS) if decoded.unknown else decoded.text
        if text:
            draft.extra[kept] = text
    draft.fields.clear()


def _take(draft: Draft, name: str) -> str | None:
    """The decoded text of a field, taken out of the entry; macros that are not known are reported."""
    if name not in draft.fields:
        return None
    raw = draft.fields.pop(name)
    decoded = decode(raw, paragraphs=name in _PARAGRAPHS)
    if decoded.unknown:
        draft.lose(name, raw, f"unknown macro {', '.join(decoded.unknown)}; its text was kept")
    return decoded.text or None


def _take_rich(draft: Draft, name: str) -> RichText:
    """The same with its markup, which is reported where it cannot be kept."""
    raw = draft.fields.get(name)
    if not raw:
        draft.fields.pop(name, None)
        return _NO_TEXT
    if len(raw) > LONGEST_RICH:
        if _MARKUP.search(raw):
            draft.lose(name, raw, f"the markup of a text of more than {LONGEST_RICH} characters is not kept")
        return plain(_take(draft, name) or "")
    draft.fields.pop(name, None)
    decoded = decode_rich(raw, paragraphs=name in _PARAGRAPHS)
    if decoded.unknown:
        draft.lose(name, raw, f"unknown macro {', '.join(decoded.unknown)}; its text was kept")
    if decoded.not_kept:
        draft.lose(name, raw, f"{', '.join(decoded.not_kept)}: {_LOOK_LOST}")
    return decoded.text


def _take_words(draft: Draft, name: str) -> bool:
    """Keep a field that has nothing but words, some in capitals that must stay, as nearly all titles are."""
    raw = draft.fields[name]
    forms = protected_words(raw, paragraphs=name in _PARAGRAPHS) if len(raw) <= LONGEST_RICH else None
    if forms is None:
        return False
    del draft.fields[name]
    text, marked = forms
    draft.known[name] = text
    if name == "title" and marked != text:
        draft.rich[name] = marked
    return True


def _keep_rich(draft: Draft, attribute: str, text: RichText) -> None:
    if not text.runs:
        return
    draft.known[attribute] = text.plain or None
    if form := rich_form(attribute, text):
        draft.rich[attribute] = form


def _joined(title: str | None, subtitle: str | None) -> str | None:
    if not title or not subtitle:
        return title or subtitle
    return f"{title}{'' if title.endswith(_ENDS_SENTENCE) else ':'} {subtitle}"


def _report_markup(draft: Draft) -> None:
    """The title of a venue or series is plain in a record: say so where italics and the like meant something in it."""
    for name in _PLAIN_NAMES:
        raw = draft.fields.get(name)
        if raw and "\\" in raw and (found := _MARKUP.findall(raw)):
            macros = ", ".join(dict.fromkeys(f"\\{macro}" for macro in found))
            draft.lose(name, raw, f"{macros}: {_LOOK_LOST}")


def _read_title(draft: Draft) -> None:
    if "title" in draft.fields and "subtitle" not in draft.fields and _take_words(draft, "title"):
        return
    title, subtitle = _take_rich(draft, "title"), _take_rich(draft, "subtitle")
    if title.runs and subtitle.runs:
        title += plain(" " if title.plain.endswith(_ENDS_SENTENCE) else ": ")
    _keep_rich(draft, "title", title + subtitle if subtitle.runs else title)


def _read_titles(draft: Draft) -> None:
    _report_markup(draft)
    _read_title(draft)
    journals, books = ("journaltitle", "journal"), ("booktitle", "maintitle")
    names = (*journals, *books) if draft.csl_type in ARTICLE_TYPES else (*books, *journals)
    for name in names:
        if name in draft.fields:
            container = _take(draft, name)
            if container:
                subtitle = _take(draft, f"{name.removesuffix('title')}subtitle") if name != "journal" else None
                draft.known["container_title"] = _joined(container, subtitle)
                _drop_repeated(draft, [n for n in names if n != name], container)
                return


def _drop_repeated(draft: Draft, names: list[str], text: str) -> None:
    """Take out fields that only say again what another one said."""
    for name in names:
        if name in draft.fields and decode(draft.fields[name]).text == text:
            draft.fields.pop(name)


def _read_numbers(draft: Draft) -> None:
    if draft.csl_type not in ARTICLE_TYPES:
        draft.known["number"] = _take(draft, "number")
        draft.known["issue"] = _take(draft, "issue")
        return
    issue = _take(draft, "number")
    if issue is None:
        issue = _take(draft, "issue")
    else:
        _drop_repeated(draft, ["issue"], issue)
    draft.known["issue"] = issue
    draft.known["number"] = _take(draft, "eid")


def _read_genre(draft: Draft) -> None:
    genre = _take(draft, "type")
    if genre:
        draft.known["genre"] = TYPE_KEYS.get(genre, genre)


def _read_publisher(draft: Draft) -> None:
    for attribute, names in (
        ("publisher", publisher_fields(draft.csl_type)),
        ("publisher_place", ("address", "location")),
    ):
        present = [name for name in names if name in draft.fields]
        if present:
            text = _take(draft, present[0])
            draft.known[attribute] = text
            _drop_repeated(draft, present[1:], text or "")


def _read_language(draft: Draft) -> None:
    if "language" not in draft.fields and "langid" not in draft.fields:
        return
    language, langid = _take(draft, "language"), _take(draft, "langid")
    tag = language_tag(langid or language or "")
    draft.known["language"] = tag or None
    if language and langid and language_tag(language) != tag:
        draft.extra["language"] = language


def _read_keywords(draft: Draft) -> None:
    """Keywords are separated by commas, or by semicolons where there is no comma; braces protect both."""
    if "keywords" not in draft.fields and "keyword" not in draft.fields:
        return
    keywords: list[str] = []
    for name in ("keywords", "keyword"):
        raw = draft.fields.pop(name, "")
        if not raw.strip():
            continue
        for part in _split_keywords(raw):
            decoded = decode(part)
            if decoded.unknown:
                draft.lose(name, part, f"unknown macro {', '.join(decoded.unknown)}; its text was kept")
            if decoded.text:
                keywords.append(decoded.text)
    draft.known["keywords"] = tuple(keywords)


def _split_keywords(raw: str) -> list[str]:
    if "{" not in raw:
        return _KEYWORD_BREAKS["," if "," in raw else ";"].split(raw)
    depth = 0
    marks: dict[str, list[int]] = {",": [], ";": []}
    for position, char in enumerate(raw):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth <= 0 and char in marks:
            marks[char].append(position)
    cuts = marks[","] or marks[";"]
    return [raw[start:end] for start, end in zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(raw)], strict=True)]
