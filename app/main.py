"""Puts the program together. Nobody imports this; a server does: `uvicorn --factory app.main:create`."""

from __future__ import annotations

import sys

from fastapi import FastAPI

from app.doi_imports import fetcher_of
from app.home import first_token_text, open_home
from app.queries import load_queries
from app.settings import QUERIES, SHIPPED_ONTOLOGY, Settings
from app.web.app import create_app


def create() -> FastAPI:
    """The application over the home that the settings name. Raises `CommonplaceError` when it cannot be opened."""
    settings = Settings()
    home = open_home(settings)
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
    )
