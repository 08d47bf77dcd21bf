"""A server over an empty home for the W3C suites: one for each process that runs tests, emptied between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import httpx
import pytest
from pyoxigraph import RdfFormat, Triple, serialize

from commonplace.commit import Committer
from commonplace.home.opening import Home, open_home
from tests.conftest import serving, settings_for


@dataclass
class Endpoint:
    """The server under test, as a client that may write; it knows which graphs it has filled."""

    client: httpx.Client
    filled: set[str | None] = field(default_factory=set)

    def fill(self, default: Sequence[Triple], named: Mapping[str, Sequence[Triple]]) -> None:
        """Make those the whole dataset."""
        if self.filled:
            self.client.post("/sparql", data={"update": "DROP ALL"}).raise_for_status()
        self.filled = set(named) | ({None} if default else set())
        graphs: list[tuple[str | None, Sequence[Triple]]] = [(None, default), *named.items()]
        for graph, triples in graphs:
            if triples:
                body = serialize(triples, format=RdfFormat.N_TRIPLES)
                address = {"default": ""} if graph is None else {"graph": graph}
                headers = {"Content-Type": "application/n-triples"}
                response = self.client.put("/graph-store", params=address, content=body, headers=headers)
                assert response.is_success, response.text

    def query(self, text: str, accept: str) -> httpx.Response:
        headers = {"Content-Type": "application/sparql-query", "Accept": accept}
        return self.client.post("/sparql", content=text.encode(), headers=headers)

    def update(self, text: str) -> httpx.Response:
        self.filled.add("whatever the update made")
        return self.client.post("/sparql", content=text.encode(), headers={"Content-Type": "application/sparql-update"})


@contextmanager
def endpoint_of(home: Home) -> Iterator[Endpoint]:
    """A server over a home, and a curator's token with every request; its only graphs are those the tests write."""
    with serving(home, described=False) as client:
        client.headers["Authorization"] = f"Bearer {home.minted}"
        yield Endpoint(client)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A server that has what it is given and nothing else.

    Without our shapes, which the data of the evaluation suites break (organizations without names), and without
    the graphs in which a library describes itself, which their results do not list.
    """
    folder = tmp_path_factory.mktemp("w3c")
    home = open_home(settings_for(folder / "home", reference_set="none"))
    shapes = folder / "shapes.ttl"
    shapes.write_text("")
    graph = home.library.graph
    graph.read_described = lambda describe, run: graph.read(run)  # type: ignore[method-assign]
    with endpoint_of(replace(home, committer=Committer(home.library, shapes))) as served:
        yield served


@pytest.fixture(scope="session")
def real_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A server as it is, shapes and all, over an empty home: the protocol suites hold there too."""
    with endpoint_of(open_home(settings_for(tmp_path_factory.mktemp("w3c") / "home", reference_set="none"))) as served:
        yield served
