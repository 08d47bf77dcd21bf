"""Serve the named queries, each at an address of its own with its parameters in OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, Request, Response
from pyoxigraph import Literal, NamedNode, QueryResultsFormat, QuerySolutions, Variable, parse_query_results
from starlette.concurrency import run_in_threadpool

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.workers.messages import Answer, Question, whole
from commonplace.errors import BadRequest, Message
from commonplace.library.citation_counts import most_cited
from commonplace.library.cursors import read_cursor, write_cursor
from commonplace.library.named_queries import NamedQuery
from commonplace.library.named_things import known_thing
from commonplace.library.parameters import KINDS_OF_TYPE
from commonplace.library.works_discussing import evidence_that_discusses, rows_discussing
from commonplace.model.change import Version
from commonplace.model.namespaces import XSD
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.asked_address import asked_url
from commonplace.web.http.authorization import client_of
from commonplace.web.http.negotiation import (
    JSON,
    RDF,
    Representation,
    answer,
    choose_of_list,
    etag,
    not_modified,
    unchanged,
)
from commonplace.web.http.parameters import Cursor, Limit, only_known_parameters, version_of
from commonplace.web.http.router import Router
from commonplace.web.kept_route import KeptRoute
from commonplace.web.sparql.forms import TABLES

ROWS = (JSON, *(form for form in TABLES))
"""Forms of an answer with rows: the JSON of this API first, then the SPARQL result formats."""

LONGEST_CURSOR = 30
"""Minimum number of digits in a cursor of rows that is none of ours."""

ROWS_OF_A_PAGE, MOST_ROWS_OF_A_PAGE = 1_000, 10_000
"""Rows of a page of JSON where no `limit` is given, and their maximum."""

PAGING: tuple[dict[str, Any], ...] = (
    {
        "name": "limit",
        "in": "query",
        "required": False,
        "description": "how many rows a page holds at most; in JSON 1000 where it is not given, in other forms all",
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS_OF_A_PAGE},
    },
    {
        "name": "cursor",
        "in": "query",
        "required": False,
        "description": "from `next`, or `Link`, of the page before; opaque",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
    },
    {
        "name": "at",
        "in": "query",
        "required": False,
        "description": "the version to answer from; default the newest",
        "schema": {"type": "integer", "minimum": 1},
    },
)
"""Parameters of every named query, beside its own."""

_INTEGERS = {XSD["integer"].value, XSD["int"].value, XSD["long"].value}
_YEAR = XSD["gYear"].value


@dataclass(slots=True)
class _Rows:
    """The rows of a page: how many at most, and the place of the first. `total` is set where the answer holds this page
    alone."""

    limit: int
    position: int = 0
    total: int | None = None


def router_of(queries: Mapping[str, NamedQuery]) -> Router:
    """Return the routes of those queries."""
    router = Router(tags=["queries"], dependencies=[Depends(only_known_parameters)])

    @router.get("/queries", summary="The named queries, each with its question and parameters")
    @router.get("/queries.json", include_in_schema=False)
    def listed(request: Request, context: ContextDep, limit: Limit = 50, cursor: Cursor = None) -> Response:
        every = list(context.queries.values())
        shown = answers.part(request, every, lambda query: query.name, limit, cursor)
        items = [_described(context, query) for query in shown.items]
        page = {"items": items, "total": len(every), "complete": "complete", "next": shown.next}

        def make(snapshot: Snapshot) -> bytes:
            return json.dumps({**page, "version": snapshot.version}, ensure_ascii=False).encode()

        return answers.versioned(request, choose_of_list(request, [JSON]), None, make, finish=shown.link)

    for query in queries.values():
        _add(router, query)
    return router


def _described(context: Context, query: NamedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "question": query.question,
        "description": query.description,
        "keywords": list(query.keywords),
        "parameters": [parameter.model_dump(exclude_none=True) for parameter in query.parameters],
        "columns": [{"name": column.name, "description": column.description} for column in query.columns],
        "url": f"/queries/{query.name}",
        "sparql": query.sparql(context.minter),
    }


def _add(router: Router, query: NamedQuery) -> None:
    async def run(request: Request, context: ContextDep) -> Response:
        return await _run(context, request, query)

    parameters = [
        {
            "name": parameter.name,
            "in": "query",
            "required": parameter.required,
            "description": f"{parameter.description} ({parameter.type})",
            "example": parameter.example,
            "schema": {
                **({"type": "integer"} if parameter.type == "integer" else {"type": "string", "minLength": 1}),
                **({"default": parameter.default} if parameter.default is not None else {}),
            },
        }
        for parameter in query.parameters
    ]
    own = {parameter["name"] for parameter in parameters}
    parameters += [parameter for parameter in PAGING if parameter["name"] not in own]
    forms: dict[str, dict[str, object]] = {form.media_type: {} for form in (ROWS if query.form != "CONSTRUCT" else RDF)}
    if query.form == "SELECT":
        forms[JSON.media_type] = {"schema": _schema_of_rows(query)}
    for path in (f"/queries/{query.name}", *(f"/queries/{query.name}{form.suffix}" for form in ROWS)):
        router.add_api_route(
            path,
            run,
            name=f"query {query.name}",
            summary=query.question,
            description=query.description,
            openapi_extra={"parameters": parameters},
            responses={200: {"content": forms}},
            include_in_schema=path == f"/queries/{query.name}",
            route_class_override=KeptRoute,
        )


def _schema_of_rows(query: NamedQuery) -> dict[str, object]:
    """Return the JSON schema of a page of a query's rows; a column without a value is absent from its row."""
    columns = {column.name: {"description": column.description} for column in query.columns}
    row = {"type": "object", "properties": columns, "additionalProperties": True}
    members: dict[str, object] = {
        "items": {"type": "array", "items": row},
        "total": {"type": "integer"},
        "complete": {"type": "string"},
        "version": {"type": "integer"},
        "next": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "columns": {"type": "array", "items": {"type": "string"}},
    }
    return {"type": "object", "title": f"Rows of {query.name}", "required": list(members), "properties": members}


