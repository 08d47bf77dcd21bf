"""Write Open Graph tags, from which messengers and social networks make the preview of a link. Source: ogp.me."""

from __future__ import annotations

from collections.abc import Iterator

from commonplace.library.schemas import Work
from commonplace.web.discovery.particulars import description, full_name, iso_date

Pair = tuple[str, str]


def open_graph_of_work(work: Work, page: str, site: str) -> list[Pair]:
    """Return property and content of each tag of the page of a work; nothing is escaped. `base.html` has the others."""
    kind = "book" if work.type == "book" else "article"
    common = (
        ("og:type", kind),
        ("og:title", work.title or work.key),
        ("og:url", page),
        ("og:site_name", site),
        ("og:description", description(work)),
    )
    return [(name, content) for name, content in (*common, *_more(work, kind)) if content]


def _more(work: Work, kind: str) -> Iterator[tuple[str, str | None]]:
    yield from ((f"{kind}:author", full_name(agent)) for agent in work.authors or ())
    date = iso_date(work.issued, work.year)
    if kind == "book":
        yield from (("book:isbn", number) for number in work.isbn or ())
        yield "book:release_date", date
    else:
        yield "article:published_time", date
    yield from ((f"{kind}:tag", keyword) for keyword in work.keywords or ())
