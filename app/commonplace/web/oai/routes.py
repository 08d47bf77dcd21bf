"""Serve OAI-PMH 2.0 at `/oai`, by GET and by POST.

What an answer costs grows with the library, and a list goes on at the version it began with: so workers answer, in
processes that can be ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from starlette.concurrency import run_in_threadpool

from commonplace.model.change import Version
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.http.router import Router
from commonplace.web.in_workers import Cost, WorkerAnswers, WorkerRoute, costly, in_large_library
from commonplace.web.oai.answer import answer_of, error_of
from commonplace.web.oai.protocol import OaiError, read_arguments, read_token

router = Router(tags=["clients"], route_class=WorkerRoute)

MEDIA_TYPE = "text/xml"
"""What the protocol wants answers to be called."""

FORM_BYTES = 20_000
"""Maximum bytes of a form: a verb and its arguments."""

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "OAI-PMH; its errors, too", "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
}


def version_resumed(request: Request) -> Version | None:
    """Return the version of the list that a request goes on with; None for any other request."""
    try:
        return read_token(request.query_params.get("resumptionToken", "")).version
    except OaiError:
        return None


COST = Cost(when=in_large_library, version=version_resumed)


@router.get(
    "/oai", response_class=Response, responses=_ANSWERS, summary="OAI-PMH 2.0, for harvesters", operation_id="harvest"
)
@costly(COST)
def harvest(
    request: Request,
    context: ContextDep,
    verb: Annotated[
        str | None,
        Query(description="Identify, ListMetadataFormats, ListSets, ListIdentifiers, ListRecords or GetRecord"),
    ] = None,
    identifier: Annotated[str | None, Query(description="IRI of a work")] = None,
    metadataPrefix: Annotated[str | None, Query(description="oai_dc or mods")] = None,
    since: Annotated[str | None, Query(alias="from", description="first moment of change")] = None,
    until: Annotated[str | None, Query(description="last moment of change")] = None,
    within: Annotated[str | None, Query(alias="set", description="concept:KEY or case:KEY")] = None,
    resumptionToken: Annotated[str | None, Query(description="of the page before")] = None,
) -> Response:
    """Answer a request of the protocol; what is wrong with one is said in its own words, with 200."""
    return _answer(request, context)


@router.post(
    "/oai",
    response_class=Response,
    responses=_ANSWERS,
    summary="OAI-PMH 2.0, by form",
    operation_id="harvest_by_form",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
        }
    },
)
async def harvest_by_form(request: Request, context: ContextDep) -> Response:
    """Answer a form as the GET answers its address."""
    form = await form_of(request, FORM_BYTES)
    given = [(name, text) for name, texts in form.as_sent().items() for text in texts]
    headers = [(name, value) for name, value in request.scope["headers"] if not name.startswith(b"content-")]
    asked = {"method": "GET", "query_string": urlencode(given).encode(), "headers": headers}
    as_get = Request({**request.scope, **asked}, request.receive)
    in_workers: WorkerAnswers | None = getattr(request.app.state, "worker_answers", None)
    handed = await in_workers.answer(as_get, COST) if in_workers else None
    return handed if handed is not None else await run_in_threadpool(_answer, as_get, context)


def _answer(request: Request, context: Context) -> Response:
    given: Sequence[tuple[str, str]] = request.query_params.multi_items()
    base = f"{request.base_url}oai"
    try:
        body, version = answer_of(read_arguments(given), base, given, context)
    except OaiError as fault:
        body, version = error_of(fault, base, given), context.library.newest()
    headers = {"Cache-Control": "no-cache", "Commonplace-Version": str(version)}
    return Response(body, media_type=MEDIA_TYPE, headers=headers)
