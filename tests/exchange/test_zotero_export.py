"""Works are written to a library of Zotero, a batch after another, and what became of each is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from commonplace.exchange.imports import import_file
from commonplace.exchange.zotero_export import Written, works_to_write, write_to_zotero
from commonplace.exchange.zotero_import import import_zotero
from commonplace.home.opening import Home
from commonplace.importers.zotero_api import ZoteroApi
from commonplace.model.zotero_keys import zotero_key
from tests.command import commonplace, complains_in_one_line
from tests.importers.doi.agency_server import Trouble
from tests.importers.zotero_server import Zotero, zotero_server

KEY = "P9NiFoyLeZu2bZNvvuQPDWsd"


@pytest.fixture
def zotero() -> Iterator[Zotero]:
    """A library of Zotero's server that nothing is in yet."""
    with zotero_server(key=KEY) as zotero:
        yield zotero


def written(opened: Home, zotero: Zotero, key: str = KEY) -> list[Written]:
    with ZoteroApi(zotero.address, key, clock=zotero.time.clock()) as api:
        return list(write_to_zotero(works_to_write(opened.library), api))


def fates(made: list[Written]) -> dict[str, int]:
    return dict(Counter(one.fate for one in made))


def posts(zotero: Zotero) -> int:
    return sum(method == "POST" for method, _, _ in zotero.requests)


def add(opened: Home, entries: str) -> None:
    import_file(opened.library, opened.committer, entries.encode(), "more.bib")


def test_every_work_is_written_once_and_then_updated(opened: Home, zotero: Zotero) -> None:
    add(opened, "\n".join(f"@book{{b{n:03}, title={{Book {n}}}, year={{1900}}}}" for n in range(80)))
    made = written(opened, zotero)
    assert fates(made) == {"made": 115}
    assert posts(zotero) == 3, "fifty at a time"
    ostrom = next(one for one in zotero.items if one["key"] == zotero_key("work/ostrom1996"))
    assert ostrom["data"]["DOI"] == "10.1016/0305-750X(96)00023-X"
    assert {"tag": "role of professionals"} in ostrom["data"]["tags"]
    assert ostrom["data"]["collections"] == []
    assert fates(written(opened, zotero)) == {"unchanged": 115}
    zotero.items[0]["data"]["extra"] = "changed in Zotero"
    assert fates(written(opened, zotero)) == {"unchanged": 114, "updated": 1}
    assert len(zotero.items) == 115


def test_what_its_users_arranged_in_zotero_stays(opened: Home, zotero: Zotero) -> None:
    written(opened, zotero)
    data = zotero.items[0]["data"]
    arranged = {"collections": ["ABCD2345"], "relations": {"dc:relation": "http://zotero.org/users/1/items/EFGH6789"}}
    data |= arranged
    assert fates(written(opened, zotero)) == {"unchanged": 35}
    data["title"] = "changed in Zotero"
    assert fates(written(opened, zotero)) == {"unchanged": 34, "updated": 1}
    (back,) = (one["data"] for one in zotero.items if one["key"] == data["key"])
    assert back["title"] != "changed in Zotero"
    assert {name: back[name] for name in arranged} == arranged


def test_what_was_written_is_known_when_it_is_imported(opened: Home, zotero: Zotero) -> None:
    written(opened, zotero)
    with ZoteroApi(zotero.address) as api:
        back = import_zotero(opened.library, opened.committer, api, dry_run=True)
    assert (back.receipt.entries, back.receipt.fates["new"], back.receipt.failed) == (35, 0, 0)


def test_an_item_that_is_refused_does_not_keep_others_out(opened: Home, zotero: Zotero) -> None:
    add(opened, "@book{bad2001, title={Bad Book}, year={2001}}")
    zotero.refused = {"Bad Book": "Tag is too long"}
    made = written(opened, zotero)
    assert fates(made) == {"made": 35, "failed": 1}
    (failed,) = (one.line for one in made if one.fate == "failed")
    assert failed == "bad2001: failed: Zotero refused it: 400 Tag is too long"


