"""The particulars of a work: what of it is blocked and compared, each in the form in which it is compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from commonplace.curation.duplicates.people import People, people_of
from commonplace.curation.duplicates.places import Pages, issue_of, pages_of, volume_of
from commonplace.curation.duplicates.titles import Title, title_of
from commonplace.model.identifiers import doi_key
from commonplace.model.languages import language_tag
from commonplace.model.match_key import MatchKey, identifiers
from commonplace.model.minter import slug
from commonplace.model.record import Record

_NO_TITLE = Title("", "", "", frozenset())
_people_of = lru_cache(maxsize=65536)(people_of)
_DIGITS = re.compile(r"\d+")
_ORDINALS = {
    word: str(number)
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
}


class Particulars(NamedTuple):
    """What is compared of one work; empty or None where it is not known.

    `identifiers` are all others than the DOI, each with its scheme (`pmid:`, `isbn:`, `arxiv:`, `issn:` of its venue).
    `edition` is its number, or its word.
    """

    key: str
    type: str
    title: Title
    names: tuple[str, ...]
    """The names of its authors, or else of its editors, as printed."""
    year: int | None
    venue: str
    volume: str
    issue: str
    pages: Pages
    doi: str
    identifiers: frozenset[str]
    edition: str
    language: str
    part_of: str
    digest: str = ""
    """Digest of the fields as printed, where they were read from the graph: it changes when one of them does."""

    @property
    def people(self) -> People:
        """Return the people, worked out when asked for: titles tell most works apart."""
        return _people_of(self.names)

    @property
    def has_place(self) -> bool:
        """Return whether a page, or a volume and issue, is known."""
        return bool(self.pages.first or (self.volume and self.issue))


def particulars_of(record: Record, key: str | None = None, found: MatchKey | None = None) -> Particulars:
    """Return the particulars of a record, under another key where one is given.

    `found` is the record's match key, where that is made already: its year, DOI and identifiers are those compared.
    """
    names = record.names("author") or record.names("editor")
    return particulars(
        key=key or record.key,
        type=record.type,
        title=record.title or "",
        names=[name.inverted for name in names],
        year=found.year if found else record.year,
        venue=record.container_title or "",
        volume=record.volume or "",
        issue=record.issue or "",
        page=record.page or "",
        doi=(found.doi if found else record.doi) or "",
        identifiers=found.identifiers if found else identifiers(record.type, record.isbn, record.extra, record.doi),
        edition=record.edition or "",
        language=record.language or "",
        part_of=record.part_of or "",
    )


def particulars(
    *,
    key: str,
    type: str = "",
    title: str = "",
    names: Iterable[str] = (),
    year: int | None = None,
    venue: str = "",
    volume: str = "",
    issue: str = "",
    page: str = "",
    doi: str = "",
    identifiers: Iterable[str] = (),
    edition: str = "",
    language: str = "",
    part_of: str = "",
) -> Particulars:
    """Return the particulars of a work, given its fields as they are printed."""
    return Particulars(
        key=key,
        type=type,
        title=(title_of(title) if title else None) or _NO_TITLE,
        names=tuple(names),
        year=year,
        venue=venue,
        volume=volume_of(volume),
        issue=issue_of(issue, volume),
        pages=pages_of(page),
        doi=doi_key(doi) if doi else "",
        identifiers=frozenset(identifiers),
        edition=_edition(edition),
        language=language_tag(language).lower().partition("-")[0] if language else "",
        part_of=part_of,
    )


def _edition(raw: str) -> str:
    if not raw:
        return ""
    found = _DIGITS.search(raw)
    folded = slug(raw)
    return found[0].lstrip("0") if found else _ORDINALS.get(folded.partition("-")[0], folded)
