"""A question whose answer cannot be made says so with its status: it is never a part of an answer with status 200."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.sparql.limited_server import Served, problem, served

EVERYTHING = "SELECT * WHERE { ?s ?p ?o . ?s ?q ?x } LIMIT 30000"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
ROOM = 300_000


@pytest.fixture
def full(home: Path) -> Iterator[Served]:
    """A server in whose folder of temporary files is no room for more than `ROOM` bytes."""
    with served(home) as it:
        assert it.ask("ASK {}").status_code == 200
        before = {one: resource.prlimit(one, resource.RLIMIT_FSIZE) for one in it.workers.processes()}
        for process, (_, most) in before.items():
            resource.prlimit(process, resource.RLIMIT_FSIZE, (ROOM, most))
        yield it


@pytest.mark.parametrize("packed", ["identity", "gzip"])
def test_an_answer_that_finds_no_room_is_507(full: Served, packed: str) -> None:
    asked = [
        (EVERYTHING, "application/sparql-results+json"),
        (EVERYTHING, "application/sparql-results+xml"),
        (EVERYTHING, "text/csv"),
        (EVERYTHING, "text/tab-separated-values"),
        (GRAPH, "application/n-triples"),
    ]
    for query, form in asked:
        refused = full.ask(query, Accept=form, **{"Accept-Encoding": packed})
        assert "emporary files could not be written" in problem(refused, 507, "no-room"), form
    assert full.ask("ASK {}").json()["boolean"] is True
    assert problem(full.client.get("/graph-store?default", headers={"Accept": "application/n-triples"}), 507, "no-room")


def test_who_asks_while_the_server_stops_is_told_to_come_again(home: Path) -> None:
    with served(home) as it:
        assert it.ask("ASK {}").status_code == 200

        async def close() -> None:
            it.workers.close()

        it.workers.wait_for(close())
        token = {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}
        version = it.client.get("/healthz").json()["version"]
        for answer in (
            it.ask("ASK { ?s ?p ?o }"),
            it.client.post("/sparql", data={"update": "INSERT DATA { <urn:a> <urn:b> <urn:c> }"}, headers=token),
        ):
            assert "ask again" in problem(answer, 503, "stopping")
            assert int(answer.headers["Retry-After"]) > 0
        assert it.client.get("/healthz").json()["version"] == version
