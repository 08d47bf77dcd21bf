"""Find which works hold a passage, and where."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.curation_schemas import FoundPassage
from commonplace.library.cursors import read_position, write_position
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
    found.
    """
    form = choose_of_list(request, [JSON])
    answers.words(quote)
    start = read_position(cursor) if cursor else 0
    following: list[str | None] = [None]

    def make(snapshot: Snapshot) -> bytes:
        works = works_to_look_in(context.library.search(), quote) if at is None else all_works(snapshot)
        found = list(found_passages(snapshot, works, quote, context.minter))
        more = start + limit < len(found)
        following[0] = str(request.url.include_query_params(cursor=write_position(start + limit))) if more else None
        return Page[FoundPassage](
            items=found[start : start + limit],
            total=len(found),
            complete="complete",
            version=snapshot.version,
            next=following[0],
            coverage=text_coverage(snapshot),
        ).json_bytes()

    def link(response: Response) -> None:
        if following[0]:
            response.headers["Link"] = f'<{following[0]}>; rel="next"'

    return answers.versioned(request, form, at, make, finish=link)
