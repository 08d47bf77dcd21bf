"""Take the value of one field out of an entry, decoded, with its markup where a record keeps that."""

from __future__ import annotations

import re
from collections.abc import Iterable

from commonplace.errors import Message
from commonplace.importers.bibtex.draft import Draft
from commonplace.importers.bibtex.latex import decode
from commonplace.importers.bibtex.rich_latex import COMMANDS, SWITCHES, decode_rich, protected_words
from commonplace.model.rich_text import RichText, plain, rich_form

PARAGRAPHS = frozenset({"abstract", "annotation", "annote", "note"})
"""Fields in which an empty line means something."""

MAXIMUM_RICH = 100_000
"""Maximum length of a text, in characters, whose markup is kept: no title or abstract has as many."""

LOOK_LOST = "the words were kept, how they look was not"
MARKUP = re.compile(rf"\\({'|'.join([*COMMANDS, *SWITCHES, 'texttt', 'tt'])})(?![A-Za-z])")
"""A macro that changes how text looks."""

_NO_TEXT = plain("")


def take(draft: Draft, name: str) -> str | None:
    """Return the decoded text of a field, taken out of the entry; macros that are not known are reported."""
    if name not in draft.fields:
        return None
    raw = draft.fields.pop(name)
    decoded = decode(raw, paragraphs=name in PARAGRAPHS)
    if decoded.unknown:
        draft.lose(name, raw, Message("unknown macro %(macros)s; its text was kept", macros=", ".join(decoded.unknown)))
    return decoded.text or None


def take_rich(draft: Draft, name: str) -> RichText:
    """Return the text of a field with its markup, which is reported where it cannot be kept."""
    raw = draft.fields.get(name)
    if not raw:
        draft.fields.pop(name, None)
        return _NO_TEXT
    if len(raw) > MAXIMUM_RICH:
        if MARKUP.search(raw):
            draft.lose(
                name,
                raw,
                Message("the markup of a text of more than %(most)s characters is not kept", most=MAXIMUM_RICH),
            )
        return plain(take(draft, name) or "")
    draft.fields.pop(name, None)
    decoded = decode_rich(raw, paragraphs=name in PARAGRAPHS)
    if decoded.unknown:
        draft.lose(name, raw, Message("unknown macro %(macros)s; its text was kept", macros=", ".join(decoded.unknown)))
    if decoded.not_kept:
        draft.lose(name, raw, f"{', '.join(decoded.not_kept)}: {LOOK_LOST}")
    return decoded.text


def take_words(draft: Draft, name: str) -> bool:
    """Keep a field that has nothing but words, some in capitals that must stay, as nearly all titles are."""
    raw = draft.fields[name]
    forms = protected_words(raw, paragraphs=name in PARAGRAPHS) if len(raw) <= MAXIMUM_RICH else None
    if forms is None:
        return False
    del draft.fields[name]
    text, marked = forms
    draft.known[name] = text
    if name == "title" and marked != text:
        draft.rich[name] = marked
    return True


def keep_rich(draft: Draft, attribute: str, text: RichText) -> None:
    """Set an attribute of the record, and its rich form where it has one."""
    if not text.runs:
        return
    draft.known[attribute] = text.plain or None
    if form := rich_form(attribute, text):
        draft.rich[attribute] = form


def drop_repeated(draft: Draft, names: Iterable[str], text: str) -> None:
    """Take out fields that only say again what another one said."""
    for name in names:
        if name in draft.fields and decode(draft.fields[name]).text == text:
            draft.fields.pop(name)
