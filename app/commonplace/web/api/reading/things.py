"""Serve people, organizations, venues, concepts, claims and cases: a list, and single things, of each.

Each is a row of `COLLECTIONS`, and all work alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.agents import (
    PEOPLE_ORDER,
    VENUE_ORDER,
    person_of,
    select_organizations,
    select_people,
    select_venues,
    venue_of,
)
from commonplace.library.headings import (
    CONCEPT_ORDER,
    case_of,
    claim_of,
    concept_of,
    select_cases,
    select_claims,
    select_concepts,
)
from commonplace.library.named_things import has
from commonplace.library.schemas import ApiModel, Case, Claim, Concept, Page, Person, Venue
from commonplace.library.selection import Order, Selection
from commonplace.library.states import States, StatesAt
from commonplace.model.change import Version
from commonplace.model.minter import Kind, Minter
from commonplace.web import answers
from commonplace.web.api.reading.alternative_keys import MOVED, MovedRoute
from commonplace.web.context import Context, ContextDep
from commonplace.web.discovery.atom import ATOM
from commonplace.web.http.negotiation import OF_THINGS, split_suffix
from commonplace.web.http.parameters import At, Search, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, costly, in_large_library

router = Router(route_class=MovedRoute, dependencies=[Depends(only_known_parameters)])


Whole = Callable[[Snapshot, NamedNode, Minter, States | None], ApiModel]


@dataclass(frozen=True, slots=True)
class Collection:
    """One kind of thing: its address, its list and the order of that, and the functions that read one.

    `brief` reads a thing in a list, and `whole` one that is asked for by itself: with what works say, where that is
    there, which the kinds that works are `read_for` have.
    """

    plural: str
    kind: Kind
    about: str
    select: Callable[[list[NamedNode] | None], Selection]
    brief: Callable[[Snapshot, NamedNode, Minter], ApiModel]
    whole: Whole
    model: type[ApiModel]
    page_model: object
    order: Order | None = None
    also: tuple[Kind, ...] = ()
    """Other kinds of things that a search in its list may find."""
    read_for: bool = False


def _simply(read: Callable[[Snapshot, NamedNode, Minter], ApiModel]) -> Whole:
    """Return a function that reads a thing which works say nothing of."""
    return lambda snapshot, node, minter, _: read(snapshot, node, minter)


COLLECTIONS = (
    Collection(
        "people", "person", "Authors and editors, by family name.",
        select_people, person_of, _simply(person_of), Person, Page[Person], PEOPLE_ORDER,
    ),
    Collection(
        "organizations", "organization", "Bodies that write or publish, by name.",
        select_organizations, person_of, _simply(person_of), Person, Page[Person], PEOPLE_ORDER,
    ),
    Collection(
        "venues", "venue", "Journals, books and proceedings that works of the set appear in, by title.",
        select_venues, venue_of, _simply(venue_of), Venue, Page[Venue], VENUE_ORDER, ("work",),
    ),
    Collection(
        "concepts", "concept", "The headings works are read under (SKOS), by English label.",
        select_concepts, concept_of, concept_of, Concept, Page[Concept], CONCEPT_ORDER, read_for=True,
    ),
    Collection(
        "claims", "claim", "Sentences that works support or contradict, each with its evidence, by key.",
        select_claims, claim_of, claim_of, Claim, Page[Claim], read_for=True,
    ),
    Collection(
        "cases", "case", "Cases of co-production with every dimension the sources give, by key.",
        select_cases, case_of, _simply(case_of), Case, Page[Case],
    ),
)  # fmt: skip


def _offer(collection: Collection) -> None:
    @costly(Cost(when=in_large_library, kinds=(collection.kind, *collection.also)))
    def listed(request: Request, context: ContextDep, asked: Annotated[Search, Query()]) -> Response:
        return answers.page(request, listing_of(collection, context, asked), asked, asked.q)

    def single(request: Request, context: ContextDep, key: str, at: At = None) -> Response:
        bare, suffix = split_suffix(key, OF_THINGS)
        kind = kind_of(context, bare, collection, at)
        states = states_at(context, at) if collection.read_for else None
        return answers.thing(
            request,
            kind,
            bare,
            at,
            lambda snapshot, node: collection.whole(snapshot, node, context.minter, states and states(snapshot)),
            suffix=suffix,
        )

    router.add_api_route(
        f"/{collection.plural}",
        listed,
        name=collection.plural,
        response_model=collection.page_model,
        summary=f"List of {collection.plural}",
        description=collection.about,
        tags=[collection.plural],
    )
    for form in (*OF_THINGS, ATOM):
        router.add_api_route(f"/{collection.plural}{form.suffix}", listed, include_in_schema=False)
    router.add_api_route(
        f"/{collection.plural}/{{key}}",
        single,
        name=collection.kind,
        response_model=collection.model,
        responses=MOVED,
        summary=f"One {collection.kind}",
        description="By key, as JSON or RDF: by `Accept`, or by suffix (`.ttl`, `.jsonld`, `.nt`, `.rdf`).",
        tags=[collection.plural],
    )


def listing_of(collection: Collection, context: Context, asked: Search) -> answers.Listing:
    """Return the list of a kind of things that a request asks for."""
    return answers.Listing(
        name=collection.plural,
        select=lambda _, ranked: collection.select(ranked),
        read=lambda snapshot, node: collection.brief(snapshot, node, context.minter),
        order=None if asked.q is not None else collection.order,
        kinds=(collection.kind, *collection.also),
    )


def states_at(context: Context, at: int | None) -> StatesAt:
    """Return what works say, at the snapshot that is about to be read. Raises `NotFound` for a version there is not."""
    return context.states.ready(context.library.graph_at(None if at is None else Version(at)))


def kind_of(context: Context, key: str, collection: Collection, at: int | None) -> Kind:
    """Return the kind of the thing of that key: a list may hold others than its own, as a book that has chapters."""
    version = None if at is None else Version(at)

    def there(snapshot: Snapshot) -> Kind:
        kinds = (collection.kind, *collection.also)
        return next((kind for kind in kinds if has(snapshot, context.minter.thing(kind, key))), collection.kind)

    return context.library.read(there, version) if collection.also else collection.kind


for _collection in COLLECTIONS:
    _offer(_collection)
