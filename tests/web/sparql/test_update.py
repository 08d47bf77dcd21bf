"""SPARQL Update over HTTP: who may, what a request makes, how it is undone, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.snapshot import Update
from commonplace.errors import ShapeViolation
from commonplace.exchange.updates import Updates
from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from commonplace.model.change import ChangeSet, Version
from tests.conftest import BASE, serving, settings_for
from tests.web.sparql.test_protocol import COUNT, number, refused

UPDATE = "application/sparql-update"
NOTE = "INSERT DATA { <http://example.org/note> <http://example.org/says> 'see again' }"
ASK_NOTE = "ASK { <http://example.org/note> ?p ?o }"


@pytest.fixture
def curator(opened: Home) -> Iterator[httpx.Client]:
    """A client with a curator's token, on a home of its own with the reference set."""
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('editor', Role.CURATOR)}"
        yield client


def update(client: httpx.Client, text: str, **more: str) -> httpx.Response:
    headers = {"Content-Type": UPDATE, **more}
    return client.post("/sparql", content=text.encode(), headers=headers)


def holds(client: httpx.Client, ask: str, **more: str) -> bool:
    return bool(client.get("/sparql", params={"query": ask, **more}).json()["boolean"])


def test_an_update_is_one_version_with_agent_and_message_and_can_be_undone(curator: httpx.Client) -> None:
    text = f"{NOTE} ; DELETE WHERE {{ <id/work/ostrom1996> <http://purl.org/dc/terms/abstract> ?a }}"
    response = curator.post("/sparql", data={"update": text, "message": "a note to myself"})
    assert response.status_code == 200, response.text
    assert response.headers["location"] == "/changes/2"
    assert response.headers["etag"] == '"2;json"'
    assert response.headers["commonplace-version"] == "2"
    change = curator.get("/changes/2").json()
    assert response.json() == change
    assert (change["agent"], change["kind"], change["message"]) == ("editor", "update", "a note to myself")
    assert change["added"] == 1
    assert holds(curator, ASK_NOTE)
    assert not holds(curator, ASK_NOTE, at="1")
    assert curator.post("/changes/2/undo").status_code == 201
    assert not holds(curator, ASK_NOTE)


def test_an_update_that_changes_nothing_makes_no_version(curator: httpx.Client) -> None:
    for text in ("", "CLEAR GRAPH <http://example.org/nothing>", f"{NOTE} ; DELETE {NOTE[7:]}", "CREATE GRAPH <g>"):
        response = update(curator, text)
        assert response.status_code == 204, response.text
        assert response.headers["commonplace-version"] == "1"
        assert "location" not in response.headers
    assert curator.get("/changes").json()["total"] == 1


def test_if_match_is_honoured(curator: httpx.Client) -> None:
    assert update(curator, NOTE, **{"If-Match": '"1;srj"'}).status_code == 200
    refused(update(curator, "CLEAR DEFAULT", **{"If-Match": '"1;srj"'}), 412)
    assert update(curator, "CLEAR GRAPH <g>", **{"If-Match": '"2"'}).status_code == 204


def test_only_a_curator_may_update_and_the_token_is_read_first(opened: Home) -> None:
    contributor = opened.tokens.add("reader", Role.CONTRIBUTOR)
    with serving(opened) as client:
        response = update(client, "no update at all")
        refused(response, 401)
        assert response.headers["www-authenticate"].startswith("Bearer")
        refused(update(client, NOTE, Authorization="Bearer cpl_no"), 401)
        refused(update(client, NOTE, Authorization="Basic eDp5"), 401)
        refused(update(client, NOTE, Authorization=f"Bearer {contributor}"), 403)
        assert not holds(client, ASK_NOTE)


def test_the_shapes_hold_and_nothing_is_written(curator: httpx.Client) -> None:
    before = number(curator.get("/sparql", params={"query": COUNT}))
    concept = "a <http://www.w3.org/2004/02/skos/core#Concept>"
    assert "/id/concept/new" in refused(update(curator, f"INSERT DATA {{ <id/concept/new> {concept} }}"), 422)
    assert number(curator.get("/sparql", params={"query": COUNT})) == before


def test_the_shapes_hold_for_a_large_change(opened: Home) -> None:
    things = " ".join(f"<id/concept/new-{number}>" for number in range(2_100))
    text = f"INSERT {{ ?new a <http://www.w3.org/2004/02/skos/core#Concept> }} WHERE {{ VALUES ?new {{ {things} }} }}"
    with pytest.raises(ShapeViolation, match="100 nodes or more"):
        Updates(opened.library, opened.committer).update(Update(text), "editor")
    assert opened.library.log.head() == 1


