"""Atom feeds of changes and of every list: valid by RFC 4287, pages linked by RFC 5005, with what the lists have."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.home.opening import open_home
from commonplace.library import last_changes
from tests.conftest import BASE, serving, settings_for
from tests.web.discovery.works import parsed

ATOM = "{http://www.w3.org/2005/Atom}"
LISTS = ("works", "people", "organizations", "venues", "concepts", "claims", "cases")

OWN = [
    {
        "id": "strange",
        "type": "article-journal",
        "title": 'Eels & <weirs> \u0001 "quoted" ]]> 🐟',
        "author": [{"literal": "A & B <Ltd>"}],
        "DOI": "10.1002/(SICI)1097<77::AID#1>3.0",
    }
]


@pytest.fixture(scope="module")
def own(reference_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client with a token of a server over a home with a second version: a work with a strange title."""
    folder = tmp_path_factory.mktemp("fed") / "home"
    shutil.copytree(reference_home, folder)
    with serving(open_home(settings_for(folder))) as client:
        client.headers["Authorization"] = f"Bearer {(folder / 'token').read_text().strip()}"
        headers = {"Content-Type": "application/vnd.citationstyles.csl+json", "Prefer": "wait=60"}
        assert client.post("/imports", json=OWN, headers=headers).status_code == 201
        yield client


