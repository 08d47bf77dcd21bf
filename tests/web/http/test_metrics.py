"""An operator sees in `/metrics` what the server does; what a client writes is never a label there."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from commonplace.home.opening import Home, open_home
from commonplace.web.http.connection import HEAD_BYTES
from tests.conftest import serving, settings_for
from tests.web.sparql.limited_server import COUNT, CROSS, served, wait_until

WORKS = "\n".join(
    f"@book{{own{n}, author = {{Larsen, Ida}}, title = {{{title}}}, year = {{2001}}}}"
    for n, title in enumerate(("Tides", "Of harbours and their masters", "Winter in the archive"))
)


class Numbers:
    """All numbers of a server at one moment."""

    def __init__(self, client: httpx.Client) -> None:
        response = client.get("/metrics")
        assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
        self.samples = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
        }

    def of(self, name: str, **labels: str) -> float:
        """Return one number; 0 where it has not been counted yet."""
        return self.samples.get((f"commonplace_{name}", frozenset(labels.items())), 0.0)

    def labels(self, label: str) -> set[str]:
        """Return the values that a label has anywhere."""
        return {value for _, pairs in self.samples for name, value in pairs if name == label}


@pytest.fixture
def counting(opened: Home) -> Iterator[httpx.Client]:
    with serving(opened) as client:
        yield client


def test_requests_are_counted_by_route_and_status(counting: httpx.Client) -> None:
    for key in ("ostrom1996", "brudney1983", "nobody1900"):
        counting.get(f"/works/{key}")
    counting.head("/works/ostrom1996")
    counting.post("/imports", content=WORKS)
    counting.get("/works?limit=none")
    for _ in range(3):
        assert counting.get("/sparql", params={"query": COUNT}).status_code == 200
    numbers = Numbers(counting)
    work = "/works/{key}"
    assert work in numbers.labels("route")
    assert numbers.of("requests_total", method="GET", route=work, status="200") == 2
    assert numbers.of("requests_total", method="GET", route=work, status="404") == 1
    assert numbers.of("requests_total", method="HEAD", route=work, status="200") == 1
    assert numbers.of("requests_total", method="POST", route="/imports", status="401") == 1
    assert numbers.of("requests_total", method="GET", route="/works", status="400") == 1
    assert numbers.of("requests_total", method="GET", route="/sparql", status="200") == 3
    assert numbers.of("request_seconds_count", route=work) == 4
    assert numbers.of("request_seconds_bucket", route=work, le="+Inf") == 4
    assert 0 < numbers.of("request_seconds_sum", route=work) < 60
    assert numbers.of("requests_running") == 1  # this one


def test_no_label_comes_from_a_client(counting: httpx.Client) -> None:
    mark = "attackerwrote"
    before = Numbers(counting)
    for number in range(20):
        counting.get(f"/{mark}/{number}")
        counting.get(f"/works/{mark}{number}", headers={"X-Request-Id": f"{mark}{number}"})
        counting.get(f"/works?{mark}{number}=1")
        counting.get("/search", params={"q": f"{mark}{number}"}, headers={"Authorization": f"Bearer {mark}{number}"})
        counting.request("PROPFIND", f"/static/{mark}{number}")
        counting.get(f"/graph-store/{mark}{number}")
    after = Numbers(counting)
    assert not any(mark in value for _, pairs in after.samples for _, value in pairs)
    assert len(after.samples) < len(before.samples) + 150
    assert after.of("requests_total", method="GET", route="other", status="404") == 20
    assert sum(value for (name, pairs), value in after.samples.items() if ("method", "other") in pairs) == 20
    assert after.labels("method") <= {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}


def test_imports_and_the_library_are_counted(counting: httpx.Client, home: Path) -> None:
    token = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}", "Prefer": "wait=30"}
    before = Numbers(counting)
    made = counting.post("/imports", content=WORKS, headers=token)
    assert made.status_code == 201, made.text
    assert counting.post("/imports?dry_run=true", content=WORKS, headers=token).status_code == 200
    assert counting.post("/imports", content="<not-a-format/>", headers=token).status_code == 400
    numbers = Numbers(counting)
    assert numbers.of("imports_ended_total", state="done") == 2
    assert numbers.of("imports_ended_total", state="failed") == 1
    assert numbers.of("imports_ended_total", state="cancelled") == 0
    assert numbers.of("entries_total", fate="new") == made.json()["fates"]["new"] == 3
    assert numbers.of("imports", state="running") == numbers.of("imports", state="queued") == 0
    assert numbers.of("version") == 2
    texts = [counting.get(f"/changes/{n}", headers={"Accept": "application/rdf-patch"}).content for n in (1, 2)]
    assert numbers.of("log_bytes") == sum(map(len, texts))
    change = counting.get("/changes/2").json()
    assert numbers.of("quads") == before.of("quads") + change["added"] - change["removed"] > 1000
    assert numbers.of("memory_bytes", process="server") > 10_000_000
    assert numbers.of("degraded") == 0
    assert numbers.of("threads_busy", task="writes") == 0


def test_workers_that_are_ended_and_requests_that_are_refused_are_counted(home: Path) -> None:
    with served(home, seconds=0.5, workers=1) as server:
        assert server.ask(CROSS).status_code == 504
        nested = "SELECT * { " + "{ " * 20_000 + "} " * 20_000 + "}"
        assert server.client.post("/sparql", data={"query": nested}).status_code == 400
        numbers = Numbers(server.client)
        assert numbers.of("workers_ended_total", why="time") == 1
        assert numbers.of("workers_ended_total", why="memory") == 0
        assert numbers.of("requests_total", method="GET", route="/sparql", status="504") == 1
        assert numbers.of("queue_refused_total", queue="queries") == 0
        assert numbers.of("queue_waiting", queue="past") == 0
        wait_until(lambda: Numbers(server.client).of("workers", state="idle") >= 1)
        assert Numbers(server.client).of("memory_bytes", process="others") > 10_000_000


def test_connections_that_are_refused_are_counted(counting: httpx.Client) -> None:
    before = Numbers(counting)
    address = (counting.base_url.host, counting.base_url.port or 80)
    with socket.create_connection(address, timeout=30) as made:
        made.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * (HEAD_BYTES + 1000))
        assert made.recv(100).startswith(b"HTTP/1.1 431 ")
    after, name = Numbers(counting), "connections_refused_total"
    assert after.of(name, status="431") == before.of(name, status="431") + 1
    assert after.of("connections") >= 1


def test_a_client_that_left_is_counted_as_such(home: Path) -> None:
    with serving(open_home(settings_for(home))) as client:
        query = str(httpx.QueryParams({"query": CROSS}))
        with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=30) as made:
            made.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: {client.base_url.host}\r\n\r\n".encode())
            wait_until(lambda: Numbers(client).of("workers", state="busy") == 1)
        wait_until(lambda: Numbers(client).of("requests_total", method="GET", route="/sparql", status="499") == 1)
        assert Numbers(client).of("workers_ended_total", why="abandoned") == 1