def test_it_waits_where_it_is_asked_to(opened: Home, zotero: Zotero) -> None:
    zotero.troubles["POST /items"] = [Trouble(429, b"", {"Retry-After": "5"}), Trouble(503, b"", {"Backoff": "9"})]
    assert fates(written(opened, zotero)) == {"made": 35}
    assert zotero.time.slept == [5.0, 9.0]


def test_a_write_whose_answer_was_lost_is_not_made_twice(opened: Home, zotero: Zotero) -> None:
    zotero.loses_answers = 1
    made = written(opened, zotero)
    assert fates(made) == {"unchanged": 35}, "they had come to pass"
    assert len(zotero.items) == 35
    tokens = [headers["Zotero-Write-Token"] for method, _, headers in zotero.requests if method == "POST"]
    assert tokens[0] == tokens[1] != tokens[2]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (403, "may not write to this library"),
        (409, "is locked"),
        (412, "changed meanwhile"),
        (413, "larger than it takes"),
        (428, "the version of what is changed"),
        (500, "answered 500 4 times"),
    ],
)
def test_what_is_wrong_is_told_of_each_that_was_not_written(
    opened: Home, zotero: Zotero, status: int, told: str
) -> None:
    add(opened, "\n".join(f"@book{{b{n:03}, title={{Book {n}}}, year={{1900}}}}" for n in range(80)))
    zotero.troubles["POST /items"] = [Trouble(status, b"because")] * 4
    made = written(opened, zotero)
    assert fates(made) == {"failed": 115}
    assert all(told in (one.error or "") for one in made)
    assert posts(zotero) <= 4, "the others are not tried"
    assert zotero.items == []


def test_an_answer_that_is_cut_is_told(opened: Home, zotero: Zotero) -> None:
    zotero.troubles["POST /items"] = [Trouble(200, b'{"successful": {')]
    assert "was cut" in (written(opened, zotero)[0].error or "")
    zotero.troubles["POST /items"] = [Trouble(200, b"{}")]
    assert "did not say what became of it" in (written(opened, zotero)[0].error or "")


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY} ", f"{KEY}é"])
def test_a_key_that_cannot_be_sent_is_told_and_not_shown(home: Path, tmp_path: Path, zotero: Zotero, key: str) -> None:
    asked = {"home": str(home), "zotero_key": key}
    refused = commonplace("export", "--to", "zotero", "--address", zotero.address, cwd=tmp_path, **asked)
    assert refused.exit == 2
    assert complains_in_one_line(refused)
    assert "COMMONPLACE_ZOTERO_KEY is no key: it has a space" in refused.err
    assert KEY not in refused.text + refused.err
    assert zotero.requests == []


def test_from_the_command_line(home: Path, tmp_path: Path, zotero: Zotero) -> None:
    asked = {"home": str(home), "zotero_key": KEY}
    done = commonplace("export", "--to", "zotero", "--address", zotero.address, cwd=tmp_path, **asked)
    assert done.exit == 0, done.err
    assert f"ostrom1996: made ({zotero_key('work/ostrom1996')})" in done.text.splitlines()
    assert "35 made, 0 updated, 0 unchanged, 0 failed" in done.err
    assert KEY not in done.text + done.err
    zotero.key = None
    only_read = commonplace("export", "--to", "zotero", cwd=tmp_path, zotero_url=zotero.address, **asked)
    assert only_read.exit == 1
    assert "only read: the API of Zotero's own program takes no items" in only_read.text
    for wrong, why in (
        (("--to", "zotero", "--address", "here"), "--address"),
        (("--to", "zotero", "--address", "https://me:secret@127.0.0.1:9"), "no user name and no password"),
        (("--address", zotero.address), "--to zotero"),
    ):
        refused = commonplace("export", *wrong, cwd=tmp_path, **asked)
        assert refused.exit == 2
        assert complains_in_one_line(refused)
        assert why in refused.err
        assert "secret" not in refused.err
    without = commonplace("export", "--to", "zotero", cwd=tmp_path, home=str(home))
    assert without.exit == 2
    assert "COMMONPLACE_ZOTERO_KEY" in without.err
