"""Hold one entry of a bibliography as a record, as importers read it and exporters write it.

Shapes follow CSL-JSON where it has a word (with `_` for `-`). A record knows no IRI and no
store; `commonplace.model.work_graph` turns it into quads and back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Self

from commonplace.model.names import Contributor, Name
from commonplace.model.other_titles import Titles


@dataclass(frozen=True, kw_only=True)
class Record:
    """One entry. Absent is None or empty, never `""`. Text is plain Unicode.

    `issued` and `available` are EDTF (`1996`, `2018-03-29`, `2020/2021`, `199X`); `available`
    is online first. `page` is a range as printed, with a hyphen (`1073-1087`). `isbn` and
    `issn` are hyphenated. `part_of` is the key of the entry this one is a part of (BibTeX's
    `crossref`). `alternative_keys` are further citation keys of the work (BibLaTeX's `ids`).
    `original_titles`, `translated_titles` and `transliterated_titles` are those beside `title`, which is the one that
    the work is cited by; `other_titles` says their order.
    `extra` holds fields of the source that have no home here, by their own name.
    `key_is_made` says that the source has no key and this one was made for it: it tells nothing of the work.
    `rich` has the CSL rich text (`RichText.html`) of the fields whose plain text does not say it all:
    italics, raised and lowered text, capitals that must stay. Its plain form is the field's value.
    """

    key: str
    type: str
    title: str | None = None
    contributors: tuple[Contributor, ...] = ()
    issued: str | None = None
    available: str | None = None
    container_title: str | None = None
    collection_title: str | None = None
    volume: str | None = None
    issue: str | None = None
    number: str | None = None
    page: str | None = None
    edition: str | None = None
    genre: str | None = None
    publisher: str | None = None
    publisher_place: str | None = None
    doi: str | None = None
    isbn: tuple[str, ...] = ()
    issn: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    original_titles: Titles = ()
    translated_titles: Titles = ()
    transliterated_titles: Titles = ()
    note: str | None = None
    part_of: str | None = None
    alternative_keys: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)
    rich: Mapping[str, str] = field(default_factory=dict, hash=False)
    key_is_made: bool = field(default=False, compare=False)

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """Return the record with these values of fields, which become its own.

        `key`, `type`, `extra` and `rich` are among them.

        The constructor sets every field there is, one by one, which takes ten times as long.
        """
        made = object.__new__(cls)
        object.__setattr__(made, "__dict__", values)
        return made

    @property
    def year(self) -> int | None:
        """The four-digit year that `issued` begins with, if it has one; the year 0 of EDTF is 1 BC, and none."""
        digits = (self.issued or "")[:4]
        return int(digits) or None if len(digits) == 4 and digits.isdecimal() else None

    def names(self, role: str) -> tuple[Name, ...]:
        """Return the names in that role, in order."""
        return tuple([name for held, name in self.contributors if held == role])

    def with_key(self, key: str) -> Record:
        """Return the record under another key."""
        return replace(self, key=key)

    def differs_in_keys_only(self, other: Record) -> bool:
        """Return whether two records say the same of a work, keys left aside."""
        return self == replace(other, key=self.key, alternative_keys=self.alternative_keys)


HELD_VALUE_STAYS = "the library holds %(held)r, which stays"
"""Reason of a loss where the library has another value of the field than an entry. Receipts are searched for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A part of an entry that could not be kept as it was: its field, its raw text, and the reason."""

    field: str
    raw: str
    why: str


class ReadEntry(NamedTuple):
    """An entry as a reader has it: a `record`, or an `error` when nothing could be made of it.

    `position` counts entries from 1, `line` lines of the file from 1; `raw` is the entry's
    own text. `losses` says what of it the record does not hold. `own_key` is a key under which it can stand beside
    the others of its file, where one before it has the same key.
    """

    position: int
    line: int
    raw: str
    key: str | None
    record: Record | None
    losses: tuple[Loss, ...] = ()
    error: str | None = None
    own_key: str | None = None
