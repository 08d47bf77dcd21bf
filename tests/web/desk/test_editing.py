"""The forms of the desk in which a thing is made, changed, restored and deleted, sent as a browser sends them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pyoxigraph import NamedNode

from commonplace.curation.shacl.after import StateAfter
from commonplace.curation.shacl.validation import violations_after
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.exchange import deletions
from commonplace.library.statement_labels import name_of
from commonplace.model.change import Version
from commonplace.model.minter import Minter
from commonplace.web.desk import history as desk_history
from commonplace.web.desk.editing import mark_of
from tests.web.desk.forms import PAGES, fields


def test_a_form_that_is_not_touched_changes_nothing(curator: httpx.Client, head: Callable[[], int]) -> None:
    before = head()
    edited = [address for address in PAGES if address.count("/") == 3 and "edit" in curator.get(address).text]
    touched = [
        address for address in edited if re.match(r"/desk/(works|people|organ|ven|conc|claims|cases|evid)", address)
    ]
    assert len(touched) == 8
    for address in touched:
        answer = curator.post(address, data=fields(curator.get(address)))
        assert (answer.status_code, answer.headers["location"]) == (303, address), answer.text
    assert head() == before


def test_a_field_is_changed_and_the_others_are_left(curator: httpx.Client, server: httpx.Client) -> None:
    address = "/desk/works/brudney1983"
    key = address.rpartition("/")[2]
    was = server.get(f"/works/{key}").json()
    sent = fields(curator.get(address)) | {"note": ["seen\r\ntwice"]}
    sent["keywords"] = ["third sector\r\nco-production"]
    answer = curator.post(address, data=sent)
    assert answer.status_code == 303, answer.text
    now = server.get(f"/works/{key}").json()
    assert now["note"] == "seen\ntwice"
    assert set(now["keywords"]) == {"third sector", "co-production"}
    moved = {"note", "keywords", "version", "evidence"}
    assert {n: v for n, v in now.items() if n not in moved} == {n: v for n, v in was.items() if n not in moved}
    assert "Saved as version" in curator.get(answer.headers["location"]).text


def test_what_was_typed_is_kept_on_an_error_and_on_a_conflict(
    curator: httpx.Client, server: httpx.Client, head: Callable[[], int]
) -> None:
    address = "/desk/works/ostrom1996"
    sent = fields(curator.get(address))
    before = head()
    wrong = curator.post(address, data=sent | {"doi": ["no doi"], "note": ["typed for long"]})
    assert wrong.status_code == 400
    assert "typed for long" in wrong.text
    assert 'value="no doi"' in wrong.text
    assert "is no DOI" in html.unescape(wrong.text)
    assert head() == before

    other = {"volume": "25", "publisher_place": "Oxford"}
    assert curator.patch("/works/ostrom1996", json=other).status_code == 200
    passed = curator.post(address, data=sent | {"note": ["mine"]})
    assert passed.status_code == 303, "others changed other fields"
    assert {**server.get("/works/ostrom1996").json(), "note": "mine"}.items() >= (other | {"note": "mine"}).items()
    clash = curator.post(address, data=sent | {"volume": ["26"]})
    assert clash.status_code == 412
    assert 'value="26"' in clash.text
    assert "<td>24</td><td>25</td><td>26</td>" in clash.text
    again = fields(clash)
    assert again["volume"] == ["26"]
    assert curator.post(address, data=again).status_code == 303
    assert server.get("/works/ostrom1996").json()["volume"] == "26"
    assert server.get("/works/ostrom1996").json()["publisher_place"] == "Oxford"


def test_a_clash_reads_the_history_of_the_thing_and_no_past_state_of_the_library(
    curator: httpx.Client, server: httpx.Client, past_states: list[Version]
) -> None:
    for address, name, theirs, mine in (
        ("/works/needham2008", "volume", "31", "32"),
        ("/people/elinor-ostrom", "given", "Lin", "Elinor C."),
        ("/cases/quebec-drop-in", "activity", "a drop-in", "a service"),
        ("/evidence/professional-role--ostrom1996", "note", "Theirs.", "Mine."),
    ):
        sent = fields(curator.get(f"/desk{address}"))
        assert name in sent, address
        curator.patch(address, json={name: theirs}).raise_for_status()
        refused = curator.post(f"/desk{address}", data=sent | {name: [mine]})
        assert refused.status_code == 412, (address, refused.text)
        told = html.unescape(refused.text)
        assert re.search(rf"<td>{re.escape(theirs)}</td><td>{re.escape(mine)}</td>", told), address
        assert fields(refused)[name] == [mine]
    assert past_states == []


def test_a_form_of_a_version_that_the_library_does_not_have_says_so_and_keeps_what_was_typed(
    curator: httpx.Client, head: Callable[[], int]
) -> None:
    address, newest = "/desk/works/tuurnas2015", head()
    sent = fields(curator.get(address)) | {"version": [str(newest + 40)], "note": ["typed for long"]}
    refused = curator.post(address, data=sent)
    assert refused.status_code == 412
    told = f"this was opened at version {newest + 40}, which the library does not have: its newest is version {newest}"
    assert told in html.unescape(refused.text).replace("This was", "this was")
    assert "deleted by version" not in refused.text
    again = fields(refused)
    assert (again["note"], again["version"]) == (["typed for long"], [str(newest)])
    assert curator.post(address, data=again).status_code == 303
    gone = curator.post("/desk/works/nobody1999", data=sent)
    assert gone.status_code == 404
    assert "typed for long" in gone.text, "also where the thing is not there any more"
    review = curator.get("/desk/review/professional-role--tuurnas2015")
    judged = fields(review) | {"version": [str(newest + 90)], "note": ["as typed"], "verdict": ["accepted"]}
    refused = curator.post("/desk/review/professional-role--tuurnas2015", data=judged)
    assert refused.status_code == 412
    assert "as typed" in refused.text


def test_things_are_made_restored_and_deleted(curator: httpx.Client, server: httpx.Client) -> None:
    sent = fields(curator.get("/desk/new/concept"))
    sent |= {"labels.language": ["en", "fr"], "labels.text": ["time banking", "banque de temps"]}
    sent["broader.key"] = ["co-production"]
    empty = curator.post("/desk/new/concept", data=sent | {"labels.text": ["", ""]})
    assert empty.status_code == 400
    assert 'value="co-production"' in empty.text
    made = curator.post("/desk/new/concept", data=sent)
    assert made.headers["location"].startswith("/desk/concepts/time-banking?done="), made.text
    version = int(made.headers["location"].rpartition("=")[2])
    assert server.get(f"/changes/{version}").json()["message"] == "new concept time-banking"
    assert server.get("/concepts/time-banking").json()["labels"] == {"en": "time banking", "fr": "banque de temps"}
    curator.patch("/concepts/time-banking", json={"definitions": {"en": "Hours given count as money."}})
    history = curator.get("/desk/concepts/time-banking/history").text
    assert "Hours given count as money." in history
    restored = curator.post("/desk/concepts/time-banking/restore", data={"to": str(version)})
    assert restored.status_code == 303
    assert "definitions" not in server.get("/concepts/time-banking").json()
    assert "Delete it" in curator.get("/desk/concepts/time-banking/delete").text
    gone = curator.post("/desk/concepts/time-banking/delete", data={"with_dependents": "yes"})
    assert gone.headers["location"].startswith("/desk?done=")
    assert server.get("/concepts/time-banking").status_code == 410
    form = curator.get("/desk/concepts/time-banking")
    assert form.status_code == 410
    ((then, told),) = re.findall(r'<a href="([^"]*)">See it as it was</a> · <a href="([^"]*)">', form.text)
    assert (then.partition("?at=")[0], told) == ("/concepts/time-banking", "/concepts/time-banking/history")
    assert [server.get(address).status_code for address in (then, told)] == [200, 200]


def test_a_doubt_is_settled_with_the_field(curator: httpx.Client, server: httpx.Client) -> None:
    address = "/desk/works/parks1981"
    doubts = server.get("/works/parks1981").json()["doubts"]
    page = curator.get(address)
    ticks = re.findall(r'name="settled" value="(\w+)"[^\n]*', page.text)
    assert len(set(ticks)) == len(doubts), "each is told by what it says"
    (volume,) = [one for one in doubts if one["field"] == "volume"]
    sent = fields(page) | {"settled": [mark_of(volume)], "volume": ["9"]}
    assert curator.post(address, data=sent).status_code == 303
    now = server.get("/works/parks1981").json()
    assert now["volume"] == "9"
    assert now["doubts"] == [one for one in doubts if one != volume]
    again = curator.post(address, data=sent | {"note": ["once more"]})
    assert again.status_code == 303, again.text
    assert server.get("/works/parks1981").json()["doubts"] == now["doubts"], "what is settled settles no other"


def test_a_thing_is_saved_again_on_the_page_that_says_it_was_saved(curator: httpx.Client) -> None:
    page = curator.get("/desk/works/schlappa2018")
    for number in range(3):
        address = re.search(r'<form\b[^>]*\baction="([^"]*)"[^>]*class="edit"', page.text)
        assert address
        typed = {**fields(page), "note": [f"Read {number} times."]}
        saved = curator.post(html.unescape(address[1]), data=typed)
        assert saved.status_code == 303, saved.text
        page = curator.get(saved.headers["location"])
        assert "Saved as version" in page.text


def test_evidence_without_directness_is_asked_for_it_in_words(curator: httpx.Client, head: Callable[[], int]) -> None:
    before = head()
    typed = {"work.key": "parks1981", "about.key": "housing", "state": "discusses", "certainty": "high"}
    page = curator.post("/desk/new/evidence", data=typed)
    assert page.status_code == 422
    assert ">Directness</a>: say whether the work speaks of it directly or indirectly" in page.text
    assert "cp:directness" not in page.text
    silent = curator.post("/desk/new/evidence", data=typed | {"state": "silent", "directness": "direct"})
    assert ">Directness</a>: a work that is silent has none" in silent.text
    assert head() == before


def test_what_a_form_lacks_is_named_as_its_fields_are(curator: httpx.Client) -> None:
    page = curator.post("/desk/new/evidence", data={"work.key": "parks1981", "state": "discusses"})
    assert page.status_code == 400
    assert "Fields that are needed are empty." in page.text
    assert ">Concept or claim</a>: give a value" in page.text
    assert "<b>about</b>" not in page.text


def test_histories_call_things_by_their_names_in_the_lines_of_versions(curator: httpx.Client) -> None:
    curator.patch("/works/sullivan2021handbook", json={"note": "Read."}).raise_for_status()
    title = curator.get("/works/sullivan2021handbook").json()["title"]
    for address in ("/desk/works/sullivan2021handbook/history", "/works/sullivan2021handbook/history"):
        page = html.unescape(curator.get(address, headers={"Accept": "text/html"}).text)
        assert f"work “{title}”: note" in page, address
        assert "work sullivan2021handbook" not in page, address


def test_of_very_many_things_that_hang_on_one_those_that_are_shown_are_named(
    curator: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A work that thousands cite has its page of deletion: none of them is looked up, but for the first."""
    answer = curator.delete("/works/ostrom1996", params={"dry_run": "true"})
    assert len(answer.json()["hangs"]) > 8
    named: list[str] = []

    def noted(snapshot: Snapshot, node: NamedNode, minter: Minter) -> str | None:
        named.append(node.value)
        return name_of(snapshot, node, minter)

    monkeypatch.setattr(desk_history, "HANGING_SHOWN", 2)
    monkeypatch.setattr("commonplace.exchange.deletions.name_of", noted)
    page = curator.get("/desk/works/ostrom1996/delete")
    assert page.status_code == 200
    hanging = [one["iri"] for one in answer.json()["hangs"]]
    assert len(set(hanging[:2]).intersection(named)) == 2
    assert len(set(hanging).intersection(named)) <= 6, "two of what hangs, of what goes and of what loses its link"
    assert f"and {len(hanging) - 2} more" in page.text


