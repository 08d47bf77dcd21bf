"""Which versions touched a thing: the answer of the log, found without reading it again."""

from __future__ import annotations

import random
import threading
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.derived import thing_versions
from commonplace.derived.thing_versions import ThingVersions
from commonplace.errors import TooManyQueries
from commonplace.model.change import ChangeSet, Version
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.log import EntryBody, PatchLog
from commonplace.patchlog.memory_log import MemoryLog
from tests.patchlog.entries import entry, id_of

EX = "http://example.org/"
P = NamedNode(EX + "p")
NAMES = ("a", "ab", "a#1", "a#12", "b", "ü", "a/b", "c#1")


@pytest.fixture(params=["file", "memory"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> PatchLog:
    return FileLog(tmp_path / "log", segment_bytes=2_000) if request.param == "file" else MemoryLog()


def statement(name: str, number: int) -> Quad:
    return Quad(NamedNode(EX + name), P, Literal(f'"A <{EX}b> \n{number}'))


def append(log: PatchLog, added: list[Quad], removed: list[Quad] | None = None, *, ids: int = 0) -> None:
    number = log.head() + 1
    log.append(entry(number, *added, removed=tuple(removed or ()), id=id_of(number + ids)))


def write_at_random(log: PatchLog, entries: int, seed: int, *, ids: int = 0) -> None:
    """Entries that add and remove statements about some of the things, mixed with others."""
    chance = random.Random(seed)
    there: list[Quad] = []
    for number in range(entries):
        added = [statement(name, number) for name in chance.sample(NAMES, chance.randint(1, 3))]
        removed = there[:2] if number % 3 == 2 else []
        append(log, [*added, Quad(BlankNode("x"), P, NamedNode(EX + "a"))], removed, ids=ids)
        there = [*there[len(removed) :], *added]


@pytest.mark.parametrize("sorted_touches", [1, 7, 10_000])
def test_it_answers_as_the_log_does(log: PatchLog, sorted_touches: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thing_versions, "SORTED_TOUCHES", sorted_touches)
    things = ThingVersions(log)
    assert things.history(EX + "a") == []
    for seed in range(3):
        write_at_random(log, 15, seed)
        for name in (*NAMES, "nothing", "", "a#"):
            assert things.history(EX + name) == log.history(EX + name), name
    assert things.history(EX + "a")
    assert ThingVersions(log).history(EX + "b") == log.history(EX + "b")


@pytest.mark.parametrize("sorted_touches", [1, 7, 10_000])
@pytest.mark.parametrize("searched_part", [0, 1_000_000], ids=["one by one", "all at once"])
def test_it_tells_the_last_version_of_many_things(
    log: PatchLog, sorted_touches: int, searched_part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thing_versions, "SORTED_TOUCHES", sorted_touches)
    monkeypatch.setattr(thing_versions, "SEARCHED_PART", searched_part)
    things = ThingVersions(log)
    names = [EX + name for name in (*NAMES, "nothing") if "#" not in name]
    for seed in range(3):
        write_at_random(log, 15, seed)
        for until in (1, 7, int(log.head()), 99):
            touched = {name: [version for version in log.history(name) if version <= until] for name in names}
            assert things.last(names, Version(until)) == {name: found[-1] for name, found in touched.items() if found}


def test_many_statements_about_one_thing_are_one_touch(log: PatchLog) -> None:
    append(log, [statement("a", number) for number in range(3_000)] + [statement("b", 0)])
    things = ThingVersions(log)
    assert things.history(EX + "a") == things.history(EX + "b") == [1]


def test_who_asks_while_much_is_read_is_told_to_come_again(log: PatchLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thing_versions, "WAIT_SECONDS", 0.01)
    write_at_random(log, 3, 0)
    reading, go_on = threading.Event(), threading.Event()

    class Slow:
        """The log, which takes its time."""

        def head(self) -> Version:
            reading.set()
            assert go_on.wait(30)
            return log.head()

        def __getattr__(self, name: str) -> object:
            return getattr(log, name)

    things = ThingVersions(Slow())  # type: ignore[arg-type]
    thread = threading.Thread(target=things.follow)
    thread.start()
    assert reading.wait(30)
    with pytest.raises(TooManyQueries) as refused:
        things.history(EX + "a")
    assert refused.value.retry_after > 0
    assert not refused.value.own
    go_on.set()
    thread.join(30)
    assert things.history(EX + "a") == log.history(EX + "a")


@pytest.mark.parametrize("sorted_touches", [1, 7, 10_000])
def test_it_gives_the_changes_of_a_thing_alone(
    log: PatchLog, sorted_touches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thing_versions, "SORTED_TOUCHES", sorted_touches)
    things = ThingVersions(log)
    write_at_random(log, 25, 5)
    for name in ("a", "ab", "b", "ü", "c"):
        expected = []
        for version in things.history(EX + name):
            change = log.entry(version).change
            added, removed = (
                tuple(quad for quad in quads if str(quad.subject)[1:-1].partition("#")[0] == EX + name)
                for quads in (change.added, change.removed)
            )
            expected.append((version, ChangeSet(added, removed)))
        assert list(things.changes(EX + name)) == expected, name


def test_it_is_kept_in_a_file_and_read_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thing_versions, "SORTED_TOUCHES", 10)
    log, kept = FileLog(tmp_path / "log"), tmp_path / "things"
    write_at_random(log, 20, 1)
    ThingVersions(log, kept).follow()
    write_at_random(log, 2, 2)
    [path] = kept.iterdir()

    looked_at: list[Version] = []
    body = FileLog.body

    def noted(self: FileLog, version: Version) -> AbstractContextManager[EntryBody]:
        looked_at.append(version)
        return body(self, version)

    monkeypatch.setattr(FileLog, "body", noted)
    things = ThingVersions(FileLog(tmp_path / "log"), kept, keeps=False)
    assert things.history(EX + "a") == log.history(EX + "a")
    assert 0 < len(looked_at) < 15
    assert [path for path, _ in things.all()] == [path] == list(kept.iterdir())


@pytest.mark.parametrize("damage", ["flip", "cut", "other log"])
def test_a_file_that_is_not_what_was_written_is_made_again(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thing_versions, "SORTED_TOUCHES", 10)
    log, kept = FileLog(tmp_path / "log"), tmp_path / "things"
    write_at_random(log, 20, 1)
    ThingVersions(log, kept).follow()
    [path] = kept.iterdir()
    data = path.read_bytes()
    if damage == "other log":
        log = FileLog(tmp_path / "other")
        write_at_random(log, 25, 9, ids=1_000)
    else:
        path.write_bytes(data[:-40] if damage == "cut" else data[:-40] + bytes([data[-40] ^ 1]) + data[-39:])
    things = ThingVersions(log, kept)
    assert [why for path, version in things.all() if (why := things.fault_of(path, version))] or damage == "other log"
    for name in NAMES:
        assert things.history(EX + name) == log.history(EX + name)
    assert all(things.fault_of(path, version) is None for path, version in things.all())


def test_where_nothing_can_be_written_it_answers_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thing_versions, "SORTED_TOUCHES", 10)
    log = FileLog(tmp_path / "log")
    write_at_random(log, 20, 1)
    (tmp_path / "things").write_text("a file stands where the folder should")
    assert ThingVersions(log, tmp_path / "things").history(EX + "a") == log.history(EX + "a")
