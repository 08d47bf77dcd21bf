"""Merge and un-merge over HTTP, as a librarian does: what follows, what is kept, and which side an edit goes to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commonplace.curation.shacl.validation import read_shapes, violations
from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from commonplace.model.change import Version
from commonplace.model.namespaces import OWL
from commonplace.settings import SHIPPED_ONTOLOGY
from tests.conftest import BASE, serving

NEAR_DUPLICATE = """@article{ostrom96divide,
  author = {Ostrom, E.}, title = {Crossing the great divide: Co-production, synergy and development},
  journal = {World Dev.}, publisher = {Elsevier Ltd}, year = 1996, volume = 24, pages = {1073-87},
  keywords = {synergy, sanitation},
  abstract = {Co-production is a process through which inputs from outside are turned into goods.},
}
@article{nobody1983, author = {Nobody, Ann}, title = {A paper that is not about this}, year = 1983,
  note = {cites the other}, journal = {Journal of Nothing}}
"""
STAYS, GOES = "/works/ostrom1996", "/works/ostrom96divide"


@pytest.fixture
def curator(opened: Home) -> Iterator[httpx.Client]:
    """Return a client with a curator's token, on a home of its own with the reference set."""
    with serving(opened) as client:
        client.headers["Authorization"] = f"Bearer {opened.tokens.add('Ada', Role.CURATOR)}"
        yield client


BIBTEX = {"Content-Type": "application/x-bibtex", "Prefer": "wait=60"}
"""Headers of an import, which is waited for however busy the machine is."""


@pytest.fixture
def imported(curator: httpx.Client) -> httpx.Client:
    """Return that client once a near-duplicate of a work was imported."""
    sent = curator.post("/imports", content=NEAR_DUPLICATE, headers=BIBTEX)
    assert sent.json()["fates"]["new"] == 2
    return curator


def all_of(opened: Home) -> set[str]:
    """Return every statement of the library."""
    return opened.library.read(lambda snapshot: {str(quad) for quad in snapshot.quads()})


def sound(opened: Home) -> bool:
    """Answer whether the data keep the rules, links included."""
    shapes = read_shapes(SHIPPED_ONTOLOGY / "shapes.ttl", BASE)
    return opened.library.read(lambda snapshot: violations(snapshot, shapes)) == []


def merge(client: httpx.Client, place: str = STAYS, other: str = "ostrom96divide", **more: Any) -> dict[str, Any]:
    """Merge one thing into another, and return the report."""
    answer = client.post(f"{place}/merge", json={"from": other, **more})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def evidence(client: httpx.Client, work: str, about: str = "professional-role", **more: str) -> str:
    """Say that a work discusses a concept, and return the key of the evidence."""
    given = {"work": work, "about": about, "state": "discusses", "directness": "direct", "certainty": "high", **more}
    made = client.post("/evidence", json=given)
    assert made.status_code == 201, made.text
    key: str = made.json()["id"]
    return key


def test_a_merge_keeps_all_and_unmerging_sends_each_later_edit_to_its_side(
    opened: Home, imported: httpx.Client
) -> None:
    both_whole = all_of(opened)
    works = imported.get("/works").json()["total"]

    report = merge(imported)

    now = imported.get(STAYS).json()
    assert imported.get("/works").json()["total"] == works - 1
    assert now["title"] == "Crossing the Great Divide: Coproduction, Synergy, and Development"
    assert now["alternative_titles"] == ["Crossing the great divide: Co-production, synergy and development"]
    assert now["page"] == "1073-1087"
    assert now["authors"][0]["given"] == "Elinor", "the fuller name stays"
    assert {"synergy", "sanitation"} <= set(now["keywords"])
    assert now["merged"][0]["set_aside"]["page"] == "1073-87"
    assert report["set_aside"] == now["merged"][0]["set_aside"]
    assert sound(opened)

    # One edit of a value of each side, one of a value that both had, and two of which nobody can tell the side.
    edited = imported.patch(
        STAYS,
        json={
            "page": "1073-1088",
            "keywords": [*(word for word in now["keywords"] if word != "sanitation"), "water"],
            "volume": "25",
        },
    )
    assert edited.status_code == 200, edited.text
    added = evidence(imported, "ostrom1996", "enabling-condition")

    preview = imported.post(f"{GOES}/unmerge", params={"dry_run": "true"}).json()
    told = {edit["name"]: (edit["to"], edit["decided"]) for edit in preview["edits"]}
    assert told == {
        "page": ("left", True),
        "keywords: sanitation": ("right", True),
        "keywords: water": ("left", False),
        "volume": ("left", False),
        f"evidence/{added}": ("left", False),
    }
    assert preview["undecided"] == 3
    assert preview["possible"]

    assign = [{"name": f"evidence/{added}", "to": "right"}, {"name": "volume", "to": "both"}]
    apart = imported.post(f"{GOES}/unmerge", json={"assign": assign})
    assert apart.status_code == 200, apart.text
    assert apart.json()["undecided"] == 1
    left, right = imported.get(STAYS).json(), imported.get(GOES).json()
    assert (left["page"], right["page"]) == ("1073-1088", "1073-87")
    assert (left["volume"], right["volume"]) == ("25", "25")
    assert "water" in left["keywords"]
    assert right["keywords"] == ["synergy"]
    assert "alternative_titles" not in left
    assert "merged" not in left
    assert right["title"] == "Crossing the great divide: Co-production, synergy and development"
    assert [one["about"] for one in right["evidence"]] == ["enabling-condition"]
    assert added not in {one["id"] for one in left["evidence"]}
    assert imported.get("/works").json()["total"] == works
    assert sound(opened)

    # With the edits taken back one by one, all is as it was.
    for version in range(6, 3, -1):
        assert imported.post(f"/changes/{version}/undo").status_code == 201
    assert imported.post("/changes/3/undo").json()["kept"] == []
    assert all_of(opened) == both_whole
    assert imported.post("/changes/2/undo").json()["kept"] == []
    assert all_of(opened) == opened.library.read(lambda snapshot: {str(quad) for quad in snapshot.quads()}, Version(1))


