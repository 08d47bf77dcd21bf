"""Every patch log keeps the contract of `PatchLog`, whatever it is kept in."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from commonplace.errors import Conflict, HomeUnusable, NotFound
from commonplace.model.change import Version
from commonplace.model.quad_text import QuadText
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.log import EntryLines, PatchLog, next_version, versions
from commonplace.patchlog.memory_log import MemoryLog
from commonplace.patchlog.opening import open_log, open_store
from commonplace.patchlog.rdf_patch import BEGIN, COMMIT
from commonplace.patchlog.shared_log import SharedLog
from tests.patchlog.entries import EX, entry, id_of, quad


@pytest.fixture(params=["memory", "files", "small segments", "postgres", "bucket"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PatchLog]:
    if request.param == "memory":
        yield MemoryLog()
    elif request.param in ("postgres", "bucket"):
        store = open_store(request.getfixturevalue(request.param))
        yield SharedLog(store, FileLog(tmp_path / "log"))
        store.close()
    else:
        yield FileLog(tmp_path / "log", segment_bytes=1 if request.param == "small segments" else 1_000_000)


def test_an_empty_log_is_at_version_0(log: PatchLog) -> None:
    assert log.head() == 0
    assert list(versions(log)) == []
    assert log.history(EX + "a") == []


def test_versions_count_from_1_and_give_back_what_was_appended(log: PatchLog) -> None:
    appended = [
        entry(1, quad("a"), message="first"),
        entry(2, quad("b", graph="g"), removed=(quad("a"),)),
        entry(3),
    ]

    assert [log.append(item) for item in appended] == [1, 2, 3]

    assert log.head() == 3
    assert list(versions(log)) == [1, 2, 3]
    assert list(versions(log, Version(1))) == [2, 3]
    assert [log.entry(version) for version in versions(log)] == appended


def test_entries_are_read_from_a_version_on_oldest_first(log: PatchLog) -> None:
    appended = [entry(number, quad(f"thing{number}")) for number in (1, 2, 3)]
    for item in appended:
        log.append(item)

    assert list(log.read()) == appended
    assert list(log.read(Version(1))) == appended[1:]
    assert list(log.read(Version(3))) == []


def test_the_pieces_of_an_entry_are_its_text(log: PatchLog) -> None:
    log.append(entry(1, quad("a")))
    log.append(entry(2, quad("b", 'a "line"\n'), removed=(quad("a"),)))

    for version in versions(log):
        assert b"".join(log.pieces(version)) == log.text(version)
        assert log.text(version).startswith(b"H id ")
        assert log.text(version).endswith(b"TC .\n")


def test_bodies_are_read_one_after_another_and_in_parts(log: PatchLog) -> None:
    log.append(entry(1, quad("a")))
    log.append(entry(2, quad("b", 'a "line"\n'), quad("c"), removed=(quad("a"),)))
    log.append(entry(3))
    log.append(entry(4, quad("d")))
    bodies = [log.text(version).partition(BEGIN)[2].removesuffix(COMMIT) for version in versions(log)]

    assert list(log.bodies(Version(0), Version(4))) == bodies
    assert list(log.bodies(Version(1), Version(3))) == bodies[1:3]
    assert list(log.bodies(Version(3), Version(3))) == []
    asked = [EntryLines(Version(4), 0, 5), EntryLines(Version(2), 3, 30), EntryLines(Version(4), 2, len(bodies[3]))]
    assert list(log.parts(asked)) == [bodies[3][:5], bodies[1][3:30], bodies[3][2:]]
    with pytest.raises(NotFound):
        list(log.parts([EntryLines(Version(5), 0, 1)]))


def test_the_size_of_entries_is_that_of_their_text(log: PatchLog) -> None:
    for number in range(1, 5):
        log.append(entry(number, quad(f"thing{number}")))
    sizes = [len(log.text(version)) for version in versions(log)]

    assert log.size(Version(0), Version(4)) == sum(sizes)
    assert log.size(Version(1), Version(3)) == sum(sizes[1:3])
    assert log.size(Version(2), Version(2)) == 0


def test_the_body_of_an_entry_is_its_lines_without_a_header(log: PatchLog) -> None:
    log.append(entry(1, quad("a")))
    log.append(entry(2, quad("b", 'a "line"\n'), quad("c"), removed=(quad("a"),)))
    log.append(entry(3))

    for version in versions(log):
        with log.body(version) as (text, start, end):
            lines = log.text(version).partition(BEGIN)[2].removesuffix(COMMIT)
            assert text[start:end] == lines
            if lines:
                assert text.find(b" <", start) == start + 1
                assert text.rfind(b"\n", start, end) == end - 1


def test_waiting_ends_with_the_next_version(log: PatchLog) -> None:
    log.append(entry(1, quad("a")))
    assert log.wait(Version(0), 60) == 1  # at once: there is one already
    found: list[Version] = []
    waiting = threading.Thread(target=lambda: found.append(log.wait(Version(1), 60)))
    waiting.start()

    log.append(entry(2, quad("b")))

    waiting.join(30)
    assert found == [2]


def test_waiting_ends_when_the_time_is_up(log: PatchLog) -> None:
    began = time.monotonic()

    assert log.wait(Version(0), 0.05) == 0

    assert time.monotonic() - began >= 0.05


def test_a_log_with_an_address_is_opened_by_it(log: PatchLog) -> None:
    log.append(entry(1, quad("a")))
    digest = log.attach(b"a file")
    if log.address is None:
        assert isinstance(log, MemoryLog)
        return

    again = open_log(log.address, mend=False)

    assert again.address == log.address
    assert list(again.read()) == list(log.read())
    assert again.attachment(digest) == b"a file"
    log.append(entry(2, quad("b")))
    assert again.wait(Version(1), 60) == 2


def test_an_address_of_no_kind_of_log_is_refused() -> None:
    with pytest.raises(HomeUnusable, match=r"'redis:one' is no address of a log.*`file:`"):
        open_log("redis:one")


def test_a_writer_that_holds_the_log_holds_off_the_others(log: PatchLog) -> None:
    appended: list[Version] = []
    with log.writing():
        head = log.head()
        other = threading.Thread(target=lambda: appended.append(log.append(entry(2, quad("other"), id=id_of(9)))))
        other.start()
        log.append(entry(head + 1, quad("own")))
        assert appended == []
    other.join(30)

    assert appended == [2]
    assert log.head() == 2


def test_a_check_finds_nothing_wrong_with_what_was_appended(log: PatchLog) -> None:
    digest = log.attach(b"a file")
    log.append(entry(1, quad("a"), attachments={"source": digest}))
    log.append(entry(2, quad("b")))

    assert list(log.check()) == []


def test_a_check_finds_what_does_not_follow_and_what_is_missing(log: PatchLog) -> None:
    log.append(entry(1, quad("a")))
    log.append(entry(2, quad("b"), previous=id_of(7), attachments={"source": "0" * 64}))

    follows, missing = log.check()

    assert "version 2 does not follow from the entry before it" in follows
    assert missing.startswith(f"version 2: its source ({'0' * 64}) is missing from ")


def test_a_header_says_what_the_entry_says(log: PatchLog) -> None:
    digest = log.attach(b"a file")
    appended = entry(1, quad("a"), message='why "so"\nand more', attachments={"source": digest})
    log.append(appended)

    header = log.header(Version(1))

    assert (header.version, header.id, header.previous) == (1, appended.id, None)
    assert header.at == appended.at
    assert header.at.tzinfo == UTC
    assert header.note == appended.note


def test_each_entry_holds_the_checksum_of_the_one_before(log: PatchLog) -> None:
    for number in (1, 2, 3):
        log.append(entry(number, quad(f"thing{number}")))

    for number in (2, 3):
        assert log.header(Version(number)).chain == hashlib.sha256(log.text(Version(number - 1))).hexdigest()
    assert log.header(Version(1)).chain == hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize("number", [1, 2, 4, 9])
def test_only_the_next_version_can_be_appended(log: PatchLog, number: int) -> None:
    log.append(entry(1, quad("a")))
    log.append(entry(2, quad("b")))

    with pytest.raises(Conflict, match="version 2"):
        log.append(entry(number, quad("c"), id=id_of(99)))
    assert log.head() == 2


@pytest.mark.parametrize("number", [1, 40, 100])
def test_repeating_an_append_is_harmless(log: PatchLog, number: int) -> None:
    appended = [entry(n, quad(f"thing{n}")) for n in range(1, 101)]
    for item in appended:
        log.append(item)

    assert log.append(appended[number - 1]) == number
    assert log.head() == 100


def test_repeating_an_append_that_was_made_anew_for_a_later_head_is_harmless(log: PatchLog) -> None:
    log.append(entry(1, quad("a"), id=id_of(50)))
    log.append(entry(2, quad("b"), previous=id_of(50)))

    assert log.append(entry(3, quad("a"), id=id_of(50))) == 1
    assert log.head() == 2


@pytest.mark.parametrize("version", [0, 2, -1])
def test_a_version_there_is_not(log: PatchLog, version: int) -> None:
    log.append(entry(1, quad("a")))

    for ask in (log.entry, log.header, log.text, log.pieces, log.only_adds):
        with pytest.raises(NotFound):
            ask(Version(version))
    with pytest.raises(NotFound), log.body(Version(version)):
        pass


def test_the_history_of_a_thing_is_the_versions_that_touched_it_or_its_fragments(log: PatchLog) -> None:
    log.append(entry(1, quad("a"), quad("ab")))
    log.append(entry(2, quad("a#doi")))
    log.append(entry(3, quad("b"), message=f"about A <{EX}a> \nA <{EX}a> "))
    log.append(entry(4, removed=(quad("a"),)))
    log.append(entry(5, quad("c", value=f"{EX}a")))

    assert log.history(EX + "a") == [1, 2, 4]
    assert log.history(EX + "ab") == [1]
    assert log.history(EX + "nothing") == []


def test_an_attachment_is_kept_under_its_checksum(log: PatchLog) -> None:
    data = bytes(range(256))

    digest = log.attach(data)

    assert digest == hashlib.sha256(data).hexdigest()
    assert log.attach(data) == digest
    assert log.attachment(digest) == data
    with pytest.raises(NotFound, match="0000"):
        log.attachment("0" * 64)


def test_the_version_after_41_is_42() -> None:
    assert next_version(Version(41)) == 42


def test_an_entry_that_removes_something_is_told_from_one_that_only_adds(log: PatchLog) -> None:
    for item in (
        entry(1, quad("a")),
        entry(2, quad("b"), removed=(quad("a"),)),
        entry(3, removed=(quad("b"),)),
        entry(4),
    ):
        log.append(item)

    assert [log.only_adds(version) for version in versions(log)] == [True, False, False, True]


def test_a_big_entry_is_what_was_appended(log: PatchLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.patchlog.rdf_patch.HELD_BYTES", 100)
    monkeypatch.setattr("commonplace.patchlog.segments.CHUNK_BYTES", 150)
    many = tuple(quad(f"thing{number}", 'a "line"\n') for number in range(40))
    log.append(entry(1, *many))
    log.append(entry(2, quad("other"), removed=many[3:30]))

    assert isinstance(log.entry(Version(1)).change.added, QuadText)
    assert log.entry(Version(1)) == entry(1, *many)
    assert log.entry(Version(2)) == entry(2, quad("other"), removed=many[3:30])
