"""Which versions touched a thing: the answer of the log, found without reading it again."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from commonplace.derived import thing_versions
from commonplace.derived.thing_versions import ThingVersions
from commonplace.errors import TooManyQueries
from commonplace.model.change import Version
from commonplace.patchlog.file_log import FileLog
from commonplace.patchlog.log import PatchLog
from commonplace.patchlog.memory_log import MemoryLog
from tests.patchlog.entries import entry

EX = "http://example.org/"
P = NamedNode(EX + "p")
NAMES = ("a", "ab", "a#1", "a#12", "b", "ü", "a/b", "c#1")


@pytest.fixture(params=["file", "memory"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> PatchLog:
    return FileLog(tmp_path / "log", segment_bytes=2_000) if request.param == "file" else MemoryLog()


def statement(name: str, number: int) -> Quad:
    return Quad(NamedNode(EX + name), P, Literal(f'"A <{EX}b> \n{number}'))


def append(log: PatchLog, added: list[Quad], removed: list[Quad] | None = None) -> None:
    log.append(entry(log.head() + 1, *added, removed=tuple(removed or ())))


def write_at_random(log: PatchLog, entries: int, seed: int) -> None:
    """Entries that add and remove statements about some of the things, mixed with others."""
    chance = random.Random(seed)
    there: list[Quad] = []
    for number in range(entries):
        added = [statement(name, number) for name in chance.sample(NAMES, chance.randint(1, 3))]
        removed = there[:2] if number % 3 == 2 else []
        append(log, [*added, Quad(BlankNode("x"), P, NamedNode(EX + "a"))], removed)
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
