"""Answer with the timeline: works over the years by what they say of a concept, as JSON and as a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.map_reading import span_of_years
from commonplace.library.named_things import named_thing
from commonplace.library.timeline import YearRange, timeline
from commonplace.library.timeline_schemas import Timeline
from commonplace.library.works_by_year import WorksByYear, YearOfWorks, works_by_year
from commonplace.model.change import Version
from commonplace.model.table_text import table_row
from commonplace.web import answers
from commonplace.web.api.reading.things import states_at
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import CSV, JSON, choose_of_list
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library

router = Router(tags=["concepts"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

COLUMNS = ("year", "works", "discusses", "direct", "silent", "unread", "cases")


class TimelineQuery(BaseModel):
    """Parameters of `/timeline`: version, concept and years."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: At = None
    concept: str | None = Field(
        default=None, min_length=1, description="a concept's key or IRI: what works say of it or narrower ones"
    )
    years: str | None = Field(
        default=None, description="only these years: 2010, 2010..2020, ..2020 or 2010..", max_length=20
    )

    @property
    def range(self) -> YearRange:
        """Return the years asked for. Raises `BadRequest` for a span that is none."""
        return YearRange(*span_of_years(self.years)) if self.years else YearRange()


@dataclass(frozen=True, slots=True)
class TimelineRead:
    """The timeline, and what a drawing of it is made from."""

    shown: Timeline
    about: NamedNode | None
    below: list[NamedNode]
    works: WorksByYear
    counted: list[YearOfWorks]
    """All years of the works, whatever range is asked for."""


def reading(context: Context, asked: TimelineQuery) -> Callable[[Snapshot], TimelineRead]:
    """Return a function that reads the timeline asked for from the snapshot about to be read."""
    graph = context.library.graph_at(None if asked.at is None else Version(asked.at))
    states = states_at(context, asked.at)
    by_year = works_by_year(context.lists, context.states, graph, context.minter)
    years = asked.range

    def read(snapshot: Snapshot) -> TimelineRead:
        minter = context.minter
        about = named_thing(snapshot, minter, "concept", asked.concept, "concept") if asked.concept else None
        below = states(snapshot).below(about.value) if about else []
        works = by_year(snapshot, about or minter.term("Concept"))  # of the class itself no work says anything
        counted = list(works.years())
        shown = timeline(snapshot, minter, about, below, works, counted, years)
        return TimelineRead(shown, about, below, works, counted)

    return read


@router.get(
    "/timeline",
    response_model=Timeline,
    responses={200: {"content": {CSV.media_type: {"schema": {"type": "string"}}}}},
    summary="Works over the years by what they say of a concept",
)
@router.get("/timeline.json", include_in_schema=False)
@router.get("/timeline.csv", include_in_schema=False)
@costly(Cost(when=in_large_library))
def works_over_time(request: Request, context: ContextDep, asked: Annotated[TimelineQuery, Query()]) -> Response:
    """Answer with the number of works of each year that discuss a concept, are silent, and are unread.

    Beside that: the earliest works that discuss it, as far as the library has them, and the cases that show it, each
    with the years in which it was described. Without a concept every work is unread: the works are counted by year.
    """
    form = choose_of_list(request, [JSON, CSV])
    read = reading(context, asked)

    def make(snapshot: Snapshot) -> bytes:
        shown = read(snapshot).shown
        return shown.json_bytes() if form is JSON else _table(shown)

    return answers.versioned(request, form, asked.at, make)


def _table(shown: Timeline) -> bytes:
    """Return the years as CSV (RFC 4180)."""
    rows = ([getattr(one, name) for name in COLUMNS] for one in shown.years)
    return "".join(map(table_row, (COLUMNS, *rows))).encode()
