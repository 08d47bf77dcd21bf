"""Files that nobody should send: each ends soon and in bounded memory, with a clear problem or a place in the file.

Every file is read in a process of its own that may compute for `CPU_SECONDS` and hold `MEMORY_BYTES`: many
times less than something quadratic, or a tree built of it, would take.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from commonplace.errors import BadRequest, TooLarge
from commonplace.exchange.prepared import prepared
from commonplace.importers.formats import IMPORT_FORMATS
from commonplace.importers.packing import unpacked
from commonplace.importers.reader_process import read_apart
from commonplace.importers.text_encoding import UnreadableFile
from commonplace.processes.shared_file import SharedFile
from tests.conftest import BASE, ROOT

pytestmark = pytest.mark.slow  # the suite without these stays under ten minutes

PREPARE = partial(prepared, BASE, SharedFile())

MB = 1_000_000
CPU_SECONDS = 60
MEMORY_BYTES = 1_500 * MB

READ = """
import json, sys
from commonplace.errors import CommonplaceError
from commonplace.importers.formats import guess_format
from commonplace.importers.text_encoding import UnreadableFile
name, data = sys.argv[1], sys.stdin.buffer.read()
format = guess_format(name, data[:65536])
try:
    reading = format.read(data, name) if format else None
    if reading is None:
        print(json.dumps({"problem": "no format"}))
    else:
        entries = [[e.line, e.key, e.error, e.record is None, len(e.losses)] for e in reading]
        print(json.dumps({"entries": entries, "faults": [[f.line, f.why] for f in reading.faults]}))
