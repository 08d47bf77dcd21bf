"""Wrong bytes in what is derived never stop a library, and are never answered from: it is made again from the log."""

from __future__ import annotations

import gc
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from pyoxigraph import Quad

from commonplace.derived import sealed
from commonplace.derived.graph.opening import GraphKind
from commonplace.derived.sealed import (
    LogPosition,
    NotSealed,
    check_directory,
    check_sealed,
    read_sealed,
    seal_directory,
    write_sealed,
)
from commonplace.library import Library
from commonplace.model.change import Version
from tests.conftest import BASE
from tests.curation.works import BOVAIRD, OSTROM, SmallLibrary
from tests.derived.graphs import mark_of
from tests.patchlog.entries import quad

OTHERS = (quad("a"), quad("b"))
ORIGIN = LogPosition(Version(7), "urn:uuid:a-log")


def flipped(data: bytes) -> bytes:
    """Return bytes with one bit in the middle changed."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :] if data else b"\1"


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "one bit": flipped,
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "zeros": lambda data: b"\0" * len(data),
    "more": lambda data: data + b"more\n",
}


LAST_BYTES = 0x88E241B785F4CFF7.to_bytes(8, "little")
"""What a table of the engine ends with."""


@pytest.fixture
def derived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with a graph on disk, a checkpoint and a search index in files."""
    monkeypatch.setattr("commonplace.derived.search.lifecycle.FILED_STATEMENTS", 1)
    small = SmallLibrary(tmp_path / "home")
    small.add(OSTROM)
    small.add(BOVAIRD)
    library = Library.open(tmp_path / "home", BASE, "disk")
    library.checkpoints.write(library.graph)
    library.search()
    del library
    gc.collect()
    return tmp_path / "home"


def state_of(home: Path, kind: GraphKind) -> tuple[set[Quad], list[str]]:
    """Return all that a library says, and what a search in it finds."""
    library = Library.open(home, BASE, kind)
    said = library.read(lambda snapshot: set(snapshot.quads()))
    return said, [hit.key for hit in library.search().search("divide", ["work"]).hits]


def files_of(home: Path) -> list[Path]:
    """Return the derived files of a home, of every kind."""
    files = sorted(path.relative_to(home) for path in (home / "derived").rglob("*") if path.is_file())
    assert {path.parts[1] for path in files} == {"checkpoints", "graph", "graph.version", "search"}
    return files


def survives(home: Path, name: Path, change: Callable[[bytes], bytes] | None, copy: Path) -> None:
    """Assert that a library with a changed derived file, or without it, says what it said before."""
    before = state_of(home, "memory")
    assert before[1] == ["ostrom1996"]
    shutil.copytree(home, copy)
    if change is None:
        (copy / name).unlink()
    else:
        (copy / name).write_bytes(change((home / name).read_bytes()))
    kinds: tuple[GraphKind, ...] = ("disk",) if "graph" in name.parts[1] else ("memory",)
    for kind in kinds:
        assert state_of(copy, kind) == before, f"{name}, {kind}"
        gc.collect()
    shutil.rmtree(copy)


def test_any_derived_file_may_be_damaged_or_missing(derived: Path, tmp_path: Path) -> None:
    ways = [*DAMAGE.values(), None]
    for number, name in enumerate(files_of(derived)):
        survives(derived, name, ways[number % len(ways)], tmp_path / str(number))


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGE)
def test_every_derived_file_may_be_damaged_in_every_way(derived: Path, tmp_path: Path, damage: str) -> None:
    for number, name in enumerate(files_of(derived)):
        survives(derived, name, DAMAGE[damage], tmp_path / str(number))


def ended(home: Path) -> None:
    """Open a home as a server does, and end as that should."""
    library = Library.open(home, BASE, "disk", checks_later=True)
    library.check_graph(lambda: False)
    library.end()
    del library
    gc.collect()


