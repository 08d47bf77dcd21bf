"""Puts the program together. Nobody imports this; a server does: `uvicorn --factory commonplace.main:create`."""

from __future__ import annotations

import sys

from fastapi import FastAPI

from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.pool import Readers
from commonplace.derived.workers.zygote import forked, may_fork
from commonplace.exchange.by_doi import fetcher_of
from commonplace.home.opening import first_token_text, open_home
from commonplace.library import Library
from commonplace.library.named_queries import load_queries
from commonplace.settings import QUERIES, SHIPPED_ONTOLOGY, Settings
from commonplace.web.app import create_app


def create() -> FastAPI:
    """The application over the home that the settings name. Raises `CommonplaceError` when it cannot be opened."""
    settings = Settings()
    home = open_home(settings)
    readers = _readers(home.library, settings)
    if home.minted:
        sys.stderr.write(first_token_text(home.minted, settings))
    return create_app(
        home.library,
        home.committer,
        load_queries(QUERIES),
        SHIPPED_ONTOLOGY,
        tokens=home.tokens,
        import_bytes=settings.import_bytes,
        fetcher=lambda: fetcher_of(settings),
        readers=readers,
        cache_bytes=settings.cache_bytes,
    )


def _readers(library: Library, settings: Settings) -> Readers:
    """The readers, forked from this process where it can be: while it has one thread, and its graph in memory."""
    limits = QueryLimits(
        seconds=settings.query_seconds,
        rows=settings.query_rows,
        bytes=settings.query_bytes,
        memory=settings.query_memory,
        workers=settings.query_workers,
    )
    views = library.reader_views()
    template = forked(views) if settings.graph == "memory" and may_fork() else None
    return Readers(views, limits, template)
