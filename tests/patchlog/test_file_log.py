"""The log in files: segments, several processes, crashes and damage."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from commonplace.derived.graph.opening import new_graph
from commonplace.errors import LogDamaged
from commonplace.model.change import Version
from commonplace.patchlog import segments as segments_of_the_program
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.log import versions
from commonplace.patchlog.rdf_patch import COMMIT, write_entry
from commonplace.patchlog.segments import EntryPlace
from tests.patchlog.entries import EX, entry, quad, segments


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "log"


def fill(directory: Path, count: int, segment_bytes: int = 1_000_000) -> list[bytes]:
    """A log of that many versions; answers their texts."""
    log = FileLog(directory, segment_bytes=segment_bytes)
    for number in range(1, count + 1):
        log.append(entry(number, quad(f"thing{number}"), message=f"message {number}"))
    return [log.text(version) for version in versions(log)]


def test_a_log_is_there_when_opened_again(directory: Path) -> None:
    texts = fill(directory, 3)

    log = FileLog(directory)

    assert [log.text(version) for version in versions(log)] == texts
    assert list(log.check()) == []


def test_segments_rotate_and_are_named_by_their_first_version(directory: Path) -> None:
    texts = fill(directory, 7, segment_bytes=1_500)

    files = segments(directory)
    assert 2 < len(files) < 7
    assert b"".join(file.read_bytes() for file in files) == b"".join(texts)
    for file in files:
        assert FileLog(directory).text(Version(int(file.stem))) == file.read_bytes().partition(COMMIT)[0] + COMMIT


def test_a_log_can_be_reopened_with_any_segment_size(directory: Path) -> None:
    fill(directory, 4, segment_bytes=1)

    log = FileLog(directory, segment_bytes=10_000)
    log.append(entry(5, quad("five")))
    log = FileLog(directory, segment_bytes=1)
    log.append(entry(6, quad("six")))

    assert list(FileLog(directory).check()) == []
    assert FileLog(directory).head() == 6
    assert log.history(EX + "six") == [6]


def test_an_entry_is_counted_once_though_another_thread_looks_while_it_is_appended(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever looks for the head takes in what is new, and so does the writer: not both at a time."""
    log, others = FileLog(directory), list[threading.Thread]()
    scan, writer = segments_of_the_program.scan_segment, threading.current_thread()

    def while_another_looks(segment: Path, offset: int, found: Callable[[EntryPlace], object]) -> bool:
        if threading.current_thread() is writer:
            others.append(threading.Thread(target=log.head))
            others[-1].start()
            others[-1].join(0.1)  # it waits for this thread, or it is done
        return scan(segment, offset, found)

    monkeypatch.setattr("commonplace.patchlog.file_log.scan_segment", while_another_looks)
    for number in range(1, 4):
        assert log.append(entry(number, quad(f"thing{number}"))) == number
    for other in others:
        other.join()
    assert others
    assert log.head() == FileLog(directory).head() == 3
    assert list(FileLog(directory).check()) == []


@pytest.mark.parametrize("segment_bytes", [1, 1_000_000])
def test_two_logs_over_one_directory_see_each_other(directory: Path, segment_bytes: int) -> None:
    one, two = (FileLog(directory, segment_bytes=segment_bytes) for _ in range(2))

    for number in range(1, 7):
        writer, reader = (one, two) if number % 2 else (two, one)
        writer.append(entry(number, quad(f"thing{number}")))
        assert reader.head() == number
        assert reader.history(f"{EX}thing{number}") == [number]

    assert list(two.check()) == []


def test_the_history_does_not_look_at_what_another_process_is_writing(directory: Path) -> None:
    fill(directory, 2)
    log = FileLog(directory)
    with segments(directory)[-1].open("ab") as file:
        file.write(write_entry(entry(3, quad("unfinished")), "")[:-10])

    assert log.head() == 2
    assert log.history(EX + "unfinished") == []


