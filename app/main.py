"""Puts the program together. Nobody imports this; a server does: `uvicorn --factory app.main:create`."""

from __future__ import annotations

from fastapi import FastAPI

from app.home import open_home
from app.queries import load_queries
from app.settings import QUERIES, SHIPPED_ONTOLOGY, Settings
from app.web.app import create_app


def create() -> FastAPI:
    """The application over the home that the settings name. Raises `CommonplaceError` when it cannot be opened."""
    home = open_home(Settings())
    return create_app(home.library, home.committer, load_queries(QUERIES), SHIPPED_ONTOLOGY)
