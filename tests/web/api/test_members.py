"""Every member of every shape: what is read can be written, a copy is equal, and each can be set and cleared."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from tests.conftest import ROOT, serving, settings_for

COLLECTIONS = ("works", "people", "organizations", "venues", "concepts", "claims", "cases", "evidence")


def documented() -> dict[str, tuple[set[str], set[str]]]:
    """Return the members that docs/api.md says can be set, and that follow, by collection."""
    text = (ROOT / "docs" / "api.md").read_text()
    table = text[text.index("| address | members that can be set") :].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines()[2:]]
    return {
        row[0].split("`")[1].strip("/"): (set(re.findall("`(.*?)`", row[1])), set(re.findall("`(.*?)`", row[2])))
        for row in rows
    }


WRITABLE = {name: members for name, (members, _) in documented().items()}
FOLLOWING = {name: members for name, (_, members) in documented().items()}


@pytest.fixture(scope="module")
def curator(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Yield a client with a curator's token, on a home of this module."""
    directory = tmp_path_factory.mktemp("members") / "home"
    shutil.copytree(reference_home, directory)
    home = open_home(settings_for(directory))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        yield client


def read(client: httpx.Client, address: str) -> Any:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.text}"
    return answer.json()


def listed(client: httpx.Client, collection: str) -> list[str]:
    """Return the addresses of the things of a collection."""
    if collection == "evidence":
        found = [one["id"] for work in read(client, "/works?limit=200")["items"] for one in work["evidence"]]
        return [f"/id/evidence/{key}" for key in found]
    items = read(client, f"/{collection}?limit=500")["items"]
    return [f"/{collection}/{one['key']}" for one in items if collection != "venues" or "/id/venue/" in one["iri"]]


def changed(client: httpx.Client, address: str, patch: dict[str, Any]) -> Any:
    answer = client.patch(address.replace("/id/evidence/", "/evidence/"), json=patch)
    assert answer.status_code == 200, f"{address} {patch}: {answer.text}"
    return answer.json()


@pytest.mark.parametrize("collection", WRITABLE)
def test_the_documents_name_every_member(curator: httpx.Client, collection: str) -> None:
    schemas = curator.get("/openapi.json").json()["components"]["schemas"]
    name = {"people": "Person", "organizations": "Person", "evidence": "Evidence"}.get(
        collection, collection.removesuffix("s").capitalize()
    )
    assert not WRITABLE[collection] & FOLLOWING[collection]
    named = WRITABLE[collection] | FOLLOWING[collection]
    if collection == "organizations":
        named |= WRITABLE["people"]
    assert named == set(schemas[name]["properties"])


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_what_is_read_can_be_sent_back_without_what_follows(curator: httpx.Client, collection: str) -> None:
    before = read(curator, "/healthz")["version"]
    for address in listed(curator, collection):
        shape = {name: value for name, value in read(curator, address).items() if name in WRITABLE[collection]}
        changed(curator, address, shape)
    assert read(curator, "/healthz")["version"] == before


OF_ONE_ONLY = {"alternative_keys"}
"""Members that a copy cannot have: no two works share a key."""


