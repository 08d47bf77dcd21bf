"""Serve the gap map: concepts by contexts, as JSON and as a table."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.gap_map import gap_map
from commonplace.library.gap_schemas import GapMap
from commonplace.library.named_things import named_thing
from commonplace.model.table_text import table_row
from commonplace.web import answers
from commonplace.web.api.reading.things import states_at
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import CSV, JSON, choose_of_list
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.kept_route import KeptRoute

router = Router(tags=["concepts"], dependencies=[Depends(only_known_parameters)], route_class=KeptRoute)

COLUMNS = ("concept", "context", "works", "certainty", "silent", "unread", "cases")

Concept = Annotated[str | None, Query(min_length=1, description="a concept's key or IRI: only that and narrower rows")]
Setting = Annotated[
    str | None, Query(alias="context", min_length=1, description="a concept's key or IRI: only that column")
]


@router.get(
    "/gaps",
    response_model=GapMap,
    responses={200: {"content": {CSV.media_type: {"schema": {"type": "string"}}}}},
    summary="Where the literature has gaps: concepts by contexts",
)
@router.get("/gaps.json", include_in_schema=False)
@router.get("/gaps.csv", include_in_schema=False)
@costly(Cost(when=in_large_library))
def gaps(
    request: Request, context: ContextDep, concept: Concept = None, setting: Setting = None, at: At = None
) -> Response:
    """Answer with what the works about each context say of each concept, cell by cell.

    A cell without works that discuss the concept is empty for one of three reasons, and says which: its works were read
    and are silent, nobody has read them on that point, or there are none. With both `concept` and `context` the cell
    names the works and cases behind its numbers.
    """
    form = choose_of_list(request, [JSON, CSV])
    states = states_at(context, at)

    def make(snapshot: Snapshot) -> bytes:
        row, column = named(snapshot, context, concept, setting)
        found = gap_map(snapshot, context.minter, states(snapshot), row, column)
        return found.json_bytes() if form is JSON else _table(found)

    return answers.versioned(request, form, at, make)


def named(
    snapshot: Snapshot, context: Context, concept: str | None, setting: str | None
) -> tuple[NamedNode | None, NamedNode | None]:
    """Return the concept and the context that are asked for, None for each that is not. Raises `BadRequest`."""
    row = named_thing(snapshot, context.minter, "concept", concept, "concept") if concept is not None else None
    column = named_thing(snapshot, context.minter, "concept", setting, "context") if setting is not None else None
    return row, column


def _table(found: GapMap) -> bytes:
    """Return the cells as CSV (RFC 4180)."""
    rows = ([getattr(cell, name) for name in COLUMNS] for cell in found.cells)
    return "".join(map(table_row, (COLUMNS, *rows))).encode()
