"""Characters that XML cannot hold: taken out by every reader, told for each entry, the rest is in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from commonplace.exchange.imports import import_file
from commonplace.home.opening import Home, open_home
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.legible import legible
from commonplace.importers.parallel import BatchReading
from commonplace.model.names import Contributor, Name
from commonplace.model.record import Loss, ReadEntry, Record
from commonplace.model.xml_characters import forbidden
from tests.command import commonplace
from tests.conftest import settings_for


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return open_home(settings_for(tmp_path / "home", reference_set=None))


def received(home: Home, data: bytes, name: str) -> dict[str, Any]:
    receipt: dict[str, Any] = json.loads(import_file(home.library, home.committer, data, name).json_text())
    return receipt


def as_they_are(entries: Sequence[ReadEntry]) -> Sequence[ReadEntry]:
    return entries


BAD = "A\x00B\x0bC\ufffeD\uffffE"
FILES = {
    "a.bib": "@article{a, title={%s}}\n@article{b, title={Whole}}",
    "a.ris": "TY  - JOUR\nTI  - %s\nER  - \nTY  - JOUR\nTI  - Whole\nER  - \n",
    "a.nbib": "PMID- 1\nTI  - %s\nJT  - J\n\nPMID- 2\nTI  - Whole\nJT  - J\n",
    "a.json": '[{"id": "a", "type": "book", "title": "%s"}, {"id": "b", "type": "book", "title": "Whole"}]',
    "a.mods": "<modsCollection><mods><titleInfo><title>%s</title></titleInfo></mods>"
    "<mods><titleInfo><title>Whole</title></titleInfo></mods></modsCollection>",
    "a.xml": "<xml><records><record><titles><title>%s</title></titles></record>"
    "<record><titles><title>Whole</title></titles></record></records></xml>",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "bad", [BAD, "A&#1;B &amp;#2;C &#xFFFE;D", "A&#xd800;B"], ids=["as they are", "by number", "half a pair"]
)
def test_such_characters_in_a_file_are_taken_out_and_told(home: Home, name: str, bad: str) -> None:
    receipt = received(home, (FILES[name] % bad).encode(), name)
    assert receipt["fates"]["new"] == 2
    said = [*receipt["faults"], *(loss for item in receipt["items"] for loss in item["losses"])]
    assert said, "nothing is taken out in silence"
    rows = home.library.read(lambda snapshot: list(snapshot.triples(None)))
    assert not [row for row in rows if forbidden(getattr(row.object, "value", ""))]


JSON = [
    {"id": "a\ud83d", "type": "book", "title": "One \ud800 half", "author": [{"family": "D\x01oe", "given": "\x02"}]},
    {"id": "b", "type": "book", "title": "\x00", "no\ufffete": "z\udfff"},
    {"id": "d", "type": "book", "title": "Keywords", "keyword": "x\x1fy; z"},
    {"id": "c", "type": "book", "title": "Both halves \U0001f600", "author": [{"family": "\x03"}, {"literal": "Ok"}]},
]


def test_json_that_writes_them_out_ends_no_import(home: Home) -> None:
    receipt = received(home, json.dumps(JSON).encode(), "a.json")
    assert receipt["fates"]["new"] == 4
    told = {(item["key"], loss["field"]): loss["raw"] for item in receipt["items"] for loss in item["losses"]}
    assert told["a", "title"] == "One \\ud800 half"
    assert told["a", "key"] == "a\\ud83d"
    assert {field for _, field in told} >= {"title", "key", "author", "keywords"}


def test_zoteros_json_is_json_too(home: Home) -> None:
    """Characters written out in it were looked for in CSL-JSON alone; half of a pair broke down the whole file."""
    parts: list[dict[str, object]] = [
        {"title": "One \ud800 half", "creators": [{"creatorType": "author", "name": "\udfff Org"}]},
        {"title": "Two", "tags": [{"tag": "a\x01b"}], "publisher": "\ufffe Press"},
        {"title": "Three", "extra": "note\x02: y\udc00"},
    ]
    keys = ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC")
    items = [
        {"key": key, "version": 1, "data": {"key": key, "itemType": "book", **part}}
        for key, part in zip(keys, parts, strict=True)
    ]
    receipt = received(home, json.dumps(items).encode(), "a.zotero.json")
    assert receipt["format"] == "zotero"
    assert receipt["fates"]["new"] == 3
    told = {loss["field"] for item in receipt["items"] for loss in item["losses"]}
    assert told >= {"title", "author", "keywords", "publisher"}
    rows = home.library.read(lambda snapshot: list(snapshot.triples(None)))
    assert not [row for row in rows if forbidden(getattr(row.object, "value", ""))]


def test_every_text_of_a_record_is_made_legible() -> None:
    record = Record(
        key="k\x00",
        type="book",
        title="T\x0bU",
        contributors=(
            Contributor("author", Name(family="\x01", given="Ann")),
            Contributor("editor", Name(literal="\x01")),
        ),
        keywords=("a\ufffe", "\x00"),
        note="\x00",
        extra={"x\x00": "y\x00z"},
        rich={"title": "<i>T</i>\x0bU"},
    )
    entry = legible(ReadEntry(1, 1, "", "k\x00", record, (Loss(field="f", raw="\ud800", why="w"),)))
    assert entry.record == Record(
        key="k",
        type="book",
        title="T U",
        contributors=(Contributor("author", Name(family="Ann")),),
        keywords=("a",),
        extra={"x": "y z"},
        rich={"title": "<i>T</i> U"},
    )
    assert entry.key == "k"
    assert entry.losses[0] == Loss(field="f", raw="\\ud800", why="w")
    fields = {loss.field for loss in entry.losses[1:]}
    assert fields == {"key", "title", "author", "editor", "keywords", "note", "x\\u0000"}


def test_an_entry_without_any_is_left_as_it_is() -> None:
    entry = ReadEntry(1, 1, "raw", "k", Record(key="k", type="book", title="Ümlaut \U0001f600\n\ttab"))
    assert legible(entry) is entry


@pytest.mark.parametrize("cores", [1, 2])
def test_a_big_file_read_by_several_processes_is_made_legible_too(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.importers.parallel.PARALLEL_BYTES", 1_000)
    text = "".join(f"@book{{k{n}, title = {{A&amp;#1;B {n}}}}}\n" for n in range(200))
    batches = BatchReading(IMPORT_FORMATS["bibtex"], text.encode(), "a.bib", as_they_are, cores)
    entries = [entry for batch in batches for entry in batch]
    assert len(entries) == 200
    assert all(entry.losses for entry in entries)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_half_a_pair_in_a_file_is_replaced_and_told(encoding: str) -> None:
    text = "TY  - JOUR\nTI  - A\ud800B \ud83d\ude00\nER  - \n"
    reading = IMPORT_FORMATS["ris"].read(text.encode(encoding, errors="surrogatepass"), "a.ris")
    (entry,) = list(reading)
    assert entry.record is not None
    assert (entry.record.title or "").startswith("A\ufffd")
    assert [fault.line for fault in reading.faults] == [2]


def test_a_file_whose_name_is_no_text_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "a\udcff.ris"
    try:
        path.write_bytes(b"TY  - JOUR\nTI  - T\nER  - \n")
    except OSError:
        pytest.skip("this file system takes no such name")
    done = commonplace("import", path, "--json", cwd=tmp_path, home=str(tmp_path / "home"), reference_set="none")
    assert done.exit == 0, done.err
    assert done.receipts()[0]["file"] == "a\\udcff.ris"
