"""Zotero's web API, read: which items an address has, in which order and form, and how a copy of them follows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.home.tokens import Role
from commonplace.library import zotero_selection
from commonplace.model.change import Version
from commonplace.model.zotero_keys import zotero_key
from tests.conftest import serving, settings_for

PLACE = "/zotero/users/0"
OSTROM = zotero_key("work/ostrom1996")
ROLE = zotero_key("concept/professional-role")


@pytest.fixture(scope="module")
def served(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, str]]:
    """A curator's client of a library of its own, and the token of a contributor."""
    directory = tmp_path_factory.mktemp("zotero") / "home"
    shutil.copytree(reference_home, directory)
    home = open_home(settings_for(directory))
    with serving(home) as client:
        client.headers["Authorization"] = f"Bearer {home.tokens.add('Ada', Role.CURATOR)}"
        yield client, home.tokens.add("Ben", Role.CONTRIBUTOR)


@pytest.fixture
def curator(served: tuple[httpx.Client, str]) -> httpx.Client:
    """The curator's client."""
    return served[0]


def keys(client: httpx.Client, address: str = "/items", **asked: Any) -> list[str]:
    """Return the keys of a list, in its order."""
    answer = client.get(f"{PLACE}{address}", params={"format": "keys", **asked})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text.split()


def titles(client: httpx.Client, **asked: Any) -> list[str]:
    answer = client.get(f"{PLACE}/items/top", params={"limit": 100, **asked})
    return [item["data"].get("title", "") for item in answer.json()]


def test_a_list_says_how_long_it_is_and_where_the_rest_is(client: httpx.Client) -> None:
    whole = keys(client, "/items/top")
    pages, address = [], f"{PLACE}/items/top?format=keys&limit=15&direction=asc&sort=title"
    answer = client.get(address)
    assert 'rel="prev"' not in answer.headers["link"]
    assert 'rel="last"' in answer.headers["link"]
    while True:
        assert answer.headers["total-results"] == str(len(whole))
        assert (answer.headers["last-modified-version"], answer.headers["zotero-api-version"]) == ("1", "3")
        pages.append(answer.text.split())
        following = answer.links.get("next")
        if following is None:
            break
        answer = client.get(following["url"])
    assert [len(page) for page in pages] == [15, 15, len(whole) - 30]
    assert [key for page in pages for key in page] == keys(client, "/items/top", sort="title")
    assert client.get(answer.links["first"]["url"]).text.split() == pages[0]
    assert client.get(answer.links["prev"]["url"]).text.split() == pages[1]


def test_by_default_a_page_has_as_many_as_zotero_gives(client: httpx.Client) -> None:
    assert len(client.get(f"{PLACE}/items").json()) == 25
    assert len(client.get(f"{PLACE}/items", params={"limit": 1000}).json()) == 100
    assert client.get(f"{PLACE}/items", params={"start": 10_000}).json() == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "crossing OSTROM"}, [OSTROM]),
        ({"q": "ostrom 1996"}, [OSTROM]),
        ({"q": "ostrom 1823"}, []),
        ({"itemKey": f"{OSTROM},ZZZZZZZZ"}, [OSTROM]),
        ({"itemKey": OSTROM, "itemType": "book"}, []),
        ({"itemKey": OSTROM, "itemType": "book || journalArticle"}, [OSTROM]),
        ({"itemKey": OSTROM, "itemType": "-journalArticle"}, []),
        ({"itemKey": OSTROM, "tag": "role of professionals"}, [OSTROM]),
        ({"itemKey": OSTROM, "tag": ["role of professionals", "no such thing"]}, []),
        ({"itemKey": OSTROM, "tag": "no such thing || role of professionals"}, [OSTROM]),
        ({"itemKey": OSTROM, "tag": "-role of professionals"}, []),
        ({"since": 1}, []),
    ],
)
def test_items_are_chosen(client: httpx.Client, asked: dict[str, Any], found: list[str]) -> None:
    assert keys(client, "/items/top", **asked) == found


def test_everything_is_searched_where_that_is_asked_for(client: httpx.Client) -> None:
    in_text = keys(client, "/items/top", q="development", qmode="everything")
    assert set(keys(client, "/items/top", q="development")) < set(in_text), "an abstract or a venue has it, too"


