"""Find which works hold a passage, and where."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.curation_schemas import FoundPassage
from commonplace.library.passages import all_works, found_passages, text_coverage, works_to_look_in
from commonplace.library.schemas import Page
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.in_workers import WorkerRoute

router = APIRouter(tags=["search"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

Quote = Annotated[
    str,
    Query(
        min_length=3,
        max_length=2_000,
        description="the words of the passage; case, accents, dashes, quotation marks and spaces may differ",
    ),
]


@router.get("/find", response_model=Page[FoundPassage], summary="Where a passage stands")
@router.get("/find.json", include_in_schema=False)
def find(
    request: Request, context: ContextDep, quote: Quote, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """Answer with every place of a passage in the titles, abstracts and keywords that the library holds.

    Each has a W3C TextQuoteSelector. `coverage` says of how many works an abstract is held: what is not held cannot be
    found. The first and the last word may be cut in a passage of more than three; in a shorter one all are whole.
    """
    form = choose_of_list(request, [JSON])
    answers.words(quote)
    pages: list[answers.Slice[FoundPassage]] = []

    def make(snapshot: Snapshot) -> bytes:
        works = works_to_look_in(context.library.search(), quote) if at is None else all_works(snapshot)
        found = list(found_passages(snapshot, works, quote, context.minter))
        part = answers.part(request, found, _place, limit, cursor)
        pages[:] = [part]
        return Page[FoundPassage](
            items=list(part.items),
            total=len(found),
            complete="complete",
            version=snapshot.version,
            next=part.next,
            coverage=text_coverage(snapshot),
        ).json_bytes()

    return answers.versioned(request, form, at, make, finish=lambda response: pages[0].link(response))


def _place(found: FoundPassage) -> str:
    return f"{found.work.iri} {found.locator} {found.start}"
