"""Pins over HTTP: an answer that is kept can be cited, asked again, compared with now, and taken back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import rdflib

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from tests.conftest import BASE, serving

pytestmark = pytest.mark.slow  # most of its tests start a server of their own

ROLE = "/works?discusses=professional-role"
SELECT = "SELECT ?c WHERE { ?c a <http://www.w3.org/2004/02/skos/core#Concept> }"


class Pinning:
    """A client that keeps answers."""

    def __init__(self, client: httpx.Client, home: Home) -> None:
        self.client = client
        self.headers = {"Authorization": f"Bearer {home.tokens.add('librarian', Role.CURATOR)}"}
        self.contributor = {"Authorization": f"Bearer {home.tokens.add('reader', Role.CONTRIBUTOR)}"}

    def keep(self, **asked: str) -> dict[str, Any]:
        answer = self.client.post("/pins", json=asked, headers=self.headers)
        assert answer.status_code == 201, answer.text
        assert answer.headers["location"] == f"/pins/{answer.json()['key']}"
        made: dict[str, Any] = answer.json()
        return made

    def get(self, address: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(address).raise_for_status().json()
        return found

    def edit(self, address: str, **members: object) -> None:
        headers = self.headers | {"Content-Type": "application/merge-patch+json"}
        self.client.patch(address, json=members, headers=headers).raise_for_status()

    def refused(self, asked: dict[str, object], status: int = 400) -> dict[str, Any]:
        version = self.get("/healthz")["version"]
        answer = self.client.post("/pins", json=asked, headers=self.headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert self.get("/healthz")["version"] == version, "nothing is written"
        problem: dict[str, Any] = answer.json()
        return problem


@pytest.fixture
def pinning(opened: Home) -> Iterator[Pinning]:
    with serving(opened) as client:
        yield Pinning(client, opened)


def test_a_pin_says_what_was_asked_of_which_version_and_how_to_cite_it(pinning: Pinning) -> None:
    pin = pinning.keep(address=ROLE, title="Who discusses professional roles?", note="for chapter 2")
    assert (pin["key"], pin["asks"], pin["asked_version"], pin["address"]) == ("2", ROLE, 1, f"{ROLE}&at=1")
    assert (pin["agent"], pin["note"], pin["title"]) == (
        "librarian",
        "for chapter 2",
        "Who discusses professional roles?",
    )
    whole = pinning.get(f"{ROLE}&limit=100")
    content = {name: value for name, value in whole.items() if name not in ("version", "next")}
    content["items"] = [{n: v for n, v in item.items() if n != "version"} for item in whole["items"]]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert pin["answer_hash"] == hashlib.sha256(text.encode()).hexdigest()
    for part in (pin["iri"], pin["answer_hash"], "version 1", "co-production", "“Who discusses professional roles?”"):
        assert part in pin["citation"]
    assert pin["iri"] == f"{BASE}id/pin/2"
    seen = pinning.client.get("/id/pin/2", follow_redirects=True)
    assert (seen.url.path, seen.json()) == ("/pins/2", pin)
    change = pinning.get("/changes/2")
    assert (change["kind"], change["agent"], change["message"]) == ("pin", "librarian", pin["title"])


def test_a_pin_is_rdf_with_its_provenance(pinning: Pinning) -> None:
    pinning.keep(address=ROLE)
    text = pinning.client.get("/pins/2", headers={"Accept": "text/turtle"}).raise_for_status().text
    graph = rdflib.Graph().parse(data=text, format="turtle")
    node, prov = rdflib.URIRef(f"{BASE}id/pin/2"), rdflib.Namespace("http://www.w3.org/ns/prov#")
    assert graph.value(node, prov.wasGeneratedBy) == rdflib.URIRef(f"{BASE}id/change/2")
    assert graph.value(node, prov.wasAttributedTo) == rdflib.URIRef(f"{BASE}id/agent/librarian")
    assert graph.value(node, rdflib.URIRef(f"{BASE}ontology#askedVersion")) == rdflib.Literal(1)


@pytest.mark.parametrize(
    "asked",
    [
        {"address": ROLE},
        {"address": "/works?limit=3&sort=year"},
        {"address": "/works/ostrom1996"},
        {"address": "/works/ostrom1996.bib"},
        {"address": "/works/mcmullin2020citizenled/references"},
        {"address": "/people"},
        {"address": "/queries/gap-map"},
        {"address": "/queries/works-discussing?concept=professional-role"},
        {"address": f"{BASE}claims/low-professionalisation-enables"},
        {"address": "/export?format=csl-json&discusses=professional-role"},
        {"query": SELECT},
        {"query": "ASK { ?s ?p ?o }"},
        {"query": "DESCRIBE <id/work/ostrom1996>"},
    ],
    ids=lambda asked: next(iter(asked.values()))[:40],
)
def test_an_answer_holds_when_it_is_asked_again_later(pinning: Pinning, asked: dict[str, str]) -> None:
    pin = pinning.keep(**asked)
    assert pinning.get(pin["difference"])["items"] == []
    pinning.edit("/works/ostrom1996", title="Another title")
    pinning.edit("/works/mcmullin2020citizenled", title="Another title of the chapter")
    again = pinning.get(pin["answer"])
    assert (again["holds"], again["found_hash"]) == (True, pin["answer_hash"])
    assert again["kept"]


def test_the_difference_says_what_was_added_removed_and_changed(pinning: Pinning) -> None:
    pin = pinning.keep(address=ROLE)
    evidence = {"work": "parks1981", "about": "professional-role", "state": "discusses", "directness": "direct"}
    evidence |= {"certainty": "low", "locator": "title"}
    held = pinning.get("/works?discusses=professional-role&limit=100")
    assert "parks1981" not in {work["key"] for work in held["items"]}
    pinning.client.post("/evidence", json=evidence, headers=pinning.headers).raise_for_status()
    within = {"professional-role", *(one["key"] for one in pinning.get("/concepts/professional-role")["narrower"])}
    saying = {
        work["key"]: [e["id"] for e in work["evidence"] if e["about"] in within and e["state"] == "discusses"]
        for work in held["items"]
    }
    gone, only = next((key, found[0]) for key, found in saying.items() if len(found) == 1)
    pinning.edit(f"/evidence/{only}", status="rejected")
    pinning.edit("/works/ostrom1996", title="Crossing another divide")
    found = pinning.get(pin["difference"])
    by_name = {item["name"].rpartition("/")[2]: item for item in found["items"]}
    assert by_name[gone]["change"] == "removed"
    assert by_name[gone]["then"]["key"] == gone
    assert by_name["parks1981"]["change"] == "added"
    assert by_name["ostrom1996"]["members"] == ["evidence", "title"], "its quotes were looked for in the new title"
    assert by_name["ostrom1996"]["now"]["title"] == "Crossing another divide"
    assert by_name["ostrom1996"]["then"]["title"].startswith("Crossing the Great Divide")
    assert found["total"] == len(found["items"]) == 3 + sum(name in by_name for name in ("coverage", "extent"))
    assert pinning.get(f"{pin['difference']}?at=1")["items"] == []
    pages, address = [], f"{pin['difference']}?limit=1"
    while address:
        page = pinning.get(address)
        assert len(page["items"]) == 1
        pages += page["items"]
        address = page.get("next", "")
    assert pages == found["items"]


def test_rows_of_sparql_are_compared_whatever_their_order(pinning: Pinning) -> None:
    pin = pinning.keep(query=SELECT)
    same = pinning.keep(query=f"{SELECT} ORDER BY DESC(?c)")
    assert pin["answer_hash"] == same["answer_hash"]
    made = {"labels": {"en": "waiting", "fr": "attente"}, "definitions": {"en": "To wait.", "fr": "Attendre."}}
    pinning.client.post("/concepts", json=made, headers=pinning.headers).raise_for_status()
    (added,) = pinning.get(pin["difference"])["items"]
    assert (added["change"], added["now"]["c"]["value"]) == ("added", f"{BASE}id/concept/waiting")


def test_a_search_is_kept_though_the_past_cannot_be_searched(pinning: Pinning) -> None:
    pin = pinning.keep(address="/works?q=divide")
    assert "holds" not in pinning.get("/pins/2/answer"), "the pin itself made a new version"
    assert "newest" in pinning.get("/pins/2/answer")["why"]
    assert [work["key"] for work in pinning.get("/pins/2/answer")["kept"]["items"]] == ["ostrom1996"]
    pinning.edit("/works/ostrom1996", title="Nothing of the kind", abstract=None)
    assert "removed" in {item["change"] for item in pinning.get(pin["difference"])["items"]}


def test_a_question_that_has_no_answer_any_more_is_a_difference(pinning: Pinning) -> None:
    pin = pinning.keep(address="/claims/low-professionalisation-enables")
    gone = pinning.client.delete(
        "/claims/low-professionalisation-enables?with_dependents=true", headers=pinning.headers
    )
    assert gone.status_code == 200, gone.text
    found = pinning.get(pin["difference"])
    assert [item["change"] for item in found["items"]] == ["removed", "added"]
    assert "deleted" in found["items"][1]["now"]["problem"]
    assert pinning.get(pin["answer"])["holds"] is True


def test_a_list_of_many_pages_is_kept_whole(pinning: Pinning) -> None:
    people = pinning.get("/people")
    assert people["next"], "there are more people than one page has"
    pin = pinning.keep(address="/people")
    assert len(pinning.get(pin["answer"])["kept"]["items"]) == people["total"]


def test_pins_are_listed_newest_first_and_undone(pinning: Pinning) -> None:
    for address in ("/claims", "/cases"):
        pinning.keep(address=address)
    listed = pinning.get("/pins?limit=1")
    assert (listed["total"], len(listed["items"])) == (2, 1)
    both = [*listed["items"], *pinning.get(listed["next"])["items"]]
    assert {pin["key"] for pin in both} == {"2", "3"}
    undone = pinning.client.post("/changes/2/undo", headers=pinning.headers)
    assert undone.status_code == 201, undone.text
    for address in ("/pins/2", "/pins/2/answer", "/pins/2/difference"):
        assert pinning.client.get(address).status_code == 410, address
    assert pinning.get("/pins/2?at=3")["key"] == "2"
    assert pinning.client.get("/pins/9").status_code == 404


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({}, "body"),
        ({"address": "/works", "query": "ASK {}"}, "body"),
        ({"address": "/works", "colour": "red"}, "colour"),
        ({"address": "https://elsewhere.example/works"}, "address"),
        ({"address": "works"}, "address"),
        ({"address": "/nothing"}, "address"),
        ({"address": "/works?discusses=nothing"}, "address"),
        ({"address": "/works?cursor=abc"}, "address"),
        ({"address": "/works?at=0"}, "address"),
        ({"address": "/works?at=99"}, "address"),
        ({"address": f"/works?at={'9' * 5000}"}, "address"),
        ({"address": "/healthz"}, "address"),
        ({"address": "/works?q=role&at=1&at=1"}, "address"),
        ({"query": "SELECT nonsense"}, "address"),
        ({"query": "SELECT * { SERVICE <http://x.example/> {} }"}, "address"),
        ({"address": 7}, "address"),
    ],
)
def test_what_cannot_be_kept_is_refused(pinning: Pinning, asked: dict[str, object], where: str) -> None:
    assert where in {fault["where"] for fault in pinning.refused(asked)["errors"]}


def test_a_contributor_may_keep_and_a_stranger_may_not(pinning: Pinning) -> None:
    kept = pinning.client.post("/pins", json={"address": ROLE}, headers=pinning.contributor)
    assert (kept.status_code, kept.json()["agent"]) == (201, "reader")
    assert pinning.client.post("/pins", json={"address": ROLE}).status_code == 401


def test_an_answer_of_an_earlier_version_is_kept(pinning: Pinning) -> None:
    pinning.edit("/works/ostrom1996", title="Another title")
    pin = pinning.keep(address="/works/ostrom1996?at=1")
    assert (pin["asks"], pin["asked_version"]) == ("/works/ostrom1996", 1)
    assert [item["members"] for item in pinning.get(pin["difference"])["items"]] == [["evidence", "title"]]


def test_pins_have_the_manners_of_every_address(pinning: Pinning) -> None:
    pinning.keep(address=ROLE)
    for address in ("/pins", "/pins/2", "/pins/2/answer", "/pins/2/difference"):
        answer = pinning.client.get(address)
        again = pinning.client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), address
        assert pinning.client.get(f"{address}?nonsense=1").status_code == 400, address
        assert pinning.client.get(address, headers={"Accept": "image/png"}).status_code == 406, address
    assert pinning.client.get("/pins/2/difference.json").json() == pinning.get("/pins/2/difference")
