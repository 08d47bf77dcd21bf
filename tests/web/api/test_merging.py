"""Merge and un-merge over HTTP, as a librarian does: what follows, what is kept, and which side an edit goes to."""

from __future__ import annotations

import httpx

from commonplace.home.opening import Home
from commonplace.model.change import Version
from commonplace.model.namespaces import OWL
from tests.conftest import BASE
from tests.web.api.near_duplicates import BIBTEX, GOES, NEAR_DUPLICATE, STAYS, all_of, evidence, merge, sound
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER


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


def test_the_page_that_an_old_address_leads_to_says_what_was_merged_into_it(imported: httpx.Client) -> None:
    merge(imported)
    for rest in ("", "/references"):
        led = imported.get(f"{GOES}{rest}", headers=BROWSER)
        assert (led.status_code, led.headers["location"]) == (301, f"{STAYS}{rest}?merged=ostrom96divide")
        page = imported.get(led.headers["location"], headers=BROWSER)
        assert page.status_code == 200, rest
        assert "ostrom96divide was merged into this" in text_of(page.text)
        assert "merged=" not in page.text, "no link of the page goes on saying so"
    french = imported.get(f"{STAYS}?merged=ostrom96divide", headers={**BROWSER, "Accept-Language": "fr"})
    assert "ostrom96divide a été fusionné dans ceci" in text_of(french.text)
    assert "was merged into this" not in imported.get(STAYS, headers=BROWSER).text
    for made_up in ("nobody", "parks1981", "ostrom1996"):
        assert imported.get(f"{STAYS}?merged={made_up}", headers=BROWSER).status_code == 400, "a page says what is true"
    assert imported.get(f"{STAYS}?merged=ostrom96divide").status_code == 400, "a program is told by the answer itself"


def test_the_key_leads_on_when_it_is_no_alternative_key_any_more(imported: httpx.Client) -> None:
    merge(imported)
    imported.patch(STAYS, json={"alternative_keys": None}).raise_for_status()

    assert imported.get(GOES).headers["location"] == STAYS
    assert imported.post("/works", json={"key": "ostrom96divide", "type": "book", "title": "X"}).status_code == 400


def test_no_other_work_takes_the_key_of_what_was_merged(imported: httpx.Client) -> None:
    """Be it by a form, by SPARQL or by a file: the key leads to what it was merged into. That may take it back."""
    merge(imported)
    imported.patch(STAYS, json={"alternative_keys": None}).raise_for_status()

    refused = imported.patch("/works/parks1981", json={"alternative_keys": ["ostrom96divide"]})
    assert refused.status_code == 400
    assert "the work 'ostrom1996' has this key" in refused.text
    work = f"<{BASE}id/work/parks1981> <{BASE}ontology#alternativeKey>"
    by_query = imported.post("/sparql", data={"update": f"INSERT DATA {{ {work} 'ostrom96divide' }}"})
    assert by_query.status_code == 422
    assert "Another work has this key" in by_query.text
    text = (
        "@book{elsewhere2020, title = {On something else}, author = {Else, Some}, year = 2020, ids = {ostrom96divide}}"
    )
    sent = imported.post("/imports", content=text, headers=BIBTEX).json()
    assert (sent["fates"]["new"], sent["items"][0]["losses"][0]["raw"]) == (1, "ostrom96divide")

    assert imported.get(GOES).headers["location"] == STAYS
    imported.patch(STAYS, json={"alternative_keys": ["ostrom96divide"]}).raise_for_status()


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
    assert "is merged with no other" in refused.json()["detail"]


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
