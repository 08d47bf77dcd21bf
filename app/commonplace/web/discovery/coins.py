"""Write COinS, by which reference managers read a page of many works: OpenURL in the title of a `span`.

On the page of one work they would hide what that says better. Sources: ANSI/NISO Z39.88-2004 and its matrices
`journal`, `book`, `dissertation`, `patent` and `dc`; COinS 1.0 (class `Z3988`).
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote_plus

from commonplace.library.schemas import Agent, Work
from commonplace.web.discovery.particulars import (
    ARTICLES,
    PARTS_OF_BOOKS,
    family_name,
    first_and_last_page,
    full_name,
    is_body,
    iso_date,
    web_address,
)

Pair = tuple[str, str | None]

_BOOKS = {"book": "book", "report": "report", "paper-conference": "proceeding", "collection": "book", "classic": "book"}
"""CSL type to genre, of types that the matrix `book` describes beside parts of books."""


def coins_title(work: Work) -> str:
    """Return the title of the `span` of a work: a context object as key and value pairs, not yet escaped for HTML."""
    pairs = ((name, value) for name, value in _pairs(work) if value)
    return "&".join(f"{name}={quote_plus(value, encoding='utf-8', errors='replace')}" for name, value in pairs)


def _pairs(work: Work) -> Iterator[Pair]:
    matrix, genre = _matrix(work.type)
    yield "ctx_ver", "Z39.88-2004"
    yield "rft_val_fmt", f"info:ofi/fmt:kev:mtx:{matrix}"
    yield "rft_id", f"info:doi/{work.doi}" if work.doi else None
    yield "rft_id", web_address(work)
    if matrix == "dc":
        yield from _dublin_core(work)
        return
    yield "rft.genre", genre
    yield from _titles(work, matrix)
    yield from _people(work)
    first, last = first_and_last_page(work.page)
    yield "rft.date", iso_date(work.issued, work.year)
    yield "rft.volume", work.volume
    yield "rft.issue", work.issue
    yield "rft.spage", first
    yield "rft.epage", last
    yield "rft.pages", work.page
    yield "rft.inst" if matrix == "dissertation" else "rft.pub", work.publisher
    yield "rft.place", work.publisher_place
    yield "rft.edition", work.edition
    yield "rft.series", work.collection_title
    yield from (("rft.isbn", number) for number in work.isbn or ())
    yield from (("rft.issn", number) for number in work.issn or ())


def _matrix(csl_type: str) -> tuple[str, str | None]:
    """Return the matrix that describes works of a type, and their genre in it."""
    if csl_type in ARTICLES:
        return "journal", "article"
    if csl_type == "article":
        return "journal", "preprint"
    if csl_type in PARTS_OF_BOOKS:
        return "book", "bookitem"
    if csl_type in _BOOKS:
        return "book", _BOOKS[csl_type]
    if csl_type in ("thesis", "patent"):
        return ("dissertation", None) if csl_type == "thesis" else ("patent", None)
    return "dc", None


def _titles(work: Work, matrix: str) -> Iterator[Pair]:
    if matrix == "journal":
        yield "rft.atitle", work.title
        yield "rft.jtitle", work.container_title
    elif matrix == "book" and (work.type in PARTS_OF_BOOKS or work.type == "paper-conference"):
        yield "rft.atitle", work.title
        yield "rft.btitle", work.container_title
    else:
        yield "rft.btitle" if matrix == "book" else "rft.title", work.title


def _people(work: Work) -> Iterator[Pair]:
    people = work.authors or work.editors or []
    first = people[0] if people else None
    if first is not None and first.family is not None:
        yield "rft.aulast", family_name(first)
        yield "rft.aufirst", first.given
    yield from (_person(agent) for agent in people)


def _person(agent: Agent) -> Pair:
    return "rft.aucorp" if is_body(agent) else "rft.au", full_name(agent)


def _dublin_core(work: Work) -> Iterator[Pair]:
    yield "rft.type", work.type
    yield "rft.title", work.title
    yield from (("rft.creator", full_name(agent)) for agent in work.authors or work.editors or ())
    yield "rft.source", work.container_title
    yield "rft.publisher", work.publisher
    yield "rft.date", iso_date(work.issued, work.year)
    yield "rft.language", work.language
    yield "rft.description", work.abstract
