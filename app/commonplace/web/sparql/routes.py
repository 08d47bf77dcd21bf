"""Serve the editor, the description of the service, and updates at `/sparql`; `endpoint` answers queries."""

from __future__ import annotations

from functools import partial

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from commonplace.errors import Message
from commonplace.web import answers
from commonplace.web.context import Context, context_of
from commonplace.web.http.negotiation import DATASETS, HTML, RDF, answer, choose, etag, not_modified, unchanged
from commonplace.web.http.problems import HttpProblem
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer
from commonplace.web.in_workers import Cost, WorkerRoute, costly, in_large_library
from commonplace.web.sparql.described import ANSWERS, ANSWERS_TO_POST, IN_ADDRESS, IN_BODY
from commonplace.web.sparql.editor import editor_page
from commonplace.web.sparql.forms import RESULTS
from commonplace.web.sparql.protocol import UpdateOperation, media_type_of, read_operation
from commonplace.web.sparql.service_description import named_graphs, service_description
from commonplace.web.sparql.update import answer_update

router = Router(tags=["sparql"], route_class=WorkerRoute)

TEXT_BYTES = 1_000_000
"""Maximum size of an update."""


@router.get(
    "/sparql",
    summary="Ask in SPARQL; without a query, the service's description",
    openapi_extra=IN_ADDRESS,
    responses=ANSWERS,
    response_class=Response,
)
@costly(Cost(when=in_large_library))
async def by_get(request: Request) -> Response:
    """Answer by the SPARQL 1.1 Protocol, 2.1.1, or the Service Description. `at=VERSION` asks an earlier version."""
    return await run_in_threadpool(_description, context_of(request), request)


@router.post(
    "/sparql",
    summary="Ask or update in SPARQL by POST, as a form or as the text itself",
    openapi_extra=IN_BODY,
    responses=ANSWERS_TO_POST,
    response_class=Response,
)
async def by_post(request: Request) -> Response:
    """Answer by the SPARQL 1.1 Protocol, 2.1.2, 2.1.3, 2.2.1 and 2.2.2. An update needs a curator's token and makes
    one version: 200 with its description and `Location`, or 204 when nothing changed."""
    content_type = request.headers.get("content-type")
    media_type_of("POST", content_type)
    body = await _body(request)
    operation = read_operation("POST", request.scope["query_string"], content_type, body)
    assert isinstance(operation, UpdateOperation)  # queries do not come here
    context = context_of(request)
    return await in_writer(context, partial(answer_update, context, request, operation))


async def _body(request: Request) -> bytes:
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > TEXT_BYTES:
            raise HttpProblem(413, Message("a query or update has at most %(text_bytes)s bytes", text_bytes=TEXT_BYTES))
    return data


def _description(context: Context, request: Request) -> Response:
    """Return the SPARQL 1.1 Service Description of this endpoint; for a browser, the editor."""
    form = choose(request, (*RDF, HTML))
    if form is HTML:
        return editor_page(request, context)
    described = context.description.of(context.library.graph_at())
    if not_modified(request, etag(described.version, form.name)):
        return unchanged(form, described.version)
    names = [*context.library.read(named_graphs), *context.description.names]
    triples = service_description(context.minter, described, names, [*RESULTS, *DATASETS])
    assert form.rdf is not None
    return answer(answers.rdf_text(triples, form.rdf, context.minter), form, described.version)
