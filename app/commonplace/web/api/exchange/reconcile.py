"""Serve the Reconciliation Service API 0.2 at `/reconcile`, by which OpenRefine and others match tables with us.

Source: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/. Version 0.1 differs in what it
leaves out, and in JSONP, which is served, too.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from commonplace import __version__
from commonplace.errors import BadRequest, NotFound, OutOfTime
from commonplace.exchange.reconciliation.asked import (
    MAXIMUM_QUERIES,
    known_property,
    known_type,
    read_batch,
    read_extension,
)
from commonplace.exchange.reconciliation.properties import PROPERTIES, TYPES, node_of, properties_of
from commonplace.exchange.reconciliation.reconciling import reconcile
from commonplace.exchange.reconciliation.showing import extended, previewed, suggested
from commonplace.model.change import Version
from commonplace.model.match_key import title_key
from commonplace.web import answers
from commonplace.web.api.reading.entity_preview import HEIGHT, WIDTH, preview_headers, preview_html, preview_page
from commonplace.web.context import Context, ContextDep
from commonplace.web.desk.forms import form_of
from commonplace.web.http.negotiation import HTML, JSON, Representation, choose
from commonplace.web.http.parameters import only_known_parameters
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_searcher, searching

router = Router(tags=["clients"], dependencies=[Depends(only_known_parameters)])

SCRIPT = Representation("jsonp", "application/javascript", ".js")

FORM_BYTES = 2_000_000
"""Maximum bytes of a batch of queries; one that OpenRefine sends has some thousands."""

SUGGESTED = 10
"""Number of things that a suggestion lists at a time."""

LAST_CURSOR = 1_000
"""Maximum number of suggestions that may be passed over."""

_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)

Callback = Annotated[
    str | None, Query(max_length=128, description="name of a function to call with the answer (JSONP)")
]
Counter = Annotated[str | None, Query(alias="_", include_in_schema=False, description="sent by jQuery; ignored")]
Prefix = Annotated[str, Query(max_length=500, description="what was typed so far")]
Passed = Annotated[int, Query(ge=0, le=LAST_CURSOR, description="how many suggestions to pass over")]
EntityId = Annotated[
    str,
    Query(max_length=2_000, description="identifier of an entity", json_schema_extra={"example": "work/ostrom1996"}),
]
OneType = Annotated[str, Query(description="identifier of a type", json_schema_extra={"example": "work"})]
OneProperty = Annotated[str, Query(description="identifier of a property", json_schema_extra={"example": "year"})]
TypeId = Annotated[str | None, Query(description="identifier of a type", json_schema_extra={"example": "work"})]

_EITHER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "JSON, or a script where `callback` is given",
        "content": {JSON.media_type: {"schema": {"type": "object"}}, SCRIPT.media_type: {"schema": {"type": "string"}}},
    }
}

_NO_ENTITY: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such entity"}}


@router.get(
    "/reconcile",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: the manifest, or answers to queries",
    operation_id="get_reconciliation",
)
@searching
def get_reconciliation(
    request: Request,
    context: ContextDep,
    queries: Annotated[str | None, Query(description="a batch of reconciliation queries, in JSON")] = None,
    extend: Annotated[str | None, Query(description="a data extension query, in JSON")] = None,
    callback: Callback = None,
    counter: Counter = None,
) -> Response:
    """Answer with the service manifest; with `queries` with candidates for each, with `extend` with values."""
    if queries is None and extend is None:
        manifest = context.library.read(lambda snapshot: _manifest(request, context, context.title_at(snapshot)))
        return _answer(request, manifest, context.library.newest(), callback)
    return _answered(request, context, queries, extend, callback)


@router.post(
    "/reconcile",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: answers to queries",
    operation_id="post_reconciliation",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-www-form-urlencoded": {
                    "schema": {
                        "type": "object",
                        "properties": {"queries": {"type": "string"}, "extend": {"type": "string"}},
                    }
                }
            },
        }
    },
)
async def post_reconciliation(request: Request, context: ContextDep) -> Response:
    """Answer a form with `queries` or with `extend`, as the GET does."""
    form = await form_of(request, FORM_BYTES)
    queries, extend = form.text("queries") or None, form.text("extend") or None
    if queries is None and extend is None:
        raise BadRequest("there is nothing to answer", [("queries", "send a batch of queries, or extend")])
    return await in_searcher(context, lambda: _answered(request, context, queries, extend, None))


@router.get(
    "/reconcile/suggest/entity",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: entities while they are typed",
    operation_id="suggest_entities",
)
@searching
def suggest_entities(
    request: Request,
    context: ContextDep,
    prefix: Prefix = "",
    cursor: Passed = 0,
    type: TypeId = None,
    limit: Annotated[int, Query(ge=1, le=50, description="how many entities at most")] = SUGGESTED,
    type_strict: Annotated[str | None, Query(include_in_schema=False)] = None,
    lang: Annotated[str | None, Query(include_in_schema=False)] = None,
    callback: Callback = None,
    counter: Counter = None,
) -> Response:
    """Answer with the entities that have those words, the last as it begins; first the one of that identifier."""
    kinds = [known_type(type, "type")] if type else list(TYPES)
    index = context.library.search()
    hits = index.search(prefix.replace('"', " "), kinds=kinds, limit=limit, offset=cursor, typing=True).hits

    def shown(snapshot: Any) -> tuple[list[dict[str, Any]], Version]:
        named = node_of(snapshot, prefix.strip(), context.minter) if "/" in prefix and not cursor else None
        iris = [*([named.value] if named else ()), *(hit.iri for hit in hits)]
        return suggested(snapshot, iris, context.minter), snapshot.version

    result, version = context.library.read(shown)
    return _answer(request, {"result": result[:limit]}, version, callback)


@router.get(
    "/reconcile/suggest/property",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: properties while they are typed",
    operation_id="suggest_properties",
)
def suggest_properties(
    request: Request,
    context: ContextDep,
    prefix: Prefix = "",
    cursor: Passed = 0,
    type: TypeId = None,
    callback: Callback = None,
    counter: Counter = None,
) -> Response:
    """Answer with the properties whose names or identifiers have a word that begins so."""
    listed = properties_of(known_type(type, "type")) if type else PROPERTIES.values()
    found = [
        {"id": one.id, "name": one.name, "description": f"of: {', '.join(one.patterns)}"}
        for one in listed
        if _begins(prefix, one.id, one.name)
    ]
    return _answer(request, {"result": found[cursor:]}, context.library.newest(), callback)


@router.get(
    "/reconcile/suggest/type",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: types while they are typed",
    operation_id="suggest_types",
)
def suggest_types(
    request: Request,
    context: ContextDep,
    prefix: Prefix = "",
    cursor: Passed = 0,
    callback: Callback = None,
    counter: Counter = None,
) -> Response:
    """Answer with the types whose names have a word that begins so."""
    found = [
        {"id": one.id, "name": one.name, "description": one.description}
        for one in TYPES.values()
        if _begins(prefix, one.id, one.name)
    ]
    return _answer(request, {"result": found[cursor:]}, context.library.newest(), callback)


@router.get(
    "/reconcile/properties",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: properties to extend a table with",
    operation_id="propose_properties",
)
def propose_properties(
    request: Request,
    context: ContextDep,
    type: TypeId = None,
    limit: Annotated[int | None, Query(ge=1, le=1_000, description="how many properties at most")] = None,
    callback: Callback = None,
    counter: Counter = None,
) -> Response:
    """Answer with the properties of entities of a type, the most asked for first."""
    listed = properties_of(known_type(type, "type")) if type else list(PROPERTIES.values())
    made: dict[str, Any] = {"properties": [{"id": one.id, "name": one.name} for one in listed[:limit]]}
    made |= {"type": type} if type else {}
    made |= {"limit": limit} if limit else {}
    return _answer(request, made, context.library.newest(), callback)


@router.get(
    "/reconcile/flyout/entity",
    response_class=Response,
    responses={**_EITHER, **_NO_ENTITY},
    summary="Reconciliation: a small preview of an entity",
    operation_id="get_flyout_of_entity",
)
def get_flyout_of_entity(
    request: Request, context: ContextDep, id: EntityId, callback: Callback = None, counter: Counter = None
) -> Response:
    """Answer with HTML about an entity, to be shown beside a suggestion."""
    html, version = context.library.read(lambda s: (_preview(s, id, request, context), s.version))
    return _answer(request, {"id": id, "html": html}, version, callback)


@router.get(
    "/reconcile/flyout/type",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: a small preview of a type",
    operation_id="get_flyout_of_type",
)
def get_flyout_of_type(
    request: Request, context: ContextDep, id: OneType, callback: Callback = None, counter: Counter = None
) -> Response:
    """Answer with HTML about a type, to be shown beside a suggestion."""
    one = TYPES[known_type(id, "id")]
    made = {"id": id, "html": preview_html(one.name, "Type", [("", one.description)])}
    return _answer(request, made, context.library.newest(), callback)


@router.get(
    "/reconcile/flyout/property",
    response_class=Response,
    responses=_EITHER,
    summary="Reconciliation: a small preview of a property",
    operation_id="get_flyout_of_property",
)
def get_flyout_of_property(
    request: Request, context: ContextDep, id: OneProperty, callback: Callback = None, counter: Counter = None
) -> Response:
    """Answer with HTML about a property, to be shown beside a suggestion."""
    one = known_property(id, "id")
    of = ", ".join(TYPES[kind].name for kind in one.patterns)
    made = {"id": id, "html": preview_html(one.name, "Property", [("of", of)])}
    return _answer(request, made, context.library.newest(), callback)


@router.get(
    "/reconcile/preview",
    response_class=Response,
    responses={
        200: {"description": "A small page", "content": {HTML.media_type: {"schema": {"type": "string"}}}},
        **_NO_ENTITY,
    },
    summary="Reconciliation: a small page about an entity",
    operation_id="get_reconciliation_preview",
)
def get_reconciliation_preview(request: Request, context: ContextDep, id: EntityId) -> Response:
    """Answer with a page for a frame of the size that the manifest gives; any site may frame it."""
    choose(request, [HTML])
    html, version = context.library.read(lambda s: (_preview(s, id, request, context), s.version))
    response = answers.answered(request, preview_page(html).encode(), HTML, version)
    response.headers.update(preview_headers())
    return response


def _answered(
    request: Request, context: Context, queries: str | None, extend: str | None, callback: str | None
) -> Response:
    """Answer queries, or an extension of a table. Raises `BadRequest`, `TooLarge` and `OutOfTime`."""
    if queries is not None and extend is not None:
        raise BadRequest("a request has queries or extend, not both", [("extend", "given with queries")])
    if extend is not None:
        asked = read_extension(extend)
        made, version = context.library.read(lambda s: (extended(s, asked, context.minter), s.version))
        return _answer(request, made, version, callback)
    batch, version = reconcile(context.library, read_batch(queries or ""), _clock(context))
    return _answer(request, batch, version, callback)


def _clock(context: Context) -> Callable[[], None]:
    """Return a function that raises `OutOfTime` once a query's time is over."""
    seconds = context.workers.limits.seconds
    end = time.monotonic() + seconds

    def check() -> None:
        if time.monotonic() > end:
            raise OutOfTime.after(seconds)

    return check


