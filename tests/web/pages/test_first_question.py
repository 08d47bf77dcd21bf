"""Which works discuss professional roles, and on what evidence: asked in every way there is."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
import rdflib
from bibtexparser.entrypoint import parse_string

from tests.conftest import BASE, ROOT, shared

CP = f"{BASE}ontology#"
DISCUSSING = frozenset(
    """bakker2012 bovaird2007 boyle2009 brandsen2018book bussu2014 dunston2009 mclaughlin2009 mcmullin2020citizenled
    mcmullin2022lead mcmullin2023paid mcmullin2025lead needham2008 ostrom1996 pestoff2009 schlappa2018 steen2018
    sullivan2021handbook tuurnas2015 vaneijk2018 vanleene2018 vanleene2020""".split()
)
"""What the seed's facts call *yes* or *partly*."""


@pytest.fixture(scope="module")
def answer(client: httpx.Client) -> dict[str, Any]:
    """The answer over REST."""
    response = client.get("/works", params={"discusses": "professional-role", "limit": 1000})
    assert response.status_code == 200
    found: dict[str, Any] = response.json()
    return found


def test_works_are_those_the_facts_call_yes_or_partly(answer: dict[str, Any]) -> None:
    facts = json.loads(shared("seed", "facts.json").read_text())["works"]
    said = {work["key"]: work["discusses_professional_roles"]["value"] for work in facts}
    wanted = {key for key, value in said.items() if value in ("yes", "partly")}
    assert {work["key"] for work in answer["items"]} == wanted == DISCUSSING


def test_directness_follows_the_facts(answer: dict[str, Any]) -> None:
    facts = json.loads(shared("seed", "facts.json").read_text())["works"]
    direct = {"yes": "direct", "partly": "indirect"}
    wanted = {w["key"]: direct.get(w["discusses_professional_roles"]["value"]) for w in facts}
    for work in answer["items"]:
        given = [e["directness"] for e in work["evidence"] if e["about"] == "professional-role"]
        assert given == [wanted[work["key"]]], work["key"]


def test_works_are_the_twenty_one(answer: dict[str, Any]) -> None:
    assert {work["key"] for work in answer["items"]} == DISCUSSING
    assert answer["total"] == len(DISCUSSING) == 21


def test_each_answer_shows_words_that_are_held(client: httpx.Client, answer: dict[str, Any]) -> None:
    for work in answer["items"]:
        (evidence,) = [e for e in work["evidence"] if e["about"] == "professional-role"]
        assert evidence["quote_check"] == "exact", f"{work['key']}: {evidence.get('quote')}"
    page = client.get("/").text
    rows = page[page.index('<ol class="works') : page.index("</ol>", page.index('<ol class="works'))]
    assert rows.count("<li>") == rows.count("<q>") == 21


def test_the_words_of_the_two_source_documents_are_from_their_abstracts(answer: dict[str, Any]) -> None:
    works = {work["key"]: work for work in answer["items"]}
    for key in ("mcmullin2022lead", "mcmullin2020citizenled"):
        quotes = [e["quote"] for e in works[key]["evidence"] if e["locator"] == "abstract"]
        assert len(quotes) > 20
        assert all(quote in works[key]["abstract"] for quote in quotes)


def test_words_of_another_work_name_it(answer: dict[str, Any]) -> None:
    (book,) = [work for work in answer["items"] if work["key"] == "brandsen2018book"]
    (evidence,) = [e for e in book["evidence"] if e["about"] == "professional-role"]
    assert evidence["quoted_from"] == "steen2018"
    assert evidence["quoted_from_iri"] == f"{BASE}id/work/steen2018"


def test_claims_show_the_words_of_the_works_that_make_them(client: httpx.Client) -> None:
    for claim in client.get("/claims").json()["items"]:
        makers = {maker["key"] for maker in claim["made_by"]}
        shown = {e["work"] for e in claim["evidence"] if e["quote_check"] == "exact" and e["state"] == "supports"}
        assert makers <= shown, claim["key"]