except UnreadableFile as fault:
    print(json.dumps({"problem": str(fault)}))
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a file: a problem with all of it, or its entries and faults."""

    problem: str | None
    entries: list[list[Any]]
    faults: list[tuple[int, str]]

    @property
    def keys(self) -> list[str]:
        return [key for _, key, *_ in self.entries]

    @property
    def failed(self) -> list[int]:
        """The lines of entries that could not be read."""
        return [line for line, _, _, failed, _ in self.entries if failed]


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def read(data: bytes, name: str, tmp_path: Path) -> Found:
    """Read a file in a bounded process. Fails when that ends any other way than by itself."""
    source = tmp_path / "hostile"
    source.write_bytes(data)
    with source.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", READ, name],
            stdin=file,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "app")},
            preexec_fn=bounded,
            check=False,
        )
    assert done.returncode == 0, f"the reader ended with {done.returncode}: {done.stderr.decode()[-500:]}"
    found = json.loads(done.stdout)
    return Found(found.get("problem"), found.get("entries", []), [tuple(f) for f in found.get("faults", [])])


def zipped() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bib", b"@book{a}")
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\0" * 1000, "empty"),
        (b"\n" * MB, "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "a PDF"),
        (zipped(), "ZIP"),
        (bytes(range(256)) * 1000, "not text"),
        (b"\xff\xfe@\x00b\x00o\x00o", "UTF-16 and is broken at byte"),
    ],
)
def test_what_is_no_text_is_said_to_be_what_it_is(data: bytes, says: str) -> None:
    for format in IMPORT_FORMATS.values():
        with pytest.raises(UnreadableFile, match=says):
            format.read(data, "a.bib")


ACCENTED = "@book{muller2001,\n  author = {Müller, Jürgen},\n  title = {Über die Straße}\n}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_other_encodings_are_read_and_what_was_assumed_is_said(encoding: str) -> None:
    reading = IMPORT_FORMATS["bibtex"].read(ACCENTED.encode(encoding), "a.bib")
    (entry,) = reading
    assert entry.record
    assert (entry.record.title, entry.record.names("author")[0].family) == ("Über die Straße", "Müller")
    assert bool(reading.faults) == (encoding in ("utf-16-le", "utf-16-be", "latin-1"))


def test_control_characters_are_counted_and_their_place_is_told(tmp_path: Path) -> None:
    found = read(ACCENTED.replace("die", "die\x07\x00").encode(), "a.bib", tmp_path)
    assert found.keys == ["muller2001"]
    assert found.faults == [(3, "2 control characters in the file, read as spaces")]


def test_half_a_file_is_read_up_to_where_it_ends(tmp_path: Path) -> None:
    whole = "".join(ACCENTED.replace("muller2001", f"k{number}") for number in range(1000)).encode()
    found = read(whole[: len(whole) - 20], "a.bib", tmp_path)
    assert found.keys == [f"k{number}" for number in range(1000)]
    assert found.entries[-1][0] == 999 * 4 + 1
    assert found.entries[-1][4], "the last entry says that it is broken"


GOOD = b"@book{good, title = {Harbours}}\n"
BRACES: dict[str, Callable[[], bytes]] = {
    "opened": lambda: b"@book{bad, title = " + b"{" * 10 * MB,
    "closed": lambda: b"@book{bad, title = " + b"}" * 10 * MB,
    "nested": lambda: b"@book{bad, title = {" + b"{" * 5 * MB + b"}" * 5 * MB + b"}}",
    "quotes": lambda: b"@book{bad, title = " + b'"' * 10 * MB,
}


@pytest.mark.parametrize("kind", BRACES)
def test_ten_million_braces_are_one_failed_entry_with_its_line(kind: str, tmp_path: Path) -> None:
    found = read(GOOD + BRACES[kind]() + b"\n" + GOOD.replace(b"good", b"next"), "a.bib", tmp_path)
    assert found.keys == ["good", "bad", "next"]
    assert found.failed == [2]
    assert "braces" in found.entries[1][2]


@pytest.mark.slow
def test_ten_million_braces_in_pairs_are_a_title(tmp_path: Path) -> None:
    found = read(GOOD.replace(b"Harbours", b"Harbours" + b"{}" * 5 * MB), "a.bib", tmp_path)
    assert (found.keys, found.failed) == (["good"], [])


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param(b"word \\'e {Y} ", marks=pytest.mark.slow),
        b"x",
        pytest.param(b"$x$ ", marks=pytest.mark.slow),
        b"a, b. ",
    ],
)
def test_an_entry_of_5_mb_is_read(unit: bytes, tmp_path: Path) -> None:
    data = GOOD.replace(b"}}", b"}, abstract = {" + unit * (5 * MB // len(unit)) + b"}}")
    found = read(data + GOOD.replace(b"good", b"next"), "a.bib", tmp_path)
    assert (found.keys, found.failed) == (["good", "next"], [])


def test_strings_that_double_do_not_fill_the_memory(tmp_path: Path) -> None:
    data = b"@string{a = {0123456789}}\n" + b"@string{a = a # a}\n" * 60 + b"@book{good, title = a}\n"
    found = read(data, "a.bib", tmp_path)
    assert found.keys == ["good"]
    assert any("characters long" in why for _, why in found.faults)


@pytest.mark.slow
def test_strings_used_very_often_do_not_fill_the_memory(tmp_path: Path) -> None:
    data = b"@string{a = {" + b"x" * 15_000 + b"}}\n@book{good, title = " + b"a # " * MB + b"a}\n"
    found = read(data, "a.bib", tmp_path)
    assert found.problem or found.entries[0][4]


HUNDRED: dict[str, bytes] = {"spaces": b" ", "zeros": b"\0", "line ends": b"\n", "letters": b"x", "control": b"\x01"}


@pytest.mark.parametrize("kind", HUNDRED)
def test_100_mb_of_nothing_is_a_problem(kind: str, tmp_path: Path) -> None:
    found = read(HUNDRED[kind] * 100 * MB, "a.txt", tmp_path)
    assert found.problem in ("no format", "the file is empty") or "not text" in str(found.problem)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        (b"[" * 10 * MB, 1),
        (b'{"a":' * 2 * MB, 0),
        (b'[{"id":"a","title":"' + b"<i>" * 200_000 + b"</i>" * 200_000 + b'"}]', 1),
        (b'[{"id":"a","title":"' + b"x" * 10 * MB, 1),
        (b'[{"id":' + b"9" * MB + b'}, {"id": "b"}]', 2),
        (b'[{"id":"a","ISBN":"' + b"1234567 " * 20_000 + b'"}]', 1),
        (b'[{"id":"a","DOI":"10.1/' + b")" * MB + b'"}]', 1),
    ],
    ids=["arrays", "objects", "markup", "unended", "digits", "numbers", "brackets"],
)
def test_csl_json_that_goes_on_and_on(text: bytes, entries: int, tmp_path: Path) -> None:
    found = read(text, "a.json", tmp_path)
    assert len(found.entries) == entries
    assert bool(found.problem) is (entries == 0), "what is no item is refused in words"


@pytest.mark.slow
def test_csl_json_of_a_million_broken_items(tmp_path: Path) -> None:
    found = read(b"[" + b'{"id": 1, ' * MB, "a.json", tmp_path)
    assert found.failed
    assert len(found.failed) == len(found.entries)


def test_a_ris_value_of_a_million_lines(tmp_path: Path) -> None:
    found = read(b"TY  - JOUR\nTI  - x\n" + b"x\n" * MB + b"ER  - \n", "a.ris", tmp_path)
    assert (len(found.entries), found.failed) == (1, [])


def test_no_more_is_unpacked_than_may_be() -> None:
    bomb = gzip.compress(b"\0" * 50 * MB)
    with pytest.raises(TooLarge, match="more than 1000 bytes"):
        unpacked(bomb, "a.gz", 1000)
    with pytest.raises(TooLarge):
        unpacked(gzip.compress(b"") * 20_000 + bomb, "a.gz", 1000)
    for broken in (bomb[:1000], bomb[:20] + b"x" * 100, b"\x1f\x8b"):
        with pytest.raises(BadRequest):
            unpacked(broken, "a.gz", 100 * MB)


def test_a_reader_that_takes_too_much_memory_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    data = GOOD * 10_000
    few = {"MEMORY_BYTES": 10 * MB, "MEMORY_PER_BYTE": 1}
    monkeypatch.setattr("commonplace.importers.reader_process._PROGRAM", limited(few))
    with pytest.raises(UnreadableFile, match="memory"):
        list(read_apart(IMPORT_FORMATS["bibtex"], data, "a.bib", PREPARE, lambda: None))


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "commonplace.importers.reader_process._PROGRAM", limited({"CPU_SECONDS": 1, "CPU_SECONDS_PER_MB": 0})
    )
    with pytest.raises(UnreadableFile, match="too long"):
        list(read_apart(IMPORT_FORMATS["bibtex"], GOOD * 100_000, "a.bib", PREPARE, lambda: None))


def limited(bounds: dict[str, int]) -> str:
    """The reader's program with other bounds."""
    changed = "; ".join(f"bounds.{name} = {value}" for name, value in bounds.items())
    return f"from commonplace.importers import bounds, reader_process; {changed}; reader_process.main()"


class Stopped(Exception):
    """What a caller raises to end a reading."""


def test_a_reading_ends_as_soon_as_its_caller_wants() -> None:
    def stop() -> None:
        raise Stopped

    with pytest.raises(Stopped):
        read_apart(IMPORT_FORMATS["bibtex"], GOOD * 100_000, "a.bib", PREPARE, stop)
