"""The application: every route, one way of failing, and what every answer carries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from commonplace import __version__
from commonplace.commit import Committer
from commonplace.derived.graph.snapshot import Update
from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.pool import Readers
from commonplace.exchange.jobs import ImportJobs
from commonplace.exchange.updates import Updates
from commonplace.home.tokens import Tokens
from commonplace.importers.doi.fetching import DoiFetcher
from commonplace.library import Library
from commonplace.library.lists import Lists
from commonplace.library.named_queries import NamedQuery
from commonplace.library.self_description import SelfDescription
from commonplace.library.totals import kept_size, kept_totals
from commonplace.model.change import ChangeSet, Version
from commonplace.web.api import changes, duplicates, export, identifiers, imports, jobs, queries, search, things, works
from commonplace.web.context import Context
from commonplace.web.http import problems
from commonplace.web.http.unread_body import UnreadBodies
from commonplace.web.pages import front, rendering
from commonplace.web.sparql import graph_store
from commonplace.web.sparql import routes as sparql
from commonplace.web.sparql.endpoint import SparqlEndpoint, without_body

DESCRIPTION = """A knowledge graph and bibliography of a literature: which works discuss a concept,
and on what evidence; who says so and how surely; what was read and is silent, and what nobody has
read yet. Every answer carries the version it was made from (`ETag`, `Commonplace-Version`) and can be
asked again from it (`at=`); nothing is cut without saying so (`complete`, `Commonplace-Complete`)."""

CACHE_BYTES = 100_000_000
"""Bytes of SPARQL answers kept, where nothing else is said."""

SENT = ("Authorization", "Content-Type", "Content-Encoding", "If-Match", "If-None-Match", "Prefer")
EXPOSED = (
    "ETag",
    "Link",
    "Location",
    "Preference-Applied",
    "Commonplace-Version",
    "Commonplace-Complete",
    "Commonplace-Original",
)


def create_app(
    library: Library,
    committer: Committer,
    named: Mapping[str, NamedQuery],
    ontology: Path,
    *,
    tokens: Tokens,
    import_bytes: int,
    fetcher: Callable[[], DoiFetcher],
    described: bool = True,
    readers: Readers | None = None,
    cache_bytes: int = CACHE_BYTES,
) -> FastAPI:
    """The ASGI application over one library.

    `import_bytes` bounds the files it takes, `fetcher` fetches by DOI; `readers` answer SPARQL, and are closed
    with the application; `cache_bytes` bounds the answers kept. The server sets `state.stopping` when it is told
    to stop, and answers without an end of their own then end.

    Where it is not to be `described`, queries find no named graphs but those that were written.
    """
    readers = readers or Readers(library.reader_views(), QueryLimits())
    running = ImportJobs(library, committer, fetcher)

    def worked_out(update: Update) -> tuple[ChangeSet, Version]:
        return readers.wait_for(readers.work_out(update, library.newest()))

    def written_apart(directory: Path) -> Version:
        return readers.wait_for(readers.write_search(directory, library.newest()))

    def written_from_log(directory: Path, version: Version) -> None:
        readers.wait_for(readers.write_search_of_change(directory, version))

    library.searching.write_parts = written_apart
    library.searching.write_change = written_from_log
    library.hand_over = readers.hand_over

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        readers.start()
        searching = asyncio.create_task(run_in_threadpool(library.searching.prepare, library.newest()))
        yield
        searching.cancel()
        readers.close()
        await run_in_threadpool(running.close)
        await run_in_threadpool(library.searching.close)

    app = Application(
        title="Commonplace",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own pages load from elsewhere; `pages` serves ours
        redoc_url=None,
    )
    app.state.stopping = asyncio.Event()
    app.state.similar = duplicates.FoundSimilar()
    description = SelfDescription(library.log, library.minter, named.values(), in_graphs=described)
    app.state.context = Context(
        library,
        committer,
        named,
        ontology,
        tokens,
        running,
        description,
        Lists(library.log),
        kept_totals(library.log, library.minter),
        kept_size(library.log),
        import_bytes,
        Updates(library, committer, worked_out),
        readers,
    )
    app.sparql = SparqlEndpoint(app.state.context, cache_bytes, app.routed)
    problems.install(app)
    routers = (
        front,
        things,
        search,
        changes,
        imports,
        jobs,
        export,
        sparql,
        graph_store,
        works,
        duplicates,
        identifiers,
    )
    for module in routers:
        app.include_router(module.router)
    app.include_router(queries.router_of(named))
    rendering.install(app)
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=SENT,
        expose_headers=EXPOSED,
    )
    app.add_middleware(UnreadBodies)
    return app


class Application(FastAPI):
    """FastAPI, with SPARQL queries taken before it does anything for them."""

    sparql: SparqlEndpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/sparql":
            scope["app"] = self
            await self.sparql(scope, receive, send)
        else:
            await self.routed(scope, receive, send)

    async def routed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The routes and what is around them."""
        await super().__call__(scope, receive, send)


class HeadAsGet:
    """HEAD is GET without its body (RFC 9110, 9.3.2), on every route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self._app({**scope, "method": "GET"}, receive, without_body(send))
        else:
            await self._app(scope, receive, send)
