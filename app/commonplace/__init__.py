"""Commonplace: a knowledge graph and bibliography of a literature, as a service."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from commonplace.client import AsyncClient as AsyncClient
    from commonplace.client import Client as Client

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Return a Python client, which is imported when it is first asked for."""
    if name in ("Client", "AsyncClient"):
        return getattr(import_module("commonplace.client"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
