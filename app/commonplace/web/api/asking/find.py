"""Find which works hold a passage, and where."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.curation_schemas import FoundPassage
from commonplace.library.passages import (
    PassagePlace,
    all_works,
    passage_at,
    places_in_works,
    text_coverage,
    words_to_look_for,
    works_to_look_in,
)
from commonplace.library.passages_in_texts import PassagesInTexts, TextPlace
from commonplace.library.schemas import Page
from commonplace.web import answers
from commonplace.web.api.reading.text_readers import TextReader
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library

router = Router(tags=["search"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

Quote = Annotated[
    str,
    Query(
        min_length=3,
        max_length=2_000,
        description="the words of the passage; case, accents, dashes, quotation marks and spaces may differ",
    ),
]


def _words(request: Request) -> str | None:
    """Return the words of the quote that the search index of the server is asked for."""
    quote = request.query_params.get("quote")
    return words_to_look_for(quote) if quote else None


@router.get("/find", response_model=Page[FoundPassage], summary="Where a passage stands")
@router.get("/find.json", include_in_schema=False)
@costly(Cost(when=in_large_library, kinds=("work",), words=_words))
def find(
    request: Request, context: ContextDep, quote: Quote, limit: Limit = 50, cursor: Cursor = None, at: At = None
) -> Response:
    """Answer with every place of a passage in the titles, abstracts and keywords that the library holds, and in the
    texts that are kept of works: in those that anybody may read, with a token in all.

    Each has a W3C TextQuoteSelector, and in a text its page. What stands nowhere so is looked for in the texts once
    more: what comes `near` has a `score`. `coverage` says of how many works an abstract is held, and of how many a text
    was searched: what is not held cannot be found. The first and the last word may be cut in a passage of more than
    three; in a shorter one all are whole.
    """
    choose_of_list(request, [JSON])
    answers.words(quote)
    reader = TextReader(request, context, at)
    pages: list[answers.Slice[PassagePlace | TextPlace]] = []

    def make(snapshot: Snapshot) -> bytes:
        works = works_to_look_in(context.library.search(), quote) if at is None else all_works(snapshot)
        places = places_in_works(snapshot, works, quote)
        searched, counts = reader.texts(snapshot)
        library = context.library
        passages = PassagesInTexts(snapshot, searched, library.texts, library.page_index, context.minter)
        found: list[PassagePlace | TextPlace] = sorted([*places, *passages.found(quote)], key=_order)
        found = found or [*passages.near(quote)]
        part = answers.part(request, found, _name, limit, cursor)
        pages[:] = [part]
        shown = (
            passages.shown(one) if isinstance(one, TextPlace) else passage_at(snapshot, one, quote, context.minter)
            for one in part.items
        )
        return Page[FoundPassage](
            items=[one for one in shown if one],
            total=len(found),
            complete="complete",
            version=snapshot.version,
            next=part.next,
            coverage={**text_coverage(snapshot), **counts},
        ).json_bytes()

    response = answers.versioned(request, reader.form, at, make, finish=lambda response: pages[0].link(response))
    return reader.sent(response)


def _order(found: PassagePlace | TextPlace) -> tuple[str, bool, int]:
    """Return what orders passages: by work, first what stands in its title, abstract or keywords, then page by page."""
    if isinstance(found, PassagePlace):
        return found.work.value, False, 0
    return found.work.value, True, found.place.page


def _name(found: PassagePlace | TextPlace) -> str:
    """Return what tells a passage apart in a cursor."""
    if isinstance(found, PassagePlace):
        return f"{found.work.value} {found.part} {found.text} {found.nth}"
    return f"{found.work.value} p. {found.place.page} {found.place.first}"
