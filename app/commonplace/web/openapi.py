"""Write the OpenAPI description: what each address answers, its problems and their statuses included.

FastAPI describes what it knows of a route: parameters, bodies and the shape of an answer in JSON. What all addresses
have in common is added here, so that no route repeats it: problem details (RFC 9457) with the statuses that its
method and parameters make possible, the media types it offers, and an operation id that a generated client can use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from commonplace.web.http.negotiation import CSV, DATASETS, OF_THINGS, OF_WORKS, RDF, RECORDS
from commonplace.web.http.problems import MEDIA_TYPE
from commonplace.web.http.router import each_route
from commonplace.web.in_workers import WorkerRoute
from commonplace.web.list_tables import TableRoutes

OperationObject = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
WRITES = ("post", "put", "patch", "delete")

READ_BY_POST = frozenset(("/reconcile", "/oai"))
"""Addresses where a POST asks, and writes nothing."""

PROBLEMS = {
    400: "A parameter or the body cannot be understood; `errors` says where and why.",
    401: "This needs a token, or the one that was sent is not known.",
    403: "The token's role does not allow this.",
    404: "There is no such thing, or no such version.",
    406: "No form of this fits what the client accepts.",
    409: "It is too late for this, or something else stands against it.",
    410: "It was deleted; `errors` names the version that still has it.",
    412: "The library has a newer version than the one that `If-Match` names.",
    413: "It is too large.",
    415: "This form of content is not understood.",
    422: "The change would break the rules of the data; nothing was written.",
    429: "The client asks too much at once, or tried many wrong tokens; `Retry-After` says when to come again.",
    501: "The server has not what this needs; `detail` says what to install.",
    503: "Too much is going on, or the server stops; `Retry-After` says when to come again.",
    504: "It took too long, and was ended.",
    507: "There is no room for this; nothing was written.",
}
"""What each problem status means, wherever it is answered."""

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A problem, as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "address of the page that explains this kind of problem"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what went wrong this time, for people"},
        "instance": {"type": "string", "description": "path that was asked for"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["where", "why"],
                "properties": {"where": {"type": "string"}, "why": {"type": "string"}},
            },
        },
    },
}

_QUERIES = ("/queries/", "/sparql")
_THINGS = re.compile(r"/(works|people|organizations|venues|concepts|claims|cases|pins|screenings)(/\{key\})?")


def describe(app: FastAPI, root: str = "") -> dict[str, Any]:
    """Return the OpenAPI description of the application, made once. `root` is the path of its base IRI."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=each_route(app.routes)
        )
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        if root:
            schema["servers"] = [{"url": root}]
        costly, lists = _costly(app), _lists(app)
        for path, method, operation in _operations(schema):
            _complete(path, method, operation, costly=path in costly, is_list=path in lists)
        for unused in ("HTTPValidationError", "ValidationError"):
            schema["components"]["schemas"].pop(unused, None)
        app.openapi_schema = schema
    return app.openapi_schema


def _costly(app: FastAPI) -> frozenset[str]:
    """Return the paths of addresses that workers answer when that may cost much."""
    routes = (context.original_route for context in iter_route_contexts(each_route(app.routes)))
    return frozenset(route.path_format for route in routes if isinstance(route, WorkerRoute) and route.is_costly)


def _lists(app: FastAPI) -> frozenset[str]:
    """Return the paths of lists, which are answered as tables, too."""
    return frozenset(path for route in app.routes if isinstance(route, TableRoutes) for path in route.paths)


def _operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, OperationObject]]:
    for path, item in schema["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def _complete(path: str, method: str, operation: OperationObject, *, costly: bool, is_list: bool) -> None:
    """Add to an operation what follows from its address, method, parameters and cost, and from being a list."""
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted({*_statuses(path, method, operation, costly=costly), *_declared(responses)}):
        own = responses.get(str(status), {}).get("content", {})
        responses[str(status)] = {"description": PROBLEMS[status], "content": {**content, **own}}
    if method == "get":
        _add_forms(path, responses, is_list=is_list)


def _declared(responses: Iterable[str]) -> Iterator[int]:
    """Yield the problem statuses that a route declares by itself."""
    for status in responses:
        if status.isdecimal() and int(status) in PROBLEMS:
            yield int(status)


def _statuses(path: str, method: str, operation: OperationObject, *, costly: bool) -> Iterator[int]:
    """Yield the problem statuses that an address can answer. A `costly` one waits for a worker, and may be ended."""
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    reads = method == "get" or path in READ_BY_POST
    yield from (400, 503)
    if "{" in path or "at" in names:
        yield 404
    if "{key}" in path:
        yield 410
    if reads:
        yield 406
    if path in READ_BY_POST:
        yield 504
    if operation.get("security"):
        yield from (401, 403, 429)
    if method in WRITES:
        yield from (413, 415) if reads else (401, 403, 412, 413, 415, 422, 429, 507)
    if (costly and reads) or path.startswith(_QUERIES) or {"at", "q"} & names:
        yield from (429, 504)


_BIBLIOGRAPHY = ("text/plain", "text/html")
_MORE_FORMS: dict[str, tuple[str, ...]] = {
    "/works/{key}": _BIBLIOGRAPHY,
    "/works/{key}/provenance": tuple(form.media_type for form in RDF),
    "/changes/{version}": ("application/rdf-patch", *(form.media_type for form in RDF)),
    "/export": (*_BIBLIOGRAPHY, *(form.media_type for form in (*RECORDS, CSV, *DATASETS))),
    "/id/{kind}/{key}": tuple(form.media_type for form in RDF),
}
"""Media types of an address beside JSON and the forms of things."""


def _add_forms(path: str, responses: dict[str, Any], *, is_list: bool) -> None:
    """Add to what is answered with 200 the forms in which it can be had, and 304 where nothing has changed."""
    responses["304"] = {"description": "The client has this answer already (`If-None-Match`)."}
    found = _THINGS.fullmatch(path)
    forms = (OF_WORKS if found[1] == "works" and found[2] else OF_THINGS) if found else ()
    if path in ("/ontology", "/.well-known/void"):
        forms = RDF
        responses["200"]["content"] = {}
    if path.startswith("/graph-store"):
        forms = DATASETS
        responses["200"]["content"] = {}
    responses.get("303", {}).pop("content", None)
    if path == "/context.jsonld":
        responses["200"]["content"] = {"application/ld+json": {"schema": {"type": "object"}}}
    content = responses.get("200", {}).get("content", {})
    tables = (CSV.media_type,) if is_list else ()
    for media_type in (*(form.media_type for form in forms), *_MORE_FORMS.get(path, ()), *tables):
        content.setdefault(media_type, {"schema": {"type": "string"}})
