"""The embedded graph mends what a crash left on disk, and takes nothing in of a text that cannot be read."""

from __future__ import annotations

import ctypes
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, serialize

from commonplace.derived.graph import copying, embedded
from commonplace.derived.graph.disk_graph import DiskGraph
from commonplace.derived.graph.embedded import EmbeddedGraph
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import open_graph
from commonplace.derived.graph.snapshot import DESCRIPTION_GRAPHS, Snapshot
from commonplace.derived.sealed import NotSealed
from commonplace.errors import NoRoom, NotFound, Stopped
from commonplace.model.change import ChangeSet, Version
from commonplace.model.quad_text import QuadText
from tests.derived.graphs import BASE, P, contents, mark_of, origin_of, quad, text_of


def test_a_graph_on_disk_goes_on_at_its_version(tmp_path: Path) -> None:
    directory = tmp_path / "graph"
    graph = DiskGraph.opened(BASE, directory, mark_of(directory))
    node = BlankNode("kept")
    graph.apply(Version(1), ChangeSet(added=(quad("a"), Quad(node, P, Literal("x")))))
    graph.apply(Version(2), ChangeSet(added=(quad("b"),), removed=(quad("a"),)))
    del graph

    reopened = DiskGraph.opened(BASE, directory, mark_of(directory))

    assert reopened.version == 2
    assert contents(reopened) == {quad("b"), Quad(node, P, Literal("x"))}
    reopened.apply(Version(3), ChangeSet(removed=(quad("b"),)))
    assert contents(reopened) == {Quad(node, P, Literal("x"))}


@pytest.mark.parametrize("position", [0, 1, 2, 3])
def test_a_crash_between_data_and_position_is_mended_by_applying_again(tmp_path: Path, position: int) -> None:
    changes = [
        ChangeSet(added=(quad("a"), quad("b"))),
        ChangeSet(added=(quad("c"),), removed=(quad("a"),)),
        ChangeSet(added=(quad("a"),), removed=(quad("b"),)),
        ChangeSet(removed=(quad("c"),)),
    ]
    directory = tmp_path / "graph"
    graph = DiskGraph.opened(BASE, directory, mark_of(directory))
    for number, change in enumerate(changes, 1):
        graph.apply(Version(number), change)
    del graph
    mark_of(directory).write(Version(position))

    reopened = DiskGraph.opened(BASE, directory, mark_of(directory))
    assert reopened.version == position
    for number in range(position, len(changes)):
        reopened.apply(Version(number + 1), changes[number])

    assert reopened.version == 4
    assert contents(reopened) == {quad("a")}
    assert mark_of(directory).read() == 4


def test_a_large_change_on_disk_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.graph.disk_graph.BULK_QUADS", 10)
    graph = DiskGraph.opened(BASE, tmp_path / "graph", mark_of(tmp_path / "graph"))

    many = ChangeSet(added=tuple(quad(f"thing{number}") for number in range(20)))
    graph.apply(Version(1), many)

    assert contents(graph) == set(many.added)


