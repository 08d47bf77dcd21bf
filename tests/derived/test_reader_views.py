"""What a reader's process reads: the newest state of the log, taken from the log or from a file that it was given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Quad, RdfFormat, serialize

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph.opening import new_graph
from commonplace.derived.workers import worker
from commonplace.derived.workers.worker import Views
from commonplace.model.change import Version
from commonplace.patchlog.file_log import FileLog
from tests.patchlog.entries import entry, quad

BASE = "http://127.0.0.1:8000/"


@pytest.fixture
def log(tmp_path: Path) -> FileLog:
    """A log with one version."""
    log = FileLog(tmp_path / "log")
    log.append(entry(1, quad("first")))
    return log


@pytest.fixture
def views(log: FileLog, tmp_path: Path) -> Views:
    return Views(BASE, log, Checkpoints(tmp_path / "checkpoints", log), new_graph(BASE))


def opened(tmp_path: Path, *quads: Quad) -> int:
    """The descriptor of a file with those quads, which has no name any more."""
    path = tmp_path / "text"
    path.write_bytes(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    descriptor = os.open(path, os.O_RDONLY)
    path.unlink()
    return descriptor


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def contents(views: Views) -> set[Quad]:
    return views.graph.read(lambda state: set(state.quads()))


@pytest.mark.parametrize("told", ["before the log has it", "after"])
def test_what_a_version_adds_is_taken_from_the_file_that_was_given(
    views: Views, log: FileLog, tmp_path: Path, told: str
) -> None:
    descriptor = opened(tmp_path, quad("given"))
    if told == "after":
        log.append(entry(2, quad("logged")))
    views.give(Version(2), descriptor)
    views.follow()
    if told != "after":
        assert contents(views) == {quad("first")}
        assert is_open(descriptor)
        log.append(entry(2, quad("logged")))
    log.append(entry(3, quad("third")))

    views.follow()

    assert views.graph.version == 3
    assert contents(views) == {quad("first"), quad("given"), quad("third")}
    assert not is_open(descriptor)


def test_blank_nodes_in_a_file_that_was_given_keep_their_labels(views: Views, log: FileLog, tmp_path: Path) -> None:
    added = Quad(BlankNode("kept"), quad("second").predicate, BlankNode("c0ffee"))
    log.append(entry(2, added))
    views.give(Version(2), opened(tmp_path, added))

    views.follow()

    assert contents(views) == {quad("first"), added}


def test_a_file_that_comes_too_late_is_closed(views: Views, log: FileLog, tmp_path: Path) -> None:
    log.append(entry(2, quad("second")))
    views.follow()
    descriptor = opened(tmp_path, quad("given"))
    views.give(Version(2), descriptor)

    views.follow()

    assert contents(views) == {quad("first"), quad("second")}
    assert not is_open(descriptor)


@pytest.mark.parametrize("content", [b"", b"no statement\n"])
def test_a_file_that_cannot_be_read_is_passed_over(views: Views, log: FileLog, tmp_path: Path, content: bytes) -> None:
    log.append(entry(2, quad("logged")))
    (tmp_path / "text").write_bytes(content)
    descriptor = os.open(tmp_path / "text", os.O_RDONLY)
    views.give(Version(2), descriptor)

    views.follow()

    assert contents(views) == {quad("first"), quad("logged")}
    assert not is_open(descriptor)


def test_of_two_files_the_newer_is_kept(views: Views, tmp_path: Path) -> None:
    older, newer = opened(tmp_path), opened(tmp_path)
    views.give(Version(2), older)
    views.give(Version(3), newer)
    assert (is_open(older), is_open(newer)) == (False, True)
    os.close(newer)


def test_much_is_left_once_to_the_file_that_may_come(
    views: Views, log: FileLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    views.catch_up()
    assert contents(views) == {quad("first")}
    monkeypatch.setattr(worker, "REPLAYED_BYTES", 10)
    log.append(entry(2, quad("second")))

    views.catch_up()
    assert contents(views) == {quad("first")}
    views.catch_up()
    assert contents(views) == {quad("first"), quad("second")}


def test_what_is_awaited_is_awaited_once_however_much_is_written(
    views: Views, log: FileLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    views.catch_up()
    monkeypatch.setattr(worker, "REPLAYED_BYTES", 10)
    for number in range(2, 6):
        log.append(entry(number, quad(str(number))))
        views.catch_up()

    assert views.graph.version >= 4
