"""Importing files: what the receipt says of every entry, and that nothing is lost without a word."""

from __future__ import annotations

import gc
import gzip
import hashlib
import json
import os
import resource
import tempfile
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from commonplace.curation.matching import Matcher
from commonplace.errors import BadRequest, CommonplaceError, NoRoom
from commonplace.exchange.imports import Batches, Read, import_file
from commonplace.exchange.prepared import PreparedBatch
from commonplace.home.opening import Home, open_home
from commonplace.importers import parallel
from commonplace.importers.formats import ImportFormat
from commonplace.importers.packing import read_bounded, unpacked
from commonplace.importers.parallel import BatchFunction, BatchReading
from commonplace.importers.reader_process import read_apart
from commonplace.model.change import Version
from commonplace.model.record import Record
from tests.conftest import BASE, serving, settings_for, shared
from tests.receipts import OSTROM, SMITH, check


def received(home: Home, text: str | bytes, name: str = "some.bib", **more: Any) -> dict[str, Any]:
    """The receipt of importing that text, checked for its arithmetic."""
    data = text if isinstance(text, bytes) else text.encode()
    receipt: dict[str, Any] = json.loads(import_file(home.library, home.committer, data, name, **more).json_text())
    check(receipt)
    return receipt


def test_the_shape_of_a_receipt(empty: Home) -> None:
    receipt = received(empty, OSTROM)
    assert {"id", "version", "file", "sha256", "entries", "fates", "items", "undo"} <= set(receipt)
    assert receipt["file"] == "some.bib"
    assert receipt["sha256"] == hashlib.sha256(OSTROM.encode()).hexdigest()
    assert (receipt["version"], receipt["undo"]) == (1, "/changes/1/undo")
    (item,) = receipt["items"]
    assert (item["key"], item["fate"], item["line"]) == ("ostrom1996", "new", 1)
    assert item["work"] == f"{BASE}id/work/ostrom1996"


def test_a_second_import_is_all_matched_and_changes_no_statement(empty: Home) -> None:
    received(empty, OSTROM)
    again = received(empty, OSTROM)
    assert again["fates"] == {"new": 0, "matched": 1, "updated": 0, "failed": 0}
    assert not empty.library.log.entry(again["version"]).change


def others(number: int) -> str:
    return "".join(f"@misc{{other{at}, title={{Other {at}}}, year={{1990}}}}\n" for at in range(number))


def when_read(do: Callable[[], object]) -> Callable[..., Batches]:
    """A way to read a file, with something done when its last entry has been read."""

    def read(format: ImportFormat, data: bytes, filename: str, work: BatchFunction[PreparedBatch]) -> Batches:
        reading = BatchReading.here(format, data, filename, work)

        def batches() -> Generator[PreparedBatch, None, None]:
            yield from reading
            do()

        return BatchReading.received(reading.total, reading.faults, reading.preserved, batches())

    return read


@pytest.mark.parametrize("entries", [1, 1000])
def test_what_is_written_while_a_file_is_read_is_matched(empty: Home, entries: int) -> None:
    """Entries are decided on as they come, and again when somebody else has written before the last has come."""
    read = when_read(lambda: received(empty, OSTROM, "somebody-else.bib"))

    receipt = received(empty, others(entries) + OSTROM, read=read)

    assert receipt["version"] == 2
    assert receipt["fates"] == {"new": entries, "matched": 1, "updated": 0, "failed": 0}
    assert empty.library.log.entry(Version(2)).change.touched().isdisjoint({receipt["items"][-1]["work"]})


