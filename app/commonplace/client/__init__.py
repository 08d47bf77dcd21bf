"""Read and write a library from Python, over HTTP: `from commonplace import Client`."""

from commonplace.client.answering import Answer, Listing
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
