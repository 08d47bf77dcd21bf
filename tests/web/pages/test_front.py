"""The front page speaks of the library it belongs to: the reference set, another literature, or none at all."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.derived.graph.store_snapshot import StoreSnapshot
from commonplace.home.opening import open_home
from commonplace.library.named_queries import load_queries
from commonplace.settings import QUERIES
from tests.conftest import serving, settings_for
from tests.web.pages.test_pages import BROWSER

WORKS = """@article{darwin1881, author = {Darwin, Charles}, title = {The Formation of Vegetable Mould}, year = {1881},
  journal = {Notes on Worms}}
@book{white1789, author = {White, Gilbert}, title = {Natural History of \\textsc{Selborne}}, year = {1789},
  publisher = {Benjamin White}}
"""
SAID = """@prefix cp: <ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<.well-known/void#dataset> dcterms:title "Earthworms & what they do"@en, "Les vers de terre"@fr ;
  dcterms:description "Works on earthworms."@en .
<id/scheme/worms> a skos:ConceptScheme ; skos:notation "worms" ; skos:prefLabel "Worms"@en, "Vers"@fr ;
  skos:definition "What is said of worms."@en, "Ce qu’on dit des vers."@fr .
<id/concept/burrowing> a skos:Concept ; skos:notation "burrowing" ;
  skos:inScheme <id/scheme/worms> ; skos:topConceptOf <id/scheme/worms> ;
  skos:prefLabel "burrowing"@en, "fouissage"@fr ; skos:definition "Making burrows."@en, "Faire des galeries."@fr .
<id/concept/casting> a skos:Concept ; skos:notation "casting" ;
  skos:inScheme <id/scheme/worms> ; skos:topConceptOf <id/scheme/worms> ;
  skos:prefLabel "casting"@en, "turricules"@fr ; skos:altLabel "worm casts"@en ;
  skos:definition "Throwing up casts."@en, "Rejeter des turricules."@fr .
<id/organization/readers> a foaf:Organization ; foaf:name "Readers" .
<id/evidence/burrowing--darwin1881> a cp:Evidence ; cp:work <id/work/darwin1881> ; cp:about <id/concept/burrowing> ;
  cp:state cp:discusses ; cp:directness cp:direct ; cp:certainty cp:high ; cp:locator "title" ;
  rdfs:comment "It is about little else." ; cp:method cp:human ; cp:standing cp:accepted ;
  prov:wasAttributedTo <id/organization/readers> ; prov:generatedAtTime "2026-11-21T00:00:00Z"^^xsd:dateTime .
"""
ELSEWHERE = re.compile(r"ostrom|mcmullin|professional|co-production|quebec", re.IGNORECASE)
"""Names of the reference set that stand in no other literature."""


@pytest.fixture(scope="module")
def worms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a literature of its own."""
    folder = tmp_path_factory.mktemp("worms")
    (folder / "data").mkdir()
    (folder / "data" / "works.bib").write_text(WORKS)
    (folder / "data" / "said.ttl").write_text(SAID)
    open_home(settings_for(folder / "home", reference_set=folder / "data"))
    return folder / "home"


def links_hold(client: httpx.Client) -> set[str]:
    """Assert that each link of the page within the library is answered; return the names of the queries it leads to."""
    links = [html.unescape(link) for link in re.findall(r'href="([^"]+)"', client.get("/").text)]
    for link in links:
        assert client.get(link, follow_redirects=True).status_code == 200, link
    client.cookies.clear()  # one of the links chooses a language
    return {found[1] for link in links if (found := re.match(r"/queries/([\w-]+)", link))}


def test_the_links_of_the_reference_set_hold(client: httpx.Client) -> None:
    assert links_hold(client) == set(load_queries(QUERIES))
    page = client.get("/").text
    assert '<h1>Commonplace: the <span class="whole">co-production</span> of public services</h1>' in page
    assert "Which works discuss “role of professionals”, and on what evidence?" in page


def test_another_literature_is_spoken_of_in_its_own_words(worms: Path) -> None:
    with serving(open_home(settings_for(worms))) as client:
        page = client.get("/").text
        assert "<h1>Earthworms &amp; what they do</h1>" in page
        assert "<title>Earthworms &amp; what they do</title>" in page
        assert "Works on earthworms." in page
        assert '<a href="/works">2 works</a>' in page
        assert "1 evidence" in page
        assert '<a href="/organizations">' in page
        for count in re.findall(r"<li>(?:<a [^>]*>)?1 (\w+)", page):
            assert count in {
                "work",
                "person",
                "organization",
                "venue",
                "concept",
                "claim",
                "case",
                "evidence",
                "citation",
            }
        assert "Which works discuss “burrowing”, and on what evidence?" in page
        assert "It is about little else." in page
        assert not ELSEWHERE.search(page), ELSEWHERE.findall(page)
        assert "/queries/citation-path?" in page, "two works are enough for a path"
        assert not re.search(r'href="/queries/evidence-on-claim', page), "there is no claim to ask of"
        linked = links_hold(client)
        assert linked < set(load_queries(QUERIES)), "not all can be asked"
        assert len(linked) > 15, linked


def test_an_empty_library_says_so_and_names_nothing(empty: httpx.Client) -> None:
    page = empty.get("/").text
    assert "<h1>Commonplace</h1>" in page
    assert "The library has no works." in page
    assert not ELSEWHERE.search(page), ELSEWHERE.findall(page)
    assert "Version" not in page
    assert len(links_hold(empty)) > 5


