"""`/sparql`: SPARQL 1.1 Protocol.

What a request asks for is read by `app.web.sparql_protocol`; queries are answered here, by `Accept` in
every standard format, and updates by `app.web.sparql_update`. Without a query it describes itself.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
)
from starlette.concurrency import run_in_threadpool

from app.derived.graph import Result, Snapshot
from app.derived.sparql_guard import guarded, may_name_graphs
from app.errors import QueryRefused
from app.model.change import Version
from app.web.desk import Desk, desk_of
from app.web.negotiation import RDF, NotAcceptable, Representation, answer, choose, etag, not_modified, unchanged
from app.web.problems import HttpProblem
from app.web.service_description import named_graphs, service_description
from app.web.sparql_page import PAGE, editor_page
from app.web.sparql_protocol import Operation, QueryOperation, UpdateOperation, media_type_of, read_operation
from app.web.sparql_update import answer_update

router = APIRouter(tags=["sparql"])

QUERY_BYTES = 1_000_000

RESULTS: dict[Representation, QueryResultsFormat] = {
    Representation("srj", "application/sparql-results+json", ".srj", also=("application/json",)): (
        QueryResultsFormat.JSON
    ),
    Representation("srx", "application/sparql-results+xml", ".srx", also=("application/xml", "text/xml")): (
        QueryResultsFormat.XML
    ),
    Representation("csv", "text/csv", ".csv"): QueryResultsFormat.CSV,
    Representation("tsv", "text/tab-separated-values", ".tsv"): QueryResultsFormat.TSV,
}
TABLES = tuple(RESULTS)
TRUTHS = tuple(form for form in TABLES if form.name in ("srj", "srx"))
GRAPHS = RDF


@router.get("/sparql", summary="Ask in SPARQL; without a query, the service's description")
async def by_get(request: Request) -> Response:
    """SPARQL 1.1 Protocol, 2.1.1. `at=VERSION` asks an earlier state."""
    return await _respond(request, read_operation("GET", request.scope["query_string"], None, b""))


@router.post("/sparql", summary="Ask or update in SPARQL by POST, as a form or as the text itself")
async def by_post(request: Request) -> Response:
    """SPARQL 1.1 Protocol, 2.1.2, 2.1.3, 2.2.1 and 2.2.2. An update needs a curator's token and makes one version:
    200 with its description and `Location`, or 204 when nothing changed."""
    content_type = request.headers.get("content-type")
    media_type_of("POST", content_type)
    body = await _body(request)
    return await _respond(request, read_operation("POST", request.scope["query_string"], content_type, body))


async def _body(request: Request) -> bytes:
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > QUERY_BYTES:
            raise HttpProblem(413, f"a query or update has at most {QUERY_BYTES} bytes")
    return data


async def _respond(request: Request, operation: Operation) -> Response:
    desk = desk_of(request)
    if isinstance(operation, UpdateOperation):
        return await run_in_threadpool(answer_update, desk, request, operation)
    if isinstance(operation, QueryOperation):
        return await run_in_threadpool(answer_query, desk, request, operation)
    return await run_in_threadpool(_description, desk, request)


def answer_query(desk: Desk, request: Request, asked: QueryOperation) -> Response:
    """Run one query and answer in the best of the forms its kind has."""
    text = guarded(asked.text)
    at = desk.version_of(asked.at)

    def make(state: Snapshot) -> tuple[bytes, Representation, Version]:
        result = _result(state, text, asked)
        try:
            form = choose(request, _forms(result))
        except NotAcceptable:
            del result  # the engine's results may not leave their thread, and an error takes our frame along
            raise
        return _serialised(result, form), form, state.version

    graph = desk.library.graph_at(at)
    if asked.default_graphs or asked.named_graphs or may_name_graphs(text):
        body, form, version = graph.read_described(desk.description.quads, make)
    else:
        body, form, version = graph.read(make)
    if not_modified(request, etag(version, form.name)):
        return unchanged(form, version, past=at is not None)
    return answer(body, form, version, past=at is not None)


def _result(state: Snapshot, text: str, asked: QueryOperation) -> Result:
    explicit = bool(asked.default_graphs or asked.named_graphs)
    defaults: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in asked.default_graphs]
    named: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in asked.named_graphs]
    try:
        return state.query(text, default_graph=defaults if explicit else None, named_graphs=named if explicit else None)
    except SyntaxError as fault:
        raise QueryRefused(f"this is not SPARQL 1.1: {fault.msg}", [("query", str(fault.msg))]) from fault
    except RuntimeError as fault:
        raise QueryRefused(f"this query cannot be evaluated: {fault}", [("query", str(fault))]) from fault


def _forms(result: Result) -> tuple[Representation, ...]:
    if isinstance(result, QuerySolutions):
        return TABLES
    return TRUTHS if isinstance(result, QueryBoolean) else GRAPHS


def _serialised(result: Result, form: Representation) -> bytes:
    """Serialised by the engine, which lets go of the interpreter's lock meanwhile."""
    if isinstance(result, QuerySolutions | QueryBoolean):
        return result.serialize(format=RESULTS[form]) or b""
    assert form.rdf is not None
    return result.serialize(format=form.rdf) or b""


def _description(desk: Desk, request: Request) -> Response:
    """SPARQL 1.1 Service Description of this endpoint; for a browser, the editor."""
    form = choose(request, (*GRAPHS, PAGE))
    if form is PAGE:
        return editor_page(desk)
    described = desk.description.of(desk.library.graph_at())
    if not_modified(request, etag(described.version, form.name)):
        return unchanged(form, described.version)
    names = [*desk.library.read(named_graphs), *desk.description.names]
    triples = service_description(desk.minter, described, names, [*RESULTS, *GRAPHS])
    assert form.rdf is not None
    return answer(desk.rdf(triples, form.rdf), form, described.version)
