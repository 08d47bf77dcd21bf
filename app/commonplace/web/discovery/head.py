"""Put together what the head of the page of a work holds for other programs; `templates/discovery.html` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from commonplace.library.schemas import Work
from commonplace.web.discovery.highwire import highwire_tags
from commonplace.web.discovery.open_graph import open_graph_of_work
from commonplace.web.discovery.particulars import description
from commonplace.web.discovery.schema_org import schema_org, script_text
from commonplace.web.discovery.signposting import TypedLink, links_of_page


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head of a page holds for other programs. Nothing of it is escaped, but the JSON-LD, which is safe."""

    page: str
    """Address of the page."""
    description: str
    tags: Sequence[tuple[str, str]]
    """Name and content of meta tags: Highwire's."""
    properties: Sequence[tuple[str, str]]
    """Property and content of meta tags: Open Graph's."""
    links: Sequence[TypedLink]
    """All typed links, for the `Link` header; the page itself names only the other forms."""
    json_ld: str
    """JSON-LD, made for a `script` of HTML."""


def head_of_work(work: Work, page: str, site: str, at: int | None = None) -> Head:
    """Return the head of the page of a work, which has the address `page` and is of the library called `site`."""
    return Head(
        page=page,
        description=description(work),
        tags=highwire_tags(work, page),
        properties=open_graph_of_work(work, page, site),
        links=links_of_page(work, page, at),
        json_ld=script_text(schema_org(work, page)),
    )