def test_a_checkpoint_replaces_what_a_crash_left(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.nq"
    checkpoint.write_text('<urn:a> <urn:p> "x" .\n')
    graph = DiskGraph.opened(BASE, tmp_path / "graph", mark_of(tmp_path / "graph"))
    graph.apply(Version(1), ChangeSet(added=(quad("left"),)))

    graph.load_checkpoint(checkpoint, Version(7))

    assert graph.version == 7
    assert contents(graph) == {Quad(NamedNode("urn:a"), NamedNode("urn:p"), Literal("x"))}


def test_text_that_cannot_be_read_to_its_end_changes_nothing() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    begun = serialize([quad(str(number)) for number in range(20_000)], format=RdfFormat.N_QUADS)
    assert begun is not None
    times: list[int] = []

    def chunks() -> Iterator[bytes]:
        times.append(1)
        yield begun
        if len(times) == 3:  # the first two look for a statement to know the change by
            raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        graph.apply(Version(1), ChangeSet(added=QuadText(chunks)))
    assert (graph.version, contents(graph)) == (0, set())


def test_text_that_is_no_n_quads_changes_nothing() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    good = text_of(quad("a"))

    with pytest.raises(SyntaxError):
        graph.apply(Version(1), ChangeSet(added=QuadText(lambda: [*good.chunks(), b"no statement\n" * 100_000])))
    assert (graph.version, contents(graph)) == (0, set())


def test_a_change_that_cannot_be_taken_in_fails_though_its_block_ends_well() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    spoilt = QuadText(lambda: [*text_of(quad("a")).chunks(), b"no statement\n" * 100_000])

    with pytest.raises(SyntaxError), graph.applying(Version(1), ChangeSet(added=spoilt)):
        pass

    assert (graph.version, contents(graph)) == (0, set())


def test_a_second_process_has_a_graph_on_disk_in_memory(tmp_path: Path) -> None:
    first = open_graph("disk", BASE, tmp_path / "graph", origin_of)
    first.apply(Version(1), ChangeSet(added=(quad("a"),)))

    second = open_graph("disk", BASE, tmp_path / "graph", origin_of)

    assert second.version == 0
    second.apply(Version(1), ChangeSet(added=(quad("a"),)))
    assert contents(second) == contents(first) == {quad("a")}


def test_tables_may_come_and_go_while_a_graph_is_marked_and_after(tmp_path: Path) -> None:
    directory = tmp_path / "graph"
    graph = DiskGraph.opened(BASE, directory, mark_of(directory))
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    del graph
    table = next(directory.glob("*.sst"))
    merged, begun, later = (directory / f"{number}.sst" for number in ("900001", "900002", "900003"))
    merged.write_bytes(table.read_bytes())
    begun.write_bytes(table.read_bytes()[:-100])
    mark_of(directory).write(Version(1))

    merged.unlink()
    begun.write_bytes(table.read_bytes() + table.read_bytes())
    later.write_bytes(table.read_bytes())

    assert mark_of(directory).read() == 1
    assert contents(DiskGraph.opened(BASE, directory, mark_of(directory))) == {quad("a")}


def test_a_table_that_has_changed_since_the_mark_is_found(tmp_path: Path) -> None:
    directory = tmp_path / "graph"
    graph = DiskGraph.opened(BASE, directory, mark_of(directory))
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    del graph
    table = next(directory.glob("*.sst"))
    table.write_bytes(table.read_bytes().replace(b"a", b"b", 1))

    with pytest.raises(NotSealed, match=f"{table.name} has changed"):
        mark_of(directory).read()


def test_an_error_counts_only_when_no_change_came_between() -> None:
    """A thing that is on a list and is removed while the list is read is no reason to answer that there is none."""
    graph = EmbeddedGraph.in_memory(BASE)
    graph.apply(Version(1), ChangeSet(added=(quad("a"),)))
    seen: list[int] = []

    def read(snapshot: Snapshot) -> int:
        seen.append(snapshot.version)
        if len(seen) == 1:
            graph.apply(Version(2), ChangeSet(removed=(quad("a"),)))
            raise NotFound("there is no a")
        return snapshot.version

    assert graph.read(read) == 2
    assert seen == [1, 2]
    with pytest.raises(NotFound):
        graph.read(fail)
    assert graph.read(lambda snapshot: snapshot.version) == 2


def fail(_: Snapshot) -> None:
    raise NotFound("there is none")


@pytest.fixture
def worn(monkeypatch: pytest.MonkeyPatch) -> EmbeddedGraph:
    """A graph at version 21 with three statements, from which eighteen were removed."""
    monkeypatch.setattr(embedded, "RENEWED_AFTER", 18)
    graph = EmbeddedGraph.in_memory(BASE)
    graph.apply(Version(1), ChangeSet(added=(quad("kept"), BLANK)))
    for number in range(2, 22):
        gone = (quad(f"of{number - 1}"),) if number > 3 else ()
        graph.apply(Version(number), ChangeSet(added=(quad(f"of{number}"),) if number > 2 else (), removed=gone))
    return graph


BLANK = Quad(BlankNode("b"), P, Literal("kept"), NamedNode(BASE + "graph/kept"))
LEFT = [quad("of21"), BLANK, quad("kept")]
"""What `worn` holds, the newest first."""


def unchanged(graph: Graph, version: Version) -> None:
    """Bring a copy to the version that it has."""
    assert graph.version == version


def go_on() -> None:
    """Let a copy be made to its end."""


def test_what_was_removed_does_not_fill_memory(worn: EmbeddedGraph) -> None:
    """The store is made anew, with what it holds, blank nodes and named graphs too; who read the old one goes on."""
    reading, begun = worn.live_snapshot(), iter(worn.live_snapshot().quads())
    assert next(begun) == LEFT[0]
    assert worn.renew(unchanged, go_on)
    assert not worn.is_worn
    assert worn.version == 21
    assert list(worn.live_snapshot().quads()) == LEFT
    assert list(reading.quads()) == LEFT
    assert list(begun) == LEFT[1:]
    assert not worn.renew(unchanged, go_on), "nothing was removed since"
    worn.apply(Version(22), ChangeSet(added=(quad("next"),), removed=(BLANK,)))
    assert contents(worn) == {quad("next"), quad("of21"), quad("kept")}
    assert list(reading.quads()) == LEFT, "the store of before is nobody's to write to"


def test_a_copy_takes_a_tenth_of_the_memory_of_what_was_removed() -> None:
    graph = EmbeddedGraph.in_memory(BASE)
    fresh = [tuple(quad(f"{number}-of-{version}") for number in range(1_000)) for version in range(2, 32)]
    graph.apply(Version(1), ChangeSet(added=tuple(quad(f"kept{number}") for number in range(1_000))))
    before = in_use()
    for number, added in enumerate(fresh):
        graph.apply(Version(2 * number + 2), ChangeSet(added=added))
        graph.apply(Version(2 * number + 3), ChangeSet(removed=added))
    grown = in_use() - before
    assert grown > 400 * 30_000, "else nothing need be made anew"
    assert graph.renew(unchanged, go_on)
    assert in_use() - before < grown / 10


def in_use() -> int:
    """Bytes that this process has of the C library (mallinfo2(3))."""

    class Figures(ctypes.Structure):
        _fields_ = [(f"figure{number}", ctypes.c_size_t) for number in range(10)]

    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Figures
    found = mallinfo()
    return int(found.figure4) + int(found.figure7)  # hblkhd: apart, and uordblks: in arenas


def test_others_read_and_write_while_a_graph_is_made_anew(worn: EmbeddedGraph) -> None:
    """What they write meanwhile is in the new store, at its version; the log has it."""
    changes = {
        Version(22): ChangeSet(added=(quad("during"),), removed=(quad("kept"),)),
        Version(23): ChangeSet(added=(quad("after"),)),
    }
    filled: list[tuple[Version, Version]] = []

    def other(version: Version) -> None:
        """Do in another thread what waits for no other: read, and make the next version."""
        assert worn.read(lambda snapshot: snapshot.version) == version - 1
        worn.apply(version, changes[version])

    def elsewhere(version: Version) -> None:
        thread = threading.Thread(target=other, args=(version,), daemon=True)
        thread.start()
        thread.join(30)
        assert worn.version == version

    def while_it_is_copied() -> None:
        if worn.version == 21:
            elsewhere(Version(22))

    def fill(graph: Graph, version: Version) -> None:
        filled.append((graph.version, version))
        while graph.version < version:
            following = Version(graph.version + 1)
            graph.apply(following, changes[following])
        if worn.version == 22:
            elsewhere(Version(23))

    assert worn.renew(fill, while_it_is_copied)
    assert filled == [(21, 22), (22, 23)]
    assert worn.version == 23
    assert list(worn.live_snapshot().quads()) == [quad("after"), quad("during"), quad("of21"), BLANK]


def full_disk() -> BinaryIO:
    """A temporary file on a disk without room."""
    return Path("/dev/full").open("r+b", buffering=0)


def test_a_copy_that_cannot_be_made_to_its_end_changes_nothing(
    worn: EmbeddedGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise Stopped("the server stops")

    with pytest.raises(Stopped):
        worn.renew(unchanged, stop)
    monkeypatch.setattr("tempfile.TemporaryFile", full_disk)
    with pytest.raises(NoRoom, match="temporary files could not be written to"):
        worn.renew(unchanged, go_on)
    monkeypatch.undo()
    monkeypatch.setattr(embedded, "RENEWED_AFTER", 18)
    worn.apply(Version(22), ChangeSet(added=(quad("next"),)))
    assert contents(worn) == {quad("next"), *LEFT}
    assert worn.renew(unchanged, go_on)
    assert contents(worn) == {quad("next"), *LEFT}


def test_a_graph_that_is_emptied_while_it_is_copied_stays_empty(worn: EmbeddedGraph) -> None:
    def fill(graph: Graph, version: Version) -> None:
        worn.clear()

    assert not worn.renew(fill, go_on)
    assert (worn.version, contents(worn)) == (0, set())


def test_lines_longer_than_a_piece_are_copied(worn: EmbeddedGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "CHUNK_BYTES", 16)
    assert worn.renew(unchanged, go_on)
    assert list(worn.live_snapshot().quads()) == LEFT


def test_a_description_that_comes_and_goes_counts_as_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "RENEWED_AFTER", 10)
    graph = EmbeddedGraph.in_memory(BASE)
    about = NamedNode(f"{BASE}graph/{min(DESCRIPTION_GRAPHS)}")
    said = [Quad(NamedNode(f"{BASE}{number}"), P, Literal("said"), about) for number in range(5)]

    def described() -> bool:
        return graph.read_described(lambda graph: (graph.version, said), lambda snapshot: snapshot.contains(said[0]))

    for version in (1, 2, 3):
        assert not graph.renew(unchanged, go_on)
        graph.apply(Version(version), ChangeSet(added=(quad(str(version)),)))
        if version < 3:
            assert described()
    assert graph.renew(unchanged, go_on), "two descriptions have gone"
    assert contents(graph) == {quad("1"), quad("2"), quad("3")}
    assert described()


def test_a_reader_that_holds_writers_off_does_not_hold_up_another_reader() -> None:
    """The other may hold what the first is waiting for: a list that is searched for waits for the search index."""
    graph = EmbeddedGraph.in_memory(BASE)
    numbers = itertools.count(1)
    reading, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def change() -> None:
        number = next(numbers)
        graph.apply(Version(number), ChangeSet(added=(quad(str(number)),), removed=(quad(str(number - 1)),)))

    def change_elsewhere() -> None:
        thread = threading.Thread(target=change)
        thread.start()
        thread.join()

    def other(snapshot: Snapshot) -> None:
        reading.set()
        assert go_on.wait(30)

    def read_other() -> None:
        graph.read(other)
        done.set()

    def mine(snapshot: Snapshot) -> bool:
        if snapshot.version < 4:
            change_elsewhere()  # so that it is disturbed, again and again, and holds writers off in the end
            return False
        go_on.set()
        return done.wait(10)

    change()
    threading.Thread(target=read_other, daemon=True).start()
    assert reading.wait(30)
    assert graph.read(mine)
    change_elsewhere()  # nobody holds writers off any more
    assert graph.version == 5


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["apply", "text", "move", "describe", "checkpoint", "renew", "clear"]),
        st.sets(st.integers(0, 9)),
    ),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_statements_are_counted_along(tmp_path: Path, steps: list[tuple[str, set[int]]]) -> None:
    """Whatever a graph in memory goes through, its size is the number of its statements."""
    graph = EmbeddedGraph.in_memory(BASE)
    for step, numbers in steps:
        there, wanted = contents(graph), {quad(f"n{number}") for number in numbers}
        coming, going, following = sorted(wanted - there, key=str), sorted(there & wanted, key=str), graph.version + 1
        if step == "apply":
            graph.apply(Version(following), ChangeSet(coming, going))
        elif step == "text":
            graph.apply(Version(following), ChangeSet(added=text_of(*coming)))
        elif step == "move":  # what comes and goes again is told of, too
            passing = [quad("passing")]
            graph.move(Version(following), [*coming, *passing], [*passing, *going])
        elif step == "describe":
            node = NamedNode(f"{BASE}graph/{min(DESCRIPTION_GRAPHS)}")
            said = Quad(node, P, node, node)
            graph.read_described(lambda graph: (graph.version, [said]), lambda _: None)  # noqa: B023  called at once
        elif step == "checkpoint":
            path = tmp_path / "checkpoint.nq"
            path.write_bytes(graph.read(lambda snapshot: snapshot.dump(RdfFormat.N_QUADS)))
            graph.load_checkpoint(path, graph.version)
        elif step == "renew":
            graph.renew(lambda *_: None, lambda: None)
        else:
            graph.clear()
        size, found = graph.read(lambda snapshot: (snapshot.size, len(list(snapshot.quads()))))
        assert size == found == len(contents(graph))
        assert graph.without_locks().read(lambda snapshot: snapshot.size) == size
