"""DELETE of single things: what goes along, what keeps it from going, and what is there afterwards."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from commonplace.curation.shacl.validation import read_shapes, violations
from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.settings import SHIPPED_ONTOLOGY
from commonplace.web.api.curating import deletions
from tests.conftest import BASE, serving

WORK = "/works/ostrom1996"
EVIDENCE = f"{BASE}id/evidence/professional-role--ostrom1996"


def all_of(opened: Home) -> set[str]:
    """Return every statement of the library."""
    return opened.library.read(lambda snapshot: {str(quad) for quad in snapshot.quads()})


def sound(opened: Home) -> bool:
    """Answer whether the data keep the rules, links included."""
    shapes = read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE)
    return opened.library.read(lambda snapshot: violations(snapshot, shapes)) == []


def test_a_work_that_others_hang_on_is_not_deleted_and_they_are_named(opened: Home, curator: httpx.Client) -> None:
    before = all_of(opened)

    refused = curator.delete(WORK)

    assert refused.status_code == 409
    problem = refused.json()
    assert problem["title"] == "Other things hang on this"
    places = {fault["where"]: fault["why"] for fault in problem["errors"]}
    assert places[EVIDENCE].startswith("cp:work ")
    assert "goes along" in places[EVIDENCE]
    assert places[f"{BASE}id/work/needham2008"].startswith("cito:cites ")
    assert not any("#" in where for where in places), "its own nodes go with it"
    assert str(len(problem["errors"])) in problem["detail"]
    assert all_of(opened) == before


def test_a_dry_run_says_what_would_go_and_changes_nothing(opened: Home, curator: httpx.Client) -> None:
    before = all_of(opened)

    alone = curator.delete(WORK, params={"dry_run": "true"})
    along = curator.delete(WORK, params={"dry_run": "true", "with_dependents": "true"})

    assert (alone.status_code, along.status_code) == (200, 200)
    assert (alone.json()["possible"], along.json()["possible"]) == (False, True)
    assert {one["iri"] for one in alone.json()["deletes"]} == {
        f"{BASE}id/work/ostrom1996{fragment}" for fragment in ("", "#author-1", "#doi")
    }
    assert EVIDENCE in {one["iri"] for one in alone.json()["hangs"]}
    assert along.json()["hangs"] == []
    assert EVIDENCE in {one["iri"] for one in along.json()["deletes"]}
    assert ("needham2008", "cito:cites") in {(one["key"], one["property"]) for one in along.json()["unlinks"]}
    assert "world-development" in {one["key"] for one in along.json()["unused"]}
    assert "version" not in along.json()
    assert all_of(opened) == before


def test_a_deletion_with_dependents_leaves_nothing_dangling_and_is_undone_whole(
    opened: Home, curator: httpx.Client
) -> None:
    before = all_of(opened)
    cited = curator.get("/works/needham2008/references").json()["total"]

    done = curator.delete(WORK, params={"with_dependents": "true", "message": "a duplicate"})

    assert done.status_code == 200
    assert done.json()["version"] == 2
    assert done.headers["location"] == "/changes/2"
    assert done.headers["etag"] == '"2;json"'
    assert not any(f"<{BASE}id/work/ostrom1996" in statement for statement in all_of(opened))
    assert sound(opened)
    assert curator.get("/works/needham2008/references").json()["total"] == cited - 1
    for address in ("/works", "/works?discusses=professional-role", "/concepts/professional-role"):
        answer = curator.get(address).json()
        assert "coverage" not in answer or sum(answer["coverage"].values()) == 34, address
    made = curator.get("/changes/2").json()
    assert (made["kind"], made["agent"], made["message"]) == ("delete", "Ada", "a duplicate")
    assert curator.post("/changes/2/undo").status_code == 201
    assert all_of(opened) == before


def test_what_was_deleted_is_gone_and_says_where_it_still_is(curator: httpx.Client) -> None:
    curator.delete(WORK, params={"with_dependents": "true"}).raise_for_status()

    for address in (WORK, f"{WORK}.bib", "/id/work/ostrom1996", "/id/evidence/professional-role--ostrom1996"):
        gone = curator.get(address)
        assert gone.status_code == 410, address
        assert "deleted by version 2; version 1 has it" in gone.json()["detail"]
        assert curator.get(address, params={"at": 1}, follow_redirects=True).status_code == 200
    assert curator.delete(WORK).status_code == 410
    assert curator.delete("/works/never1900").status_code == 404
    assert curator.get("/works").json()["total"] == 34
    assert curator.get("/search", params={"q": "crossing the great divide"}).json()["items"] == []


@pytest.mark.parametrize(
    ("address", "dependents"),
    [
        ("/evidence/professional-role--ostrom1996", False),
        ("/people/elinor-ostrom", True),
        ("/organizations/elsevier", True),
        ("/venues/world-development", True),
        ("/claims/low-professionalisation-enables", True),
        ("/cases/quebec-drop-in", True),
    ],
)
def test_every_kind_of_thing_can_be_deleted(
    opened: Home, curator: httpx.Client, address: str, dependents: bool
) -> None:
    before = all_of(opened)
    alone = curator.delete(address)
    assert alone.status_code == (409 if dependents else 200), alone.text[:300]
    if dependents:
        assert all_of(opened) == before
        assert curator.delete(address, params={"with_dependents": "true"}).status_code == 200
    _, collection, key = address.split("/")
    kind = {"evidence": "evidence", "people": "person"}.get(collection, collection.removesuffix("s"))
    assert curator.get(f"/id/{kind}/{key}").status_code == 410
    assert not any(f"<{BASE}id/{kind}/{key}>" in statement for statement in all_of(opened))
    assert sound(opened)
    assert curator.post("/changes/2/undo").status_code == 201
    assert all_of(opened) == before


def test_what_cannot_be_without_a_thing_keeps_it_though_dependents_go(opened: Home, curator: httpx.Client) -> None:
    before = all_of(opened)
    looked = curator.delete("/concepts/professional-role", params={"dry_run": "true", "with_dependents": "true"})
    assert looked.json()["possible"] is False
    assert any("no place in the scheme" in line for line in looked.json()["breaks"])

    refused = curator.delete("/concepts/professional-role", params={"with_dependents": "true"})

    assert refused.status_code == 409
    assert any("no place in the scheme" in fault["why"] for fault in refused.json()["errors"])
    assert all_of(opened) == before


def test_a_deletion_honours_the_version_that_was_seen(opened: Home, curator: httpx.Client) -> None:
    tag = curator.get(WORK).headers["etag"]
    curator.delete("/evidence/professional-role--ostrom1996").raise_for_status()

    late = curator.delete(WORK, params={"with_dependents": "true"}, headers={"If-Match": tag})

    assert late.status_code == 412
    assert curator.get(WORK).status_code == 200
    tag = curator.get(WORK).headers["etag"]
    assert curator.delete(WORK, params={"with_dependents": "true"}, headers={"If-Match": tag}).status_code == 200


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.CONTRIBUTOR, 403)])
def test_only_a_curator_deletes(opened: Home, role: Role | None, status: int) -> None:
    headers = {"Authorization": f"Bearer {opened.tokens.add('Cy', role)}"} if role else {}
    with serving(opened) as client:
        assert client.delete("/evidence/professional-role--ostrom1996", headers=headers).status_code == status
    assert opened.library.log.head() == 1


def test_an_ambiguous_citation_loses_one_of_its_candidates(opened: Home, curator: httpx.Client) -> None:
    ask = "SELECT ?citation ?candidate WHERE { ?citation <ontology#candidate> ?candidate }"
    rows: list[dict[str, Any]] = curator.get("/sparql", params={"query": ask}).json()["results"]["bindings"]
    candidates: dict[str, list[str]] = {}
    for row in rows:
        candidates.setdefault(row["citation"]["value"], []).append(row["candidate"]["value"])
    citation, (one, *_) = next(item for item in candidates.items() if len(item[1]) == 2)

    done = curator.delete(f"/works/{one.rpartition('/')[2]}", params={"with_dependents": "true"})

    assert done.status_code == 200, done.text[:500]
    assert citation in {gone["iri"] for gone in done.json()["deletes"]}
    assert sound(opened)
    unsaid = "ASK { ?work <ontology#mayCite> ?other FILTER NOT EXISTS { ?c <ontology#candidate> ?other } }"
    assert curator.get("/sparql", params={"query": unsaid}).json()["boolean"] is False


def test_sparql_and_the_graph_store_leave_nothing_dangling_either(opened: Home, curator: httpx.Client) -> None:
    before = all_of(opened)
    only = "DELETE WHERE { <id/work/ostrom1996> ?p ?o }"
    rest = curator.get("/graph-store", params={"default": ""}, headers={"Accept": "application/n-triples"}).text
    kept = "\n".join(line for line in rest.splitlines() if not line.startswith(f"<{BASE}id/work/ostrom1996> "))
    for refused in (
        curator.post("/sparql", content=only, headers={"Content-Type": "application/sparql-update"}),
        curator.put(
            "/graph-store", params={"default": ""}, content=kept, headers={"Content-Type": "application/n-triples"}
        ),
    ):
        assert refused.status_code == 422, refused.text[:300]
        places = {fault["where"] for fault in refused.json()["errors"]}
        assert f"{EVIDENCE} {BASE}ontology#work" in places
        assert f"{BASE}id/work/ostrom1996#author-1" in places
        assert f"{BASE}id/work/ostrom1996#doi" in places
    assert all_of(opened) == before


def test_a_deletion_names_so_many_things_and_tells_all(
    opened: Home, curator: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    along = {"with_dependents": "true"}
    told = curator.delete(WORK, params={**along, "dry_run": "true"}).json()
    assert told["checked"] is True
    monkeypatch.setattr(deletions, "CALLED", 2)
    looked = curator.delete(WORK, params={**along, "dry_run": "true"}).json()
    done = curator.delete(WORK, params=along).raise_for_status().json()

    for part in (looked, done):
        assert [one["iri"] for one in part["deletes"]] == [one["iri"] for one in told["deletes"]]
        assert part["deletes"][:2] == told["deletes"][:2]
        assert not any(one.get("label") for one in (*part["deletes"][2:], *part["unlinks"][2:]))
    assert any(one.get("label") for one in told["deletes"][2:])
