"""The JSON of every thing, read with `/context.jsonld` by a JSON-LD processor of another house, says what is so."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pyld import jsonld
from rdflib import Graph, Literal

THINGS = ("works", "people", "organizations", "venues", "concepts", "claims", "cases")


@pytest.fixture(scope="module")
def context(client: httpx.Client) -> Any:
    return client.get("/context.jsonld").json()["@context"]


@pytest.fixture(scope="module")
def graph(client: httpx.Client) -> set[tuple[str, ...]]:
    """Everything the library says, languages left out."""
    return plain(Graph().parse(data=client.get("/export?format=turtle").text, format="turtle"))


def plain(graph: Graph) -> set[tuple[str, ...]]:
    return {tuple(str(Literal(term) if isinstance(term, Literal) else term) for term in triple) for triple in graph}


@pytest.mark.parametrize("plural", THINGS)
def test_what_json_says_is_in_the_graph(
    client: httpx.Client, context: Any, graph: set[tuple[str, ...]], plural: str
) -> None:
    for brief in client.get(f"/{plural}", params={"limit": 5}).json()["items"]:
        thing = client.get(f"/{plural}/{brief['key']}").json()
        text = jsonld.to_rdf({"@context": context, **thing}, {"format": "application/n-quads"})
        said = plain(Graph().parse(data=text, format="nt"))
        assert said, f"{plural}/{brief['key']} says nothing as JSON-LD"
        assert said <= graph, json.dumps(sorted(said - graph), indent=1)
        about = {triple for triple in said if triple[0] == thing["iri"]}
        assert about, f"{plural}/{brief['key']} says nothing of itself"