def test_a_work_that_is_taken_out_while_an_entry_is_compared_with_it_is_new(
    empty: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(empty, OSTROM)
    looked_up = Matcher.record
    undone: list[object] = []

    def record(matcher: Matcher, key: str) -> Record:
        if not undone:
            undone.append(empty.committer.undo(Version(1), "tester"))
        return looked_up(matcher, key)

    monkeypatch.setattr(Matcher, "record", record)
    receipt = received(empty, OSTROM.replace("year={1996}", "year={1996}, volume={24}"))

    assert undone
    assert (receipt["version"], receipt["fates"]["new"]) == (3, 1)


def test_what_an_import_kept_in_files_goes_with_it(empty: Home) -> None:
    """At once, and not when Python next looks for garbage: it may be much of a disk."""

    def deleted() -> list[str]:
        paths = (str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink())
        return [path for path in paths if path.endswith("(deleted)")]

    gc.collect()
    before = deleted()
    gc.disable()
    try:
        received(empty, others(3000))
        assert deleted() == before
    finally:
        gc.enable()


def test_without_room_for_what_it_would_write_nothing_is_imported(empty: Home) -> None:
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    read = when_read(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, bounds[1])))
    try:
        with pytest.raises(NoRoom, match=r"some.bib: .* nothing was written: .*: File too large"):
            received(empty, others(3000), read=read)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)

    assert (empty.library.follow(), empty.library.read(lambda snapshot: snapshot.size)) == (0, 0)
    assert received(empty, others(3000))["fates"]["new"] == 3000


def test_what_is_missing_is_added_and_that_is_an_update(empty: Home) -> None:
    received(empty, OSTROM)
    more = OSTROM.replace("year={1996}", "year={1996}, volume={24}, pages={1073--1087}")
    assert received(empty, more)["fates"]["updated"] == 1
    with serving(empty) as client:
        work = client.get("/works/ostrom1996").json()
    assert (work["volume"], work["page"]) == ("24", "1073-1087")


def test_other_fields_that_grow_take_the_place_of_what_was_there(empty: Home) -> None:
    received(empty, OSTROM.replace("year=", "remark={a}, year="))
    more = OSTROM.replace("year=", "remark={b}, annotation={c}, year=")
    assert received(empty, more)["fates"]["updated"] == 1
    query = f"SELECT ?fields WHERE {{ ?work <{BASE}ontology#sourceFields> ?fields }}"
    held = empty.library.read(lambda snapshot: [row["fields"].value for row in snapshot.select(query)])
    assert [json.loads(text) for text in held] == [{"remark": "a", "annote": "c"}]
    assert received(empty, more)["fates"] == {"new": 0, "matched": 1, "updated": 0, "failed": 0}


def test_a_conflict_keeps_what_is_there_and_is_reported(empty: Home) -> None:
    received(empty, OSTROM)
    receipt = received(empty, OSTROM.replace("year={1996}", "year={1997}"))
    (item,) = receipt["items"]
    assert item["fate"] == "matched"
    assert [loss for loss in item["losses"] if "1997" in loss["raw"]]
    with serving(empty) as client:
        assert client.get("/works/ostrom1996").json()["year"] == 1996


def test_another_work_under_a_key_that_is_taken_gets_a_key_of_its_own_and_says_so(empty: Home) -> None:
    received(empty, "@book{smith, title={One thing}, author={Smith, Ann}, year={2001}}")
    receipt = received(empty, "@book{smith, title={Quite another}, author={Jones, Bob}, year={1950}}")
    (item,) = receipt["items"]
    assert item["fate"] == "new"
    assert item["work"] != f"{BASE}id/work/smith"
    assert [loss for loss in item["losses"] if loss["field"] == "key" and loss["raw"] == "smith"]
    with serving(empty) as client:
        assert client.get("/works").json()["total"] == 2


def test_the_same_work_under_another_key_is_matched_and_says_so(empty: Home) -> None:
    received(empty, OSTROM)
    receipt = received(empty, OSTROM.replace("ostrom1996", "Ost96"))
    (item,) = receipt["items"]
    assert (item["fate"], item["work"]) == ("matched", f"{BASE}id/work/ostrom1996")
    assert (item["added"], item["losses"]) == (["alternative_keys"], [])


@pytest.mark.parametrize(("key", "safe"), [(".", "dot"), ("..", "dot-dot")])
def test_a_key_that_clients_take_for_a_step_in_a_path_gets_another_and_says_so(
    empty: Home, key: str, safe: str
) -> None:
    text = json.dumps([{"id": key, "type": "book", "title": "Dots"}])
    (item,) = received(empty, text, "a.json")["items"]
    assert (item["key"], item["work"]) == (key, f"{BASE}id/work/{safe}")
    assert [loss["raw"] for loss in item["losses"] if loss["field"] == "key"] == [key]
    with serving(empty) as client:
        assert client.get(item["work"].replace(BASE, "/"), follow_redirects=True).json()["title"] == "Dots"
    again = received(empty, text, "a.json")
    assert (again["fates"]["matched"], "added" in again["items"][0]) == (1, False), (
        "it is known by the key it came with"
    )


