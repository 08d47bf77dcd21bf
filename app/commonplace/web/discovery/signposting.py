"""Write Signposting: typed links of a work, in `Link` headers and as a link set, that lead machines where readers see.

Sources: the FAIR Signposting Profile of 2023-10-02 (levels 1 and 2), RFC 8288 (web linking), RFC 8574 (`cite-as`),
RFC 9264 (link sets).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from commonplace.library.schemas import Work
from commonplace.web.discovery.particulars import doi_address, pdf_address
from commonplace.web.discovery.schema_org import CONTEXT, type_of
from commonplace.web.http.negotiation import JSON, LINK_SET, RDF, RECORDS

AUTHORS = 20
"""Maximum number of authors in a `Link` header, which servers in between bound; the link set has all."""

_SAFE = "%/:?#[]@!$&'()*+,;=~"

DESCRIBING = (JSON, *RECORDS, *RDF)
"""Forms of a work that describe it."""


@dataclass(frozen=True, slots=True)
class TypedLink:
    """A link from the page of a work, or from `anchor`: its relation, its target, and the media type of that."""

    rel: str
    href: str
    type: str | None = None
    anchor: str | None = None


def links_of_page(work: Work, page: str, at: int | None = None) -> list[TypedLink]:
    """Return the links of the page of a work, which has the address `page`; with `at`, as it was at that version."""
    return list(_of_page(work, page, f"?at={at}" if at is not None else ""))


def links_of_form(page: str, at: int | None = None) -> list[TypedLink]:
    """Return the links of a form of a work that has an address of its own (`.bib`)."""
    query = f"?at={at}" if at is not None else ""
    return [
        TypedLink("describes", f"{page}{query}"),
        TypedLink("linkset", f"{page}{LINK_SET.suffix}{query}", LINK_SET.media_type),
    ]


def _of_page(work: Work, page: str, query: str) -> Iterator[TypedLink]:
    yield TypedLink("cite-as", doi_address(work) or work.iri)
    yield TypedLink("type", f"{CONTEXT}/AboutPage")
    yield TypedLink("type", type_of(work))
    yield from (TypedLink("describedby", f"{page}{form.suffix}{query}", form.media_type) for form in DESCRIBING)
    if pdf := pdf_address(work):
        yield TypedLink("item", pdf, "application/pdf")
    yield TypedLink("linkset", f"{page}{LINK_SET.suffix}{query}", LINK_SET.media_type)
    if query:
        yield TypedLink("latest-version", page)
    yield from (TypedLink("author", agent.iri) for agent in work.authors or ())


def header(links: Iterable[TypedLink]) -> str:
    """Return links as the value of a `Link` header, with the first authors of many."""
    authors, shown = 0, []
    for link in links:
        authors += link.rel == "author"
        if link.rel != "author" or authors <= AUTHORS:
            shown.append(f'<{_ascii(link.href)}>; rel="{link.rel}"' + (f'; type="{link.type}"' if link.type else ""))
    return ", ".join(shown)


def link_set(work: Work, page: str, at: int | None = None) -> bytes:
    """Return all links of a work as a link set in JSON: those of its page, of its forms, and of its content."""
    links = links_of_page(work, page, at)
    landing = f"{page}?at={at}" if at is not None else page
    for link in tuple(links):
        back = {"describedby": "describes", "item": "collection"}.get(link.rel)
        if back:
            links.append(TypedLink(back, landing, anchor=link.href))
    return json.dumps({"linkset": _contexts(links, landing)}, ensure_ascii=False).encode()


def _contexts(links: Sequence[TypedLink], landing: str) -> list[dict[str, object]]:
    contexts: dict[str, dict[str, object]] = {}
    for link in links:
        if link.rel == "linkset":
            continue  # which this is
        anchor = _ascii(link.anchor or landing)
        targets = contexts.setdefault(anchor, {"anchor": anchor}).setdefault(link.rel, [])
        assert isinstance(targets, list)
        targets.append({"href": _ascii(link.href)} | ({"type": link.type} if link.type else {}))
    return list(contexts.values())


def _ascii(address: str) -> str:
    """Return an address as a header can hold it."""
    return quote(address, safe=_SAFE)
