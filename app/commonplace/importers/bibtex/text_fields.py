"""Read the fields whose values are text: decode each, and put it where a record holds it."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from commonplace.errors import Message
from commonplace.importers.bibtex.draft import BibtexFile, Draft
from commonplace.importers.bibtex.field_values import PARAGRAPHS, drop_repeated, keep_rich, take, take_rich, take_words
from commonplace.importers.bibtex.identifier_fields import path, verbatim
from commonplace.importers.bibtex.latex import decode, squeeze
from commonplace.importers.bibtex.title_fields import read_titles
from commonplace.importers.written_dates import written_date
from commonplace.model.biblatex_keys import place_words, state_words, type_words
from commonplace.model.bibtex_terms import (
    ARTICLE_TYPES,
    CSL_TYPE,
    ENTRY_TYPE,
    ENTRY_TYPE_ALIASES,
    EXTRA_FIELDS,
    FIELD_NAMES,
    PATH_FIELDS,
    SUBTYPE_ALIASES,
    THESIS_GENRE,
    USUAL_FIELDS,
    VERBATIM_FIELDS,
    canonical_entry_type,
    publisher_fields,
    read_names_of_fields,
)
from commonplace.model.csl_terms import EXTRA_DATES
from commonplace.model.eprints import arxiv_number
from commonplace.model.languages import language_tag
from commonplace.model.types import csl_type

_SIMPLE = {
    "volume": "volume",
    "edition": "edition",
    "series": "collection_title",
}
_DASH = re.compile(r"\s*(?:-{1,3}|[–—−‐‑‒])\s*")
_PAGES = re.compile(r"([0-9]++)--?+([0-9]++)")
_ENTITY = re.compile(r"\\?&(?:\\?#)?\w+;")
_KEYWORD_BREAKS = {",": re.compile(r"\s*,\s*"), ";": re.compile(r"\s*;\s*")}


def set_type(draft: Draft, file: BibtexFile) -> None:
    """Step: the CSL type; an entry type it does not imply is kept as `entrytype` in `extra`."""
    written = draft.entry_type.strip().lower()
    if written not in CSL_TYPE and written not in ENTRY_TYPE_ALIASES and (named := csl_type(written)) is not None:
        draft.csl_type = named  # CSL's own name for a type, or that of a reference manager
        return
    entry_type = canonical_entry_type(written)
    draft.csl_type = CSL_TYPE.get(entry_type, "document")
    subtype = decode(draft.fields["entrysubtype"]).text if "entrysubtype" in draft.fields else ""
    named = SUBTYPE_ALIASES.get(subtype) or (csl_type(subtype) if subtype else None)
    if named and entry_type in (ENTRY_TYPE.get(named, "misc"), "misc"):
        draft.csl_type = named
        draft.fields.pop("entrysubtype")
    elif entry_type == "misc" and eprint_is_arxiv(draft):
        draft.csl_type = "article"
    elif entry_type in THESIS_GENRE:
        draft.known["genre"] = THESIS_GENRE[entry_type]
    elif ENTRY_TYPE.get(draft.csl_type, "misc") != entry_type:
        draft.extra["entrytype"] = entry_type
    if entry_type not in CSL_TYPE:
        draft.lose("entrytype", draft.entry_type, "an entry type that is not known here; read as misc")


def eprint_is_arxiv(draft: Draft) -> bool:
    """Return whether the entry's `eprint` is a number of arXiv."""
    fields = draft.fields
    kind = (fields.get("archiveprefix") or fields.get("eprinttype") or "").lower()
    return "arxiv" in kind or (not kind and "eprint" in fields and arxiv_number(fields["eprint"]) is not None)


def read_text_fields(draft: Draft, file: BibtexFile) -> None:
    """Step: every field with a place in the record."""
    fields = draft.fields
    read_titles(draft)
    for name, attribute in _SIMPLE.items():
        if name in fields and (text := take(draft, name)):
            draft.known[attribute] = text
    for name in ("abstract", "note"):
        if name in fields and not take_words(draft, name):
            keep_rich(draft, name, take_rich(draft, name))
    _read_numbers(draft)
    _read_pages(draft)
    if not fields:  # as with most articles
        return
    _read_language(draft)
    _read_genre(draft)
    _read_publisher(draft)
    _read_keywords(draft)
    for name in ("crossref", "xref"):
        if name in fields and "part_of" not in draft.known:
            draft.known["part_of"] = fields.pop(name).strip()


def _read_pages(draft: Draft) -> None:
    if plain_range := _PAGES.fullmatch(draft.fields.get("pages", "")):  # as nearly all are
        del draft.fields["pages"]
        draft.known["page"] = "-".join(plain_range.groups())
        return
    page = take(draft, "pages") or take(draft, "page")
    draft.known["page"] = _with_hyphens(page) if page else None


