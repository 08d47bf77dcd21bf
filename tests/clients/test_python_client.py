"""The Python client reads and writes a server over HTTP, and says what stands in the way."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from commonplace import Client
from commonplace.client import (
    Conflict,
    Forbidden,
    Gone,
    Incomplete,
    NotFound,
    Problem,
    RulesBroken,
    Unavailable,
    Unreachable,
)
from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.web.answer_types import answer_types
from tests.conftest import ROOT, serving, settings_for

BIB = "@book{tide1999, author = {Bergson, Anna}, title = {Tides of the Lagoon}, year = 1999}\n"


@pytest.fixture
def library(client: httpx.Client) -> Iterator[Client]:
    """A client of a server that is only read."""
    with Client(str(client.base_url)) as library:
        yield library


@pytest.fixture(scope="module")
def curator(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client with a curator's token, of a server of its own."""
    folder = tmp_path_factory.mktemp("curated") / "home"
    shutil.copytree(reference_home, folder)
    home = open_home(settings_for(folder))
    secret = home.tokens.add("Mara", Role.CURATOR)
    with serving(home) as client, Client(str(client.base_url), token=secret) as library:
        yield library


def test_the_types_are_those_of_the_description() -> None:
    written = (ROOT / "app" / "commonplace" / "client" / "answers.py").read_text()
    assert written == answer_types(), "app/commonplace/client/answers.py is stale: run `make reference`"


