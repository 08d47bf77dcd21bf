"""What pages say before something is decided, in words and by names: broken rules, pairs, files without a name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.web.desk.forms import fields
from tests.web.pages.test_headings import text_of

HTML = {"Accept": "text/html"}
RAW = ("http:", "cp:", "ontology", "describedBy", "madeBy")


def fault_of(page: httpx.Response) -> str:
    """Return the text of what a page says cannot be, with its tags."""
    return page.text.partition('<div class="fault"')[2].partition("</div>")[0]


def test_rules_that_a_deletion_would_break_are_said_by_the_names_of_things(curator: httpx.Client) -> None:
    address = "/desk/works/mcmullin2022lead/delete"
    told = fault_of(curator.get(address))
    assert "A case is described by at least one work of the library." in told
    assert '<a href="/cases/quebec-drop-in">Drop-in service for vulnerable people, Quebec</a>' in told
    assert told.count("A case is described") == 1, "the rule is said once, and all things that it is of"
    french = fault_of(curator.get(address, headers={"Accept-Language": "fr"}))
    assert "Un cas est décrit par au moins une œuvre de la bibliothèque." in french
    assert ">Accueil sans rendez-vous pour personnes vulnérables, Québec</a>" in french
    refused = curator.post(address, data={"with_dependents": "yes"})
    assert refused.status_code == 409
    assert ">Drop-in service for vulnerable people, Quebec</a>" in fault_of(refused)
    for words in (told, french, fault_of(refused)):
        assert not [raw for raw in RAW if raw in text_of(words)]


@pytest.fixture
def pair(curator: httpx.Client) -> Iterator[dict[str, Any]]:
    """Two works that may be one, which go again: other tests count the pairs."""
    entry = "@article{%s, author = {Mole, Ida}, title = {Piers of the %s coast}, year = {2004}, journal = {Tides}}"
    entries = "\n".join((entry % ("pier2004", "southern"), entry % ("pier2004x", "southerm")))
    sent = curator.post("/imports", content=entries, headers={"Content-Type": "application/x-bibtex"})
    version = sent.raise_for_status().json()["version"]
    yield curator.get("/duplicates", params={"work": "pier2004"}).json()["items"][0]
    curator.post(f"/changes/{version}/undo").raise_for_status()


def test_a_pair_is_headed_by_authors_and_year_with_small_keys(curator: httpx.Client, pair: dict[str, Any]) -> None:
    page = curator.get(f"/desk/duplicates/{pair['id']}").text
    heads = re.findall(r'<th scope="col">(.*?)</th>', page.partition("</thead>")[0], re.DOTALL)[1:3]
    keys = {work["key"] for work in pair["works"]}
    for head in heads:
        found = re.match(r'[^<]+ \d{4} <span class="soft">([^<]+)</span>', head)
        assert found, head
        keys.discard(found[1])
    assert not keys


def test_the_list_of_pairs_is_read_from_top_to_bottom_on_a_phone(curator: httpx.Client, pair: dict[str, Any]) -> None:
    page = curator.get("/desk/duplicates").text
    assert '<table class="rows">' in page
    row = page.partition(f'<tr><th scope="row"><a href="/desk/duplicates/{pair["id"]}"')[2].partition("</tr>")[0]
    assert 'data-label="Chance"' in row
    assert 'data-label="Why"' in row


def test_a_file_that_came_without_a_name_is_called_so(curator: httpx.Client) -> None:
    entry = "@book{jetty2003, author = {Quay, Ida}, title = {Jetties of the north}, year = {2003}}"
    sent = curator.post("/imports", content=entry, headers={"Content-Type": "application/x-bibtex"})
    version = sent.raise_for_status().json()["version"]
    for address in (f"/changes/{version}", "/changes"):
        assert "a file without a name: 1 new" in text_of(curator.get(address, headers=HTML).text), address
    for address in ("/works/jetty2003/provenance", "/works/jetty2003/history"):
        told = text_of(curator.get(address, headers=HTML).text)
        assert "a file without a name" in told, address
        assert "upload" not in told, address


def test_evidence_that_waits_is_told_by_its_work_and_what_it_is_about(
    curator: httpx.Client, contributor: httpx.Client
) -> None:
    sent = fields(contributor.get("/desk/new/evidence?work=needham2008&about=housing"))
    made = contributor.post("/desk/new/evidence", data=sent | {"state": ["silent"], "certainty": ["low"]})
    assert made.status_code == 303, made.text
    page = curator.get("/queries/evidence-to-review", headers=HTML).text
    version = made.headers["location"].rpartition("=")[2]
    curator.post(f"/changes/{version}/undo").raise_for_status()  # other tests go through all that is proposed
    rows = [text_of(row) for row in re.findall(r'<tr><th scope="row">(.*?)</th>', page, re.DOTALL)]
    assert "Needham 2008: housing" in [row.strip() for row in rows]


def test_it_is_said_how_much_an_undo_takes_back_before_it_is_done(curator: httpx.Client) -> None:
    made = curator.post("/works", json={"key": "ferry2006", "type": "book", "title": "Ferries", "year": 2006})
    assert made.status_code == 201, made.text
    version = curator.get("/changes", params={"limit": 1}).json()["version"]
    change = curator.get(f"/changes/{version}").json()
    told = text_of(curator.get(f"/desk/undo?version={version}").text)
    assert change["added"] > 3
    assert f"It is of 1 thing: {change['added']} statements go, and 0 come back." in told
    undone = curator.post("/desk/undo", data={"version": version, "back": "/desk"})
    back = undone.headers["location"].rpartition("done=")[2]
    again = text_of(curator.get(f"/desk/undo?version={back}").text)
    assert f"It is of 1 thing: 0 statements go, and {change['added']} come back." in again
    french = text_of(curator.get(f"/desk/undo?version={back}", headers={"Accept-Language": "fr"}).text)
    assert re.search(rf"sur 1 chose\s: 0 énoncés disparaissent et {change['added']} reviennent\.", french)
