"""Search works, people, organizations, venues, concepts, claims, cases and evidence in one box."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from commonplace.library.cursors import read_position, write_position
from commonplace.library.found import found_things
from commonplace.library.schemas import Found, Page
from commonplace.model.change import Version
from commonplace.model.minter import Kind
from commonplace.web import answers
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import Cursor, only_known_parameters
from commonplace.web.http.threads import searching

router = APIRouter(tags=["search"], dependencies=[Depends(only_known_parameters)])

Searchable = Literal["work", "person", "organization", "venue", "concept", "claim", "case", "evidence"]


@router.get("/search", response_model=Page[Found], summary="Search everything")
@router.get("/search.json", include_in_schema=False)
@searching
def search(
    request: Request,
    context: ContextDep,
    q: Annotated[str, Query(min_length=1, description='words, or a "phrase"; accents, case and hyphens do not matter')],
    kind: Annotated[list[Searchable] | None, Query(description="only things of these kinds")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Cursor = None,
) -> Response:
    """Answer best first. Works are found by the labels of the concepts they discuss, too, in any language."""
    form = choose_of_list(request, [JSON])
    answers.words(q)
    offset = read_position(cursor) if cursor else 0
    kinds: list[Kind] | None = list(kind) if kind else None
    found = context.library.search().search(q, kinds=kinds, limit=limit, offset=offset)
    more = offset + len(found.hits) < found.total and bool(found.hits)
    following = str(request.url.include_query_params(cursor=write_position(offset + limit))) if more else None
    page = Page[Found](
        items=context.library.read(lambda snapshot: found_things(snapshot, found, context.minter)),
        total=found.total,
        complete="complete",
        version=found.version,
        next=following,
    )
    response = answers.answered(request, page.json_bytes(), form, Version(found.version))
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response
