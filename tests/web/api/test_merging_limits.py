"""Merging beside other things: further merges, deletions, decisions, other kinds of things; and what is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.model.namespaces import OWL
from tests.conftest import BASE
from tests.web.api.near_duplicates import BIBTEX, GOES, NEAR_DUPLICATE, STAYS, all_of, merge, sound


def test_a_thing_that_is_said_elsewhere_to_be_another_does_not_go_with_it(curator: httpx.Client) -> None:
    for key in ("a", "b"):
        made = {"key": key, "family": key.upper()}
        assert curator.post("/people", json=made).status_code == 201
    text = f"INSERT DATA {{ <{BASE}id/person/a> <{OWL.iri}sameAs> <{BASE}id/person/b> }}"
    curator.post("/sparql", content=text, headers={"Content-Type": "application/sparql-update"}).raise_for_status()
    assert curator.delete("/people/b").status_code == 409
    assert curator.get("/people/a").status_code == 200


def test_a_survivor_that_was_merged_again_says_so(opened: Home, imported: httpx.Client) -> None:
    before = all_of(opened)
    merge(imported, "/works/nobody1983", "ostrom96divide")
    merge(imported, STAYS, "nobody1983")

    assert imported.get(GOES).headers["location"] == STAYS
    assert imported.get("/works/nobody1983").headers["location"] == STAYS
    assert merge(imported)["survivor"]["key"] == "ostrom1996"
    refused = imported.post("/works/nobody1983/merge", json={"from": "needham2008"})
    assert (refused.status_code, refused.json()["title"]) == (409, "These cannot be merged, or taken apart, so")
    assert "was itself merged into 'ostrom1996' by version 4" in refused.json()["detail"]
    too_early = imported.post(f"{GOES}/unmerge")
    assert too_early.status_code == 409
    assert "take nobody1983 out first" in too_early.json()["errors"][0]["why"]

    for key in ("nobody1983", "ostrom96divide"):
        assert imported.post(f"/works/{key}/unmerge").status_code == 200
    assert all_of(opened) == before


def test_a_deleted_survivor_takes_the_addresses_along_and_brings_them_back(
    opened: Home, imported: httpx.Client
) -> None:
    merge(imported, "/works/nobody1983")
    merged = all_of(opened)
    assert imported.delete("/works/nobody1983").status_code == 200
    assert imported.get(GOES).status_code == 410
    assert sound(opened)
    assert imported.post("/changes/4/undo").status_code == 201
    assert all_of(opened) == merged


@pytest.mark.parametrize(
    ("plural", "left", "right", "name"),
    [
        ("people", "elinor-ostrom", "e-ostrom", "E. Ostrom"),
        ("organizations", "elsevier", "elsevier-ltd", "Elsevier Ltd"),
        ("venues", "world-development", "world-dev", "World Dev."),
    ],
)
def test_people_bodies_and_venues_are_merged_with_all_that_names_them(
    opened: Home, imported: httpx.Client, plural: str, left: str, right: str, name: str
) -> None:
    before = all_of(opened)
    printed = imported.get(f"{GOES}.bib").text

    report = merge(imported, f"/{plural}/{left}", right)

    assert imported.get(f"/{plural}/{right}.ttl").headers["location"] == f"/{plural}/{left}.ttl"
    assert imported.get(f"/id/{report['kind']}/{right}").headers["location"] == f"/id/{report['kind']}/{left}"
    assert f"{GOES.rpartition('/')[2]}" in " ".join(one["iri"] for one in report["follows"])
    assert sound(opened)
    if plural != "venues":
        assert name in imported.get(f"/{plural}/{left}").json()["alternative_names"]
    if plural == "people":
        assert imported.get(f"{GOES}.bib").text == printed, "the name is printed as it was"
        assert "ostrom96divide" in {w["key"] for w in imported.get(f"/works?author={right}").json()["items"]}
    again = NEAR_DUPLICATE.replace("ostrom96divide", "another").replace("Crossing", "Crossing again")
    imported.post("/imports", content=again, headers=BIBTEX).raise_for_status()
    assert right not in {one["key"] for one in imported.get(f"/{plural}?limit=200").json()["items"]}
    assert sound(opened)
    assert imported.post("/changes/4/undo").status_code == 201
    apart = imported.post(f"/{plural}/{right}/unmerge")
    assert apart.status_code == 200, apart.text
    assert all_of(opened) == before


def test_concepts_are_merged_but_not_across_the_hierarchy(opened: Home, curator: httpx.Client) -> None:
    for key, broader in (("helping", "professional-role"), ("assisting", "helping"), ("aiding", "assisting")):
        made = {"key": key, "labels": {"en": key}, "broader": [broader]}
        assert curator.post("/concepts", json=made).status_code == 201
    before = all_of(opened)
    refused = curator.post("/concepts/helping/merge", json={"from": "aiding"})
    assert refused.status_code == 409
    assert "assisting lies between them" in refused.json()["detail"]
    assert all_of(opened) == before

    merge(curator, "/concepts/helping", "assisting")
    now = curator.get("/concepts/helping").json()
    assert now["alternative_labels"] == {"en": ["assisting"]}
    assert [one["key"] for one in now["narrower"]] == ["aiding"]
    assert [one["key"] for one in now["broader"]] == ["professional-role"]
    assert sound(opened)
    assert curator.get("/works?discusses=assisting").status_code == 200
    curator.post("/concepts/assisting/unmerge").raise_for_status()
    assert all_of(opened) == before


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "from"),
        ({"from": ""}, "from"),
        ({"from": "ostrom1996"}, "from"),
        ({"from": "needham2008", "fields": {"title": "up"}}, "fields.title"),
        ({"from": "needham2008", "fields": {"colour": "left"}}, "fields.colour"),
        ({"from": f"{BASE}id/person/elinor-ostrom"}, "from"),
        ({"from": "needham2008", "into": "x"}, "into"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_with_its_place(
    curator: httpx.Client, body: dict[str, Any], where: str
) -> None:
    refused = curator.post(f"{STAYS}/merge", json=body)
    assert refused.status_code == 400, refused.text
    assert [fault["where"] for fault in refused.json()["errors"]] == [where]


def test_a_merge_keeps_to_roles_and_conditions(opened: Home, imported: httpx.Client) -> None:
    sent = {"from": "ostrom96divide"}
    contributor = {"Authorization": f"Bearer {opened.tokens.add('Bo', Role.CONTRIBUTOR)}"}
    assert imported.post(f"{STAYS}/merge", json=sent, headers=contributor).status_code == 403
    assert imported.post(f"{STAYS}/merge", json=sent, headers={"If-Match": '"1"'}).status_code == 412
    assert imported.post(f"{STAYS}/merge", json={"from": "never1900"}).status_code == 404
    assert imported.post("/works/never1900/merge", json=sent).status_code == 404
    assert imported.post(f"{STAYS}/merge", json=sent, headers={"If-Match": '"2"'}).status_code == 200
    assigned = {"assign": [{"name": "colour", "to": "left"}]}
    refused = imported.post(f"{GOES}/unmerge", json=assigned)
    assert refused.status_code == 400
    assert refused.json()["errors"] == [{"where": "assign", "why": "nothing was written since the merge"}]


def test_what_the_other_needs_must_be_there_to_take_it_out(opened: Home, imported: httpx.Client) -> None:
    merge(imported)
    assert imported.delete("/venues/world-dev").status_code == 200

    refused = imported.post(f"{GOES}/unmerge")

    assert refused.status_code == 409
    assert "things that it names are gone" in refused.json()["detail"]
    assert imported.post("/changes/4/undo").status_code == 201
    assert imported.post(f"{GOES}/unmerge").status_code == 200
    assert sound(opened)


def test_decisions_follow_a_merge_and_come_back(opened: Home, imported: httpx.Client) -> None:
    """The decision on the two goes; one on the other and a third work is on the survivor, and shown again."""
    for works, judgement in (
        (["ostrom1996", "ostrom96divide"], "same"),
        (["ostrom96divide", "nobody1983"], "different"),
    ):
        body = {"works": works, "judgement": judgement, "reason": "As I read them."}
        assert imported.post("/duplicates/decisions", json=body).status_code == 201
    before = all_of(opened)

    report = merge(imported)

    assert sound(opened)
    (decided,) = imported.get("/duplicates?decision=any").json()["items"]
    assert [work["key"] for work in decided["works"]] == ["nobody1983", "ostrom1996"]
    assert decided["decision"]["current"] is False, "it was made on another record"
    again = imported.post(
        "/duplicates/decisions",
        json={"works": ["nobody1983", "ostrom1996"], "judgement": "different", "reason": "Still."},
    )
    assert again.status_code == 201
    (decided,) = imported.get("/duplicates?decision=any").json()["items"]
    assert (decided["decision"]["reason"], decided["decision"]["current"]) == ("Still.", True)
    assert sound(opened)

    imported.post(f"/changes/{again.json()['version']}/undo").raise_for_status()
    assert imported.post(report["unmerge"]).status_code == 200
    assert all_of(opened) == before


def test_a_merge_has_a_record_that_takes_it_apart(opened: Home, imported: httpx.Client) -> None:
    before = all_of(opened)
    asked = {"keep": "ostrom1996", "from": f"{BASE}id/work/ostrom96divide"}
    preview = imported.post("/merges", json=asked, params={"dry_run": "true"})
    assert (preview.status_code, all_of(opened)) == (200, before)

    made = imported.post("/merges", json=asked)

    assert made.status_code == 201, made.text
    record = imported.get(made.headers["location"])
    assert record.json() == made.json()
    assert imported.post("/merges", json=asked).status_code == 200, "they are one already"
    assert imported.get("/merges/1").status_code == 404, "version 1 merged nothing"
    apart = imported.post(f"{made.headers['location']}/undo")
    assert apart.status_code == 200, apart.text
    assert all_of(opened) == before
    refused = imported.post("/merges", json={"keep": "ostrom1996", "from": "nobody"})
    assert refused.status_code == 404


def test_a_listed_pair_is_decided_by_its_id(imported: httpx.Client) -> None:
    pairs = imported.get("/duplicates").json()["items"]
    found = next(one for one in pairs if {w["key"] for w in one["works"]} == {"ostrom1996", "ostrom96divide"})

    assert imported.post(f"/duplicates/{found['id']}", json={"judgement": "different"}).status_code == 400, "no reason"
    decided = imported.post(f"/duplicates/{found['id']}", json={"judgement": "different", "reason": "a reprint"})

    assert decided.status_code == 201, decided.text
    assert found["id"] not in [one["id"] for one in imported.get("/duplicates").json()["items"]]
    again = imported.post(f"/duplicates/{found['id']}", json={"judgement": "unsure"})
    assert again.status_code == 201, "a decision can be changed"
    assert imported.post("/duplicates/nonsense", json={"judgement": "same"}).status_code == 404


def test_an_undo_says_nothing_of_a_work_that_is_merged_since(opened: Home, imported: httpx.Client) -> None:
    before = all_of(opened)
    edited = imported.patch(GOES, json={"authors": []})
    merged = merge(imported)

    undone = imported.post(f"/changes/{edited.headers['commonplace-version']}/undo")

    assert undone.status_code == 200, "nothing of it can be taken back now"
    assert [(one["thing"], one["why"]) for one in undone.json()["kept"]] == [
        (f"{BASE}id/work/ostrom96divide", "it was merged into another since")
    ]
    assert sound(opened)
    for version in (merged["version"], int(edited.headers["commonplace-version"])):
        assert imported.post(f"/changes/{version}/undo").status_code == 201
    assert all_of(opened) == before


def test_the_second_of_two_merges_is_taken_back_before_the_first(opened: Home, imported: httpx.Client) -> None:
    before = all_of(opened)
    first = merge(imported, GOES, "nobody1983")
    between = all_of(opened)
    second = merge(imported)

    undone = imported.post(second["undo"])

    assert (undone.status_code, undone.json()["kept"]) == (201, []), undone.text
    assert all_of(opened) == between, "nobody1983 points to it, and it is a work again"
    assert imported.post(first["undo"]).status_code == 201
    assert all_of(opened) == before


SAYING = (
    "INSERT DATA { <id/work/ostrom96divide> rdfs:comment 'as it was' }",
    "INSERT DATA { <id/work/nobody1983> cito:cites <id/work/ostrom96divide> }",
    "INSERT DATA { <id/concept/facilitator> skos:related <id/concept/gone> }",
)
"""Updates that say something of a thing that was merged, or point to it."""


@pytest.mark.parametrize("update", SAYING)
def test_nothing_is_said_of_a_merged_thing_but_what_it_is_now(imported: httpx.Client, update: str) -> None:
    merge(imported)
    assert imported.post("/concepts", json={"key": "gone", "labels": {"en": "gone"}}).status_code == 201
    merge(imported, "/concepts/management", "gone")
    prefixes = "".join(
        f"PREFIX {name}: <{iri}> "
        for name, iri in (
            ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
            ("cito", "http://purl.org/spar/cito/"),
            ("skos", "http://www.w3.org/2004/02/skos/core#"),
        )
    )
    version = imported.get("/healthz").json()["version"]
    refused = imported.post("/sparql", data={"update": f"BASE <{BASE}> {prefixes} {update}"})
    assert refused.status_code == 422, refused.text
    survivor = "id/concept/management" if "concept" in update else "id/work/ostrom1996"
    assert any(f"it is {BASE}{survivor} now" in one["why"] for one in refused.json()["errors"]), refused.text
    assert imported.get("/healthz").json()["version"] == version
