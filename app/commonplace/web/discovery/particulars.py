"""Read the particulars of a work that several vocabularies want: names, dates, first and last page, a description."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from commonplace.library.schemas import Agent, Work
from commonplace.model.edtf_date import EdtfDate, read_edtf
from commonplace.model.names import short_name
from commonplace.model.relations import DOI_ADDRESS

DESCRIPTION_CHARACTERS = 300
"""Maximum length of a description: previews of links cut longer ones in the middle of a word."""

DOI_SAFE = "/:;()!*',"
"""Characters of a DOI that stand in an address as they are, beside letters and digits."""

ARTICLES = frozenset({"article-journal", "article-magazine", "article-newspaper", "review", "review-book"})
"""CSL types of works that stand in a periodical."""

PARTS_OF_BOOKS = frozenset({"chapter", "entry", "entry-dictionary", "entry-encyclopedia"})
"""CSL types of works that stand in a book."""

_PAGE = r"[^\W_][\w.:]*"
_RANGES = re.compile(rf"({_PAGE})(?:\s*[-–—]+\s*({_PAGE}))?(?:\s*[,;]\s*{_PAGE}(?:\s*[-–—]+\s*({_PAGE}))?)*")
_LAST_PAGE = re.compile(rf"{_PAGE}\Z")
_SPACE = re.compile(r"\s+")
_BODY = re.compile(r"/id/organization/[^/]+\Z")


def is_body(agent: Agent) -> bool:
    """Return whether an agent is an organization, as its IRI says."""
    return bool(_BODY.search(agent.iri))


def full_name(agent: Agent) -> str:
    """Return a name in the order in which it is spoken: `Jan van den Berg Jr.`."""
    if agent.family is None:
        return agent.literal or agent.given or agent.key
    parts = (agent.given, agent.dropping_particle, agent.particle, agent.family, agent.suffix)
    return " ".join(part for part in parts if part)


def family_name(agent: Agent) -> str:
    """Return the name by which a text speaks of an agent: `van den Berg`."""
    if agent.family is None:
        return full_name(agent)
    return short_name(agent.family, agent.particle)


def sorted_name(agent: Agent) -> str:
    """Return a name with the family name first: `van den Berg, Jan Jr.`."""
    rest = " ".join(part for part in (agent.given, agent.dropping_particle, agent.suffix) if part)
    return f"{family_name(agent)}, {rest}" if agent.family is not None and rest else family_name(agent)


def date_parts(edtf: str | None, year: int | None = None) -> tuple[int, ...]:
    """Return year, month and day of a date, or of the first end of an interval that is known, as far as they are.

    `year` counts where the date does not say one; the answer is empty where nothing does.
    """
    for date in _ends(edtf) if edtf else ():
        if date.parts:
            return date.parts
    return (year,) if year is not None else ()


def _ends(edtf: str) -> Iterator[EdtfDate]:
    try:
        interval = read_edtf(edtf)
    except ValueError:  # written by somebody else, in another form than the model's
        return
    yield from (end for end in (interval.start, interval.end) if isinstance(end, EdtfDate))


def joined_date(parts: Sequence[int], between: str) -> str | None:
    """Return a date in digits, None for a year that four digits cannot say."""
    if not parts or not 0 <= parts[0] <= 9999:
        return None
    return between.join(str(part).zfill(2 if place else 4) for place, part in enumerate(parts))


def iso_date(edtf: str | None, year: int | None = None) -> str | None:
    """Return a date as ISO 8601 has it, to the day, the month or the year."""
    return joined_date(date_parts(edtf, year), "-")


def first_and_last_page(page: str | None) -> tuple[str | None, str | None]:
    """Return the first page and the last of what is printed as pages (`1073-1087`, `12, 15-20`, `e4`).

    The last is None where there is one page; both are where the text is something else (`24 p.`).
    """
    text = (page or "").strip()
    found = _RANGES.fullmatch(text)
    if not found:
        return None, None
    last = _LAST_PAGE.search(text)
    assert last is not None  # as every text that fits ends in a page
    return found[1], last[0] if last[0] != found[1] else None


def doi_address(work: Work) -> str | None:
    """Return the address that resolves the DOI of a work, None where it has none."""
    return f"{DOI_ADDRESS}{quote(work.doi, safe=DOI_SAFE)}" if work.doi else None


def pdf_address(work: Work) -> str | None:
    """Return the address of a work where it is that of a PDF."""
    path = (work.url or "").partition("#")[0].partition("?")[0]
    return work.url if path.lower().endswith(".pdf") and _is_web(work.url) else None


def web_address(work: Work) -> str | None:
    """Return the address that a work has elsewhere, None where it is none of the web."""
    return work.url if _is_web(work.url) else None


def _is_web(url: str | None) -> bool:
    return bool(url and re.match(r"https?://[^\s<>\"]+\Z", url, re.IGNORECASE))


def description(work: Work) -> str:
    """Return a line on a work: by whom, when, where, and how its abstract begins."""
    people = [family_name(agent) for agent in work.authors or work.editors or []]
    names = ", ".join(people[:3]) + (" et al." if len(people) > 3 else "")
    head = f"{names} ({work.year})" if names and work.year is not None else names or str(work.year or "")
    where = work.container_title or work.publisher
    sentences = (part.strip().rstrip(".") for part in (head, where) if part and part.strip())
    return shortened(" ".join([*(f"{sentence}." for sentence in sentences), work.abstract or ""]))


def shortened(text: str, most: int = DESCRIPTION_CHARACTERS) -> str:
    """Return a text in one line, cut between words and ended by `…` where it is longer than `most` characters."""
    line = _SPACE.sub(" ", text).strip()
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"