@lru_cache(maxsize=8192)
def _with_hyphens(page: str) -> str:
    return _DASH.sub("-", page)


def read_other_fields(draft: Draft, file: BibtexFile) -> None:
    """Step: every field that is left goes to `extra`, decoded, or as LaTeX where it cannot be decoded."""
    names = read_names_of_fields(draft.fields.pop(FIELD_NAMES)) if FIELD_NAMES in draft.fields else {}
    for name, raw in draft.fields.items():
        kept = names.get(name) or EXTRA_FIELDS.get(name, name)
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
            decoded = decode(raw, paragraphs=name in PARAGRAPHS)
            text = squeeze(raw, name in PARAGRAPHS) if decoded.unknown else decoded.text
            if kept == "status":
                text = state_words(text, draft.known.get("language")) or text
        if text:
            draft.extra[kept] = text
            if kept == name and (meant := meant_field(name)):
                draft.lose(
                    name,
                    raw,
                    Message("a field that is not known here, kept under its name; %(meant)s may be meant", meant=meant),
                )
    draft.fields.clear()


@lru_cache(maxsize=4096)
def meant_field(name: str) -> str | None:
    """Return the usual field that a name is one slip away from: a letter left out, put in, another, or two swapped.

    A name that only has an ending more, as `notes` or `title2`, is a field of some program's own and no slip.
    """
    if name in USUAL_FIELDS or name in EXTRA_FIELDS or not name.isalpha():
        return None
    near = [field for field in USUAL_FIELDS if field[0] == name[0] and OSA.distance(name, field, score_cutoff=1) == 1]
    return min((field for field in near if not name.startswith(field)), default=None)


def _read_numbers(draft: Draft) -> None:
    if draft.csl_type not in ARTICLE_TYPES:
        draft.known["number"] = take(draft, "number")
        draft.known["issue"] = take(draft, "issue")
        return
    issue = take(draft, "number")
    if issue is None:
        issue = take(draft, "issue")
    else:
        drop_repeated(draft, ["issue"], issue)
    draft.known["issue"] = issue
    draft.known["number"] = take(draft, "eid")


def _read_genre(draft: Draft) -> None:
    genre = take(draft, "type")
    if genre:
        draft.known["genre"] = type_words(genre, draft.known.get("language")) or genre


def _read_publisher(draft: Draft) -> None:
    for attribute, names in (
        ("publisher", publisher_fields(draft.csl_type)),
        ("publisher_place", ("address", "location")),
    ):
        present = [name for name in names if name in draft.fields]
        if present:
            text = take(draft, present[0])
            if text and attribute == "publisher_place" and draft.csl_type == "patent":
                text = place_words(text, draft.known.get("language"))
            draft.known[attribute] = text
            drop_repeated(draft, present[1:], text or "")


def _read_language(draft: Draft) -> None:
    """Set the language: `langid`, or `hyphenation` as it was called before, is for one, `language` may name several."""
    if draft.fields.keys().isdisjoint(("language", "langid", "hyphenation")):
        return
    language, langid, hyphenation = (take(draft, name) for name in ("language", "langid", "hyphenation"))
    langid = langid or hyphenation
    tag = language_tag(langid or language or "")
    draft.known["language"] = tag or None
    if language and ((langid and language_tag(language) != tag) or " and " in language):
        draft.extra["language"] = language
    if hyphenation and hyphenation != langid:
        draft.extra["hyphenation"] = hyphenation


def _read_keywords(draft: Draft) -> None:
    """Set the keywords: semicolons separate them where there are any, else commas; braces protect both."""
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
                draft.lose(
                    name,
                    part,
                    Message("unknown macro %(macros)s; its text was kept", macros=", ".join(decoded.unknown)),
                )
            if decoded.text:
                keywords.append(decoded.text)
    draft.known["keywords"] = tuple(keywords)


def _split_keywords(raw: str) -> list[str]:
    if "&" in raw:
        raw = _ENTITY.sub(lambda found: f"{{{found[0]}}}", raw)  # its semicolon separates nothing
    if "{" not in raw:
        return _KEYWORD_BREAKS[";" if ";" in raw else ","].split(raw)
    depth = 0
    marks: dict[str, list[int]] = {",": [], ";": []}
    for position, char in enumerate(raw):
        depth += {"{": 1, "}": -1}.get(char, 0)
        if depth <= 0 and char in marks:
            marks[char].append(position)
    cuts = marks[";"] or marks[","]
    return [raw[start:end] for start, end in zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(raw)], strict=True)]
