"""`/sparql`: SPARQL 1.1 Protocol, query operation.

By GET, by POST of a form, by POST of the query itself; dataset by `default-graph-uri` and
`named-graph-uri`; results by `Accept` in every standard format. Without a query it describes itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    parse,
)
from starlette.concurrency import run_in_threadpool

from app.derived.graph import Result, Snapshot
from app.derived.sparql_guard import guarded
from app.errors import BadRequest, QueryRefused
from app.model.change import Version
from app.web.desk import Desk, desk_of
from app.web.negotiation import RDF, NotAcceptable, Representation, answer, choose, etag, not_modified, unchanged
from app.web.problems import HttpProblem

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


@dataclass(frozen=True, slots=True)
class Asked:
    """A query operation as the protocol transports it."""

    query: str | None
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    at: str | None


@router.get("/sparql", summary="Ask in SPARQL; without a query, the service's description")
async def by_get(request: Request) -> Response:
    """SPARQL 1.1 Protocol, 2.1.1. `at=VERSION` asks an earlier state."""
    return await _respond(request, _asked(list(request.query_params.multi_items()), None))


@router.post("/sparql", summary="Ask in SPARQL by POST, as a form or as application/sparql-query")
async def by_post(request: Request) -> Response:
    """SPARQL 1.1 Protocol, 2.1.2 and 2.1.3. Updates are not taken in this release."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await _body(request)
    if media_type == "application/sparql-query":
        return await _respond(request, _asked(list(request.query_params.multi_items()), body))
    if media_type == "application/x-www-form-urlencoded":
        if request.query_params.get("query"):
            raise BadRequest("a form holds the query, not the address", [("query", "given in the address of a POST")])
        return await _respond(request, _asked(_form(body), None))
    if media_type == "application/sparql-update":
        raise HttpProblem(403, "this release answers queries; it takes no updates")
    raise HttpProblem(415, "POST a form (query=…) or the query itself as application/sparql-query")


async def _body(request: Request) -> str:
    data = b""
    async for chunk in request.stream():
        data += chunk
        if len(data) > QUERY_BYTES:
            raise HttpProblem(413, f"a query has at most {QUERY_BYTES} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as fault:
        raise BadRequest(f"the query is not UTF-8: {fault.reason} at byte {fault.start}") from fault


def _form(body: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body, keep_blank_values=True, errors="strict")
    except ValueError as fault:
        raise BadRequest(f"the form cannot be read: {fault}", [("query", "is not percent-encoded UTF-8")]) from fault


def _asked(parameters: Sequence[tuple[str, str]], query: str | None) -> Asked:
    """The operation in those parameters. Raises `BadRequest` for what the protocol does not allow."""

    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in parameters if key == name)

    if values("update"):
        raise HttpProblem(403, "this release answers queries; it takes no updates")
    queries = values("query") if query is None else (query, *values("query"))
    if len(queries) > 1:
        raise BadRequest("exactly one query, please", [("query", f"given {len(queries)} times")])
    return Asked(
        queries[0] if queries else None,
        values("default-graph-uri"),
        values("named-graph-uri"),
        next(iter(values("at")), None),
    )


async def _respond(request: Request, asked: Asked) -> Response:
    desk = desk_of(request)
    if asked.query is None:
        if request.method == "POST":
            raise BadRequest("there is no query", [("query", "missing")])
        return await run_in_threadpool(_description, desk, request)
    return await run_in_threadpool(answer_query, desk, request, asked)


def answer_query(desk: Desk, request: Request, asked: Asked) -> Response:
    """Run one query and answer in the best of the forms its kind has."""
    text = guarded(asked.query or "")
    at = desk.version_of(asked.at)

    def make(state: Snapshot) -> tuple[bytes, Representation, Version]:
        result = _result(state, text, asked)
        try:
            form = choose(request, _forms(result))
        except NotAcceptable:
            del result  # the engine's results may not leave their thread, and an error takes our frame along
            raise
        return _serialised(result, form), form, state.version

    body, form, version = desk.library.read(make, at)
    if not_modified(request, etag(version, form.name)):
        return unchanged(form, version, past=at is not None)
    return answer(body, form, version, past=at is not None)


def _result(state: Snapshot, text: str, asked: Asked) -> Result:
    explicit = bool(asked.default_graphs or asked.named_graphs)
    defaults: list[NamedNode | BlankNode | DefaultGraph] = [*_graphs("default-graph-uri", asked.default_graphs)]
    named: list[NamedNode | BlankNode] = [*_graphs("named-graph-uri", asked.named_graphs)]
    try:
        return state.query(text, default_graph=defaults if explicit else None, named_graphs=named if explicit else None)
    except SyntaxError as fault:
        raise QueryRefused(f"this is not SPARQL 1.1: {fault.msg}", [("query", str(fault.msg))]) from fault
    except RuntimeError as fault:
        raise QueryRefused(f"this query cannot be evaluated: {fault}", [("query", str(fault))]) from fault


def _graphs(where: str, given: Sequence[str]) -> list[NamedNode]:
    try:
        return [NamedNode(iri) for iri in given]
    except ValueError as fault:
        raise BadRequest(f"a graph's address is not an IRI: {fault}", [(where, str(fault))]) from fault


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
    """SPARQL 1.1 Service Description of this endpoint."""
    form = choose(request, GRAPHS)
    base = desk.minter.base
    text = f"""@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
    @prefix formats: <http://www.w3.org/ns/formats/> .
    <{base}sparql#service> a sd:Service ; sd:endpoint <{base}sparql> ;
      sd:supportedLanguage sd:SPARQL11Query ;
      sd:resultFormat formats:SPARQL_Results_JSON, formats:SPARQL_Results_XML, formats:SPARQL_Results_CSV,
        formats:SPARQL_Results_TSV, formats:Turtle, formats:N-Triples, formats:RDF_XML, formats:JSON-LD ;
      sd:defaultDataset <{base}sparql#dataset> .
    <{base}sparql#dataset> a sd:Dataset ; sd:defaultGraph <{base}sparql#default> ;
      sd:namedGraph <{base}sparql#ontology>, <{base}sparql#shapes> .
    <{base}sparql#default> a sd:Graph .
    <{base}sparql#ontology> a sd:NamedGraph ; sd:name <{desk.minter.graph("ontology").value}> .
    <{base}sparql#shapes> a sd:NamedGraph ; sd:name <{desk.minter.graph("shapes").value}> ."""
    assert form.rdf is not None
    triples = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
    return answer(desk.rdf(triples, form.rdf), form, desk.library.follow())
