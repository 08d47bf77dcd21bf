"""Other processes read a graph on disk by copies of it, each of exactly one version and its reader's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph import disk_graph
from commonplace.derived.graph.graph import Graph, OwnCopy
from commonplace.derived.graph.opening import open_graph, reader_on_disk, share_on_disk
from commonplace.derived.graph.snapshot import Snapshot
from commonplace.derived.sealed import LogPosition
from commonplace.derived.workers.worker import Views
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.memory_log import MemoryLog
from tests.derived.graphs import BASE, contents, never_filled, origin_of, quad
from tests.patchlog.entries import entry


@pytest.fixture
def kept(tmp_path: Path) -> Graph:
    """A graph on disk at version 1, of which copies are kept."""
    graph = open_graph("disk", BASE, tmp_path / "graph", origin_of)
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    assert share_on_disk(graph, tmp_path / "graph.copies", origin_of)
    return graph


@pytest.fixture
def reader(kept: Graph, tmp_path: Path) -> OwnCopy:
    return reader_on_disk(BASE, tmp_path / "graph.copies", origin_of, never_filled)


def names(directory: Path) -> list[str]:
    """Return the names of the copies that all may link."""
    return sorted(path.name for path in directory.iterdir() if path.name.endswith("-the-log"))


def test_a_reader_has_the_version_of_its_copy_and_moves_by_itself(kept: Graph, reader: OwnCopy) -> None:
    reader.open()
    kept.apply(Version(2), ChangeSet(added=(quad("b"),), removed=(quad("a"),)))
    assert (reader.version, contents(reader)) == (1, {quad("a")})

    reader.apply(Version(2), ChangeSet(added=(quad("c"),)))

    assert (reader.version, contents(reader)) == (2, {quad("a"), quad("c")})
    assert contents(kept) == {quad("b")}


def test_another_copy_is_taken_when_much_has_changed(
    kept: Graph, reader: OwnCopy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_graph, "COPIED_AFTER", 4)
    copies = tmp_path / "graph.copies"
    kept.apply(Version(2), ChangeSet(added=(quad("b"), quad("c"))))
    assert (reader.version, names(copies)) == (1, ["00000001-the-log"])

    kept.apply(Version(3), ChangeSet(added=(quad("d"),), removed=(quad("a"),)))

    assert (reader.version, names(copies)) == (3, ["00000003-the-log"])
    reader.open()
    assert contents(reader) == {quad("b"), quad("c"), quad("d")}


def test_a_change_that_is_loaded_in_bulk_is_in_the_copy_before_it_is_read(
    kept: Graph, reader: OwnCopy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_graph, "BULK_QUADS", 20)
    monkeypatch.setattr(disk_graph, "COPIED_AFTER", 20)
    many = tuple(quad(f"thing{number}") for number in range(30))

    kept.apply(Version(2), ChangeSet(added=many))

    reader.open()
    assert (reader.version, contents(reader)) == (2, {quad("a"), *many})


def test_a_copy_holds_no_description_of_the_library(kept: Graph, tmp_path: Path) -> None:
    one = quad("a")
    described = Quad(one.subject, one.predicate, one.object, NamedNode(f"{BASE}graph/void"))

    def count(snapshot: Snapshot) -> int:
        return len(snapshot.select("SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"))

    assert kept.read_described(lambda graph: (graph.version, [described]), count) == 2

    assert share_on_disk(kept, tmp_path / "again", origin_of)

    reader = reader_on_disk(BASE, tmp_path / "again", origin_of, never_filled)
    reader.open()
    assert reader.read(count) == 1


def test_a_reader_that_is_not_open_refuses_to_be_read(reader: OwnCopy) -> None:
    """An engine that was forked with its process would lack its threads."""
    with pytest.raises(TypeError, match="not opened"):
        contents(reader)
    with pytest.raises(TypeError, match="not opened"):
        reader.apply(Version(2), ChangeSet())


def test_copies_are_replaced_while_others_link_them(
    kept: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk_graph, "COPIED_AFTER", 1)
    last, done = 25, threading.Event()

    def change() -> None:
        for number in range(2, last + 1):
            kept.apply(Version(number), ChangeSet(added=(quad(f"thing{number}"),)))
        done.set()

    writing = threading.Thread(target=change)
    writing.start()
    seen: list[Version] = []
    while not done.is_set() or not seen or seen[-1] < last:
        reader = reader_on_disk(BASE, tmp_path / "graph.copies", origin_of, never_filled)
        reader.open()
        assert contents(reader) == {quad("a"), *(quad(f"thing{number}") for number in range(2, reader.version + 1))}
        seen.append(reader.version)
        del reader
    writing.join()
    assert seen == sorted(seen)


def test_the_copies_of_processes_that_have_ended_are_deleted(reader: OwnCopy, tmp_path: Path) -> None:
    copies = tmp_path / "graph.copies"
    reader.open()
    (mine,) = copies.glob("of-*")
    ended = copies / "of-4194305"  # above the greatest number of a process
    ended.mkdir()

    reader.sweep()

    assert mine.exists()
    assert not ended.exists()


@pytest.fixture
def log() -> MemoryLog:
    """A log of two versions."""
    log = MemoryLog()
    log.append(entry(1, quad("a")))
    log.append(entry(2, quad("b")))
    return log


def views_of(log: MemoryLog, tmp_path: Path) -> Views:
    """Return the views of a process that reads the graph on disk."""
    checkpoints = Checkpoints(tmp_path / "checkpoints", log)
    copies = tmp_path / "graph.copies"
    reader = reader_on_disk(BASE, copies, partial(LogPosition.of, log), checkpoints.fill)
    return Views(BASE, log, checkpoints, reader, reader=reader)


@pytest.fixture
def shared(log: MemoryLog, tmp_path: Path) -> Graph:
    """The graph on disk of that log, at version 1, of which copies are kept."""
    graph = open_graph("disk", BASE, tmp_path / "graph", partial(LogPosition.of, log))
    graph.apply(Version(1), log.entry(Version(1)).change)
    assert share_on_disk(graph, tmp_path / "graph.copies", partial(LogPosition.of, log))
    return graph


def test_views_read_the_log_after_their_copy(log: MemoryLog, shared: Graph, tmp_path: Path) -> None:
    views = views_of(log, tmp_path)
    views.follow()
    assert (views.are_shared, views.graph.version) == (False, 1), "nothing is opened in the process that is forked"

    views.open()

    assert (views.graph.version, contents(views.graph)) == (2, {quad("a"), quad("b")})
    assert contents(views.past.at(Version(1))) == {quad("a")}


def no_copies(graph: Graph, directory: Path) -> None:
    graph.leave_disk()


def of_another_log(graph: Graph, directory: Path) -> None:
    (copy,) = (path for path in directory.iterdir())
    copy.rename(directory / "00000001-00000000-0000-4000-8000-00000000dead")


def damaged(graph: Graph, directory: Path) -> None:
    (copy,) = (path for path in directory.iterdir())
    (copy / "CURRENT").write_text("no such manifest\n")


@pytest.mark.parametrize("fail", [no_copies, of_another_log, damaged])
def test_views_go_on_in_memory_where_there_is_no_copy_to_be_read(
    log: MemoryLog, shared: Graph, tmp_path: Path, fail: Callable[[Graph, Path], None]
) -> None:
    fail(shared, tmp_path / "graph.copies")
    views = views_of(log, tmp_path)

    views.open()

    assert (views.graph.version, contents(views.graph)) == (2, {quad("a"), quad("b")})


def test_a_process_is_forked_with_a_graph_in_memory_once_no_copies_are_kept(
    log: MemoryLog, shared: Graph, tmp_path: Path
) -> None:
    views = views_of(log, tmp_path)
    shared.leave_disk()

    views.follow()

    assert views.are_shared
    assert contents(views.graph) == {quad("a"), quad("b")}
