"""Make the feed of a list: one entry for each thing, with the time at which it last changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from fastapi import Request

from commonplace import __version__
from commonplace.library.schemas import ApiModel, Case, Concept, Venue, Work
from commonplace.model.minter import Minter
from commonplace.web.discovery.addresses import address_of_iri
from commonplace.web.discovery.atom import ATOM, NEVER, Feed, FeedEntry, FeedLink
from commonplace.web.discovery.particulars import description, doi_address, full_name
from commonplace.web.http.asked_address import asked_url

GENERATOR = f"Commonplace {__version__}"

_PAGING = frozenset(("limit", "cursor", "at"))
_WITH_FEEDS = frozenset(("works", "people", "organizations", "venues", "concepts", "claims", "cases", "changes"))
"""First words of the addresses of lists that have feeds."""


def feed_of(request: Request) -> str | None:
    """Return the address of the feed of the list that a page shows, from its beginning; None where it has none."""
    if request.scope["path"].removeprefix("/") not in _WITH_FEEDS:
        return None
    url = asked_url(request).remove_query_params(["cursor", "limit"])
    return str(url.replace(path=f"{url.path}{ATOM.suffix}"))


def feed_links(request: Request, following: str | None) -> list[FeedLink]:
    """Return the links of a page of a feed: itself, the first page, the next one, and the list that it shows."""
    first = asked_url(request).remove_query_params("cursor")
    there = first.replace(path=first.path.removesuffix(ATOM.suffix))
    links = [("self", asked_url(request)), ("first", first), *([("next", following)] if following else [])]
    return [*(FeedLink(rel, str(href), ATOM.media_type) for rel, href in links), FeedLink("alternate", str(there))]


def list_feed(
    request: Request, site: str, items: Iterable[tuple[ApiModel, datetime]], following: str | None, minter: Minter
) -> Feed:
    """Return the feed of a page of a list, which is of the library called `site`; `following` is the next page.

    Each thing comes with the time at which it last changed.
    """
    entries = [_entry(item, updated, str(request.base_url), minter) for item, updated in items]
    links = feed_links(request, following)
    return Feed(
        id=links[1].href,
        title=f"{site}: {_asked(request)}",
        author=site,
        links=links,
        updated=max((entry.updated for entry in entries), default=NEVER),
        generator=GENERATOR,
        entries=entries,
    )


def _asked(request: Request) -> str:
    """Return the name of a list, and what was asked of it."""
    name = request.url.path.rpartition("/")[2].removesuffix(ATOM.suffix)
    given = (f"{key} {value}" for key, value in request.query_params.items() if key not in _PAGING)
    return ", ".join([name, *given])


def _entry(item: ApiModel, updated: datetime, base: str, minter: Minter) -> FeedEntry:
    iri = str(getattr(item, "iri"))  # noqa: B009  # each thing has one, and their models have no base in common
    links = [FeedLink("alternate", address_of_iri(base, iri, minter))]
    entry = FeedEntry(id=iri, title=_title(item), updated=updated, links=links, summary=_summary(item))
    if not isinstance(item, Work):
        return entry
    doi = doi_address(item)
    return replace(
        entry,
        links=[*links, *([FeedLink("related", doi)] if doi else [])],
        authors=[full_name(agent) for agent in item.authors or item.editors or ()],
        categories=[item.type, *(item.keywords or ())],
    )


def _title(item: ApiModel) -> str:
    for name in ("title", "label", "name", "key"):
        if text := getattr(item, name, None):
            return str(text)
    raise AssertionError(f"{type(item).__name__} has no name")


def _summary(item: ApiModel) -> str | None:
    if isinstance(item, Work):
        return description(item)
    if isinstance(item, Concept):
        found = item.definitions or {}
        return found.get("en") or next(iter(found.values()), None)
    if isinstance(item, Venue):
        return f"{item.works} works"
    return item.note if isinstance(item, Case) else None