@pytest.mark.parametrize(("segment_bytes", "step"), [(1, 13), (1_000_000, 1)])
def test_a_last_entry_torn_at_any_byte_is_cut_and_kept(directory: Path, segment_bytes: int, step: int) -> None:
    texts = fill(directory, 3, segment_bytes)
    segment = segments(directory)[-1]
    whole = segment.read_bytes()
    start = len(whole) - len(texts[-1])

    for length in range(1, len(texts[-1]), step):
        segment.write_bytes(whole[: start + length])
        log = FileLog(directory, segment_bytes=segment_bytes)

        assert [log.text(version) for version in versions(log)] == texts[:-1]
        assert list(log.check()) == []
        (kept,) = (directory / "torn").iterdir()
        assert kept.read_bytes() == texts[-1][:length]
        kept.unlink()
        if length % 97 == 1:  # each append waits for the disk
            assert log.append(entry(3, quad("other"))) == 3
            assert FileLog(directory).entry(Version(3)) == entry(3, quad("other"))


def test_a_last_entry_whose_bytes_never_reached_the_disk_is_torn(directory: Path) -> None:
    texts = fill(directory, 3)
    (segment,) = segments(directory)
    whole = segment.read_bytes()
    start = len(whole) - len(texts[-1])

    body = whole.index(b"\nA ", start) + 1
    for first, last in ((start, len(whole)), (start + 40, len(whole)), (body, len(whole)), (body + 5, len(whole) - 5)):
        segment.write_bytes(whole[:first] + bytes(last - first) + whole[last:])

        log = FileLog(directory)

        assert log.head() == 2
        assert list(log.check()) == []
        assert log.append(entry(3, quad("other"))) == 3
        assert FileLog(directory).entry(Version(3)) == entry(3, quad("other"))