async def _run(context: Context, request: Request, query: NamedQuery) -> Response:
    """Return the answer of a worker, which can be ended: the cost of a query depends on its values."""
    own = {parameter.name for parameter in query.parameters}
    paging = {parameter["name"] for parameter in PAGING} - own
    values = {name: value for name, value in request.query_params.items() if name not in paging}
    limit, position, seen = _page_asked(request, own)
    bound = query.bind(values, context.minter)  # raises before anything is read
    await run_in_threadpool(_must_be_there, context, query, bound)
    offered = RDF if query.form == "CONSTRUCT" else ROWS
    form = choose_of_list(request, offered)
    version = version_of(request.query_params.get("at")) or seen
    if version is None and query.kept == "most-cited":
        kept = await run_in_threadpool(_most_cited, context, query.integers(values)["limit"])
        return await run_in_threadpool(_response, request, kept, form, _Rows(MOST_ROWS_OF_A_PAGE), past=False)
    if version is not None:
        context.library.log.header(version)  # raises where there is no such version
    paged = query.form != "CONSTRUCT" and (form is JSON or limit is not None or position)
    rows = _Rows(limit or ROWS_OF_A_PAGE, position) if paged else None
    past = "at" in request.query_params
    if query.kept == "works-discussing" and rows is not None and rows.limit <= ROWS_OF_A_PAGE and not past:
        page, rows.total = await run_in_threadpool(_discussing, context, query, values, rows, seen)
        if page is not None:
            return await run_in_threadpool(_response, request, page, form, rows, past=False)
    written = "srj" if paged else form.name
    question = Question(
        text=query.render(values),
        forms=dict.fromkeys(("table", "truth", "graph"), written),
        version=version if version is not None else await run_in_threadpool(context.library.newest),
        exact=version is not None,
        values=await run_in_threadpool(_under_own_keys, context, bound, version),
    )
    client = client_of(context.tokens, request.scope, request.headers.get("authorization", "").encode("latin-1"))
    found = await context.workers.ask(question, client)
    assert isinstance(found, Answer)  # each kind of answer has that form
    return await run_in_threadpool(_response, request, found, form, rows, past=past)


def _most_cited(context: Context, limit: int) -> Answer:
    """Return the answer of the query of that name, from the counts that are kept."""
    counts = context.citation_counts.ready(context.library.graph_at())

    def read(snapshot: Snapshot) -> Answer:
        table = most_cited(snapshot, counts(snapshot), limit)
        return Answer(form="srj", version=snapshot.version, body=json.dumps(table).encode())

    return context.library.read(read)


def _discussing(
    context: Context, query: NamedQuery, values: Mapping[str, str], rows: _Rows, seen: Version | None
) -> tuple[Answer | None, int | None]:
    """Return a part of the answer of the query of that name, from the evidence that is kept, and the number of all
    rows; None where the whole has to be asked for, as at a version `seen` that is no longer the newest."""
    library, minter = context.library, context.minter
    graph = library.graph_at()
    concept = _under_own_keys(context, query.bind(values, minter), None)["concept"]
    assert isinstance(concept, NamedNode)  # as its parameter says
    states = context.states.ready(graph)
    listed = context.lists.ready(graph, *evidence_that_discusses(minter))

    def read(snapshot: Snapshot) -> tuple[Answer | None, int | None]:
        if seen is not None and seen != snapshot.version:
            return None, None
        below = states(snapshot).narrower_than(concept.value)
        places = slice(rows.position, rows.position + rows.limit)
        part = rows_discussing(snapshot, query.render(values), concept, below, listed(snapshot).things, places)
        if part is None:
            return None, None
        return Answer(form="srj", version=snapshot.version, body=json.dumps(part.table).encode()), part.total

    return library.read(read)


def _under_own_keys(
    context: Context, bound: Mapping[Variable, NamedNode | Literal], version: Version | None
) -> dict[str, NamedNode | Literal]:
    """Return the values by the names of their variables, a work that is named by an alternative key under its own."""

    def read(snapshot: Snapshot) -> dict[str, NamedNode | Literal]:
        return {
            variable.value: (isinstance(term, NamedNode) and known_thing(snapshot, context.minter, term)) or term
            for variable, term in bound.items()
        }

    return context.library.read(read, version)