def test_the_page_reads_the_graph_again_only_after_a_version(
    tmp_path: Path, worms: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is what most come to first, and shows thirty works with their evidence."""
    shutil.copytree(worms, tmp_path / "home")
    reads: list[tuple[Any, ...]] = []
    triples = StoreSnapshot.triples

    def noted(snapshot: StoreSnapshot, *pattern: Any) -> Any:
        reads.append(pattern)
        return triples(snapshot, *pattern)

    monkeypatch.setattr(StoreSnapshot, "triples", noted)
    with serving(open_home(settings_for(tmp_path / "home"))) as client:
        client.headers["Authorization"] = f"Bearer {(tmp_path / 'home' / 'token').read_text().strip()}"
        first = client.get("/").text
        french = client.get("/", headers={"Accept-Language": "fr"}).text
        assert len(reads) > 20
        reads.clear()
        assert client.get("/").text == first
        assert client.get("/", headers={"Accept-Language": "fr"}).text == french != first
        assert "fouissage" in french
        assert {subject.value.rpartition("/")[2] for subject, *_ in reads} == {"void#dataset"}, (
            "its title, as on all pages"
        )
        patch = {"Content-Type": "application/merge-patch+json"}
        edited = client.patch("/works/darwin1881", json={"title": "On worms"}, headers=patch)
        assert edited.status_code == 200, edited.text
        assert "On worms" in client.get("/").text
        assert "On worms" in client.get("/", headers={"Accept-Language": "fr"}).text


@pytest.mark.parametrize("question", ["casting", "Worm casts", "http://127.0.0.1:8000/id/concept/casting"])
def test_the_settings_name_library_and_question(worms: Path, question: str) -> None:
    with serving(open_home(settings_for(worms)), title="My worms", question=question) as client:
        page = client.get("/").text
        assert "<h1>My worms</h1>" in page
        assert 'href="/concepts/casting"' in page
        assert "0 discuss it" in page


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("vegetable mould", "The Formation of Vegetable Mould"),
        ("xylophones", "finds no work"),
        ("?!", "finds no work"),
    ],
)
def test_a_question_in_other_words_is_searched_for(worms: Path, question: str, said: str) -> None:
    with serving(open_home(settings_for(worms)), question=question) as client:
        page = client.get("/").text
        assert f"<h2>{question}</h2>" in page
        assert said in page


@pytest.mark.parametrize("address", ["/", "/docs/problems/gone"])
def test_a_page_allows_neither_scripts_nor_styles_that_stand_in_it(worms: Path, address: str) -> None:
    with serving(open_home(settings_for(worms))) as client:
        page = client.get(address)
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert not re.search(r"<style|\sstyle=|<script(?! type=\"module\" src=)|\son\w+=", page.text)
        assert client.get("/works/white1789").headers["content-security-policy"].startswith("default-src 'none'")


def test_every_count_leads_to_what_it_counts(client: httpx.Client) -> None:
    page = client.get("/", headers={"Accept": "text/html"}).text
    totals = page.partition('<ul class="totals">')[2].partition("</ul>")[0]
    links = re.findall(r'<li><a href="([^"]+)">', totals)
    assert len(links) == totals.count("<li>") > 6
    assert {"/gaps", "/map"} <= set(links), "evidence, citations"
    for address in links:
        assert client.get(address, headers={"Accept": "text/html"}).status_code == 200, address


PRESENT = re.compile(r"/(changes|docs|openapi|ontology|sparql|desk|language|static|search|pins|prisma|opensearch|$)")
"""Addresses that know no version, or lead to the present on purpose; the header and the foot of a page do, too."""


def past_of(client: httpx.Client, address: str) -> str:
    """Return the page of an address, and assert that it says that it is the past, and leads on within it."""
    page = client.get(address, headers=BROWSER).raise_for_status().text
    assert re.search(r'class="past" role="status">This is the past: version 1 of the library', page)
    main = page.partition("<main")[2].partition("</main>")[0]
    links = {html.unescape(link) for link in re.findall(r'href="(/[^"]*)"', main)}
    within = [link for link in links if not PRESENT.match(link)]
    assert len(within) > 20
    for link in within:
        assert re.search(r"[?&]at=1(&|$)", link), link
        assert client.get(link, headers=BROWSER, follow_redirects=True).status_code == 200, link
    return main


def works_in(page: str) -> int:
    found = re.search(r'<a href="/works(?:[?]at=1)?">(\d+) works</a>', page)
    assert found
    return int(found[1])


def test_the_front_page_of_a_version_says_that_it_is_the_past_and_leads_on_in_it(imported_works: httpx.Client) -> None:
    newest = imported_works.get("/works").json()
    then = imported_works.get("/works", params={"at": 1}).json()["total"]
    assert newest["total"] > then
    before = works_in(imported_works.get("/", headers=BROWSER).text)
    for _ in range(2):  # what was shown of the past is not kept for the present, nor the other way round
        page = past_of(imported_works, "/?at=1")
        assert (works_in(page), before) == (then, newest["total"])
        before = works_in(imported_works.get("/", headers=BROWSER).text)
    assert "version 2</a>" not in page, "nothing is told that came later"
    assert "This is the past" not in imported_works.get("/", params={"at": newest["version"]}, headers=BROWSER).text


def test_the_front_page_in_french_says_that_it_is_the_past(imported_works: httpx.Client) -> None:
    page = imported_works.get("/?at=1", headers={**BROWSER, "Accept-Language": "fr"}).text
    assert "Ceci est le passé" in page
    assert "rôle des professionnels" in page


@pytest.mark.parametrize(("at", "status"), [("999", 404), ("0", 400), ("x", 400)])
def test_the_front_page_of_no_version_is_refused(client: httpx.Client, at: str, status: int) -> None:
    assert client.get("/", params={"at": at}, headers=BROWSER).status_code == status


def test_a_timeline_of_the_past_leads_on_in_it(imported_works: httpx.Client) -> None:
    past_of(imported_works, "/timeline?concept=professional-role&at=1")