def test_the_old_addresses_lead_to_the_survivor_in_every_form(imported: httpx.Client) -> None:
    version = merge(imported)["version"]

    for suffix in ("", ".json", ".ttl", ".bib", ".ris"):
        asked = imported.get(f"{GOES}{suffix}")
        assert (asked.status_code, asked.headers["location"]) == (301, f"{STAYS}{suffix}"), suffix
    assert imported.get(f"{GOES}/references").headers["location"] == f"{STAYS}/references"
    assert imported.get("/id/work/ostrom96divide").headers["location"] == "/id/work/ostrom1996"
    assert imported.get(GOES, params={"at": version - 1}).json()["key"] == "ostrom96divide"
    assert "ids = {ostrom96divide}" in imported.get(f"{STAYS}.bib").text
    for words in ("ostrom96divide", '"Co-production, synergy and development"'):
        assert STAYS.rpartition("/")[2] in {
            f["key"] for f in imported.get("/search", params={"q": words}).json()["items"]
        }
    asked = imported.get(
        "/sparql",
        params={"query": f"SELECT ?now WHERE {{ <{BASE}id/work/ostrom96divide> <{OWL.iri}sameAs> ?now }}"},
        headers={"Accept": "text/csv"},
    )
    assert asked.text.split() == ["now", f"{BASE}id/work/ostrom1996"]
    assert f"<{BASE}id/work/ostrom96divide> <{OWL.iri}sameAs>" in imported.get(f"{STAYS}.nt").text
    gone = imported.patch(GOES, json={"page": "1"})
    assert gone.status_code == 404
    assert "was merged into 'ostrom1996'" in gone.json()["detail"]
    assert "was merged into" in imported.delete(GOES).json()["detail"]


def test_the_key_leads_on_when_it_is_no_alternative_key_any_more(imported: httpx.Client) -> None:
    merge(imported)
    imported.patch(STAYS, json={"alternative_keys": None}).raise_for_status()

    assert imported.get(GOES).headers["location"] == STAYS
    assert imported.post("/works", json={"key": "ostrom96divide", "type": "book", "title": "X"}).status_code == 400


def test_a_file_that_comes_again_is_of_the_survivor(imported: httpx.Client) -> None:
    merge(imported)
    imported.patch(STAYS, json={"alternative_keys": None}).raise_for_status()
    for text in (NEAR_DUPLICATE, NEAR_DUPLICATE.replace("ostrom96divide", "elsewhere")):
        sent = imported.post("/imports", content=text, headers=BIBTEX).json()
        assert sent["fates"]["new"] == 0, "the library knows it by what it was before"
        assert sent["items"][0]["work"] == f"{BASE}id/work/ostrom1996"

    apart = imported.post(f"{GOES}/unmerge", json={"assign": []})
    assert apart.status_code == 200
    sent = imported.post("/imports", content=NEAR_DUPLICATE, headers=BIBTEX).json()
    assert sent["items"][0]["work"] == f"{BASE}id/work/ostrom96divide"


def test_merging_again_answers_with_what_was_done(opened: Home, imported: httpx.Client) -> None:
    first = merge(imported)
    merged = all_of(opened)

    again = merge(imported, other=f"{BASE}id/work/ostrom96divide")

    assert again == first
    assert all_of(opened) == merged
    first_apart = imported.post(f"{GOES}/unmerge").json()
    assert imported.post(f"{GOES}/unmerge").json() == first_apart
    assert imported.get("/changes").json()["total"] == first_apart["version"]


def test_undo_of_a_merge_and_unmerging_are_one(opened: Home, imported: httpx.Client) -> None:
    before = all_of(opened)
    report = merge(imported)
    assert imported.post(report["undo"]).status_code == 201
    assert all_of(opened) == before

    report = merge(imported)
    assert imported.post(report["unmerge"]).status_code == 200
    assert all_of(opened) == before
    refused = imported.post("/works/nobody1983/unmerge")
    assert refused.status_code == 409
    assert "was merged into nothing" in refused.json()["detail"]


