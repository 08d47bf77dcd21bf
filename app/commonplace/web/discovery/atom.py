"""Write Atom feeds (RFC 4287), with links between their pages (RFC 5005)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lxml import etree

from commonplace.model.xml_characters import without_forbidden
from commonplace.web.http.negotiation import Representation

ATOM = Representation("atom", "application/atom+xml", ".atom")

NAMESPACE = "http://www.w3.org/2005/Atom"

NEVER = datetime.fromtimestamp(0, UTC)
"""When a feed was updated in which nothing ever was: one must say."""


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link of a feed or of an entry."""

    rel: str
    href: str
    type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry. `id` is an IRI that it keeps for ever; `updated` has a time zone."""

    id: str
    title: str
    updated: datetime
    links: Sequence[FeedLink]
    authors: Sequence[str] = ()
    categories: Sequence[str] = ()
    summary: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A page of a feed. `author` is who publishes it: entries without authors of their own take it over."""

    id: str
    title: str
    author: str
    links: Sequence[FeedLink]
    updated: datetime = NEVER
    generator: str | None = None
    entries: Sequence[FeedEntry] = field(default_factory=tuple)


def write_feed(feed: Feed) -> bytes:
    """Return a feed as XML. Characters that XML cannot hold are left out."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the default
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", feed.updated.isoformat())
    _add(_add(root, "author"), "name", feed.author)
    _add_links(root, feed.links)
    if feed.generator:
        _add(root, "generator", feed.generator)
    for entry in feed.entries:
        _add_entry(root, entry)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _add_entry(root: etree._Element, entry: FeedEntry) -> None:
    element = _add(root, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated.isoformat())
    for name in entry.authors:
        _add(_add(element, "author"), "name", name)
    _add_links(element, entry.links)
    for term in entry.categories:
        _add(element, "category").set("term", without_forbidden(term))
    if entry.summary:
        _add(element, "summary", entry.summary)


def _add_links(element: etree._Element, links: Sequence[FeedLink]) -> None:
    for link in links:
        made = _add(element, "link")
        made.set("rel", link.rel)
        made.set("href", without_forbidden(link.href))
        if link.type:
            made.set("type", link.type)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if text is not None:
        element.text = without_forbidden(text)
    return element
