"""A server of its own whose queries have limits, its client and its workers; and how their processes are watched."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from commonplace.derived.workers.limits import QueryLimits
from commonplace.derived.workers.pool import WorkerPool
from commonplace.home.opening import Home, open_home
from commonplace.settings import QUERIES
from tests.conftest import serving, settings_for

COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"


CROSS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


SECONDS = 1.5


@dataclass
class Served:
    """A server of its own, its client and its workers."""

    home: Home
    client: httpx.Client
    workers: WorkerPool

    def ask(self, query: str, **headers: str) -> httpx.Response:
        return self.client.get("/sparql", params={"query": query}, headers={**HEADERS, **headers})


HEADERS = {"Accept-Encoding": "identity"}


@contextmanager
def served(directory: Path, cache_bytes: int = 0, queries: Path = QUERIES, **limits: float) -> Iterator[Served]:
    """A server over that home with those limits."""
    home = open_home(settings_for(directory))
    workers = WorkerPool(home.library.worker_views(), QueryLimits(**limits))  # type: ignore[arg-type]
    asked = {"cache_bytes": cache_bytes, "queries": queries, "trusted_proxies": "127.0.0.1"}
    with serving(home, workers=workers, **asked) as client:
        yield Served(home, client, workers)


def problem(response: httpx.Response, status: int, slug: str) -> str:
    assert response.status_code == status, response.text[:500]
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"].endswith(f"/docs/problems/{slug}")
    return str(response.json()["detail"])


def running(process: int) -> bool:
    """Whether there is such a process, and it is no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second, when it ends while it is read
        return False


def wait_until(true: object, seconds: float = 20) -> None:
    """Wait for a condition that another process brings about; fails after that long."""
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        threading.Event().wait(0.01)


def busy(process: int) -> bool:
    """Whether a process is computing."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "R"
    except FileNotFoundError:
        return False
