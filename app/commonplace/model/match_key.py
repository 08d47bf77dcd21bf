"""Match keys: what of a record is looked up and compared to find other records of the same work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from commonplace.model.identifiers import doi_key
from commonplace.model.minter import slug
from commonplace.model.names import Name
from commonplace.model.record import Record

PARTS = frozenset(("chapter", "entry", "entry-dictionary", "entry-encyclopedia", "paper-conference"))
"""Types of what appears in a book: its ISBN is the book's, and often enough the DOI it is given."""

_ARXIV = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?$")
_ARXIV_DOI = "10.48550/arxiv."
_FIRST_PAGE = re.compile(r"[a-z]?\d+")


class MatchKey(NamedTuple):
    """The parts of a record that are looked up and compared; None or empty where the record has none.

    `doi`, `title`, `people` and `venue` are in the form in which they are compared; `people` are the authors, or
    else the editors. `identifiers` are all others than the DOI, each with its scheme: `isbn:`, `pmid:`, `arxiv:`.
    `key_is_made` says that the source has no key, and this one was made of people and year.
    """

    key: str
    doi: str | None
    title: str | None
    identifiers: tuple[str, ...]
    type: str
    year: int | None
    people: tuple[str, ...]
    venue: str | None
    place: tuple[str, str, str]
    """Volume, issue and first page."""
    part_of: str | None
    key_is_made: bool = False
    alternative_keys: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The key and the alternative keys."""
        return (self.key, *self.alternative_keys)


def match_key(record: Record) -> MatchKey:
    """Return the match key of a record."""
    return MatchKey(
        key=record.key,
        doi=doi_key(record.doi) if record.doi else None,
        title=title_key(record.title) if record.title else None,
        identifiers=tuple(identifiers(record.type, record.isbn, record.extra, record.doi)),
        type=record.type,
        year=record.year,
        people=tuple([name_key(name) for name in record.names("author") or record.names("editor")]),
        venue=slug(record.container_title) if record.container_title else None,
        place=(record.volume or "", record.issue or "", first_page(record.page)),
        part_of=record.part_of,
        key_is_made=record.key_is_made,
        alternative_keys=record.alternative_keys,
    )


def title_key(title: str) -> str:
    """Return the title without case, accents and punctuation, and with *and* for `&`: one text for equal titles."""
    return slug(title.replace("&", " and ") if "&" in title else title)


def name_key(name: Name) -> str:
    """Return the family name, or the name of a body, without case and accents: one text for equal names."""
    return slug(name.family or name.literal or "")


def first_page(page: str | None) -> str:
    """Return the first page of a range as people write it: `11` of `pp. 11-20`."""
    start = (page or "").lower().partition("-")[0].strip()
    found = _FIRST_PAGE.search(start)
    return found[0] if found else start


def identifiers(type: str, isbn: tuple[str, ...], extra: Mapping[str, str], doi: str | None) -> Iterator[str]:
    """Yield the identifiers of a record except its DOI. An ISBN is that of a book, not of what appears in it."""
    if type not in PARTS:
        for text in isbn:
            yield f"isbn:{isbn_stem(text)}"
    arxiv = (doi or "").lower().removeprefix(_ARXIV_DOI) if (doi or "").lower().startswith(_ARXIV_DOI) else None
    for field, value in extra.items():
        name = field.lower()
        if name == "pmid" and value.strip().isdecimal():
            yield f"pmid:{value.strip()}"
        elif name == "eprint":
            said = " ".join(extra.get(key, "") for key in ("archiveprefix", "eprinttype")).lower()
            if "arxiv" in said or "arxiv" in value.lower():
                arxiv = value
    if arxiv and (found := _ARXIV.search(arxiv.strip().lower())):
        yield f"arxiv:{found[1]}"


def isbn_stem(isbn: str) -> str:
    """Return the twelve digits that the ISBN-10 and the ISBN-13 of one book share: all but the check digit."""
    digits = isbn.replace("-", "").replace(" ", "")
    return digits[:12] if len(digits) == 13 else f"978{digits[:9]}"