def test_of_a_deletion_of_very_many_statements_the_rules_are_looked_at_when_it_is_made(
    curator: httpx.Client, monkeypatch: pytest.MonkeyPatch, head: Callable[[], int]
) -> None:
    looked_at: list[int] = []
    found = violations_after

    def noted(after: StateAfter, *given: Any, **named: Any) -> Any:
        looked_at.append(len(after.change.removed))
        return found(after, *given, **named)

    monkeypatch.setattr("commonplace.commit.violations_after", noted)
    assert "Delete it with what hangs on it" in curator.get("/desk/works/ostrom1996/delete").text
    assert len(looked_at) == 1, "of what hangs on it, of which some goes along"
    assert "not looked at which rules" not in curator.get("/desk/works/ostrom1996/delete").text
    monkeypatch.setattr(deletions, "CHECKED_AHEAD", looked_at.pop() - 1)
    looked_at.clear()
    page = curator.get("/desk/works/ostrom1996/delete").text
    assert "Delete it with what hangs on it" in page
    assert "not looked at which rules" in page
    asked = {"dry_run": "true", "with_dependents": "true"}
    assert curator.delete("/works/ostrom1996", params=asked).json()["checked"] is False
    assert not looked_at
    before = head()
    assert curator.post("/desk/works/ostrom1996/delete", data={"with_dependents": "yes"}).status_code == 303
    assert looked_at
    assert head() == before + 1
    back = curator.post("/desk/undo", data={"version": str(head()), "back": "/desk"})
    assert back.status_code == 303, "the work is there again, for the other tests"
    assert curator.get("/works/ostrom1996").status_code == 200
