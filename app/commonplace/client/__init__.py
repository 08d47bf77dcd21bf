"""Read and write a library from Python, over HTTP: `from commonplace import Client`, or `AsyncClient`."""

from commonplace.client.answering import Answer, Listing
from commonplace.client.asynchronous import AsyncClient, AsyncListing
from commonplace.client.client import Client
from commonplace.client.errors import (
    Conflict,
    Forbidden,
    Gone,
    Incomplete,
    LibraryError,
    NotFound,
    Problem,
    RulesBroken,
    Unavailable,
    Unreachable,
)

__all__ = [
    "Answer",
    "AsyncClient",
    "AsyncListing",
    "Client",
    "Conflict",
    "Forbidden",
    "Gone",
    "Incomplete",
    "LibraryError",
    "Listing",
    "NotFound",
    "Problem",
    "RulesBroken",
    "Unavailable",
    "Unreachable",
]
