"""Put the routes together, with one way of failing and what every answer carries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from commonplace import __version__
from commonplace.web.api.asking import comparison, find, gaps, links_map, queries, search, suggestions, timeline
from commonplace.web.api.curating import (
    authorities,
    bulk,
    citations_from_elsewhere,
    deletions,
    duplicates,
    edits,
    identifiers,
    merges,
    people_lists,
    queues,
    solved_items,
)
from commonplace.web.api.exchange import decisions, export, imports, jobs, prisma, reconcile, web_annotations, webhooks
from commonplace.web.api.history import changes, histories, pins, receipts
from commonplace.web.api.reading import texts, things, works
from commonplace.web.context import Context
from commonplace.web.desk import routes as desk
from commonplace.web.discovery import change_feed, crawling, opensearch, unapi
from commonplace.web.http import problems
from commonplace.web.http.held_answers import HeldAnswers
from commonplace.web.http.late_route import LateRoute
from commonplace.web.http.methods import AllowedMethods
from commonplace.web.http.minimum_version import MinimumVersion
from commonplace.web.http.operation_names import operation_id
from commonplace.web.http.packed_body import PackedBodies
from commonplace.web.http.pieces import PiecesOfWork
from commonplace.web.http.public_address import PublicAddress
from commonplace.web.http.router import Routes, each_route
from commonplace.web.http.security_headers import SecurityHeaders
from commonplace.web.http.spooled import Sending
from commonplace.web.http.stopping import Stopping
from commonplace.web.http.unread_body import UnreadBodies
from commonplace.web.in_workers import WorkerAnswers
from commonplace.web.kept_route import KeptAnswers
from commonplace.web.list_tables import TableRoutes
from commonplace.web.mcp import routes as assistants
from commonplace.web.metrics import Metrics
from commonplace.web.oai import routes as oai
from commonplace.web.openapi import describe
from commonplace.web.pages import agents, answered, at_desk, cases, front, headings, monitoring, rendering, style
from commonplace.web.pages import comparison as comparison_page
from commonplace.web.pages import gaps as gaps_page
from commonplace.web.pages import links_map as map_page
from commonplace.web.pages import timeline as timeline_page
from commonplace.web.pages import works as works_pages
from commonplace.web.sparql import graph_store
from commonplace.web.sparql import routes as sparql
from commonplace.web.sparql.endpoint import SparqlEndpoint, without_body
from commonplace.web.zotero import routes as zotero

DESCRIPTION = """A knowledge graph and bibliography of a literature: which works discuss a concept,
and on what evidence; who says so and how surely; what was read and is silent, and what nobody has
read yet. Every answer carries the version it was made from (`ETag`, `Commonplace-Version`) and can be
asked again from it (`at=`); nothing is cut without saying so (`complete`, `Commonplace-Complete`)."""

PAGES = (headings, works_pages, agents, cases, comparison_page, timeline_page, map_page, gaps_page, answered, at_desk)
"""Modules with the pages of addresses that the API has, too: a browser gets those first."""

ROUTED = (
    *PAGES,
    front,
    style,
    monitoring,
    people_lists,
    comparison,
    timeline,
    things,
    search,
    histories,
    changes,
    imports,
    jobs,
    receipts,
    export,
    sparql,
    graph_store,
    web_annotations,
    texts,
    decisions,
    authorities,
    citations_from_elsewhere,
    works,
    merges,
    deletions,
    edits,
    bulk,
    duplicates,
    suggestions,
    find,
    gaps,
    queues,
    solved_items,
    pins,
    prisma,
    links_map,
    identifiers,
    webhooks,
    reconcile,
    oai,
    zotero,
    change_feed,
    crawling,
    opensearch,
    unapi,
    assistants,
    desk,
)
"""Modules with a `router`, in the order in which an address is looked up."""

SENT = (
    *("Authorization", "Commonplace-Min-Version", "Commonplace-Piece", "Content-Type"),
    *("Content-Encoding", "If-Match", "If-None-Match", "Prefer"),
    *("If-Modified-Since-Version", "Zotero-API-Key", "Zotero-API-Version"),
    *("Mcp-Method", "Mcp-Name", "Mcp-Protocol-Version"),
)
EXPOSED = (
    "ETag",
    "Link",
    "Location",
    "Preference-Applied",
    "Commonplace-Version",
    "Commonplace-Complete",
    "Commonplace-Original",
    *("Last-Modified-Version", "Total-Results", "Zotero-API-Version"),
)


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
"""What starts the things that the routes work with, and stops them after the last answer."""


def create_app(*, context: Context, lifespan: Lifespan | None = None, in_worker: bool = False) -> Application:
    """Return the ASGI application: the routes, over what the context holds.

    The server calls `stopping.begin` when it is told to stop. An application `in_worker` answers what that of the
    server hands over to it.
    """
    app = Application(
        title="Commonplace",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load from elsewhere; `pages` serves ours
        redoc_url=None,
        generate_unique_id_function=operation_id,
    )
    app.state.context = context
    app.state.stopping = asyncio.Event()
    app.stopping = Stopping(app.state.stopping)
    sending = Sending(context.workers.limits.bytes)
    if not in_worker:
        app.state.assistants = app.assistants = assistants.Calls()
        app.state.kept_answers = KeptAnswers()
        app.state.worker_answers = WorkerAnswers(context, sending)
        app.state.metrics = app.metrics = Metrics(context)
    app.sparql = SparqlEndpoint(context, sending, app.routed)
    app.held = app.routed if in_worker else HeldAnswers(app.routed, context.library.log.head)
    problems.install(app)
    app.router.routes.extend(shared_routes())
    app.include_router(queries.router_of(context.queries))
    rendering.install(app)
    if in_worker:
        return app  # what is around the routes is there in the server
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=SENT,
        expose_headers=EXPOSED,
    )
    app.add_middleware(PiecesOfWork)
    app.add_middleware(AllowedMethods, routes=app.routes)
    app.add_middleware(UnreadBodies)
    app.add_middleware(SecurityHeaders)
    app.unpacked = PackedBodies(MinimumVersion(app.answered, context.library.reached), context.import_bytes)
    app.public = PublicAddress(app.served, context.address, first_words())
    return app


@cache
def shared_routes() -> list[BaseRoute]:
    """Return the routes of the modules, which all applications of a process share."""
    routes = [Routes(module.router) for module in ROUTED]
    return [TableRoutes(routes), *routes]


def completed_routes() -> Iterator[None]:
    """Make the routes of the modules whole, one at a time, before a request comes for them; yield after each."""
    for route in each_route(shared_routes()):
        if isinstance(route, LateRoute) and not route.is_whole:
            route.complete()
            yield


@cache
def first_words() -> frozenset[str]:
    """Return the words that addresses of this server begin with."""
    routers = (rendering.router, *(module.router for module in ROUTED))
    paths = {route.path for router in routers for route in each_route(router.routes) if isinstance(route, Route)}
    return frozenset(path.split("/")[1] for path in paths) | {"static", "queries", "openapi.json", "desk"}


class Application(FastAPI):
    """FastAPI, which SPARQL queries bypass: what it does for a request costs more than most queries."""

    sparql: SparqlEndpoint
    stopping: Stopping
    metrics: Metrics
    assistants: assistants.Calls
    held: ASGIApp
    unpacked: PackedBodies
    public: PublicAddress

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI description."""
        return describe(self, self.public.root)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        await self.public(scope, receive, send)

    async def served(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose address is known, until the server is told to stop, and count it."""
        if scope["type"] != "http":
            await self.routed(scope, receive, send)
            return
        with self.metrics.requests.counting(scope, send) as counted:
            await self.stopping.run(self.unpacked, scope, receive, counted.noting)

    async def answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request whose body is as it was before it was packed."""
        answers = self.sparql if scope["path"] == "/sparql" else self.held
        await answers(scope, receive, send)

    async def routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the routes and the middleware around them."""
        await super().__call__(scope, receive, send)


class HeadAsGet:
    """Answer HEAD on every route as GET, without the body (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            as_get = {**scope, "method": "GET"}
            await self._app(as_get, receive, without_body(send))
            scope["route"] = as_get.get("route")
        else:
            await self._app(scope, receive, send)
