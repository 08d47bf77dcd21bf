"""The comparison of cases over HTTP: it says what the cases say, folded, sorted and turned as it is asked for."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from tests.conftest import serving, settings_for
from tests.web.pages.test_headings import text_of
from tests.web.pages.test_pages import BROWSER

WORKS = """@book{white1789, author = {White, Gilbert}, title = {Natural History of Selborne}, year = {1789}}
@book{darwin1881, author = {Darwin, Charles}, title = {The Formation of Vegetable Mould}, year = {1881}}
@book{hooke1665, author = {Hooke, Robert}, title = {Micrographia}, year = {1665}}
"""
SAID = """@prefix cp: <ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
<id/scheme/soil> a skos:ConceptScheme ; skos:notation "soil" ; skos:prefLabel "Soil"@en, "Sol"@fr ;
  skos:definition "What is said of soil."@en, "Ce qu’on dit du sol."@fr .
<id/concept/land> a skos:Concept ; skos:notation "land" ; skos:inScheme <id/scheme/soil> ;
  skos:topConceptOf <id/scheme/soil> ; skos:prefLabel "land"@en, "terre"@fr ; skos:narrower <id/concept/tilled> ;
  skos:definition "Land."@en, "La terre."@fr .
<id/concept/tilled> a skos:Concept ; skos:notation "tilled" ; skos:inScheme <id/scheme/soil> ;
  skos:broader <id/concept/land> ; skos:prefLabel "tilled land"@en, "terre cultivée"@fr ;
  skos:definition "Tilled land."@en, "Une terre cultivée."@fr .
<id/organization/readers> a foaf:Organization ; foaf:name "Readers" .
<id/evidence/land--darwin1881> a cp:Evidence ; cp:work <id/work/darwin1881> ; cp:about <id/concept/land> ;
  cp:state cp:silent ; cp:certainty cp:high ; cp:locator "title" ; rdfs:comment "Nothing of it." ;
  cp:method cp:human ; cp:standing cp:accepted ;
  prov:wasAttributedTo <id/organization/readers> ; prov:generatedAtTime "2026-11-21T00:00:00Z"^^xsd:dateTime .
<id/case/garden> a cp:Case ; rdfs:label "a garden"@en, "un jardin"@fr ; cp:describedBy <id/work/white1789> ;
  cp:sector <id/concept/tilled> ; cp:activity "digging, 1996-11" ; cp:place "1996-11" .
<id/case/meadow> a cp:Case ; rdfs:label "a meadow"@en, "un pré"@fr ; cp:describedBy <id/work/darwin1881> ;
  cp:country "FR" ; cp:activity "9 walks" ; cp:place "0350?" .
<id/case/pond> a cp:Case ; rdfs:label "a pond"@en, "un étang"@fr ; cp:describedBy <id/work/hooke1665> ;
  cp:activity "10 walks" ; cp:place "-0044" .
