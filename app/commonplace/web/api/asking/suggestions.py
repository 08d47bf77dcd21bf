"""Suggest unread works for a concept, with the words that led there."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pyoxigraph import NamedNode

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.library.curation_schemas import Suggestion
from commonplace.library.named_things import named_thing
from commonplace.library.schemas import Page
from commonplace.library.suggestions.finding import by_reading, by_search
from commonplace.library.works import read_works_ahead, work_of
from commonplace.model.change import Version
from commonplace.web import answers
from commonplace.web.api.reading.text_readers import TextReader
from commonplace.web.context import ContextDep
from commonplace.web.http.negotiation import JSON, choose_of_list
from commonplace.web.http.parameters import At, Cursor, Limit, only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.in_workers import WorkerRoute

router = Router(tags=["works"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

ConceptParameter = Annotated[
    str, Query(min_length=1, description="a concept's key or IRI", json_schema_extra={"example": "professional-role"})
]


@router.get("/suggestions", response_model=Page[Suggestion], summary="Works worth reading for a concept")
@router.get("/suggestions.json", include_in_schema=False)
def suggestions(
    request: Request,
    context: ContextDep,
    concept: ConceptParameter,
    limit: Limit = 20,
    cursor: Cursor = None,
    at: At = None,
) -> Response:
    """Answer with unread works, the likeliest first. Judge them by `POST /evidence`: what is accepted, rejected and
    found silent is learnt from at once.

    Where the kept text of a work names the concept, the quote is from there, with its page: a text that anybody may
    read, with a token any. A work that names it there alone comes after those that do in the title or abstract.

    `coverage` says how far the search went: `discusses`, `silent` and `unread` add up to all works; of the unread,
    `looked_at` were compared, of which the library holds an abstract of `with_abstract`; `proposed` and `rejected` have
    a proposal or had one, `without_text` have nothing to compare, and `not_looked_at` hold no word of the
    concept. `with_text` works have a text that was looked through, `with_text_for_tokens` one that takes a token.
    """
    choose_of_list(request, [JSON])
    reader = TextReader(request, context, at)
    pages: list[answers.Slice[tuple[float, NamedNode]]] = []

    states = context.states.ready(context.library.graph_at(None if at is None else Version(at)))

    def make(snapshot: Snapshot) -> bytes:
        node = named_thing(snapshot, context.minter, "concept", concept, "concept")
        find = by_search(context.library.search()) if at is None else by_reading(snapshot)
        searched, counts = reader.texts(snapshot)
        found = context.suggestions.of(snapshot, node, find, states(snapshot), searched)
        part = answers.part(request, found.ranked, lambda one: one[1].value, limit, cursor)
        pages[:] = [part]
        read_works_ahead(snapshot, [node for _, node in part.items])
        return Page[Suggestion](
            items=[
                Suggestion(
                    work=work_of(snapshot, one.work, context.minter),
                    score=one.score,
                    because=list(one.passage.because),
                    quote=one.passage.quote,
                    locator=one.passage.locator,
                    page=one.passage.page,
                    named_on_pages=one.passage.named_on_pages,
                    learnt=found.learnt,
                )
                for one in found.shown(snapshot, part.items)
            ],
            total=len(found.ranked),
            complete="complete",
            version=snapshot.version,
            next=part.next,
            coverage={**found.coverage, **counts},
        ).json_bytes()

    response = answers.versioned(request, reader.form, at, make, finish=lambda response: pages[0].link(response))
    return reader.sent(response)
