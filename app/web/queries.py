"""`/queries`: the named queries, each an address of its own with its parameters in OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Mapping

from fastapi import APIRouter, Depends, Request, Response
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions
from pyoxigraph import QuerySolution as Row

from app.derived.graph import Result, Snapshot
from app.model.namespaces import XSD
from app.queries import NamedQuery
from app.web.desk import AtDesk, Desk, only_known_parameters
from app.web.negotiation import JSON, RDF, Representation, choose, split_suffix
from app.web.sparql_forms import RESULTS, TABLES

ROWS = (JSON, *(form for form in TABLES))
"""Forms of an answer with rows: our JSON first, then the SPARQL result formats."""

_INTEGERS = {XSD["integer"].value, XSD["int"].value, XSD["long"].value}
_YEAR = XSD["gYear"].value


def router_of(queries: Mapping[str, NamedQuery]) -> APIRouter:
    """The routes of those queries."""
    router = APIRouter(tags=["queries"], dependencies=[Depends(only_known_parameters)])

    @router.get("/queries", summary="The named queries, each with its question and parameters")
    def listed(request: Request, desk: AtDesk) -> Response:
        items = [_described(desk, query) for query in desk.queries.values()]
        page = {"items": items, "total": len(items), "complete": "complete", "next": None}

        def make(state: Snapshot) -> bytes:
            return json.dumps({**page, "version": state.version}, ensure_ascii=False).encode()

        return desk.versioned(request, choose(request, [JSON]), None, make)

    for query in queries.values():
        _add(router, query)
    return router


def _described(desk: Desk, query: NamedQuery) -> dict[str, object]:
    return {
        "name": query.name,
        "question": query.question,
        "description": query.description,
        "keywords": list(query.keywords),
        "parameters": [parameter.model_dump(exclude_none=True) for parameter in query.parameters],
        "columns": [{"name": column.name, "description": column.description} for column in query.columns],
        "url": f"/queries/{query.name}",
        "sparql": query.sparql(desk.minter),
    }


def _add(router: APIRouter, query: NamedQuery) -> None:
    def run(request: Request, desk: AtDesk) -> Response:
        return _run(desk, request, query)

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


def _run(desk: Desk, request: Request, query: NamedQuery) -> Response:
    values = {name: value for name, value in request.query_params.items() if name != "at"}
    bound = query.bind(values, desk.minter)
    text = query.render(values)
    offered = RDF if query.form == "CONSTRUCT" else ROWS
    form = choose(request, offered, split_suffix(request.url.path, offered)[1])
    version = desk.version_of(request.query_params.get("at"))

    return desk.versioned(request, form, version, lambda state: _body(state.query(text, bound), form, state))


def _body(result: Result, form: Representation, state: Snapshot) -> bytes:
    if isinstance(result, QuerySolutions) and form.name == "json":
        return _rows(result, state)
    if isinstance(result, QueryBoolean) and form.name == "json":
        return json.dumps({"answer": bool(result), "complete": "complete", "version": state.version}).encode()
    if isinstance(result, QuerySolutions | QueryBoolean):
        return result.serialize(format=RESULTS[form]) or b""
    assert form.rdf is not None
    return result.serialize(format=form.rdf) or b""


def _rows(result: QuerySolutions, state: Snapshot) -> bytes:
    names = [variable.value for variable in result.variables]
    items = [_row(row, names) for row in result]
    page = {
        "items": items,
        "total": len(items),
        "complete": "complete",
        "version": state.version,
        "next": None,
        "columns": names,
    }
    return json.dumps(page, ensure_ascii=False).encode()


def _row(row: Row, names: list[str]) -> dict[str, object]:
    """A row as plain values: IRIs and texts as strings, whole numbers and years as numbers; unbound is absent."""
    return {name: _plain(value) for name in names if (value := row[name]) is not None}


def _plain(value: object) -> object:
    if isinstance(value, Literal):
        datatype = value.datatype.value
        if datatype in _INTEGERS or (datatype == _YEAR and value.value.isdigit()):
            return int(value.value)
        if datatype == XSD["boolean"].value:
            return value.value in ("true", "1")
        return value.value
    return value.value if isinstance(value, NamedNode) else str(value)
