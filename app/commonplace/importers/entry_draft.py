"""Collect an entry while it is read: fields and names as they are found, what of it is lost, and then its record.

For formats whose values are plain text. What the record has no field for stays under a name of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Any

from commonplace.errors import Message
from commonplace.importers.markup import loses_markup, rich_line, rich_paragraphs, undo_html_entities
from commonplace.importers.page_range import page_range
from commonplace.model import ris_names
from commonplace.model.edtf_date import is_edtf
from commonplace.model.identifiers import doi_key, normal_doi, normal_isbn, normal_issn
from commonplace.model.names import Contributor, Name
from commonplace.model.other_titles import KINDS, other_titles
from commonplace.model.record import Loss, Record
from commonplace.model.rich_text import LOOKS_LIKE_MARKUP, RICH_FIELDS, RichText, rich_form

BETWEEN = "; "
"""Stands between several values that are kept as one."""

MAY_REPEAT = frozenset({"url", "note"})
"""Fields of which an entry may have several; the others are kept, and that is no loss."""


class EntryDraft:
    """Hold one entry while it is read. `fields` are those of `Record`; the first value that is set stays."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.losses: list[Loss] = []
        self._contributors: list[Contributor] = []
        self._extra: dict[str, list[str]] = {}
        self._numbers: dict[str, dict[str, None]] = {"isbn": {}, "issn": {}}
        self._keywords: dict[str, None] = {}
        self._rich: dict[str, str] = {}
        self._titles: dict[str, list[tuple[str | None, str]]] = {}

    def lose(self, field: str, raw: str, why: str) -> None:
        """Say that a part of the entry is not kept as it was."""
        self.losses.append(Loss(field=field, raw=raw, why=why))

    def put(self, name: str, text: str | None, kept_as: str | None = None) -> None:
        """Set a field. Another value after the first is kept beside it, under `kept_as` or its name, and told."""
        text = (text or "").strip()
        if name in RICH_FIELDS and LOOKS_LIKE_MARKUP.search(text):
            if loses_markup(text):
                self.lose(name, text, "markup that is not kept; its text is")
            self.put_rich(name, rich_paragraphs(text) if name != "title" else rich_line(text), kept_as)
            return
        text = undo_html_entities(text)
        if not text or self.fields.get(name) == text:
            return
        if name in self.fields:
            self._keep_second(name, text, kept_as)
        else:
            self.fields[name] = text

    def put_rich(self, name: str, text: RichText, kept_as: str | None = None) -> None:
        """Set a field to text with markup, whose plain text it is; another after the first is kept and told."""
        if name not in self.fields and text.plain:
            self.fields[name] = text.plain
            if form := rich_form(name, text):
                self._rich[name] = form
        elif text.plain and self.fields.get(name) != text.plain:
            self._keep_second(name, text.plain, kept_as)

    def _keep_second(self, name: str, text: str, kept_as: str | None) -> None:
        kept_as = kept_as or name.replace("_", "-")
        if name not in MAY_REPEAT:
            why = Message(
                "it stands beside another %(field)s, which stays; kept as text under %(kept_as)s",
                field=name.replace("_", " "),
                kept_as=kept_as,
            )
            self.lose(kept_as, text, why)
        self.keep(kept_as, text)

    def keep(self, name: str, text: str | None) -> None:
        """Keep what no field of a record holds, under a name of its own."""
        if text and text.strip() and text.strip() not in self._extra.setdefault(name, []):
            self._extra[name].append(text.strip())

    def other_title(self, kind: str, language: str | None, text: str) -> None:
        """Add a title of a kind (`original`, `translated`, `transliterated`) in a language, as a tag, code or name."""
        if text.strip() and undo_html_entities(text).strip() != self.fields.get("title"):
            self._titles.setdefault(KINDS[kind], []).append((language, undo_html_entities(text)))

    def name(self, role: str, name: Name) -> None:
        """Add a contributor."""
        self._contributors.append(Contributor(role, name))

    def names(self, role: str, field: str, text: str, *, initialled: bool = False) -> None:
        """Add the contributors on a line that should name one; see `commonplace.model.ris_names.read_line`."""
        try:
            found = ris_names.read_line(undo_html_entities(text), initialled=initialled)
        except ValueError as fault:
            self.lose(field, text, str(fault))
            return
        if found.why:
            self.lose(field, text, found.why)
        for name in found.names:
            self.name(role, name)

    def keyword(self, text: str) -> None:
        """Add a keyword."""
        if text.strip():
            self._keywords[undo_html_entities(text.strip())] = None

    def doi(self, field: str, text: str) -> None:
        """Set the DOI, in any spelling; what is none is kept and told."""
        if not text.strip():
            return
        try:
            doi = normal_doi(undo_html_entities(text))
            if doi_key(doi) != doi_key(self.fields.get("doi") or ""):
                self.put("doi", doi, "other-doi")
        except ValueError as fault:
            self.keep("doi", text)
            self.lose(field, text, str(fault))

    def number(self, field: str, text: str) -> None:
        """Add an ISBN or ISSN, whichever it is; what is neither is kept and told."""
        if not text.strip():
            return
        kinds: tuple[tuple[str, Callable[[str], str]], ...] = (("issn", normal_issn), ("isbn", normal_isbn))
        for kind, normal in kinds:
            try:
                self._numbers[kind][normal(text)] = None
                return
            except ValueError:
                continue
        self.keep("isbn" if len(re.sub(r"\W", "", text)) > 8 else "issn", text)
        self.lose(field, text, "neither an ISBN nor an ISSN; kept as text")

    def date(self, name: str, field: str, edtf: str | None, raw: str) -> None:
        """Set a date in EDTF; where `raw` could not be read as one it is kept and told."""
        if edtf and is_edtf(edtf):
            self.put(name, edtf)
        elif raw.strip():
            self.keep(f"{name}-date", raw)
            self.lose(field, raw, "no date can be read from it; kept as text")

    def pages(self, field: str, first: str, last: str = "") -> None:
        """Set the pages, from a range as printed or from its two ends."""
        found = page_range(first, last)
        self.put("page", found.page)
        if found.left:
            self.lose(
                field,
                found.left,
                Message("it stands beside the pages %(pages)s, which stay; kept as text", pages=found.page),
            )
            self.keep("last-page", found.left)

    def record(self, key: str, type: str) -> Record:
        """Return the record of what was found."""
        titles: dict[str, Any] = {field: other_titles(*pairs) for field, pairs in self._titles.items()}
        return Record(
            key=key,
            type=type,
            contributors=tuple(self._contributors),
            isbn=tuple(self._numbers["isbn"]),
            issn=tuple(self._numbers["issn"]),
            keywords=tuple(self._keywords),
            extra=MappingProxyType({name: _joined(texts) for name, texts in self._extra.items() if texts}),
            rich=self._rich,
            **titles,
            **self.fields,
        )


def _joined(texts: Iterable[str]) -> str:
    return BETWEEN.join(texts)


class Keys:
    """Hold the keys of the entries of one file, so that one that comes again is told."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}

    def of(self, draft: EntryDraft, key: str | None, field: str, line: int) -> str:
        """Return the key of an entry's record, empty where it has none and is given one later (`with_keys`)."""
        if key and key in self._lines:
            draft.lose(
                field, key, Message("the same key stands on line %(line)s too; both were read", line=self._lines[key])
            )
        if key:
            self._lines.setdefault(key, line)
        return key or ""
