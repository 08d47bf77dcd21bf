"""Statements that follow from others go along with them, whichever way a change comes; a wrong one is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from commonplace.exchange import plan
from commonplace.home.opening import Home, open_home
from commonplace.home.tokens import Role
from commonplace.model.change import Version
from tests.command import commonplace
from tests.conftest import BASE, serving, settings_for
from tests.patchlog.entries import entry

pytestmark = pytest.mark.slow  # most of its tests start a server of their own

PREFIXES = f"""
PREFIX : <{BASE}ontology#> PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX cito: <http://purl.org/spar/cito/> PREFIX pro: <http://purl.org/spar/pro/>
PREFIX fabio: <http://purl.org/spar/fabio/> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> BASE <{BASE}>
"""

WORKS = """
@article{ng2001, author = {Ng, Anh and Silva, Bea}, title = {A Garden for \\emph{All}}, date = {2001-05},
  abstract = {Neighbours began it, and officials came second.}}
@article{bo2005, author = {Silva, Bea}, title = {What Came of the Garden}, date = {2005}}
"""

EVIDENCE = """
<id/evidence/e> a :Evidence ; :work <id/work/ng2001> ; :about <id/concept/gardens> ; :state :discusses ;
  :directness :direct ; :certainty :high ; :method :human ; :standing :accepted ; :locator "abstract" ;
  :quote "officials came second" ; <http://www.w3.org/ns/prov#wasAttributedTo> <id/organization/us> ;
  <http://www.w3.org/ns/prov#generatedAtTime> "2026-11-21T00:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .
"""

REST = """
<id/concept/gardens> a skos:Concept ; skos:notation "gardens" ; skos:prefLabel "gardens"@en, "jardins"@fr ;
  skos:definition "Where one grows."@en, "Là où l'on cultive."@fr ; skos:inScheme <id/scheme/s> ;
  skos:topConceptOf <id/scheme/s> .
<id/scheme/s> a skos:ConceptScheme ; skos:prefLabel "All"@en ; skos:hasTopConcept <id/concept/gardens> .
<id/organization/us> a foaf:Organization ; foaf:name "Us" .
<id/citation/c> a cito:Citation ; cito:hasCitingEntity <id/work/bo2005> ; cito:hasCitedEntity <id/work/ng2001> ;
  :confirmation :confirmed .
