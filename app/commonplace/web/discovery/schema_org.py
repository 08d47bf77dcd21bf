"""Write a work in the vocabulary of schema.org as JSON-LD, which search engines read from its page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from commonplace.library.schemas import Agent, OtherContributor, Work
from commonplace.model.types import FABIO_CLASS
from commonplace.web.discovery.particulars import (
    ARTICLES,
    PARTS_OF_BOOKS,
    doi_address,
    family_name,
    first_and_last_page,
    full_name,
    is_body,
    iso_date,
    web_address,
)

Node = dict[str, Any]

CONTEXT = "https://schema.org"

_NAMED: dict[str, str] = {
    "article": "ScholarlyArticle",
    "article-journal": "ScholarlyArticle",
    "article-magazine": "Article",
    "article-newspaper": "NewsArticle",
    "bill": "Legislation",
    "book": "Book",
    "chapter": "Chapter",
    "collection": "Collection",
    "dataset": "Dataset",
    "entry": "Article",
    "entry-dictionary": "Article",
    "entry-encyclopedia": "Article",
    "figure": "ImageObject",
    "graphic": "VisualArtwork",
    "legislation": "Legislation",
    "manuscript": "Manuscript",
    "map": "Map",
    "motion_picture": "Movie",
    "musical_score": "SheetMusic",
    "paper-conference": "ScholarlyArticle",
    "periodical": "Periodical",
    "personal_communication": "Message",
    "post": "SocialMediaPosting",
    "post-weblog": "BlogPosting",
    "regulation": "Legislation",
    "report": "Report",
    "review": "Review",
    "review-book": "Review",
    "software": "SoftwareSourceCode",
    "song": "AudioObject",
    "speech": "PresentationDigitalDocument",
    "thesis": "Thesis",
    "treaty": "Legislation",
    "webpage": "WebPage",
}

TYPE: dict[str, str] = {csl: _NAMED.get(csl, "CreativeWork") for csl in FABIO_CLASS}
"""CSL type to the type of schema.org that is nearest; a type that has none is a `CreativeWork`."""

_ROLES = {
    "translator": "translator",
    "illustrator": "illustrator",
    "director": "director",
    "producer": "producer",
    "composer": "composer",
    "performer": "actor",
    "funder": "funder",
}
"""Role of a contributor to the property that names it; any other is a `contributor`."""

_FOR_SCRIPT = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def type_of(work: Work) -> str:
    """Return the IRI of the type of a work."""
    return f"{CONTEXT}/{TYPE.get(work.type, 'CreativeWork')}"


def schema_org(work: Work, page: str) -> Node:
    """Return the JSON-LD of a work, whose page has the address `page`. Absent values have no member."""
    return {"@context": CONTEXT, **_present(_members(work, page))}


def script_text(node: Node) -> str:
    """Return JSON as it may stand in a `script` of HTML, safe whatever it holds: no `<`, `>` or `&` is left in it."""
    return json.dumps(node, ensure_ascii=False).translate(_FOR_SCRIPT)


def _present(members: Iterator[tuple[str, Any]]) -> Node:
    return {name: value for name, value in members if value not in (None, "", [], {})}


def _members(work: Work, page: str) -> Iterator[tuple[str, Any]]:
    first, last = first_and_last_page(work.page)
    yield "@type", TYPE.get(work.type, "CreativeWork")
    yield "@id", work.iri
    yield "url", page
    yield "mainEntityOfPage", page
    yield "name", work.title
    yield "headline", work.title if work.type in ARTICLES else None
    yield "alternateName", _other_titles(work)
    yield "author", [_agent(agent) for agent in work.authors or ()]
    yield "editor", [_agent(agent) for agent in work.editors or ()]
    yield from _contributors(work.contributors or [])
    yield "datePublished", iso_date(work.issued or work.available, work.year)
    yield "isPartOf", _containers(work)
    yield "pagination", work.page
    yield "pageStart", first
    yield "pageEnd", last
    yield "publisher", _publisher(work)
    yield "bookEdition", work.edition if work.type == "book" else None
    yield "isbn", work.isbn if work.type == "book" else None
    yield "issn", work.issn if work.type == "periodical" else None
    yield "inSupportOf", work.genre if work.type == "thesis" else None
    yield "reportNumber", work.number if work.type == "report" else None
    yield "identifier", _identifiers(work)
    yield "sameAs", [address for address in (doi_address(work), web_address(work)) if address]
    yield "inLanguage", work.language
    yield "abstract", work.abstract
    yield "keywords", work.keywords
    yield "creativeWorkStatus", work.status or ("preprint" if work.type == "article" else None)


def _agent(agent: Agent) -> Node:
    return _present(
        iter(
            (
                ("@type", "Organization" if is_body(agent) else "Person"),
                ("@id", agent.iri),
                ("name", full_name(agent)),
                ("givenName", agent.given),
                ("familyName", family_name(agent) if agent.family else None),
                ("honorificSuffix", agent.suffix),
            )
        )
    )


def _contributors(contributors: list[OtherContributor]) -> Iterator[tuple[str, list[Node]]]:
    by_property: dict[str, list[Node]] = {}
    for one in contributors:
        by_property.setdefault(_ROLES.get(one.role, "contributor"), []).append(_agent(one))
    yield from by_property.items()


def _other_titles(work: Work) -> list[str]:
    by_language = (work.original_titles, work.translated_titles, work.transliterated_titles)
    said = [*(work.alternative_titles or ())]
    said += [title for titles in by_language for several in (titles or {}).values() for title in several]
    return list(dict.fromkeys(said))


def _identifiers(work: Work) -> list[Node]:
    named = [("doi", work.doi), *((scheme, value) for scheme, value in _other_identifiers(work))]
    pairs = dict.fromkeys((scheme, value) for scheme, value in named if value)
    return [{"@type": "PropertyValue", "propertyID": scheme, "value": value} for scheme, value in pairs]


def _other_identifiers(work: Work) -> Iterator[tuple[str, str]]:
    for one in work.identifiers or ():
        if one.confirmation == "confirmed":
            yield one.scheme, one.value


def _publisher(work: Work) -> Node | None:
    if not work.publisher:
        return None
    place = {"location": {"@type": "Place", "name": work.publisher_place}} if work.publisher_place else {}
    return {"@type": "Organization", "name": work.publisher, **place}


def _containers(work: Work) -> Node | list[Node] | None:
    """Return what a work is a part of: issue, volume and journal one in the other, a book, and a series."""
    series = {"@type": "CreativeWorkSeries", "name": work.collection_title} if work.collection_title else None
    found = [node for node in (_container(work), series) if node]
    return found[0] if len(found) == 1 else found or None


def _container(work: Work) -> Node | None:
    if work.type in ARTICLES:
        return _issue(work)
    if not work.container_title:
        return None
    node: Node = {"@type": "CreativeWork", "name": work.container_title}
    if work.type in PARTS_OF_BOOKS or work.type == "paper-conference":
        node |= {"@type": "Book"} | ({"isbn": work.isbn} if work.isbn else {})
    if work.issn:
        node["issn"] = work.issn
    return node


def _issue(work: Work) -> Node | None:
    node: Node | None = None
    if work.container_title:
        node = {"@type": "Periodical", "name": work.container_title} | ({"issn": work.issn} if work.issn else {})
    if work.volume:
        node = {"@type": "PublicationVolume", "volumeNumber": work.volume} | ({"isPartOf": node} if node else {})
    if work.issue:
        node = {"@type": "PublicationIssue", "issueNumber": work.issue} | ({"isPartOf": node} if node else {})
    return node
