"""`commonplace import`: what it says on the terminal and in JSON, how it exits, and where it takes files from."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import threading
from pathlib import Path

import pytest

from commonplace.errors import TooLarge
from commonplace.importers.packing import read_bounded
from tests.command import Finished, commonplace, complains_in_one_line, fed
from tests.conftest import shared
from tests.receipts import OSTROM, SMITH, check


def run(home: Path, *arguments: str | Path) -> Finished:
    """`commonplace import` into an empty or given home."""
    return commonplace("import", *arguments, cwd=home.parent, home=str(home), reference_set="none")


def test_files_of_every_kind_in_one_command(tmp_path: Path) -> None:
    (tmp_path / "packed.bib.gz").write_bytes(gzip.compress(OSTROM.encode()))
    (tmp_path / "empty.bib").write_bytes(b"")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7\n\xe2\xe3\xcf\xd3")
    (tmp_path / "liar.bib").write_bytes(b"%PDF-1.7\n@book{x, title={y}}")
    (tmp_path / "bomb.bib.gz").write_bytes(gzip.compress(b" " * 3_000_000))
    (tmp_path / "last.json").write_text('[{"id": "last", "type": "book", "title": "Last"}]')
    names = ["packed.bib.gz", "empty.bib", "paper.pdf", "liar.bib", "bomb.bib.gz", "missing.bib", "last.json"]
    done = commonplace(
        "import",
        "--json",
        *names,
        cwd=tmp_path,
        home=str(tmp_path / "home"),
        reference_set="none",
        import_bytes="2000000",
    )
    receipts = done.receipts()
    assert [receipt["file"] for receipt in receipts] == ["packed.bib", "last.json"]
    assert [receipt["version"] for receipt in receipts] == [1, 2]
    assert done.exit == 1  # the rest is in
    assert "Traceback" not in done.err
    for name in ("empty.bib", "paper.pdf", "liar.bib", "bomb.bib.gz", "missing.bib"):
        assert sum(line.startswith("commonplace: ") and name in line for line in done.err.splitlines()) == 1, name


@pytest.mark.parametrize(
    ("name", "data"),
    [("empty.bib", b""), ("words.txt", b"just words")],
)
def test_nothing_could_be_read_is_exit_2_and_one_line(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    done = run(tmp_path / "home", name)
    assert done.exit == 2
    assert complains_in_one_line(done), done.err
    assert name in done.err


def test_some_failed_is_exit_1_and_names_them(tmp_path: Path) -> None:
    (tmp_path / "some.json").write_text('[{"id": "good", "type": "book", "title": "Good"}, 7, {"id": "bad" "type": 1}]')
    done = run(tmp_path / "home", "some.json", "--json")
    (receipt,) = done.receipts()
    check(receipt)
    assert receipt["fates"] == {"new": 1, "matched": 0, "updated": 0, "failed": 2}
    assert done.exit == 1


@pytest.mark.slow
def test_a_real_library_of_3644_entries_loses_none(tmp_path: Path) -> None:
    path = shared("corpora", "tugboat.bib.gz")
    first = run(tmp_path / "home", path, "--json")
    (receipt,) = first.receipts()
    check(receipt)
    assert receipt["entries"] == 3644
    assert first.exit == (1 if receipt["fates"]["failed"] else 0)
    second = run(tmp_path / "home", path, "--json")
    (again,) = second.receipts()
    check(again)
    assert again["fates"] == {"new": 0, "matched": 3644 - receipt["fates"]["failed"], "updated": 0,
                              "failed": receipt["fates"]["failed"]}  # fmt: skip


def test_a_file_of_faults_only_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text("{" * 300_000)
    done = run(tmp_path / "home", "a.bib")
    assert done.exit == 2
    assert "a.bib, line 1: not read" in done.err
    assert commonplace("log", cwd=tmp_path, home="home", reference_set="none").text == ""


@pytest.mark.parametrize(
    ("data", "says"), [(b"%PDF-1.7 x", "a PDF"), (b"PK\x03\x04 x", "a ZIP archive"), (b"", "empty")]
)
def test_a_file_that_is_no_bibliography_is_refused_whatever_its_name(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "desk").write_bytes(data)
    done = run(tmp_path / "home", "desk")
    assert done.exit == 2
    assert says in done.err


def test_a_pipe_is_imported_and_an_endless_one_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text(OSTROM))
    writer.start()
    done = run(tmp_path / "home", "pipe", "--json")
    writer.join()
    assert done.json()["fates"]["new"] == 1
    assert read_bounded(Path("/dev/null"), 10) == b""
    with pytest.raises(TooLarge):
        read_bounded(Path("/dev/zero"), 10)


def test_a_receipt_on_the_terminal_has_the_fates_of_entries(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(SMITH)
    clash = "@book{smith2001, title={Tides}, author={Lee, A.}, year=1999}\n"
    near = SMITH.replace("smith2001", "near").replace("care of", "cares of")
    more = SMITH.replace("note={Ours}", "note={Theirs}, doi={10.1234/x}")
    (tmp_path / "b.bib").write_text(more + clash + near)
    assert run(tmp_path / "home", "a.bib").exit == 0
    dry, done = (run(tmp_path / "home", *arguments, "b.bib") for arguments in (("--dry-run",), ()))
    lines = done.text.splitlines()
    assert lines[:-1] == [
        "b.bib: 3 entries: 2 new, 0 matched, 1 updated, 0 failed",
        "  3 losses, by kind:",
        "      1 × key: another work has this key; this one is imported as …",
        "      1 × key: the same key was used on line …; both entries were read",
        "      1 × note: the library holds …, which stays",
        "  1 of the new is similar to other works, named below; nothing is merged on a guess",
        "  line 1: smith2001: matched smith2001 on key, title, people, year, venue, pages; updated with doi",
        "  line 1: smith2001: note: 'Theirs': the library holds 'Ours', which stays",
        "  line 3: smith2001: key: the same key was used on line 1; both entries were read",
        "  line 3: smith2001: key: another work has this key; this one is imported as 'smith2001-2'",
        "  line 4: near: similar to smith2001: titles that are 98 % alike; people of the same name: John Smith; "
        "the same year, 2001; the same venue; the same volume, 3; the same page, 11",
    ]
    assert dry.text.splitlines() == [*lines[:-1], "nothing was changed (dry run)"]


def test_a_work_known_by_its_doi_says_so_and_what_is_plainly_in_is_counted_only(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(OSTROM + SMITH)
    (tmp_path / "b.bib").write_text(SMITH + OSTROM.replace("ostrom1996", "Crossing").replace("World", "Our World"))
    assert run(tmp_path / "home", "a.bib").exit == 0
    assert run(tmp_path / "home", "b.bib").text.splitlines()[:-1] == [
        "b.bib: 2 entries: 0 new, 2 matched, 0 updated, 0 failed",
        "  1 loss, by kind:",
        "      1 × container_title: the library holds …, which stays",
        "  line 3: Crossing: matched ostrom1996 on DOI, title, people, year; its key is kept as another key",
        "  line 3: Crossing: container_title: 'Our World Development': "
        "the library holds 'World Development', which stays",
    ]


def piped(tmp_path: Path, data: bytes, *arguments: str) -> Finished:
    """A command with that on its standard input."""
    return fed(data, *arguments, cwd=tmp_path, home=str(tmp_path / "home"), reference_set="none")


@pytest.mark.parametrize("packed", [False, True])
def test_standard_input_is_imported_in_whatever_format_it_is(tmp_path: Path, packed: bool) -> None:
    data = b"TY  - BOOK\nID  - r\nTI  - Rivers\nER  - \n"
    done = piped(tmp_path, gzip.compress(data) if packed else data, "import", "-", "--json")
    (receipt,) = done.receipts()
    check(receipt)
    assert (receipt["file"], receipt["format"], receipt["fates"]["new"]) == ("standard input", "ris", 1)
    assert receipt["sha256"] == hashlib.sha256(data).hexdigest()


def test_standard_input_stands_among_files_and_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text(OSTROM)
    done = piped(tmp_path, SMITH.encode(), "import", "a.bib", "-", "--json")
    assert [receipt["file"] for receipt in done.receipts()] == ["a.bib", "standard input"]
    twice = piped(tmp_path, SMITH.encode(), "import", "-", "-")
    assert (twice.exit, complains_in_one_line(twice)) == (2, True)


@pytest.mark.parametrize(
    ("data", "arguments", "says"),
    [
        (b"", (), "standard input: the file is empty"),
        (b"just words", (), "standard input: what this is cannot be told; name its format"),
        (b"%PDF-1.7", ("--format", "bibtex"), "standard input: this is a PDF"),
        (b"\x1f\x8b broken", (), "standard input: the gzip file ends too early"),
        (b"@book{a, title={A}}" * 200, (), "standard input has more than 1000 bytes"),
    ],
)
def test_what_cannot_be_read_of_standard_input_is_said_of_it(
    tmp_path: Path, data: bytes, arguments: tuple[str, ...], says: str
) -> None:
    done = fed(data, "import", "-", *arguments, cwd=tmp_path, home="home", reference_set="none", import_bytes="1000")
    assert (done.exit, complains_in_one_line(done)) == (2, True), done.err
    assert says in done.err


def test_the_receipts_of_a_command_come_as_one_table(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"id": "=cmd", "type": "book", "title": "@SUM(A1)"}, {"id": "b"}, 7]')
    done = piped(tmp_path, SMITH.encode(), "import", "a.json", "-", "--receipt", "table.csv")
    assert done.exit == 1
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["position"], row["key"], row["fate"]) for row in rows] == [
        ("a.json", "1", "'=cmd", "new"),
        ("a.json", "2", "b", "new"),
        ("a.json", "3", "", "failed"),
        ("standard input", "1", "smith2001", "new"),
    ]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize("name", ["a.bib", "nowhere/table.csv", "home"])
def test_a_table_that_cannot_be_written_stops_the_import_before_it_begins(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.bib").write_text(OSTROM)
    (tmp_path / "home").mkdir()
    done = run(tmp_path / "home", "a.bib", "--receipt", name)
    assert (done.exit, complains_in_one_line(done)) == (2, True)
    assert not (tmp_path / "home" / "log").exists()
    assert (tmp_path / "a.bib").read_text() == OSTROM
