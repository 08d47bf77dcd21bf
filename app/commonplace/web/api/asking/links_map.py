"""Answer with the map of the library: works and concepts, the links between them, and where each stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.labels import in_language
from commonplace.library.links_map import links_map
from commonplace.library.map_picture import map_picture, things_with
from commonplace.library.map_reading import MOST_NODES, MapFilters
from commonplace.library.map_schemas import RELATIONS, Layout, LinksMap, Relation
from commonplace.library.placed_maps import PlacedMap
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.negotiation import JSON, SVG, choose_of_list
from commonplace.web.http.packed_answer import pack, packed_form
from commonplace.web.http.parameters import At, LabelLanguage, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.kept_route import KeptRoute
from commonplace.web.pages.map_picture import file_policy, map_file

router = Router(tags=["search"], dependencies=[Depends(only_known_parameters)], route_class=KeptRoute)


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

    q: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="words to find in label, title and key: `found` names what has them all, and a picture marks that",
    )

    @property
    def filters(self) -> MapFilters:
        """Return what is on the map."""
        chosen = tuple(relation for relation in RELATIONS if relation in self.relations)
        return MapFilters(relations=chosen, years=self.years, focus=self.focus)

    def placed(self, context: Context, snapshot: Snapshot) -> PlacedMap:
        """Return the map that is asked for. Raises `BadRequest` and `NotFound`."""
        return context.placed_maps.of(snapshot, context.minter, self.filters, self.limit, self.layout)

    def found(self, placed: PlacedMap) -> frozenset[int] | None:
        """Return the numbers of the things on a map that are searched for; None without a search."""
        return things_with(placed, self.q) if self.q else None


class MapAnswerQuery(MapQuery):
    """Parameters of the map for programs: those of its page, and the language of its labels."""

    language: LabelLanguage = "en"

    def called(self, snapshot: Snapshot, placed: PlacedMap) -> PlacedMap:
        """Return a map whose concepts are called in the language that is asked for."""
        return placed_in_language(snapshot, placed, self.language)


def placed_in_language(snapshot: Snapshot, placed: PlacedMap, language: str) -> PlacedMap:
    """Return a map whose concepts are called in a language; the map itself in English, in which it comes."""
    if language == "en":
        return placed
    things = in_language(snapshot, placed.linked.things, language)
    return replace(placed, linked=replace(placed.linked, things=things))


def found_on(asked: MapQuery, *maps: PlacedMap) -> frozenset[int] | None:
    """Return the numbers of the things that are searched for, by what they are called on any of some maps."""
    different = {id(placed): placed for placed in maps}.values()  # in English there is one
    found = [some for placed in different if (some := asked.found(placed)) is not None]
    return frozenset().union(*found) if found else None


@router.get(
    "/map",
    response_model=LinksMap,
    responses={200: {"content": {SVG.media_type: {"schema": {"type": "string"}}}}},
    summary="Works and concepts, how they are linked, and where each stands",
)
@router.get("/map.json", include_in_schema=False)
@router.get("/map.svg", include_in_schema=False)
@costly(Cost(when=in_large_library))
def map_of_links(request: Request, context: ContextDep, asked: Annotated[MapAnswerQuery, Query()]) -> Response:
    """Answer with linked things, those with most links first, the links among them, and a place for each thing.

    Things without a link are not on it. The places are the same for everybody who asks the same of a version. Where
    there are more things than `limit`, those with most links are left, and `complete` is `truncated`. As SVG it is a
    picture of bounded length: labels that do not lie over one another, and of very many links the strongest.
    """
    form = choose_of_list(request, [JSON, SVG])
    complete = ["complete"]

    def make(snapshot: Snapshot) -> bytes:
        english = asked.placed(context, snapshot)
        placed = asked.called(snapshot, english)
        complete[0], found = placed.complete, found_on(asked, english, placed)
        if form is SVG:
            return map_file(map_picture(placed, found), context.title_at(snapshot))
        return links_map(placed, found).json_bytes()

    def say(response: Response) -> None:
        response.headers["Commonplace-Complete"] = complete[0]
        if form is SVG:
            response.headers["Content-Security-Policy"] = file_policy()

    answer = answers.versioned(request, packed_form(request, form), asked.at, make, finish=say)
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    return pack(request, answer)
