"""Serve the pages of cases: their list, and each with its dimensions, their sources and how sure they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.headings import case_of
from commonplace.library.works import work_of
from commonplace.model.case_dimensions import DIMENSIONS, TEXT_DIMENSIONS
from commonplace.web.api.reading.things import COLLECTIONS, listing_of
from commonplace.web.context import ContextDep
from commonplace.web.http.parameters import At, Search
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.pages.lists import list_page
from commonplace.web.pages.page_route import PageRouter
from commonplace.web.pages.rendering import versioned_page

router = PageRouter()

_ROW = next(row for row in COLLECTIONS if row.plural == "cases")


@router.page("/cases")
@costly(Cost(when=in_large_library, kinds=("case",)))
def cases(request: Request, context: ContextDep, asked: Annotated[Search, Query()]) -> Response:
    """Show the cases, each with where it is and what form it shows."""
    return list_page(request, "cases.html", listing_of(_ROW, context, asked), asked, asked.q)


@router.page("/cases/{key}")
@costly(Cost(when=in_large_library))
def case(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Show a case: each dimension with its source, passage and certainty, and the claims that rest on it."""
    minter, node = context.minter, context.minter.thing("case", key)

    def make(snapshot: Snapshot) -> dict[str, object]:
        shown = case_of(snapshot, node, minter)
        names = [*DIMENSIONS, *TEXT_DIMENSIONS]
        said = {name: [one for one in shown.characteristics if one.dimension == name] for name in names}
        return {
            "case": shown,
            "said": {name: ones for name, ones in said.items() if ones or name in shown.dimensions},
            "described_by": [work_of(snapshot, NamedNode(one.iri), minter) for one in shown.described_by or []],
        }

    return versioned_page(request, "case.html", at, make, node=node)
