"""A server whose graph is in an engine at an address answers as one that keeps it itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.command import commonplace
from tests.conftest import ROOT
from tests.derived.engines import free_port, oxigraph, served_by_oxigraph, virtuoso
from tests.web.sparql.test_served_workers import served

__all__ = ["oxigraph", "virtuoso"]

BASE = "http://library.example/"
ADDRESSES = [
    "/works?limit=50",
    "/works?discusses=professional-role",
    "/works/ostrom1996",
    "/works/ostrom1996/references",
    "/works.ttl?limit=5",
    "/concepts",
    "/concepts/professional-role",
    "/claims",
    "/people?limit=20",
    "/gaps",
    "/map",
    "/timeline",
    "/comparison",
    "/queues",
    "/search?q=professional",
    "/queries/most-cited",
    "/queries/works-discussing?concept=professional-role",
    "/works?at=1&limit=5",
    "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
]
UPDATE = """PREFIX dcterms: <http://purl.org/dc/terms/>
INSERT { ?work dcterms:subject "marked" } WHERE { ?work dcterms:title ?title } ;
DELETE { ?work dcterms:subject "marked" } WHERE { ?work dcterms:subject "marked" FILTER(CONTAINS(STR(?work), "o")) }"""


@contextmanager
def server(home: Path, graph: str) -> Iterator[tuple[httpx.Client, Mapping[str, str]]]:
    """A server with its graph in that place, and what its token opens."""
    home.mkdir(parents=True, exist_ok=True)
    with served(home, graph=graph, base_iri=BASE, query_workers="1") as (_, client):
        yield client, {"Authorization": f"Bearer {(home / 'token').read_text().strip()}"}


def answers(client: httpx.Client) -> dict[str, tuple[int, str]]:
    """The answers of the addresses as JSON, without the times of versions and their ids."""
    found: dict[str, tuple[int, str]] = {}
    for address in ADDRESSES:
        answer = client.get(address, headers={"Accept": "application/json, text/turtle;q=0.9"})
        text = re.sub(r'"at": ?"[^"]*"|urn:uuid:[0-9a-f-]*|"\d{4}-\d\d-\d\dT[^"]*"', "", answer.text)
        found[address] = answer.status_code, "\n".join(sorted(text.splitlines())) if ".ttl" in address else text
    return found


def worked(client: httpx.Client, token: Mapping[str, str]) -> list[object]:
    """What a librarian's work gives: an import, an edit, an update of several operations, two undone versions."""
    entry = "@article{new2026, title = {Caf\\'e culture}, author = {Doe, Jane}, year = 2026, doi = {10.1234/x.1}}"
    said = [
        client.post("/imports", content=entry, headers={**token, "Content-Type": "application/x-bibtex"}),
        client.patch("/works/new2026", json={"title": "Café society"}, headers=token),
        client.post("/sparql", content=UPDATE, headers={**token, "Content-Type": "application/sparql-update"}),
        client.post("/changes/4/undo", headers=token),
        client.post("/changes/2/undo", headers=token),
    ]
    counted = client.get("/changes").json()["items"]
    return [*((answer.status_code, answer.headers.get("commonplace-version")) for answer in said), len(counted)]


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["oxigraph", "virtuoso"])
def test_a_graph_in_an_engine_answers_as_one_in_memory(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str
) -> None:
    addresses = request.getfixturevalue(engine)
    with server(tmp_path / "memory", "memory") as (memory, key), server(tmp_path / "engine", addresses) as (other, its):
        assert answers(other) == answers(memory)
        assert worked(other, its) == worked(memory, key)
        assert answers(other) == answers(memory)
    checked = commonplace("verify", cwd=tmp_path, home=str(tmp_path / "engine"), graph=addresses, base_iri=BASE)
    assert checked.exit == 0, checked.text + checked.err


@pytest.mark.slow
def test_an_engine_that_is_gone_and_comes_back_empty_is_filled_from_the_log(tmp_path: Path) -> None:
    port, home = free_port(), tmp_path / "home"
    with served_by_oxigraph(port) as addresses, server(home, addresses) as (client, token):
        edited = client.patch("/works/ostrom1996", json={"title": "Before"}, headers=token)
        assert edited.status_code == 200, edited.text
        first = client.get("/works/ostrom1996").json()
    with served_by_oxigraph(port) as addresses, server(home, addresses) as (client, token):
        assert client.get("/works/ostrom1996").json() == first


@pytest.mark.slow
def test_while_the_engine_is_away_nothing_is_written_and_an_empty_one_is_filled_again(tmp_path: Path) -> None:
    port, home = free_port(), tmp_path / "home"
    with ExitStack() as stack:
        with served_by_oxigraph(port) as addresses:
            client, token = stack.enter_context(server(home, addresses))
            first = client.get("/works/ostrom1996").json()
            listed = client.get("/works", params={"limit": 5}).json()
        refused = client.get("/works/ostrom1996")
        assert refused.status_code == 503
        assert refused.json()["type"].endswith("/docs/problems/graph-unreachable")
        assert int(refused.headers["retry-after"]) > 0
        assert client.patch("/works/ostrom1996", json={"title": "x"}, headers=token).status_code == 503
        health = client.get("/healthz").json()
        assert (health["status"], health["problems"][0]["what"]) == ("degraded", "the graph in the engine")
        with served_by_oxigraph(port):  # which has lost what it held
            answers = [client.get("/works/ostrom1996") for _ in range(3)]
            assert [answer.status_code for answer in answers[1:]] == [200, 200]
            assert answers[0].status_code in (200, 503), "never an empty library"
            assert answers[-1].json() == first
            assert client.get("/works", params={"limit": 5}).json() == listed
            assert client.patch("/works/ostrom1996", json={"title": "x"}, headers=token).status_code == 200
            assert client.get("/healthz").json()["status"] == "ok"


@pytest.mark.slow
def test_what_an_engine_has_lost_is_found_by_verify_and_made_anew_by_rebuild(oxigraph: str, tmp_path: Path) -> None:
    settings = {"home": str(tmp_path / "home"), "graph": oxigraph, "base_iri": f"{BASE}rebuilt/"}
    assert commonplace("import", ROOT / "data" / "works.bib", cwd=tmp_path, **settings).exit == 0
    lost = f"DELETE {{ GRAPH ?g {{ <{BASE}rebuilt/id/work/ostrom1996> ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    httpx.post(oxigraph.split()[1], data={"update": lost}).raise_for_status()

    found = commonplace("verify", cwd=tmp_path, **settings)
    assert (found.exit, "the graph lacks" in found.text) == (1, True)
    assert commonplace("rebuild", cwd=tmp_path, **settings).exit == 0
    again = commonplace("verify", cwd=tmp_path, **settings)
    assert again.exit == 0, again.text