def _must_be_there(context: Context, query: NamedQuery, bound: Mapping[Variable, object]) -> None:
    """Refuse values that name nothing: an empty answer to a misspelt key would be taken for the truth.

    A thing that some version has had is something. Raises `BadRequest`.
    """
    typed = {Variable(p.name): p.name for p in query.parameters if p.type in KINDS_OF_TYPE}
    things = {typed[variable]: node for variable, node in bound.items() if variable in typed}

    def missing(snapshot: Snapshot) -> list[str]:
        return [
            name
            for name, node in things.items()
            if isinstance(node, NamedNode) and not known_thing(snapshot, context.minter, node)
        ]

    history = context.library.things.history
    names = [name for name in context.library.read(missing) if not history(_iri_of(things[name]))]
    if names:
        faults = [(name, f"nothing is called {_key_of(things[name], context)!r} here") for name in names]
        raise BadRequest(Message("there is no such %(names)s", names=", ".join(names)), faults)


def _iri_of(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else ""


def _key_of(node: object, context: Context) -> str:
    return context.minter.key(_iri_of(node))


def _page_asked(request: Request, own: set[str]) -> tuple[int | None, int, Version | None]:
    """Return the rows a page may have, the row that it begins with, and the version that the page before was of.

    A query with a `limit` of its own has its rows limited already. Raises `BadRequest`.
    """
    limit = None
    if "limit" not in own and (given := request.query_params.get("limit")) is not None:
        if not given.isdecimal() or not 1 <= int(given[:20]) <= MOST_ROWS_OF_A_PAGE:
            raise BadRequest(
                Message("limit cannot be %(given)r", given=given),
                [("limit", Message("use 1 to %(most_rows_of_a_page)s", most_rows_of_a_page=MOST_ROWS_OF_A_PAGE))],
            )
        limit = int(given)
    if (cursor := request.query_params.get("cursor")) is None:
        return limit, 0, None
    position, version = read_cursor(cursor)
    if not (position.isdecimal() and version.isdecimal() and len(position + version) < LONGEST_CURSOR):
        raise BadRequest("this cursor is not one we gave: start again without it", [("cursor", "cannot be read")])
    return limit, int(position), Version(int(version))


def _response(request: Request, found: Answer, form: Representation, rows: _Rows | None, *, past: bool) -> Response:
    """Return the answer of a worker; of a table, where `rows` says so, those rows."""
    version = Version(found.version)
    body = whole(found.body)
    if not_modified(request, etag(version, form.name)):
        return unchanged(form, version, past=past)
    complete = "truncated" if found.cut else "complete"
    following = None
    if rows is not None:
        table = json.loads(body)
        total = len(table.get("results", {}).get("bindings", ())) if rows.total is None else rows.total
        following = _cut(request, table, rows, total, version)
        body = _as_json(table, version, complete, total, following) if form is JSON else _as_table(table, form)
    response = answer(body, form, version, past=past, complete=complete)
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def _cut(request: Request, table: dict[str, Any], rows: _Rows, total: int, version: Version) -> str | None:
    """Leave of a table the rows of one page, and return the address of the next, which is of the same version."""
    if "results" not in table:
        return None
    end = rows.position + rows.limit
    if rows.total is None:
        table["results"]["bindings"] = table["results"]["bindings"][rows.position : end]
    if end >= total:
        return None
    cursor = write_cursor(str(end), str(version))
    return str(asked_url(request).include_query_params(cursor=cursor))


def _as_table(table: dict[str, Any], form: Representation) -> bytes:
    """Return a table in one of the SPARQL result formats."""
    text = json.dumps(table, ensure_ascii=False).encode()
    solutions = parse_query_results(text, format=QueryResultsFormat.JSON)
    format = QueryResultsFormat.from_media_type(form.media_type)
    assert format is not None
    assert isinstance(solutions, QuerySolutions)
    return solutions.serialize(format=format) or b""


def _as_json(found: dict[str, Any], version: Version, complete: str, total: int, following: str | None) -> bytes:
    """Return SPARQL 1.1 Query Results JSON as the JSON of this API."""
    if "boolean" in found:
        return json.dumps({"answer": found["boolean"], "complete": complete, "version": version}).encode()
    names = found["head"]["vars"]
    items = [{name: _plain(row[name]) for name in names if name in row} for row in found["results"]["bindings"]]
    page = {
        "items": items,
        "total": total,
        "complete": complete,
        "version": version,
        "next": following,
        "columns": names,
    }
    return json.dumps(page, ensure_ascii=False).encode()


def _plain(term: dict[str, str]) -> object:
    """Return a term as a plain value: IRIs and texts as strings, whole numbers and years as numbers."""
    value, datatype = term["value"], term.get("datatype")
    if datatype in _INTEGERS or (datatype == _YEAR and value.isdecimal()):
        return int(value)
    if datatype == XSD["boolean"].value:
        return value in ("true", "1")
    return f"_:{value}" if term["type"] == "bnode" else value