def test_twice_in_one_file_is_one_work(empty: Home) -> None:
    receipt = received(empty, OSTROM + OSTROM.replace("ostrom1996", "twin"))
    assert receipt["fates"] == {"new": 1, "matched": 1, "updated": 0, "failed": 0}


def test_a_broken_entry_does_not_take_the_others_along(empty: Home) -> None:
    text = "@book{a, title={One}}\n@book{b, title={Two\n@book{c, title={Three}}\nstray text\n@book{d, title={Four}}\n"
    receipt = received(empty, text)
    with serving(empty) as client:
        keys = {work["key"] for work in client.get("/works").json()["items"]}
    assert {"a", "c", "d"} <= keys
    spoken = [item["key"] for item in receipt["items"] if item["fate"] == "failed" or item["losses"]]
    assert "b" in spoken or receipt["faults"]


def test_latin_1_is_read_and_reported(empty: Home) -> None:
    receipt = received(empty, "@book{a, title={Le rôle}, author={Jetté, Christian}}".encode("latin-1"))
    assert any("Latin-1" in fault["why"] for fault in receipt["faults"])
    with serving(empty) as client:
        assert client.get("/works/a").json()["title"] == "Le rôle"


def test_a_dry_run_says_the_same_and_changes_nothing(empty: Home) -> None:
    dry = received(empty, OSTROM, dry_run=True)
    assert empty.library.log.head() == 0
    assert not {"id", "version", "undo"} & set(dry)
    wet = received(empty, OSTROM)
    assert {n: v for n, v in wet.items() if n not in ("id", "version", "undo")} == dry


def test_the_receipt_is_there_for_ever(empty: Home, tmp_path: Path) -> None:
    receipt = received(empty, OSTROM)
    received(empty, "@book{other, title={Other}}")
    empty.committer.undo(Version(1), "tester")
    again = open_home(settings_for(tmp_path / "home", reference_set=None))
    with serving(again) as client:
        answer = client.get(f"/imports/{receipt['id']}")
        assert answer.json() == receipt
        assert "immutable" in answer.headers["cache-control"]
        assert client.get("/changes/1").json()["receipt"] == "/imports/1"
        assert client.get("/imports/3").status_code == 404  # an undo has none


def test_unpacking_stops_at_its_bound() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    with pytest.raises(CommonplaceError, match="more than 1000000 bytes"):
        unpacked(bomb, "bomb.bib.gz", 1_000_000)


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_a_gzip_file_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(CommonplaceError):
        unpacked(gzip.compress(OSTROM.encode())[:-cut], "x.bib.gz", 1_000_000)


@pytest.mark.parametrize("graph", ["memory", "disk"])
def test_what_a_command_wrote_is_read_when_it_is_asked_for(tmp_path: Path, graph: str) -> None:
    """A big change is left out of a graph in memory until somebody reads; a graph on disk has it at once."""
    settings = settings_for(tmp_path / "home", reference_set=None, graph=graph)
    home = open_home(settings, at_once=False)
    count = 2_000
    text = "\n".join(f"@book{{key{n}, author={{Author, A. {n}}}, title={{Title {n}}}}}" for n in range(count))
    first = received(home, text)
    assert home.library.graph.version == (0 if graph == "memory" else first["version"])
    assert first["version"] == home.library.newest()
    works = "SELECT ?w { ?w a <http://purl.org/spar/fabio/Expression> }"
    assert len(home.library.read(lambda snapshot: snapshot.select(works))) == count
    again = received(home, text)
    assert again["fates"] == {"new": 0, "matched": count, "updated": 0, "failed": 0}
    whole = home.library.read(lambda snapshot: set(snapshot.quads()))
    assert open_home(settings_for(tmp_path / "home", reference_set=None)).library.read(
        lambda snapshot: set(snapshot.quads()) == whole
    )


