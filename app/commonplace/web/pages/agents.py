"""Serve the pages of people, organizations and venues: their lists, and each with its works and what these discuss."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import PROLOGUE, Snapshot
from commonplace.library.agents import person_of, venue_of
from commonplace.library.schemas import Link, Work
from commonplace.library.works import read_works_ahead, title_link, work_of
from commonplace.model.minter import Minter
from commonplace.web.api.reading.things import COLLECTIONS, Collection, kind_of, listing_of
from commonplace.web.context import ContextDep
from commonplace.web.http.parameters import At, Search
from commonplace.web.in_workers import Cost, costly, in_large_library
from commonplace.web.pages.lists import list_page
from commonplace.web.pages.page_route import PageRouter
from commonplace.web.pages.rendering import versioned_page

router = PageRouter()

WORKS = 100
"""Maximum number of works on the page of a person, organization or venue, which links to all."""

BESIDE = 10
"""Maximum number of concepts, and of people, in the margin."""

_ROWS = {row.plural: row for row in COLLECTIONS if row.plural in ("people", "organizations", "venues")}


def _serve(row: Collection) -> None:
    @router.page(f"/{row.plural}")
    @costly(Cost(when=in_large_library, kinds=(row.kind, *row.also)))
    def listed(request: Request, context: ContextDep, asked: Annotated[Search, Query()]) -> Response:
        return list_page(request, f"{row.plural}.html", listing_of(row, context, asked), asked, asked.q)


for _row in _ROWS.values():
    _serve(_row)


@router.page("/people/{key}")
@costly(Cost(when=in_large_library))
def person(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Show a person: names, identifiers, works, what these discuss, and with whom they were written."""
    return _agent(request, context, context.minter.thing("person", key), at)


@router.page("/organizations/{key}")
@costly(Cost(when=in_large_library))
def organization(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Show an organization: names, identifiers, and the works it wrote or published."""
    return _agent(request, context, context.minter.thing("organization", key), at)


@router.page("/venues/{key}")
@costly(Cost(when=in_large_library))
def venue(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
    """Show a journal, a book or proceedings: its works, and what these discuss."""
    minter = context.minter
    node = minter.thing(kind_of(context, key, _ROWS["venues"], at), key)

    def make(snapshot: Snapshot) -> dict[str, object]:
        shown = venue_of(snapshot, node, minter)
        return {"venue": shown, **_works(snapshot, minter, node, "?work dcterms:isPartOf ?here .")}

    return versioned_page(request, "venue.html", at, make, node=node)


def _agent(request: Request, context: ContextDep, node: NamedNode, at: int | None) -> Response:
    minter = context.minter

    def make(snapshot: Snapshot) -> dict[str, object]:
        pattern = (
            "{ ?work pro:isDocumentContextFor ?role . ?role pro:isHeldBy ?here } "
            "UNION { ?work dcterms:publisher ?here }"
        )
        return {
            "person": person_of(snapshot, node, minter),
            "others": _counted(
                snapshot,
                minter,
                node,
                f"{pattern} ?work dcterms:creator ?thing . FILTER(?thing != ?here)",
            ),
            **_works(snapshot, minter, node, pattern),
        }

    return versioned_page(request, "person.html", at, make, node=node)


def _works(snapshot: Snapshot, minter: Minter, here: NamedNode, pattern: str) -> dict[str, object]:
    """Return the works that a pattern binds, newest first, their number, and what they discuss."""
    rows = snapshot.select(
        f"{PROLOGUE}SELECT DISTINCT ?work ?year WHERE {{ VALUES ?here {{ {here} }} {pattern} "
        "OPTIONAL { ?work fabio:hasPublicationYear ?year } ?work a fabio:Expression } ORDER BY DESC(?year) ?work"
    )
    nodes = list(dict.fromkeys(node for row in rows if isinstance(node := row["work"], NamedNode)))
    read_works_ahead(snapshot, nodes[:WORKS])
    works: list[Work] = [work_of(snapshot, node, minter) for node in nodes[:WORKS]]
    discussed = _counted(
        snapshot,
        minter,
        here,
        f"{pattern} ?evidence cp:work ?work ; cp:standing cp:accepted ; cp:state cp:discusses ; cp:about ?thing . "
        "?thing a skos:Concept",
    )
    return {"works": works, "total": len(nodes), "discussed": discussed}


def _counted(snapshot: Snapshot, minter: Minter, here: NamedNode, pattern: str) -> list[tuple[Link, int]]:
    """Return what a pattern binds as `?thing`, with the number of works it is bound with, the most first."""
    rows = snapshot.select(
        f"{PROLOGUE}SELECT ?thing (COUNT(DISTINCT ?work) AS ?works) WHERE {{ VALUES ?here {{ {here} }} {pattern} }} "
        f"GROUP BY ?thing ORDER BY DESC(?works) ?thing LIMIT {BESIDE}"
    )
    return [
        (title_link(snapshot, thing, minter), int(str(getattr(row["works"], "value", 0))))
        for row in rows
        if isinstance(thing := row["thing"], NamedNode)
    ]