def test_a_preview_changes_nothing_and_fields_can_be_chosen(opened: Home, imported: httpx.Client) -> None:
    before = all_of(opened)
    chosen = {"title": "right", "authors": "right"}
    looked = imported.post(
        f"{STAYS}/merge", params={"dry_run": "true"}, json={"from": "ostrom96divide", "fields": chosen}
    ).json()
    assert "version" not in looked
    assert all_of(opened) == before
    told = {value["field"]: (value["taken"], value["why"], value.get("kept_as")) for value in looked["values"]}
    assert told["title"] == ("right", "it was chosen", "alternative")
    assert told["page"] == ("left", "it says more", "set aside")
    assert told["abstract"][:2] == ("right", "the other has none")

    merge(imported, fields=chosen)
    now = imported.get(STAYS).json()
    assert now["title"].startswith("Crossing the great divide: Co-production")
    assert now["alternative_titles"] == ["Crossing the Great Divide: Coproduction, Synergy, and Development"]
    imported.patch(STAYS, json={"title": "Crossing the great divide"}).raise_for_status()
    apart = imported.post(f"{GOES}/unmerge").json()
    assert [(edit["name"], edit["to"], edit["decided"]) for edit in apart["edits"]] == [("title", "right", True)]
    assert imported.get(GOES).json()["title"] == "Crossing the great divide"
    assert imported.get(STAYS).json()["title"] == "Crossing the Great Divide: Coproduction, Synergy, and Development"


def test_what_points_to_the_other_follows_and_comes_back(opened: Home, imported: httpx.Client) -> None:
    one = evidence(imported, "ostrom96divide", locator="title")
    other = evidence(imported, "ostrom96divide", "enabling-condition")
    cites = (
        f"BASE <{BASE}>"
        + """
    PREFIX cito: <http://purl.org/spar/cito/> PREFIX cp: <ontology#>
    INSERT DATA {
      <id/work/nobody1983> cito:cites <id/work/ostrom96divide>, <id/work/ostrom1996> .
      <id/work/ostrom96divide> cito:cites <id/work/ostrom1996> .
      <id/citation/b--o> a cito:Citation ; cito:hasCitingEntity <id/work/nobody1983> ;
        cito:hasCitedEntity <id/work/ostrom96divide> ; cp:referenceNumber 3 .
      <id/citation/b--p> a cito:Citation ; cito:hasCitingEntity <id/work/nobody1983> ;
        cito:hasCitedEntity <id/work/ostrom1996> .
      <id/work/needham2008> cp:mayCite <id/work/ostrom96divide> .
      <id/citation/n--o> a cito:Citation ; cito:hasCitingEntity <id/work/needham2008> ; cp:confirmation cp:ambiguous ;
        cp:candidate <id/work/ostrom96divide>, <id/work/ostrom1996> .
    }"""
    )
    sent = imported.post("/sparql", content=cites, headers={"Content-Type": "application/sparql-update"})
    assert sent.status_code == 200, sent.text
    before = all_of(opened)

    report = merge(imported)

    assert sound(opened)
    assert {one, other} <= {found["key"] for found in report["follows"]}
    assert [one["key"] for one in report["collapsed"]] == ["b--o"]
    assert imported.get("/id/citation/b--o").headers["location"] == "/id/citation/b--p"
    kept = imported.get("/id/citation/b--p").json()["properties"]
    assert kept["referenceNumber"] == ["3"], "what only the collapsed one said is said by the other"
    decided = imported.get("/id/citation/n--o").json()["properties"]
    assert decided["confirmation"] == [f"{BASE}ontology#confirmed"]
    assert "candidate" not in decided
    assert any("joined the two" in why for why in report["set_aside"].values())
    assert imported.get(f"{STAYS}/references", params={"limit": 200}).json()["total"] == len(
        {one["work"]["key"] for one in imported.get(f"{STAYS}/references", params={"limit": 200}).json()["items"]}
    )
    assert imported.post(f"{GOES}/unmerge").status_code == 200
    assert all_of(opened) == before


def test_a_decision_that_two_are_one_is_set_aside_when_they_are(opened: Home, imported: httpx.Client) -> None:
    for works, judgement in (
        (["ostrom1996", "ostrom96divide"], "same"),
        (["nobody1983", "ostrom96divide"], "different"),
        (["nobody1983", "ostrom1996"], "unsure"),
    ):
        decision = {"works": works, "judgement": judgement, "reason": "read both"}
        assert imported.post("/duplicates/decisions", json=decision).status_code == 201
    before = all_of(opened)

    report = merge(imported)

    assert "the two are one now" in report["set_aside"].values()
    assert sound(opened)
    imported.get("/duplicates").raise_for_status()
    imported.post(report["unmerge"]).raise_for_status()
    assert all_of(opened) == before


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