@pytest.mark.slow
def test_a_whole_bibliography_is_taken_back_as_one(tmp_path: Path) -> None:
    """Undoing thousands of works is one pass over them, not one for each."""
    opened = open_home(settings_for(tmp_path / "home", reference_set=None))
    data, name = unpacked(shared("corpora", "tugboat.bib.gz").read_bytes(), "tugboat.bib.gz", 100_000_000)
    receipt = import_file(opened.library, opened.committer, data, name)
    assert receipt.version is not None
    undone = opened.committer.undo(Version(receipt.version), "tester")
    assert undone.kept == []
    assert opened.library.read(lambda snapshot: snapshot.size) == 0


def test_entries_of_5_mb_are_imported(empty: Home) -> None:
    text = "words of it " * 420_000
    entry = f"@article{{a, author={{Doe, J.}}, title={{Tides}}, year=2001, abstract={{{text}}}}}\n"
    receipt = received(empty, entry + entry.replace("{a,", "{b,").replace("Tides", "Kites"))
    assert receipt["fates"]["new"] == 2


def test_a_pipe_that_nobody_writes_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.importers.packing.WRITER_SECONDS", 0.01)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadRequest, match="nobody wrote"):
        read_bounded(tmp_path / "pipe", 10)


def test_an_updated_entry_says_what_was_added_and_what_differs(empty: Home) -> None:
    received(empty, SMITH)
    more = SMITH.replace("note={Ours}", "note={Theirs}, doi={10.1234/x}, editor={Roe, R.}, abstract={What it says.}")
    (item,) = received(empty, more)["items"]
    assert (item["fate"], item["added"]) == ("updated", ["contributors", "doi", "abstract"])
    assert [(loss["field"], loss["raw"], loss["why"]) for loss in item["losses"]] == [
        ("note", "Theirs", "the library holds 'Ours', which stays")
    ]
    (again,) = received(empty, more)["items"]
    assert (again["fate"], again.get("added")) == ("matched", None)


def mixed(entries: int) -> bytes:
    """Entries that share people, forms of their names, venues and keys; parts, duplicates and broken ones."""
    made = []
    for n in range(entries):
        who = f"{('Jetté', 'Jette')[n % 2]}, Yves and Ostrom, Elinor and Number {n % 50}, A. and Group {{Ltd}}"
        title = hashlib.sha256(bytes(n)).hexdigest()
        fields = f"title={{{title}}}, author={{{who}}}, year={{{1950 + n % 60}}}, issn={{0305-750X}}"
        made.append(f"@article{{key{n}, {fields}, journal={{Journal {n % 7}}}, note={{{'text ' * (n % 9)}}}}}")
        if n % 40 == 0:
            doi = ", doi={10.1000/1}" if n % 80 else ""
            made.append(f"@incollection{{part{n}, title={{Part {n}}}, crossref={{key{n}}}}}")
            made.append(f"@article{{key{n}, {fields}{doi}, journal={{Journal {n % 7}}}}}")
    return "\n\n".join([*made, "@article{ , broken"]).encode()


def test_an_import_writes_the_same_wherever_its_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "PARALLEL_BYTES", 0)

    def apart(format: ImportFormat, data: bytes, filename: str, work: BatchFunction[PreparedBatch]) -> Batches:
        return read_apart(format, data, filename, work, lambda: None)

    reads: dict[str, Read] = {"here": BatchReading.here, "cores": partial(BatchReading, cores=2), "apart": apart}
    data, found = mixed(450), []
    for name, read in reads.items():
        home = open_home(settings_for(tmp_path / name, reference_set=None))
        receipt = received(home, data, read=read)
        (log,) = (tmp_path / name / "log" / "segments").iterdir()
        found.append((receipt["fates"], receipt["items"], log.read_bytes().partition(b"TX .")[2]))
    assert found[0] == found[1] == found[2]
    assert all(found[0][0].values())


def test_an_import_without_room_for_what_it_reads_is_told_and_leaves_nothing(
    empty: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def tight(format: ImportFormat, data: bytes, filename: str, work: BatchFunction[PreparedBatch]) -> Batches:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
        return BatchReading.here(format, data, filename, work)

    try:
        with pytest.raises(NoRoom, match="nothing was written") as fault:
            received(empty, mixed(900), read=tight)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert fault.value.errors == ((str(tmp_path), "File too large"),)
    assert empty.library.follow() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
