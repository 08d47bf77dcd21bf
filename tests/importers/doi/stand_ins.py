"""Answers that the stand-in for agencies gives, and clients that ask it without waiting."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from commonplace.importers.doi.client import AgencyClient, Patience
from commonplace.importers.doi.rate_limit import RateLimiter
from tests.importers.doi.agency_server import Agencies, Trouble


def answers(document: Any) -> Trouble:
    """A document in JSON, as a service that is well answers."""
    return Trouble(200, json.dumps(document).encode(), {"Content-Type": "application/json"})


def client_of(agencies: Agencies) -> Callable[[], AgencyClient]:
    """What makes a client by the stand-in's clock."""
    limiter = RateLimiter(agencies.time.clock())
    return lambda: AgencyClient("librarian@example.org", None, limiter, Patience(attempts=2))
