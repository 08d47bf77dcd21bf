"""Write Highwire Press tags, the meta tags by which Google Scholar and reference managers read a page of one work.

Sources: Google Scholar's inclusion guidelines for webmasters, and the names that Zotero reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from commonplace.library.schemas import Work
from commonplace.web.discovery.particulars import (
    ARTICLES,
    PARTS_OF_BOOKS,
    date_parts,
    first_and_last_page,
    joined_date,
    pdf_address,
    sorted_name,
)

Tag = tuple[str, str]


def highwire_tags(work: Work, page: str) -> list[Tag]:
    """Return name and content of each meta tag of a work, whose page has the address `page`; nothing is escaped."""
    return [(f"citation_{name}", content) for name, content in _tags(work, page) if content]


def _tags(work: Work, page: str) -> Iterator[tuple[str, str | None]]:
    yield "title", work.title
    yield from (("author", sorted_name(agent)) for agent in work.authors or ())
    yield from (("editor", sorted_name(agent)) for agent in work.editors or ())
    yield "publication_date", _date(work.issued, work.year)
    yield "online_date", _date(work.available, None)
    yield from _places(work)
    yield "volume", work.volume
    yield "issue", work.issue
    first, last = first_and_last_page(work.page)
    yield "firstpage", first
    yield "lastpage", last
    yield "doi", work.doi
    yield from (("isbn", number) for number in work.isbn or ())
    yield from (("issn", number) for number in work.issn or ())
    yield "pmid", _pmid(work)
    yield "language", work.language
    yield "abstract", work.abstract
    yield from (("keywords", keyword) for keyword in work.keywords or ())
    yield "abstract_html_url", page
    yield "pdf_url", pdf_address(work)


def _places(work: Work) -> Iterator[tuple[str, str | None]]:
    """Yield the tags that say where a work appeared, and by that of which type it is."""
    if work.type in ARTICLES:
        yield "journal_title", work.container_title
    elif work.type in PARTS_OF_BOOKS:
        yield "inbook_title", work.container_title
    elif work.type == "paper-conference":
        yield "conference_title", work.container_title
    if work.type == "report":
        yield "technical_report_institution", work.publisher
        yield "technical_report_number", work.number
    elif work.type == "thesis":
        yield "dissertation_institution", work.publisher
        yield "dissertation_name", work.genre
    else:
        yield "publisher", work.publisher
    yield "series_title", work.collection_title


def _date(edtf: str | None, year: int | None) -> str | None:
    """Return a date as `YYYY/MM/DD`, or the year where the day is not known: readers know no third form."""
    parts = date_parts(edtf, year)
    return joined_date(parts if len(parts) == 3 else parts[:1], "/")


def _pmid(work: Work) -> str | None:
    found = (one.value for one in work.identifiers or () if (one.scheme, one.confirmation) == ("pmid", "confirmed"))
    return next(found, None)