def test_cutting_is_said_in_the_programs_log(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    fill(directory, 2)
    with segments(directory)[-1].open("ab") as file:
        file.write(b"H id <urn:uuid:1")

    with caplog.at_level(logging.WARNING):
        FileLog(directory)

    assert "cut 16 bytes of an unfinished write" in caplog.text


def test_a_writer_goes_on_after_another_died_while_writing(directory: Path) -> None:
    fill(directory, 2)
    log = FileLog(directory)
    with segments(directory)[-1].open("ab") as file:
        file.write(b"H id <urn:uuid:1")

    assert log.append(entry(3, quad("three"))) == 3
    assert FileLog(directory).entry(Version(3)) == entry(3, quad("three"))


@pytest.mark.parametrize(("segment_bytes", "step"), [(1, 13), (1_000_000, 1)])
def test_a_flipped_byte_anywhere_is_found(directory: Path, segment_bytes: int, step: int) -> None:
    texts = fill(directory, 3, segment_bytes)
    place = segments(directory)[1] if segment_bytes == 1 else segments(directory)[0]
    whole = place.read_bytes()
    start = 0 if segment_bytes == 1 else len(texts[0])

    for at in range(start, start + len(texts[1]), step):
        flipped = bytearray(whole)
        flipped[at] ^= 4
        place.write_bytes(flipped)
        try:
            found = list(FileLog(directory, segment_bytes=segment_bytes).check())
        except LogDamaged as fault:
            found = [fault.detail]
        assert found, f"byte {at} ({whole[at : at + 1]!r})"
        assert all(str(place) in line and " at byte " in line for line in found), found
        assert place.read_bytes() == flipped, "damage is not to be mended"


def test_a_body_that_was_changed_is_found_where_many_are_read(directory: Path) -> None:
    log = FileLog(directory)
    for number in (1, 2, 3):
        log.append(entry(number, quad(f"thing{number}")))
    segment = directory / "segments" / "00000001.rdfp"
    segment.write_bytes(
        segment.read_bytes().replace(b"A <http://example.org/thing2>", b"A <http://example.org/thing9>")
    )

    bodies = log.bodies(Version(0), Version(3))
    assert b"thing1" in next(bodies)
    with pytest.raises(LogDamaged, match="checksum"):
        next(bodies)


def test_damage_in_the_middle_names_file_and_offset(directory: Path) -> None:
    texts = fill(directory, 3)
    (segment,) = segments(directory)
    text = segment.read_bytes()
    segment.write_bytes(text.replace(b'"value"', b'"ruined"'[:7], 2).replace(b'"ruined', b'"value"', 1))

    log = FileLog(directory)

    assert log.entry(Version(1)) == entry(1, quad("thing1"), message="message 1")
    with pytest.raises(LogDamaged, match=rf"{segment.name} at byte {len(texts[0])}: .*checksum"):
        log.entry(Version(2))


@pytest.mark.parametrize("ruined", [b"ruins", b'ru"ns'], ids=["still N-Quads", "no N-Quads any more"])
def test_damage_in_a_long_entry_is_told_to_whoever_goes_through_it(
    directory: Path, ruined: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonplace.patchlog.rdf_patch.HELD_BYTES", 100)
    FileLog(directory).append(entry(1, *(quad(f"thing{number}", "value") for number in range(20_000))))
    FileLog(directory).append(entry(2, quad("last")))
    (segment,) = segments(directory)
    text = segment.read_bytes()
    at = text.index(b'"value"', len(text) // 3) + 1
    segment.write_bytes(text[:at] + ruined + text[at + len(ruined) :])
    log, damage = FileLog(directory), f"{segment.name} at byte 0: .*checksum"

    with pytest.raises(LogDamaged, match=damage):
        list(log.entry(Version(1)).change.added)
    graph = new_graph(EX)
    with pytest.raises(LogDamaged, match=damage):
        graph.apply(Version(1), log.entry(Version(1)).change)
    assert (graph.version, graph.read(lambda snapshot: snapshot.size)) == (0, 0)
    (found,) = log.check()
    assert "checksum" in found


@pytest.mark.parametrize(("first", "missing"), [(1, "the end of a segment"), (2, "a segment")])
def test_what_is_missing_before_whole_entries_is_damage(directory: Path, first: int, missing: str) -> None:
    texts = fill(directory, 4, segment_bytes=1)
    files = segments(directory)
    if missing == "a segment":
        files[1].unlink()
    else:
        files[1].write_bytes(texts[1][:-20])

    with pytest.raises(LogDamaged, match=r"\.rdfp at byte 0"):
        FileLog(directory, segment_bytes=1)
    assert [file.read_bytes() for file in files[2:]] == texts[2:]


def test_a_check_finds_attachments_missing_and_changed(directory: Path) -> None:
    log = FileLog(directory)
    kept, lost, changed = (log.attach(data) for data in (b"kept", b"lost", b"changed"))
    log.append(entry(1, attachments={"receipt": kept}))
    log.append(entry(2, attachments={"receipt": lost, "source": changed}))
    assert list(log.check()) == []

    (directory / "files" / lost[:2] / lost).unlink()
    (directory / "files" / changed[:2] / changed).write_bytes(b"Changed")

    missing, other = log.check()
    assert missing.startswith(f"version 2: its receipt ({lost}) is missing")
    assert other.startswith("version 2: its source")
    assert "has changed" in other


def test_a_check_finds_an_entry_that_does_not_follow_the_one_before(directory: Path, tmp_path: Path) -> None:
    fill(directory, 2)
    log = FileLog(tmp_path / "other")
    log.append(entry(1, quad("thing1"), message="another past"))
    log.append(entry(2, quad("thing2"), message="message 2"))
    (tmp_path / "log" / "segments" / "00000001.rdfp").write_bytes(
        FileLog(directory).text(Version(1)) + log.text(Version(2))
    )

    (found,) = FileLog(directory).check()

    assert "version 2 does not follow from the entry before it" in found


def test_a_changed_byte_in_a_whole_last_entry_is_damage_and_nothing_is_cut(directory: Path) -> None:
    fill(directory, 2)
    (segment,) = segments(directory)
    text = segment.read_bytes()
    at = text.rindex(b"thing2")
    segment.write_bytes(text[:at] + b"T" + text[at + 1 :])

    with pytest.raises(LogDamaged, match="version 2 does not have the checksum"):
        FileLog(directory)

    assert segment.stat().st_size == len(text)
    assert not (directory / "torn").exists()
