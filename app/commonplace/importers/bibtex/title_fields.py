"""Read the titles of an entry and of what it appears in, and another field where there is no title."""

from __future__ import annotations

from collections.abc import Iterable

from commonplace.errors import Message
from commonplace.importers.bibtex.draft import Draft
from commonplace.importers.bibtex.field_values import (
    LOOK_LOST,
    MARKUP,
    drop_repeated,
    keep_rich,
    take,
    take_rich,
    take_words,
)
from commonplace.importers.bibtex.latex import decode
from commonplace.model.bibtex_terms import ARTICLE_TYPES, canonical_entry_type, title_field
from commonplace.model.other_titles import is_one_language, other_titles
from commonplace.model.rich_text import plain

_PLAIN_NAMES = ("journal", "journaltitle", "booktitle", "maintitle", "series")
_ENDS_SENTENCE = ("?", "!", ":", ".")
_JOURNALS, _BOOKS = ("journaltitle", "journal"), ("booktitle", "maintitle")
_IN_JOURNAL, _IN_BOOK = (*_JOURNALS, *_BOOKS), (*_BOOKS, *_JOURNALS)
"""Fields that name what an article, or another work, appears in; the best first."""

_STAND_INS = ("titleaddon", "issuetitle")
_VOLUMES = ("booktitle", "maintitle")
_STAND_INS_OF = {
    **dict.fromkeys(("proceedings", "collection", "reference"), _VOLUMES),
    **dict.fromkeys(("mvbook", "mvproceedings", "mvcollection", "mvreference"), _VOLUMES),
    "book": ("maintitle",),
    "periodical": ("journaltitle",),
}
"""By entry type, fields that name the work itself where it has no title, beside those of any entry; the best first."""


def read_titles(draft: Draft) -> None:
    """Set the title of the record and that of its container."""
    _report_markup(draft)
    _read_title(draft)
    if not draft.known.get("title"):
        _take_stand_in(draft)
    _read_container(draft)
    if found := [(name, said) for name in draft.fields if (said := title_field(name))]:
        _read_other_titles(draft, found)


def _read_other_titles(draft: Draft, found: Iterable[tuple[str, tuple[str, str | None]]]) -> None:
    """Set the titles beside the one of the entry; `origlanguage` is the language of `origtitle`."""
    pairs: dict[str, list[tuple[str | None, str]]] = {}
    for name, (field, language) in found:
        if name == "origtitle" and (said := draft.fields.get("origlanguage")):
            language = decode(said).text
            if is_one_language(language):
                del draft.fields["origlanguage"]
        if markup := MARKUP.findall(draft.fields[name]):
            macros = ", ".join(dict.fromkeys(f"\\{macro}" for macro in markup))
            draft.lose(name, draft.fields[name], f"{macros}: {LOOK_LOST}")
        if text := take(draft, name):
            pairs.setdefault(field, []).append((language, text))
    for field, listed in pairs.items():
        draft.known[field] = other_titles(*listed)


def _read_title(draft: Draft) -> None:
    if "title" in draft.fields and "subtitle" not in draft.fields and take_words(draft, "title"):
        return
    title, subtitle = take_rich(draft, "title"), take_rich(draft, "subtitle")
    if title.runs and subtitle.runs:
        title += plain(" " if title.plain.endswith(_ENDS_SENTENCE) else ": ")
    keep_rich(draft, "title", title + subtitle if subtitle.runs else title)


def _take_stand_in(draft: Draft) -> None:
    """Take the field that says what the entry is (`titleaddon = {Comment on …}`), and tell it."""
    for name in (*_STAND_INS_OF.get(canonical_entry_type(draft.entry_type), ()), *_STAND_INS):
        raw = draft.fields.get(name, "")
        if raw.strip():
            keep_rich(draft, "title", take_rich(draft, name))
            draft.lose(name, raw, Message("the entry has no title; its %(name)s was read as one", name=name))
            return


def _read_container(draft: Draft) -> None:
    names = _IN_JOURNAL if draft.csl_type in ARTICLE_TYPES else _IN_BOOK
    for name in names:
        if name in draft.fields:
            container = take(draft, name)
            if container:
                subtitle = take(draft, f"{name.removesuffix('title')}subtitle") if name != "journal" else None
                draft.known["container_title"] = _joined(container, subtitle)
                drop_repeated(draft, names, container)
                return


def _joined(title: str | None, subtitle: str | None) -> str | None:
    if not title or not subtitle:
        return title or subtitle
    return f"{title}{'' if title.endswith(_ENDS_SENTENCE) else ':'} {subtitle}"


def _report_markup(draft: Draft) -> None:
    """Tell the markup in the title of a venue or series, which is plain in a record, where it means something."""
    for name in _PLAIN_NAMES:
        raw = draft.fields.get(name)
        if raw and "\\" in raw and (found := MARKUP.findall(raw)):
            macros = ", ".join(dict.fromkeys(f"\\{macro}" for macro in found))
            draft.lose(name, raw, f"{macros}: {LOOK_LOST}")