def test_each_dimension_of_a_case_has_its_source_and_certainty(client: httpx.Client) -> None:
    for case in client.get("/cases").json()["items"]:
        for name, links in case["dimensions"].items():
            said = [c for c in case["characteristics"] if c["dimension"] == name and c["certainty"] != "low"]
            assert {link["key"] for link in links} == {value["key"] for c in said for value in c["values"]}, case["key"]
            assert {c["source"] for c in said} == {work["key"] for work in case["described_by"]}
            assert {c["quote_check"] for c in said} == {"exact"}
        texts = {c["dimension"] for c in case["characteristics"] if "values" not in c}
        assert texts == {"country", "place", "activity"}


def test_what_a_source_says_at_large_is_not_stated_of_its_cases(client: httpx.Client) -> None:
    case = client.get("/cases/england-parents-group").json()
    low = {c["dimension"]: [v["key"] for v in c["values"]] for c in case["characteristics"] if c["certainty"] == "low"}
    assert low == {"initiator": ["citizen"], "leader": ["citizen"], "professional_role": ["supporting-role"]}
    assert not set(low) & set(case["dimensions"])
    assert len(case["dimensions"]["possible_form"]) == 3


def test_the_cases_of_one_study_say_so(client: httpx.Client) -> None:
    for number in (1, 2, 3):
        case = client.get(f"/cases/quebec-neighbourhood-project-{number}").json()
        assert "one study" in case["label"]
        assert len(case["described_together_with"]) == 2


def test_each_work_comes_with_accepted_evidence_that_says_where(answer: dict[str, Any]) -> None:
    for work in answer["items"]:
        found = [e for e in work["evidence"] if e["about"] == "professional-role"]
        assert found, work["key"]
        for evidence in found:
            assert evidence["work"] == work["key"]
            assert (evidence["state"], evidence["status"]) == ("discusses", "accepted")
            assert evidence["locator"]
            assert evidence["certainty"] in ("high", "moderate", "low")


def test_coverage_adds_up_to_the_number_of_works(client: httpx.Client, answer: dict[str, Any]) -> None:
    works = client.get("/works").json()["total"]
    assert answer["coverage"] == {"discusses": 21, "silent": 10, "unread": 4}
    assert sum(answer["coverage"].values()) == works == 35


def test_named_query_agrees(client: httpx.Client) -> None:
    rows = client.get("/queries/works-discussing", params={"concept": "professional-role"}).json()["items"]
    assert {row["key"] for row in rows} == DISCUSSING
    assert all(row["evidence"].startswith(f"{BASE}id/evidence/") for row in rows)


def test_sparql_agrees(client: httpx.Client) -> None:
    query = f"""PREFIX cp: <{CP}>
    SELECT DISTINCT ?key WHERE {{ ?e cp:about <{BASE}id/concept/professional-role> ; cp:state cp:discusses ;
    cp:standing cp:accepted ; cp:work ?work . ?work cp:citationKey ?key }}"""
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    assert {row["key"]["value"] for row in rows} == DISCUSSING


def test_turtle_agrees_and_has_the_evidence(client: httpx.Client) -> None:
    response = client.get(
        "/works", params={"discusses": "professional-role"}, headers={"Accept": "text/turtle"}
    ).raise_for_status()
    assert response.headers["content-type"].startswith("text/turtle")
    graph = rdflib.Graph().parse(data=response.text, format="turtle")
    about, concept = rdflib.URIRef(f"{CP}about"), rdflib.URIRef(f"{BASE}id/concept/professional-role")
    saying = {
        str(graph.value(node, rdflib.URIRef(f"{CP}work"))).rpartition("/")[2]
        for node in graph.subjects(about, concept)
        if (node, rdflib.URIRef(f"{CP}state"), rdflib.URIRef(f"{CP}discusses")) in graph
    }
    assert saying == DISCUSSING
    described = set(graph.subjects(rdflib.RDF.type, rdflib.URIRef("http://purl.org/spar/fabio/Expression")))
    assert {str(node) for node in described} >= {f"{BASE}id/work/{key}" for key in DISCUSSING}


