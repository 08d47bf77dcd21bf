"""Show the numbers of a review as PRISMA 2020 has them, and the decisions that they are counted from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Depends, Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange.prisma import Prisma
from commonplace.exchange.prisma_table import COLUMNS, prisma_table
from commonplace.exchange.prisma_template import prisma_template
from commonplace.library.schemas import Page, Screening
from commonplace.library.screenings import ScreeningFilters, screening_of, select_screenings
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import CSV, JSON, Representation, choose_of_list
from commonplace.web.http.parameters import At, Paging, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library

router = Router(tags=["review"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

_SHOWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {CSV.media_type: {"schema": {"type": "string"}, "example": ",".join(COLUMNS) + "\r\n"}}}
}

TEMPLATE = Representation("prisma2020", CSV.media_type, CSV.suffix)
"""The numbers as the template of the R package PRISMA2020."""


def _encoded(table: Callable[[Prisma], str]) -> Callable[[Prisma], bytes]:
    return lambda numbers: table(numbers).encode(errors="replace")


class ScreeningsQuery(Paging, ScreeningFilters):
    """Parameters of `/screenings`: filters, page and version."""


@router.get("/screenings", response_model=Page[Screening], summary="Decisions to keep works or to leave them out")
@router.get("/screenings.json", include_in_schema=False)
def screenings(request: Request, context: ContextDep, asked: Annotated[ScreeningsQuery, Query()]) -> Response:
    """List the screening decisions of a review, by their keys."""
    filters = ScreeningFilters(stage=asked.stage, verdict=asked.verdict)
    listing = answers.Listing(
        name=("screenings", filters),
        select=lambda snapshot, ranked: select_screenings(filters),
        read=lambda snapshot, node: screening_of(snapshot, node, context.minter),
        order=None,
        kinds=("screening",),
    )
    return answers.page(request, listing, asked)


@router.get("/prisma", response_model=Prisma, responses=_SHOWN, summary="The numbers of a review (PRISMA 2020)")
@router.get("/prisma.csv", include_in_schema=False)
@router.get("/prisma.json", include_in_schema=False)
@costly(Cost(when=in_large_library))
def prisma(
    request: Request,
    context: ContextDep,
    template: Annotated[
        Literal["prisma2020"] | None,
        Query(description="the CSV that the R package PRISMA2020 and its Shiny app draw the flow diagram from"),
    ] = None,
    at: At = None,
) -> Response:
    """Answer with what was found in each source, removed as duplicate, screened, excluded with reasons, and included.

    It is counted from the log, as JSON or CSV. Works that no decision speaks of are gaps, and are named.
    """
    form = TEMPLATE if template else choose_of_list(request, [JSON, CSV])
    written: dict[Representation, Callable[[Prisma], bytes]] = {
        JSON: Prisma.json_bytes,
        CSV: _encoded(prisma_table),
        TEMPLATE: _encoded(prisma_template),
    }

    def make(snapshot: Snapshot) -> bytes:
        return written[form](context.prisma.of(snapshot))

    return answers.versioned(request, form, at, make)