def test_of_many_works_the_same_are_found(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [keys(client, "/items/top", q=q) for q in ("ostrom 1996", "public", "public ostrom", "Brandsen")]
    assert all(few[:2])
    monkeypatch.setattr(zotero_selection, "FEW", 0)
    assert [keys(client, "/items/top", q=q) for q in ("ostrom 1996", "public", "public ostrom", "Brandsen")] == few


def test_orders(client: httpx.Client) -> None:
    by_title = titles(client, sort="title")
    assert by_title == sorted(by_title, key=str.casefold)
    assert titles(client, sort="title", direction="desc") == by_title[::-1]
    dates = [
        item["data"].get("date") or item["data"].get("dateDecided")
        for item in client.get(f"{PLACE}/items/top", params={"sort": "date", "limit": 100}).json()
    ]
    assert dates == sorted(dates, reverse=True)
    for sort in ("creator", "publicationTitle", "publisher", "language", "itemType", "dateAdded", "dateModified"):
        assert sorted(titles(client, sort=sort)) == sorted(by_title), sort


@pytest.mark.parametrize(
    ("address", "asked", "where"),
    [
        ("/items", {"sort": "colour"}, "sort"),
        ("/items", {"format": "atom"}, "format"),
        ("/items", {"include": "data,fulltext"}, "include"),
        ("/items", {"itemKey": ",".join(map(str, range(51)))}, "itemKey"),
        ("/items", {"q": " "}, "q"),
        ("/items", {"since": "yesterday"}, "since"),
        (f"/items/{OSTROM}", {"format": "versions"}, "format"),
        (f"/items/{OSTROM}", {"format": "bib", "style": "no-such-style"}, "style"),
        ("/tags", {"format": "keys"}, "format"),
        ("/deleted", {}, "since"),
        ("/deleted", {"since": "0", "format": "ris"}, "format"),
    ],
)
def test_what_cannot_be_answered_is_told(client: httpx.Client, address: str, asked: dict[str, str], where: str) -> None:
    answer = client.get(f"{PLACE}{address}", params=asked)
    assert answer.status_code == 400, answer.text
    assert where in {error["where"] for error in answer.json()["errors"]}


def test_an_item_in_every_form(client: httpx.Client) -> None:
    asked = {"include": "data,bib,bibtex,ris,csljson", "style": "http://www.zotero.org/styles/apa"}
    item = client.get(f"{PLACE}/items/{OSTROM}", params=asked).json()
    assert item["data"]["DOI"] == item["csljson"]["DOI"] == "10.1016/0305-750X(96)00023-X"
    assert "@article{ostrom1996," in item["bibtex"]
    assert "TY  - JOUR" in item["ris"]
    assert "Ostrom, E. (1996)" in item["bib"]
    for format, media_type in (
        ("bibtex", "application/x-bibtex"),
        ("ris", "application/x-research-info-systems"),
        ("csljson", "application/vnd.citationstyles.csl+json"),
        ("bib", "text/html; charset=utf-8"),
    ):
        one = client.get(f"{PLACE}/items/{OSTROM}", params={"format": format})
        listed = client.get(f"{PLACE}/items", params={"format": format, "itemKey": OSTROM})
        assert one.headers["content-type"] == listed.headers["content-type"] == media_type
        assert one.text == listed.text, format
    note = keys(client, f"/items/{OSTROM}/children")[0]
    assert client.get(f"{PLACE}/items", params={"format": "bib", "itemKey": note}).headers["total-results"] == "0"


def test_a_page_leads_from_an_item_to_the_work(client: httpx.Client) -> None:
    item = client.get(f"{PLACE}/items/{OSTROM}").json()
    assert client.get(item["links"]["self"]["href"]).json() == item
    work = client.get(item["links"]["alternate"]["href"], headers={"Accept": "application/json"}).json()
    assert work["key"] == "ostrom1996"
    note = client.get(f"{PLACE}/items/{OSTROM}/children").json()[0]
    assert client.get(note["links"]["up"]["href"]).json() == item


def test_nothing_is_sent_again_that_has_not_changed(client: httpx.Client) -> None:
    for address in ("/items", "/items/top", f"/items/{OSTROM}", "/collections", f"/collections/{ROLE}", "/tags"):
        asked = client.get(f"{PLACE}{address}", headers={"If-Modified-Since-Version": "1"})
        assert (asked.status_code, asked.content) == (304, b""), address
        assert asked.headers["last-modified-version"] == "1"
        for version in ("0", "soon", "9" * 40):
            again = client.get(f"{PLACE}{address}", headers={"If-Modified-Since-Version": version})
            assert again.status_code == 200, address


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_is_refused_in_words(curator: httpx.Client, method: str) -> None:
    for address in ("/items", f"/items/{OSTROM}", "/collections", "/tags"):
        refused = curator.request(method, f"{PLACE}{address}", json=[])
        assert refused.status_code == 405, address
        assert "POST /imports" in refused.json()["detail"]
        assert "GET" in refused.headers["allow"]


def test_a_copy_follows_what_is_written(curator: httpx.Client) -> None:
    before = curator.get(f"{PLACE}/items", params={"format": "versions"}).json()
    start = max(before.values())
    entry = "@book{copied2001, title={A Book that is Copied}, author={Author, Ann}, year={2001}, keywords={sundial}}"
    assert curator.post("/imports", content=entry, headers={"Content-Type": "application/x-bibtex"}).status_code == 201
    copied = zotero_key("work/copied2001")
    assert keys(curator, "/items", since=start) == [copied]
    tags = {one["tag"]: one["meta"]["type"] for one in curator.get(f"{PLACE}/items/{copied}/tags").json()}
    assert tags == {"sundial": 1}
    evidence = {"work": "copied2001", "about": "facilitator", "state": "discusses", "certainty": "low"}
    made = curator.post(
        "/evidence", json=evidence | {"directness": "direct", "quote": "that is Copied", "locator": "title"}
    )
    assert made.status_code == 201, made.text
    version = int(made.headers["commonplace-version"])
    note = keys(curator, f"/items/{copied}/children")[0]
    assert set(keys(curator, "/items", since=version - 1)) == {copied, note}, "its tags and its note are new"
    item = curator.get(f"{PLACE}/items/{copied}").json()
    assert item["version"] == int(curator.get(f"{PLACE}/items").headers["last-modified-version"]) == version
    assert {"tag": "facilitator"} in item["data"]["tags"]
    facilitator = zotero_key("concept/facilitator")
    assert facilitator in item["data"]["collections"]
    assert copied in keys(curator, f"/collections/{facilitator}/items/top")
    assert "that is Copied" in curator.get(f"{PLACE}/items/{note}").json()["data"]["note"]
    assert curator.get(f"{PLACE}/deleted", params={"since": start}).json()["items"] == []

    assert curator.delete("/works/copied2001", params={"with_dependents": "true"}).is_success
    gone = curator.get(f"{PLACE}/deleted", params={"since": version}).json()["items"]
    assert gone == sorted([copied, note])
    assert curator.get(f"{PLACE}/items", params={"format": "versions"}).json() == before
    assert curator.get(f"{PLACE}/items/{copied}").status_code == 404
    past = curator.get(f"{PLACE}/items/{copied}", params={"at": version})
    assert past.json()["data"]["title"] == "A Book that is Copied"


def test_collections_and_tags_that_went_are_told(curator: httpx.Client, past_states: list[Version]) -> None:
    def deleted(since: int, **asked: Any) -> dict[str, list[str]]:
        answer = curator.get(f"{PLACE}/deleted", params={"since": since, **asked})
        assert answer.status_code == 200, answer.text
        told: dict[str, list[str]] = answer.json()
        return told

    entry = "@book{gone2001, title={A Book that Goes}, author={Author, Ann}, year={2001}, keywords={astrolabe}}"
    assert curator.post("/imports", content=entry, headers={"Content-Type": "application/x-bibtex"}).status_code == 201
    concept = {"labels": {"en": "stewards of tides"}, "broader": []}
    made = curator.post("/concepts", json=concept)
    assert made.status_code == 201, made.text
    key = made.headers["location"].rpartition("/")[2]
    before = int(made.headers["commonplace-version"])
    evidence = {"work": "gone2001", "about": key, "state": "discusses", "certainty": "low", "directness": "indirect"}
    said = curator.post("/evidence", json=evidence | {"note": "says so"})
    assert said.status_code == 201, said.text
    told = int(said.headers["commonplace-version"])
    collection = zotero_key(f"concept/{key}")
    assert collection in keys(curator, "/collections")

    assert curator.delete("/works/gone2001", params={"with_dependents": "true"}).is_success
    assert deleted(told)["collections"] == [collection]
    assert deleted(told)["tags"] == ["astrolabe", "stewards of tides"]
    assert (deleted(before)["collections"], deleted(before)["tags"]) == ([], ["astrolabe"]), "it was no collection yet"
    assert deleted(told, at=told) == {"items": [], "collections": [], "tags": [], "searches": [], "settings": []}
    now = int(curator.get(f"{PLACE}/items").headers["last-modified-version"])
    for since in (now, now + 1000):
        assert not any(deleted(since).values()), "a copy of the newest version has nothing to drop"
    assert past_states == []


def test_a_renamed_concept_changes_the_tags_of_its_works(curator: httpx.Client) -> None:
    start = int(curator.get(f"{PLACE}/items").headers["last-modified-version"])
    renamed = curator.patch("/concepts/professional-role", json={"labels": {"en": "part of professionals"}})
    assert renamed.is_success, renamed.text
    changed = keys(curator, "/items/top", since=start)
    assert OSTROM in changed
    assert set(changed) == set(keys(curator, f"/collections/{ROLE}/items/top"))
    assert curator.get(f"{PLACE}/collections/{ROLE}").json()["data"]["name"] == "part of professionals"


def test_evidence_that_is_only_proposed_is_no_note(served: tuple[httpx.Client, str]) -> None:
    curator, token = served
    before = keys(curator, f"/items/{OSTROM}/children")
    evidence = {"work": "ostrom1996", "about": "facilitator", "state": "silent", "certainty": "low"}
    made = curator.post("/evidence", json=evidence, headers={"Authorization": f"Bearer {token}"})
    assert (made.status_code, made.json()["status"]) == (201, "proposed"), made.text
    assert keys(curator, f"/items/{OSTROM}/children") == before


def test_what_is_read_there_is_imported_by_post(curator: httpx.Client) -> None:
    items = curator.get(f"{PLACE}/items", params={"limit": 100}).json()
    works = [item for item in items if item["data"]["itemType"] != "note"]
    tried = curator.post(
        "/imports", params={"dry_run": "true"}, json=items, headers={"Content-Type": "application/vnd.zotero+json"}
    )
    assert tried.status_code == 200, tried.text
    receipt = tried.json()
    assert (receipt["format"], receipt["entries"]) == ("zotero", len(works))
    assert receipt["fates"]["new"] == receipt["fates"]["failed"] == 0


def test_pyzotero_finds_the_next_page_below_a_path(client: httpx.Client) -> None:
    """It puts the path of its endpoint before the address of a page, which has it already."""
    doubled = client.get("/zotero/zotero/users/0/items/top", params={"format": "keys", "limit": 5})
    assert doubled.text.split() == keys(client, "/items/top", limit=5)
    assert "/zotero/zotero" not in doubled.headers["link"]


def test_openapi_describes_every_format_of_every_address(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()["paths"]
    collection = client.get(f"{PLACE}/collections").json()[0]["key"]
    asked = set()
    for path, methods in described.items():
        if not path.startswith(f"{PLACE}/"):
            continue
        formats = [one["schema"] for one in methods["get"]["parameters"] if one["name"] == "format"]
        key = collection if "/collections/" in path else OSTROM
        content = methods["get"]["responses"]["200"]["content"]
        for name in formats[0].get("enum") or [formats[0]["const"]]:
            since = {"since": 0} if path.endswith("/deleted") else {}
            answer = client.get(path.replace("{key}", key), params={"format": name, **since})
            assert answer.status_code == 200, (path, name, answer.text)
            kind = answer.headers["content-type"].split(";")[0]
            schema = content[kind]["schema"]
            if kind == "application/json":
                types = {part["type"] for part in schema.get("anyOf", [schema])}
                assert ("array" if isinstance(answer.json(), list) else "object") in types, (path, name)
            asked.add(name)
    assert asked == {"json", "keys", "versions", "bibtex", "ris", "csljson", "bib"}