def feed_at(client: httpx.Client, address: str) -> Any:
    """The root of the feed at an address, whatever is accepted, after it was found valid."""
    answer = client.get(address, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    root = parsed(answer.content)
    is_valid(root)
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == str(answer.url)
    assert ("next" in links) == ("next" in answer.links)
    assert links.get("next") == answer.links.get("next", {}).get("url")
    return root


def is_valid(root: Any) -> None:
    """Assert what RFC 4287 demands of a feed (4.1.1) and of its entries (4.1.2)."""
    assert root.tag == f"{ATOM}feed"
    is_element(root)
    assert root.find(f"{ATOM}author/{ATOM}name").text.strip()
    ids = [entry.findtext(f"{ATOM}id") for entry in root.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids)
    for entry in root.findall(f"{ATOM}entry"):
        is_element(entry)
        assert entry.find(f"{ATOM}link[@rel='alternate']") is not None
        assert len(entry.findall(f"{ATOM}summary")) <= 1


def is_element(element: Any) -> None:
    for name in ("id", "title", "updated"):
        (found,) = element.findall(f"{ATOM}{name}")
        assert found.text, name
        assert not len(found), name
    assert re.match(r"https?://\S+\Z", element.findtext(f"{ATOM}id"))
    assert datetime.fromisoformat(element.findtext(f"{ATOM}updated")).tzinfo is not None
    alternates = [link.get("type") for link in element.findall(f"{ATOM}link[@rel='alternate']")]
    assert len(set(alternates)) == len(alternates)
    assert all(link.get("href") for link in element.findall(f"{ATOM}link"))


def entries(root: Any) -> list[Any]:
    found: list[Any] = root.findall(f"{ATOM}entry")
    return found


@pytest.mark.parametrize("plural", LISTS)
def test_the_feed_of_a_list_has_its_things(client: httpx.Client, plural: str) -> None:
    items = client.get(f"/{plural}?limit=1000").json()["items"]
    root = feed_at(client, f"/{plural}.atom?limit=1000")
    named = {item["iri"]: item.get("title") or item.get("label") or item.get("name") for item in items}
    assert {entry.findtext(f"{ATOM}id"): entry.findtext(f"{ATOM}title") for entry in entries(root)} == named
    for entry in entries(root)[:3]:
        page = entry.find(f"{ATOM}link[@rel='alternate']").get("href")
        assert client.get(page).json()["iri"] == entry.findtext(f"{ATOM}id")


def test_pages_of_a_feed_are_linked_and_have_everything_once(client: httpx.Client) -> None:
    address: str | None = "/works.atom?limit=10&sort=-year"
    seen, pages = [], 0
    while address:
        root = feed_at(client, address)
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
        assert root.findtext(f"{ATOM}id") == links["first"] == f"{client.base_url}/works.atom?limit=10&sort=-year"
        seen += [entry.findtext(f"{ATOM}id") for entry in entries(root)]
        address, pages = links.get("next"), pages + 1
    assert seen == [item["iri"] for item in client.get("/works?limit=100&sort=-year").json()["items"]]
    assert pages == 4


def test_filters_and_searches_hold_in_a_feed(client: httpx.Client) -> None:
    for query in ("discusses=professional-role&sort=year", "q=participation", "year=2015..&sort=-title"):
        items = client.get(f"/works?{query}").json()["items"]
        root = feed_at(client, f"/works.atom?{query}")
        assert [entry.findtext(f"{ATOM}id") for entry in entries(root)] == [item["iri"] for item in items], query
        assert items, query
        page = root.find(f"{ATOM}link[@rel='alternate']").get("href")
        assert client.get(page).json()["items"] == items
    assert "discusses professional-role" in feed_at(client, "/works.atom?discusses=professional-role").findtext(
        f"{ATOM}title"
    )


def test_an_entry_says_when_its_thing_changed_and_who_wrote_it(own: httpx.Client) -> None:
    first, second = (datetime.fromisoformat(own.get(f"/changes/{n}").json()["at"]) for n in (1, 2))
    root = feed_at(own, "/works.atom?limit=100")
    found = {entry.findtext(f"{ATOM}id"): entry for entry in entries(root)}
    new = found[f"{BASE}id/work/strange"]
    assert datetime.fromisoformat(new.findtext(f"{ATOM}updated")) == second
    assert datetime.fromisoformat(root.findtext(f"{ATOM}updated")) == second
    assert datetime.fromisoformat(found[f"{BASE}id/work/ostrom1996"].findtext(f"{ATOM}updated")) == first
    assert new.findtext(f"{ATOM}title") == 'Eels & <weirs> "quoted" ]]> 🐟'
    assert [name.text for name in new.findall(f"{ATOM}author/{ATOM}name")] == ["A & B <Ltd>"]
    assert new.find(f"{ATOM}link[@rel='related']").get("href").lower().endswith("%3c77::aid%231%3e3.0")
    assert new.find(f"{ATOM}category").get("term") == "article-journal"


def test_what_changed_last_comes_first(own: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = {"work": "strange", "about": "professional-role", "state": "discusses", "directness": "direct"}
    evidence |= {"certainty": "low", "method": "human"}
    label = {"alternative_labels": {"en": ["ferryman"]}}
    lists = "/works.atom?limit=1", "/works.atom?discusses=professional-role&limit=1", "/concepts.atom?limit=1"
    for method, address, change, first in (
        ("PATCH", "/works/ostrom1996", {"note": "read again"}, ("ostrom1996", None, None)),
        ("POST", "/evidence", evidence, ("strange", "strange", "professional-role")),
        ("PATCH", "/concepts/facilitator", label, ("strange", "strange", "facilitator")),
    ):
        assert all(len(entries(feed_at(own, one))) == 1 for one in lists)  # kept, and moved along with the change
        answer = own.request(method, address, json=change)
        assert answer.is_success, answer.text
        shown = [entries(feed_at(own, one))[0] for one in lists]
        keys = [entry.findtext(f"{ATOM}id").rpartition("/")[2] for entry in shown]
        assert [key if wanted else None for key, wanted in zip(keys, first, strict=True)] == list(first)
        changed = datetime.fromisoformat(own.get("/changes?limit=1").json()["items"][0]["at"])
        assert max(datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) for entry in shown) == changed
    monkeypatch.setattr(last_changes, "SEARCHED_THINGS", 0)  # as if there were many
    anew = entries(feed_at(own, "/works.atom?type=article-journal&limit=2"))
    assert [entry.findtext(f"{ATOM}id").rpartition("/")[2] for entry in anew] == ["strange", "ostrom1996"]


def test_a_feed_of_the_past_ends_there(own: httpx.Client) -> None:
    first = datetime.fromisoformat(own.get("/changes/1").json()["at"])
    root = feed_at(own, "/works.atom?at=1&limit=100")
    assert f"{BASE}id/work/strange" not in [entry.findtext(f"{ATOM}id") for entry in entries(root)]
    assert datetime.fromisoformat(root.findtext(f"{ATOM}updated")) == first
    assert own.get("/works.atom?at=1").headers["commonplace-version"] == "1"


def test_the_feed_of_changes_has_the_newest_first(own: httpx.Client) -> None:
    changes = own.get("/changes").json()["items"]
    root = feed_at(own, "/changes.atom")
    assert [entry.findtext(f"{ATOM}id") for entry in entries(root)] == [
        f"{BASE}id/change/{change['version']}" for change in changes
    ]
    newest = entries(root)[0]
    assert newest.findtext(f"{ATOM}author/{ATOM}name") == changes[0]["agent"]
    assert newest.find(f"{ATOM}category").get("term") == changes[0]["kind"]
    assert datetime.fromisoformat(newest.findtext(f"{ATOM}updated")) == datetime.fromisoformat(changes[0]["at"])
    assert own.get(newest.find(f"{ATOM}link[@rel='alternate']").get("href")).json()["version"] == changes[0]["version"]
    one = feed_at(own, "/changes.atom?limit=1")
    (rest,) = [link.get("href") for link in one.findall(f"{ATOM}link[@rel='next']")]
    assert entries(feed_at(own, rest))[0].findtext(f"{ATOM}id") == f"{BASE}id/change/{changes[1]['version']}"
    of_thing = feed_at(own, f"/changes.atom?thing={BASE}id/work/strange")
    assert [entry.findtext(f"{ATOM}id") for entry in entries(of_thing)] == [f"{BASE}id/change/2"]


@pytest.mark.parametrize("address", [*(f"/{plural}.atom" for plural in LISTS), "/changes.atom"])
def test_a_feed_has_the_manners_of_its_list(client: httpx.Client, address: str) -> None:
    tag = client.get(address).headers["etag"]
    assert tag.endswith(';atom"')
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"{address}?nonsense=1").status_code == 400
    assert client.get(f"{address}?cursor=x").status_code == 400
    assert client.get(f"{address}?limit=0").status_code == 400
    assert client.head(address).headers["content-type"] == "application/atom+xml"


def test_an_empty_feed_is_valid(client: httpx.Client) -> None:
    root = feed_at(client, "/works.atom?q=xyzzyplugh")
    assert entries(root) == []
