"""Checkpoints and past states: whole states of earlier versions, from the nearest checkpoint and the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.derived.checkpoints import Checkpoints
from commonplace.derived.graph import embedded
from commonplace.derived.graph.graph import Graph
from commonplace.derived.graph.opening import new_graph
from commonplace.derived.past_states import PastStates
from commonplace.derived.sealed import LogPosition, write_sealed
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.log import PatchLog, versions
from commonplace.patchlog.memory_log import MemoryLog
from tests.patchlog.entries import entry, id_of, quad

BASE = "http://127.0.0.1:8000/"
VERSIONS = 6


def a_log(first_id: str = id_of(1)) -> MemoryLog:
    """Version n holds `thing{n}`, the shared `all`, and not `thing{n-1}`."""
    log = MemoryLog()
    log.append(entry(1, quad("all"), quad("thing1"), id=first_id))
    for n in range(2, VERSIONS + 1):
        log.append(entry(n, quad(f"thing{n}", 'text\r\nwith "lines"'), removed=tuple(_of(n - 1))))
    return log


def _of(version: int) -> list[Quad]:
    return [quad("thing1")] if version == 1 else [quad(f"thing{version}", 'text\r\nwith "lines"')]


def expected(version: int) -> set[Quad]:
    return {quad("all"), *_of(version)} if version else set()


@pytest.fixture
def log() -> PatchLog:
    return a_log()


@pytest.fixture
def checkpoints(log: PatchLog, tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "checkpoints", log)


def graph_at(checkpoints: Checkpoints, version: int) -> Graph:
    graph = new_graph(BASE)
    checkpoints.fill(graph, Version(version))
    return graph


def contents(graph: Graph) -> set[Quad]:
    return graph.read(lambda snapshot: set(snapshot.quads()))


@pytest.mark.parametrize("kept", [(), (2,), (2, 5), (1, 2, 3, 4, 5, 6)])
def test_every_version_comes_out_alike_with_and_without_checkpoints(
    checkpoints: Checkpoints, kept: tuple[int, ...]
) -> None:
    for version in kept:
        checkpoints.write(graph_at(checkpoints, version))

    for version in range(VERSIONS + 1):
        graph = graph_at(checkpoints, version)
        assert graph.version == version
        assert contents(graph) == expected(version)


def test_a_graph_that_is_there_already_goes_on_from_its_version(checkpoints: Checkpoints) -> None:
    graph = graph_at(checkpoints, 3)

    checkpoints.fill(graph, Version(5))

    assert graph.version == 5
    assert contents(graph) == expected(5)


def test_the_nearest_checkpoint_is_the_newest_not_after_the_version(checkpoints: Checkpoints) -> None:
    assert checkpoints.nearest(Version(6)) is None
    paths = {version: checkpoints.write(graph_at(checkpoints, version)) for version in (2, 4)}

    found = [checkpoints.nearest(Version(version)) for version in range(1, 7)]

    two, four = (Version(2), paths[2]), (Version(4), paths[4])
    assert found == [None, two, two, four, four, four]


OTHER = b'<urn:a> <urn:p> "from the checkpoint" .\n'


def test_a_checkpoint_is_what_is_read(checkpoints: Checkpoints, log: PatchLog) -> None:
    write_sealed(checkpoints.write(graph_at(checkpoints, 2)), LogPosition.of(log, Version(2)), [OTHER])

    assert Quad(NamedNode("urn:a"), NamedNode("urn:p"), Literal("from the checkpoint")) in contents(
        graph_at(checkpoints, 3)
    )


def damage(text: bytes) -> Iterator[bytes]:
    """Return what disks, crashes and hands make of a file."""
    lines = text.splitlines(keepends=True)
    yield text.replace(b"value", b"valve")  # one letter
    yield b"".join(lines[:-1])  # cut at the end of a line
    yield text[:-3]
    yield b"".join(lines[1:])  # without its seal: a checkpoint of an earlier release
    yield text + OTHER
    yield lines[0]
    yield text[:40]
    yield b""
    yield b"\0" * len(text)
    yield b"\xff\xfe not a checkpoint"
    yield text.replace(b"version 2 ", b"version 3 ")
    yield lines[0].replace(b"sha256 ", b"sha256 0") + b"".join(lines[1:])
    yield lines[0].replace(b"length ", b"length " + b"9" * 400) + b"".join(lines[1:])


@pytest.mark.parametrize("kind", range(13))
def test_a_checkpoint_that_is_not_what_was_written_is_thrown_away(
    log: PatchLog, checkpoints: Checkpoints, kind: int
) -> None:
    checkpoints.write(graph_at(checkpoints, 1))
    path = checkpoints.write(graph_at(checkpoints, 2))
    changed = list(damage(path.read_bytes()))[kind]
    assert changed != path.read_bytes()
    path.write_bytes(changed)

    for version in range(VERSIONS + 1):
        assert contents(graph_at(Checkpoints(checkpoints.directory, log), version)) == expected(version)
    assert not path.exists()
    checkpoints.write(graph_at(checkpoints, 2))
    assert checkpoints.fault_of(path, Version(2)) is None


def test_who_only_reads_leaves_a_bad_checkpoint_where_it_is(log: PatchLog, checkpoints: Checkpoints) -> None:
    path = checkpoints.write(graph_at(checkpoints, 2))
    path.write_bytes(b"bad")

    assert contents(graph_at(Checkpoints(checkpoints.directory, log, throws_away=False), 6)) == expected(6)
    assert path.read_bytes() == b"bad"


def test_a_checkpoint_of_another_log_is_not_used(checkpoints: Checkpoints, tmp_path: Path, log: PatchLog) -> None:
    path = checkpoints.write(graph_at(checkpoints, 1))
    write_sealed(path, LogPosition.of(log, Version(1)), [OTHER])
    checkpoints.write(graph_at(checkpoints, 6))

    other_log = a_log(first_id=id_of(99))
    other = Checkpoints(tmp_path / "checkpoints", other_log)
    assert other.nearest(Version(1)) is None
    assert contents(graph_at(other, 1)) == expected(1)
    path.rename(path.with_name(f"00000001-{other_log.header(Version(1)).id.removeprefix('urn:uuid:')}.nq"))
    assert contents(graph_at(other, 1)) == expected(1), "whatever its name says"

    shorter = MemoryLog()
    shorter.append(entry(1, quad("only")))
    assert contents(graph_at(Checkpoints(tmp_path / "nowhere", shorter), 1)) == {quad("only")}
    again = checkpoints.write(graph_at(checkpoints, 1))
    assert Checkpoints(tmp_path / "checkpoints", shorter).nearest(Version(6)) == (Version(1), again)


def test_files_that_are_no_checkpoints_are_passed_over(checkpoints: Checkpoints, tmp_path: Path) -> None:
    path = checkpoints.write(graph_at(checkpoints, 2))
    for name in ("x.nq", "00000003.nq", f"{path.stem}.1.part"):
        (tmp_path / "checkpoints" / name).write_text("not a checkpoint")

    assert checkpoints.nearest(Version(6)) == (Version(2), path)
    assert contents(graph_at(checkpoints, 6)) == expected(6)


def test_a_checkpoint_is_kept_once_enough_was_logged(
    checkpoints: Checkpoints, log: PatchLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = log.header(Version(4)).body_length
    monkeypatch.setattr("commonplace.derived.checkpoints.REPLAY_BYTES", 2 * each)

    kept = [checkpoints.keep(graph_at(checkpoints, version)) is not None for version in range(3, 7)]

    assert kept == [True, False, True, False]


def test_a_checkpoint_keeps_blank_nodes_and_graphs(tmp_path: Path) -> None:
    node = BlankNode("label")
    there = (
        Quad(node, NamedNode("urn:p"), BlankNode("c0ffee")),
        Quad(node, NamedNode("urn:p"), Literal("x"), NamedNode("urn:g")),
    )
    log = MemoryLog()
    log.append(entry(1, *there))
    log.append(entry(2, removed=there[:1]))
    checkpoints = Checkpoints(tmp_path, log)
    checkpoints.write(graph_at(checkpoints, 1))

    assert contents(graph_at(checkpoints, 1)) == set(there)
    assert contents(graph_at(checkpoints, 2)) == {there[1]}


def test_rows_without_an_order_come_alike_from_a_checkpoint_and_from_the_log(tmp_path: Path) -> None:
    log = MemoryLog()
    log.append(entry(1, *(quad(f"thing{n}") for n in range(50))))
    log.append(entry(2, *(quad(f"thing{n}", graph="g") for n in range(50)), removed=(quad("thing7"),)))
    log.append(entry(3, quad("another"), removed=(quad("thing8"),)))
    checkpoints = Checkpoints(tmp_path, log)

    def rows(graph: Graph) -> list[list[str]]:
        asked = ("SELECT * { ?s ?p ?o }", "SELECT * { GRAPH ?g { ?s ?p ?o } }", "SELECT * { ?s ?p 'value' }")
        return graph.read(lambda snapshot: [[str(row) for row in snapshot.select(text)] for text in asked])

    replayed = rows(graph_at(checkpoints, 3))
    for version in (3, 2, 1):
        checkpoints.clear()
        checkpoints.write(graph_at(checkpoints, version))
        assert rows(graph_at(checkpoints, 3)) == replayed, f"from the checkpoint of version {version}"


def test_clearing_leaves_none(checkpoints: Checkpoints) -> None:
    checkpoints.write(graph_at(checkpoints, 2))

    checkpoints.clear()

    assert checkpoints.nearest(Version(6)) is None


def test_past_states_are_kept_until_others_are_asked_for(checkpoints: Checkpoints) -> None:
    past = PastStates(BASE, checkpoints, kept=2)

    for version in range(1, VERSIONS + 1):
        graph = past.at(Version(version))
        assert graph.version == version
        assert contents(graph) == expected(version)
    six = past.at(Version(6))
    assert past.at(Version(6)) is six
    for version in (1, 2):
        past.at(Version(version))
    assert past.at(Version(6)) is not six
    assert past.at(Version(0)).read(lambda snapshot: snapshot.size) == 0


def test_a_state_made_from_the_log_keeps_nothing_of_what_came_and_went(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "RENEWED_AFTER", 1)
    monkeypatch.setattr(embedded, "RENEWED_PART", VERSIONS)
    made = graph_at(checkpoints, VERSIONS)
    one_by_one = new_graph(BASE)
    for version in versions(checkpoints.log):
        one_by_one.apply(version, checkpoints.log.entry(version).change)

    assert one_by_one.is_worn
    assert not made.is_worn
    assert contents(made) == contents(one_by_one) == expected(VERSIONS)


def test_a_past_state_does_not_move_when_the_log_does(checkpoints: Checkpoints, log: PatchLog) -> None:
    past = PastStates(BASE, checkpoints)
    six = past.at(Version(6))

    log.append(entry(7, quad("seven")))

    assert past.at(Version(6)) is six
    assert contents(six) == expected(6)
    assert contents(past.at(Version(7))) == expected(6) | {quad("seven")}


def test_a_change_set_of_nothing_makes_a_version(tmp_path: Path) -> None:
    log = a_log()
    log.append(entry(7))

    assert log.entry(Version(7)).change == ChangeSet()
    assert contents(graph_at(Checkpoints(tmp_path, log), 7)) == expected(6)


def test_a_long_entry_that_only_adds_needs_no_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonplace.derived.checkpoints.REPLAY_BYTES", 1_000)
    log = MemoryLog()
    many = tuple(quad(f"thing{number}") for number in range(40))
    log.append(entry(1, *many))
    log.append(entry(2, removed=many))
    checkpoints = Checkpoints(tmp_path, log)

    assert checkpoints.keep(graph_at(checkpoints, 1)) is None
    assert checkpoints.keep(graph_at(checkpoints, 2)) is not None
