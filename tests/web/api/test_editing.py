"""Editing single things over HTTP: what is read is what is written, what follows follows, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from commonplace.home.opening import Home
from commonplace.home.tokens import Role
from tests.conftest import serving

PLURALS = ("works", "people", "organizations", "concepts", "claims", "cases")


class Editing:
    """A client that edits, as a curator or as a contributor."""

    def __init__(self, client: httpx.Client, home: Home) -> None:
        self.client = client
        self._tokens = {
            role: {"Authorization": f"Bearer {home.tokens.add(name, role)}"}
            for name, role in (("librarian", Role.CURATOR), ("reader", Role.CONTRIBUTOR))
        }

    def patch(
        self, address: str, patch: dict[str, Any], role: Role = Role.CURATOR, match: str | None = None
    ) -> httpx.Response:
        headers = self._tokens[role] | {"Content-Type": "application/merge-patch+json"}
        return self.client.patch(address, json=patch, headers=headers | ({"If-Match": match} if match else {}))

    def post(self, address: str, values: dict[str, Any], role: Role = Role.CURATOR) -> httpx.Response:
        return self.client.post(address, json=values, headers=self._tokens[role])

    def get(self, address: str) -> Any:
        return self.client.get(address).raise_for_status().json()

    def quads(self) -> set[str]:
        return set(self.client.get("/export?format=nquads").text.splitlines())


@pytest.fixture
def editing(opened: Home) -> Iterator[Editing]:
    with serving(opened) as client:
        yield Editing(client, opened)


@pytest.mark.parametrize("plural", PLURALS)
def test_what_is_read_can_be_written_and_changes_nothing(editing: Editing, plural: str) -> None:
    for brief in editing.get(f"/{plural}?limit=200")["items"]:
        answer = editing.patch(f"/{plural}/{brief['key']}", editing.get(f"/{plural}/{brief['key']}"))
        assert (answer.status_code, answer.headers["Commonplace-Version"]) == (200, "1"), answer.text


@pytest.mark.parametrize(
    ("address", "member", "value"),
    [
        ("/works/ostrom1996", "title", "Crossing another divide"),
        ("/works/ostrom1996", "authors", [{"family": "Doe", "given": "Jane"}, {"key": "elinor-ostrom"}]),
        ("/works/ostrom1996", "doi", "10.5555/another"),
        ("/works/ostrom1996", "container_title", "Another Journal"),
        ("/works/brandsen2018definitions", "container_title", "A book of their own"),
        ("/works/tuurnas2015", "keywords", ["learning", "professionals"]),
        ("/works/ostrom1996", "translated_titles", {"fr": ["Franchir le fossé"], "und": ["Un", "Deux"]}),
        ("/works/ostrom1996", "original_titles", {"ru": ["Пересекая"]}),
        ("/works/tuurnas2015", "alternative_keys", ["DBLP:journals/x/T15", "tuurnas"]),
        ("/people/elinor-ostrom", "given", "Lin"),
        ("/people/elinor-ostrom", "dropping_particle", "von"),
        ("/people/elinor-ostrom", "identifiers", [{"scheme": "orcid", "value": "0000-0002-1825-0097"}]),
        ("/concepts/facilitator", "labels", {"fr": "animateur de projet"}),
        ("/concepts/facilitator", "broader", []),
        ("/concepts/facilitator", "related", ["management"]),
        ("/cases/quebec-drop-in", "country", "CA"),
    ],
)
def test_an_edit_taken_back_by_hand_leaves_no_trace(editing: Editing, address: str, member: str, value: object) -> None:
    before, quads = editing.get(address), editing.quads()
    edited = editing.patch(address, {member: value}).raise_for_status().json()
    assert edited.get(member) != before.get(member)
    assert editing.get(address).get(member) == edited.get(member)
    editing.patch(address, {member: before.get(member)}).raise_for_status()
    left = editing.quads() - quads
    assert quads <= editing.quads()
    assert all("/id/person/" in quad or "/id/venue/" in quad for quad in left), left  # whom and what it met stays


def test_what_follows_from_a_name_follows(editing: Editing) -> None:
    editing.patch(
        "/people/elinor-ostrom", {"family": "Ostromová", "alternative_names": ["E. Ostrom"]}
    ).raise_for_status()
    assert editing.get("/people/elinor-ostrom")["name"] == "Elinor Ostromová"
    assert editing.get("/works/ostrom1996")["authors"][0]["family"] == "Ostromová"
    assert editing.get("/search?q=ostromova&kind=person")["items"][0]["key"] == "elinor-ostrom"
    assert editing.get("/works?sort=author")["complete"] == "complete"


def test_a_year_and_a_date_of_issue_say_the_same(editing: Editing) -> None:
    dated = editing.patch("/works/ostrom1996", {"issued": "1998-03"}).json()
    assert (dated["year"], dated["issued"]) == (1998, "1998-03")
    assert editing.patch("/works/ostrom1996", {"year": 1999}).json()["issued"] == "1999"


def test_a_work_that_moves_leaves_the_issn_with_its_journal(editing: Editing) -> None:
    moved = editing.patch("/works/ostrom1996", {"container_title": "Public Administration Quarterly"}).json()
    assert "issn" not in moved
    assert editing.get("/venues/world-development")["issn"] == ["0305-750X"]


def test_a_note_on_an_identifier_stays_when_another_is_added(editing: Editing) -> None:
    book = editing.get("/works/brandsen2018book")
    noted = {one["value"]: one["note"] for one in book["identifiers"] if "note" in one}
    assert noted
    edited = editing.patch("/works/brandsen2018book", {"isbn": [*book["isbn"], "978-3-16-148410-0"]}).json()
    assert {one["value"]: one["note"] for one in edited["identifiers"] if "note" in one} == noted


def test_narrower_and_broader_are_said_from_both_sides(editing: Editing) -> None:
    made = editing.post("/concepts", {"labels": {"en": "self-help", "fr": "entraide"}, "broader": ["co-production"]})
    assert (made.status_code, made.headers["Location"]) == (201, "/concepts/self-help")
    assert "self-help" in [one["key"] for one in editing.get("/concepts/co-production")["narrower"]]
    editing.patch("/concepts/self-help", {"broader": None}).raise_for_status()
    assert "self-help" not in [one["key"] for one in editing.get("/concepts/co-production")["narrower"]]


def test_a_new_work_gets_a_key_of_author_and_year(editing: Editing) -> None:
    work = {"type": "book", "title": "Commons", "authors": [{"family": "Ostrom", "given": "Elinor"}], "year": 1990}
    first, second = editing.post("/works", work), editing.post("/works", work | {"title": "More commons"})
    assert (first.json()["key"], second.json()["key"]) == ("ostrom1990", "ostrom1990a")
    assert first.json()["authors"][0]["key"] == "elinor-ostrom"
    assert editing.get("/works?author=elinor-ostrom")["total"] == 4


@pytest.mark.parametrize("key", ["łukasz2001", "李2001", 'o"brien', "\u202ecba"])
def test_a_new_thing_is_found_where_the_answer_says_whatever_its_key(editing: Editing, key: str) -> None:
    """A header holds ASCII. An answer that could not be sent told of a failure after the thing was made."""
    for plural, values in (("works", {"type": "book", "title": "A book"}), ("people", {"family": "Łukasiewicz"})):
        made = editing.post(f"/{plural}", {"key": key, **values})
        assert (made.status_code, made.headers["Location"]) == (201, f"/{plural}/{quote(key)}")
        assert editing.get(made.headers["Location"])["key"] == key


@pytest.mark.parametrize(
    ("address", "values", "where"),
    [
        ("/works", {"key": "..", "type": "book", "title": "Up"}, "key"),
        ("/concepts", {"key": ".", "labels": {"en": "Here"}, "definitions": {"en": "here"}}, "key"),
        ("/works", {"type": "novel", "title": "x"}, "type"),
        ("/works", {"type": "book", "title": " "}, "title"),
        ("/works", {"type": "book", "title": "x", "doi": "no doi"}, "doi"),
        ("/works", {"type": "book", "title": "x", "issued": "last year"}, "issued"),
        ("/works", {"type": "book", "title": "x", "authors": [{"given": "Jane"}]}, "authors[0]"),
        ("/works", {"type": "book", "title": "x", "key": "ostrom1996"}, "key"),
        ("/works", {"type": "book", "title": "x", "colour": "red"}, "colour"),
        ("/people", {"given": "Jane"}, "family"),
        ("/concepts", {"labels": {"e n": "x"}}, "labels.e n"),
        ("/claims", {"labels": {"en": "x"}, "made_by": ["nobody1900"], "concepts": ["facilitator"]}, "made_by[0]"),
        ("/evidence", {"work": "ostrom1996", "about": "facilitator", "state": "perhaps", "certainty": "low"}, "state"),
    ],
)
def test_a_fault_is_told_with_its_member(editing: Editing, address: str, values: dict[str, Any], where: str) -> None:
    refused = editing.post(address, values)
    assert refused.status_code == 400, refused.text
    assert where in [fault["where"] for fault in refused.json()["errors"]]
    assert editing.get("/healthz")["version"] == 1


def test_a_conflict_shows_what_there_is_now_and_what_differs(editing: Editing) -> None:
    editing.patch("/works/ostrom1996", {"title": "Theirs", "volume": "25"}).raise_for_status()
    refused = editing.patch("/works/ostrom1996", {"title": "Mine"}, match='"1;json"')
    assert refused.status_code == 412
    assert refused.json()["current"]["title"] == "Theirs"
    differs = {one["field"]: one for one in refused.json()["differs"]}
    assert set(differs) == {"title", "volume"}, "its evidence quotes the title, and is a thing of its own"
    assert (differs["title"]["now"], differs["title"]["yours"]) == ("Theirs", "Mine")
    assert editing.patch("/works/ostrom1996", {"title": "Mine"}, match='"2;json"').status_code == 200


def test_a_contributor_may_propose_evidence_and_edit_nothing_else(editing: Editing) -> None:
    assert editing.patch("/works/ostrom1996", {"title": "x"}, Role.CONTRIBUTOR).status_code == 403
    judged = {"work": "ostrom1996", "about": "facilitator", "state": "silent", "certainty": "low", "status": "accepted"}
    before = editing.get("/works?discusses=facilitator")["coverage"]
    proposed = editing.post("/evidence", judged, Role.CONTRIBUTOR)
    assert (proposed.status_code, proposed.json()["status"]) == (201, "proposed")
    assert editing.get("/works?discusses=facilitator")["coverage"] == before
    accepted = editing.patch(f"/evidence/{proposed.json()['id']}", {"status": "accepted"}).json()
    assert (accepted["status"], accepted["agent"]) == ("accepted", "reader")


def test_the_document_must_be_an_object_of_json(editing: Editing, opened: Home) -> None:
    token = {"Authorization": f"Bearer {opened.tokens.add('again', Role.CURATOR)}"}
    for body, kind, status in [
        (b"[1]", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"a":' * 100_000, "application/json", 400),
        (b"title=x", "application/x-www-form-urlencoded", 415),
        (b" " * 1_000_001, "application/json", 413),
    ]:
        answer = editing.client.patch("/works/ostrom1996", content=body, headers=token | {"Content-Type": kind})
        assert answer.status_code == status, answer.text
    assert editing.client.patch("/works/ostrom1996", json={"title": "x"}).status_code == 401


def test_an_alternative_key_is_no_key_of_another_work_nor_the_work_s_own(editing: Editing) -> None:
    editing.patch("/works/tuurnas2015", {"alternative_keys": ["learning", "t15"]}).raise_for_status()
    assert editing.client.get("/works/t15").headers["location"] == "/works/tuurnas2015"
    for address, taken in (("parks1981", "t15"), ("parks1981", "ostrom1996"), ("tuurnas2015", "tuurnas2015")):
        answer = editing.patch(f"/works/{address}", {"alternative_keys": ["free", taken]})
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, "alternative_keys[1]"), answer.text
    assert editing.post("/works", {"key": "t15", "type": "book", "title": "Another"}).status_code == 400
    again = editing.patch("/works/tuurnas2015", {"alternative_keys": ["t15"]}).json()
    assert again["alternative_keys"] == ["t15"], "what is left out is taken away"
    assert editing.client.get("/works/learning").status_code == 404


def test_an_author_added_to_a_work_goes_with_the_version_that_added_it(editing: Editing) -> None:
    before = editing.quads()
    authors = editing.get("/works/ostrom1996")["authors"]
    added = editing.patch("/works/ostrom1996", {"authors": [*authors, {"family": "Moon", "given": "Li"}]})
    assert added.status_code == 200, added.text

    undone = editing.post(f"/changes/{added.headers['Commonplace-Version']}/undo", {})

    assert (undone.status_code, undone.json()["kept"]) == (201, [])
    assert editing.quads() == before


def test_an_author_that_a_later_version_speaks_of_stays_whole(editing: Editing) -> None:
    authors = editing.get("/works/ostrom1996")["authors"]
    added = editing.patch("/works/ostrom1996", {"authors": [*authors, {"family": "Moon", "given": "Li"}]})
    update = (
        "INSERT DATA { <http://127.0.0.1:8000/id/work/ostrom1996#author-2> "
        "<http://www.w3.org/2000/01/rdf-schema#comment> 'as the reprint has it' }"
    )
    said = editing.client.post(
        "/sparql", data={"update": update}, headers=editing._tokens[Role.CURATOR] | {"Accept": "*/*"}
    )
    assert said.is_success, said.text

    undone = editing.post(f"/changes/{added.headers['Commonplace-Version']}/undo", {})

    assert undone.status_code == 200, "the link to the author follows from the role, so nothing is left to undo"
    assert [one["thing"] for one in undone.json()["kept"]]
    names = [one["family"] for one in editing.get("/works/ostrom1996")["authors"]]
    assert names == ["Ostrom", "Moon"], "a role that a later version speaks of is not left without its work"


def test_a_work_of_another_type_is_of_its_own_again_after_an_undo(editing: Editing) -> None:
    before = editing.quads()
    changed = editing.patch("/works/ostrom1996", {"type": "book"})
    assert changed.status_code == 200, changed.text
    undone = editing.post(f"/changes/{changed.headers['Commonplace-Version']}/undo", {})
    assert (undone.status_code, undone.json()["kept"]) == (201, [])
    assert editing.quads() == before