def test_the_package_does_not_load_the_client_or_the_program() -> None:
    program = (
        "import sys, commonplace; before = {'httpx', 'fastapi', 'commonplace.client'} & set(sys.modules)\n"
        "from commonplace import Client; after = {'fastapi', 'pyoxigraph', 'pydantic', 'rdflib'} & set(sys.modules)\n"
        "print(before, after, Client.__module__)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["set()", "set()", "commonplace.client.client"]


def test_a_list_follows_every_page_and_knows_its_totals(library: Client, client: httpx.Client) -> None:
    works = library.works(discusses="professional-role", limit=4)
    told = client.get("/works", params={"discusses": "professional-role", "limit": 100}).json()
    assert [work["key"] for work in works] == [work["key"] for work in told["items"]]
    assert (works.total, works.coverage, works.extent) == (told["total"], told["coverage"], told["extent"])
    assert (works.version, works.etag, works.complete) == (1, '"1;json"', "complete")
    assert sum(works.coverage.values()) == library.works().total


def test_each_page_is_asked_of_the_address_that_was_given() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        more = "https://elsewhere.example/library/works?cursor=b&limit=1" if len(asked) == 1 else None
        page = {"items": [{"key": f"k{len(asked)}"}], "total": 2, "complete": "complete", "version": 3, "next": more}
        return httpx.Response(200, json=page)

    with Client("http://tunnel.example/library", token="cpl_x", transport=httpx.MockTransport(answer)) as library:
        assert [work["key"] for work in library.works(limit=1)] == ["k1", "k2"]
    assert asked[1] == "http://tunnel.example/library/works?cursor=b&limit=1"


def test_works_come_with_the_evidence_on_the_concept(library: Client, client: httpx.Client) -> None:
    rows = client.get("/queries/works-discussing", params={"concept": "professional-role"}).json()["items"]
    found = library.discussing("professional-role")
    assert {one["iri"] for _, evidence in found for one in evidence} == {row["evidence"] for row in rows}
    assert all(evidence for _, evidence in found)
    silent = library.discussing("professional-role", state="silent")
    assert silent.total == silent.coverage["silent"] == len(list(silent))
    assert all({one["state"] for one in evidence} == {"silent"} for _, evidence in silent)
    unread = library.discussing("professional-role", state="unread")
    assert [evidence for _, evidence in unread] == [[]] * unread.coverage["unread"]


def test_single_things_and_lists_are_what_the_server_answers(library: Client, client: httpx.Client) -> None:
    work = library.work("ostrom1996")
    assert work.value == client.get("/works/ostrom1996").json()
    assert (work.version, work.etag) == (1, '"1;json"')
    assert library.concept("facilitator", at=1).value["label"] == "facilitator"
    claims = list(library.claims())
    assert claims[0]["key"] == library.claim(claims[0]["key"]).value["key"]
    assert next(iter(library.cases()))["dimensions"]
    evidence = library.evidence("professional-role--tuurnas2015").value
    assert evidence["quote"] == "The perspective of public service professionals"
    found = library.find_quote("the great divide")
    assert next(iter(found))["work"]["key"] == "ostrom1996"
    assert found.coverage["works"] == library.works().total
    assert any(one["key"] == "ostrom1996" for one in library.search("great divide", kind="work"))
    assert any(queue["name"] == "never-read" for queue in library.queues())
    assert library.queue("no-identifier").total == len(list(library.queue("no-identifier")))
    assert next(iter(library.suggestions("facilitator")))["work"]["key"]
    assert library.change(1).value["kind"] == next(iter(library.changes()))["kind"] == "reference-set"
    path = library.query("citation-path", from_="mcmullin2020citizenled", to="vaneijk2014")
    assert path.total == len(list(path)) > 0
    assert library.gaps(concept="professional-role").value["cells"]


def test_sparql_is_asked_in_every_form(library: Client) -> None:
    rows = library.sparql("SELECT ?k WHERE { <id/work/ostrom1996> <ontology#citationKey> ?k }", at=1)
    assert (rows.value[0]["k"]["value"], rows.version, rows.complete) == ("ostrom1996", 1, "complete")
    assert library.ask("ASK { <id/work/ostrom1996> ?p ?o }").value is True
    graph = library.construct("DESCRIBE <id/work/ostrom1996>", form="application/n-triples")
    assert "/id/work/ostrom1996>" in graph.value
    with pytest.raises(Problem) as told:
        library.sparql("SELECT * WHERE { SERVICE <http://elsewhere.example/> { ?s ?p ?o } }")
    assert told.value.kind == "query-refused"


def test_an_export_is_the_file(library: Client, client: httpx.Client) -> None:
    ris = library.export("ris", discusses="professional-role")
    assert ris.value == client.get("/export", params={"format": "ris", "discusses": "professional-role"}).content
    assert b"Ostrom" in library.export(style="apa", cited_by="mcmullin2020citizenled").value


def test_a_part_is_refused_unless_it_is_asked_for() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        body = {
            "items": [],
            "total": 0,
            "complete": "truncated",
            "version": 1,
            "next": None,
            "results": {"bindings": []},
        }
        return httpx.Response(200, json=body, headers={"Commonplace-Complete": "truncated"})

    with Client(transport=httpx.MockTransport(answer)) as library:
        with pytest.raises(Incomplete, match="truncated") as told:
            library.works().total  # noqa: B018
        assert told.value.complete == "truncated"
        with pytest.raises(Incomplete):
            library.sparql("SELECT * WHERE { ?s ?p ?o }")
        assert library.works(partial=True).complete == "truncated"
        assert library.sparql("SELECT * WHERE { ?s ?p ?o }", partial=True).complete == "truncated"


def test_a_problem_has_its_fields(library: Client) -> None:
    with pytest.raises(NotFound) as missing:
        library.work("nobody1999")
    assert (missing.value.status, missing.value.kind, missing.value.instance) == (404, "not-found", "/works/nobody1999")
    with pytest.raises(Problem, match="year") as refused:
        library.works(year="soon").total  # noqa: B018
    assert (refused.value.status, refused.value.errors[0][0]) == (400, "year")
    with pytest.raises(Forbidden):
        library.undo(1)


@pytest.mark.parametrize("key", ["conf/icse/Doe99", "a#b", "what?", "50%", "a&b=c", "é ü", "..a", "x:y+z"])
def test_a_key_of_any_characters_is_asked_for(curator: Client, tmp_path: Path, key: str) -> None:
    bib = tmp_path / "odd.json"
    bib.write_text(json.dumps([{"id": key, "type": "book", "title": f"Of {key} alone"}]))
    curator.import_file(bib)
    assert curator.work(key).value["title"] == f"Of {key} alone"
    edited = curator.edit("works", key, {"note": "odd"})
    assert curator.work(key).value["note"] == "odd"
    assert next(iter(curator.history("works", key)))["version"] == edited.version
    assert curator.references(key).total == 0
    curator.delete("works", key)
    with pytest.raises(Gone):
        curator.work(key)


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_what_is_no_key_is_not_asked_for(curator: Client, key: str) -> None:
    head = curator.changes().first.version
    for ask in (
        lambda: curator.work(key),
        lambda: curator.query(key),
        lambda: curator.edit("works", key, {"title": "Nowhere"}),
        lambda: curator.delete("works", key),
        lambda: curator.history("works", key),
    ):
        with pytest.raises(NotFound, match="nothing has the key"):
            ask()
    assert curator.changes().first.version == head


def test_an_answer_that_is_no_json_is_no_librarys() -> None:
    page = httpx.MockTransport(lambda request: httpx.Response(200, html="<p>A page of somebody else</p>"))
    with Client("http://elsewhere.example", transport=page) as library:
        for ask in (lambda: library.work("ostrom1996"), lambda: library.works().total, lambda: library.undo(3)):
            with pytest.raises(Unreachable, match=r"elsewhere\.example/.*text/html"):
                ask()


def test_no_library_is_told_with_its_address() -> None:
    with Client("http://127.0.0.1:9", tries=1) as nowhere, pytest.raises(Unreachable, match=r"127\.0\.0\.1:9"):
        nowhere.work("ostrom1996")


@pytest.mark.parametrize(
    ("method", "kind", "later", "tries"),
    [
        ("GET", "busy", "0", 3),
        ("GET", "stopping", "0", 3),
        ("POST", "busy", "0", 3),
        ("POST", "stopping", "0", 1),
        ("GET", "query-memory", None, 1),
        ("GET", "busy", "9999", 1),
    ],
)
def test_it_comes_again_where_the_library_says_so(method: str, kind: str, later: str | None, tries: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        told = {"type": f"http://library.example/docs/problems/{kind}", "title": "Not now", "detail": "later"}
        return httpx.Response(503, json=told, headers={"Retry-After": later} if later else {})

    with Client(tries=3, transport=httpx.MockTransport(answer)) as library:
        with pytest.raises(Unavailable, match="Not now"):
            library.request(method, "/works")
        assert asked == [method] * tries


def test_it_is_answered_when_it_comes_again() -> None:
    statuses = iter((429, 503, 200))

    def answer(request: httpx.Request) -> httpx.Response:
        status = next(statuses)
        return httpx.Response(status, json={"key": "k", "version": 2}, headers={"Retry-After": "0"})

    with Client(transport=httpx.MockTransport(answer)) as library:
        assert library.work("k").value["key"] == "k"


def test_a_curator_imports_edits_judges_pins_and_takes_back(curator: Client, tmp_path: Path) -> None:
    file = tmp_path / "lagoon.bib"
    file.write_text(BIB)
    tried = curator.import_file(file, dry_run=True)
    assert (tried.value["fates"]["new"], tried.version) == (1, 0)
    receipt = curator.import_file(file)
    version = receipt.version
    assert (receipt.value["file"], receipt.value["version"]) == ("lagoon.bib", version)
    assert curator.receipt(version).value["sha256"] == receipt.value["sha256"]

    work = curator.work("tide1999")
    edited = curator.edit("works", "tide1999", {"note": "To be read"}, message="a note", if_match=work.etag)
    assert edited.value["note"] == "To be read"
    with pytest.raises(Conflict) as moved:
        curator.edit("works", "tide1999", {"note": "Never"}, if_match=work.version)
    assert moved.value.members["current"]["note"] == "To be read"

    grounds = {"quote": "Tides", "locator": "title", "directness": "indirect", "certainty": "low"}
    said = curator.add_evidence("tide1999", "facilitator", "discusses", **grounds)
    assert (said.value["status"], said.value["quote_check"]) == ("accepted", "exact")
    assert "tide1999" in [one.work["key"] for one in curator.discussing("facilitator")]
    pin = curator.keep_answer("/works?discusses=facilitator", title="Facilitators").value
    assert curator.pinned_answer(pin["key"]).value["holds"] is True
    undone = curator.undo(said.version)
    assert undone.value["undone"] == said.version
    gone = [one for one in curator.pin_difference(pin["key"]) if one["change"] == "removed"]
    assert any("tide1999" in one["name"] for one in gone)

    made = curator.create("concepts", {"labels": {"en": "tide table"}})
    curator.delete("concepts", made.value["key"])
    with pytest.raises(Gone):
        curator.concept(made.value["key"])
    with pytest.raises(RulesBroken, match="id/work/x"):
        curator.update("INSERT DATA { <id/work/x> a <http://purl.org/spar/fabio/Expression> }")
    changed = curator.update('INSERT DATA { <notes> <http://purl.org/dc/terms/title> "Notes" }', message="a note")
    assert changed.value["message"] == "a note"
    assert curator.update("DELETE DATA { <notes> <http://purl.org/dc/terms/title> 'None' }").value is None
    bulk = curator.bulk({"keys": ["tide1999"]}, {"set": {"language": "en"}}, dry_run=True).value
    assert bulk["changed"] == 1
    judged = curator.decide(("tide1999", "ostrom1996"), "different", reason="other books").value
    assert judged["judgement"] == "different"
    assert curator.history("works", "tide1999").total >= 2


def test_a_long_import_is_followed_to_its_receipt_or_its_problem(curator: Client) -> None:
    asked = curator.request("POST", "/imports?dry_run=true", content=BIB, headers={"Prefer": "respond-async"})
    assert asked.status_code == 202
    assert curator._of_job(asked.json()).value["entries"] == 1
    asked = curator.request(
        "POST", "/imports?dry_run=true", content=b"\xff\xfe\x00nothing", headers={"Prefer": "respond-async"}
    )
    with pytest.raises(Problem):
        curator._of_job(asked.json())
