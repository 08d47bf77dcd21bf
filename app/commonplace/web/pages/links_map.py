"""Serve the map: a picture, which a program lets be explored, and the list that says what the picture says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from pydantic import Field

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.map_picture import map_picture
from commonplace.library.map_reading import Linked, LinkedThing
from commonplace.library.map_schemas import RELATIONS
from commonplace.library.placed_maps import PlacedMap
from commonplace.web.api.asking.links_map import MapQuery, found_on, placed_in_language
from commonplace.web.context import ContextDep
from commonplace.web.http.parameters import LabelLanguage
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.pages.map_picture import drawn
from commonplace.web.pages.page_route import KeptPageRoute, PageRouter
from commonplace.web.pages.rendering import versioned_page
from commonplace.web.pages.words.languages import language_of

router = PageRouter(route=KeptPageRoute)

ROWS = 50
"""Maximum number of things in the list on a page."""

NAMED = 12
"""Maximum number of linked things that a row names of each kind; the neighbourhood of a thing names all."""


FOUND = 12
"""Maximum number of things found that are named beside the picture; more are marked on it."""


class MapPageQuery(MapQuery):
    """Parameters of the page: those of the map, its language, and which page of the list."""

    language: LabelLanguage | None = None
    page: int = Field(default=1, ge=1, le=1_000, description="page of the list")


@dataclass(frozen=True, slots=True)
class NamedLink:
    """A thing that another is linked to, with the address of its own row, and how sure the link is."""

    thing: LinkedThing
    row: str
    confirmation: str | None


@dataclass(frozen=True, slots=True)
class MapRow:
    """A row of the list: a thing and what it is linked to, by kind of link as seen from it."""

    thing: LinkedThing
    kinds: Mapping[str, Sequence[NamedLink]]
    more: Mapping[str, int]


@router.page("/map")
@costly(Cost(when=in_large_library))
def show_map(request: Request, context: ContextDep, asked: Annotated[MapPageQuery, Query()]) -> Response:
    """Show the picture and the list."""

    language = language_of(request)

    def make(snapshot: Snapshot) -> dict[str, object]:
        english = asked.placed(context, snapshot)
        placed = placed_in_language(snapshot, english, language)
        linked, found = placed.linked, found_on(asked, english, placed)
        picture = map_picture(placed, found)
        version = asked.at or snapshot.version or None
        years = [thing.year for thing in linked.things if thing.year is not None]
        pages = max(1, -(-len(linked.things) // ROWS))
        here = min(asked.page, pages)
        row_of = cache(lambda page: "" if page == here else _address(asked, "/map", page=page))
        return {
            "asked_for": asked,
            "linked": linked,
            "picture": drawn(picture),
            "called": _called_otherwise(english, placed),
            "lines": len(picture.lines),
            "many": picture.many,
            "found": None if found is None else [_named(linked, number, row_of) for number in sorted(found)[:FOUND]],
            "number_found": len(found or ()),
            "rows": _rows(linked, asked, here, row_of),
            "kinds": Counter(thing.kind for thing in linked.things),
            "relations": RELATIONS,
            "first_year": min(years, default=None),
            "last_year": max(years, default=None),
            "data": _address(asked, "/map.json", at=version, q=None, language=None),
            "file": _address(asked, "/map.svg", at=version, language=None if language == "en" else language),
            "whole": _address(asked, "/map", focus=None),
            "focused": linked.things[0] if asked.focus and linked.things else None,
            "here": here,
            "pages": pages,
            "before": _address(asked, "/map", page=here - 1) if here > 1 else None,
            "after": _address(asked, "/map", page=here + 1) if here < pages else None,
            "row_pages": _address(asked, "/map", page=None),
        }

    return versioned_page(request, "map.html", asked.at, make)


def _called_otherwise(english: PlacedMap, placed: PlacedMap) -> dict[str, str]:
    """Return what things are called on a page that the API calls otherwise, by their names on the map."""
    pairs = zip(english.linked.things, placed.linked.things, strict=True)
    return {shown.id: shown.label for thing, shown in pairs if thing.label != shown.label}


def _address(asked: MapPageQuery, path: str, **changed: object) -> str:
    """Return the address of the map as it is asked for, some parameters changed; None leaves one out."""
    given = asked.model_dump(exclude_unset=True, exclude={"page"}) | changed
    query = urlencode({name: value for name, value in given.items() if value is not None}, doseq=True)
    return f"{path}?{query}" if query else path


def _named(linked: Linked, place: int, row_of: Callable[[int], str], confirmation: str | None = None) -> NamedLink:
    """Return a thing with the address of its own row; `row_of` gives that of the rows of a page of the list."""
    return NamedLink(linked.things[place], row_of(place // ROWS + 1), confirmation)


def _rows(linked: Linked, asked: MapPageQuery, here: int, row_of: Callable[[int], str]) -> list[MapRow]:
    """Return the rows of one page of the list; `row_of` gives the address of the rows of a page."""
    places = {thing.iri: place for place, thing in enumerate(linked.things)}
    start = (here - 1) * ROWS
    shown = linked.things[start : start + ROWS]
    kept: dict[str, dict[str, list[NamedLink]]] = {thing.iri: defaultdict(list) for thing in shown}

    @cache
    def named(place: int, confirmation: str | None) -> NamedLink:
        return _named(linked, place, row_of, confirmation)

    for link in linked.links:
        if link.source in kept:
            kept[link.source][link.relation].append(named(places[link.target], link.confirmation))
        if link.target in kept:
            kept[link.target][f"{link.relation} of"].append(named(places[link.source], link.confirmation))
    rows = []
    for thing in shown:
        kinds = {kind: sorted(some, key=lambda one: places[one.thing.iri]) for kind, some in kept[thing.iri].items()}
        most = len(places) if asked.focus and thing is linked.things[0] else NAMED
        more = {kind: len(some) - most for kind, some in kinds.items() if len(some) > most}
        rows.append(MapRow(thing, {kind: some[:most] for kind, some in sorted(kinds.items())}, more))
    return rows