def tables_of(home: Path) -> set[str]:
    """Return the names of the tables that have a checksum in the mark: the engine may put them together when opened."""
    _, listed = read_sealed(home / "derived" / "graph.version")
    names = {line.split(" ")[0] for line in listed.decode().splitlines()}
    return {name for name in names if (home / "derived" / "graph" / name).exists()}


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the tables whose checksums were taken."""
    names: list[str] = []

    def counted(paths: Iterable[Path]) -> Iterator[tuple[Path, tuple[str, int] | None]]:
        found = list(paths)
        names.extend(path.name for path in found)
        return sealed.checksums_of(found)

    monkeypatch.setattr("commonplace.derived.graph.disk_mark.checksums_of", counted)
    return names


def test_tables_that_a_server_has_read_are_believed_at_the_next_start_and_read_later(
    derived: Path, looked_at: list[str]
) -> None:
    tables = tables_of(derived)
    ended(derived)
    assert {*looked_at} == tables
    looked_at.clear()
    tables = tables_of(derived)
    library = Library.open(derived, BASE, "disk", checks_later=True)
    assert looked_at == []
    library.check_graph(lambda: True)
    assert looked_at == [], "it was told to stop"
    library.check_graph(lambda: False)
    assert {*looked_at} <= tables
    assert {*looked_at} >= tables & tables_of(derived)
    looked_at.clear()
    library.check_graph(lambda: False)
    assert looked_at == [], "each is read once"


@pytest.mark.parametrize("how", ["it did not end", "a command opened it", "a table was written", "nobody checks later"])
def test_tables_are_read_first_where_they_may_not_be_believed(derived: Path, looked_at: list[str], how: str) -> None:
    ended(derived)
    tables = tables_of(derived)
    if how != "a table was written":
        Library.open(derived, BASE, "disk", checks_later=how == "it did not end")
        gc.collect()
        tables = tables_of(derived)
    else:
        tables = {min(tables)}
        table = derived / "derived" / "graph" / min(tables)
        table.write_bytes(table.read_bytes())
    looked_at.clear()
    Library.open(derived, BASE, "disk", checks_later=how != "nobody checks later")
    assert {*looked_at} == tables


def test_tables_that_are_not_read_before_the_end_are_not_believed_again(derived: Path, looked_at: list[str]) -> None:
    ended(derived)
    library = Library.open(derived, BASE, "disk", checks_later=True)
    library.end()
    del library
    gc.collect()
    looked_at.clear()
    tables = tables_of(derived)
    Library.open(derived, BASE, "disk", checks_later=True)
    assert {*looked_at} == tables


def test_a_table_that_leaves_the_mark_while_others_are_read_is_read_as_it_was_listed(tmp_path: Path) -> None:
    """As one that the engine puts together with others, and deletes a moment later."""
    directory, aside = tmp_path / "graph", tmp_path / "aside"
    directory.mkdir()
    for name in ("000001.sst", "000002.sst"):
        (directory / name).write_bytes(name.encode() + LAST_BYTES)
    mark_of(directory).write(Version(1))
    before = mark_of(directory)
    before.read()
    before.end()
    mark = mark_of(directory)
    mark.read(believes=True)
    asked: list[bool] = []

    def leave() -> bool:
        directory.rename(aside)
        directory.mkdir()
        mark.write(Version(2))
        directory.rmdir()
        aside.rename(directory)
        asked.append(True)
        return False

    mark.check(leave)
    assert len(asked) == 2, "each is read, and neither is a fault"


def test_a_table_that_was_believed_and_is_wrong_is_found_and_the_graph_goes_on_in_memory(derived: Path) -> None:
    """As a disk that loses a bit changes it: no program wrote it, and no time of it tells."""
    before = state_of(derived, "memory")
    ended(derived)
    library = Library.open(derived, BASE, "disk", checks_later=True)
    for table in (derived / "derived" / "graph" / name for name in tables_of(derived)):
        time = table.stat().st_mtime_ns
        table.write_bytes(flipped(table.read_bytes()))
        os.utime(table, ns=(time, time))
    library.check_graph(lambda: False)
    assert [problem.what for problem in library.health.problems()] == ["the graph on disk"]
    assert library.read(lambda snapshot: set(snapshot.quads())) == before[0]
    library.end()
    del library
    gc.collect()
    assert state_of(derived, "disk") == before, "the next start throws it away"


@pytest.mark.parametrize("pieces", [(), (b"",), (b"one\n", b"two")])
def test_what_is_sealed_is_read_back(tmp_path: Path, pieces: tuple[bytes, ...]) -> None:
    write_sealed(tmp_path / "file", ORIGIN, pieces)

    assert read_sealed(tmp_path / "file") == (ORIGIN, b"".join(pieces))
    assert check_sealed(tmp_path / "file") == ORIGIN
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_sealed_directory_holds_while_nothing_in_it_changes(tmp_path: Path) -> None:
    place = tmp_path / "index"
    (place / "0").mkdir(parents=True)
    (place / "0" / "words of it").write_bytes(b"words")
    (place / "0.json").write_bytes(b"{}")
    with pytest.raises(NotSealed, match="never finished"):
        check_directory(place)
    seal_directory(place, ORIGIN)
    assert check_directory(place) == ORIGIN

    (place / "0" / "writer.lock").touch()
    assert check_directory(place) == ORIGIN, "a lock is no part of it"
    (place / "more").touch()
    with pytest.raises(NotSealed, match="too many: more"):
        check_directory(place)
    (place / "more").unlink()
    (place / "0" / "words of it").write_bytes(b"wards")
    with pytest.raises(NotSealed, match="words of it has changed"):
        check_directory(place)


def test_a_graph_on_disk_of_another_log_is_not_used(derived: Path, tmp_path: Path) -> None:
    other = SmallLibrary(tmp_path / "other")
    other.add(BOVAIRD)
    other.add(OSTROM)
    shutil.copytree(derived / "derived" / "graph", tmp_path / "other" / "derived" / "graph")
    shutil.copy(derived / "derived" / "graph.version", tmp_path / "other" / "derived" / "graph.version")
    extra = other.commit(*OTHERS)
    assert extra.version == 3

    said, _ = state_of(tmp_path / "other", "disk")
    assert said == other.contents()


def test_files_that_are_checked_at_a_start_are_read_by_every_core(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start waits for it, and a million works have gigabytes of them."""
    for name in ("1.sst", "2.sst"):
        (tmp_path / name).write_bytes(name.encode())
    seal_directory(tmp_path, ORIGIN)
    one, together = sealed.checksum_of, threading.Barrier(2, timeout=60)

    def both(path: Path) -> tuple[str, int]:
        together.wait()
        return one(path)

    monkeypatch.setattr(sealed, "cores_at_hand", lambda: 2)
    monkeypatch.setattr(sealed, "checksum_of", both)
    assert check_directory(tmp_path) == ORIGIN
    monkeypatch.undo()
    assert [found is None for _, found in sealed.checksums_of([tmp_path / "1.sst", tmp_path / "gone"])] == [False, True]
