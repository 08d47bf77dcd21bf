"""Serve the page of the gap map: concepts by contexts, and the works and cases behind one cell."""

from __future__ import annotations

from fastapi import Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.gap_map import folded_map
from commonplace.web.api.asking.gaps import Concept, Setting, named
from commonplace.web.api.reading.things import states_at
from commonplace.web.context import ContextDep
from commonplace.web.http.parameters import At
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.pages.page_route import KeptPageRoute, PageRouter
from commonplace.web.pages.rendering import versioned_page

router = PageRouter(route=KeptPageRoute)

MOST_CELLS = 1_500
"""Maximum number of cells on a page, beyond which the deepest rows are folded into those above them: a matrix of ten
thousand is no overview, and a browser takes a second to lay it out."""


@router.page("/gaps")
@costly(Cost(when=in_large_library))
def gaps(
    request: Request, context: ContextDep, concept: Concept = None, setting: Setting = None, at: At = None
) -> Response:
    """Show the map, its deepest rows folded where it is large; with both concept and context, what is behind a cell."""
    states = states_at(context, at)

    def make(snapshot: Snapshot) -> dict[str, object]:
        row, column = named(snapshot, context, concept, setting)
        found = folded_map(snapshot, context.minter, states(snapshot), row, column, MOST_CELLS)
        cells = found.shown.cells
        is_single = bool(cells) and cells[0].discussing is not None
        return {"answer": found.shown, "folded": found.folded, "single": is_single}

    return versioned_page(request, "gaps.html", at, make)