def plain(value: object) -> object:
    """Return a value without what says which thing it is of."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items() if k not in ("iri", "version")}
    return [plain(one) for one in value] if isinstance(value, list) else value


@pytest.mark.parametrize("collection", [name for name in COLLECTIONS if name != "evidence"])
def test_a_copy_of_what_is_read_is_read_alike(curator: httpx.Client, collection: str) -> None:
    for number, address in enumerate(listed(curator, collection)[:40]):
        shape = read(curator, address)
        sent = {k: v for k, v in shape.items() if k in WRITABLE[collection] - OF_ONE_ONLY}
        made = curator.post(f"/{collection}", json={**sent, "key": f"copy-{number}"})
        assert made.status_code == 201, f"{address}: {made.text}"
        copy = read(curator, f"/{collection}/copy-{number}")
        for name in WRITABLE[collection] - OF_ONE_ONLY:
            assert plain(copy.get(name)) == plain(shape.get(name)), f"{address} {name}"
        gone = curator.delete(f"/{collection}/copy-{number}", params={"with_dependents": "true"})
        assert gone.status_code == 200, gone.text


WORK, OTHER = "/works/tuurnas2015", "brudney1983"
VALUES: list[tuple[str, str, Any]] = [
    *(
        (WORK, name, f"Some {name}")
        for name in (
            "title", "volume", "issue", "number", "page", "edition", "genre", "publisher", "publisher_place",
            "collection_title", "container_title", "language", "abstract", "note",
        )
    ),
    (WORK, "url", "https://example.org/a"),
    (WORK, "rich_title", "Of <i>Homo</i>"),
    (WORK, "rich_abstract", "Of <i>Homo</i>"),
    (WORK, "rich_note", "Of <i>Homo</i>"),
    (WORK, "type", "report"),
    (WORK, "alternative_titles", ["A third", "Another title"]),
    (WORK, "original_titles", {"fi": ["Yksi"]}),
    (WORK, "translated_titles", {"fr": ["Un"], "und": ["Deux"]}),
    (WORK, "transliterated_titles", {"ru-latn": ["Odin"]}),
    (WORK, "authors", [{"family": "Moon", "given": "Li"}]),
    (WORK, "editors", [{"family": "Moon", "given": "Li"}]),
    (WORK, "contributors", [{"family": "Moon", "given": "Li", "role": "translator"}]),
    (WORK, "year", 1999),
    (WORK, "issued", "1999-03"),
    (WORK, "available", "1998"),
    (WORK, "container", {"key": "world-development"}),
    (WORK, "doi", "10.5555/another"),
    (WORK, "isbn", ["978-3-16-148410-0"]),
    (WORK, "issn", ["0305-750X"]),
    (WORK, "keywords", ["one", "two"]),
    (WORK, "status", "corrected"),
    (WORK, "alternative_keys", ["t15"]),
    (WORK, "doubts", [{"field": "year", "confirmation": "conflicting", "alternative": ["2014"], "note": "Print."}]),
    (WORK, "relations", [{"relation": "is-translation-of", "work": OTHER}]),
    (WORK, "set_aside", {"volume": ["13"]}),
    ("/people/elinor-ostrom", "family", "Ostromová"),
    *(("/people/elinor-ostrom", name, "von") for name in ("given", "particle", "dropping_particle", "suffix")),
    ("/people/elinor-ostrom", "alternative_names", ["E. Ostrom"]),
    ("/people/elinor-ostrom", "identifiers", [{"scheme": "orcid", "value": "0000-0002-1825-0097"}]),
    ("/organizations/elsevier", "name", "Elsevier Ltd"),
    ("/organizations/elsevier", "alternative_names", ["Elsevier B.V."]),
    ("/organizations/elsevier", "identifiers", [{"scheme": "wikidata", "value": "Q746413"}]),
    ("/venues/world-development", "title", "World development, then"),
    ("/venues/world-development", "issn", ["1873-5991"]),
    ("/concepts/facilitator", "labels", {"en": "facilitator", "fr": "animateur de projet"}),
    ("/concepts/facilitator", "alternative_labels", {"en": ["animator"]}),
    ("/concepts/facilitator", "definitions", {"en": "A person who makes it easier."}),
    ("/concepts/facilitator", "broader", ["co-production"]),
    ("/concepts/facilitator", "narrower", ["management"]),
    ("/concepts/facilitator", "related", ["management"]),
    ("/concepts/facilitator", "followed", True),
    ("/claims/low-professionalisation-enables", "labels", {"en": "It helps."}),
    ("/claims/low-professionalisation-enables", "made_by", [OTHER]),
    ("/claims/low-professionalisation-enables", "cases", ["quebec-drop-in"]),
    ("/claims/low-professionalisation-enables", "concepts", ["facilitator"]),
    ("/cases/quebec-drop-in", "labels", {"en": "a drop-in", "fr": "une halte"}),
    *(("/cases/quebec-drop-in", name, "Elsewhere") for name in ("activity", "place", "note")),
    ("/cases/quebec-drop-in", "country", "GB-ENG"),
    ("/cases/quebec-drop-in", "dimensions", {}),
    ("/cases/quebec-drop-in", "described_by", [OTHER]),
    ("/cases/quebec-drop-in", "described_together_with", []),
]  # fmt: skip
"""A value for every member that can be set, and where."""

NEEDED = {"type", "family", "name", "labels", "made_by", "concepts", "described_by", "work", "about", "state"}
NEEDED_BY = {("/venues/world-development", "title"), ("/works/tuurnas2015", "title")}
"""Members that a thing cannot be without (a title may be, with a warning)."""


def test_a_value_is_tried_for_every_member_that_can_be_set() -> None:
    tried = {(address.split("/")[1], member) for address, member, _ in VALUES}
    wanted = {(name, member) for name in COLLECTIONS if name != "evidence" for member in WRITABLE[name]}
    assert wanted - tried == {("venues", "type")}, "which is given once, when it is made"


@pytest.mark.parametrize(("address", "member", "value"), VALUES, ids=lambda one: str(one)[:40])
def test_each_member_can_be_set_and_cleared(curator: httpx.Client, address: str, member: str, value: object) -> None:
    before = read(curator, address)
    set_to = changed(curator, address, {member: value})
    assert as_given(set_to.get(member), value) == value
    assert read(curator, address).get(member) == set_to.get(member)
    if member not in NEEDED and (address, member) not in NEEDED_BY:
        assert changed(curator, address, {member: None}).get(member) in (None, {}), member
    changed(curator, address, {name: before.get(name) for name in WRITABLE[address.split("/")[1]]})
    after = read(curator, address)
    assert {**after, **FREE} == {**before, **FREE}, "and all is as before"


FREE = {"version": 0, "identifiers": 0}
"""What a value that comes back has not again: the version, and a note on an identifier."""


def as_given(found: Any, given: object) -> Any:
    """Return what is read in the form in which it was given: things by key, an object by the members that it has."""
    if isinstance(given, list):
        return [as_given(one, given[0]) for one in found or ()] if given else found or []
    if isinstance(given, str) and isinstance(found, dict):
        return found["key"]
    if isinstance(given, dict):
        return {name: as_given((found or {}).get(name), value) for name, value in given.items()}
    return found


def test_each_member_of_evidence_can_be_set_and_cleared(curator: httpx.Client) -> None:
    given = {"work": OTHER, "about": "facilitator", "state": "discusses", "directness": "direct", "certainty": "low"}
    made = curator.post("/evidence", json=given)
    assert made.status_code == 201, made.text
    address = f"/id/evidence/{made.json()['id']}"
    for member, value in {
        "directness": "indirect",
        "certainty": "high",
        "quote": "citizens",
        "quoted_from": "tuurnas2015",
        "locator": "abstract",
        "note": "So it says.",
        "method": "machine",
        "status": "rejected",
        "about": "management",
        "work": "parks1981",
    }.items():
        assert changed(curator, address, {member: value})[member] == value
    for member in ("locator", "note", "quoted_from", "quote"):
        assert member not in changed(curator, address, {member: None})
    silent = changed(curator, address, {"state": "silent", "directness": None})
    assert (silent["state"], "directness" in silent) == ("silent", False)


def test_a_relation_is_shown_by_both_works_and_cleared_from_either(curator: httpx.Client) -> None:
    changed(curator, WORK, {"relations": [{"relation": "is-version-of", "work": OTHER}]})
    (there,) = read(curator, f"/works/{OTHER}")["relations"]
    assert (there["relation"], there["work"]["key"]) == ("has-version", "tuurnas2015")
    assert "relations" not in changed(curator, f"/works/{OTHER}", {"relations": None})
    assert "relations" not in read(curator, WORK)


@pytest.mark.parametrize(
    ("member", "value", "where"),
    [
        ("alternative_titles", "One", "alternative_titles"),
        ("alternative_titles", [""], "alternative_titles[0]"),
        ("doubts", [{"field": "year", "confirmation": "confirmed"}], "doubts[0].confirmation"),
        ("doubts", [{"field": "The year", "confirmation": "recalled"}], "doubts[0].field"),
        ("doubts", [{"field": "year", "confirmation": "recalled", "who": "me"}], "doubts[0].who"),
        ("relations", [{"relation": "is-cousin-of", "work": OTHER}], "relations[0].relation"),
        ("relations", [{"relation": "corrects", "work": "nobody1900"}], "relations[0].work"),
        ("relations", [{"relation": "corrects", "work": "tuurnas2015"}], "relations[0].work"),
        ("set_aside", {"a: b": ["13"]}, "set_aside.a: b"),
        ("set_aside", {"volume": "13"}, "set_aside.volume"),
        ("identifiers", [], "identifiers"),
    ],
)
def test_a_value_of_no_use_is_refused_with_its_place(
    curator: httpx.Client, member: str, value: object, where: str
) -> None:
    refused = curator.patch(WORK, json={member: value})
    assert refused.status_code == 400, refused.text
    assert where in [fault["where"] for fault in refused.json()["errors"]]


def test_an_alternative_title_that_is_one_of_a_kind_is_refused(curator: httpx.Client) -> None:
    both = {"original_titles": {"und": ["Yksi"]}, "alternative_titles": ["Yksi"]}
    refused = curator.patch(WORK, json=both)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (400, "alternative_titles[0]")


def test_a_container_is_named_by_key_or_iri_and_not_by_those_of_two(curator: httpx.Client) -> None:
    before = read(curator, WORK)["container"]
    for name in ({"key": "world-development"}, {"iri": "http://127.0.0.1:8000/id/venue/world-development"}):
        assert changed(curator, WORK, {"container": name})["container"]["key"] == "world-development"
        assert changed(curator, WORK, {"container": before})["container"] == before
    refused = curator.patch(WORK, json={"container": {**before, "key": "world-development"}})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (400, "container")