"""


class Writing:
    """A curator's client of a library of two works, a piece of evidence and a citation."""

    def __init__(self, client: httpx.Client, home: Home) -> None:
        self.client = client
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"

    def update(self, text: str) -> httpx.Response:
        headers = {"Content-Type": "application/sparql-update"}
        return self.client.post("/sparql", content=PREFIXES + text, headers=headers)

    def made(self, text: str) -> int:
        """Make an update that must be one version, and return its number."""
        answer = self.update(text)
        assert answer.status_code == 200, answer.text
        return int(answer.headers["Commonplace-Version"])

    def refused(self, text: str) -> str:
        """Make an update that must be refused; return the places and reasons."""
        before = self.quads()
        answer = self.update(text)
        assert answer.status_code == 422, answer.text
        assert self.quads() == before
        return "\n".join(f"{error['where']}: {error['why']}" for error in answer.json()["errors"])

    def bibtex(self, text: str) -> Any:
        headers = {"Content-Type": "application/x-bibtex", "Prefer": "wait=60"}
        return self.client.post("/imports", content=text.encode(), headers=headers).raise_for_status().json()

    def undo(self, version: int) -> None:
        assert self.client.post(f"/changes/{version}/undo").status_code == 201

    def quads(self) -> set[str]:
        return set(self.client.get("/export?format=nquads").text.splitlines())

    def values(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a property, IRIs without the base."""
        query = f"SELECT ?value {{ <{subject}> {predicate} ?value }}"
        answer = self.client.get("/sparql", params={"query": PREFIXES + query}).raise_for_status().json()
        return sorted(row["value"]["value"].removeprefix(BASE) for row in answer["results"]["bindings"])


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    home = open_home(settings_for(tmp_path / "home", reference_set="none"))
    with serving(home) as client:
        made = Writing(client, home)
        made.bibtex(WORKS)
        made.made(f"INSERT DATA {{ {EVIDENCE} {REST} }}")
        yield made


def replaced(subject: str, predicate: str, value: str) -> str:
    """Return the update that gives a property that one value."""
    return (
        f"DELETE {{ <{subject}> {predicate} ?was }} INSERT {{ <{subject}> {predicate} {value} }} "
        f"WHERE {{ <{subject}> {predicate} ?was }}"
    )


def test_a_person_renamed_by_a_part_has_the_name_that_the_parts_make(writing: Writing) -> None:
    before = writing.quads()
    version = writing.made(replaced("id/person/bea-silva", "foaf:familyName", "'Souza'"))
    assert writing.values("id/person/bea-silva", "foaf:name") == ["Bea Souza"]
    assert writing.client.get("/works/bo2005").json()["authors"][0]["family"] == "Souza"
    writing.made("INSERT DATA { <id/person/bea-silva> :particle 'de' }")
    assert writing.values("id/person/bea-silva", "foaf:name") == ["Bea de Souza"]
    writing.undo(version + 1)
    writing.undo(version)
    assert writing.quads() == before


def test_a_name_keeps_the_order_that_it_is_written_in(writing: Writing) -> None:
    writing.made(replaced("id/person/anh-ng", "foaf:name", "'Ng Anh'"))
    before = writing.quads()
    version = writing.made(replaced("id/person/anh-ng", "foaf:givenName", "'Binh'"))
    assert writing.values("id/person/anh-ng", "foaf:name") == ["Ng Binh"]
    writing.undo(version)
    assert writing.quads() == before


def test_a_name_that_its_parts_do_not_make_is_refused(writing: Writing) -> None:
    why = writing.refused(replaced("id/person/bea-silva", "foaf:name", "'Ana Silva'"))
    assert "which make 'Bea Silva'" in why
    assert "skos:altLabel" in why


def test_undo_of_a_rename_after_another_makes_the_name_of_what_is_left(writing: Writing) -> None:
    version = writing.made(replaced("id/person/bea-silva", "foaf:familyName", "'Souza'"))
    writing.made(replaced("id/person/bea-silva", "foaf:givenName", "'Beatriz'"))
    writing.undo(version)
    assert writing.values("id/person/bea-silva", "foaf:name") == ["Beatriz Silva"]


def test_a_year_follows_its_date(writing: Writing) -> None:
    before = writing.quads()
    date = "'2003-02'^^<http://www.w3.org/2001/XMLSchema#gYearMonth>"
    version = writing.made(replaced("id/work/ng2001", "dcterms:issued", date))
    assert writing.values("id/work/ng2001", "fabio:hasPublicationYear") == ["2003"]
    assert writing.client.get("/works?year=2003").json()["total"] == 1
    writing.undo(version)
    assert writing.quads() == before
    writing.made("DELETE WHERE { <id/work/ng2001> dcterms:issued ?date }")
    assert writing.values("id/work/ng2001", "fabio:hasPublicationYear") == []
    year = "'1999'^^<http://www.w3.org/2001/XMLSchema#gYear>"
    assert "2005" in writing.refused(replaced("id/work/bo2005", "fabio:hasPublicationYear", year))


def test_what_follows_cannot_be_taken_away_alone(writing: Writing) -> None:
    answer = writing.update(
        "DELETE { ?w fabio:hasPublicationYear ?year ; dcterms:creator ?c . ?p foaf:name ?name . ?e :quoteCheck ?check }"
        "WHERE { { ?w fabio:hasPublicationYear ?year } UNION { ?p a foaf:Person ; foaf:name ?name }"
        "UNION { ?e :quoteCheck ?check } UNION { ?w dcterms:creator ?c } }"
    )
    assert answer.status_code == 204, "nothing changes, and the answer says so"


def test_a_quote_is_compared_by_the_program_alone(writing: Writing) -> None:
    assert writing.values("id/evidence/e", ":quoteCheck") == ["ontology#exact"]
    version = writing.made(replaced("id/evidence/e", ":quote", "'Officials came SECOND'"))
    assert writing.values("id/evidence/e", ":quoteCheck") == ["ontology#normalised"]
    why = writing.refused(replaced("id/evidence/e", ":quoteCheck", ":exact"))
    assert f"{BASE}id/evidence/e {BASE}ontology#quoteCheck: The program compares quotes" in why
    makes = "it makes cp:quoteCheck cp:normalised and no cp:quotePage"
    assert makes in why
    why = writing.refused("INSERT DATA { <id/evidence/e> :quotePage 2 }")
    assert f"{BASE}id/evidence/e {BASE}ontology#quotePage: The program compares quotes" in why
    assert makes in why
    writing.made(
        "DELETE DATA { <id/evidence/e> :quote 'Officials came SECOND' ; :quoteCheck :normalised } ;"
        "INSERT DATA { <id/evidence/e> :quote 'officials came first' ; :quoteCheck :not-found }"
    )
    writing.undo(version + 1)
    assert writing.values("id/evidence/e", ":quoteCheck") == ["ontology#normalised"]


def test_quotes_are_compared_again_when_the_text_changes(writing: Writing) -> None:
    before = writing.quads()
    changed = writing.client.patch("/works/ng2001", json={"abstract": "Officials came first."})
    version = int(changed.headers["Commonplace-Version"])
    assert writing.values("id/evidence/e", ":quoteCheck") == ["ontology#not-found"]
    later = EVIDENCE.replace("evidence/e", "evidence/later").replace("second", "first")
    writing.made("INSERT DATA { " + later + " }")
    assert writing.values("id/evidence/later", ":quoteCheck") == ["ontology#normalised"]
    writing.undo(version)
    assert writing.values("id/evidence/e", ":quoteCheck") == ["ontology#exact"]
    assert writing.values("id/evidence/later", ":quoteCheck") == ["ontology#not-found"]
    writing.undo(version + 1)
    assert writing.quads() == before


@pytest.mark.parametrize("held_bytes", [plan.HELD_BYTES, 0])
def test_an_import_that_brings_the_text_lets_quotes_be_found(
    writing: Writing, monkeypatch: pytest.MonkeyPatch, held_bytes: int
) -> None:
    writing.made(replaced("id/evidence/e", ":work", "<id/work/bo2005>"))
    assert writing.values("id/evidence/e", ":quoteCheck") == ["ontology#no-text"]
    before = writing.quads()
    monkeypatch.setattr(plan, "HELD_BYTES", held_bytes)  # beyond it a change is text, and not checked at the door
    brought = WORKS.replace("date = {2005}", "date = {2005}, abstract = {So officials came second.}")
    receipt = writing.bibtex(brought + "@book{new2009, title = {New}, author = {New, N.}, date = {2009}}")
    assert (receipt["fates"]["updated"], receipt["fates"]["new"]) == (1, 1)
    assert writing.values("id/evidence/e", ":quoteCheck") == ["ontology#exact"]
    writing.undo(receipt["version"])
    assert writing.quads() == before


def test_plain_properties_follow_the_roles(writing: Writing) -> None:
    before = writing.quads()
    version = writing.made(
        "DELETE WHERE { ?work pro:isDocumentContextFor <id/work/ng2001#author-2> . <id/work/ng2001#author-2> ?p ?o }"
    )
    assert writing.values("id/work/ng2001", "dcterms:creator") == ["id/person/anh-ng"]
    writing.undo(version)
    assert writing.quads() == before
    why = writing.refused("INSERT DATA { <id/work/bo2005> dcterms:creator <id/person/anh-ng> }")
    assert "dcterms:creator names those who hold the role" in why


def test_the_node_of_an_identifier_has_the_value_that_stands_plain(writing: Writing) -> None:
    writing.bibtex("@book{el1999, author = {El, Eve}, title = {The Other Garden}, date = {1999}, doi = {10.5555/el}}")
    before = writing.quads()
    plain = "<http://prismstandard.org/namespaces/basic/2.0/doi>"
    version = writing.made(replaced("id/work/el1999", plain, "'10.5555/le'"))
    value = "<http://www.essepuntato.it/2010/06/literalreification/hasLiteralValue>"
    assert writing.values("id/work/el1999#doi", value) == ["10.5555/le"]
    writing.undo(version)
    assert writing.quads() == before


def test_a_form_with_markup_goes_with_another_text(writing: Writing) -> None:
    assert writing.values("id/work/ng2001", ":richTitle") == ["A Garden for <i>All</i>"]
    before = writing.quads()
    version = writing.made(replaced("id/work/ng2001", "dcterms:title", "'Gardens'"))
    assert writing.values("id/work/ng2001", ":richTitle") == []
    writing.undo(version)
    assert writing.quads() == before
    html = "'Gardens for <i>All</i>'^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>"
    assert "another text than dcterms:title" in writing.refused(replaced("id/work/ng2001", ":richTitle", html))


def test_a_citation_links_the_works_and_its_end_parts_them(writing: Writing) -> None:
    assert writing.values("id/work/bo2005", "cito:cites") == ["id/work/ng2001"]
    before = writing.quads()
    refused = writing.refused("DELETE DATA { <id/work/bo2005> cito:cites <id/work/ng2001> }")
    assert "has no cito:cites for this citation" in refused
    version = writing.made("DELETE WHERE { <id/citation/c> ?p ?o }")
    assert writing.values("id/work/bo2005", "cito:cites") == []
    writing.undo(version)
    assert writing.quads() == before


def test_a_work_does_not_say_that_it_may_cite_what_it_cites(writing: Writing) -> None:
    before = writing.quads()
    writing.bibtex("@book{el1999, author = {El, Eve}, title = {The Other Garden}, date = {1999}}")
    ambiguous = writing.made(
        "INSERT DATA { <id/citation/d> a cito:Citation ; cito:hasCitingEntity <id/work/bo2005> ;"
        ":confirmation :ambiguous ; :candidate <id/work/ng2001>, <id/work/el1999> }"
    )
    assert writing.values("id/work/bo2005", ":mayCite") == ["id/work/el1999"]
    certain = writing.made("DELETE WHERE { <id/citation/c> ?p ?o }")
    assert writing.values("id/work/bo2005", "cito:cites") == []
    assert writing.values("id/work/bo2005", ":mayCite") == ["id/work/el1999", "id/work/ng2001"]
    writing.made(
        "DELETE WHERE { <id/citation/d> :candidate ?work ; :confirmation ?how } ;"
        "INSERT DATA { <id/citation/d> cito:hasCitedEntity <id/work/el1999> ; :confirmation :confirmed }"
    )
    assert writing.values("id/work/bo2005", "cito:cites") == ["id/work/el1999"]
    assert writing.values("id/work/bo2005", ":mayCite") == []
    for version in (certain + 1, certain, ambiguous, ambiguous - 1):
        writing.undo(version)
    assert writing.quads() == before


def test_a_key_is_that_of_the_iri(writing: Writing) -> None:
    assert "which is 'bo2005'" in writing.refused(replaced("id/work/bo2005", ":citationKey", "'bo2006'"))


def test_a_key_leads_to_one_work(writing: Writing) -> None:
    assert "Another work has this key" in writing.refused("INSERT DATA { <id/work/ng2001> :alternativeKey 'bo2005' }")
    writing.made("INSERT DATA { <id/work/ng2001> :alternativeKey 'garden' }")
    assert "alternative one: ng2001" in writing.refused("INSERT DATA { <id/work/bo2005> :alternativeKey 'garden' }")


def test_a_whole_graph_may_leave_out_what_follows_and_must_not_contradict_it(writing: Writing) -> None:
    before = writing.quads()
    derived = ("quoteCheck", "hasPublicationYear", '0.1/name> "Bea Silva')
    short = [line for line in before if not any(word in line for word in derived)]
    assert len(short) < len(before)
    own = [line.replace(f" <{BASE}graph/ontology>", "") for line in short if "<http" in line and "/graph/" not in line]
    headers = {"Content-Type": "application/n-triples"}
    answer = writing.client.put("/graph-store?default", content="\n".join(own) + "\n", headers=headers)
    assert answer.status_code == 204, answer.text
    assert writing.quads() == before
    wrong = [*own, f"<{BASE}id/evidence/e> <{BASE}ontology#quoteCheck> <{BASE}ontology#not-found> ."]
    answer = writing.client.put("/graph-store?default", content="\n".join(wrong) + "\n", headers=headers)
    assert answer.status_code == 422, answer.text
    assert "of this quote it makes cp:quoteCheck cp:exact and no cp:quotePage." in json.dumps(answer.json())
    assert writing.quads() == before


def test_verify_tells_where_the_log_says_otherwise(home: Path, tmp_path: Path) -> None:
    opened = open_home(settings_for(home))
    person = f"<{BASE}id/person/elinor-ostrom> <http://xmlns.com/foaf/0.1/familyName>"
    (added,), (removed,) = (
        tuple(parse(f'{person} "{name}" .', format=RdfFormat.N_QUADS)) for name in ("Awan", "Ostrom")
    )
    opened.library.log.append(entry(2, added, removed=(removed,), previous=opened.library.log.header(Version(1)).id))
    done = commonplace("verify", "--home", home, cwd=tmp_path)
    assert done.exit == 1
    assert "which make 'Elinor Awan'" in done.text