def test_an_update_that_others_overtook_is_worked_out_again_without_a_past_state(opened: Home) -> None:
    library, seen = opened.library, list[Version]()

    def overtaken(update: Update) -> tuple[ChangeSet, Version]:
        found = library.graph_at().read_undescribed(lambda snapshot: (snapshot.changes_of(update), snapshot.version))
        seen.append(found[1])
        if len(seen) == 1:
            other = "INSERT DATA { <http://example.org/other> <http://example.org/says> 'I was first' }"
            assert Updates(library, opened.committer).update(Update(other), "another")
        return found

    made_for: list[Version] = []
    fill = library.checkpoints.fill

    def noting(graph: Graph, at: Version) -> None:
        made_for.append(at)
        fill(graph, at)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(library.checkpoints, "fill", noting)
        made = Updates(library, opened.committer, overtaken).update(Update(NOTE), "editor")

    assert made is not None
    assert (made.version, seen, made_for) == (3, [1, 2], [])


def test_the_librarys_own_graphs_are_not_written(curator: httpx.Client) -> None:
    ontology = f"<{BASE}graph/ontology>"
    for text in (
        f"CLEAR GRAPH {ontology}",
        f"INSERT DATA {{ GRAPH {ontology} {{ <a> <b> <c> }} }}",
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }",
        f"COPY DEFAULT TO {ontology}",
        "INSERT DATA { GRAPH <graph/mine> { <a> <b> <c> } }",
    ):
        assert "only the program writes it" in refused(update(curator, text), 403)
    count = {"query": COUNT, "default-graph-uri": f"{BASE}graph/ontology"}
    before = number(curator.get("/sparql", params=count))
    assert update(curator, "DROP ALL").status_code == 200
    assert number(curator.get("/sparql", params=count)) == before > 0
    assert number(curator.get("/sparql", params={"query": COUNT})) == 0


def test_the_dataset_of_an_update(curator: httpx.Client) -> None:
    g = "http://example.org/g"
    made = update(curator, f"INSERT DATA {{ GRAPH <{g}> {{ <http://example.org/x> a <http://example.org/T> }} }}")
    assert made.status_code == 200
    text = "INSERT { ?s <http://example.org/seen> true } WHERE { ?s a ?t }"
    response = curator.post("/sparql", content=text, headers={"Content-Type": UPDATE}, params={"using-graph-uri": g})
    assert response.json()["added"] == 1
    clash = f"WITH <{g}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}"
    response = curator.post("/sparql", data={"update": clash, "using-named-graph-uri": g})
    assert "names a dataset" in refused(response)


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <{0}>",
        "LOAD SILENT <{0}>",
        "load<{0}> INTO GRAPH <g>",
        "CLEAR DEFAULT ; LOAD <{0}>",
        "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE SILENT <{0}> {{ ?s ?p ?o }} }}",
        "DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER NOT EXISTS {{ service <{0}> {{ ?s ?p ?o }} }} }}",
    ],
)
def test_an_update_reaches_nowhere(curator: httpx.Client, trap: tuple[str, list[object]], text: str) -> None:
    address, knocks = trap
    assert "does not reach out" in refused(update(curator, text.format(address)))
    using = {"update": "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", "using-graph-uri": address}
    assert curator.post("/sparql", data=using).status_code == 204
    assert knocks == []


def test_a_fault_names_its_place_and_nothing_of_the_request_is_done(curator: httpx.Client) -> None:
    assert "line 2, column" in refused(update(curator, f"{NOTE} ;\nINSERT DATA {{ <a> <b> }}"))
    assert "http://example.org/nothing" in refused(
        update(curator, f"{NOTE} ; COPY <http://example.org/nothing> TO <g>")
    )
    assert "RDF 1.2" in refused(update(curator, "INSERT DATA { <a:a> <a:b> <<( <a:a> <a:b> 1 )>> }"))
    assert not holds(curator, ASK_NOTE)


def test_blank_nodes_stay_blank_through_undo_and_rebuilding(home_of_blank_nodes: Home) -> None:
    library = home_of_blank_nodes.library
    before = {str(quad) for quad in library.read(lambda snapshot: list(snapshot.quads()))}
    assert any("_:" in quad for quad in before)
    library.checkpoints.write(library.graph)
    again = open_home(settings_for(library.checkpoints._directory.parent.parent, reference_set="none"))
    assert {str(quad) for quad in again.library.read(lambda snapshot: list(snapshot.quads()))} == before
    again.library.checkpoints.clear()
    rebuilt = open_home(settings_for(library.checkpoints._directory.parent.parent, reference_set="none"))
    assert {str(quad) for quad in rebuilt.library.read(lambda snapshot: list(snapshot.quads()))} == before
    rebuilt.committer.undo(rebuilt.library.log.head(), "editor")
    assert rebuilt.library.read(lambda snapshot: snapshot.size) == 0


@pytest.fixture
def home_of_blank_nodes(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose one version an update with blank nodes made."""
    home = open_home(settings_for(tmp_path_factory.mktemp("blank") / "home", reference_set="none"))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.minted}"
        text = (
            "INSERT DATA { [] a <http://example.org/T> ; <p> [ a <http://example.org/T> ; <q> ( 1 2 ) ] . <s> <p> _:x }"
        )
        assert update(client, text).status_code == 200
        assert holds(client, "ASK { ?s <p> ?b . ?b <q> ?list FILTER(isBlank(?s) && isBlank(?list)) }")
    return home
