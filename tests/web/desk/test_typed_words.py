"""Things named by words in the forms of the desk: one is taken, of several the page asks which, and nothing is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import httpx
import pytest

from tests.web.desk.forms import fields

EVIDENCE = {"state": "discusses", "directness": "direct", "certainty": "high", "quote": ""}


@pytest.fixture(scope="module", autouse=True)
def concepts(curator: httpx.Client) -> None:
    """Three concepts, two of which share a label."""
    for key, labels, others in (
        ("kerb", {"en": "kerb weeds", "fr": "herbes du trottoir"}, ["pavement weeds"]),
        ("wall", {"en": "wall weeds"}, ["pavement weeds"]),
        ("roof", {"en": "roof moss"}, []),
    ):
        values = {"key": key, "labels": labels, "alternative_labels": {"en": others}, "broader": ["co-production"]}
        curator.post("/concepts", json=values).raise_for_status()


@pytest.mark.parametrize("words", ["roof moss", "Roof Moss", "roof"])
def test_words_that_name_one_thing_are_taken_for_it(curator: httpx.Client, words: str) -> None:
    work = {"roof moss": "parks1981", "Roof Moss": "needham2008", "roof": "brudney1983"}[words]
    made = curator.post("/desk/new/evidence", data=EVIDENCE | {"work.key": work, "about.key": words})
    assert made.status_code == 303, made.text
    assert made.headers["location"].startswith(f"/desk/evidence/roof--{work}?done=")


def test_a_work_is_named_by_its_title_and_a_concept_in_french(curator: httpx.Client) -> None:
    typed = {"work.key": "crossing the great divide: coproduction, synergy, and development"}
    made = curator.post("/desk/new/evidence", data=EVIDENCE | typed | {"about.key": "Herbes du trottoir"})
    assert made.headers["location"].startswith("/desk/evidence/kerb--ostrom1996?done="), made.text


def test_of_several_the_page_asks_which_and_keeps_what_was_typed(
    curator: httpx.Client, head: Callable[[], int]
) -> None:
    before = head()
    typed = EVIDENCE | {"work.key": "parks1981", "about.key": "pavement weeds", "note": "seen on a walk"}
    asked = curator.post("/desk/new/evidence", data=typed)
    assert asked.status_code == 400
    assert "“pavement weeds” may mean several things: choose one" in asked.text
    choices = re.findall(r'<option value="([^"]+)">(?:kerb|wall) weeds</option>', asked.text)
    assert sorted(choices) == ["kerb", "wall"]
    kept = fields(asked)
    assert (kept["note"], kept["work.key"], kept["about.key"]) == (
        ["seen on a walk"],
        ["parks1981"],
        ["pavement weeds"],
    )
    again = curator.post("/desk/new/evidence", data=kept)
    assert again.status_code == 400, "nothing was chosen"
    assert head() == before
    chosen = curator.post("/desk/new/evidence", data=kept | {"about.key": ["wall"]})
    assert chosen.headers["location"].startswith("/desk/evidence/wall--parks1981?done="), chosen.text


def test_words_that_name_nothing_are_told_and_kept(curator: httpx.Client, head: Callable[[], int]) -> None:
    before = head()
    french = {"Accept-Language": "fr"}
    typed = EVIDENCE | {"work.key": "xylophone repairs", "about.key": "roof"}
    told = curator.post("/desk/new/evidence", data=typed, headers=french)
    assert told.status_code == 400
    assert "rien ici ne s’appelle « xylophone repairs »" in told.text
    assert fields(told)["work.key"] == ["xylophone repairs"]
    assert head() == before


def test_a_dimension_of_a_case_is_named_by_words(curator: httpx.Client, server: httpx.Client) -> None:
    address = "/desk/cases/quebec-drop-in"
    sent = fields(curator.get(address))
    name = "dimensions.challenge"
    asked = curator.post(address, data=sent | {name: ["pavement weeds"]})
    assert asked.status_code == 400
    assert "<b>kerb</b> (kerb weeds)" in asked.text
    assert fields(asked)[name] == ["pavement weeds"]
    saved = curator.post(address, data=sent | {name: ["roof moss"]})
    assert saved.status_code == 303, saved.text
    found = server.get("/cases/quebec-drop-in").json()["dimensions"]["challenge"]
    assert [link["key"] for link in found] == ["roof"]


def test_the_form_for_many_works_finds_venue_and_concept_by_words(curator: httpx.Client) -> None:
    asked = "/desk/bulk?do=clear&field=note&venue=world+development&discusses=pavement+weeds"
    page = curator.get(asked)
    assert "“pavement weeds” may be one of 2:" in page.text
    assert '<input type="hidden" name="venue" value="world-development">' in page.text
    chosen = curator.get("/desk/bulk?do=clear&field=note&discusses=role+of+professionals")
    assert chosen.status_code == 303
    address = html.unescape(chosen.headers["location"])
    assert address == "/desk/bulk?do=clear&field=note&discusses=professional-role"
    assert curator.get(address).status_code == 200
    nothing = curator.get("/desk/bulk?do=add_concept&q=public&put=xylophone+repairs")
    assert nothing.status_code == 400
    assert 'name="put" value="xylophone repairs"' in nothing.text
    assert '<input type="hidden" name="q" value="public">' in nothing.text
