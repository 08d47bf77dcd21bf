"""Serve the page of the timeline: the strip of works of a concept over the years, and the table that says the same."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.schemas import Link
from commonplace.library.strips import marked_works
from commonplace.library.works import title_link, work_of
from commonplace.model.minter import Minter
from commonplace.web.api.asking.timeline import TimelineQuery, TimelineRead, reading
from commonplace.web.context import ContextDep
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.pages.page_route import PageRouter
from commonplace.web.pages.rendering import versioned_page
from commonplace.web.pages.strip import MOST_MARKS, Strip, strip_of, strip_of_years

router = PageRouter()

MOST_CHOICES = 500
"""Maximum number of concepts in the field they are chosen from; others can be named by their keys."""


@router.page("/timeline")
@costly(Cost(when=in_large_library))
def timeline(request: Request, context: ContextDep, asked: Annotated[TimelineQuery, Query()]) -> Response:
    """Show the timeline, with a form that chooses concept and years."""
    read = reading(context, asked)

    def make(snapshot: Snapshot) -> dict[str, object]:
        found = read(snapshot)
        return {
            "shown": found.shown,
            "choices": asked,
            "concepts": _concepts(snapshot, context.minter, found.about),
            "strip": _strip(snapshot, context.minter, found, asked) if found.about else None,
            "earliest": [work_of(snapshot, NamedNode(link.iri), context.minter) for link in found.shown.earliest],
        }

    return versioned_page(request, "timeline.html", asked.at, make)


def _strip(snapshot: Snapshot, minter: Minter, found: TimelineRead, asked: TimelineQuery) -> Strip:
    """Return the strip of the works in the range: a mark for each, or columns where there are too many."""
    years = asked.range
    if found.shown.works <= MOST_MARKS:
        ordered = found.works.dated(years.first, years.last)
        return strip_of(marked_works(snapshot, minter, found.below, found.works.read, ordered))
    return strip_of_years(one for one in found.counted if years.has(one.year))


def _concepts(snapshot: Snapshot, minter: Minter, chosen: NamedNode | None) -> list[Link]:
    """Return the concepts to choose from, by label; among them the one that was chosen."""
    rows = snapshot.select(f"{PROLOGUE}SELECT ?concept WHERE {{ ?concept a skos:Concept }} LIMIT {MOST_CHOICES}")
    nodes = dict.fromkeys([*(row["concept"] for row in rows), chosen])
    links = [title_link(snapshot, node, minter) for node in nodes if isinstance(node, NamedNode)]
    return sorted(links, key=lambda link: (link.label or link.key).casefold())
