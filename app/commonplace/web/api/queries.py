"""`/queries`: the named queries, each an address of its own with its parameters in OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from pyoxigraph import Literal, NamedNode, Variable
from starlette.concurrency import run_in_threadpool

from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.workers.messages import Answer, Question, whole
from commonplace.library.named_queries import NamedQuery
from commonplace.library.named_things import known_thing
from commonplace.model.change import Version
from commonplace.model.namespaces import XSD
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import client_of
from commonplace.web.http.negotiation import (
    JSON,
    RDF,
    Representation,
    answer,
    choose,
    etag,
    not_modified,
    split_suffix,
    unchanged,
)
from commonplace.web.http.parameters import only_known_parameters, version_of
from commonplace.web.sparql.forms import TABLES

ROWS = (JSON, *(form for form in TABLES))
"""Forms of an answer with rows: our JSON first, then the SPARQL result formats."""

_INTEGERS = {XSD["integer"].value, XSD["int"].value, XSD["long"].value}
_YEAR = XSD["gYear"].value


def router_of(queries: Mapping[str, NamedQuery]) -> APIRouter:
    """The routes of those queries."""
    router = APIRouter(tags=["queries"], dependencies=[Depends(only_known_parameters)])

    @router.get("/queries", summary="The named queries, each with its question and parameters")
    def listed(request: Request, context: ContextDep) -> Response:
        items = [_described(context, query) for query in context.queries.values()]
        page = {"items": items, "total": len(items), "complete": "complete", "next": None}

        def make(state: Snapshot) -> bytes:
            return json.dumps({**page, "version": state.version}, ensure_ascii=False).encode()

        return answers.versioned(request, choose(request, [JSON]), None, make)

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


def _add(router: APIRouter, query: NamedQuery) -> None:
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
                "type": "integer" if parameter.type == "integer" else "string",
                **({"default": parameter.default} if parameter.default is not None else {}),
            },
        }
        for parameter in query.parameters
    ]
    parameters.append(
        {
            "name": "at",
            "in": "query",
            "required": False,
            "description": "the version to answer from; default the newest",
            "schema": {"type": "integer", "minimum": 1},
        }
    )
    forms: dict[str, dict[str, object]] = {form.media_type: {} for form in (ROWS if query.form != "CONSTRUCT" else RDF)}
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
        )


async def _run(context: Context, request: Request, query: NamedQuery) -> Response:
    """The answer of a reader, which can be ended: what a query costs depends on the values it is asked with."""
    values = {name: value for name, value in request.query_params.items() if name != "at"}
    bound = query.bind(values, context.minter)  # raises before anything is read
    offered = RDF if query.form == "CONSTRUCT" else ROWS
    form = choose(request, offered, split_suffix(request.url.path, offered)[1])
    version = version_of(request.query_params.get("at"))
    if version is not None:
        context.library.log.header(version)  # raises where there is no such version
    written = "srj" if form is JSON else form.name
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
    return await run_in_threadpool(_response, request, found, form, past=version is not None)


def _under_own_keys(
    context: Context, bound: Mapping[Variable, NamedNode | Literal], version: Version | None
) -> dict[str, NamedNode | Literal]:
    """Return the values by the names of their variables, a work that is named by an alternative key under its own."""

    def read(state: Snapshot) -> dict[str, NamedNode | Literal]:
        return {
            variable.value: (isinstance(term, NamedNode) and known_thing(state, context.minter, term)) or term
            for variable, term in bound.items()
        }

    return context.library.read(read, version)


def _response(request: Request, found: Answer, form: Representation, *, past: bool) -> Response:
    version = Version(found.version)
    body = whole(found.body)
    if not_modified(request, etag(version, form.name)):
        return unchanged(form, version, past=past)
    complete = "truncated" if found.cut else "complete"
    if form is JSON:
        body = _as_json(json.loads(body), version, complete)
    return answer(body, form, version, past=past, complete=complete)


def _as_json(found: dict[str, Any], version: Version, complete: str) -> bytes:
    """SPARQL 1.1 Query Results JSON as our JSON."""
    if "boolean" in found:
        return json.dumps({"answer": found["boolean"], "complete": complete, "version": version}).encode()
    names = found["head"]["vars"]
    items = [{name: _plain(row[name]) for name in names if name in row} for row in found["results"]["bindings"]]
    page = {
        "items": items,
        "total": len(items),
        "complete": complete,
        "version": version,
        "next": None,
        "columns": names,
    }
    return json.dumps(page, ensure_ascii=False).encode()


def _plain(term: dict[str, str]) -> object:
    """A term as a plain value: IRIs and texts as strings, whole numbers and years as numbers."""
    value, datatype = term["value"], term.get("datatype")
    if datatype in _INTEGERS or (datatype == _YEAR and value.isdigit()):
        return int(value)
    if datatype == XSD["boolean"].value:
        return value in ("true", "1")
    return f"_:{value}" if term["type"] == "bnode" else value
