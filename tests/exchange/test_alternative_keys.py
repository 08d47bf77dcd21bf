"""A key that a later file brings for a work: kept beside the work's own, and good for everything a key is good for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from commonplace.exchange.exports import export
from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.model.change import Version
from tests.command import commonplace
from tests.conftest import BASE, serving, settings_for
from tests.receipts import OSTROM, check

pytestmark = pytest.mark.slow  # the suite without these stays under ten minutes

LATER = OSTROM.replace("ostrom1996", "DBLP:journals/wd/Ostrom96")
ALTERNATIVE = "DBLP:journals/wd/Ostrom96"


@pytest.fixture
def served(empty: Home) -> Iterator[httpx.Client]:
    """A server over two works that cite each other; the first was imported again under another key."""
    received(empty, OSTROM + "@book{parks1981, title={Consumers as Coproducers}, author={Parks, Roger}, year=1981}")
    received(empty, LATER)
    cites = f"INSERT DATA {{ <{BASE}id/work/parks1981> <http://purl.org/spar/cito/cites> <{BASE}id/work/ostrom1996> }}"
    with serving(empty) as client:
        token = {"Authorization": f"Bearer {empty.minted}"}
        client.post("/sparql", data={"update": cites}, headers=token).raise_for_status()
        yield client


def received(home: Home, text: str, name: str = "some.bib") -> dict[str, Any]:
    """The receipt of importing that text."""
    receipt: dict[str, Any] = json.loads(import_file(home.library, home.committer, text.encode(), name).json_text())
    check(receipt)
    return receipt


def exported(home: Home, format: str = "bibtex", at: Version | None = None) -> str:
    return home.library.read(lambda snapshot: export(snapshot, home.library.minter, format), at).decode()


def keys_of(receipt: dict[str, Any]) -> list[str]:
    return [item["work"].removeprefix(f"{BASE}id/work/") for item in receipt["items"]]


def test_a_key_that_comes_later_is_kept_and_is_no_loss(empty: Home) -> None:
    received(empty, OSTROM)
    receipt = received(empty, LATER)
    (item,) = receipt["items"]
    assert (item["fate"], item["added"], item["losses"]) == ("matched", ["alternative_keys"], [])
    assert keys_of(receipt) == ["ostrom1996"]
    assert f"  ids = {{{ALTERNATIVE}}},\n" in exported(empty)


def test_an_entry_under_that_key_is_matched_again_and_adds_nothing(empty: Home) -> None:
    for text in (OSTROM, LATER):
        received(empty, text)
    receipt = received(empty, LATER)
    assert (receipt["fates"]["matched"], receipt["items"][0]["losses"]) == (1, [])
    assert "added" not in receipt["items"][0]
    assert not empty.library.log.entry(Version(3)).change
    poor = f"@misc{{{ALTERNATIVE}, title={{Crossing the Great Divide}}}}"
    assert keys_of(received(empty, poor.replace("misc", "article"))) == ["ostrom1996"], "the key tells which it is"


def test_every_key_is_kept_and_taken_back_with_its_import(empty: Home) -> None:
    for key in ("ostrom1996", "third", "second"):
        received(empty, OSTROM.replace("ostrom1996", key))
    assert "  ids = {second, third},\n" in exported(empty)
    empty.committer.undo(Version(2), "tester")
    assert "  ids = {second},\n" in exported(empty)


def test_two_keys_within_one_file(empty: Home) -> None:
    receipt = received(empty, OSTROM + LATER + f"@incollection{{part, title={{A part}}, crossref={{{ALTERNATIVE}}}}}")
    assert receipt["fates"] == {"new": 2, "matched": 1, "updated": 0, "failed": 0}
    assert "  xref = {ostrom1996},\n" in exported(empty), "a part is of the work, whichever key it names it by"


def test_keys_of_ids_are_alternative_keys_too(empty: Home) -> None:
    received(empty, OSTROM.replace("author", "ids={crossing, divide}, author", 1))
    assert keys_of(received(empty, OSTROM.replace("ostrom1996", "divide"))) == ["ostrom1996"]
    again = received(empty, OSTROM.replace("ostrom1996", "new1996").replace("author", "ids={divide}, author", 1))
    assert (keys_of(again), again["items"][0]["added"]) == (["ostrom1996"], ["alternative_keys"])
    assert "  ids = {crossing, divide, new1996},\n" in exported(empty)


def test_a_key_of_one_work_does_not_become_anothers(empty: Home) -> None:
    received(empty, OSTROM + "@book{parks1981, title={Consumers as Coproducers}, author={Parks, Roger}, year=1981}")
    receipt = received(empty, OSTROM.replace("ostrom1996", "parks1981"))
    (loss,) = receipt["items"][0]["losses"]
    assert (receipt["fates"]["matched"], loss["field"], loss["raw"]) == (1, "key", "parks1981")
    assert "'parks1981', has this key" in loss["why"]
    taken = received(empty, "@book{lee1999, ids={parks1981, ebb}, title={Ebb and flood}, author={Lee, Ann}, year=1999}")
    assert taken["items"][0]["losses"] == [{"field": "key", "raw": "parks1981", "why": "another work has this key"}]
    assert exported(empty).count("ids = {ebb}") == exported(empty).count("ids =") == 1


def test_another_work_cannot_take_an_alternative_key(empty: Home) -> None:
    for text in (OSTROM, LATER):
        received(empty, text)
    receipt = received(empty, f"@book{{{ALTERNATIVE}, title={{Something else}}, author={{Lee, Ann}}, year=1999}}")
    assert keys_of(receipt) == ["DBLP:journals%2Fwd%2FOstrom96-2"]
    assert "another work has this key" in receipt["items"][0]["losses"][0]["why"]


def test_an_entry_that_lists_its_own_key_among_others_is_imported(empty: Home) -> None:
    """Also where that key was made for it, which no reader can know."""
    item = {"type": "book", "title": "Ebb", "author": [{"family": "Lee"}], "issued": {"date-parts": [[1999]]}}
    listed = [
        {**item, "id": "lee", "custom": {"alternative-keys": ["lee", "ebb", "ebb"]}},
        {**item, "title": "Flood and after", "custom": {"alternative-keys": ["lee1999", "flood"]}},
    ]
    receipt = received(empty, json.dumps(listed), "some.json")
    assert keys_of(receipt) == ["lee", "lee1999"]
    keys = "C7  - alternative-key: tide\nC7  - alternative-key: t\n"
    ris = f"TY  - BOOK\nID  - tide\nTI  - Tides of the sea\n{keys}ER  - \n"
    assert keys_of(received(empty, ris, "some.ris")) == ["tide"]
    lines = [line.strip() for line in exported(empty).splitlines() if "ids" in line]
    assert lines == ["ids = {ebb},", "ids = {flood},", "ids = {t},"]


def test_a_key_that_was_made_is_never_an_alternative_one(empty: Home) -> None:
    received(empty, OSTROM)
    receipt = received(empty, OSTROM.replace("ostrom1996", ""))
    assert receipt["fates"]["matched"] == 1
    assert "ids" not in exported(empty)


@pytest.mark.parametrize("format", ["bibtex", "ris", "csl-json"])
def test_an_export_in_any_format_knows_all_keys(format: str, empty: Home, tmp_path: Path) -> None:
    for text in (OSTROM, LATER):
        received(empty, text)
    other = open_home(settings_for(tmp_path / "other", reference_set=None))
    received(other, exported(empty, format), "export")
    assert keys_of(received(other, LATER)) == ["ostrom1996"]
    assert f"  ids = {{{ALTERNATIVE}}},\n" in exported(other)


@pytest.mark.parametrize(
    ("address", "own"),
    [
        (f"/works/{ALTERNATIVE}", "/works/ostrom1996"),
        (f"/works/{ALTERNATIVE}.bib", "/works/ostrom1996.bib"),
        (f"/works/{ALTERNATIVE}?style=apa&at=3", "/works/ostrom1996?style=apa&at=3"),
        (f"/works/{ALTERNATIVE}.bib?original=true", "/works/ostrom1996.bib?original=true"),
        (f"/works/{ALTERNATIVE}/citations", "/works/ostrom1996/citations"),
        (f"/works/{ALTERNATIVE}/references", "/works/ostrom1996/references"),
        (f"/works/{ALTERNATIVE}/history", "/works/ostrom1996/history"),
        (f"/works/{ALTERNATIVE}/provenance.ttl", "/works/ostrom1996/provenance.ttl"),
        ("/works/DBLP:journals%2Fwd%2FOstrom96", "/works/ostrom1996"),
    ],
)
def test_its_addresses_lead_to_those_of_the_work(served: httpx.Client, address: str, own: str) -> None:
    response = served.get(address)
    assert (response.status_code, response.headers["location"]) == (301, own)
    assert served.get(address, follow_redirects=True).status_code == 200


def test_before_it_came_nothing_was_there(served: httpx.Client) -> None:
    assert served.get(f"/works/{ALTERNATIVE}?at=1").status_code == 404
    assert served.get("/works/nobody1999").status_code == 404


def test_parameters_take_it(served: httpx.Client) -> None:
    citing = served.get("/works", params={"cites": ALTERNATIVE}).json()
    assert [work["key"] for work in citing["items"]] == ["parks1981"]
    rows = served.get("/queries/cites-and-cited-by", params={"work": ALTERNATIVE}).json()["items"]
    assert rows == served.get("/queries/cites-and-cited-by", params={"work": "ostrom1996"}).json()["items"]
    assert rows
    assert served.get("/works", params={"cites": "nobody1999"}).status_code == 400


@pytest.mark.parametrize("q", [ALTERNATIVE, "Ostrom96"])
def test_search_finds_the_work_by_it(served: httpx.Client, q: str) -> None:
    assert [work["key"] for work in served.get("/works", params={"q": q}).json()["items"]] == ["ostrom1996"]
    assert "ostrom1996" in [found["key"] for found in served.get("/search", params={"q": q}).json()["items"]]


def test_the_work_shows_it_with_where_it_came_from(served: httpx.Client) -> None:
    work = served.get("/works/ostrom1996").json()
    assert (work["citation_key"], work["alternative_keys"]) == ("ostrom1996", [ALTERNATIVE])
    assert "alternative_keys" not in served.get("/works/parks1981").json()
    origins = served.get("/works/ostrom1996/provenance").json()["items"]
    (origin,) = [one for one in origins if one["field"] == "alternative_keys"]
    assert (origin["value"], origin["entered"]["version"]) == (ALTERNATIVE, 2)


def test_the_log_of_a_work_is_shown_by_any_of_its_keys(tmp_path: Path) -> None:
    for number, text in enumerate((OSTROM, LATER)):
        (tmp_path / f"{number}.bib").write_text(text)
        commonplace("import", f"{number}.bib", cwd=tmp_path, home="home", reference_set="none")
    logs = [
        commonplace("log", key, "--json", cwd=tmp_path, home="home", reference_set="none").json()
        for key in ("ostrom1996", ALTERNATIVE)
    ]
    assert logs[0] == logs[1]
    assert [change["version"] for change in logs[0]] == [2, 1]