def test_front_page_answers_it_with_links(client: httpx.Client) -> None:
    page = client.get("/").text
    for key in DISCUSSING:
        assert f"/works/{key}" in page, key
    assert "discusses=professional-role" in page


ROW = re.compile(r"> \| (\d{4}) \| (.+?): (.+?) \| (.+?) \| “(.+?)” \| (.+?) \|$", re.MULTILINE)
"""A row of the table in README.md: year, who, title, where, quote, how surely."""


def named(work: dict[str, Any]) -> str:
    """Who wrote or edited a work, as a list of references has it: the first of more than two."""
    people = work.get("authors") or work["editors"]
    names = [" ".join(filter(None, (one.get("particle"), one.get("family")))) for one in people]
    return " and ".join(names) if len(names) <= 2 else f"{names[0]} and others"


def test_the_table_of_the_readme_is_a_part_of_the_answer(answer: dict[str, Any]) -> None:
    readme = (ROOT / "README.md").read_text()
    rows = ROW.findall(readme)
    assert len(rows) >= 4
    assert f"| … | {len(answer['items']) - len(rows)} more |" in readme
    by_quote = {e["quote"]: (work, e) for work in answer["items"] for e in work["evidence"] if "quote" in e}
    for year, who, title, where, quote, how in rows:
        assert quote in by_quote, f"README.md: no answer has the quote “{quote}”"
        work, evidence = by_quote[quote]
        assert (int(year), who, where) == (work["year"], named(work), evidence["locator"]), work["key"]
        assert work["title"].startswith(title), work["key"]
        assert how == f"{evidence['directness']}, {evidence['certainty']}", work["key"]


def test_the_chapters_references_are_26_or_more_and_in_order(client: httpx.Client) -> None:
    found = client.get("/works/mcmullin2020citizenled/references").json()
    assert found["total"] == len(found["items"]) >= 26
    numbers = [item["reference_number"] for item in found["items"] if "reference_number" in item]
    assert numbers == sorted(numbers)
    assert numbers
    assert {item["confirmation"] for item in found["items"]} <= {"confirmed", "probable", "ambiguous"}


def test_a_reference_is_cited_by_the_chapter(client: httpx.Client) -> None:
    citing = client.get("/works/ostrom1996/citations").json()["items"]
    assert "mcmullin2020citizenled" in {item["work"]["key"] for item in citing}


def test_the_ambiguous_citation_keeps_both_candidates(client: httpx.Client) -> None:
    found = client.get("/works/mcmullin2022lead/references").json()["items"]
    ambiguous = {item["work"]["key"] for item in found if item["confirmation"] == "ambiguous"}
    assert ambiguous == {"vanleene2017nicer", "vanleene2018"}


def test_the_six_cases_and_at_least_four_claims_are_there(client: httpx.Client) -> None:
    cases = client.get("/cases").json()
    assert cases["total"] == 6
    assert {case["key"] for case in cases["items"]} >= {
        "england-parents-group",
        "france-community-picnic",
        "quebec-drop-in",
    }
    assert all(case["dimensions"]["form"] for case in cases["items"] if "form" in case["dimensions"])
    claims = client.get("/claims").json()
    assert claims["total"] >= 4
    assert all(claim["made_by"] for claim in claims["items"])


def test_ostrom_as_bibtex_has_the_right_fields(client: httpx.Client) -> None:
    response = client.get("/works/ostrom1996.bib").raise_for_status()
    assert response.headers["content-type"].partition(";")[0] == "application/x-bibtex"
    library = parse_string(response.text)
    assert not library.failed_blocks
    (entry,) = library.entries
    fields = {field.key: field.value for field in entry.fields}
    assert (entry.entry_type, entry.key) == ("article", "ostrom1996")
    assert fields["author"] == "Ostrom, Elinor"
    assert fields["title"].replace("{", "").replace("}", "") == (
        "Crossing the Great Divide: Coproduction, Synergy, and Development"
    )
    assert fields["journal"] == "World Development"
    assert (fields["year"], fields["volume"], fields["number"]) == ("1996", "24", "6")
    assert fields["pages"] == "1073--1087"
    assert fields["doi"] == "10.1016/0305-750X(96)00023-X"