<id/case/shore> a cp:Case ; rdfs:label "a shore"@en, "une rive"@fr ; cp:describedBy <id/work/hooke1665> .
"""
SURE = ("high", "moderate", "low")


@pytest.fixture(scope="module")
def whole(client: httpx.Client) -> dict[str, Any]:
    """Every case by every dimension."""
    found: dict[str, Any] = client.get("/comparison").raise_for_status().json()
    return found


def table(client: httpx.Client, address: str) -> list[list[str]]:
    """Return the rows of the CSV of a comparison."""
    sent = client.get(address, headers={"Accept": "text/csv"}).raise_for_status()
    return list(csv.reader(io.StringIO(sent.text)))


def test_each_cell_says_what_the_case_says(client: httpx.Client, whole: dict[str, Any]) -> None:
    assert whole["total"] == whole["cases"] == len(whole["rows"]) == 6
    for row in whole["rows"]:
        (link,) = row["cases"]
        case = client.get(f"/cases/{link['key']}").json()
        for column, cell in zip(whole["columns"], row["cells"], strict=True):
            name = column["name"]
            stated = {value["label"] for value in cell["values"] if value["stated"]}
            known = {one["label"] for one in case["dimensions"].get(name, [])} | ({case.get(name)} - {None})
            assert stated == known, (link["key"], name)
            said = [one for one in case["characteristics"] if one["dimension"] == name]
            sources = {source["iri"] for value in cell["values"] for source in value["sources"]}
            assert sources == {one["iri"] for one in said}
            for value in cell["values"]:
                assert value["certainty"] == min((one["certainty"] for one in value["sources"]), key=SURE.index)
                assert value["stated"] == (value["certainty"] != "low")
            assert cell["state"] == ("stated" if stated else "uncertain" if cell["values"] else "not-stated")


def test_it_agrees_with_the_named_query(client: httpx.Client, whole: dict[str, Any]) -> None:
    rows = client.get("/queries/case-table", params={"limit": 1000}).json()["items"]
    camel = {"possible_form": "possibleForm", "professional_role": "professionalRole"}
    camel["enabling_condition"] = "enablingCondition"
    asked = {
        (row["label"], row["dimension"], row["valueLabel"], row["certainty"])
        for row in rows
        if not row["dimension"].startswith("described") and "valueLabel" in row
    }
    shown = {
        (row["label"], camel.get(column["name"], column["name"]), value["label"], value["certainty"])
        for row in whole["rows"]
        for column, cell in zip(whole["columns"], row["cells"], strict=True)
        for value in cell["values"]
    }
    assert shown == asked


def test_cases_of_one_study_count_as_one(client: httpx.Client, whole: dict[str, Any]) -> None:
    (study,) = whole["studies"]
    together = {link["key"] for link in study["cases"]}
    assert together == {f"quebec-neighbourhood-project-{n}" for n in (1, 2, 3)}
    assert [work["key"] for work in study["works"]] == ["mcmullin2020citizenled"]
    assert (whole["cases"], whole["told_apart"]) == (6, 4)
    folded = client.get("/comparison?group=study").json()
    assert [len(row["cases"]) for row in folded["rows"]] == [1, 3, 1, 1]
    assert [row["told_apart"] for row in folded["rows"]] == [1, 1, 1, 1]
    assert [row.get("study") for row in folded["rows"]] == [None, 1, None, None]
    quebec = next(row for row in client.get("/comparison?group=context").json()["rows"] if row["label"] == "Quebec")
    assert (len(quebec["cases"]), quebec["told_apart"]) == (4, 2)
    form = quebec["cells"][[column["name"] for column in folded["columns"]].index("form")]
    assert [(value["label"], value["cases"]) for value in form["values"]] == [("citizen-led co-production", 2)]


def test_rows_and_columns_are_chosen_folded_sorted_and_turned(client: httpx.Client) -> None:
    asked = "/comparison?cases=france-community-picnic&cases=quebec-drop-in&cases=england-parents-group"
    rows = table(client, f"{asked}&dimensions=sector&dimensions=country&sort=-sector")
    assert rows == [
        ["case", "country", "sector"],
        ["Drop-in service for vulnerable people, Quebec", "CA-QC (high)", "support for vulnerable people (high)"],
        ["Parents’ activity group, England", "GB-ENG (high)", "parents and families (moderate)"],
        ["Weekly community picnic, France", "FR (high)", "not stated"],
    ], "a case without a value comes last in either order"
    up = table(client, f"{asked}&dimensions=sector&dimensions=country&sort=sector")
    assert [row[0] for row in up[1:]] == [rows[2][0], rows[1][0], rows[3][0]]
    turned = table(client, f"{asked}&dimensions=sector&dimensions=country&sort=-sector&transpose=true")
    assert turned == [list(row) for row in zip(*rows, strict=True)]
    folded = table(client, f"{asked}&fold=setting&dimensions=country&dimensions=sector&dimensions=leader")
    assert folded[0] == ["case", "setting", "leader"]
    assert [row[1] for row in folded[1:]] == ["2 of 2", "2 of 2", "1 of 2"]
    assert folded[1][2] == "citizen (low, not counted)"
    by_work = table(client, "/comparison?group=source&dimensions=form")
    led = "citizen-led co-production"
    assert [row[1] for row in by_work[1:]] == [f"{led} (high)", f"{led} (high, 3 cases)"]


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("cases=nobody", "cases"),
        ("dimensions=colour", "dimensions.0"),
        ("fold=colour", "fold.0"),
        ("group=colour", "group"),
        ("sort=colour", "sort"),
        ("sort=label&sort=place", "sort"),
        ("transpose=perhaps", "transpose"),
    ],
)
def test_what_is_no_choice_is_refused(client: httpx.Client, query: str, where: str) -> None:
    refused = client.get(f"/comparison?{query}")
    assert refused.status_code == 400
    assert [fault["where"] for fault in refused.json()["errors"]] == [where]


def test_the_page_shows_the_same_and_each_value_leads_to_its_passage(client: httpx.Client) -> None:
    address = "/comparison?dimensions=sector&dimensions=form&sort=-sector"
    page = client.get(address, headers=BROWSER).text
    words = text_of(page)
    found = client.get(address).json()
    labels = [row["label"] for row in found["rows"]]
    body = text_of(page[page.index('<table class="comparison') :])
    assert sorted(labels, key=body.index) == labels
    assert "6 cases, 4 as far as their sources tell them apart, by 2 dimensions." in words
    assert "one study, in which nothing tells them apart" in words
    links = {html.unescape(link) for link in re.findall(r'href="(/cases/[^"]+#[^"]+)"', page)}
    assert len(links) >= 4
    for link in links:
        there, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in client.get(there, headers=BROWSER).text
    rest = "dimensions=sector&dimensions=form&sort=-sector&at=1"
    for form in ("", ".json", ".csv"):
        assert f'href="/comparison{form}?{html.escape(rest)}"' in page, "as shown, at this version"
    assert 'aria-sort="descending"' in page
    assert 'href="/comparison' in client.get("/cases", headers=BROWSER).text


def test_a_form_with_empty_fields_leads_to_the_address_of_what_is_chosen(client: httpx.Client) -> None:
    sent = client.get("/comparison?cases=quebec-drop-in&group=&sort=&transpose=", headers=BROWSER)
    assert sent.status_code == 303
    assert sent.headers["location"] == "/comparison?cases=quebec-drop-in"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A library with a case that is known, one whose work is silent on all sectors there are, and one nobody read."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "data").mkdir()
    (folder / "data" / "works.bib").write_text(WORKS)
    (folder / "data" / "said.ttl").write_text(SAID)
    with serving(open_home(settings_for(folder / "home", reference_set=folder / "data"))) as client:
        yield client


def test_an_empty_cell_says_why(own: httpx.Client) -> None:
    rows = own.get("/comparison").raise_for_status().json()
    names = [column["name"] for column in rows["columns"]]
    states = {row["cases"][0]["key"]: dict(zip(names, row["cells"], strict=True)) for row in rows["rows"]}
    assert states["garden"]["sector"]["state"] == "stated"
    assert states["garden"]["leader"]["state"] == "not-stated", "its work was read for it"
    assert states["meadow"]["sector"]["state"] == "silent", "its work is silent on what is broader than all values"
    assert states["meadow"]["country"]["state"] == "stated"
    assert states["meadow"]["leader"]["state"] == "not-stated", "no case has a leader that it could be silent on"
    assert states["pond"]["leader"]["state"] == "not-stated"
    assert {cell["state"] for cell in states["shore"].values()} == {"unread"}
    page = text_of(own.get("/comparison", headers=BROWSER).text)
    assert "read and silent" in page
    assert "unread" in page
    folded = own.get("/comparison?group=country&fold=setting").json()["rows"]
    assert [(row.get("label"), row["cells"][0]["stated"]) for row in folded] == [("FR", 3), (None, 3)]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("activity", ["meadow", "pond", "garden", "shore"]),
        ("-activity", ["garden", "pond", "meadow", "shore"]),
        ("place", ["pond", "meadow", "garden", "shore"]),
        ("-place", ["garden", "meadow", "pond", "shore"]),
    ],
)
def test_rows_are_sorted_by_value_and_not_by_letters(own: httpx.Client, sort: str, order: list[str]) -> None:
    rows = own.get(f"/comparison?sort={sort}").raise_for_status().json()["rows"]
    assert [row["cases"][0]["key"] for row in rows] == order, "9 before 10, and the dates as they came"


def test_the_page_in_french_names_cases_values_and_countries_in_french(client: httpx.Client) -> None:
    french = {**BROWSER, "Accept-Language": "fr"}
    page = text_of(client.get("/comparison", headers=french).text)
    assert "coproduction menée par les citoyens" in page
    assert "citizen-led co-production" not in page
    assert "Royaume-Uni (ENG)" in page