def _answer(request: Request, body: dict[str, Any], version: Version, callback: str | None) -> Response:
    """Answer in JSON, or with a script that calls the function named. Raises `BadRequest` for what is no name."""
    choose(request, [JSON if callback is None else SCRIPT])
    text = json.dumps(body, ensure_ascii=callback is not None)  # a script may not hold every character of JSON
    if callback is None:
        return answers.answered(request, text.encode(), JSON, version)
    if not _CALLBACK.fullmatch(callback):
        raise BadRequest(f"{callback!r} is not the name of a function", [("callback", "use letters, digits and dots")])
    return answers.answered(request, f"/**/{callback}({text});".encode(), SCRIPT, version)


def _preview(snapshot: Any, id: str, request: Request, context: Context) -> str:
    found = previewed(snapshot, id, context.minter)
    if found is None:
        raise NotFound(f"there is no entity {id!r}")
    entity, about = found
    kind, key = context.minter.kind_and_key(entity.node.value) or ("", "")
    address = f"{request.base_url}id/{context.minter.iri(entity.type.id, key).partition('/id/')[2]}" if kind else None
    return preview_html(entity.name, entity.type.name, about, address)


def _begins(prefix: str, *names: str) -> bool:
    """Return whether a word of the names begins with what was typed."""
    wanted = title_key(prefix) if prefix.strip() else ""
    return any(wanted == "" or f"-{title_key(name)}".find(f"-{wanted}") >= 0 for name in names)


def _manifest(request: Request, context: Context, title: str) -> dict[str, Any]:
    here = f"{request.base_url}reconcile"

    def suggest(what: str) -> dict[str, str]:
        return {
            "service_url": here,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": here,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }

    return {
        "versions": ["0.1", "0.2"],
        "name": title,
        "identifierSpace": f"{context.minter.base}id/",
        "schemaSpace": f"{context.minter.base}ontology#",
        "serviceVersion": __version__,
        "documentation": f"{request.base_url}docs",
        "defaultTypes": list(_types()),
        "view": {"url": f"{request.base_url}id/{{{{id}}}}"},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": {what: suggest(what) for what in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {"service_url": here, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "Maximum number of values in a row; 0 for all",
                }
            ],
        },
        "batchSize": MAXIMUM_QUERIES,
    }


def _types() -> Iterable[dict[str, str]]:
    return ({"id": one.id, "name": one.name} for one in TYPES.values())
