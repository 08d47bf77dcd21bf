"""Answer with the map of the library: works and concepts, the links between them, and where each stands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.links_map import links_map
from commonplace.library.map_reading import MOST_NODES, MapFilters
from commonplace.library.map_schemas import RELATIONS, Layout, LinksMap, Relation
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.kept_route import KeptRoute

router = APIRouter(tags=["search"], dependencies=[Depends(only_known_parameters)], route_class=KeptRoute)


class MapQuery(BaseModel):
    """Parameters of `/map`: version, filters, layout and how much."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: At = None
    years: str | None = Field(
        default=None, description="only works of these years: 2010, 2010..2020, ..2020 or 2010..", max_length=20
    )
    relations: list[Relation] = Field(
        default=list(RELATIONS), min_length=1, description="only these kinds of link; may be given more than once"
    )
    focus: str | None = Field(
        default=None,
        min_length=1,
        description="a work or concept as `work/KEY`, `concept/KEY` or by its key: only it and what it is linked to",
    )
    layout: Layout = Field(
        default="network", description="places by what is linked, or in `year` across by the year of the work"
    )
    limit: int = Field(
        default=MOST_NODES, ge=1, le=MOST_NODES, description="how many things it holds at most, by number of links"
    )

    @property
    def filters(self) -> MapFilters:
        """Return what is on the map."""
        chosen = tuple(relation for relation in RELATIONS if relation in self.relations)
        return MapFilters(relations=chosen, years=self.years, focus=self.focus)


@router.get("/map", response_model=LinksMap, summary="Works and concepts, how they are linked, and where each stands")
@router.get("/map.json", include_in_schema=False)
@costly(Cost(when=in_large_library))
def map_of_links(request: Request, context: ContextDep, asked: Annotated[MapQuery, Query()]) -> Response:
    """Answer with linked things, those with most links first, the links among them, and a place for each thing.

    Things without a link are not on it. The places are the same for everybody who asks the same of a version. Where
    there are more things than `limit`, those with most links are left, and `complete` is `truncated`.
    """
    form = choose_of_list(request, [JSON])
    complete = ["complete"]

    def make(snapshot: Snapshot) -> bytes:
        made = links_map(snapshot, context.minter, asked.filters, asked.limit, asked.layout)
        complete[0] = made.complete
        return made.json_bytes()

    def say(response: Response) -> None:
        response.headers["Commonplace-Complete"] = complete[0]

    return answers.versioned(request, form, asked.at, make, finish=say)
