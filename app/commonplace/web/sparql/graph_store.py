"""Read and write whole graphs at `/graph-store`, by the SPARQL 1.1 Graph Store HTTP Protocol.

A graph is named by `?default`, by `?graph=IRI`, or is the one below this address (5.1: the address is
its IRI, `BASE_IRI` + `graph-store/…`). Section numbers are those of
https://www.w3.org/TR/sparql11-http-rdf-update/. A graph is there while it has statements.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse
from starlette.concurrency import run_in_threadpool

from commonplace.derived.graph.snapshot import GraphName, Snapshot
from commonplace.derived.workers.messages import whole
from commonplace.errors import BadRequest, Conflict, Message, NotFound
from commonplace.model.change import Entry
from commonplace.web import answers
from commonplace.web.context import Context, ContextDep
from commonplace.web.http.authorization import CuratorDep
from commonplace.web.http.negotiation import DATASETS, choose, expected_version
from commonplace.web.http.parameters import At, only_known_parameters
from commonplace.web.http.received_file import received
from commonplace.web.http.router import Router
from commonplace.web.http.threads import in_writer, writing
from commonplace.web.in_workers import EXPORT_TIMES, Cost, WorkerRoute, costly
from commonplace.web.sparql.graph_content import READ, read_graph, refuse_unread
from commonplace.web.sparql.update import stamped

ADDRESS = "/graph-store"
BELOW = ADDRESS + "/{path:path}"

_DEFAULT = DefaultGraph()
_IN_PARTS = "send it in parts, by POST"

router = Router(tags=["graph store"], dependencies=[Depends(only_known_parameters)], route_class=WorkerRoute)

Named = Annotated[str | None, Query(description="the IRI of a named graph")]
Default = Annotated[str | None, Query(description="given, with any value: the default graph")]
Why = Annotated[str, Query(max_length=10_000, description="why; recorded in the history")]

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The graph in an RDF syntax; for POST also a form of several files (multipart/form-data).",
        "content": {name: {"schema": {} if "json" in name else {"type": "string"}} for name in READ},
    }
}
_CHANGES: dict[int | str, dict[str, Any]] = {
    204: {"description": "Done; `Commonplace-Version` is the version it made, or the newest when nothing changed"},
    400: {"description": "The body cannot be read (`errors` says where), or no graph is named, or two"},
    401: {"description": "No token, or one that is not known"},
    403: {"description": "Not a curator's token, or a graph that only the program writes"},
    412: {"description": "`If-Match` names another version than the newest"},
    413: {"description": "More bytes than COMMONPLACE_IMPORT_BYTES"},
    415: {"description": "A media type that is not read here"},
    422: {"description": "The graph would break the shapes; `errors` has every place"},
}
_WRITES: dict[int | str, dict[str, Any]] = {201: {"description": "The graph was not there before"}, **_CHANGES}
_DELETES: dict[int | str, dict[str, Any]] = {**_CHANGES, 404: {"description": "There is no such graph"}}


@router.get(ADDRESS, summary="One graph")
@costly(Cost(times=EXPORT_TIMES))
def read(
    request: Request, context: ContextDep, graph: Named = None, default: Default = None, at: At = None
) -> Response:
    """Answer with the statements of a graph, by `Accept` in every RDF syntax (5.2)."""
    return _read(context, request, _one_graph(graph, default), at)


@router.get(BELOW, summary="One graph, at its own address")
@costly(Cost(times=EXPORT_TIMES))
def read_below(request: Request, context: ContextDep, path: str, at: At = None) -> Response:
    """Answer with the statements of the graph whose IRI is this address."""
    return _read(context, request, _at_address(context, request), at)


@router.put(ADDRESS, status_code=204, responses=_WRITES, openapi_extra=_BODY, summary="Replace a graph")
async def put(
    request: Request,
    context: ContextDep,
    token: CuratorDep,
    graph: Named = None,
    default: Default = None,
    message: Why = "",
) -> Response:
    """Make the statements in the body the only ones of the graph: one version (5.3)."""
    return await _write(context, request, _one_graph(graph, default), token.name, message, keep=False)


@router.put(BELOW, status_code=204, responses=_WRITES, openapi_extra=_BODY, summary="Replace the graph of this address")
async def put_below(request: Request, context: ContextDep, token: CuratorDep, path: str, message: Why = "") -> Response:
    """Replace the graph whose IRI is this address: one version (5.3)."""
    return await _write(context, request, _at_address(context, request), token.name, message, keep=False)


@router.post(ADDRESS, status_code=204, responses=_WRITES, openapi_extra=_BODY, summary="Add to a graph, or make one")
async def post(
    request: Request,
    context: ContextDep,
    token: CuratorDep,
    graph: Named = None,
    default: Default = None,
    message: Why = "",
) -> Response:
    """Add the statements in the body: one version (5.5). Where no graph is named a new one is made;
    `Location` is its IRI."""
    if graph is not None or default is not None:
        return await _write(context, request, _one_graph(graph, default), token.name, message, keep=True)
    made = NamedNode(f"{context.minter.base}{ADDRESS[1:]}/{uuid.uuid4()}")
    return await _write(context, request, made, token.name, message, keep=True, location=made.value)


@router.post(BELOW, status_code=204, responses=_WRITES, openapi_extra=_BODY, summary="Add to the graph of this address")
async def post_below(
    request: Request, context: ContextDep, token: CuratorDep, path: str, message: Why = ""
) -> Response:
    """Add to the graph whose IRI is this address: one version (5.5)."""
    return await _write(context, request, _at_address(context, request), token.name, message, keep=True)


@router.delete(ADDRESS, status_code=204, responses=_DELETES, summary="Delete a graph")
@writing
def delete(
    request: Request,
    context: ContextDep,
    token: CuratorDep,
    graph: Named = None,
    default: Default = None,
    message: Why = "",
) -> Response:
    """Delete every statement of the graph: one version, which can be undone (5.4). 404 when there are none."""
    return _delete(context, request, _one_graph(graph, default), token.name, message)


@router.delete(BELOW, status_code=204, responses=_DELETES, summary="Delete the graph of this address")
@writing
def delete_below(request: Request, context: ContextDep, token: CuratorDep, path: str, message: Why = "") -> Response:
    """Delete the graph whose IRI is this address: one version (5.4)."""
    return _delete(context, request, _at_address(context, request), token.name, message)


def _one_graph(graph: str | None, default: str | None) -> GraphName:
    """Return the graph that a request names (5.2). Raises `BadRequest` unless it is exactly one."""
    if (graph is None) == (default is None):
        found = Message("both are given" if graph is not None else "neither is given")
        raise BadRequest(
            Message("one of default and graph=IRI names the graph; %(found)s", found=found), [("graph", found)]
        )
    if graph is None:
        return _DEFAULT
    try:
        return NamedNode(graph)
    except ValueError as fault:
        raise BadRequest(
            Message("graph is not an absolute IRI: %(fault)s", fault=fault),
            [("graph", Message("%(graph)r: %(fault)s", graph=graph, fault=fault))],
        ) from fault


def _at_address(context: Context, request: Request) -> NamedNode:
    """Return the graph whose IRI is the address of the request, as it was sent (percent-encoded)."""
    raw = request.scope.get("raw_path") or request.url.path.encode()
    path = raw.partition(b"?")[0].decode("ascii", errors="replace")
    try:
        return NamedNode(context.minter.base + path.removeprefix("/"))
    except ValueError as fault:
        raise BadRequest(
            Message("this address is not an IRI: %(fault)s", fault=fault), [("graph", str(fault))]
        ) from fault


def _read(context: Context, request: Request, graph: GraphName, at: int | None) -> Response:
    form = choose(request, DATASETS)

    def make(snapshot: Snapshot) -> bytes:
        if graph != _DEFAULT and next(snapshot.quads(graph), None) is None:
            raise NotFound(
                Message("there is no graph %(graph)s at version %(version)s", graph=graph, version=snapshot.version)
            )
        assert form.rdf is not None
        return snapshot.dump(form.rdf, prefixes=context.minter.prefixes(), graph=graph)

    return answers.versioned(request, form, at, make, described=context.minter.is_system_graph(graph))


async def _write(
    context: Context,
    request: Request,
    graph: GraphName,
    agent: str,
    message: str,
    *,
    keep: bool,
    location: str | None = None,
) -> Response:
    """Write the statements in the body; answer 201 when the graph was not there, 204 otherwise."""
    expected = expected_version(request, await in_writer(context, context.library.follow))
    if not keep and request.headers.get("if-none-match", "").strip() == "*":
        await run_in_threadpool(_must_be_absent, context, graph)
    content_type = request.headers.get("content-type", "")
    refuse_unread(content_type, several=keep)
    base = context.minter.base if isinstance(graph, DefaultGraph) else str(graph.value)
    with await received(request, context.import_bytes, "a graph", _IN_PARTS) as body:
        client = f"token {agent}"
        text = await read_graph(context.workers, body, content_type, base, context.import_bytes, client)

    def write() -> Response:
        triples = parse(whole(text), format=RdfFormat.N_TRIPLES, lenient=True)
        quads = [Quad(t.subject, t.predicate, t.object, graph) for t in triples]
        door: Callable[..., tuple[Entry | None, bool]] = context.updates.add if keep else context.updates.replace
        entry, there = door(graph, quads, agent, message, expected)
        made = bool(quads) and not there and graph != _DEFAULT
        response = Response(status_code=201 if made else 204)
        if made and location:
            response.headers["Location"] = location
        return stamped(context, response, entry)

    return await in_writer(context, write)


def _must_be_absent(context: Context, graph: GraphName) -> None:
    """Refuse to replace a graph that is there (`If-None-Match: *`, RFC 9110, 13.1.2). Raises `Conflict`."""
    if context.library.read(lambda snapshot: next(snapshot.quads(graph), None) is not None):
        raise Conflict(
            Message("there is a graph %(graph)s already: leave out If-None-Match to replace it", graph=graph)
        )


def _delete(context: Context, request: Request, graph: GraphName, agent: str, message: str) -> Response:
    expected = expected_version(request, context.library.follow())
    entry, there = context.updates.replace(graph, (), agent, message, expected)
    if not there and graph != _DEFAULT:
        raise NotFound(Message("there is no graph %(graph)s", graph=graph))
    return stamped(context, Response(status_code=204), entry)
