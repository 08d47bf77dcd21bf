"""Hold what fetching a DOI ends in, and what mapping its metadata ends in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from commonplace.errors import Message
from commonplace.importers.markup import has_markup, loses_markup, plain_line, rich_line, rich_paragraphs
from commonplace.model.names import Name
from commonplace.model.other_titles import KINDS, other_titles
from commonplace.model.record import Loss, Record
from commonplace.model.relations import Reference, Relation
from commonplace.model.rich_text import RichText, plain, rich_form

_UNAVAILABLE = re.compile(r"\(?:(?:unac|unal|unap|unas|unav|unkn|none|null|tba|etal|at)\)?", re.IGNORECASE)
_PARTICLE = re.compile(r"((?:[^\W\d_A-ZÀ-ÖØ-Þ][^\s]*\s+)+)(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Hold the one fate of a DOI that was asked for: a `body` from an `agency`, or an `error` that says what happened.

    `asked` is the text as it was given, `doi` the DOI in it, absent when there is none.
    `body` is one work in the agency's own form.
    """

    asked: str
    doi: str | None = None
    agency: str | None = None
    body: Mapping[str, Any] | None = None
    error: str | None = None

    def __post_init__(self) -> None:
        if (self.body is None) == (self.error is None):
            raise ValueError(Message("a DOI ends in a body or in an error: %(asked)r", asked=self.asked))


@dataclass(frozen=True, slots=True, kw_only=True)
class DoiDescription:
    """Hold what an agency's metadata says: a record, what of it could not be kept, its references and relations."""

    record: Record
    losses: tuple[Loss, ...] = ()
    references: tuple[Reference, ...] = ()
    relations: tuple[Relation, ...] = ()
    own_status: str | None = None


@dataclass(slots=True)
class DescriptionDraft:
    """Hold a description being made: what is known, what goes beside it by its own name, what is lost."""

    extra: dict[str, str] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    rich: dict[str, str] = field(default_factory=dict)
    titles: dict[str, list[tuple[str | None, str]]] = field(default_factory=dict)

    def lose(self, field: str, raw: object, why: str) -> None:
        """Say that a part is not kept as it was."""
        self.losses.append(Loss(field=field, raw=str(raw), why=why))

    def keep(self, name: str, value: str | None) -> None:
        """Keep a field that a record has no place for under its own name."""
        if value:
            self.extra[name] = value

    def other_title(self, kind: str, language: str | None, text: str) -> None:
        """Add a title of a kind (`original`, `translated`) in a language."""
        self.titles.setdefault(KINDS[kind], []).append((language, text))

    def titles_of_kinds(self) -> dict[str, Any]:
        """Return the other titles that were added, as fields of a record."""
        return {field: other_titles(*pairs) for field, pairs in self.titles.items()}

    def line(self, field: str, value: object) -> str | None:
        """Return one line of plain text, None when nothing is in it; markup in it is a loss."""
        text = available(value)
        if text is None:
            if isinstance(value, str) and value.strip():
                self.lose(field, value, "a code for a missing value")
            return None
        made = plain_line(text)
        if has_markup(text):
            self.lose(field, text, "markup within the text is not kept")
        return made or None

    def rich_line(self, field: str, value: object) -> RichText | None:
        """Return one line of rich text, None when nothing is in it; what rich text has no style for is a loss."""
        text = available(value)
        if text is None:
            self.line(field, value)
            return None
        if loses_markup(text):
            self.lose(field, text, "some of the markup within the text is not kept")
        made = rich_line(text)
        return made if made.runs else None

    def paragraphs(self, field: str, value: object) -> str | None:
        """Return paragraphs of plain text, None when there are none; their rich form is kept as that field's."""
        text = available(value)
        return self.keep_rich(field, rich_paragraphs(text)) if text else None

    def keep_rich(self, field: str, text: RichText | None) -> str | None:
        """Return the plain text of a field; its rich form, if any, goes to `rich`."""
        if text is None:
            return None
        if form := rich_form(field, text):
            self.rich[field] = form
        return text.plain or None


def available(value: object) -> str | None:
    """Return the text, None when it is absent, empty, or a standard code for *unavailable* (`:unav`, `(:unkn)` …)."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    text = str(value).strip()
    return None if not text or _UNAVAILABLE.fullmatch(text) else text


def texts(value: object) -> list[str]:
    """Return the texts of what is a list of texts, one text, or nothing."""
    found = value if isinstance(value, list) else [value]
    return [text for item in found if (text := available(item))]


def mappings(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of what is a list of objects, one object, or nothing."""
    found = value if isinstance(value, list) else [value]
    return [item for item in found if isinstance(item, dict)]


def personal_name(family: str | None, given: str | None, suffix: str | None = None) -> Name | None:
    """Return a person's name from its parts; small words before the family name are its particle."""
    family, given, suffix = (plain_line(part) or None if part else None for part in (family, given, suffix))
    if not family:
        return Name(family=given, suffix=suffix) if given else None
    found = _PARTICLE.fullmatch(family)
    if found:
        return Name(family=found[2], given=given, particle=found[1].strip(), suffix=suffix)
    return Name(family=family, given=given, suffix=suffix)


def joined_title(title: RichText | None, subtitles: list[RichText]) -> RichText | None:
    """Return a title and its subtitles as one, with a colon where the title does not end a sentence."""
    made = title
    for subtitle in subtitles:
        if made is None:
            made = subtitle
        elif subtitle.plain.casefold() not in made.plain.casefold():
            made += plain(" " if made.plain.endswith(("?", "!", ":", ".")) else ": ") + subtitle
    return made
